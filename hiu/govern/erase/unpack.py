"""Every text a file can give, whatever it is packed in: what a sweep for names and numbers has to read.

Zip files (workbooks, presentations, notebooks' bundles, backups) are opened, members of members too; gzip and the
streams of a PDF are inflated, and the text a PDF shows is put together from its fonts' own tables; Parquet is read
as a table. Whatever else it is, its bytes are given as they are.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import polars as pl

_DEEPEST = 4
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_SHOWN = re.compile(rb"<([0-9A-Fa-f\s]+)>|\((?:\\.|[^\\()])*\)")
_WIDE = b"\xfe\xff"
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")


def texts(name: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """`name` (with members as `book.xlsx/xl/a.xml`) and bytes of everything in a file, its own bytes first."""
    yield name, content
    if depth > _DEEPEST:
        return
    if content[:4] == b"PK\x03\x04":
        yield from _members(name, content, depth)
    elif content[:2] == b"\x1f\x8b":
        yield from _gunzip(name, content, depth)
    elif content[:5] == b"%PDF-":
        yield from _pdf(name, content)
    elif content[:4] == b"PAR1":
        yield name, _table(content)


def _members(name: str, content: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from texts(f"{name}/{member}", archive.read(member), depth + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        return  # broken or locked: its own bytes were given


def _gunzip(name: str, content: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    try:
        yield from texts(f"{name}/", gzip.decompress(content), depth + 1)
    except (OSError, EOFError, zlib.error):
        return


def _table(content: bytes) -> bytes:
    """A Parquet file as lines of text, a row each."""
    frame = pl.read_parquet(io.BytesIO(content))
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    flat = frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join("|"))
    return flat.write_csv(separator="|", quote_style="never").encode()  # no blank: cells stand apart


def _pdf(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each stream inflated, and all text shown, decoded by every font table there is."""
    streams = [_inflate(found.group(1)) for found in _STREAM.finditer(content)]
    tables = [table for stream in streams if (table := _font(stream))]
    for stream in (_STREAM.sub(b"", content), *streams):
        if wide := _wide(stream):
            yield name, wide
    for stream in streams:
        yield name, stream
        if b"Tj" in stream or b"TJ" in stream:
            shown = _shown(stream)
            yield from ((name, "".join(table.get(code, "") for code in shown).encode()) for table in tables)


def _wide(stream: bytes) -> bytes:
    """Titles and descriptions written in UTF-16, as a PDF does where a letter is not ASCII; a line each."""
    words = (_hex(found[1]) if found[1] else _literal(found[0][1:-1]) for found in _SHOWN.finditer(stream))
    return b"\n".join(word[2:].decode("utf-16-be", "replace").encode() for word in words if word[:2] == _WIDE)


def _hex(digits: bytes) -> bytes:
    digits = b"".join(digits.split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _inflate(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream


def _font(stream: bytes) -> dict[int, str]:
    """Glyph to text, from a ToUnicode table."""
    out: dict[int, str] = {}
    for kind, body in _BLOCK.findall(stream):
        for line in body.splitlines():
            codes = _HEX.findall(line)
            if kind == b"char" and len(codes) == 2:
                out[int(codes[0], 16)] = _unicode(codes[1])
            elif kind == b"range" and len(codes) >= 3:
                first = int(codes[0], 16)
                many = len(codes) > 3 or b"[" in line
                out |= (
                    {first + k: _unicode(code) for k, code in enumerate(codes[2:])}
                    if many
                    else _run(first, int(codes[1], 16), codes[2])
                )
    return out


def _run(first: int, last: int, begin: bytes) -> dict[int, str]:
    start = int(begin, 16)
    return {code: chr(start + code - first) for code in range(first, min(last, first + 0xFFFF) + 1)}


def _unicode(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be", "replace")


def _shown(stream: bytes) -> list[int]:
    """The glyphs of every text operator, in order (two bytes each, as typst writes)."""
    out: list[int] = []
    for found in _SHOWN.finditer(stream):
        raw = _hex(found[1]) if found[1] else _literal(found[0][1:-1])
        out += [int.from_bytes(raw[k : k + 2], "big") for k in range(0, len(raw) - 1, 2)]
    return out


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _literal(text: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        code = found.group(1)
        return bytes([int(code, 8) & 255]) if code[0] in b"01234567" else _ESCAPES.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, text, flags=re.DOTALL) if b"\\" in text else text
