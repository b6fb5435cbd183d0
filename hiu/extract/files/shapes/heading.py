"""Headers that take several rows, and headers that are equal: one name for each column."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from hiu.extract.files.header import Row, header_index, known_headers, merge_above, squash, tidy
from hiu.sources import Source

_MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Heading:
    """Where the header is among the rows read, from 0: its first and last row; and its words, one a column."""

    first: int
    last: int
    cells: list[str]


def find_heading(
    rows: Sequence[Row], source: Source, name: str, where: str = "", merged: Collection[int] = ()
) -> Heading:
    """The header where the source says or where its names are; header_rows = 2 joins the words of two rows.

    In an upper row a word holds for the empty cells to its right, down to those that have a word of their own below:
    for all of them in text, for the cells merged with it in the rows of a workbook that are `merged` (and filled).
    Raises InputRefused('header').
    """
    tall = source.file.header_rows
    if tall == 1:
        index = header_index(rows, source, name, where)
        return Heading(index, index, _dated(merge_above(rows, index, known_headers(source)), source))
    joined = [_joined(rows[at : at + tall], at, merged) for at in range(max(len(rows) - tall + 1, 0))]
    index = header_index(joined, source, name, where)
    return Heading(index, index + tall - 1, _dated(joined[index], source))


def _joined(rows: Sequence[Row], at: int, merged: Collection[int]) -> list[str]:
    """The words of several rows, column by column; a word that stands twice is taken once."""
    width = max(map(len, rows), default=0)
    tidied = [[tidy(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    for place, row in enumerate(tidied[:-1]):
        if at + place not in merged:
            _carry(row, tidied[place + 1 :])
    return [" ".join(dict.fromkeys(word for word in words if word)) for words in zip(*tidied, strict=True)]


def _carry(row: list[str], below: Sequence[Sequence[str]]) -> None:
    word_above = ""
    for place, word in enumerate(row):
        under = any(lower[place] for lower in below)
        word_above = (word or word_above) if under else ""
        row[place] = word or word_above


def _dated(cells: list[str], source: Source) -> list[str]:
    """Headers that a spreadsheet keeps as dates, written as the source writes its months."""
    if source.file.unpivot is None:
        return cells
    return [_month_word(cell, source.file.unpivot.month) for cell in cells]


def _month_word(cell: str, form: str) -> str:
    try:
        return datetime.strptime(cell, _MOMENT).strftime(form)
    except ValueError:
        return cell


def number_equal(row: Sequence[str], counted: Collection[str]) -> tuple[list[str], list[str]]:
    """The headers, equal ones told apart where the source names one by its turn or column; and a note for each.

    'Surname (1)' is the first of the columns headed Surname, 'Surname (column 7)' the one that is the seventh.
    """
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(row):
        places.setdefault(squash(cell), []).append(place)
    out, notes = list(row), list[str]()
    for same in (found for key, found in places.items() if key and len(found) > 1):
        turns = [f"{row[place]} ({turn})" for turn, place in enumerate(same, 1)]
        columns = [f"{row[place]} (column {place + 1})" for place in same]
        named = [column if squash(column) in counted else turn for turn, column in zip(turns, columns, strict=True)]
        if any(squash(name) in counted for name in named):
            for place, name in zip(same, named, strict=True):
                out[place] = name
            where = " and ".join(str(place + 1) for place in same)
            notes.append(f"columns {where} have the same header; they are called {_enumerated(named)}")
    return out, notes


def _enumerated(names: Sequence[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
