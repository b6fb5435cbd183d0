"""Records below a header: blank and trailing rows left out, bad ones set aside, the rest numbered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.decode import DAMAGED, MARKS, UNREADABLE
from hiu.extract.files.header import tidy
from hiu.extract.files.numbering import Numbering
from hiu.extract.files.shapes.again import OTHER, under_own_headers
from hiu.extract.files.shapes.fill import filled_down
from hiu.extract.files.shapes.totals import total_rows
from hiu.extract.values.totals import ANY_TOTAL, plain
from hiu.sources import Source

WIDTH = "_width"
LINE = "_line"
_TAIL = 50
_REASONS = {
    UNREADABLE: "found bytes that are not UTF-8 in a file that otherwise is",
    DAMAGED: "found a NUL, or a byte that the file's encoding does not define; expected text",
}


@dataclass(frozen=True, kw_only=True)
class UnreadSheet:
    """A sheet that is not read: how many rows it holds, whether its columns are those of the sheet that is, and which
    of that one's fields it lacks. `words` are the cells of its widest row near the top, squashed: its headers, if it is
    a table."""

    title: str
    rows: int
    alike: bool
    hidden: bool
    lacks: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"'{self.title}' ({self.rows:,} row{'s' * (self.rows != 1)})"


@dataclass(frozen=True)
class Grid:
    """A file as text cells: one row a record below the header, blank ones included.

    `cells` has a String column a header (by position: c0, c1, ...; empty cells null), `_width` (cells found) and
    `_line` (physical row or line where the record starts). A record of another width has its cells cut or padded.
    `damaged`: some cells hold a mark of `decode.MARKS`. `huge`: by `_line`, records with a cell longer than any that is
    meant, and its header. `fill_down`: cell columns whose empty cells take the value above. `title` is that of the
    sheet, `unread` the other sheets of the workbook.
    """

    cells: pl.DataFrame
    headers: list[str]
    header_line: int
    notes: list[str] = field(default_factory=list)
    damaged: bool = False
    huge: dict[int, str] = field(default_factory=dict)
    fill_down: list[str] = field(default_factory=list)
    title: str = ""
    unread: tuple[UnreadSheet, ...] = ()

    @property
    def names(self) -> list[str]:
        """The cell columns."""
        return [f"c{place}" for place in range(len(self.headers))]


@dataclass(frozen=True)
class Rows:
    """Records kept and set aside; both hold `source_row`, 1-based over records that are neither blank nor trailing."""

    frame: pl.DataFrame
    refused: pl.DataFrame
    notes: list[str]
    numbering: Numbering


def split_rows(grid: Grid, source: Source, name: str) -> Rows:
    """Number the records and part those that can be read, and are no totals, from the others.

    Raises InputRefused('width') when most records have another number of cells than the header.
    """
    text = pl.concat_str(grid.names, ignore_nulls=True).str.strip_chars()
    blank = text.eq("") & pl.col(WIDTH).le(len(grid.names))
    filled = grid.cells.filter(~blank)
    trailing = count_trailing(filled.select(grid.names).tail(_TAIL).rows(), source.file.footers)
    records = filled.head(filled.height - trailing).with_row_index("source_row", 1).cast({"source_row": pl.Int64})
    numbering = Numbering(records[LINE])
    _same_width(records, grid, name)
    records, again, other = under_own_headers(records, grid.headers, source)
    faults = _faults(records, grid, again, other, total_rows(records, grid.headers, source))
    if grid.fill_down:
        records, faults = _fill(records, grid, faults)
    frame = records.join(faults, on="source_row", how="anti", maintain_order="left")
    notes = [f"{trailing} trailing row{'s' * (trailing > 1)} skipped (totals or remarks)"] if trailing else []
    notes = notes if records.height else [*notes, "no data rows"]
    return Rows(frame.select(*grid.names, "source_row"), faults, notes, numbering)


def count_trailing(last: Sequence[Sequence[str | None]], footers: Sequence[str]) -> int:
    """How many of the last rows are totals, 'end of report' or remarks: data ends before them."""
    count = 0
    for row in reversed(last):
        if not _is_trailing(row, footers):
            break
        count += 1
    return count


def _is_trailing(row: Sequence[str | None], footers: Sequence[str]) -> bool:
    """A mostly empty row that starts as a footer does, or whose only filled cell, the first, is a sentence.

    A sentence has four words and 25 letters at least: a name alone in its row is a record, not a remark. A source's own
    footer may have figures beside it; a total that has is no end of the data, and is set aside as one.
    """
    cells = [text for cell in row if (text := tidy(cell))]
    figures = (
        cells and not ANY_TOTAL.fullmatch(plain(cells[0])) and not any(any(map(str.isalpha, c)) for c in cells[1:])
    )
    if not cells or (len(cells) > max(2, len(row) // 2) and not figures):
        return False
    start = cells[0].casefold()
    rest = [start.removeprefix(word) for word in map(str.casefold, footers) if start.startswith(word)]
    ends = any(not text[:1].isalnum() for text in rest)
    sentence = len(cells) == 1 and bool(tidy(row[0])) and len(start.split()) >= 4 and len(start) >= 25
    return ends or (sentence and len(row) > 2)


def _fill(records: pl.DataFrame, grid: Grid, faults: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records filled down, and the faults with the rows that would take a value from a row that is set aside.

    A header that is said again and a total begin no block: the rows below them belong to those above.
    """
    again = faults.filter(pl.col("code").is_in(["header_repeated", "total"]))["source_row"]
    body = records.filter(~pl.col("source_row").is_in(again.implode()))
    done, lost = filled_down(body, grid.fill_down, faults["source_row"])
    reason = pl.lit("the row that the value stands in, above this one, was set aside")
    header = pl.lit(grid.headers[grid.names.index(grid.fill_down[0])])
    more = _fault(lost, "fill_down", reason, header)
    return done, pl.concat([faults, more]).sort("source_row")


