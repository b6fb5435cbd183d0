"""Archives: a .gz or .zip with one table in it is that table; any other is refused, saying what to do."""

import io
import stat
import zipfile
import zlib

from hiu.errors import InputRefused
from hiu.extract.files.quotable import about_somebody

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, EOFError, ValueError, OSError, zlib.error)
_UNPACK = "unpack it, and put the table in its place"
_CHUNK = 1 << 20
_STRAYS = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


def unpack(data: bytes, name: str, *, max_bytes: int, max_ratio: float) -> tuple[bytes, list[str]]:
    """The bytes of the table, with a note if they were packed; those of an XLSX as they are.

    Raises InputRefused: 'zip_ratio' and 'too_large' as for a workbook, 'encrypted', 'corrupt', and 'archive' for one
    that holds no table, several files, a path that leads elsewhere, or another archive.
    """
    if data.startswith(GZIP):
        inner, note = _gunzip(data, name, max_bytes, max_ratio), "unpacked (gzip)"
    elif data.startswith((ZIP, _EMPTY_ZIP)) and (archive := _archive(data)):
        member = _only(archive, name)
        inner, note = _member(archive, member, name, (max_bytes, max_ratio)), f"{_shown(member)} read from the archive"
    else:
        return data, []
    if (
        inner.startswith((GZIP, _EMPTY_ZIP))
        or (inner.startswith(ZIP) and _archive(inner))
        or inner[257:262] == b"ustar"
    ):
        raise InputRefused("archive", f"found an archive inside the archive; expected one table: {_UNPACK}", file=name)
    if not inner:
        raise InputRefused("empty", "the archive holds a file of 0 bytes; expected a header and rows", file=name)
    return inner, [note]


def _archive(data: bytes) -> zipfile.ZipFile | None:
    """The archive, if it is one that can be listed and is not a document of some program, such as a workbook."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        return None
    names = set(archive.namelist())
    return None if names & {"[Content_Types].xml", "mimetype", "xl/workbook.xml", "Index/Document.iwa"} else archive


def _only(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The one file of an archive. Raises InputRefused('archive')."""
    members = [one for one in archive.infolist() if not one.is_dir() and not _is_stray(one.filename)]
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0] or stat.S_ISLNK(member.external_attr >> 16):
            problem = "the archive holds a link, or a path that leads out of it; expected a plain file"
            raise InputRefused("archive", f"{problem}: have it packed anew", file=name)
    if len(members) != 1:
        found = f"found {len(members)} files in the archive" if members else "found no file in the archive"
        raise InputRefused(
            "archive",
            f"{found}; expected one table: unpack it, and put each table into the folder of its own month",
            file=name,
        )
    return members[0]


def _shown(member: zipfile.ZipInfo) -> str:
    return "a file" if about_somebody(member.filename) else f"'{member.filename}'"


def _is_stray(path: str) -> bool:
    """What systems add to an archive unasked."""
    low = path.lower()
    last = low.rpartition("/")[2]
    return low.startswith(_STRAYS[0]) or last in _STRAYS or last.startswith(("readme", "read me", "read_me"))


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limits: tuple[int, float]) -> bytes:
    if member.flag_bits & 1:
        problem = "the archive has a password; expected one without: unpack it, or save it without one"
        raise InputRefused("encrypted", problem, file=name)
    _refuse_large(member.file_size, max(member.compress_size, 1), name, limits)
    try:
        with archive.open(member) as stream:
            inner = stream.read(member.file_size + 1)
    except NotImplementedError:
        raise InputRefused("archive", f"packed in a way that can't be unpacked here: {_UNPACK}", file=name) from None
    except _BROKEN:
        raise _damaged(name) from None
    if len(inner) != member.file_size:
        raise _damaged(name)
    return inner


def _gunzip(data: bytes, name: str, max_bytes: int, max_ratio: float) -> bytes:
    """All members of a gzip file, unpacked a piece at a time so that no more is made than is allowed."""
    parts, made, rest = list[bytes](), 0, data
    while rest.startswith(GZIP):
        engine = zlib.decompressobj(wbits=31)
        try:
            while not engine.eof:
                part = engine.decompress(rest, _CHUNK)
                rest = engine.unconsumed_tail
                if not part and not rest and not engine.eof:
                    raise _damaged(name)
                made += len(part)
                _refuse_large(made, len(data), name, (max_bytes, max_ratio))
                parts.append(part)
        except zlib.error:
            raise _damaged(name) from None
        rest = engine.unused_data.lstrip(b"\0")
    if rest:
        raise _damaged(name)
    return b"".join(parts)


def _refuse_large(unpacked: int, packed: int, name: str, limits: tuple[int, float]) -> None:
    most, ratio = limits
    if unpacked > max(ratio * packed, _CHUNK):
        problem = f"unpacks to more than {ratio:g} times its size (max_unzip_ratio)"
        raise InputRefused("zip_ratio", f"{problem}; expected less: {_UNPACK}", file=name)
    if unpacked > most:
        problem = f"unpacks to more than {most:,} bytes (max_file_bytes); expected less"
        raise InputRefused("too_large", problem, file=name)


def _damaged(name: str) -> InputRefused:
    return InputRefused(
        "corrupt", "the archive is damaged or cut short; expected an intact one: have it sent again", file=name
    )
