"""The places to complete as a table that a spreadsheet opens, and the answers read back from it."""

import csv
import io
from collections.abc import Mapping, Sequence

from hiu.errors import UsageError
from hiu.plain import inert
from hiu.publish.assurance.content import Document

COLUMNS = ("key", "document", "who", "to complete", "answer")
_ACTS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet takes for a formula."""


def table(documents: Sequence[Document], left_over: Mapping[str, str]) -> bytes:
    """A row for each place, by document; answers to what is no longer asked stand at the end, so that none is lost."""
    rows = [
        (line.key, document.title, line.who, line.text, line.answer)
        for document in documents
        for line in document.lines
        if line.key
    ]
    rows += [(key, "no longer asked", "", "", answer) for key, answer in left_over.items()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([COLUMNS, *([inert(cell) for cell in row] for row in rows)])
    return out.getvalue().encode("utf-8-sig")


def read_answers(data: bytes, name: str) -> dict[str, str]:
    """Key -> answer, of a table that a spreadsheet may have saved. Raises UsageError saying what is wrong and where."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)))
    if not {"key", "answer"} <= set(rows[0] if rows else ()):
        raise UsageError(f"{name}: found no columns 'key' and 'answer'; expected those that 'hiu assurance' wrote")
    found: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        key, answer = (row["key"] or "").strip(), (row["answer"] or "").strip()
        if key in found:
            raise UsageError(f"{name}, row {number}: '{key}' is there twice; keep one of the two rows")
        found[key] = answer[1:] if answer[:1] == "'" and answer[1:2] in _ACTS else answer
    return {key: answer for key, answer in found.items() if key and answer}
