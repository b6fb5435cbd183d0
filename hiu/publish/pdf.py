"""Papers as PDF by typst: tagged, accessible (PDF/UA-1), the same bytes for the same content, nothing fetched.

A source is a fixed template of this package; everything that varies goes in as files (a `data.json` read by
`json("data.json")`, pictures by `image`), never into the source, so that no value can be markup.
"""

import io
import json
import re
import warnings
from collections.abc import Mapping
from datetime import datetime

from hiu.errors import HiuError
from hiu.extras import require
from hiu.plain import seen
from hiu.publish.pages import asset

STANDARD = "ua-1"
"""What papers are written to: tagged, titled, in a language, a description for every picture."""

UNKNOWN = "?"
"""Stands for a character that no font of the machine has: the standard forbids to print an empty box."""

_NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.S)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_ROUNDS = 8


def compile(source: str, files: Mapping[str, bytes], *, created: datetime | None = None) -> bytes:
    """A source and the files it reads, as a PDF/UA-1 document; `created` is the date inside it.

    Characters that no installed font can show are set as `?`. Raises HiuError if the source can't be set
    (typst's own words are left out: they may quote a value), MissingExtra without the extra 'papers'.
    """
    require("papers")
    import typst

    given = {"main.typ": source.encode("utf-8"), **files}
    for _ in range(_ROUNDS):
        try:
            return _set(given, created)
        except typst.TypstError as error:
            lacking = {char for text in _NO_GLYPH.findall(error.diagnostic) for char in _plain(text)}
            if not lacking:
                raise HiuError(f"the PDF could not be set: {_kind(error.message)}") from None
            given = {name: _without(content, lacking) for name, content in given.items()}
    raise HiuError("the PDF could not be set: too many characters that no font of this machine has")


def paper(template: str, data: Mapping[str, object], pictures: Mapping[str, str], *, created: datetime) -> bytes:
    """A PDF from a template of this package, its data (dates and numbers as text), and SVGs by file name."""
    files = {name: svg.encode("utf-8") for name, svg in pictures.items()}
    files["data.json"] = json.dumps(_seen(data), ensure_ascii=False, allow_nan=False).encode("utf-8")
    return compile(asset(template), {**files, "house.typ": asset("pack_house.typ").encode("utf-8")}, created=created)


def _seen(value: object) -> object:
    """The data without characters that turn the direction of writing, or control anything."""
    if isinstance(value, str):
        return seen(value)
    if isinstance(value, Mapping):
        return {name: _seen(one) for name, one in value.items()}
    return [_seen(one) for one in value] if isinstance(value, list | tuple) else value


def _set(files: Mapping[str, bytes], created: datetime | None) -> bytes:
    import typst

    with warnings.catch_warnings():
        # a machine has Arial or Liberation Sans, seldom both; typst warns of the one it lacks
        warnings.simplefilter("ignore")
        at = int(created.timestamp()) if created else 0
        # its stubs leave out the dictionary of files that its documentation has
        made: bytes = typst.compile(dict(files), format="pdf", pdf_standards=[STANDARD], timestamp=at)  # type: ignore[call-overload]
    return packed(made)


def packed(pdf: bytes) -> bytes:
    """The same document in a third of the bytes: of a tagged paper most are tags, which typst writes one by one."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as book:
        together = pikepdf.ObjectStreamMode.generate
        book.save(out, object_stream_mode=together, deterministic_id=True, fix_metadata_version=False)
    return out.getvalue()


def _plain(text: str) -> str:
    """The characters typst names: those it writes as \\u{...} included; plain spaces and ASCII are never at fault."""
    shown = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return "".join(char for char in shown if ord(char) > 126 or ord(char) < 32)


def _without(content: bytes, lacking: set[str]) -> bytes:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    for char in lacking:
        text = text.replace(char, UNKNOWN).replace(json.dumps(char)[1:-1], UNKNOWN)
    return text.encode("utf-8")


def _kind(message: str) -> str:
    """The first line of a message, with whatever it quotes left out."""
    return re.sub(r"[`\"].*[`\"]", "...", message.splitlines()[0] if message else "no reason given")
