"""Intake: a delivered file's bytes to text cells with numbered rows, or a refusal that says why."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.columns import match_columns
from hiu.extract.files.content.kinds import refuse_other
from hiu.extract.files.content.markup import markup_tables
from hiu.extract.files.content.unpack import unpack
from hiu.extract.files.csv_text import read_csv
from hiu.extract.files.decode import MARKS, decode
from hiu.extract.files.header import quoted
from hiu.extract.files.numbering import Numbering
from hiu.extract.files.parquet import PARQUET, read_parquet
from hiu.extract.files.rows import Grid, split_rows
from hiu.extract.files.shapes.months import empty_columns, month_columns, other_months, renumbered, unpivot
from hiu.extract.files.xlsx.sheet import ZIP, read_tables, read_xlsx
from hiu.sources import Source
from hiu.sources.file import Unpivot

__all__ = ["RawTable", "match_columns", "read_table"]

_FORMULA = r"^=\"(.*)\"$"
"""A text that a system wrote as a formula, so that a spreadsheet keeps its noughts."""
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


@dataclass(frozen=True)
class RawTable:
    """A delivery as text: received rows are either in `frame` or in `refused`.

    `frame`: a String column a header as sent (empty cells null, white space kept) and `source_row` Int64, the 1-based
    data record: header, title, wholly blank and trailing rows (totals, remarks) not counted.
    `refused`: source_row Int64, column, code ('width', 'encoding', 'header_repeated', 'total') and reason, String.
    `warnings`: what was sent and is not read; with any, exit code 3.
    `notes`: what a person may want to know, such as "encoding cp1252" or "3 title rows skipped".
    `numbering`: the line on which each row stands.
    """

    frame: pl.DataFrame
    refused: pl.DataFrame
    received: int
    headers: list[str]
    notes: list[str]
    warnings: list[str] = field(default_factory=list)
    numbering: Numbering = field(default_factory=Numbering)


def read_table(path: Path, source: Source, *, name: str, max_bytes: int, max_ratio: float) -> RawTable:
    """Read a CSV, XLSX or Parquet delivery of a source.

    `name` is the path relative to the raw folder, for messages; `max_bytes` bounds the file and what an XLSX unpacks
    to, `max_ratio` unpacked over packed size. Raises InputRefused for what makes every row doubtful, with the physical
    row (line): its codes are those of content, decode, read_csv, read_xlsx and match_columns, and 'width', 'unpivot'.
    """
    grid = _grid(path, source, name, max_bytes, max_ratio)
    if any(mark in header for header in grid.headers for mark in MARKS):
        raise InputRefused("encoding", "found bytes in the header that are no text", file=name, row=grid.header_line)
    rows = split_rows(grid, source, name)
    frame = rows.frame.rename(dict(zip(grid.names, grid.headers, strict=True)))
    unnamed = [header for place, header in enumerate(grid.headers, 1) if header == f"column {place}"]
    idle = [header for header in unnamed if frame[header].null_count() == frame.height]
    headers = [header for header in grid.headers if header not in idle]
    received = frame.height + rows.refused.height
    table = RawTable(frame.drop(idle), rows.refused, received, headers, grid.notes + rows.notes, [], rows.numbering)
    table = turned(table, source.file.unpivot, name) if source.file.unpivot else table
    match_columns(table.headers, source, name=name)
    return table


def turned(table: RawTable, spec: Unpivot, name: str) -> RawTable:
    """A table with a column a month as one with a row for each number. Raises InputRefused('unpivot')."""
    chosen = month_columns(table.headers, spec, name)
    frame, empty = unpivot(table.frame, chosen), empty_columns(table.frame, chosen)
    refused, headers = renumbered(table.refused, chosen), [column for column in frame.columns if column != "source_row"]
    notes = [*table.notes, *([f"no number in {quoted(empty)}: not supplied"] if empty else [])]
    warnings = other_months(table.headers, chosen, spec)
    numbering = replace(table.numbering, per=len(chosen))
    return RawTable(frame, refused, frame.height + refused.height, headers, notes, warnings, numbering)


def _grid(path: Path, source: Source, name: str, max_bytes: int, max_ratio: float) -> Grid:
    data, notes = content(path, name, max_bytes=max_bytes, max_ratio=max_ratio)
    if data.startswith(ZIP):
        grid = read_xlsx(data, source, name, max_bytes=max_bytes, max_ratio=max_ratio)
    elif data.startswith(PARQUET):
        grid = read_parquet(data, source, name, max_bytes=max_bytes)
    elif tables := markup_tables(data, source.file.encodings[0], name):
        grid = read_tables(tables, source, name)
        notes.append("read from a web page or XML that is called a table")
    else:
        decoded = decode(data, source.file.encodings, name)
        notes += decoded.notes
        del data
        grid = read_csv(decoded.text, source, name)
        if '="' in decoded.text:
            grid = replace(grid, cells=grid.cells.with_columns(pl.col(grid.names).str.replace(_FORMULA, "${1}")))
    return replace(grid, notes=notes + grid.notes)


def content(path: Path, name: str, *, max_bytes: int, max_ratio: float) -> tuple[bytes, list[str]]:
    """The bytes of a workbook or a text, unpacked if need be, and notes. What they are is seen from them, not the name.

    Raises InputRefused: the codes of `load`, of `content.unpack` and of `content.kinds`.
    """
    data, notes = unpack(load(path, name, max_bytes), name, max_bytes=max_bytes, max_ratio=max_ratio)
    refuse_other(data, name)
    if path.suffix.lower() in _WORKBOOKS and not data.startswith(ZIP):
        notes.append(f"the name ends in {path.suffix} but the content is text: it is read as text")
    return data, notes


def load(path: Path, name: str, max_bytes: int) -> bytes:
    """The file's bytes. Raises InputRefused: 'unreadable', 'too_large', 'empty'."""
    if path.exists() and not path.is_file():
        raise InputRefused("unreadable", "found no plain file; expected a file with rows", file=name)
    try:
        size = path.stat().st_size
        if size > max_bytes:
            problem = f"found {size:,} bytes; expected at most {max_bytes:,} (max_file_bytes)"
            raise InputRefused("too_large", problem, file=name)
        data = path.read_bytes()
    except OSError as error:
        raise InputRefused("unreadable", f"the file can't be opened ({type(error).__name__})", file=name) from None
    if not data:
        raise InputRefused("empty", "found 0 bytes; expected a header and rows", file=name)
    return data
