"""What a PDF of ours says: ten times as fast as a library that reads its pages in Python."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

_HEX = r"<([0-9A-Fa-f]+)>"
_ONE, _RUN = re.compile(rf"{_HEX}\s*{_HEX}"), re.compile(rf"{_HEX}\s*{_HEX}\s*{_HEX}")
_APART = re.compile(" (?=[:;,.])")
"""A stop behind bold words is drawn for itself."""
_TWO_BYTES = struct.Struct(">H")
Letters = dict[Any, dict[int, str]]


def text_of(pdf: Path | bytes) -> str:
    """The text of all pages."""
    return " ".join(pages_of(pdf))


def pages_of(pdf: Path | bytes) -> list[str]:
    """The text of each page, but its charts', in the order in which it is drawn, every run of blanks one."""
    letters: Letters = {}
    with pikepdf.open(io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf) as read:
        pages = [" ".join("".join(_pieces(page, letters)).split()) for page in read.pages]
    return [_APART.sub("", page) for page in pages]


def _pieces(page: pikepdf.Page, letters: Letters) -> Iterator[str]:
    now: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page, "Tf Tj TJ Tm ET"):
        what = str(operator)
        if what == "Tf":
            font = page.Resources.Font[str(operands[0])]
            now = letters.get(font.objgen) or letters.setdefault(font.objgen, letters_of(font))
        elif what in ("Tj", "TJ"):
            strings = operands[0] if what == "TJ" else operands
            codes = [bytes(each) for each in strings if isinstance(each, pikepdf.String)]
            yield from (now[glyph] for one in codes for (glyph,) in _TWO_BYTES.iter_unpack(one))
        else:
            yield " "


def letters_of(font: Any) -> dict[int, str]:
    """Glyph -> what the font says that it stands for."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    out = {}
    for block in re.findall("beginbfchar(.*?)endbfchar", table, re.DOTALL):
        out |= {int(glyph, 16): bytes.fromhex(text).decode("utf-16-be") for glyph, text in _ONE.findall(block)}
    for block in re.findall("beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in _RUN.findall(block):
            out |= {int(first, 16) + k: chr(int(text, 16) + k) for k in range(int(last, 16) - int(first, 16) + 1)}
    return out
