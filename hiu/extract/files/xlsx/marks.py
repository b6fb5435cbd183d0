"""What a sheet says beside its values: merged cells, hidden rows and columns, formulas that were never worked out."""

import io
import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.header import quoted, squash
from hiu.sources import Source

Span = tuple[int, int, int, int]
"""First row, first column, last row and last column of merged cells, from 0."""

_CHUNK = 1 << 22
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*?>")
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")
_CELL = re.compile(
    rb"<(?:\w+:)?c(?P<tags>\s[^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?P<value>\s*<(?:\w+:)?v(?:\s[^>]*)?>[^<]*</(?:\w+:)?v>)?"
)
_SINCE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']")
_SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
_TAG = re.compile(r"\{.*\}")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class Marks:
    """Merged cells; numbers of hidden rows (from 1) and columns (from 0); formulas without a value, as row and column.

    `since_1904`: the workbook counts days from 1904, as those of a Mac did. `noughts`: how many formulas hold 0, in a
    workbook that asks to be worked out when it is opened.
    """

    merged: list[Span] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    unworked: list[tuple[int, int]] = field(default_factory=list)
    noughts: list[tuple[int, int]] = field(default_factory=list)
    worked: int = 0
    since_1904: bool = False


def read_marks(data: bytes, title: str) -> Marks:
    """What the sheet of that title says beside its values; nothing if its part can't be found."""
    marks = Marks()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part, recalculated = sheet_part(archive, title)
        if part is None:
            return marks
        marks.since_1904 = bool(_SINCE_1904.search(archive.read("xl/workbook.xml")))
        for piece in _pieces(archive, part):
            _look(piece, marks)
    if not recalculated or marks.worked:
        marks.noughts = []
    return marks


def across(rows: Sequence[Sequence[str | None]], merged: Sequence[Span]) -> tuple[list[list[str | None]], set[int]]:
    """The rows with cells that are merged sideways filled, and which rows have such cells."""
    out, touched = [list(row) for row in rows], set[int]()
    for first, left, last, right in merged:
        for row in range(first, min(last, len(out) - 1) + 1) if right > left else ():
            value = out[first][left] if left < len(out[first]) else None
            if row == first and value is not None:
                out[row][left : right + 1] = [value] * len(out[row][left : right + 1])
                touched.add(row)
    return out, touched


def refuse_unworked(marks: Marks, headers: Sequence[str], columns: Collection[str], top: int, name: str) -> None:
    """Raises InputRefused('formula') if a column that the source reads has formulas without a value below `top`."""
    read = {place for place, header in enumerate(headers) if squash(header) in columns}
    lost = [(row, column) for row, column in marks.unworked + marks.noughts if row > top and column in read]
    if lost:
        where = quoted(dict.fromkeys(headers[column] for _, column in lost))
        cells = f"{len(lost)} cells of {where} hold formulas" if len(lost) > 1 else f"a cell of {where} holds a formula"
        problem = f"{cells} whose value was never worked out"
        advice = "expected values: open the workbook in Excel, save it, and send that"
        raise InputRefused("formula", f"{problem}; {advice}", file=name, row=lost[0][0] + 1, column=headers[lost[0][1]])


def refuse_serials(cells: pl.DataFrame, headers: Sequence[str], source: Source, name: str) -> None:
    """Raises InputRefused 'date_1904' for a date of a workbook that counts from 1904 where its cells are plain numbers.

    Nobody can see from such a number from which day it counts; a mapping that says it is believed.
    """
    for at, spec in source.fields.items():
        if spec.type not in ("date", "timestamp", "dob") or {"excel", "excel1904"} & {*spec.formats}:
            continue
        for place, header in enumerate(headers):
            if squash(header) in set(map(squash, spec.columns)) and cells[f"c{place}"].str.contains(_SERIAL).any():
                raise InputRefused(
                    "date_1904",
                    "the workbook counts its days from 1904, and this column holds plain numbers, so its dates would "
                    f'be four years out: write under [fields.{at}] formats = ["excel1904"], or have the cells sent as '
                    "dates",
                    file=name,
                    column=header,
                )


def mark_notes(marks: Marks, headers: Sequence[str], top: int, last: int) -> list[str]:
    """Notes on rows and columns that are hidden in Excel and read all the same."""
    rows = sum(top + 1 < row <= last for row in marks.hidden_rows)
    hidden = [headers[column] for column in marks.hidden_columns if column < len(headers)]
    notes = [f"{rows} row{'s' * (rows > 1)} hidden or filtered out in Excel: read as data"] * (rows > 0)
    return notes + [f"hidden columns are read as the others: {quoted(hidden)}"] * bool(hidden)


def sheet_part(archive: zipfile.ZipFile, title: str) -> tuple[str | None, bool]:
    """The path of a sheet's part, and whether the workbook asks to be worked out when it is opened."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (ET.ParseError, KeyError):
        return None, False
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts = [tag for tag in book.iter() if _TAG.sub("", tag.tag) == "sheet" and tag.get("name") == title]
    full = any(_TAG.sub("", tag.tag) == "calcPr" and tag.get("fullCalcOnLoad") in ("1", "true") for tag in book.iter())
    target = targets.get(parts[0].get(_RELATION), "") if parts else ""
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return (path if target and path in archive.namelist() else None), full


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The bytes of a part, a piece at a time, none of which cuts a row or another tag in two."""
    rest = b""
    with archive.open(part) as stream:
        while more := stream.read(_CHUNK):
            text = rest + more
            end = max(text.rfind(b"</row>") + 6, text.rfind(b":row>") + 5)
            if end < 7 and len(text) < 8 * _CHUNK:
                rest = text
                continue
            end = end if end >= 7 else text.rfind(b">") + 1
            rest = text[end:]
            yield text[:end]
    yield rest


def _look(piece: bytes, marks: Marks) -> None:
    if b"mergeCell" in piece:
        marks.merged += [(int(b) - 1, _place(a), int(d) - 1, _place(c)) for a, b, c, d in _MERGED.findall(piece)]
    if b"hidden" in piece:
        marks.hidden_rows += [int(_value(tag, b"r") or 0) for tag in _ROW.findall(piece) if _HIDDEN.search(tag)]
        for tag in _COLUMN.findall(piece):
            if _HIDDEN.search(tag):
                first, last = int(_value(tag, b"min") or 1), int(_value(tag, b"max") or 1)
                marks.hidden_columns += range(first - 1, min(last, first + 200))
    if b"<f" in piece or b":f" in piece:
        _formulas(piece, marks)


def _formulas(piece: bytes, marks: Marks) -> None:
    for cell in _CELL.finditer(piece):
        found = re.fullmatch(rb"\$?([A-Z]+)\$?(\d+)", _value(cell["tags"], b"r"))
        if found is None:
            continue
        at, value = (int(found[2]) - 1, _place(found[1])), re.sub(rb"<[^>]*>|\s", b"", cell["value"] or b"")
        if not value and _value(cell["tags"], b"t") != b"str":
            marks.unworked.append(at)
        elif value == b"0":
            marks.noughts.append(at)
        else:
            marks.worked += 1


def _value(tag: bytes, name: bytes) -> bytes:
    found = re.search(rb"\b" + name + rb"=[\"']([^\"']*)[\"']", tag)
    return found[1] if found else b""


def _place(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
