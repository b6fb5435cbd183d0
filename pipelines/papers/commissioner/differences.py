"""What no paper prints and a reader can work out by subtraction, within one paper or between two: cells of their own.

Each printed figure of events is a sum of what a group had in single months. So every month behind it is a cell, and so
is what two periods share, what either has alone, and the change between their totals.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from hiu.govern.release.cells import ANY, EVERYBODY, SUPPORTED, Cell, Key
from hiu.govern.release.solver import JOINED, ON_LIST, OVERDUE

Months = tuple[str, ...]
Count = Callable[[str, Months], Cell]
"""The cell of a group and months of one data set."""


def of_periods(printed: Sequence[Cell], earlier: Sequence[Cell], count: Count) -> list[Cell]:
    """The protected differences of a data set's events: of the new periods, and of these and those released before."""
    made = {cell.key for cell in (*printed, *earlier)}
    found: dict[Key, Cell] = {}
    for group in sorted({cell.group for cell in printed}):
        new, all_of = _periods(printed, group), _periods([*printed, *earlier], group)
        for months in sorted(_parts(new, all_of)):
            one = replace(count(group, months), shown=None)
            found[one.key] = one
        found |= {one.key: one for one in _changes(new, all_of) if _has_two_sides(one, count)}
    return [cell for key, cell in found.items() if cell.small and key not in made]


def of_people(printed: Sequence[Cell], earlier: Sequence[Cell]) -> list[Cell]:
    """Changes between two counts of people; who is not being supported; who of these, or of a group, is not counted."""
    counted = [cell for cell in printed if cell.measure == "people" and "=" not in cell.group]
    found = [one for cell in counted for one in _changes([cell], [old for old in earlier if _alike(cell, old)])]
    whole = next(cell for cell in printed if cell.dataset == ANY and cell.group == EVERYBODY)
    supported = next(cell for cell in printed if cell.dataset == ON_LIST and cell.group == SUPPORTED)
    places = {cell.group: cell for cell in printed if cell.measure == "places"}
    among = [(supported, cell) for cell in printed if cell.group in (JOINED, *OVERDUE)]
    pairs = [(cell, places[cell.group]) for cell in printed if cell.measure == "people" and cell.group in places]
    found += [_rest(one, part) for one, part in [(whole, supported), *among, *pairs]]
    return [cell for cell in found if cell.small]


def _periods(cells: Iterable[Cell], group: str) -> list[Cell]:
    own = [cell for cell in cells if cell.group == group and cell.measure != "people" and cell.shown is not None]
    return [cell for cell in own if len(cell.months) > 1 and cell.less is None]


def _parts(new: Sequence[Cell], all_of: Sequence[Cell]) -> set[Months]:
    """Single months of new periods; what a new one and another share; what each has alone."""
    found: set[Months] = {(month,) for cell in new for month in cell.months}
    for one, other in _pairs(new, all_of):
        ours, theirs = set(one.months), set(other.months)
        found |= {tuple(sorted(part)) for part in (ours & theirs, ours - theirs, theirs - ours) if part}
    return found


def _changes(new: Sequence[Cell], all_of: Sequence[Cell]) -> Iterator[Cell]:
    """One period less another that overlaps it and has a month of its own."""
    for one, other in _pairs(new, all_of):
        if set(one.months) - set(other.months) and set(other.months) - set(one.months):
            yield replace(one, value=one.value - other.value, shown=None, reason="", less=other.key)


def _has_two_sides(change: Cell, count: Count) -> bool:
    """Something is on either side; else the change is a sum of its own, and protected as one."""
    ours, theirs = set(change.months), set(change.less[3] if change.less else ())
    return all(count(change.group, tuple(sorted(part))).value for part in (ours - theirs, theirs - ours))


def _pairs(new: Sequence[Cell], all_of: Sequence[Cell]) -> Iterator[tuple[Cell, Cell]]:
    for one in new:
        for other in all_of:
            if one.key != other.key and (one.measure == "people" or set(one.months) & set(other.months)):
                yield one, other


def _alike(one: Cell, other: Cell) -> bool:
    """Counts of the same people in two papers, unless there is nobody in either: that may be known."""
    return one.key[:3] == other.key[:3] and other.shown is not None and bool(one.value or other.value)


def _rest(whole: Cell, part: Cell) -> Cell:
    left = max(0, whole.value - part.value)
    return replace(whole, value=left, people=left, shown=None, less=part.key)
