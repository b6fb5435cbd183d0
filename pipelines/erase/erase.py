"""Erase a person: tombstones first, then published runs, records, other files, backups, and the warehouse last.

Until the warehouse is replaced in one step it still knows the person, so an erasure that was cut off is begun again
and ends the same. A note of it lies in the curated folder meanwhile, and no run starts while it does.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from hiu.disk import move, replace
from hiu.engine.duckdb import Warehouse, rewrite
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.erase.residue import trace_places
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model.govern import HOLDS, TOMBSTONES
from pipelines.access.disclose import kept_files
from pipelines.back.backup import destroy, known
from pipelines.common.journal import record
from pipelines.common.lock import hold
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.erase.files import MARKER, drop_others, rewrite_records, rewrite_runs
from pipelines.erase.find import Doomed, find
from pipelines.erase.tables import rows_left
from pipelines.erase.tables import warehouse as take_out


@dataclass
class Erased:
    """What an erasure did. `raw` = rows the operator has to purge: source_file, source_rows."""

    token: str
    rows: int
    runs: list[str]
    records: int
    removed: list[str]
    backups: list[str]
    unreachable: list[str]
    shared: tuple[str, ...]
    raw: pl.DataFrame
    dropped: list[str] = field(default_factory=list)


def token_of(place: Place, person_id: str) -> str:
    """What the audit log calls a person."""
    return pseudonym(person_id, recipient_key(place.key, "audit"))


def marker(place: Place) -> Path:
    """The note of an erasure that is going on or was cut off."""
    return place.curated / MARKER


def unfinished(place: Place) -> dict[str, Any] | None:
    """What an erasure that was cut off was asked to do; None when there is none."""
    path = marker(place)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def require_finished(place: Place) -> None:
    """Raises HiuError while an erasure is unfinished."""
    if unfinished(place):
        raise HiuError(f"{marker(place)}: an erasure was cut off. End it first: 'hiu erase --resume'.")


def erase(
    place: Place, person_id: str, *, reason: str, by: str, now: datetime, report: Reporter, say: Callable[[str], None]
) -> Erased:
    """Leave no byte of a person. Raises UsageError for nobody of that id, HiuError on hold or if anything is left."""
    with hold(place.lock, "hiu erase", now):
        require_finished(place)
        return _erase(place, person_id, {"reason": reason, "by": by}, now, report, say)


def resume(place: Place, *, now: datetime, report: Reporter, say: Callable[[str], None]) -> Erased | None:
    """End an erasure that was cut off; None if nothing but its last line was to be done."""
    with hold(place.lock, "hiu erase", now):
        asked = unfinished(place)
        if asked is None:
            raise UsageError("no erasure was cut off; there is nothing to resume")
        try:
            return _erase(place, asked["person_id"], asked, now, report, say)
        except UsageError:
            # the warehouse was replaced already: what was left to do is the entry in the log
            _end(place, asked["token"], asked, {"resumed": True}, now)
            return None


def _erase(
    place: Place, person_id: str, asked: dict[str, Any], now: datetime, report: Reporter, say: Callable[[str], None]
) -> Erased:
    with Warehouse(place.warehouse, memory_limit=place.settings.memory_limit, spill=place.spill) as warehouse:
        doomed = find(warehouse, person_id, place.key_for("tombstone"))
    _require_no_hold(place, doomed)
    token = token_of(place, person_id)
    asked = {"person_id": person_id, "token": token, "reason": asked["reason"], "by": asked["by"]}
    replace(marker(place), json.dumps(asked).encode())
    at = now.astimezone(UTC).replace(tzinfo=None)
    stones = [{"token": stone, "erasure": token, "at": at} for stone in doomed.stones]
    records.add(place.records, TOMBSTONES, stones)
    runs = rewrite_runs(place, doomed, token, now, report)
    records.sweep(place.records)
    changed = rewrite_records(place, doomed, token)
    removed = drop_others(place, doomed, say)
    backups, unreachable = _backups(place, now)
    dropped = _warehouse(place, doomed)
    _require_nothing(place, doomed)
    raw = _raw(place, doomed)
    counts = {
        "rows": doomed.rows.height,
        "runs": runs,
        "record_lines": changed,
        "files": len(removed),
        "backups": len(backups),
        "raw_files": raw.height,
    }
    _end(place, token, asked, counts, now)
    return Erased(token, doomed.rows.height, runs, changed, removed, backups, unreachable, doomed.shared, raw, dropped)


def _end(place: Place, token: str, asked: dict[str, Any], counts: dict[str, Any], now: datetime) -> None:
    event = {"type": "erased", "erasure": token, "reason": asked["reason"], "by": asked["by"], **counts}
    record(place, {**event, **kept_files(place)}, now)
    marker(place).unlink()


def _require_no_hold(place: Place, doomed: Doomed) -> None:
    holds = records.read(place.records, HOLDS).filter("held", pl.col("person_id").is_in(sorted(doomed.ids)))
    for row in holds.iter_rows(named=True):
        raise HiuError(
            f"{row['person_id']} is on hold since {row['recorded_at']:%Y-%m-%d}, recorded by {row['by']}; nothing was "
            f"erased. 'hiu hold {row['person_id']} --lift --reason WHY --by NAME' lifts it."
        )


def _backups(place: Place, now: datetime) -> tuple[list[str], list[str]]:
    """Destroy every backup made before: a database in a zip can't be searched or mended. Names; those not there."""
    there = known(place)
    gone = [path for path in there if not path.exists()]
    for path in there:
        destroy(place, path, now)
    return [path.name for path in there if path not in gone], [str(path) for path in gone]


