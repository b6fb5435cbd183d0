"""Headers: compared without case, spaces or punctuation, and found by which row holds most known ones."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from hiu.errors import InputRefused
from hiu.extract.files.quotable import HEADING, NO_NAMES, shown_headers
from hiu.extract.values.people.given import given_names
from hiu.fuzzy import nearest
from hiu.model.words import NOT_KNOWN
from hiu.sources import Source

DEPTH = 40
"""Records from the top among which a header is looked for."""

Row = Sequence[str | None]

_WORD = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"(?P<d>\d{1,2})[/. -](?:\d{1,2}|[A-Za-z]{3,9})[/. -]\d{2,4}\b|\d{4}[/.-]\d{1,2}[/.-](?P<e>\d{1,2})")
_VALUE = re.compile(
    r"\d{3}[ -]?\d{3}[ -]?\d{4}|\d{5,}|\d+\.\d+|(?i:[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})|"
    r"[A-Za-z]{0,3}[-/]?\d{5,}|\d{1,2}:\d\d.*"
)
"""A number, a postcode, a key or a time: no name of a column."""
_COUNTED = re.compile(r"(?P<name>.+?) ?\((?:column )?\d+\)")


@lru_cache(maxsize=20_000)
def squash(text: str) -> str:
    """A header as it is compared: folded case, no spaces, accents or punctuation ('D.O.B.' is 'dob')."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[\W_]+", "", folded) or folded.strip()


def tidy(text: str | None) -> str:
    """A header as it is shown: as sent, with runs of white space (line breaks in a cell) made one space."""
    return " ".join((text or "").split())


def known_headers(source: Source) -> frozenset[str]:
    """Every header the source may have, squashed."""
    return frozenset(map(squash, _accepted(source)))


def looked_for(source: Source) -> frozenset[str]:
    """The headers, squashed, by which a header row is known: those that are read otherwise too, and equal ones."""
    return known_headers(source) | frozenset(counted_headers(source).values()) | {*_instead(source)}


def _instead(source: Source) -> dict[str, str]:
    """The headers read where a field's own are not in the file, squashed -> the field."""
    return {squash(word): name for name, spec in source.fields.items() for word in spec.otherwise}


def header_fields(source: Source, headers: Iterable[str] = ()) -> dict[str, str]:
    """Each header that the source may have, squashed -> what it is read as: a field, its time of day, or a fact.

    With `headers`, those of a file, also what is read where a field's own headers are not among them.
    """
    sent = {*map(squash, headers)}
    gone = {name for name, spec in source.fields.items() if sent and not sent & {*map(squash, spec.columns)}}
    instead = {word: name for word, name in _instead(source).items() if name in gone}
    fields = {squash(word): name for name, spec in source.fields.items() for word in spec.columns}
    times = {squash(word): f"{name}@time" for name, spec in source.fields.items() for word in spec.time_columns}
    facts = {squash(w): f"fact{at}" for at, fact in enumerate(source.facts) for w in (*fact.columns, *fact.at_columns)}
    return {**instead, **facts, **times, **fields}


def counted_headers(source: Source) -> dict[str, str]:
    """Of the headers a source may have, those that say which of equal ones, 'Surname (1)' or 'Surname (column 7)'.

    Both the key and the value, which is the header without its count, are squashed.
    """
    found = {name: _COUNTED.fullmatch(name) for name in _accepted(source) if name.endswith(")")}
    return {squash(name): squash(match["name"]) for name, match in found.items() if match}


def _accepted(source: Source) -> list[str]:
    fields = [header for field in source.fields.values() for header in (*field.columns, *field.time_columns)]
    return fields + [header for fact in source.facts for header in (*fact.columns, *fact.at_columns)]


def score(row: Row, columns: frozenset[str]) -> int:
    """How many known headers a row holds, each counted once; 0 for a single one among other cells."""
    cells = {squash(cell) for cell in row if cell}
    hits = len(cells & columns)
    return hits if hits > 1 or hits == len(cells) else 0


def find_header(rows: Sequence[Row], columns: frozenset[str]) -> int | None:
    """Index of the row with the most known headers (the first of equals); None if no row holds any."""
    scores = [score(row, columns) for row in rows[:DEPTH]]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def header_index(rows: Sequence[Row], source: Source, name: str, where: str = "") -> int:
    """Index of the header row: where the source says, else found. Raises InputRefused('header')."""
    columns = looked_for(source)
    if (given := source.file.header_row) is None:
        index = find_header(rows, columns)
        if index is None:
            raise InputRefused("header", where + _not_found(rows, source), file=name)
        return index
    found = rows[given - 1] if given <= len(rows) else ()
    if not score(found, columns):
        better = find_header(rows, columns)
        hint = f" Row {better + 1} looks like the header." if better is not None else ""
        problem = f"{where}header_row = {given} holds no known header; {_contents(found)}.{hint}"
        raise InputRefused("header", problem, file=name, row=given)
    return given - 1


def merge_above(rows: Sequence[Row], index: int, columns: frozenset[str]) -> list[str]:
    """The header row, its blank cells filled from the row above where that gives a known header.

    Cells merged downwards over a two-row header keep their text in the upper row.
    """
    row = [tidy(cell) for cell in rows[index]]
    above = [tidy(cell) for cell in rows[index - 1]] if index else []
    for place, cell in enumerate(above[: len(row)]):
        if not row[place] and cell and squash(cell) in columns:
            row[place] = cell
    return row


