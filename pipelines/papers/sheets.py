"""A person sheet written out: who may have one is asked, and what left is entered, before a byte of it is on disk."""

from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.disk import write_whole
from hiu.errors import HiuError, UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.model import PUBLISHED
from hiu.model.frames import schema
from hiu.model.govern import OVERRIDES
from hiu.month import Month
from hiu.publish.release.folder import read_manifest
from hiu.publish.release.working import whole_table
from hiu.publish.sheet.page import person_sheet
from hiu.rank.listing.population import access
from pipelines.access.basis import allowed, refusal
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.looks import enter_look
from pipelines.access.pages import stamp_of
from pipelines.common.journal import record, utc
from pipelines.common.place import Place, published_table

SHEET = Disclosure(
    what="person sheet",
    recipient="clinician",
    purpose="support",
    necessity="The lead clinician reviews a person who is supported.",
    proportionality="One person; asked for one at a time.",
)
"""A sheet of somebody supported."""
SUPPORTED = "This sheet was made because the person is receiving support."
UNSUPPORTED = (
    "This person is not supported. {name} asked for the sheet, giving this reason: {reason}. Whether {name} is this "
    "person's lead clinician was not checked."
)

USED = (
    "people",
    "links",
    "ranked",
    "monthly_demand",
    "monthly_extra",
    "coverage",
    "stay",
    "support",
    "risk_grading",
    "team_contact",
    "meeting_entry",
    "aliases",
    "missing_count",
    "conflicts",
    "descriptions",
    "timeline",
)


def write_sheet(
    place: Place, person: str, month: str | None, out: Path, *, override: str | None, by: str | None, now: datetime
) -> Path:
    """Write a person's sheet to `out` (a folder, or a file ending in .pdf); where it went.

    For somebody who is not supported it takes a reason and a name, which are recorded (overrides, audit). Raises
    UsageError for an unknown person or a missing reason, HiuError where no basis lets the clinician see the person.
    """
    wanted, folder = place.which(month)
    tables = {name: _table(folder, name) for name in USED}
    who = _current_id(tables, person, wanted)
    supported = _is_supported(tables, who, wanted)
    reason, name = " ".join((override or "").split()), " ".join((by or "").split())
    if not supported and not (reason and name):
        raise UsageError(f"{who} is not supported: a sheet needs --override REASON and --by NAME; both are recorded")
    found = allowed(place, [who], purpose="support", recipient="clinician", on=now.date(), aliases=tables["aliases"])
    enter_look(place, now, "sheet", [who], by=name or None, month=wanted, refused=None if found.ids else "no basis")
    if not found.ids:
        raise HiuError(refusal(found, who, purpose="support", recipient="clinician", on=now.date()))
    path = _sheet_path(out, who, wanted)
    if not supported:
        _override(place, who, wanted, reason, name, now)
    sheet = SHEET if supported else SHEET._replace(necessity=reason)
    asked = name or "hiu sheet"
    enter_disclosure(place, now, sheet, basis=found.codes, by=asked, people=1, person_id=who, file=path.name)
    why = SUPPORTED if supported else UNSUPPORTED.format(name=name, reason=reason.rstrip("."))
    manifest = read_manifest(folder)
    stamp = stamp_of(place, wanted, str(manifest["run_id"]), now, str(manifest["settings_version"]))
    made = person_sheet(who, tables, stamp=stamp, settings=place.settings, why_shown=why)
    path.touch(0o600)
    path.chmod(0o600)
    write_whole(path, made)
    return path


def _table(folder: Path, name: str) -> pl.DataFrame:
    """A published table; empty if the month was published before there was one."""
    path = whole_table(folder, name)
    return published_table(path) if path.exists() else pl.DataFrame(schema=schema(PUBLISHED[name]))


def _current_id(tables: dict[str, pl.DataFrame], person: str, month: Month) -> str:
    """The id somebody has now. Raises UsageError with the nearest known one."""
    wanted = person.strip().upper()
    became = tables["aliases"].filter((pl.col("old_id") == wanted) & (pl.col("kind") == "merge"))
    who = str(became.sort("month")["person_id"][-1]) if became.height else wanted
    ids = tables["people"]["person_id"]
    if who not in set(ids):
        raise UsageError(
            f"'{person}' is nobody's id in {month.title}.{did_you_mean(wanted, ids.to_list())} "
            "'hiu find NAME' searches."
        )
    return who


def _is_supported(tables: dict[str, pl.DataFrame], who: str, month: Month) -> bool:
    """Support goes on, agreed to, with three contacts: as the list says, or the register of somebody not on it."""
    row = tables["ranked"].filter(pl.col("person_id") == who)
    if row.height:
        return str(row["access"][0]) == "supported"
    return who in access(month, tables["support"])["person_id"]


def _override(place: Place, who: str, month: Month, reason: str, by: str, now: datetime) -> None:
    at = utc(now)
    row = {"person_id": who, "at": at, "reason": reason, "by": by, "until": now.date()}
    records.add(place, OVERRIDES, [row])
    record(place, now, "sheet_override", person=who, month=str(month), by=by)


def _sheet_path(out: Path, who: str, month: Month) -> Path:
    """The file to write; its folder is made. Raises UsageError if that can't be."""
    if out.suffix.lower() == ".pdf" and out.exists():
        raise UsageError(f"{out}: is there already. Nothing was written: name another file, or remove it")
    path = out if out.suffix.lower() == ".pdf" else out / f"sheet-{who}-{month}.pdf"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent}: cannot be made: {error.strerror}") from None
    return path