def _warehouse(place: Place, doomed: Doomed) -> list[str]:
    """Replace the warehouse by a copy without the person, in a file that never held one."""
    work, fresh = (place.warehouse.with_name(place.warehouse.name + end) for end in (".erasing", ".fresh"))
    for left in (work, fresh, Path(f"{work}.wal"), Path(f"{fresh}.wal")):
        left.unlink(missing_ok=True)
    rewrite(place.warehouse, work)
    with Warehouse(work, memory_limit=place.settings.memory_limit, spill=place.spill) as copy:
        dropped = take_out(copy, doomed)
        left_over = {table: n for table in copy.tables() if (n := rows_left(copy.read(table), doomed))}
    if left_over:
        work.unlink()
        raise HiuError(f"{place.warehouse}: {left_over} rows would still tell the person; nothing was replaced")
    rewrite(work, fresh)
    move(fresh, place.warehouse)
    for left in (work, Path(f"{work}.wal"), Path(f"{fresh}.wal"), Path(f"{place.warehouse}.wal")):
        left.unlink(missing_ok=True)
    return dropped


def _require_nothing(place: Place, doomed: Doomed) -> None:
    left = residue(place, doomed)
    if left:
        raise HiuError(
            f"the record is still in {', '.join(left[:5])}; the erasure is not finished. "
            "'hiu erase --resume' tries again"
        )


def residue(place: Place, doomed: Doomed) -> list[str]:
    """Files under the curated folder that still tell a person, the note of the erasure apart."""
    files = [path for path in sorted(place.curated.rglob("*")) if path.is_file() and path != marker(place)]
    return [
        name
        for path in files
        if trace_places(name := path.relative_to(place.curated).as_posix(), path.read_bytes(), doomed.traces)
    ]


def _raw(place: Place, doomed: Doomed) -> pl.DataFrame:
    """Files of partners that still hold the rows, with the rows, for the operator to purge."""
    listed = doomed.rows.group_by("source_file").agg(source_rows=pl.col("source_row").unique().sort())
    there = [name for name in listed["source_file"].sort() if (place.raw / name).exists()]
    return listed.filter(pl.col("source_file").is_in(there)).sort("source_file")
