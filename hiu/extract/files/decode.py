"""Bytes to text: strict, with the encoding found by its marks, and no byte guessed at."""

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hiu.errors import InputRefused

UNREADABLE = "\ufdd0"
"""Stands for a byte that is not UTF-8 in a file that otherwise is; a Unicode noncharacter, never sent."""

_MARKS = (
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

    UTF-8 text with a few bytes that aren't keeps them as UNREADABLE, for the rows to be set aside. Raises
    InputRefused: 'empty', 'encoding' (no encoding fits), 'nul' (binary, or UTF-16 without its mark).
    """
    encoding, text = _marked(data, name) or _tried(data, encodings, name)
    notes = [] if encoding.startswith("utf-8") else [f"encoding {encoding}"]
    if (at := text.find("\0")) >= 0:
        raise InputRefused("nul", _nul(data), file=name, row=text.count("\n", 0, at) + 1)
    text = text.lstrip("\ufeff")
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
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return encoding, data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(data, error, [encoding], name) from None
    return None


def _tried(data: bytes, encodings: Iterable[str], name: str) -> tuple[str, str]:
    failures: list[UnicodeDecodeError] = []
    for encoding in encodings:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError as error:
            failures.append(error)
            if encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig") and _mostly_utf8(data):
                return encoding, data.decode(encoding, errors="hiu-unreadable")
        except LookupError:
            raise InputRefused("encoding", f"'{encoding}' is no encoding; see file.encodings", file=name) from None
    raise _undecodable(data, failures[-1], list(encodings), name)


def _mostly_utf8(data: bytes) -> bool:
    """More characters are UTF-8 sequences than are bytes that can't be: damaged UTF-8, not another encoding."""
    good = _MULTIBYTE.findall(data)
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    return len(good) > high - sum(map(len, good))


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE, error.end


codecs.register_error("hiu-unreadable", _mark_unreadable)


def _undecodable(data: bytes, error: UnicodeDecodeError, encodings: list[str], name: str) -> InputRefused:
    return InputRefused(
        "encoding",
        f"found byte 0x{data[min(error.start, len(data) - 1)]:02x} at offset {error.start}; expected text in "
        f"{' or '.join(encodings)}. Name the encoding in the source's file.encodings, or save the file as UTF-8",
        file=name,
        row=data.count(b"\n", 0, error.start) + 1,
    )


def _nul(data: bytes) -> str:
    sample = data[:10_000]
    for order, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        if sample[first::2].count(0) > len(sample) * 0.3:
            return (
                f"found NUL bytes as in UTF-16 without a byte order mark; expected text. Put '{order}' first in "
                "the source's file.encodings, or save the file as UTF-8"
            )
    return "found a NUL byte; expected text"


def _line_ends(text: str) -> dict[str, int]:
    if "\r" in text:
        text = _QUOTED.sub("", text)  # a line break inside a cell is no line end
    crlf = text.count("\r\n")
    return {"CRLF": crlf, "LF": text.count("\n") - crlf, "CR": text.count("\r") - crlf}
