"""Bytes to text: strict, with the encoding found by its marks, and no byte guessed at."""

import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hiu.errors import InputRefused

UNREADABLE = "\ufdd0"
"""Stands for a byte that is not UTF-8 in a file that otherwise is; a Unicode noncharacter, never sent."""

DAMAGED = "\ufdd1"
"""Stands for a NUL, or for a byte that the file's encoding does not define; a noncharacter too."""

MARKS = (UNREADABLE, DAMAGED)

_ORDERS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_QUOTED = re.compile('"[^"]*"')
_DOUBLE = re.compile("[ÂÃ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|â€")


@dataclass(frozen=True)
class Decoded:
    """A file's text, all line ends '\\n', and what was noticed on the way."""

    text: str
    notes: list[str]


def decode(data: bytes, encodings: Sequence[str], name: str) -> Decoded:
    """Read bytes as text by the byte order mark, else by the first encoding that fits without error.

    UTF-8 text with a few bytes that aren't keeps them as UNREADABLE, and a few NULs or bytes that the encoding does not
    define are kept as DAMAGED, for the rows to be set aside. Raises InputRefused: 'empty', 'encoding' (no encoding
    fits), 'nul' (binary, or UTF-16 without its mark).
    """
    encoding, text = _marked(data, name) or _tried(data, encodings, name)
    notes = [] if encoding.startswith("utf-8") else [f"encoding {encoding}"]
    if (at := text.find("\0")) >= 0:
        if (problem := _utf16(data)) or not _few(text.splitlines(), "\0"):
            problem = problem or "found NUL bytes in many lines; expected text"
            raise InputRefused("nul", problem, file=name, row=text.count("\n", 0, at) + 1)
        text = text.replace("\0", DAMAGED)
    text = text.lstrip("\ufeff").rstrip("\x1a")
    if not text or text.isspace():
        raise InputRefused("empty", "found no text; expected a header and rows", file=name)
    ends = [kind for kind, count in _line_ends(text).items() if count]
    if len(ends) > 1:
        notes.append(f"mixed line ends ({', '.join(ends)})")
    if any(letter in text for letter in "ÂÃâ") and (doubled := len(_DOUBLE.findall(text))):
        notes.append(f"{doubled} letters look encoded twice (such as Ã© for é); kept as sent")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, notes)


def _marked(data: bytes, name: str) -> tuple[str, str] | None:
    """The text by the byte order mark, which says what the file is whatever the source says."""
    if data.startswith(codecs.BOM_UTF8):
        return _tried(data, ("utf-8-sig",), name)
    for mark, encoding in _ORDERS:
        if data.startswith(mark):
            try:
                return encoding, data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(data, error, [encoding], name) from None
    return None


def _tried(data: bytes, encodings: Iterable[str], name: str) -> tuple[str, str]:
    failures: dict[str, UnicodeDecodeError] = {}
    for encoding in encodings:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError as error:
            failures[encoding] = error
            if encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig") and _mostly_utf8(data):
                return encoding, data.decode(encoding, errors="hiu-unreadable")
        except LookupError:
            raise InputRefused("encoding", f"'{encoding}' is no encoding; see file.encodings", file=name) from None
    if damaged := _with_damage(data, failures):
        return damaged
    raise _undecodable(data, list(failures.values())[-1], list(failures), name)


def _with_damage(data: bytes, encodings: Iterable[str]) -> tuple[str, str] | None:
    """The text in the encoding that leaves the fewest bytes undefined, if these are in few lines."""
    bytewise = [encoding for encoding in encodings if not codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))]
    texts = {encoding: data.decode(encoding, errors="hiu-damaged") for encoding in bytewise}
    if not texts:
        return None
    best = min(texts, key=lambda encoding: texts[encoding].count(DAMAGED))
    return (best, texts[best]) if _few(texts[best].splitlines(), DAMAGED) else None


def _few(lines: Sequence[str], mark: str) -> bool:
    """Whether a mark is in so few lines that these are damaged, and the file is what it is taken for."""
    hit = sum(mark in line for line in lines)
    return hit * 2 < len(lines) and hit <= max(3, len(lines) // 20)


def _mostly_utf8(data: bytes) -> bool:
    """More characters are UTF-8 sequences than are bytes that can't be: damaged UTF-8, not another encoding."""
    good = _MULTIBYTE.findall(data)
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    return len(good) > high - sum(map(len, good))


def _marking(mark: str) -> Callable[[UnicodeError], tuple[str, int]]:
    def marked(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        return mark, error.end

    return marked


codecs.register_error("hiu-unreadable", _marking(UNREADABLE))
codecs.register_error("hiu-damaged", _marking(DAMAGED))


def _undecodable(data: bytes, error: UnicodeDecodeError, encodings: list[str], name: str) -> InputRefused:
    return InputRefused(
        "encoding",
        f"found byte 0x{data[min(error.start, len(data) - 1)]:02x} at offset {error.start}; expected text in "
        f"{' or '.join(encodings)}. Name the encoding in the source's file.encodings, or save the file as UTF-8",
        file=name,
        row=data.count(b"\n", 0, error.start) + 1,
    )


def _utf16(data: bytes) -> str:
    """What is wrong with UTF-16 that lacks its mark; nothing if the bytes are not like it."""
    sample = data[:10_000]
    for order, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        if sample[first::2].count(0) > len(sample) * 0.3:
            return (
                f"found NUL bytes as in UTF-16 without a byte order mark; expected text. Put '{order}' first in "
                "the source's file.encodings, or save the file as UTF-8"
            )
    return ""


def _line_ends(text: str) -> dict[str, int]:
    if "\r" in text:
        text = _QUOTED.sub("", text)  # a line break inside a cell is no line end
    crlf = text.count("\r\n")
    return {"CRLF": crlf, "LF": text.count("\n") - crlf, "CR": text.count("\r") - crlf}
