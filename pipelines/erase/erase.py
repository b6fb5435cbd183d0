"""Erase a person: tombstones first, then published runs, records, other files, backups, and the warehouse last.

Until the warehouse is replaced in one step it still knows the person, so an erasure that was cut off is begun again
and ends the same. A note of it lies in the curated folder meanwhile, and no run starts while it does.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.disk import move, replace
from hiu.engine.connection import rewrite
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.erase.residue import trace_places
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model.govern import HOLDS, TOMBSTONES
from pipelines.access.disclose import record_files
from pipelines.common.backups import destroy_backup, listed_backups
from pipelines.common.journal import record, utc
from pipelines.common.lock import hold, require_no_erasure, unfinished_erasure
from pipelines.common.place import Paths, Place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.erase.files import drop_others, rewrite_records, rewrite_runs
from pipelines.erase.find import ErasureScope, find
from pipelines.erase.tables import rows_left, take_out


@dataclass(kw_only=True)
class Erasure:
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


def erase(
    place: Place, person_id: str, *, reason: str, by: str, now: datetime, report: Reporter, say: Callable[[str], None]
) -> Erasure:
    """Leave no byte of a person. Raises UsageError for nobody of that id, HiuError on hold or if anything is left."""
    with hold(place.lock, "hiu erase", now):
        require_no_erasure(place.erasing)
        return _erase(place, person_id, {"reason": reason, "by": by}, now, report, say)


def resume(place: Place, *, now: datetime, report: Reporter, say: Callable[[str], None]) -> Erasure | None:
    """End an erasure that was cut off; None if nothing but its last line was to be done."""
    with hold(place.lock, "hiu erase", now):
        asked = unfinished_erasure(place.erasing)
        if asked is None:
            raise UsageError("no erasure was cut off; there is nothing to resume")
        try:
            return _erase(place, asked["person_id"], asked, now, report, say)
        except UsageError:
            # the warehouse was replaced already: what was left to do is the entry in the log
            _end(place, asked["token"], asked, {"resumed": True}, now)
            return None


def _erase(
    place: Place, person_id: str, asked: dict[str, str], now: datetime, report: Reporter, say: Callable[[str], None]
) -> Erasure:
    with open_warehouse(place) as warehouse:
        scope = find(warehouse, person_id, place.key_for("tombstone"))
    _require_no_hold(place, scope)
    token = token_of(place, person_id)
    asked = {"person_id": person_id, "token": token, "reason": asked["reason"], "by": asked["by"]}
    replace(place.erasing, json.dumps(asked).encode())
    stones = [{"token": stone, "erasure": token, "at": utc(now)} for stone in scope.stones]
    records.add(place.records, TOMBSTONES, stones)
    runs = rewrite_runs(place, scope, token, now, report)
    records.sweep(place.records)
    changed = rewrite_records(place, scope, token)
    removed = drop_others(place, scope, say)
    backups, unreachable = _backups(place, now)
    dropped = _warehouse(place, scope)
    _require_nothing(place, scope)
    raw = _raw(place, scope)
    counts = {"rows": scope.rows.height, "runs": runs, "record_lines": changed}
    counts |= {"files": len(removed), "backups": len(backups), "raw_files": raw.height}
    _end(place, token, asked, counts, now)
    return Erasure(
        token=token,
        rows=scope.rows.height,
        runs=runs,
        records=changed,
        removed=removed,
        backups=backups,
        unreachable=unreachable,
        shared=scope.shared,
        raw=raw,
        dropped=dropped,
    )


def _end(place: Place, token: str, asked: dict[str, str], counts: Mapping[str, object], now: datetime) -> None:
    about = {"erasure": token, "reason": asked["reason"], "by": asked["by"]}
    record(place, now, "erased", **about, **counts, **record_files(place))
    place.erasing.unlink()


def _require_no_hold(paths: Paths, scope: ErasureScope) -> None:
    holds = records.read(paths.records, HOLDS).filter("held", pl.col("person_id").is_in(sorted(scope.ids)))
    for row in holds.iter_rows(named=True):
        raise HiuError(
            f"{row['person_id']} is on hold since {row['recorded_at']:%Y-%m-%d}, recorded by {row['by']}; nothing was "
            f"erased. 'hiu hold {row['person_id']} --lift --reason WHY --by NAME' lifts it."
        )


def _backups(paths: Paths, now: datetime) -> tuple[list[str], list[str]]:
    """Destroy every backup made before: a database in a zip can't be searched or mended. Names; those not there."""
    there = listed_backups(paths)
    gone = [path for path in there if not path.exists()]
    for path in there:
        destroy_backup(paths, path, now)
    return [path.name for path in there if path not in gone], [str(path) for path in gone]


def _warehouse(place: Place, scope: ErasureScope) -> list[str]:
    """Replace the warehouse by a copy without the person, in a file that never held one."""
    work, fresh = (place.warehouse.with_name(place.warehouse.name + end) for end in (".erasing", ".fresh"))
    for left in (work, fresh, Path(f"{work}.wal"), Path(f"{fresh}.wal")):
        left.unlink(missing_ok=True)
    rewrite(place.warehouse, work)
    with open_warehouse(place, work) as copy:
        dropped = take_out(copy, scope)
        left_over = {table: n for table in copy.tables() if (n := rows_left(copy.read(table), scope))}
    if left_over:
        work.unlink()
        raise HiuError(f"{place.warehouse}: {left_over} rows would still tell the person; nothing was replaced")
    rewrite(work, fresh)
    move(fresh, place.warehouse)
    for left in (work, Path(f"{work}.wal"), Path(f"{fresh}.wal"), Path(f"{place.warehouse}.wal")):
        left.unlink(missing_ok=True)
    return dropped


def _require_nothing(paths: Paths, scope: ErasureScope) -> None:
    left = residue(paths, scope)
    if left:
        raise HiuError(
            f"the record is still in {', '.join(left[:5])}; the erasure is not finished. "
            "'hiu erase --resume' tries again"
        )


def residue(paths: Paths, scope: ErasureScope) -> list[str]:
    """Files under the curated folder that still tell a person, the note of the erasure apart."""
    files = [path for path in sorted(paths.curated.rglob("*")) if path.is_file() and path != paths.erasing]
    return [
        name
        for path in files
        if trace_places(name := path.relative_to(paths.curated).as_posix(), path.read_bytes(), scope.traces)
    ]


def _raw(paths: Paths, scope: ErasureScope) -> pl.DataFrame:
    """Files of partners that still hold the rows, with the rows, for the operator to purge."""
    by_file = scope.rows.group_by("source_file").agg(source_rows=pl.col("source_row").unique().sort())
    there = [name for name in by_file["source_file"].sort() if (paths.raw / name).exists()]
    return by_file.filter(pl.col("source_file").is_in(there)).sort("source_file")
