"""Headers in the middle of an unknown file: which of the first header's columns stand below them under other names."""

from collections.abc import Sequence

import polars as pl

from hiu.extract.files.header import header_fields, says_columns, squash
from hiu.extract.files.rows import Grid
from hiu.extract.values.text import looks_of
from hiu.sources import Source

_FIGURES = "[0-9]"
_MOST, _MOST_BARE, _ROWS = 12, 1_000, 5_000
"""Headers in the middle of a file: of more none is taken for one; and rows that are looked at, without a figure and on
either side of a header."""


def other_names(grid: Grid, knowing: Source) -> dict[str, list[str]]:
    """Header -> the names that headers further down have in its place: of one field of `knowing`, else by like values.

    A header is a row of words alone in a table with a column of figures. A column that is like none has no entry.
    """
    cells = grid.cells.select(grid.names)
    figures = cells.select(pl.all().str.contains(_FIGURES))
    bare = figures.select(pl.all_horizontal(~pl.all()).fill_null(False)).to_series().arg_true()
    found = [at for at in bare.head(_MOST_BARE) if says_columns(cells.row(at))]
    names = dict[str, list[str]]()
    if not 0 < len(found) <= _MOST or not found[0] or max(figures.sum().row(0)) * 2 < cells.height:
        return names
    for at, end in zip(found, [*found[1:], cells.height], strict=True):
        pairs = _pairs(
            grid.headers, cells.row(at), knowing, cells[: found[0]].tail(_ROWS), cells[at + 1 : end].head(_ROWS)
        )
        for header, other in pairs.items():
            if squash(other) not in map(squash, (header, *names.get(header, ()))):
                names.setdefault(header, []).append(other)
    return names


def _pairs(
    headers: Sequence[str], others: Sequence[str], knowing: Source, above: pl.DataFrame, below: pl.DataFrame
) -> dict[str, str]:
    """Each header and the other header's word for the same column."""
    fields, first = header_fields(knowing), above.get_columns()

    def likeness(place: int, at: int) -> float:
        key, other = squash(headers[place]), squash(others[at])
        if key == other or fields.get(key, "") == fields.get(other):
            return 4 if key == other else 3
        one, two = first[place].drop_nulls(), below.to_series(at).drop_nulls()
        return float(two.is_in(one.implode()).sum()) / max(1, len(two)) + (_look(one) == _look(two) is not None)

    pairs = dict[int, int]()
    ways = [(likeness(place, at), place, at) for place in range(len(headers)) for at in range(len(others))]
    for worth, place, at in sorted(ways, key=lambda way: -way[0]):
        if worth > 0 and place not in pairs and at not in pairs.values():
            pairs[place] = at
    return {headers[place]: others[at].strip() for place, at in pairs.items()}


def _look(texts: pl.Series) -> str | None:
    """How most of the values look, however many figures they have."""
    return looks_of(texts.str.replace_all("[0-9]+", "9"))
