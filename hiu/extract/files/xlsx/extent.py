"""How far a sheet reaches: a reader makes every cell up to the last one used, so one stray cell can fill the memory."""

import re
import zipfile
from collections.abc import Iterator

from hiu.errors import InputRefused

MOST_EMPTY = 4_000_000
"""Cells a sheet may have beyond what is plausible for the ones that are filled."""
PLAUSIBLE = 20
_CHUNK = 1 << 22
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']\$?([A-Za-z]{1,9})\$?(\d{1,18})["'][^<>]*?(?<!/)>""")
_SHEET = re.compile(r"xl/(worksheets|chartsheets)/[^/]*\.xml", re.IGNORECASE)
_UTF16, _UTF8 = (b"\xff\xfe", b"\xfe\xff"), (b"utf-8", b"utf8")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding=["']([^"']*)["']""")


def refuse_far_cells(archive: zipfile.ZipFile, name: str) -> None:
    """Raises InputRefused 'far_cell' for a sheet with cells far from its table, 'corrupt' for XML no Excel writes."""
    for part in archive.namelist():
        if part.startswith("xl/") and part.lower().endswith(".xml"):
            _plain_xml(archive, part, name)
        if _SHEET.fullmatch(part):
            filled, rows, columns = _extent(_parts(archive, part))
            if rows * columns > MOST_EMPTY + filled * PLAUSIBLE:
                reach = f"part '{part}' holds {filled:,} filled cells but reaches to row {rows:,}, column {columns:,}"
                advice = "expected a table: delete what lies far below or right of it, and save"
                raise InputRefused("far_cell", f"{reach}; {advice}", file=name)


def _parts(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The bytes of a part, a piece at a time, none of which cuts a tag in two."""
    rest = b""
    with archive.open(part) as stream:
        while more := stream.read(_CHUNK):
            text = rest + more
            end = text.rfind(b">") + 1
            rest = text[end:][-_CHUNK:]
            yield text[:end]


def _extent(parts: Iterator[bytes]) -> tuple[int, int, int]:
    """Filled cells, and the last row and column of any."""
    filled, rows, letters = 0, 0, {b"A"}
    for part in parts:
        cells = _CELL.findall(part)
        filled += len(cells)
        letters |= {letter for letter, _ in cells}
        rows = max(rows, max((int(row) for _, row in cells), default=0))
    return filled, rows, max(map(_column, letters))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _plain_xml(archive: zipfile.ZipFile, part: str, name: str) -> None:
    """Other encodings would pass the look for far cells; entities of a document type are left out by the reader."""
    for place, text in enumerate(_parts(archive, part)):
        named = _ENCODING.search(text[:200]) if place == 0 else None
        if place == 0 and (text[:2] in _UTF16 or b"\0" in text[:200] or (named and named[1].lower() not in _UTF8)):
            problem = f"part '{part}' of the workbook is not UTF-8; expected it as Excel writes it"
            raise InputRefused("corrupt", problem, file=name)
        if b"<!DOCTYPE" in text:
            problem = f"part '{part}' of the workbook holds a document type, which Excel never writes; expected plain"
            raise InputRefused("corrupt", f"{problem} cells: save the workbook anew in Excel", file=name)
