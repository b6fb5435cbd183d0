"""Erase a person: tombstones first, then published runs, records, other files, backups, and the warehouse last.

Before anything is changed a note says whom it is about and what to look for. An erasure that was cut off, or that found
something left, is begun again by the note and ends the same; no run starts while it lies there. What other copies of
the site still hold is said by name when all is done.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replace_traces
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from hiu.disk import move, replace
from hiu.engine.connection import rewrite
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.erase.others import SOMEBODY
from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.erase.words import redact, require_unnamed
from hiu.model.govern import HOLDS
from pipelines.access.disclose import record_files
from pipelines.access.remake import withhold
from pipelines.common.journal import record
from pipelines.common.lock import hold, require_no_erasure, unfinished_erasure
from pipelines.common.place import Paths, Place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.erase.again import next_again, token_of
from pipelines.erase.copies import Copies, destroy_copies
from pipelines.erase.files import beside, doubtful_lines, drop_others, named_folders, rewrite_records, rewrite_runs
from pipelines.erase.find import ErasureScope, find
from pipelines.erase.log import redact_log
from pipelines.erase.marks import keep_marks
from pipelines.erase.note import scope_of, write_note
from pipelines.erase.tables import rows_left, take_out

Asked = Mapping[str, Any]
"""The note of an erasure: person_id, token, reason, by, and what was found of the person."""


@dataclass(kw_only=True)
class Erasure:
    """What an erasure did. `raw` = rows the operator has to purge: source_file, source_rows; `left` = other copies of
    the site that still hold the person, a sentence each."""

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
    copies: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether no file that we know of holds the person any more."""
        return not self.unreachable and not self.left and self.raw.is_empty()


def erase(
    place: Place, person_id: str, *, reason: str, by: str, now: datetime, report: Reporter, say: Callable[[str], None]
) -> Erasure:
    """Leave no byte of a person. Raises UsageError for nobody of that id, HiuError on hold or if anything is left."""
    with hold(place.lock, "hiu erase", now):
        require_no_erasure(place.erasing)
        return _erase(place, {"person_id": person_id, "reason": reason, "by": by}, now, report, say)


def resume(place: Place, *, now: datetime, report: Reporter, say: Callable[[str], None]) -> list[Erasure]:
    """End what was cut off, found something left, or has to be done again after a restore: all is searched again.

    After a restore, what was published is shown again once it is without everybody who forbade it since the backup.
    """
    with hold(place.lock, "hiu erase", now):
        if not place.erasing.exists():
            raise UsageError("no erasure was cut off; there is nothing to resume")
        if place.held_back.is_dir():
            move(place.held_back, place.published)
        done = []
        while (asked := unfinished_erasure(place.erasing)) is not None:
            whom = asked if "person_id" in asked else next_again(place, asked["again"])
            if whom is None:  # of an objection that is newer than what was published in the backup
                for line in withhold(place, now, report):
                    say(line)
                place.erasing.unlink()
            else:
                done.append(_erase(place, whom, now, report, say))
        return done


