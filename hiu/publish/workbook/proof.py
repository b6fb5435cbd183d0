"""What proves a workbook that comes back: signatures, whose key is never in the file, and each row's shade of blue.

No eye tells the shades apart, and a cell that was sorted, pasted or filled in from another row brings its own along:
so a note that changed rows is noticed though the cells around it did not move.
"""

import base64
import hashlib
import hmac
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from functools import lru_cache

from hiu.extract.files.xlsx.marks import sheet_part

_LENGTH = 32
SHADES = 512
"""How many there are; rows so far apart share one."""
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*>")
_REF, _STYLE = re.compile(rb"\br=[\"']([A-Z]+\d+)[\"']"), re.compile(rb"\bs=[\"'](\d+)[\"']")


def signature(key: bytes, pack_id: str, what: str, value: object) -> str:
    """The check of one part of a pack's workbook: 32 characters of HMAC-SHA256 over pack, kind of part and value."""
    text = canonical([pack_id, what, value])
    return base64.urlsafe_b64encode(hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()).decode()[:_LENGTH]


def genuine(found: str, key: bytes, pack_id: str, what: str, value: object) -> bool:
    """The check belongs to these values."""
    return hmac.compare_digest(found.encode("utf-8"), signature(key, pack_id, what, value).encode("utf-8"))


def canonical(value: object) -> str:
    """A value as JSON with one spelling."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


@lru_cache(maxsize=SHADES)
def shade(turn: int) -> str:
    """The shade of the row of a person, by their turn on the list (from 0), as `#EAF1F8`."""
    red, green, blue = (turn >> 6) & 7, (turn >> 3) & 7, turn & 7
    return f"#{0xE8 | red:02X}{0xF0 | green:02X}{0xF8 | blue:02X}"


def owners_of(people: Sequence[str]) -> dict[str, frozenset[str]]:
    """Whose row has which shade; `people` as they were sent."""
    out: dict[str, set[str]] = {}
    for turn, person in enumerate(people):
        out.setdefault(shade(turn % SHADES), set()).add(person)
    return {colour: frozenset(found) for colour, found in out.items()}


def shades_of(data: bytes, title: str) -> dict[str, str]:
    """The fill of each cell of a sheet that has a colour of its own, by its place (`R7`); none if it can't be found."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part, _ = sheet_part(archive, title)
        if part is None or "xl/styles.xml" not in archive.namelist():
            return {}
        fills = _fills(archive.read("xl/styles.xml"))
        tags = _CELL.findall(archive.read(part))
    out = {}
    for tag in tags:
        ref, style = _REF.search(tag), _STYLE.search(tag)
        colour = fills.get(int(style[1])) if style else None
        if ref and colour:
            out[ref[1].decode()] = colour
    return out


def _fills(styles: bytes) -> dict[int, str]:
    """The colour of each cell style that is filled with one."""
    try:
        tree = ET.fromstring(styles)
    except ET.ParseError:
        return {}
    space = tree.tag.removesuffix("styleSheet")
    colours = []
    for fill in tree.iterfind(f"{space}fills/{space}fill"):
        front = fill.find(f"{space}patternFill/{space}fgColor")
        colours.append("" if front is None else (front.get("rgb") or "")[-6:].upper())
    places = [int(style.get("fillId") or 0) for style in tree.iterfind(f"{space}cellXfs/{space}xf")]
    return {at: f"#{colours[n]}" for at, n in enumerate(places) if n < len(colours) and len(colours[n]) == 6}
