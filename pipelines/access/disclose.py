"""What leaves is entered: a row in the log of disclosures and a line in the audit log, before it can be read.

Also the lines that bind what is on disk to the audit log: deliveries with their counts, the manifest of what was
published, and how long and what the files of records are.
"""

import getpass
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from hiu.engine.duckdb import Warehouse
from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.basis.gate import GateResult
from hiu.model.govern import DISCLOSURES
from hiu.publish.access import visible, withheld
from hiu.publish.release.folder import MANIFEST, digest
from pipelines.access.basis import allowed, for_group
from pipelines.common.journal import record
from pipelines.common.place import Place

MEETING = (
    "The group decides each month whom to offer support to, and needs to know who they are.",
    "People supported and the first of the list only, with counts and one sentence each; nobody else is named.",
)
"""Necessity and proportionality of a month's pack."""
UNMASKED = ("The analyst has to tell who is who.", "The people asked for, on the analyst's own screen.")
"""The same, of names an analyst asks for."""


def leave(
    place: Place,
    *,
    what: str,
    recipient: str,
    purpose: str,
    basis: Sequence[str],
    necessity: str,
    proportionality: str,
    by: str,
    now: datetime,
    people: int | None,
    kept_back: int = 0,
    person_id: str | None = None,
    file: str | None = None,
    automatic: bool = True,
) -> str:
    """Enter a disclosure; its id. The caller has asked the gate before."""
    entry = f"D{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(4)}"
    row: dict[str, Any] = {
        "disclosure_id": entry,
        "at": now.astimezone(UTC).replace(tzinfo=None),
        "what": what,
        "person_id": person_id,
        "people": people,
        "withheld": kept_back,
        "recipient": recipient,
        "purpose": purpose,
        "basis": "|".join(basis),
        "necessity": necessity,
        "proportionality": proportionality,
        "by": by,
        "automatic": automatic,
        "file": file,
    }
    event = {
        "type": "disclosed",
        "disclosure": entry,
        "what": what,
        "recipient": recipient,
        "purpose": purpose,
        "people": people,
        "withheld": kept_back,
        "person": person_id,
        "automatic": automatic,
    }
    # the log first: a cut between the two leaves a line too many, never a disclosure that the log does not know
    record(place, {key: value for key, value in event.items() if value is not None}, now)
    records.add(place.records, DISCLOSURES, [row])
    return entry


def show_names(
    place: Place, ids: Iterable[str], *, month: str, now: datetime, told: Mapping[str, object] | None = None
) -> GateResult:
    """Ask the gate whose name an analyst may see, and enter those that are shown; `told` goes to the audit log too."""
    asked = sorted(set(ids))
    found = allowed(place, asked, purpose="support", recipient="analyst", on=now.date())
    shown = sorted(found.ids)
    event = {"type": "names_shown", "people": shown, "month": month, "withheld": found.withheld, **(told or {})}
    record(place, event, now)
    if shown:
        leave(
            place,
            what="names shown",
            recipient="analyst",
            purpose="support",
            basis=found.codes,
            necessity=UNMASKED[0],
            proportionality=UNMASKED[1],
            by=getpass.getuser(),
            now=now,
            people=len(shown),
            kept_back=found.withheld,
            person_id=shown[0] if len(shown) == 1 else None,
        )
    return found


def note_published(place: Place, tables: Mapping[str, pl.DataFrame], folder: Path, now: datetime) -> None:
    """Enter a month's pack as it is published, and bind its manifest to the audit log, unless that is done."""
    top, file = place.settings.rank.top, f"published/{folder.name}"
    shown = for_group(place, tables, now.date())["ranked"]
    seen, kept_back = visible(shown, top), withheld(shown, top)
    event = {
        "type": "published",
        "folder": folder.name,
        "manifest": digest(folder / MANIFEST),
        "people": seen.height,
        "withheld": kept_back,
    }
    logged = (entry["event"] for entry in (read(place.audit) if place.audit.exists() else ()))
    if not any(old.get("type") == "published" and old.get("folder") == folder.name for old in logged):
        record(place, event, now)
    if seen.is_empty() or not records.history(place.records, DISCLOSURES).filter(file=file).is_empty():
        return
    found = allowed(
        place, seen["person_id"], purpose="support", recipient="group", on=now.date(), aliases=tables["aliases"]
    )
    leave(
        place,
        what="month's pack",
        recipient="group",
        purpose="support",
        basis=found.codes,
        necessity=MEETING[0],
        proportionality=MEETING[1],
        by="hiu run",
        now=now,
        people=seen.height,
        kept_back=kept_back,
        file=file,
    )


def note_pointed(place: Place, folder: Path, now: datetime) -> None:
    """The same of a run that was cut off between its last file and this entry."""
    names = ("ranked", "changes", "support", "aliases")
    note_published(place, {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}, folder, now)


def note_intake(place: Place, warehouse: Warehouse, run_id: str, now: datetime) -> None:
    """A line of every delivery a run took in, with its counts."""
    rows = warehouse.read(
        "select delivery_id, source, received, staged, quarantined from deliveries where run_id = $run "
        "order by delivery_id",
        run=run_id,
    )
    if rows.height:
        record(place, {"type": "imported", "run_id": run_id, "deliveries": [list(row) for row in rows.rows()]}, now)


def kept_files(place: Place) -> dict[str, Any]:
    """How long each file of records is, and its digest: they only ever grow, and a later check can tell."""
    files = sorted(place.records.glob("*.jsonl")) if place.records.is_dir() else []
    return {"records": {path.stem: measure(path.read_bytes()) for path in files}}


def measure(content: bytes) -> list[Any]:
    """Bytes up to the last whole line, and their digest."""
    whole = content[: content.rfind(b"\n") + 1]
    return [len(whole), hashlib.sha256(whole).hexdigest()]
