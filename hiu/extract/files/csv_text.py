"""Delimited text to cells: the csv module and polars read it apart and must agree on every cell."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.decode import MARKS
from hiu.extract.files.header import (
    DEPTH,
    counted_headers,
    find_header,
    known_headers,
    looked_for,
    score,
    unique_headers,
)
from hiu.extract.files.rows import LINE, WIDTH, Grid
from hiu.extract.files.shapes.fill import fill_places
from hiu.extract.files.shapes.heading import find_heading, number_equal
from hiu.sources import Source

DELIMITERS = {",": "comma", "|": "pipe", "\t": "tab", ";": "semicolon"}
_BATCH = 20_000
_RECORD = pl.Schema({"joined": pl.String, "width": pl.Int64, "end": pl.Int64})
_REASONS = {
    "unexpected end": ("unclosed_quote", "a quotation mark opened here is never closed; expected a closing one"),
    "expected after": ("quote", "found text after a closing quotation mark; expected a delimiter or the line's end"),
}
_LONGEST = 131_072
_SWALLOWED = f"found a cell of more than {_LONGEST:,} characters that holds rows; expected a closing quotation mark"

csv.field_size_limit(1 << 31)  # a huge cell sets its row aside (_huge); the module would refuse the file


@dataclass(frozen=True)
class Records:
    """What the csv module read: each record's cells joined by `joiner`, how many, and the line it starts on."""

    joined: pl.Series
    width: pl.Series
    line: pl.Series
    joiner: str

    def cells(self, index: int) -> list[str]:
        """The cells of one record; none for an empty line."""
        return self.joined[index].split(self.joiner) if self.width[index] else []


def read_csv(text: str, source: Source, name: str) -> Grid:
    """Read delimited text whose line ends are '\\n' into a Grid.

    Raises InputRefused: 'header', 'duplicate_header', 'unclosed_quote', 'quote', 'huge_cell', 'parsers_disagree'.
    """
    given = source.file.delimiter
    columns = known_headers(source)
    delimiter = given if given != "auto" else find_delimiter(text, looked_for(source))
    records = parse(text, delimiter, name)
    rows = [records.cells(index) for index in range(min(len(records.joined), max(DEPTH, source.file.header_row or 0)))]
    try:
        heading = find_heading(rows, source, name)
    except InputRefused as refusal:
        raise _wrong_delimiter(refusal, text, given, columns, name) from None
    row, numbered = number_equal(heading.cells, counted_headers(source))
    width = _expected_width(row, records, heading.last)
    line = records.line[heading.first]
    headers, notes = unique_headers([*row, *[""] * width][:width], columns, name, line)
    cells = _second_reading(text, delimiter, width, name, records)
    _agree(cells, records, width, name, text)
    cells = cells.with_columns(_widths(records, width).alias(WIDTH), records.line.alias(LINE)).slice(heading.last + 1)
    cells = cells.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())
    notes = [*_skipped(rows[: heading.first]), *numbered, *notes]
    filled = fill_places(headers, source.file.fill_down, name)
    huge = _huge(records, headers, name)
    _refuse_swallowed(records, width, delimiter, name)
    return Grid(cells, headers, line, notes, damaged=any(mark in text for mark in MARKS), huge=huge, fill_down=filled)


def _refuse_swallowed(records: Records, width: int, delimiter: str, name: str) -> None:
    """Refuse a file in which two stray quotation marks made one cell of whole rows: they would be lost in it."""
    over_lines = records.joined.str.contains("\n", literal=True).arg_true().to_list()
    for index in over_lines:
        parts = [cell.count("\n") for cell in records.cells(index) if cell.count(delimiter) >= max(2, width - 1)]
        if any(parts):
            problem = f"a quotation mark opens a cell that goes on over {max(parts) + 1} lines and holds whole rows"
            advice = "expected its end in the same line: put the stray quotation mark right"
            raise InputRefused("quote", f"{problem}; {advice}", file=name, row=records.line[index])


def parse(text: str, delimiter: str, name: str) -> Records:
    """Read every record with the csv module, strictly."""
    joiner = next(mark for mark in ("\x1f", *map(chr, range(0xE000, 0xF900))) if mark not in text)
    records = pl.concat(_batches(text, delimiter, joiner, name))
    return Records(records["joined"], records["width"], records["end"].shift(1, fill_value=0) + 1, joiner)


def _batches(text: str, delimiter: str, joiner: str, name: str) -> Iterator[pl.DataFrame]:
    reader = _reader(text, delimiter)
    try:
        while part := [(joiner.join(row), len(row), reader.line_num) for row in islice(reader, _BATCH)]:
            yield pl.DataFrame(part, schema=_RECORD, orient="row")
    except csv.Error as error:
        code, reason = next((entry for key, entry in _REASONS.items() if key in str(error)), ("csv", str(error)))
        raise InputRefused(code, reason, file=name, row=_last_good_line(text, delimiter) + 1) from None


