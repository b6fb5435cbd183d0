"""What leaves is entered: a row in the log of disclosures and a line in the audit log, before it can be read.

Also the lines that bind what is on disk to the audit log: deliveries with their counts, the manifest of what was
published, and how long and what the files of records are.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from hiu.engine import Engine
from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.basis.gate import GateResult
from hiu.govern.login import login
from hiu.model.govern import DISCLOSURES
from hiu.month import Month
from hiu.publish.access import withheld
from hiu.publish.pack.page import PACK_TABLES, named
from hiu.publish.release.folder import MANIFEST, digest
from pipelines.access.basis import allowed, for_group
from pipelines.access.looks import enter_look
from pipelines.common.fingerprint import build
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place, published_tables


class Disclosure(NamedTuple):
    """What leaves, for whom and for which purpose; why it has to, and why it is no more than that."""

    what: str
    recipient: str
    purpose: str
    necessity: str
    proportionality: str


PACK = Disclosure(
    what="month's pack",
    recipient="group",
    purpose="support",
    necessity="The group decides each month whom to offer support to, and needs to know who they are.",
    proportionality="People supported and the first of the list only, with counts and one sentence each; by name "
    "alone, who left the first places and whom the last meeting decided on. Nobody else is named.",
)
MEETING = PACK._replace(what="live meeting")
"""The same people, projected."""
NAMES = Disclosure(
    what="names shown",
    recipient="analyst",
    purpose="support",
    necessity="The analyst has to tell who is who.",
    proportionality="The people asked for, on the analyst's own screen.",
)


def enter_disclosure(
    place: Place,
    now: datetime,
    disclosure: Disclosure,
    *,
    basis: Sequence[str],
    by: str,
    people: int | None,
    withheld: int = 0,
    person_id: str | None = None,
    file: str | None = None,
    automatic: bool = True,
) -> str:
    """Enter a disclosure of `people`, `withheld` not among them; its id. The caller has asked the gate before."""
    entry = f"D{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(4)}"
    row = {"disclosure_id": entry, "at": utc(now), **disclosure._asdict(), "people": people, "withheld": withheld}
    row |= {"person_id": person_id, "basis": "|".join(basis), "by": by, "automatic": automatic, "file": file}
    logged = {name: row[name] for name in ("what", "recipient", "purpose", "people", "withheld")}
    event = {"disclosure": entry, **logged, "person": person_id, "automatic": automatic}
    # the log first: a cut between the two leaves a line too many, never a disclosure that the log does not know
    record(place, now, "disclosed", **{key: value for key, value in event.items() if value is not None})
    records.add(place, DISCLOSURES, [row])
    return entry


def show_names(place: Place, ids: Iterable[str], *, month: str, now: datetime, **about: object) -> GateResult:
    """Ask the gate whose name an analyst may see, and enter those that are shown; `about` goes to the audit log too."""
    found = allowed(place, sorted(set(ids)), purpose="support", recipient="analyst", on=now.date())
    shown = sorted(found.ids)
    record(place, now, "names_shown", people=shown, month=month, withheld=found.withheld, **about)
    if shown:
        who, one = login(), shown[0] if len(shown) == 1 else None
        n, kept_back = len(shown), found.withheld
        enter_disclosure(place, now, NAMES, basis=found.codes, by=who, people=n, withheld=kept_back, person_id=one)
    return found


def note_published(place: Place, tables: Mapping[str, pl.DataFrame], folder: Path, now: datetime) -> None:
    """Enter a month's pack as it is published, and bind its manifest to the audit log, unless that is done."""
    file = f"published/{folder.name}"
    shown = for_group(place, tables, now.date())
    who = named(shown, Month.parse(folder.name[:7]), place.settings)
    kept_back = withheld(shown["ranked"], place.settings.rank.top)
    logged = (entry["event"] for entry in (read(place.audit) if place.audit.exists() else ()))
    if not any(old.get("type") == "published" and old.get("folder") == folder.name for old in logged):
        manifest = digest(folder / MANIFEST)
        about = {"manifest": manifest, "people": len(who), "withheld": kept_back, "build": build()}
        record(place, now, "published", folder=folder.name, **about)
    if not who or not records.history(place.records, DISCLOSURES).filter(file=file).is_empty():
        return
    aliases = tables["aliases"]
    found = allowed(place, who, purpose="support", recipient="group", on=now.date(), aliases=aliases)
    n = len(who)
    enter_look(place, now, PACK.what, who, month=folder.name[:7])
    enter_disclosure(place, now, PACK, basis=found.codes, by="hiu run", people=n, withheld=kept_back, file=file)


def note_pointed(place: Place, folder: Path, now: datetime) -> None:
    """The same of a run that was cut off between its last file and this entry."""
    note_published(place, published_tables(folder, (*PACK_TABLES, "aliases")), folder, now)


def note_intake(place: Place, warehouse: Engine, run_id: str, now: datetime) -> None:
    """A line of every delivery a run took in, with its counts."""
    columns = ("delivery_id", "source", "received", "staged", "quarantined")
    rows = warehouse.rows("deliveries", *columns, where={"run_id": run_id}, order=["delivery_id"])
    if rows.height:
        record(place, now, "imported", run_id=run_id, deliveries=[list(row) for row in rows.rows()])


def record_files(paths: Paths) -> dict[str, dict[str, list[object]]]:
    """How long each file of records is, and its digest: they only ever grow, and a later check can tell."""
    files = sorted(paths.records.glob("*.jsonl")) if paths.records.is_dir() else []
    return {"records": {path.stem: records.measure(path.read_bytes()) for path in files}}