def _erase(place: Place, asked: Asked, now: datetime, report: Reporter, say: Callable[[str], None]) -> Erasure:
    noted, resumed = scope_of(asked), "token" in asked
    scope, there = _scope(place, asked["person_id"], noted)
    _require_no_hold(place, scope)
    if not resumed:
        texts = {"--reason": asked["reason"], "--by": asked["by"]}
        require_unnamed(texts, scope.traces, scope.traces.births, scope.traces.surnames)
    token = asked.get("token") or token_of(place, asked["person_id"])
    plain = {name: redact(asked[name], scope.traces, SOMEBODY) for name in ("reason", "by")}
    asked = {"person_id": asked["person_id"], "token": token, **plain, "again": asked.get("again")}
    write_note(place, asked, scope)
    keep_marks(place, scope, token, now)
    runs = rewrite_runs(place, scope, token, now, report)
    records.sweep(place.records)
    copies = _copies(place, scope, asked, now, report, say)
    copies.left += [f"{path}: tells the person; remove it by hand" for path in beside(place, scope)]
    changed = rewrite_records(place, scope, token)
    copies.left += doubtful_lines(place, scope)
    redact_log(place, scope.traces, token, now)
    removed = drop_others(place, scope, say)
    _sweep_working_files(place)
    dropped = _warehouse(place, scope) if there else []
    _require_nothing(place, scope)
    raw = _raw(place, scope)
    counts = {"rows": scope.rows.height, "runs": runs, "record_lines": changed, "files": len(removed)}
    counts |= {"backups": len(copies.destroyed), "copies_left": len(copies.left) + len(copies.unreachable)}
    _end(place, token, asked, {**counts, "raw_files": raw.height}, now)
    return Erasure(
        token=token,
        rows=scope.rows.height,
        runs=runs,
        records=changed,
        removed=removed,
        backups=copies.destroyed,
        unreachable=copies.unreachable,
        shared=scope.shared,
        raw=raw,
        dropped=dropped,
        copies=copies.rewritten,
        left=copies.left,
    )


def _scope(place: Place, person_id: str, noted: ErasureScope | None) -> tuple[ErasureScope, bool]:
    """What to look for, and whether the warehouse still knows the person. Raises UsageError if nothing ever did."""
    try:
        with open_warehouse(place) as warehouse:
            found = find(warehouse, person_id, place.key_for("tombstone"))
    except UsageError:
        if noted is None:
            raise
        return noted, False
    return (found.joined(noted) if noted else found), True


def _copies(
    place: Place, scope: ErasureScope, asked: Asked, now: datetime, report: Reporter, say: Callable[[str], None]
) -> Copies:
    """Every other copy of the site: destroyed, written anew, or named."""

    def rewritten(copy: Place) -> None:
        _erase_copy(copy, scope, asked["token"], now, report, say)

    return destroy_copies(place, scope, rewritten, now)


def _erase_copy(
    copy: Place, scope: ErasureScope, token: str, now: datetime, report: Reporter, say: Callable[[str], None]
) -> None:
    """The same in a curated folder that a restore set aside. Raises HiuError if anything is left there."""
    own, there = _scope_of_copy(copy, scope)
    rewrite_runs(copy, own, token, now, report)
    rewrite_records(copy, own, token)
    redact_log(copy, own.traces, token, now)
    drop_others(copy, own, say)
    _sweep_working_files(copy)
    if there:
        _warehouse(copy, own)
    copy.erasing.unlink(missing_ok=True)
    _require_nothing(copy, own)


def _scope_of_copy(copy: Place, scope: ErasureScope) -> tuple[ErasureScope, bool]:
    """The person as that copy knows them: under one of their ids, or as one of their descriptions."""
    if not copy.warehouse.exists():
        return scope, False
    with open_warehouse(copy) as warehouse:
        clusters = warehouse.rows("cluster", "identity_id", "person_id")
        own = clusters.filter(
            pl.col("identity_id").is_in(sorted(scope.identities)) | pl.col("person_id").is_in(sorted(scope.ids))
        )
        for person in own["person_id"].unique().sort():
            scope = find(warehouse, person, copy.key_for("tombstone")).joined(scope)
    return scope, not own.is_empty()


def _end(place: Place, token: str, asked: dict[str, str], counts: Mapping[str, object], now: datetime) -> None:
    about = {"erasure": token, "reason": asked["reason"], "by": asked["by"]}
    record(place, now, "erased", **about, **counts, **record_files(place))
    if asked["again"] is not None:
        replace(place.erasing, json.dumps({"again": asked["again"]}).encode())
    else:
        place.erasing.unlink()