def _reader(text: str, delimiter: str) -> Any:
    lines = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="\n")
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _last_good_line(text: str, delimiter: str) -> int:
    reader = _reader(text, delimiter)
    line = 0
    try:
        for _ in reader:
            line = reader.line_num
    except csv.Error:
        pass
    return line


def find_delimiter(text: str, columns: frozenset[str]) -> str:
    """The delimiter whose reading of the first records shows most known headers, then most cells."""

    def worth(delimiter: str) -> tuple[int, int]:
        rows = first_rows(text, delimiter)
        index = find_header(rows, columns)
        return (0, max(map(len, rows), default=0)) if index is None else (score(rows[index], columns), len(rows[index]))

    return max(DELIMITERS, key=worth)


def first_rows(text: str, delimiter: str, most: int = DEPTH) -> list[list[str]]:
    """The first records, read leniently: for looking only."""
    try:
        return list(islice(csv.reader(io.StringIO(text[:1_000_000], newline="\n"), delimiter=delimiter), most))
    except csv.Error:
        return []


def _wrong_delimiter(refusal: InputRefused, text: str, given: str, columns: frozenset[str], name: str) -> InputRefused:
    if refusal.code == "header" and given != "auto":
        other = find_delimiter(text, columns)
        fixed = DELIMITERS.get(given, given)
        if other != given and find_header(first_rows(text, other), columns) is not None:
            problem = f"found {DELIMITERS[other]}s between the cells; expected {fixed}s (file.delimiter)"
            return InputRefused("delimiter", problem, file=name)
    return refusal


def _expected_width(row: Sequence[str], records: Records, top: int) -> int:
    """Cells a record should have: the header's, unless a header or all records end in empty cells."""
    named = max((place for place, cell in enumerate(row, 1) if cell), default=0)
    widths = records.width.slice(top + 1)
    usual = widths.filter(widths > 1).mode().min()
    if not isinstance(usual, int) or named <= usual <= len(row):
        return usual if isinstance(usual, int) else len(row)
    ends = records.joined.slice(top + 1).filter(widths == usual).str.ends_with(records.joiner * (usual - len(row)))
    return usual if usual > len(row) and ends.all() else len(row)


def _huge(records: Records, headers: Sequence[str], name: str) -> dict[int, str]:
    """Line of each record with a cell too long to be meant, and the header of that cell.

    Raises InputRefused('huge_cell') if such a cell holds several lines: rows that an unclosed quotation mark swallowed.
    """
    found: dict[int, str] = {}
    for index in (records.joined.str.len_chars() > _LONGEST).arg_true():
        cells, line = records.cells(index), int(records.line[index])
        long = [place for place, cell in enumerate(cells) if len(cell) > _LONGEST]
        if any(cells[place].count("\n") > 1 for place in long):
            raise InputRefused("huge_cell", _SWALLOWED, file=name, row=line)
        for place in long[:1]:
            found[line] = headers[place] if place < len(headers) else ""
    return found


def _widths(records: Records, width: int) -> pl.Series:
    """Cells found in each record; a record of nothing but delimiters is blank however many there are."""
    empty = records.joined.str.strip_chars(records.joiner + " \t") == ""
    return records.width.zip_with(~(empty & (records.width > width)), pl.Series([width]))


def _second_reading(text: str, delimiter: str, width: int, name: str, records: Records) -> pl.DataFrame:
    content = f"{delimiter.join(f'c{place}' for place in range(width))}\n{text}".encode()
    try:
        return pl.read_csv(content, separator=delimiter, infer_schema=False, truncate_ragged_lines=True)
    except pl.exceptions.PolarsError:  # its message quotes cells, so it isn't known on
        raise _disagreement(text, records, name) from None


def _agree(cells: pl.DataFrame, records: Records, width: int, name: str, text: str) -> None:
    if cells.height != len(records.joined):
        raise _disagreement(text, records, name)
    theirs = cells.select(pl.concat_str(pl.all().fill_null(""), separator=records.joiner)).to_series()
    differ = (records.width == width) & (theirs != records.joined)
    if differ.any():
        raise _disagreement(text, records, name, differ.arg_true()[0])


def _disagreement(text: str, records: Records, name: str, index: int | None = None) -> InputRefused:
    line = _stray_quote(text, records) if index is None else int(records.line[index])
    expected = 'expected cells with a quotation mark in them to be quoted and the mark doubled ("5"" tall")'
    return InputRefused("parsers_disagree", f"two readings of the file differ; {expected}", file=name, row=line)


def _stray_quote(text: str, records: Records) -> int | None:
    """The first record with an odd number of quotation marks."""
    lines = text.split("\n")
    starts: list[int] = [*records.line.to_list(), len(lines) + 1]
    for start, end in pairwise(starts):
        if sum(line.count('"') for line in lines[start - 1 : end - 1]) % 2:
            return start
    return None


def _skipped(rows: Sequence[Sequence[str]]) -> list[str]:
    count = sum(any(cell.strip() for cell in row) for row in rows)
    return [f"{count} title row{'s' * (count > 1)} skipped"] if count else []
