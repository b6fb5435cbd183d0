"""An XLSX sheet to text cells, after the workbook has been shown to be safe to open."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import fastexcel
import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.header import (
    DEPTH,
    counted_headers,
    find_header,
    header_fields,
    known_headers,
    looked_for,
    quoted,
    score,
    squash,
    unique_headers,
)
from hiu.extract.files.path_months import title_of_month
from hiu.extract.files.quotable import about_somebody
from hiu.extract.files.rows import LINE, WIDTH, Grid, UnreadSheet
from hiu.extract.files.shapes.fill import fill_merged, fill_places
from hiu.extract.files.shapes.heading import find_heading, number_equal
from hiu.extract.files.xlsx.extent import refuse_far_cells
from hiu.extract.files.xlsx.marks import Marks, across, mark_notes, read_marks, refuse_serials, refuse_unworked
from hiu.fuzzy import did_you_mean, nearest
from hiu.sources import Source

ZIP = b"PK\x03\x04"
MOST_ROWS = 1_048_576
Rows = Sequence[Sequence[str | None]]
_NEAR = 80
_ALIKE = 0.8
"""A sheet with this share of the best one's headers may hold rows too: somebody must say which is meant."""
_MOST = 0.6
"""The share of the best sheet's fields that another one has which is read with it."""
_BROKEN = (RuntimeError, NotImplementedError, EOFError, ValueError, OSError, zlib.error)
"""What zipfile raises besides its own errors on an archive whose directory lies."""


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as text by physical row, and how many held an Excel error such as #N/A (read as empty)."""

    name: str
    cells: pl.DataFrame
    errors: int = 0

    def head(self, most: int = DEPTH) -> list[tuple[str | None, ...]]:
        """The first physical rows."""
        return self.cells.head(most).rows()


def read_xlsx(data: bytes, source: Source, name: str, *, max_bytes: int, max_ratio: float) -> list[Grid]:
    """Read the source's sheet, or all that have its columns, each into a Grid, with what is not read beside the first.

    All values are text: dates as '2025-06-08 00:00:00'. Raises InputRefused: 'not_xlsx', 'encrypted', 'zip_ratio',
    'too_large', 'corrupt', 'far_cell', 'sheet', 'header', 'duplicate_header', 'formula', 'fill_down'.
    """
    guard(data, name, max_bytes=max_bytes, max_ratio=max_ratio)
    book = open_book(data, name)
    if source.file.sheets == "all":
        heads = {title: load_sheet(book, title, name, DEPTH).head() for title in visible(book, name)}
        read = [(load_sheet(book, title, name), list[str]()) for title in alike_titles(heads, source, name)]
    else:
        read = [choose_sheet(book, source, name)]
    grids = [
        sheet_grid(sheet, read_marks(data, _as_sent(book, sheet.name)), notes, source, name) for sheet, notes in read
    ]
    titles = [sheet.name for sheet, _ in read]
    shown, hidden = visible(book, name), visible(book, name, hidden=True)
    rest = [title for title in (*shown, *hidden) if title not in titles]
    others = [(load_sheet(book, title, name), title in hidden) for title in rest]
    return [replace(grids[0], unread=_unread(others, read[0][0], source)), *grids[1:]]


def alike_titles(heads: Mapping[str, Rows], source: Source, name: str) -> list[str]:
    """The sheets that can be read as the one that holds most known names, in the order of the workbook.

    One lacks no required field that it has, and has most of its other fields, each by any header of the field's list;
    where columns are months, it has the same headers.
    """
    columns = looked_for(source)
    most = max(heads, key=lambda title: len(_matching(heads[title], columns)), default=None)
    if most is None or not _matching(heads[most], columns):
        return [_by_header(heads, source, name)[0]]
    if source.file.unpivot is not None:
        return [
            title for title in heads if _matching(heads[title], columns, True) == _matching(heads[most], columns, True)
        ]
    fields = {title: _fields(heads[title], source) for title in heads}
    best = max(fields.values(), key=len)
    needed = {field for field in best if field in source.fields and source.fields[field].required}
    return [title for title, own in fields.items() if needed <= own and len(own & best) >= _MOST * len(best)]


