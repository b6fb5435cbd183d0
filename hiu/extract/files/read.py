"""Intake: a delivered file's bytes to text cells with numbered rows, or a refusal that says why."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.columns import match_columns
from hiu.extract.files.content.json_rows import json_table
from hiu.extract.files.content.kinds import refuse_other
from hiu.extract.files.content.markup import markup_tables
from hiu.extract.files.content.unpack import unpack
from hiu.extract.files.csv_text import read_csv
from hiu.extract.files.decode import MARKS, decode
from hiu.extract.files.header import header_fields, known_headers, quoted, squash
from hiu.extract.files.numbering import SHEET, Numbering
from hiu.extract.files.parquet import PARQUET, read_parquet
from hiu.extract.files.path_months import month_of_title
from hiu.extract.files.rows import Grid, UnreadSheet, split_rows
from hiu.extract.files.shapes.months import empty_columns, month_columns, other_months, renumbered, unpivot
from hiu.extract.files.xlsx.sheet import ZIP, read_tables, read_xlsx
from hiu.sources import Source
from hiu.sources.file import Unpivot

__all__ = ["RawTable", "match_columns", "read_table", "unread_notes"]

_FORMULA = r"^=\"(.*)\"$"
"""A text that a system wrote as a formula, so that a spreadsheet keeps its noughts."""
MONTH_OF_SHEET = "month of sheet"
"""The header of a column that is made where several sheets are read, each named after a month."""
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


@dataclass(frozen=True)
class RawTable:
    """A delivery as text: received rows are either in `frame` or in `refused`.

    `frame`: a String column a header as sent (empty cells null, white space kept) and `source_row` Int64, the 1-based
    data record: header, title, wholly blank and trailing rows (totals, remarks) not counted.
    `refused`: source_row Int64, column, code ('width', 'encoding', 'header_repeated', 'total') and reason, String.
    `warnings`: what was sent and is not read; with any, exit code 3.
    `notes`: what a person may want to know, such as "encoding cp1252" or "3 title rows skipped".
    `numbering`: the line on which each row stands. `left`: the other sheets of a workbook.
    """

    frame: pl.DataFrame
    refused: pl.DataFrame
    received: int
    headers: list[str]
    notes: list[str]
    warnings: list[str] = field(default_factory=list)
    numbering: Numbering = field(default_factory=Numbering)
    left: tuple[UnreadSheet, ...] = ()


def read_table(path: Path, source: Source, *, name: str, max_bytes: int, max_ratio: float) -> RawTable:
    """Read a CSV, XLSX or Parquet delivery of a source.

    `name` is the path relative to the raw folder, for messages; `max_bytes` bounds the file and what an XLSX unpacks
    to, `max_ratio` unpacked over packed size. Raises InputRefused for what makes every row doubtful, with the physical
    row (line): its codes are those of content, decode, read_csv, read_xlsx and match_columns, and 'width', 'unpivot'.
    """
    return table_of(grids_of(path, source, name, max_bytes, max_ratio), source, name)


def table_of(grids: Sequence[Grid], source: Source, name: str) -> RawTable:
    """The grids of a delivery as the table that `read_table` gives. Raises InputRefused as that does."""
    tables = [_as_table(grid, source, name) for grid in grids]
    table = tables[0] if source.file.sheets == "one" else stacked(tables, [grid.title for grid in grids], source, name)
    left = grids[0].unread
    unread = unread_notes(left) if source.file.sheet is None else []
    table = replace(table, notes=[*table.notes, *unread], left=left)
    table = turned(table, source.file.unpivot, name) if source.file.unpivot else table
    match_columns(table.headers, source, name=name)
    return table


def unread_notes(left: Sequence[UnreadSheet]) -> list[str]:
    """Which sheets of a workbook are not read, with their rows: those that show, and those that are hidden."""
    shown, hidden = ([str(one) for one in left if one.hidden is state] for state in (False, True))
    notes = [f"sheets not read: {', '.join(shown)}"] * bool(shown)
    return notes + [f"hidden sheets are not read: {', '.join(hidden)}"] * bool(hidden)


def _as_table(grid: Grid, source: Source, name: str) -> RawTable:
    """The rows of one sheet or text. Raises InputRefused('encoding', 'width')."""
    if any(mark in header for header in grid.headers for mark in MARKS):
        raise InputRefused("encoding", "found bytes in the header that are no text", file=name, row=grid.header_line)
    rows = split_rows(grid, source, name)
    frame = rows.frame.rename(dict(zip(grid.names, grid.headers, strict=True)))
    unnamed = [header for place, header in enumerate(grid.headers, 1) if header == f"column {place}"]
    idle = [header for header in unnamed if frame[header].null_count() == frame.height]
    headers = [header for header in grid.headers if header not in idle]
    received = frame.height + rows.refused.height
    return RawTable(
        frame.drop(idle), rows.refused, received, headers, grid.notes + rows.notes, numbering=rows.numbering
    )


def stacked(tables: Sequence[RawTable], titles: Sequence[str], source: Source, name: str) -> RawTable:
    """Sheets with the same columns as one table, each below the one before; columns go by their headers.

    If every title names a month and the source reads a column MONTH_OF_SHEET, it is the first day of that month.
    """
    renamed = [_as_first(tables, table, source) for table in tables]
    headers = list(dict.fromkeys(header for names in renamed for header in names.values()))
    wanted = squash(MONTH_OF_SHEET) in known_headers(source)
    months = [month_of_title(title, name) for title in titles] if wanted else []
    frames, refused, lines, before = list[pl.DataFrame](), list[pl.DataFrame](), list[pl.Series](), 0
    lost = list[str]()
    for at, table in enumerate(tables):
        frame = table.frame.rename(renamed[at])
        gone = [header for header in headers if header not in frame.columns]
        lacking = [pl.lit(None, pl.String).alias(header) for header in gone]
        lost += [f"sheet '{titles[at]}' has no column {quoted(gone)}, so it is empty there"] * bool(gone)
        month = found.start.isoformat() if months and (found := months[at]) else None
        more = [pl.lit(month, pl.String).alias(MONTH_OF_SHEET)] * wanted
        frames.append(frame.with_columns(*lacking, *more, source_row=pl.col("source_row") + before))
        refused.append(table.refused.with_columns(pl.col("source_row") + before))
        lines.append(table.numbering.lines + at * SHEET)
        before += table.numbering.lines.len()
    notes = [f"{len(titles)} sheets read, one below another: {quoted(titles, 40)}"] * (len(titles) > 1)
    notes += [f"sheet '{title}': {note}" for title, table in zip(titles, tables, strict=True) for note in table.notes]
    notes += lost
    columns = [*headers, *[MONTH_OF_SHEET] * wanted]
    return RawTable(
        pl.concat([frame.select(*columns, "source_row") for frame in frames]),
        pl.concat(refused),
        sum(table.received for table in tables),
        columns,
        notes,
        numbering=Numbering(pl.concat(lines), sheets=tuple(titles) if len(titles) > 1 else ()),
    )


def _as_first(tables: Sequence[RawTable], table: RawTable, source: Source) -> dict[str, str]:
    """The headers of a table, each as the first table that has it, or another header of the same field, writes it."""
    fields, first = header_fields(source), dict[str, str]()
    for each in tables:
        for header in each.headers:
            first.setdefault(fields.get(squash(header), squash(header)), header)
    names = {header: first[fields.get(squash(header), squash(header))] for header in table.headers}
    return names if len({*names.values()}) == len(names) else {header: header for header in table.headers}


def turned(table: RawTable, spec: Unpivot, name: str) -> RawTable:
    """A table with a column a month as one with a row for each number. Raises InputRefused('unpivot')."""
    chosen = month_columns(table.headers, spec, name)
    frame, empty = unpivot(table.frame, chosen), empty_columns(table.frame, chosen)
    refused, headers = renumbered(table.refused, chosen), [column for column in frame.columns if column != "source_row"]
    notes = [*table.notes, *([f"no number in {quoted(empty)}: not supplied"] if empty else [])]
    warnings = other_months(table.headers, chosen, spec)
    numbering = replace(table.numbering, per=len(chosen))
    return RawTable(frame, refused, frame.height + refused.height, headers, notes, warnings, numbering)


def grids_of(path: Path, source: Source, name: str, max_bytes: int, max_ratio: float) -> list[Grid]:
    """The cells of a text or of the sheets of a workbook, below their headers. Raises InputRefused as read_table."""
    data, notes = content(path, name, max_bytes=max_bytes, max_ratio=max_ratio)
    if data.startswith(ZIP):
        first, *more = read_xlsx(data, source, name, max_bytes=max_bytes, max_ratio=max_ratio)
        return [replace(first, notes=notes + first.notes), *more]
    if data.startswith(PARQUET):
        grid = read_parquet(data, source, name, max_bytes=max_bytes)
    elif tables := markup_tables(data, source.file.encodings[0], name):
        first, *more = read_tables(tables, source, name)
        notes.append("read from a web page or XML that is called a table")
        return [replace(first, notes=notes + first.notes), *more]
    else:
        decoded = decode(data, source.file.encodings, name)
        notes += decoded.notes
        del data
        grid = read_csv(decoded.text, source, name)
        if '="' in decoded.text:
            grid = replace(grid, cells=grid.cells.with_columns(pl.col(grid.names).str.replace(_FORMULA, "${1}")))
    return [replace(grid, notes=notes + grid.notes)]


def content(path: Path, name: str, *, max_bytes: int, max_ratio: float) -> tuple[bytes, list[str]]:
    """The bytes of a workbook or a text, unpacked if need be and JSON made CSV, and notes. What they are is
    seen from them, not the name.

    Raises InputRefused: the codes of `load`, of `content.unpack` and of `content.kinds`.
    """
    data, notes = unpack(load(path, name, max_bytes), name, max_bytes=max_bytes, max_ratio=max_ratio)
    data, of_json = json_table(data, name)
    notes += of_json
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