def unique_headers(row: Sequence[str], columns: frozenset[str], name: str, line: int) -> tuple[list[str], list[str]]:
    """Headers made distinct, and a note for each that was renamed.

    A second column with a name the source reads raises InputRefused('duplicate_header'); one it doesn't read
    is called 'Name (column 7)', and 'column 7' a column without a name or with one that is about somebody.
    """
    sent = row
    row = shown_headers(sent, [place for place, cell in enumerate(sent) if squash(cell) in columns])
    hidden = [str(place) for place, (old, new) in enumerate(zip(sent, row, strict=True), 1) if old != new]
    first: dict[str, int] = {}
    out: list[str] = []
    notes: list[str] = []
    for place, cell in enumerate(row, 1):
        key = squash(cell)
        if cell and key in first and key in columns:
            both = f"('{out[first[key] - 1]}' and '{cell}')"
            advice = f'columns = ["{cell} (1)"] in the TOML of the source says that the first of them is meant'
            problem = f"columns {first[key]} and {place} have the same header {both}; expected one: {advice}"
            raise InputRefused("duplicate_header", problem, file=name, row=line, column=cell)
        shown = cell or f"column {place}"
        if shown in out or shown == "source_row":
            shown = f"{shown} (column {place})"
            notes.append(f"second column '{cell}' is called '{shown}'")
        first.setdefault(key, place)
        out.append(shown)
    about = "headers that seem to be about a person are not shown: the number stands for column"
    notes += [f"{about} {', '.join(hidden)}"] * bool(hidden)
    return out, notes


def looks_like_header(row: Row) -> bool:
    """Several distinct names, none of them a number, date or key, nor a person's: safe to show, as it is no record."""
    cells = [tidy(cell) for cell in row if tidy(cell)]
    if _names_somebody(cells):
        return False
    wordy = all(sum(map(str.isdigit, cell)) * 2 < len(cell) for cell in cells)
    return len(cells) >= 4 and len(set(cells)) == len(cells) and wordy


def says_columns(cells: Sequence[str | None]) -> bool:
    """Whether a row in the middle of a file is a header in other words: all cells filled, none with a figure or with
    'not known', and two of them at least with a word that headers have."""
    texts = [tidy(cell) for cell in cells]
    if not all(texts) or any(map(str.isdigit, "".join(texts))) or not looks_like_header(texts):
        return False
    if any(text.casefold() in NOT_KNOWN for text in texts):
        return False
    return sum(not HEADING.isdisjoint(map(str.casefold, _WORD.findall(text))) for text in texts) > 1


def _names_somebody(cells: Sequence[str]) -> bool:
    """Whether a given name stands in a row; not where a third of its cells are words of headers, or in such a cell."""
    parts = [_WORD.findall(cell) for cell in cells]
    heads = [
        not HEADING.isdisjoint(map(str.casefold, part)) or "_" in cell for part, cell in zip(parts, cells, strict=True)
    ]
    if 3 * sum(heads) >= len(cells) and any(heads):
        return False
    plain = [part for part, head in zip(parts, heads, strict=True) if not head]
    return any(word.upper() in given_names() - NO_NAMES for part in plain for word in part)


def holds_values(row: Row) -> bool:
    """Whether a row may be somebody's record: a given name, an NHS number, a postcode, a date or a number is in it.

    Two dates or more that are all first or last days of months are headers of months.
    """
    cells = [tidy(cell) for cell in row if tidy(cell)]
    days = [found for cell in cells if (found := _DAY.match(cell))]
    months = len(days) > 1 and all(int(found["d"] or found["e"]) in (1, 28, 29, 30, 31) for found in days)
    return _names_somebody(cells) or any(_VALUE.fullmatch(cell) for cell in cells) or (bool(days) and not months)


def _not_found(rows: Sequence[Row], source: Source) -> str:
    widest = max(rows[:DEPTH], key=lambda row: sum(bool(tidy(cell)) for cell in row), default=())
    names = [header for field in source.fields.values() for header in field.columns]
    expected = [field.columns[0] for field in source.fields.values() if field.columns]
    near = [
        f"'{cell}' is near '{found}'"
        for cell in shown_headers(list(map(tidy, widest)))
        if looks_like_header(widest) and (found := nearest(cell, names, 80))
    ]
    hint = f" Did you mean: {'; '.join(near[:6])}?" if near else ""
    filled = [row for row in rows[:DEPTH] if any(map(tidy, row))]
    if 2 * sum(map(_is_fixed, filled)) > len(filled):
        return (
            "the columns are lined up by spaces, so it is unclear where one ends; expected a comma or another mark "
            "between them: ask the sender for the same table as CSV or XLSX"
        )
    return (
        f"no header in the first {DEPTH} rows; {_contents(widest)}; expected names such as "
        f"{quoted(expected)}.{hint} 'hiu new {source.name} FILE' drafts a mapping"
    )


def _is_fixed(row: Row) -> bool:
    """A row in one cell with gaps of several spaces in it, as in a table whose columns have a fixed width."""
    cells = [cell for cell in row if tidy(cell)]
    return len(cells) == 1 and len(re.findall(r"\S {2,}(?=\S)", str(cells[0]))) >= 2


def _contents(row: Row) -> str:
    if looks_like_header(row):
        return f"found: {quoted([cell for cell in shown_headers(list(map(tidy, row))) if cell])}"
    return f"found {sum(bool(tidy(cell)) for cell in row)} filled cells, not known headers"


def quoted(words: Iterable[str], most: int = 12) -> str:
    """`'a', 'b' and 3 more`."""
    items = list(words)
    shown = ", ".join(f"'{word}'" for word in items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown
