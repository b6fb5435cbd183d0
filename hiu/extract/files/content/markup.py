"""Tables that a system writes as a web page or as XML and calls .xls or .csv: their rows, as the program shows them."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser

from hiu.errors import InputRefused
from hiu.extract.files.content.kinds import head

Rows = list[list[str | None]]

_TAGS = "!doctype html|html|head|meta|body|table|style|script|title|div|center|link"
_PAGE = re.compile(rf"(?:<!--.*?-->\s*)*<(?:{_TAGS})\b", re.IGNORECASE | re.DOTALL)
_SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_WIDEST, _LONGEST = 16_384, 1_048_576


def markup_tables(data: bytes, encoding: str, name: str) -> dict[str, Rows] | None:
    """The tables of a web page or of an Excel 2003 XML file by title; None for content that is neither.

    Raises InputRefused 'not_table' for a page without a table, such as one that asks to sign in, and 'corrupt'.
    """
    start = head(data)
    if "urn:schemas-microsoft-com:office:spreadsheet" in start[:8192] and start.startswith("<?xml"):
        return _spreadsheet(data, name)
    if not _PAGE.match(re.sub(r"^<\?xml[^>]*\?>\s*", "", start)):
        return None
    page = _Page()
    page.feed(data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else encoding, errors="replace"))
    page.close()
    tables = [rows for rows in page.tables if any(any(row) for row in rows)]
    if not tables:
        advice = "download the file again after signing in, or have the table sent as CSV or XLSX"
        problem = f"found a web page without a table, such as one that asks to sign in; expected a table: {advice}"
        raise InputRefused("not_table", problem, file=name)
    return {f"table {at}": rows for at, rows in enumerate(tables, 1)}


class _Page(HTMLParser):
    """The tables of a page, one within another apart; a cell that spans rows holds for each of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Rows] = []
        self._open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, row or cell."""
        if tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1].rows)
        elif self._open and tag == "tr":
            self._open[-1].begin_row()
        elif self._open and tag in ("td", "th"):
            spans = dict(attrs)
            self._open[-1].begin_cell(_span(spans.get("rowspan")), _span(spans.get("colspan")))
        elif self._open and tag in ("br", "p", "div"):
            self._open[-1].add(" ")

    def handle_endtag(self, tag: str) -> None:
        """Close a table or cell."""
        if self._open and tag in ("td", "th", "tr", "table"):
            self._open[-1].end_cell()
        if self._open and tag == "table":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Text of the cell that is open."""
        if self._open:
            self._open[-1].add(data)


class _Table:
    """Rows as they are read; `_above` and `_below` hold by column the value and rows left of cells that span rows."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self._above: dict[int, tuple[str | None, int]] = {}
        self._below: dict[int, tuple[str | None, int]] = {}
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    def begin_row(self) -> None:
        """A row below those read: cells that span down into it come first."""
        self.end_cell()
        self._above = {place: span for place, span in {**self._above, **self._below}.items() if span[1] > 0}
        self._below = {}
        self.rows.append([])
        self._pad()

    def begin_cell(self, down: int, across: int) -> None:
        """A cell, and how many rows and columns it spans."""
        self.end_cell()
        if not self.rows:
            self.begin_row()
        self._cell, self._spans = [], (down, across)

    def add(self, text: str) -> None:
        """Text of the cell that is open, if one is."""
        if self._cell is not None:
            self._cell.append(text)

    def end_cell(self) -> None:
        """Put the open cell into its row."""
        if self._cell is None:
            return
        value, row = " ".join("".join(self._cell).split()) or None, self.rows[-1]
        down, across = self._spans
        for place in range(across):
            own = value if place == 0 else None
            if down > 1:
                self._below[len(row)] = (own, down - 1)
            row.append(own)
        self._cell = None
        self._pad()

    def _pad(self) -> None:
        row = self.rows[-1]
        while (span := self._above.pop(len(row), None)) is not None:
            if span[1] > 1:
                self._below[len(row)] = (span[0], span[1] - 1)
            row.append(span[0])


def _span(text: str | None) -> int:
    return min(int(text), 1000) if text and text.strip().isdecimal() and int(text) > 0 else 1


def _spreadsheet(data: bytes, name: str) -> dict[str, Rows]:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        problem = "the XML holds a document type, which Excel never writes; expected plain cells"
        raise InputRefused("corrupt", f"{problem}: save it as .xlsx in Excel", file=name)
    try:
        book = ET.fromstring(data)
    except ET.ParseError:
        problem = "the XML workbook is damaged or cut short; expected an intact one: have it sent again"
        raise InputRefused("corrupt", problem, file=name) from None
    sheets = book.findall(f"{_SHEET}Worksheet")
    return {sheet.get(f"{_SHEET}Name", "sheet"): list(_rows(sheet, name)) for sheet in sheets}


def _rows(sheet: ET.Element, name: str) -> Iterator[list[str | None]]:
    down: dict[int, tuple[str | None, int]] = {}
    made = 0
    for row in sheet.iterfind(f"{_SHEET}Table/{_SHEET}Row"):
        at = int(row.get(f"{_SHEET}Index") or made + 1)
        if not made < at <= min(_LONGEST, made + 100_000):
            raise InputRefused(
                "far_cell", f"a row says it is row {at:,}; expected a table without such a gap", file=name
            )
        for _ in range(at - 1 - made):
            yield []
        made = at
        yield _cells(row, down, name)


def _cells(row: ET.Element, down: dict[int, tuple[str | None, int]], name: str) -> list[str | None]:
    """The cells of a row, with those that a cell above spans; `down` is brought forward to the next row."""
    cells: dict[int, str | None] = {}
    spans: dict[int, tuple[str | None, int]] = {}
    place = 0
    for cell in row.iterfind(f"{_SHEET}Cell"):
        while place in down:
            place += 1
        place = int(cell.get(f"{_SHEET}Index") or place + 1) - 1
        if not 0 <= place < _WIDEST:
            raise InputRefused("far_cell", f"a cell says it is in column {place + 1:,}; expected a table", file=name)
        cells[place] = _value(cell)
        if tall := int(cell.get(f"{_SHEET}MergeDown") or 0):
            spans[place] = (cells[place], tall)
        place += 1 + int(cell.get(f"{_SHEET}MergeAcross") or 0)
    cells |= {place: value for place, (value, _) in down.items() if place not in cells}
    left = {place: (value, rows - 1) for place, (value, rows) in down.items() if rows > 1}
    down.clear()
    down.update(left | spans)
    return [cells.get(place) for place in range(max(cells, default=-1) + 1)]


def _value(cell: ET.Element) -> str | None:
    datum = cell.find(f"{_SHEET}Data")
    text = "" if datum is None else "".join(datum.itertext()).strip()
    if datum is not None and datum.get(f"{_SHEET}Type") == "DateTime":
        return text[:19].replace("T", " ") or None
    return text or None
