"""A PDF with its plain objects packed (object streams, PDF 1.5): in a tagged paper most bytes are tags, each an object.

typst writes every object by itself and a line of 20 bytes for each; nothing is changed but how they are stored.
"""

from __future__ import annotations

import re
import zlib
from itertools import pairwise

TOGETHER = 500
"""Objects in one stream: a reader unpacks it whole to see one of them."""

_TABLE = re.compile(rb"xref\n0 (\d+)\n")
_OBJECT = re.compile(rb"(\d+) 0 obj\s+(.*?)\s+endobj\s*", re.DOTALL)
_SIZE = re.compile(rb"/Size \d+")
_ENTRY = 20


def smaller(pdf: bytes) -> bytes:
    """The same document, packed. One that is not laid out as typst lays it out is given back as it is."""
    start = _last_number(pdf)
    table = _TABLE.match(pdf, start)
    trailer = pdf[pdf.rfind(b"trailer", start) : pdf.rfind(b"startxref")].removeprefix(b"trailer").strip()
    if not table or not _SIZE.search(trailer) or b"/Prev" in trailer or b"/Encrypt" in trailer:
        return pdf
    objects = _objects(pdf, _offsets(pdf, table.end(), int(table[1])), start)
    if objects is None:
        return pdf
    first = min(table.start(), *(at for at, _ in objects.values()))
    return _written(pdf[:first], {number: body for number, (_, body) in objects.items()}, int(table[1]), trailer)


def _last_number(pdf: bytes) -> int:
    """Where the table of objects begins, as the end of the file says."""
    found = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf[-64:])
    return int(found[1]) if found else len(pdf)


def _offsets(pdf: bytes, begin: int, many: int) -> dict[int, int]:
    lines = (pdf[begin + k * _ENTRY : begin + (k + 1) * _ENTRY] for k in range(many))
    return {number: int(line[:10]) for number, line in enumerate(lines) if line[17:18] == b"n"}


def _objects(pdf: bytes, offsets: dict[int, int], end: int) -> dict[int, tuple[int, bytes]] | None:
    """Each object's place and what stands between its `obj` and `endobj`; None if anything else is met."""
    order = sorted(offsets, key=offsets.__getitem__)
    out: dict[int, tuple[int, bytes]] = {}
    for number, (begin, stop) in zip(order, pairwise([*(offsets[k] for k in order), end]), strict=True):
        found = _OBJECT.fullmatch(pdf, begin, stop)
        if not found or int(found[1]) != number:
            return None
        out[number] = (begin, found[2])
    return out


def _written(head: bytes, objects: dict[int, bytes], size: int, trailer: bytes) -> bytes:
    """Streams as they are, the rest in packs; then a table that is a stream itself."""
    out = bytearray(head)
    places: dict[int, tuple[int, int, int]] = {}

    def write(number: int, body: bytes) -> None:
        places[number] = (1, len(out), 0)
        out.extend(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    plain = [number for number, body in objects.items() if not body.endswith(b"endstream")]
    for number in sorted(objects.keys() - set(plain)):
        write(number, objects[number])
    for begin in range(0, len(plain), TOGETHER):
        part = plain[begin : begin + TOGETHER]
        places |= {number: (2, size, at) for at, number in enumerate(part)}
        write(size, _pack([(number, objects[number]) for number in part]))
        size += 1
    table = len(out)
    places[size] = (1, table, 0)
    rows = b"".join(
        kind.to_bytes(1) + where.to_bytes(4) + index.to_bytes(2)
        for kind, where, index in (places.get(number, (0, 0, 0xFFFF)) for number in range(size + 1))
    )
    about = _SIZE.sub(b"/Type/XRef/W[1 4 2]/Size %d" % (size + 1), trailer.removeprefix(b"<<").removesuffix(b">>"), 1)
    write(size, _stream(about, rows))
    return bytes(out) + b"startxref\n%d\n%%%%EOF" % table


def _pack(objects: list[tuple[int, bytes]]) -> bytes:
    index, at = b"", 0
    for number, body in objects:
        index += b"%d %d " % (number, at)
        at += len(body) + 1
    text = index + b"".join(body + b"\n" for _, body in objects)
    return _stream(b"/Type/ObjStm/N %d/First %d" % (len(objects), len(index)), text)


def _stream(about: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (about, len(packed), packed)