def _fields(rows: Rows, source: Source) -> frozenset[str]:
    """What the columns of a sheet are read as."""
    words = _matching(rows, looked_for(source))
    accepted = header_fields(source, words) | dict.fromkeys(counted_headers(source).values(), "")
    return frozenset(accepted[word] for word in words & accepted.keys())


def _matching(rows: Rows, columns: frozenset[str], every: bool = False) -> frozenset[str]:
    """The known headers of a sheet, or all of its headers if any is known."""
    index = find_header(rows, columns)
    cells = frozenset(squash(cell) for cell in rows[index] if cell) if index is not None else frozenset[str]()
    return cells if every else cells & columns


def _unread(others: Sequence[tuple[Sheet, bool]], read: Sheet, source: Source) -> tuple[UnreadSheet, ...]:
    """What the other sheets hold. One is alike that has nearly all columns of the one that is read."""
    columns = looked_for(source)
    out = list[UnreadSheet]()
    for sheet, hidden in others:
        found = _matching(sheet.head(), columns)
        fields, best = _fields(sheet.head(), source), _fields(read.head(), source)
        alike = len(best) > 1 and len(fields & best) >= len(best) * (_ALIKE if source.file.sheets == "one" else 0.5)
        lacks = tuple(sorted(best - fields)) if alike else ()
        header = find_header(sheet.head(), columns) if found else None
        filled = pl.any_horizontal(pl.all().str.strip_chars().ne("").fill_null(False))
        rows = sheet.cells.slice(0 if header is None else header + 1).filter(filled).height
        words = max((frozenset(squash(c) for c in row if c) for row in sheet.head()), key=len, default=frozenset[str]())
        out.append(UnreadSheet(title=sheet.name, rows=rows, alike=alike, hidden=hidden, lacks=lacks, words=words))
    return tuple(out)


def read_tables(tables: Mapping[str, Rows], source: Source, name: str) -> list[Grid]:
    """Of tables read from a page or XML, those the source means; a page's have no names that one could ask for."""
    sheets = {sheet.name: sheet for sheet in titled(tables)}
    heads = {title: sheet.head() for title, sheet in sheets.items()}
    if source.file.sheets == "all":
        read = [(title, list[str]()) for title in alike_titles(heads, source, name)]
    else:
        read = [_named(dict(zip(heads, tables, strict=True)), source, name) or _by_header(heads, source, name)]
    grids = [sheet_grid(sheets[title], Marks(), notes, source, name) for title, notes in read]
    rest = [(sheet, False) for sheet in sheets.values() if sheet.name not in dict(read)]
    return [replace(grids[0], unread=_unread(rest, sheets[read[0][0]], source)), *grids[1:]]


def titled(tables: Mapping[str, Rows]) -> list[Sheet]:
    """The tables of a page or of XML as sheets."""
    return [_as_sheet(title, rows) for title, rows in zip(sheet_titles([*tables]), tables.values(), strict=True)]


def _as_sheet(title: str, rows: Rows) -> Sheet:
    width = max(map(len, rows), default=0)
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    schema = {f"c{place}": pl.String for place in range(width)}
    return Sheet(title, pl.DataFrame(padded, schema=schema, orient="row"))