def require_gone(place: Place, scope: ErasureScope) -> None:
    """No row of the warehouse tells the person. Raises HiuError naming the tables in which one does."""
    with open_warehouse(place) as warehouse:
        left = {table: n for table in warehouse.tables() if (n := rows_left(warehouse.read(table), scope))}
    if left:
        raise HiuError(f"{place.warehouse}: {left} rows still tell the person. 'hiu erase --resume' tries again")


def _require_no_hold(paths: Paths, scope: ErasureScope) -> None:
    holds = records.read(paths.records, HOLDS).filter("held", pl.col("person_id").is_in(sorted(scope.ids)))
    for row in holds.iter_rows(named=True):
        raise HiuError(
            f"{row['person_id']} is on hold since {row['recorded_at']:%Y-%m-%d}, recorded by {row['by']}; nothing was "
            f"erased. 'hiu hold {row['person_id']} --lift --reason WHY --by NAME' lifts it."
        )


def _warehouse(place: Place, scope: ErasureScope) -> list[str]:
    """Replace the warehouse by a copy without the person, in a file that never held one; a lake empties its folders."""
    if place.lake:
        with open_warehouse(place) as lake, lake.transaction():
            return take_out(lake, scope)
    work, fresh = _working_files(place)
    rewrite(place.warehouse, work)
    with open_warehouse(place, work) as copy:
        dropped = take_out(copy, scope)
        left_over = {table: n for table in copy.tables() if (n := rows_left(copy.read(table), scope))}
    if left_over:
        work.unlink()
        raise HiuError(f"{place.warehouse}: {left_over} rows would still tell the person; nothing was replaced")
    rewrite(work, fresh)
    move(fresh, place.warehouse)
    _sweep_working_files(place)
    Path(f"{place.warehouse}.wal").unlink(missing_ok=True)
    return dropped


def _working_files(paths: Paths) -> tuple[Path, Path]:
    """The copy the person is taken out of, and the fresh file it is copied into."""
    work, fresh = (paths.warehouse.with_name(paths.warehouse.name + end) for end in (".erasing", ".fresh"))
    return work, fresh


def _sweep_working_files(paths: Paths) -> None:
    for left in _working_files(paths):
        left.unlink(missing_ok=True)
        Path(f"{left}.wal").unlink(missing_ok=True)


def _require_nothing(place: Place, scope: ErasureScope) -> None:
    if place.has_tables:
        require_gone(place, scope)
    left = [*residue(place, scope), *(f"a folder's name in {one.parent}" for one in named_folders(place, scope))]
    if left:
        raise HiuError(
            f"the record is still in {', '.join(left[:5])}; the erasure is not finished, and no run starts till it is. "
            "Put right or remove what is named, then 'hiu erase --resume' searches everything again"
        )


def residue(paths: Paths, scope: ErasureScope) -> list[str]:
    """Files under the curated folder that still tell a person, the note of the erasure apart."""
    files = [path for path in sorted(paths.curated.rglob("*")) if path.is_file() and path != paths.erasing]
    found = scope.traces
    # in a database's file words may stand side by side; its rows were searched for names instead
    stored = Traces(found.ids, found.numbers, homes=found.homes)
    # an agency's number in a table may be somebody else's reference: it is looked for in what people wrote
    tables = replace_traces(found, locals=frozenset())
    return [
        name
        for path in files
        if trace_places(
            name := path.relative_to(paths.curated).as_posix(),
            path.read_bytes(),
            stored if path == paths.warehouse else tables if path.is_relative_to(paths.published) else found,
        )
    ]


def _raw(paths: Paths, scope: ErasureScope) -> pl.DataFrame:
    """Files of partners that still hold the rows, with the rows, for the operator to purge."""
    by_file = scope.rows.group_by("source_file").agg(source_rows=pl.col("source_row").unique().sort())
    there = [name for name in by_file["source_file"].sort() if (paths.raw / name).exists()]
    return by_file.filter(pl.col("source_file").is_in(there)).sort("source_file")
