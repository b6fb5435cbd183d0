"""Queries asked for a month: each answer becomes a Parquet file in the raw folder, a delivery like any other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hiu.disk import move
from hiu.errors import HiuError, InputRefused, UsageError
from hiu.extract.draft.table.sample import Query
from hiu.extract.files.quotable import shown_headers
from hiu.fuzzy import did_you_mean
from hiu.govern.basis.agreements import require_agreement
from hiu.govern.login import login
from hiu.govern.placeholder import is_placeholder
from hiu.month import Month
from hiu.sources import Source
from pipelines.access.bound import events, require_whole
from pipelines.common.fingerprint import digest
from pipelines.common.journal import record
from pipelines.common.place import Place
from pipelines.fetch.connections import connection
from pipelines.fetch.drivers import ask, storage

ACCEPTED = "query_accepted"
"""What an event is that lets a query be asked."""
_UNREAD = (
    "was not asked: nobody has accepted the query of '{source.name}' as it is now, put to '{source.file.dsn}'. "
    "Read it in the folder sources, then 'hiu fetch {month} --source {source.name} --accept NAME'"
)
_LOOK = 2_000
"""Rows of a query that a draft looks at."""


@dataclass
class Fetched:
    """What was asked: rows by the file they are in (relative to raw), and the refusals."""

    rows: dict[str, int] = field(default_factory=dict)
    refused: list[InputRefused] = field(default_factory=list)


def fetch(
    place: Place, month: Month, now: datetime, *, source: str | None = None, again: bool = False, accept: str = ""
) -> Fetched:
    """Ask every source that has a query (or one) for a month whose file is not there yet; `again`: also if it is.

    A query is asked once somebody has accepted it as it is: `accept` is who does so, for the one source that is named.
    A refusal of one source does not keep the others from being asked. Raises UsageError for a source without a query,
    and HiuError if the log is not whole.
    """
    done, wanted = Fetched(), _wanted(place, source)
    if wanted:
        require_whole(place)
    if accept:
        accept_query(place, source, by=accept, now=now)
    accepted = {event.get("query") for event in events(place) if event.get("type") == ACCEPTED}
    for each in wanted:
        path = file_of(place, each, month)
        if path.exists() and not again:
            continue
        name = path.relative_to(place.raw).as_posix()
        try:
            require_agreement(place.settings, each.name, now.date())
            if _digest(each) not in accepted:
                raise InputRefused("query_not_accepted", _UNREAD.format(source=each, month=month), file=name)
            done.rows[name] = _fetch(place, each, month, path, name)
        except InputRefused as refusal:
            done.refused.append(refusal)
            continue
        except HiuError as error:
            done.refused.append(InputRefused("database", str(error), file=name))
            continue
        record(place, now, "database_asked", source=each.name, month=str(month), rows=done.rows[name])
    return done


def accept_query(place: Place, source: str | None, *, by: str, now: datetime) -> None:
    """Enter in the log that somebody has read a source's query, and where it is put to. Raises UsageError."""
    if source is None or is_placeholder(by):
        raise UsageError(
            "--accept NAME: your own name or post, with --source, the one source whose query you have read"
        )
    (one,) = _wanted(place, source)
    record(place, now, ACCEPTED, source=one.name, query=_digest(one), by=by, login=login())


def _digest(source: Source) -> str:
    """Of what is asked and where: it changes with either."""
    return digest(source.name, source.file.dsn, source.file.query)


def file_of(place: Place, source: Source, month: Month) -> Path:
    """Where the answer for a month lies; a register's month is in its name, so that its last file holds."""
    if source.kind == "register":
        return place.raw / f"{source.name}_{month}.parquet"
    return place.raw / str(month) / f"{source.name}.parquet"


def query_for(source: Source, month: Month) -> str:
    """The query with '{month}' and '{month_after}' as dates: the first day of the month and of the one after."""
    return _with_month(str(source.file.query), month)


def _with_month(text: str, month: Month) -> str:
    for word, day in (("{month}", month.start), ("{month_after}", month.after)):
        text = text.replace(word, f"'{day.isoformat()}'")
    return text


def _wanted(place: Place, named: str | None) -> list[Source]:
    asked = {name: source for name, source in place.sources.items() if source.file.query}
    if named is None:
        return list(asked.values())
    if named not in asked:
        raise UsageError(f"'{named}' has no query: [file] query in its TOML.{did_you_mean(named, asked)}")
    return [asked[named]]


def _fetch(place: Place, source: Source, month: Month, path: Path, name: str) -> int:
    dsn, query = connection(place, str(source.file.dsn)), query_for(source, month)
    with ask(dsn, query, file=name, settings=place.settings) as batches:
        return save(batches, path, name, max_bytes=place.settings.max_file_bytes)


def first_rows(place: Place, query: Query, path: Path, month: Month) -> int:
    """The first rows that a query gives, in a file to look at; how many. Raises InputRefused and SettingsError."""
    name = path.name
    dsn, sql = connection(place, query.dsn), _with_month(query.sql, month)
    with ask(dsn, sql, file=name, settings=place.settings) as batches:
        few = pa.RecordBatchReader.from_batches(batches.schema, _few(batches))
        return save(few, path, name, max_bytes=place.settings.max_file_bytes)


def _few(batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The first rows alone, whatever the dialect of the query."""
    left = _LOOK
    for batch in batches:
        yield batch.slice(0, left)
        left -= batch.num_rows
        if left <= 0:
            return


def save(batches: pa.RecordBatchReader, path: Path, name: str, *, max_bytes: int) -> int:
    """Write batches to a file that is seen whole or not at all; returns the rows. Raises InputRefused 'too_large'."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside, rows = path.with_name(f".{path.name}.new"), 0
    _require_columns(batches.schema, name)
    schema = pa.schema(storage(batches.schema))
    try:
        with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
            for batch in batches:
                table = pa.table([_plain(column) for column in batch.columns], schema=schema)
                writer.write_table(table)
                rows += batch.num_rows
                if aside.stat().st_size > max_bytes:
                    problem = f"the answer is over {max_bytes:,} bytes (max_file_bytes); expected one month's rows"
                    raise InputRefused("too_large", f"{problem}: use {{month}} in the query", file=name)
        move(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return rows


def _require_columns(schema: pa.Schema, name: str) -> None:
    """Raises InputRefused for an answer without columns, with two of one name, or of a type that no file holds."""
    if not schema.names:
        raise InputRefused("header", "the answer has no column; expected at least one in the SELECT", file=name)
    for column in schema:
        twice = schema.names.count(column.name) > 1
        if twice or pa.types.is_interval(column.type):
            found = "two columns of this name; name one otherwise (AS)" if twice else "type interval; cast it to text"
            raise InputRefused("column_type", f"found {found}", file=name, column=shown_headers([column.name])[0])


def _plain(column: pa.Array) -> pa.Array:
    """A column in the type that `storage` names: what Arrow has no plain type for is text or bytes underneath."""
    if column.type == pa.uuid():
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return column.storage if isinstance(column, pa.ExtensionArray) else column
