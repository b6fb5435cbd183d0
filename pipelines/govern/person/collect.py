"""Everything held about one person, table by table: the working database, what was recorded, every published month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

import polars as pl

from hiu.engine import Engine
from hiu.govern import records
from hiu.model import RECORDED, TABLES
from hiu.model.govern import EVERY, GOVERNED
from hiu.model.ids import ID_COLUMNS
from hiu.publish.release.working import whole_table
from pipelines.common.place import Paths
from pipelines.govern.person import chapters
from pipelines.govern.person.redact import ANOTHER, STAFF, STAFF_GROUND, Redactor
from pipelines.govern.person.scope import DESCRIBED, ROW, PersonScope

DATABASE, WRITTEN = "the working database", "records"
"""Where a table was read, beside the names of published folders."""
_PLAIN = frozenset({*ROW, "sha256", "run_id", "replaced_by", "source_file", "token", "disclosure_id", "correction_id"})

Cell = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class PersonRows:
    """The rows of one table that are about the person, others taken out; `place` = where it was read."""

    table: str
    place: str
    chapter: str
    title: str
    rows: list[dict[str, Cell]]


def collect(paths: Paths, warehouse: Engine, redactor: Redactor, *, name_staff: bool) -> Iterator[PersonRows]:
    """Every table that has something of the person, in the order of the chapters."""
    for place, table, frame in _frames(paths, warehouse):
        own = rows_of(table, frame, redactor.scope)
        if own.height:
            chapter, title = chapters.TABLES_OF.get(table, (chapters.MATCHED, f"Working table '{table}'"))
            rows = [row_for_person(table, row, redactor, name_staff=name_staff) for row in own.iter_rows(named=True)]
            yield PersonRows(table=table, place=place, chapter=chapter, title=title, rows=rows)


def _frames(paths: Paths, warehouse: Engine) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Every table there is: place, name, rows. Those that nothing about a person can be in are not read."""
    kept = {**RECORDED, **GOVERNED}
    for name in warehouse.tables():
        if name not in kept and _may_tell(name, warehouse.columns(name)):
            yield DATABASE, name, warehouse.read(name)
    for name, table in kept.items():
        if name in chapters.TABLES_OF:
            yield WRITTEN, name, records.history(paths.records, table)
    for folder in sorted(paths.published.iterdir()) if paths.published.is_dir() else []:
        for path in sorted(folder.glob("*.parquet")) if not folder.name.startswith(".") else []:
            frame = pl.read_parquet(whole_table(folder, path.stem))
            if _may_tell(path.stem, frame.columns):
                yield folder.name, path.stem, frame


def _may_tell(table: str, columns: list[str]) -> bool:
    if table in chapters.NOT_ABOUT_ANYBODY:
        return False
    return table in chapters.TABLES_OF or bool(set(ID_COLUMNS) & set(columns)) or set(ROW) <= set(columns)


def rows_of(table: str, frame: pl.DataFrame, scope: PersonScope) -> pl.DataFrame:
    """The rows of a table that are the person's."""
    if set(ROW) <= set(frame.columns) and (table in chapters.OWN_ONLY or not set(ID_COLUMNS) & set(frame.columns)):
        return frame.join(scope.rows, on=ROW, how="semi", maintain_order="left")
    if table == "address_demand":
        return frame.filter(pl.col("address").is_in(sorted(scope.addresses)))
    ids = [*sorted(scope.all_ids), *([EVERY] if table == "basis" else [])]
    mine = [pl.col(name).is_in(ids).fill_null(False) for name in ID_COLUMNS if name in frame.columns]
    if not mine:
        return frame.clear()
    own = frame.filter(reduce(or_, mine))
    if {"source", "event_id", "person_id"} <= set(frame.columns):
        keep = [pair in scope.events for pair in own.select("source", "event_id").iter_rows()]
        own = own.filter(pl.Series(keep, dtype=pl.Boolean))
    return own


def row_for_person(table: str, row: Mapping[str, object], redactor: Redactor, *, name_staff: bool) -> dict[str, Cell]:
    """A row as the person may have it: other people, and by setting staff, taken out."""
    staff = set() if name_staff else _staff_columns(table, row)
    return {name: _cell(table, name, value, redactor, staff) for name, value in row.items()}


def _staff_columns(table: str, row: Mapping[str, object]) -> set[str]:
    """The columns of a row that name a member of staff."""
    about = {str(row.get(name)) for name in ("field", "fact", "what")}
    more = {"value", "old_value", "detail"} if about & chapters.STAFF_FIELDS else set()
    return {*chapters.STAFF, *more} & set(row)


def _cell(table: str, name: str, value: object, redactor: Redactor, staff: set[str]) -> Cell:
    where = f"{table}, column {name}"
    if value is None or isinstance(value, bool):
        return value
    if name in ID_COLUMNS and value not in redactor.scope.all_ids and value != EVERY:
        redactor.count(where)
        return ANOTHER
    if (table, name) in chapters.THIRD:
        redactor.count(where)
        return ANOTHER
    if name in staff and not str(value).startswith("hiu "):
        redactor.count(where, STAFF_GROUND)
        return STAFF
    if name in DESCRIBED:
        value = redactor.described(name, value, where)
    return _plain(value) if name in _PLAIN else _for_person(value, redactor, where)


def _for_person(value: object, redactor: Redactor, where: str) -> Cell:
    plain = _plain(value)
    return redactor.text(plain, where) if isinstance(plain, str) and not isinstance(value, date) else plain


def _plain(value: object) -> Cell:
    """A value as JSON has it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return "|".join(map(str, value))
    return value if isinstance(value, str | int | float | bool) else str(value)


def free_texts(found: list[PersonRows]) -> int:
    """How many texts that people wrote are in the file: each is to be read before it is handed over."""
    return sum(
        isinstance(value, str) and name in chapters.FREE and value != ANOTHER
        for part in found
        for row in part.rows
        for name, value in row.items()
        if part.place == WRITTEN or part.table in ("record", "fact")
    )


def tables_with_people() -> list[str]:
    """Names of the model's tables in which somebody may be told: by an id, a row received, or a personal column."""
    return sorted(
        name
        for name, table in TABLES.items()
        if set(ID_COLUMNS) & set(table.names) or set(ROW) <= set(table.names) or any(c.personal for c in table.columns)
    )
