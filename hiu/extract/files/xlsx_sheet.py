"""An XLSX sheet to text cells, after the workbook has been shown to be safe to open."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import fastexcel
import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.header import (
    DEPTH,
    counted_headers,
    find_header,
    known_headers,
    quoted,
    score,
    squash,
    unique_headers,
)
from hiu.extract.files.rows import LINE, WIDTH, Grid
from hiu.extract.files.shapes.fill import fill_merged, fill_places
from hiu.extract.files.shapes.heading import find_heading, number_equal
from hiu.extract.files.xlsx_extent import refuse_far_cells
from hiu.extract.files.xlsx_marks import across, mark_notes, read_marks, refuse_unworked
from hiu.fuzzy import did_you_mean, nearest
from hiu.sources import Source

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ROWS = 1_048_576
_NEAR = 80
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


def read_xlsx(data: bytes, source: Source, name: str, *, max_bytes: int, max_ratio: float) -> Grid:
    """Read the source's sheet into a Grid. All values are text: dates as '2025-06-08 00:00:00'.

    Raises InputRefused: 'not_xlsx', 'encrypted', 'zip_ratio', 'too_large', 'corrupt', 'far_cell', 'sheet',
    'header', 'duplicate_header', 'formula', 'fill_down'.
    """
    guard(data, name, max_bytes=max_bytes, max_ratio=max_ratio)
    book = open_book(data, name)
    sheet, notes = choose_sheet(book, source, name)
    columns = known_headers(source)
    rows: Sequence[Sequence[str | None]] = sheet.head(max(DEPTH, source.file.header_row or 0))
    marks = read_marks(data, sheet.name)
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
    return Grid(cells, headers, heading.first + 1, notes, fill_down=filled)


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


def refuse_ole(data: bytes, name: str) -> InputRefused:
    """Why a file in Microsoft's older container can't be read: a password, or the .xls format."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        problem = "the workbook has a password; expected one without: save it unprotected"
        return InputRefused("encrypted", problem, file=name)
    problem = "found an old .xls (or Office 97) file; expected .xlsx: save the workbook as .xlsx"
    return InputRefused("not_xlsx", problem, file=name)


def open_book(data: bytes, name: str) -> fastexcel.ExcelReader:
    """The workbook, unread. Raises InputRefused('corrupt')."""
    try:
        return fastexcel.read_excel(data)
    except fastexcel.FastExcelError as error:
        raise InputRefused("corrupt", f"the workbook can't be opened ({type(error).__name__})", file=name) from None


def load_sheet(book: fastexcel.ExcelReader, title: str, name: str, rows: int | None = None) -> Sheet:
    """Every physical row of a sheet as text, empty cells null."""
    try:
        # skip_rows=0 keeps blank rows at the top, so that rows are counted as Excel counts them
        sheet = book.load_sheet(title, header_row=None, skip_rows=0, n_rows=rows, dtypes="string")
        batch, errors = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        raise _unreadable(title, error, name) from None
    cells = pl.DataFrame(pl.from_arrow(batch))
    cells.columns = [f"c{place}" for place in range(cells.width)]
    cells = cells.with_columns(pl.all().cast(pl.String).replace("", None))
    return Sheet(title, cells, len(errors.errors) if errors else 0)


def choose_sheet(book: fastexcel.ExcelReader, source: Source, name: str) -> tuple[Sheet, list[str]]:
    """The sheet the source names (fuzzily), else the one whose header holds most known names. Raises 'sheet'."""
    titles: list[str] = book.sheet_names
    if (wanted := source.file.sheet) is None:
        return _by_header(book, source, name)
    same = [title for title in titles if squash(title) == squash(wanted)]
    near = same[0] if same else nearest(wanted, titles, _NEAR)
    if near is None:
        problem = f"found sheets {quoted(titles)}; expected '{wanted}'.{did_you_mean(wanted, titles)}"
        raise InputRefused("sheet", problem, file=name)
    return load_sheet(book, near, name), [] if same else [f"sheet '{near}' taken for '{wanted}'"]


def _by_header(book: fastexcel.ExcelReader, source: Source, name: str) -> tuple[Sheet, list[str]]:
    columns = known_headers(source)
    scores: dict[str, int] = {}
    for title in visible(book, name):
        rows = load_sheet(book, title, name, DEPTH).head()
        index = find_header(rows, columns)
        scores[title] = 0 if index is None else score(rows[index], columns)
    best = [title for title, points in scores.items() if points == max(scores.values())]
    if len(best) > 1 and (len(scores) > 1 and max(scores.values()) > 0):
        problem = f'sheets {quoted(best)} fit equally well; expected one: name it, [file] sheet = "{best[0]}"'
        raise InputRefused("sheet", problem, file=name)
    if not best:
        raise InputRefused("sheet", "found no visible sheet with cells; expected one", file=name)
    return load_sheet(book, best[0], name), [f"sheet '{best[0]}' chosen by its header"] if len(scores) > 1 else []


def visible(book: fastexcel.ExcelReader, name: str) -> list[str]:
    """Names of the sheets that aren't hidden and hold something. Raises InputRefused('corrupt')."""
    found = []
    for title in book.sheet_names:
        try:
            sheet = book.load_sheet(title, header_row=None, skip_rows=0, n_rows=1, dtypes="string")
        except fastexcel.FastExcelError as error:
            raise _unreadable(title, error, name) from None
        if sheet.visible == "visible" and sheet.width:
            found.append(sheet.name)
    return found


def _unreadable(title: str, error: Exception, name: str) -> InputRefused:
    return InputRefused("corrupt", f"sheet '{title}' can't be read ({type(error).__name__})", file=name)
