"""A mart made for a recipient, entered as what leaves, copied to a folder or loaded into a database."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hiu.errors import HiuError, UsageError
from hiu.govern.login import login
from hiu.publish.release.folder import BUILDING
from pipelines.access.disclose import NAMES as NAMES_SHOWN
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.looks import enter_look
from pipelines.access.mart.build import (
    DATABASE,
    FOLDER,
    NAMES,
    PLAIN,
    Kept,
    copy_out,
    keep,
    kept_in,
    sources_of,
    write_mart,
)
from pipelines.access.mart.kept import kept_marts
from pipelines.access.mart.members import PURPOSE, RECIPIENT, Members, named
from pipelines.common.journal import record
from pipelines.common.lock import hold, require_no_erasure
from pipelines.common.place import Place
from pipelines.fetch.connections import connection
from pipelines.fetch.load import DATABASES, load

MART = Disclosure(
    what="mart",
    recipient=RECIPIENT,
    purpose=PURPOSE,
    necessity="Analysts ask of the months what no page of ours shows, with tools of their own.",
    proportionality="By token, by month, with age bands, without words; small groups and places are left out.",
)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for: `to` = None, a folder, 'duckdb', or a database by the name of its connection."""

    month: str | None
    recipient: str
    tokens_of: str | None
    months: int
    to: str | None
    connection: str
    csv: bool
    names: bool


def make_mart(place: Place, wanted: Wanted, *, now: datetime) -> list[str]:
    """Make a mart; what was done, in sentences. Raises UsageError for a recipient who may be given none."""
    _require_recipient(wanted)
    with hold(place.lock, "hiu mart", now):
        require_no_erasure(place.erasing)
        about = _about(place, wanted)
        folder = about.folder(place)
        source, _, _, who = sources_of(place, about, now.date())
        ids = who.frame["person_id"].to_list()
        enter_look(place, now, MART.what, ids, purpose=PURPOSE, month=source.name[:7])
        if about.names:
            _enter_names(place, who, now)
        entered = {"people": len(ids), "withheld": who.withheld, "file": folder.relative_to(place.curated).as_posix()}
        enter_disclosure(place, now, MART, basis=who.codes, by=login(), **entered)  # type: ignore[arg-type]
        made = write_mart(place, about, now.date())
        kind = next((one for one in DATABASES if one == wanted.to), FOLDER if about.copies else "")
        where = {"recipient": about.recipient, "month": about.month, "to": kind or wanted.to or "", "run": made.run}
        record(place, now, "mart_written", **where, people=len(ids), withheld=who.withheld, login=login())
        return [*_sentences(folder, made, who), *_put_out(place, folder, made, wanted)]


def load_stale(place: Place, now: datetime) -> list[str]:
    """Load every mart anew that a database has an earlier making of; a sentence for each that was not."""
    lines = []
    for folder in kept_marts(place):
        for copy in kept_in(folder).stale:
            try:
                _load(place, folder, copy)
                record(place, now, "mart_loaded", mart=folder.relative_to(place.curated).as_posix(), to=copy)
            except HiuError as error:
                lines.append(f"{copy} still holds an earlier making of the mart for {folder.parent.name}: {error}")
    return lines


def _require_recipient(wanted: Wanted) -> None:
    for name in (wanted.recipient, wanted.tokens_of or wanted.recipient):
        if not _NAME.fullmatch(name):
            raise UsageError(f"'{name}' is no name of a recipient: small letters, digits and hyphens, such as trust-bi")
    if wanted.recipient == "commissioner":
        raise UsageError("a mart is about people one by one; a commissioner is given 'hiu export board'")


def _about(place: Place, wanted: Wanted) -> Kept:
    """The mart as it is to be kept: with the forms and copies that there were of it. Names are asked for each time."""
    month = str(place.which(wanted.month)[0])
    about = Kept(
        recipient=wanted.recipient,
        month=month,
        months=wanted.months,
        tokens_of=wanted.tokens_of or wanted.recipient,
        csv=wanted.csv,
        duckdb=wanted.to == "duckdb",
        names=wanted.names,
    )
    folder = about.folder(place)
    before = kept_in(folder) if folder.is_dir() else about
    copy = _copy(place, wanted)
    copies = tuple(dict.fromkeys([*before.copies, *([copy] if copy else [])]))
    return replace(about, csv=about.csv or before.csv, duckdb=about.duckdb or before.duckdb, copies=copies)


def _copy(place: Place, wanted: Wanted) -> str | None:
    """Where a copy goes, as it is kept. Raises HiuError, before anything is written, if it can't go there."""
    if wanted.to in DATABASES:
        connection(place, wanted.connection)
        return f"{wanted.to}:{wanted.connection}"
    if wanted.to in (None, "duckdb"):
        return None
    path = Path(str(wanted.to)).resolve()
    if path.is_relative_to(place.curated.resolve()) or place.curated.resolve().is_relative_to(path):
        raise UsageError(f"{path}: the site's own folder has the mart already; name another folder")
    if path.is_file() or path.name.startswith(BUILDING):
        raise UsageError(f"{path}: expected a folder")
    return f"{FOLDER}{path}"


def _enter_names(place: Place, who: Members, now: datetime) -> None:
    """Enter that names are written beside the tokens."""
    found = named(place, who, now.date())
    about = {"people": len(found.ids), "withheld": found.withheld}
    enter_disclosure(place, now, NAMES_SHOWN, basis=found.codes, by=login(), **about)  # type: ignore[arg-type]


def _put_out(place: Place, folder: Path, about: Kept, wanted: Wanted) -> list[str]:
    copy = _copy(place, wanted)
    if copy is None:
        return []
    if copy.startswith(FOLDER):
        target = Path(copy.removeprefix(FOLDER))
        copy_out(folder, target)
        return [f"{target}: a copy, without the folder of names"]
    _load(place, folder, copy)
    return [f"{wanted.to}: loaded into the schema hiu_mart of the connection '{wanted.connection}'"]


def _load(place: Place, folder: Path, copy: str) -> None:
    kind, _, name = copy.partition(":")
    load(kind, connection(place, name), [folder / f"{table}.parquet" for table in PLAIN], place.settings)
    about = kept_in(folder)
    keep(folder, replace(about, stale=tuple(one for one in about.stale if one != copy)))


def _sentences(folder: Path, about: Kept, who: Members) -> list[str]:
    lines = [f"{folder}: {who.frame.height} people by token, withheld: {who.withheld}"]
    lines += [f"{folder / DATABASE}: the same tables as a DuckDB file"] if about.duckdb else []
    lines += [f"{folder / NAMES}: names. Only you may read it; it is never copied or loaded"] if about.names else []
    return [*lines, "It is about people one by one: whoever may read it may read nothing less than a health record."]
