"""A Parquet file to text cells: what a database or another program wrote, with types that are its own."""

import io
from collections.abc import Callable

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hiu.errors import InputRefused
from hiu.extract.files.header import known_headers, squash, unique_headers
from hiu.extract.files.quotable import shown_headers
from hiu.extract.files.rows import LINE, WIDTH, Grid
from hiu.sources import Source

PARQUET = b"PAR1"
_NO_TEXT = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object, pl.Duration)


def read_parquet(data: bytes, source: Source, name: str, *, max_bytes: int) -> Grid:
    """The table as a Grid: times as '2025-06-08 14:30:00' (an offset kept as +0100), whole numbers without a point.

    Raises InputRefused: 'corrupt', 'too_large' (what it unpacks to), 'column_type' for a column of lists, parts or
    bytes, which is no cell of text.
    """
    try:
        table = pq.ParquetFile(io.BytesIO(data))
        unpacked = sum(table.metadata.row_group(at).total_byte_size for at in range(table.num_row_groups))
        if unpacked > max_bytes:
            problem = f"unpacks to {unpacked:,} bytes; expected at most {max_bytes:,} (max_file_bytes)"
            raise InputRefused("too_large", problem, file=name)
        frame = pl.DataFrame(pl.from_arrow(table.read()))
    except (pa.ArrowException, OSError, pl.exceptions.PolarsError):
        problem = "the Parquet file is damaged, encrypted or cut short; expected an intact one: have it sent again"
        raise InputRefused("corrupt", problem, file=name) from None
    texts, notes = _texts(frame, known_headers(source), name)
    headers, renamed = unique_headers([text.name for text in texts], known_headers(source), name, 1)
    cells = pl.DataFrame([text.alias(f"c{at}") for at, text in enumerate(texts)])
    cells = cells.with_columns(pl.lit(len(headers), pl.Int64).alias(WIDTH)).with_row_index(LINE, 1)
    return Grid(cells.cast({LINE: pl.Int64}), headers, 1, notes + renamed)


def _texts(frame: pl.DataFrame, columns: frozenset[str], name: str) -> tuple[list[pl.Series], list[str]]:
    """Every column as text, empty cells null; a note for each that is no text and that the source does not read."""
    texts, notes = list[pl.Series](), list[str]()
    for column in frame:
        if not isinstance(column.dtype, _NO_TEXT):
            texts.append(_text(column))
            continue
        problem = f"of type {column.dtype.base_type()}; text, numbers, dates, times or yes and no can be read"
        if squash(column.name) in columns:
            raise InputRefused("column_type", f"found a column {problem}", file=name, column=column.name)
        notes.append(f"column '{shown_headers([column.name])[0]}' is left out: {problem}")
    return texts, notes


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
