"""Disclosure control for anything without names that leaves the analysts (docs/counting.md: 1-7 hidden, the rest to 5).

Counts 1-7 are shown as `*`, zero as 0, others rounded to 5; totals are worked out before rounding. Where a row or a
column of a table has one hidden cell only, a second is hidden with it, or subtraction would give it back.
"""

from collections.abc import Iterator, Sequence

HIDDEN = "*"
FEWEST, BASE = 8, 5
"""The smallest count that is shown, and what others are rounded to."""

Cell = tuple[int, int]


def round_count(count: int) -> int:
    """To the nearest 5."""
    return (count + BASE // 2) // BASE * BASE


def count_text(count: int) -> str:
    """One count as it may be shown on its own."""
    return HIDDEN if 0 < count < FEWEST else str(round_count(count))


def is_dominated(contributions: Sequence[float]) -> bool:
    """A total of events says too much: fewer than 8 people, or one of them holds more than half."""
    given = [value for value in contributions if value > 0]
    return 0 < len(given) < FEWEST or max(given, default=0) * 2 > sum(given)


def is_small_total(events: int, people: int, most: int) -> bool:
    """The same of a total known only by its number, its people, and the largest share of one; zero may be shown."""
    return events > 0 and (events < FEWEST or people < FEWEST or most * 2 > events)


def event_total(contributions: Sequence[float]) -> str:
    """A total of events over people as it may be shown."""
    return HIDDEN if is_dominated(contributions) else count_text(round(sum(contributions)))


def suppress(counts: Sequence[Sequence[int]], *, hide: Sequence[Cell] = ()) -> list[list[str]]:
    """A table of counts with its totals, as it may be shown: one row and one column longer than it came.

    The last column holds the totals of rows, the last row those of columns, all from unrounded counts. `hide`
    names further cells (row, column) to be hidden, such as dominated ones. Rows must be of one length.
    """
    full = _with_totals(counts)
    hidden = {(r, c) for r, row in enumerate(full) for c, n in enumerate(row) if 0 < n < FEWEST} | set(hide)
    while lone := next(_lone(full, hidden), None):
        hidden.add(lone)
    text = [[str(round_count(n)) for n in row] for row in full]
    return [[HIDDEN if (r, c) in hidden else cell for c, cell in enumerate(row)] for r, row in enumerate(text)]


def suppress_list(counts: Sequence[int]) -> tuple[list[str], str]:
    """The parts of one total as they may be shown, and the total."""
    full = [*counts, sum(counts)]
    hidden = {(0, c) for c, n in enumerate(full) if 0 < n < FEWEST}
    line = [(0, c) for c in range(len(full))]
    if extra := _second([full], hidden, line):
        hidden.add(extra)
    text = [HIDDEN if (0, c) in hidden else str(round_count(n)) for c, n in enumerate(full)]
    return text[:-1], text[-1]


def _with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def _lone(full: list[list[int]], hidden: set[Cell]) -> Iterator[Cell]:
    """For each line with one hidden cell, the cell to hide with it."""
    height, width = len(full), len(full[0])
    lines = [[(r, c) for c in range(width)] for r in range(height)] + [
        [(r, c) for r in range(height)] for c in range(width)
    ]
    for line in lines:
        if extra := _second(full, hidden, line):
            yield extra


def _second(full: Sequence[Sequence[int]], hidden: set[Cell], line: list[Cell]) -> Cell | None:
    """The smallest shown cell of a line that has one hidden: not a zero, and a total only if nothing else is left."""
    if len(hidden & set(line)) != 1:
        return None
    free = [cell for cell in line if cell not in hidden and full[cell[0]][cell[1]] > 0]
    return min(free, key=lambda cell: (cell == line[-1], full[cell[0]][cell[1]], cell), default=None)