def sheet_grid(sheet: Sheet, marks: Marks, notes: list[str], source: Source, name: str) -> Grid:
    """A sheet's cells as a Grid: its header found, merged cells filled. Raises InputRefused."""
    columns = known_headers(source)
    rows: Sequence[Sequence[str | None]] = sheet.head(max(DEPTH, source.file.header_row or 0))
    rows, merged = across(rows, marks.merged) if source.file.header_rows > 1 else (rows, set[int]())
    heading = find_heading(rows, source, name, f"sheet '{sheet.name}': ", merged)
    row, numbered = number_equal(heading.cells, counted_headers(source))
    headers, renamed = unique_headers(row, columns, name, heading.first + 1)
    refuse_unworked(marks, headers, columns, heading.last, name)
    body, spanned = fill_merged(sheet.cells, marks.merged, heading.last)
    titles = sum(any(row) for row in rows[: heading.first])
    notes += [f"{titles} title row{'s' * (titles > 1)} skipped"] * (titles > 0) + numbered + renamed
    notes += mark_notes(marks, headers, heading.last, body.height)
    notes += [f"{spanned} row{'s' * (spanned > 1)} took the value of a cell merged over several rows"] * (spanned > 0)
    notes += [f"{sheet.errors} cells hold an Excel error (such as #N/A) and are read as empty"] * (sheet.errors > 0)
    notes += ["the sheet is as long as Excel allows: rows may have been cut off"] * (body.height >= MOST_ROWS)
    cells = body.with_columns(pl.lit(len(headers), pl.Int64).alias(WIDTH)).with_row_index(LINE, 1)
    filled = fill_places(headers, source.file.fill_down, name)
    cells = cells.cast({LINE: pl.Int64}).slice(heading.last + 1)
    if marks.since_1904:
        refuse_serials(cells, headers, source, name)
    return Grid(cells, headers, heading.first + 1, notes, fill_down=filled, title=sheet.name)


def guard(data: bytes, name: str, *, max_bytes: int, max_ratio: float) -> None:
    """Refuse what isn't an intact XLSX of a believable size, before anything unpacks it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            unpacked, packed = sum(part.file_size for part in parts), len(data)
            if unpacked > max_ratio * packed:
                most = f"expected at most {max_ratio:g} times (max_unzip_ratio)"
                raise InputRefused("zip_ratio", f"unpacks to {unpacked / packed:.0f} times its size; {most}", file=name)
            if unpacked > max_bytes:
                problem = f"unpacks to {unpacked:,} bytes; expected at most {max_bytes:,} (max_file_bytes)"
                raise InputRefused("too_large", problem, file=name)
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                problem = "found a ZIP archive that holds no XLSX workbook"
                advice = "expected .xlsx: unpack it, or save the workbook as .xlsx"
                raise InputRefused("not_xlsx", f"{problem}; {advice}", file=name)
            if damaged := archive.testzip():  # reads no more than the sizes declared above
                raise InputRefused("corrupt", f"part '{damaged}' of the workbook is damaged", file=name)
            refuse_far_cells(archive, name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, *_BROKEN):
        problem = "the workbook is damaged or cut short; expected an intact .xlsx: have it sent again"
        raise InputRefused("corrupt", problem, file=name) from None


def open_book(data: bytes, name: str) -> fastexcel.ExcelReader:
    """The workbook, unread. Raises InputRefused('corrupt')."""
    try:
        return fastexcel.read_excel(data)
    except fastexcel.FastExcelError as error:
        raise InputRefused("corrupt", f"the workbook can't be opened ({type(error).__name__})", file=name) from None


def sheet_titles(titles: Sequence[str]) -> list[str]:
    """The names of sheets in their order; one that seems to be somebody's is 'sheet number 3'."""
    return [f"sheet number {at}" if about_somebody(title) else title for at, title in enumerate(titles, 1)]


def _as_sent(book: fastexcel.ExcelReader, title: str) -> str:
    """The name by which the workbook knows a sheet."""
    names: list[str] = book.sheet_names
    return dict(zip(sheet_titles(names), names, strict=True))[title]


def load_sheet(book: fastexcel.ExcelReader, title: str, name: str, rows: int | None = None) -> Sheet:
    """Every physical row of a sheet as text, empty cells null."""
    try:
        # skip_rows=0 keeps blank rows at the top, so that rows are counted as Excel counts them
        sheet = book.load_sheet(_as_sent(book, title), header_row=None, skip_rows=0, n_rows=rows, dtypes="string")
        batch, errors = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        raise _unreadable(title, error, name) from None
    cells = pl.DataFrame(pl.from_arrow(batch))
    cells.columns = [f"c{place}" for place in range(cells.width)]
    cells = cells.with_columns(pl.all().cast(pl.String).replace("", None))
    return Sheet(title, cells, len(errors.errors) if errors else 0)


def choose_sheet(book: fastexcel.ExcelReader, source: Source, name: str) -> tuple[Sheet, list[str]]:
    """The sheet the source names (fuzzily; for one of a month that of the file's month), else the one whose header
    holds most known names. Raises 'sheet'."""
    titles = sheet_titles(book.sheet_names)
    if (wanted := source.file.sheet) is None:
        shown = visible(book, name)
        title, notes = _by_header({title: load_sheet(book, title, name, DEPTH).head() for title in shown}, source, name)
        return load_sheet(book, title, name), notes
    if (found := _named(dict(zip(titles, book.sheet_names, strict=True)), source, name)) is None:
        problem = f"found sheets {quoted(titles)}; expected '{wanted}'.{did_you_mean(wanted, titles)}"
        raise InputRefused("sheet", problem, file=name)
    return load_sheet(book, found[0], name), found[1]


def _named(sent: Mapping[str, str], source: Source, name: str) -> tuple[str, list[str]] | None:
    """The title that the source names, or that of the file's month; `sent` has each title's own words."""
    titles, wanted = [*sent], source.file.sheet or ""
    same = [title for title, own in sent.items() if wanted and squash(wanted) in (squash(title), squash(own))]
    monthly = title_of_month(titles, name) if title_of_month([wanted], "") else None
    if monthly and monthly not in same:
        return monthly, [f"sheet '{monthly}' read, the one of the file's month"]
    near = same[0] if same else nearest(wanted, titles, _NEAR)
    return (near, [] if same else [f"sheet '{near}' taken for '{wanted}'"]) if near else None


def _by_header(heads: Mapping[str, Rows], source: Source, name: str) -> tuple[str, list[str]]:
    """The title of the sheet whose first rows hold most known names, and which others are not read."""
    columns = looked_for(source)
    scores: dict[str, int] = {}
    for title, rows in heads.items():
        index = find_header(rows, columns)
        scores[title] = 0 if index is None else score(rows[index], columns)
    most = max(scores.values(), default=0)
    best = [title for title, points in scores.items() if points >= most * _ALIKE]
    if len(best) > 1 and most > 0:
        problem = (
            f'sheets {quoted(best)} fit equally well; expected one: name it, [file] sheet = "{best[0]}", or write '
            'sheets = "all" there to read every sheet with these columns'
        )
        raise InputRefused("sheet", problem, file=name)
    if not best:
        raise InputRefused("sheet", "found no visible sheet with cells; expected one", file=name)
    return best[0], [f"sheet '{best[0]}' chosen by its header"] * (len(scores) > 1)


def visible(book: fastexcel.ExcelReader, name: str, *, hidden: bool = False) -> list[str]:
    """Names of the sheets that aren't hidden, or that are, and hold something. Raises InputRefused('corrupt')."""
    found = []
    for at, title in enumerate(sheet_titles(book.sheet_names)):
        try:
            sheet = book.load_sheet(at, header_row=None, skip_rows=0, n_rows=1, dtypes="string")
        except fastexcel.FastExcelError as error:
            raise _unreadable(title, error, name) from None
        if (sheet.visible != "visible") is hidden and sheet.width:
            found.append(title)
    return found


def _unreadable(title: str, error: Exception, name: str) -> InputRefused:
    return InputRefused("corrupt", f"sheet '{title}' can't be read ({type(error).__name__})", file=name)