def _same_width(records: pl.DataFrame, grid: Grid, name: str) -> None:
    wrong = records.filter(pl.col(WIDTH) != len(grid.headers))
    if wrong.height >= 3 and wrong.height * 2 > records.height:
        usual = f"found {wrong[WIDTH].mode().sort()[0]} cells, expected {len(grid.headers)}"
        problem = f"{wrong.height} of {records.height} rows have another number of cells than the header: {usual}"
        raise InputRefused("width", problem, file=name, row=wrong[LINE][0])


def _faults(
    records: pl.DataFrame, grid: Grid, again: list[int], other: pl.DataFrame, totals: pl.DataFrame
) -> pl.DataFrame:
    """One line a row set aside: source_row, column, code, reason; the first fault of a row is the one given."""
    expected = len(grid.headers)
    cells = pl.format("found {} cells, expected {}", WIDTH, pl.lit(expected))
    width = _fault(records.filter(pl.col(WIDTH) != expected), "width", cells)
    rest = records.filter(pl.col(WIDTH) == expected)
    repeated = rest.filter(pl.col("source_row").is_in(again))
    headers = _fault(repeated, "header_repeated", pl.lit("found the header again, expected a record"))
    below = _fault(other, OTHER, pl.col("reason"))
    faults = pl.concat([width, *_unreadable(rest, grid), headers, below, totals])
    return faults if faults.is_empty() else faults.unique("source_row", keep="first").sort("source_row")


def _unreadable(records: pl.DataFrame, grid: Grid) -> Iterator[pl.DataFrame]:
    if grid.damaged:
        yield from (_marked(records, grid, mark) for mark in MARKS)
    if grid.huge:
        lines = pl.col(LINE).replace_strict(grid.huge, default=None, return_dtype=pl.String)
        reason = pl.lit("found a cell of more than 131,072 characters; expected less")
        yield _fault(records.filter(pl.col(LINE).is_in(list(grid.huge))), "huge_cell", reason, lines)


def _marked(records: pl.DataFrame, grid: Grid, mark: str) -> pl.DataFrame:
    hit = [
        pl.when(pl.col(cell).str.contains(mark, literal=True)).then(pl.lit(header))
        for cell, header in zip(grid.names, grid.headers, strict=True)
    ]
    faults = _fault(records, "encoding", pl.lit(_REASONS[mark]), pl.coalesce(*hit))
    return faults.filter(pl.col("column").is_not_null())


def _fault(records: pl.DataFrame, code: str, reason: pl.Expr, column: pl.Expr | None = None) -> pl.DataFrame:
    column = pl.lit(None, pl.String) if column is None else column
    return records.select("source_row", column=column, code=pl.lit(code), reason=reason)
