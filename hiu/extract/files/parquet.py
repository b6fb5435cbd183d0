"""A Parquet file to text cells: what a database or another program wrote, with types that are its own."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hiu.errors import InputRefused
from hiu.extract.files.header import known_headers, squash, unique_headers
from hiu.extract.files.quotable import shown_headers
from hiu.extract.files.rows import LINE, WIDTH, Grid
from hiu.sources import Source

PARQUET = b"PAR1"
_NO_TEXT = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object, pl.Duration)
_READ = "text, numbers, dates, times or yes and no can be read"
_DAYS = datetime(1, 1, 2), datetime(9999, 12, 30)
"""Between these a moment can be written in any zone."""
_FAULTS = (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What the libraries raise at values that they can't read; a panic of Polars is no Exception."""


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Whatever of a file the libraries fail at is a refusal of that file alone. Raises InputRefused('unreadable')."""
    try:
        yield
    except (pa.ArrowException, pl.exceptions.PolarsError, pl.exceptions.PanicException) as fault:
        problem = f"a value or a type of it can't be read ({type(fault).__name__}); nothing of it was taken in"
        raise InputRefused("unreadable", f"{problem}. Have it sent as CSV", file=name) from None


def read_parquet(data: bytes, source: Source, name: str, *, max_bytes: int) -> Grid:
    """The table as a Grid: times as '2025-06-08 14:30:00' (an offset kept as +0100), whole numbers without a point.

    Raises InputRefused: 'corrupt', 'header' (no column), 'too_large' (what it unpacks to), 'column_type' for a column
    that is read and whose type or values can't be text, such as lists, parts, bytes or a time in the year 294000.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        unpacked = sum(file.metadata.row_group(at).total_byte_size for at in range(file.num_row_groups))
        if unpacked > max_bytes:
            problem = f"unpacks to {unpacked:,} bytes; expected at most {max_bytes:,} (max_file_bytes)"
            raise InputRefused("too_large", problem, file=name)
        table = file.read()
    except _FAULTS:
        problem = "the Parquet file is damaged, encrypted or cut short; expected an intact one: have it sent again"
        raise InputRefused("corrupt", problem, file=name) from None
    if not table.num_columns:
        raise InputRefused("header", "found no column; expected a table with columns that have names", file=name)
    texts, notes = _texts(table, known_headers(source), name)
    headers, renamed = unique_headers([title for title, _ in texts], known_headers(source), name, 1)
    cells = pl.DataFrame([text.alias(f"c{at}") for at, (_, text) in enumerate(texts)])
    cells = cells.with_columns(pl.lit(len(headers), pl.Int64).alias(WIDTH)).with_row_index(LINE, 1)
    return Grid(cells.cast({LINE: pl.Int64}), headers, 1, notes + renamed)


def _texts(table: pa.Table, columns: frozenset[str], name: str) -> tuple[list[tuple[str, pl.Series]], list[str]]:
    """The header and text of every column, empty cells null; a note for each that can't be text and is not read."""
    texts, notes = list[tuple[str, pl.Series]](), list[str]()
    for title, column in zip(table.column_names, table.columns, strict=True):
        try:
            texts.append((title, _column(column)))
        except _FAULTS as fault:
            problem = str(fault) if isinstance(fault, _NoText) else f"of type {column.type} that can't be read; {_READ}"
            if squash(title) in columns:
                raise InputRefused("column_type", f"found a column {problem}", file=name, column=title) from None
            notes.append(f"column '{shown_headers([title])[0]}' is left out: {problem}")
    return texts, notes


class _NoText(ValueError):
    """Why a column can't be text, in words."""


def _column(column: pa.ChunkedArray) -> pl.Series:
    """Raises one of _FAULTS if the column can't be text."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        _require_days(column)
    series = pl.Series(pl.from_arrow(column))
    if isinstance(series.dtype, _NO_TEXT):
        raise _NoText(f"of type {series.dtype.base_type()}; {_READ}")
    return _text(series)


def _require_days(column: pa.ChunkedArray) -> None:
    """Polars panics at a moment that no calendar has, such as PostgreSQL's 'infinity'."""
    kind, is_day = column.type, pa.types.is_date(column.type)
    if not is_day and kind.unit == "ns":  # which reach from 1677 to 2262
        return
    plain = kind if is_day else pa.timestamp(kind.unit)
    first, last = (pa.scalar(day.date() if is_day else day).cast(plain) for day in _DAYS)
    found = column.cast(plain)
    if pc.any(pc.or_(pc.less(found, first), pc.greater(found, last))).as_py():
        raise _NoText("with a time outside the years 1 to 9999, such as infinity; expected an empty cell")


def _text(column: pl.Series) -> pl.Series:
    for types, write in _WRITTEN:
        if isinstance(column.dtype, types):
            return write(column)
    return column.cast(pl.String).replace("", None)


def _moment(column: pl.Series) -> pl.Series:
    zoned = isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None
    return column.dt.strftime("%Y-%m-%dT%H:%M:%S%z" if zoned else "%Y-%m-%d %H:%M:%S")


def _number(column: pl.Series) -> pl.Series:
    return column.cast(pl.String).str.replace(r"\.0+$", "")


_WRITTEN: tuple[tuple[tuple[type[pl.DataType], ...], Callable[[pl.Series], pl.Series]], ...] = (
    ((pl.Datetime,), _moment),
    ((pl.Date,), lambda column: column.dt.strftime("%Y-%m-%d")),
    ((pl.Time,), lambda column: column.dt.strftime("%H:%M:%S")),
    ((pl.Float32, pl.Float64, pl.Decimal), _number),
    ((pl.Boolean,), lambda column: column.replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)),
)
