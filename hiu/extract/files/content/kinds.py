"""Files that are no table of ours, by their first bytes: named for what they are, with what to do."""

import io
import re
import zipfile

from hiu.errors import InputRefused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXPORT = "have the table itself exported as CSV or XLSX"
_XLSX = "open it in Excel and save it as .xlsx"
_DOCUMENT = "have the table in it sent as CSV or XLSX"

_BYTES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF", "a PDF holds the look of a table, not the table: " + _EXPORT),
    (b"{\\rtf", "a rich text (RTF) document", _DOCUMENT),
    (b"\x89PNG", "a picture (PNG)", _EXPORT),
    (b"\xff\xd8\xff", "a picture (JPEG)", _EXPORT),
    (b"GIF8", "a picture (GIF)", _EXPORT),
    (b"II*\0", "a picture (TIFF)", _EXPORT),
    (b"MM\0*", "a picture (TIFF)", _EXPORT),
    (b"ARROW1", "an Arrow file", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"SQLite format 3\0", "an SQLite database", _EXPORT),
    (b"\0\1\0\0Standard ACE DB", "an Access database (.accdb)", "export the table from Access as CSV or XLSX"),
    (b"\0\1\0\0Standard Jet DB", "an Access database (.mdb)", "export the table from Access as CSV or XLSX"),
    (b"$FL2", "an SPSS file", _EXPORT),
    (b"$FL3", "an SPSS file", _EXPORT),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it, and put the table in its place"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it, and put the table in its place"),
    (b"BZh", "a bzip2 archive", "unpack it, and put the table in its place"),
    (b"\xfd7zXZ\0", "an xz archive", "unpack it, and put the table in its place"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it, and put the table in its place"),
    (b"MZ", "a Windows program, such as an archive that unpacks itself", "have the table itself sent"),
    (b"\x7fELF", "a program", "have the table itself sent"),
    (b"L\0\0\0\x01\x14\x02\0", "a Windows shortcut", "put the file that it leads to in its place"),
    (b"\x09\x00\x04\x00", "an Excel 2 workbook", _XLSX),
    (b"\x09\x02\x06\x00", "an Excel 3 workbook", _XLSX),
    (b"\x09\x04\x06\x00", "an Excel 4 workbook", _XLSX),
)  # fmt: skip

_STREAMS: tuple[tuple[str, str, str, str], ...] = (
    ("EncryptedPackage", "encrypted", "a workbook that has a password", "save it unprotected"),
    ("__properties_version", "not_table", "an Outlook message (.msg)", "save the table that is attached to it"),
    ("__substg1.0_", "not_table", "an Outlook message (.msg)", "save the table that is attached to it"),
    ("WordDocument", "not_table", "an old Word document (.doc)", _DOCUMENT),
    ("PowerPoint Document", "not_table", "an old PowerPoint file (.ppt)", _DOCUMENT),
)  # fmt: skip

_PARTS: tuple[tuple[str, str, str, str], ...] = (
    ("xl/workbook.bin", "not_xlsx", "a binary workbook (.xlsb)", _XLSX),
    ("word/document.xml", "not_table", "a Word document (.docx)", _DOCUMENT),
    ("ppt/presentation.xml", "not_table", "a PowerPoint file (.pptx)", _DOCUMENT),
    ("Index/Document.iwa", "not_table", "an Apple Numbers or Pages file", "export the table as CSV or XLSX"),
    ("Index.zip", "not_table", "an Apple Numbers or Pages file", "export the table as CSV or XLSX"),
)  # fmt: skip

_OPEN: dict[bytes, tuple[str, str, str]] = {
    b"application/vnd.oasis.opendocument.spreadsheet": ("not_xlsx", "an OpenDocument sheet (.ods)", "save it as .xlsx"),
    b"application/vnd.oasis.opendocument.text": ("not_table", "an OpenDocument text (.odt)", _DOCUMENT),
}

_HEADERS = r"(?:From|To|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|Date|Subject|X-[\w-]+|Content-Type)"
_TEXTS: tuple[tuple[str, str, str], ...] = (
    (r"[\[{]\s*(?:[\[{\"]|[\]}]\s*$)", "JSON that is no list of records",
     "have it sent as a list of flat records, or as CSV or XLSX"),
    (rf"(?s){_HEADERS}: .{{0,20000}}?^(?:MIME-Version|Message-ID): ", "an e-mail",
     "save the table that is attached to it"),
    (r"version https://git-lfs", "a pointer to a file kept elsewhere (Git LFS)", "put the file itself in its place"),
    (r"\[InternetShortcut\]", "a shortcut to a web page", "put the file that it leads to in its place"),
    (r"-----BEGIN PGP", "a file encrypted with PGP", "decrypt it, and put the table in its place"),
    (r"BEGIN:V(?:CARD|CALENDAR)", "a card or calendar of a mail program", _EXPORT),
    (r"(?:--[^\n]*\n|\s)*(?:CREATE TABLE|INSERT INTO|SET \w+ ?=|PRAGMA )", "a dump of a database (SQL)", _EXPORT),
    (r"%!PS", "a PostScript file", _EXPORT),
    (r"<\?xml|<[a-z]+:[a-z]+\s+xmlns", "an XML file", "have the table sent as CSV or XLSX"),
)  # fmt: skip


def refuse_other(data: bytes, name: str) -> None:
    """Raises InputRefused for content that is no table: 'not_table', 'not_xlsx' (a workbook of another kind) or
    'encrypted'. XLSX, text, and what cannot be recognised pass."""
    code, kind, advice = _of_ole(data) or _of_zip(data) or _of_bytes(data) or _of_text(data) or ("", "", "")
    if code:
        raise InputRefused(code, f"found {kind}; expected a table as CSV or XLSX: {advice}", file=name)


def _of_ole(data: bytes) -> tuple[str, str, str] | None:
    """Microsoft's older container, which many programs fill."""
    if not data.startswith(OLE):
        return None
    for stream, code, kind, advice in _STREAMS:
        if stream.encode("utf-16-le") in data:
            return code, kind, advice
    return "not_xlsx", "an old .xls (or Office 97) file", _XLSX


def _of_zip(data: bytes) -> tuple[str, str, str] | None:
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            small = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
            open_document = archive.read("mimetype") if small else b""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError, KeyError):
        return None
    if open_document in _OPEN:
        return _OPEN[open_document]
    return next(((code, kind, advice) for part, code, kind, advice in _PARTS if part in names), None)


def _of_bytes(data: bytes) -> tuple[str, str, str] | None:
    if data[257:262] == b"ustar":
        return "not_table", "a tar archive", "unpack it, and put the table in its place"
    if data[4:12] in (b"ftypheic", b"ftypmp42", b"ftypisom"):
        return "not_table", "a picture or film", _EXPORT
    found = ((kind, advice) for start, kind, advice in _BYTES if data.startswith(start) and _binary(data, start))
    return next((("not_table", *pair) for pair in found), None)


def _binary(data: bytes, start: bytes) -> bool:
    """Whether the content is what its first bytes say: letters alone might begin a header too."""
    return not start.isalnum() or b"\0" in data[:4096]


def _of_text(data: bytes) -> tuple[str, str, str] | None:
    text = head(data)
    if "urn:schemas-microsoft-com:office:spreadsheet" in text[:8192] or "<html" in text[:2000].lower():
        return None
    for form, kind, advice in _TEXTS:
        if re.match(form, text, re.MULTILINE):
            return "not_table", kind, advice
    return None


def head(data: bytes, most: int = 65_536) -> str:
    """The beginning of a text as characters, whatever its encoding, for looking only."""
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    return data[:most].decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
