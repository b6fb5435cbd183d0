"""The review queue as a CSV that a reviewer fills in with a spreadsheet, and what they filled in.

Cells that a spreadsheet would take for a formula get an apostrophe before them, and ids begin with `id-`, because a
spreadsheet makes a number of an id like 12e4567890123456.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hiu.errors import HiuError, UsageError
from hiu.plain import inert
from hiu.site.review.decide import Verdict
from hiu.site.review.queue import Ask

COLUMNS = ("place", "identity_a", "identity_b", "why", "chance", "what_it_does", "decision", "note")
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_ASK = "decision"


@dataclass(frozen=True)
class Answers:
    """What a sheet says: verdicts, the row of each (the header is row 1), and how many rows were left empty."""

    verdicts: list[Verdict]
    rows: list[int]
    empty: int


def queue_csv(asks: Sequence[Ask]) -> bytes:
    """The queue as CSV (UTF-8 with a mark, so that a spreadsheet reads accents). `decision` and `note` are empty."""
    fields = list(dict.fromkeys(line.title for ask in asks for line in ask.lines))
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow([*COLUMNS, *(f"{field}: {side}" for field in fields for side in ("a", "b", "agrees"))])
    for ask in asks:
        by_title = {line.title: (line.left, line.right, line.level) for line in ask.lines}
        about = [cell for field in fields for cell in by_title.get(field, ("", "", ""))]
        chance = "" if ask.chance is None else f"{ask.chance:.2f}"
        head = [ask.place or "", f"id-{ask.a}", f"id-{ask.b}", ask.why, chance, ask.effect, "", ""]
        sheet.writerow([inert(cell) for cell in [*head, *about]])
    return out.getvalue().encode("utf-8-sig")


def answers(content: bytes, name: str, identity: Callable[[str], str]) -> Answers:
    """What was filled in. `identity`: a whole identity id from a cell, raising UsageError.

    Raises HiuError with a line for every row that is wrong: none is taken unless all can be.
    """
    rows = list(csv.reader(io.StringIO(_text(content)), delimiter=_delimiter(_text(content))))
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    lacking = [column for column in ("identity_a", "identity_b", _ASK) if column not in head]
    if lacking:
        raise UsageError(f"{name}: no column {', '.join(lacking)} in its first row; 'hiu review --csv FILE' writes one")
    verdicts, numbers, problems, empty = list[Verdict](), list[int](), list[str](), 0
    for number, cells in enumerate(rows[1:], start=2):
        row = dict(zip(head, cells, strict=False))
        decision = row.get(_ASK, "").strip().lower()
        if not decision:
            empty += any(cell.strip() for cell in cells)
            continue
        try:
            one, other = (identity(row.get(column, "")) for column in ("identity_a", "identity_b"))
            verdicts.append(Verdict(one, other, decision, _unquoted(row.get("note", "")) or None))
            numbers.append(number)
        except UsageError as problem:
            problems.append(f"{name}, row {number}: {problem}")
    if problems:
        raise HiuError("nothing was taken:\n" + "\n".join(problems))
    return Answers(verdicts, numbers, empty)


def _text(content: bytes) -> str:
    """A spreadsheet saves UTF-8, or the code page of Windows in Britain."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _unquoted(note: str) -> str:
    plain = note.strip()
    return plain[1:] if plain.startswith("'") and plain[1:].startswith(_RISKY) else plain
