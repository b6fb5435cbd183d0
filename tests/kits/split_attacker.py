"""A reader of all reports of a data set, by months and by years, who knows that each split makes up its whole.

It reads the texts of cells alone and uses nothing of the product's solver: unknown are the events of each value of each
split in each month. A value that a month's report does not have was counted in nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attacker import FEW, ROUNDED, Programme, Result, reading

from hiu.govern.release.cells import EVERYBODY, Cell


def attack(cells: Sequence[Cell]) -> Result:
    """Bound every protected cell by whole numbers that fit everything shown."""
    groups = {_values(cell.group) for cell in cells}
    whole = _values(EVERYBODY)
    parts = {part for group in groups for part in _parts(group)}
    groups |= parts
    known = {(cell.months[0], _names(_values(cell.group))) for cell in cells if len(cell.months) == 1}
    shown = {(cell.months[0], _values(cell.group)) for cell in cells if len(cell.months) == 1}
    programme = Programme()
    for month in sorted({month for cell in cells for month in cell.months}):
        for group in groups:
            absent = (month, _names(group)) in known and (month, group) not in shown
            programme.add({(month, group): 1.0}, 0, 0 if absent else 1_000_000)
        for split in {_names(group) for group in groups} - {_names(whole)}:
            own = [group for group in groups if _names(group) == split]
            for name in split:
                for rest in {_without(group, name) for group in own}:
                    made = {(month, group): 1.0 for group in own if _without(group, name) == rest}
                    programme.add(made | {(month, rest): -1.0}, 0, 0)
    for cell in cells:
        assert cell.shown is not None
        programme.add(_sum(cell), *reading(cell.shown))
    result = Result()
    for cell in cells:
        if not cell.small:
            continue
        low, high, settled = programme.ends(_sum(cell), 2 * ROUNDED, FEW)
        result.tried += 1
        if high - low < 2 * ROUNDED or high < FEW:
            (result.found if settled else result.open).append(f"{cell.title}: {low:g} to {high:g}")
    return result


def _sum(cell: Cell) -> dict[object, float]:
    return {(month, _values(cell.group)): 1.0 for month in cell.months}


def _values(group: str) -> frozenset[str]:
    return frozenset() if group == EVERYBODY else frozenset(group.split("&"))


def _names(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.partition("=")[0] for value in values)


def _without(values: frozenset[str], name: str) -> frozenset[str]:
    return frozenset(value for value in values if value.partition("=")[0] != name)


def _parts(values: frozenset[str]) -> Iterable[frozenset[str]]:
    return [_without(values, name) for name in _names(values)]
