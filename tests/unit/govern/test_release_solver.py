"""What the solver hides: differences of two releases, residual groups, and what would prove fewer than 8 people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hiu.govern.release.cells import Cell, from_row, to_row
from hiu.govern.release.disclosure import HIDDEN
from hiu.govern.release.solver import solve
from pipelines.papers.commissioner.differences import of_people, of_periods

YEAR = tuple(f"2025-{month:02d}" for month in range(1, 13))
NEXT = (*YEAR[1:], "2026-01")


def events(group: str, months: tuple[str, ...], value: int, people: int = 20, **more: Any) -> Cell:
    about = {"measure": "events", "dataset": "s136", "group": group, "months": months, "most": 1}
    return Cell(**about, value=value, people=people, **more)  # type: ignore[arg-type]


def number(dataset: str, group: str, n: int, measure: str = "people", months: tuple[str, ...] = YEAR[-1:]) -> Cell:
    about = {"measure": measure, "dataset": dataset, "group": group, "months": months, "most": 1}
    return Cell(**about, value=n, people=n)  # type: ignore[arg-type]


def test_a_month_between_two_papers_is_hidden_with_the_later_total() -> None:
    """Nobody being supported had anything in the month that left, and three people had in the month that came."""
    small = {(YEAR[0],): 0, ("2026-01",): 3}

    def count(group: str, months: tuple[str, ...]) -> Cell:
        n = small.get(months, 40)
        return events(group, months, n, n)

    first = solve([events("supported", YEAR, 40), events("everybody", YEAR[:1], 0, 0)]).cells
    before = [replace(cell, release="board-2025-12") for cell in first]
    printed = [events("supported", NEXT, 43, 40)]
    without = solve(printed, before)
    assert without.cells[0].shown == "45", "shown, where nobody subtracts"
    found = of_periods(printed, before, count)
    assert ("2026-01",) in {cell.months for cell in found}
    assert not any(cell.is_change for cell in found), "one side is nobody, so the difference is the month itself"
    shown = solve([replace(printed[0], value=40), *found], before).cells[0]
    assert shown.shown == HIDDEN and "could be worked out from it" in shown.reason


def test_the_change_of_a_group_between_two_papers_is_protected() -> None:
    change = next(
        cell
        for cell in of_periods(
            [events("supported", NEXT, 60)],
            [events("supported", YEAR, 40, shown="40", release="board-1")],
            lambda group, months: events(group, months, 10, 9),
        )
        if cell.is_change
    )
    assert change.small and change.shown is None and change.value == 20
    assert change.title.endswith("Feb 2025 to Jan 2026, less events of people being supported, Jan 2025 to Dec 2025")
    assert not change.is_safe(16, 20) and change.is_safe(-4, 4)


@pytest.mark.parametrize("rest", ["X", "not recorded", "other"])
def test_a_small_residual_group_is_never_proved_to_be_small(rest: str) -> None:
    """The list is those in the records of its year: 100 less 50 less 50 is 6 at most."""
    cells = [number("any", "everybody", 102, months=YEAR), number("list", "supported", 20)]
    for group, n, first in (("F", 52, 9), ("M", 48, 9), (rest, 2, 2)):
        cells += [number("list", f"sex={group}", n), number("list", f"sex={group}", first, "places")]
    made = solve([*cells, *of_people(cells, ())])
    texts = {(cell.group, cell.measure): cell.shown for cell in made.cells if cell.shown is not None}
    assert texts["sex=F", "people"] == HIDDEN or texts["sex=M", "people"] == HIDDEN
    assert texts[f"sex={rest}", "people"] != "5"


def test_who_of_a_group_is_not_in_the_first_places_is_protected_too() -> None:
    """Ten of a group on the list and eight of them in the first places: two are left."""
    cells = [number("any", "everybody", 200, months=YEAR), number("list", "supported", 20)]
    for group, n, first in (("F", 190, 12), ("M", 10, 8)):
        cells += [number("list", f"sex={group}", n), number("list", f"sex={group}", first, "places")]
    (rest,) = (cell for cell in of_people(cells, ()) if cell.less and cell.group == "sex=M")
    assert rest.small and rest.value == 2
    texts = {(cell.group, cell.measure): cell.shown for cell in solve([*cells, rest]).cells if cell.shown is not None}
    assert HIDDEN in (texts["sex=M", "people"], texts["sex=M", "places"])


def test_a_difference_is_kept_in_the_register_and_earlier_registers_are_read() -> None:
    cell = replace(events("supported", NEXT, 60), shown=None, less=events("supported", YEAR, 40).key)
    row = to_row(cell)
    assert from_row({**row, "months": list(NEXT), "less": [*cell.less[:3], list(YEAR)]}) == cell  # type: ignore[index]
    old = {name: value for name, value in to_row(events("others", YEAR, 60)).items() if name != "less"}
    assert from_row({**old, "months": list(YEAR)}).less is None
    with pytest.raises(ValueError, match="not a cell"):
        from_row({**old, "months": list(YEAR), "more": 1})
