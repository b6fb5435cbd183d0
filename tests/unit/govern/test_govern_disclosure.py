"""Disclosure control: small counts hidden, and not to be had back by subtraction."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiu.govern.release.disclosure import (
    HIDDEN,
    count_text,
    event_total,
    is_dominated,
    round_count,
    suppress,
    suppress_list,
)


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (1, "*"), (7, "*"), (8, "10"), (12, "10"), (13, "15"), (101, "100"), (103, "105")]
)
def test_one_count(count: int, text: str) -> None:
    assert count_text(count) == text


def test_totals_are_rounded_from_unrounded_counts() -> None:
    cells, total = suppress_list([12, 12, 12])
    assert cells == ["10", "10", "10"] and total == "35"


def test_a_lone_hidden_cell_takes_the_next_smallest_with_it() -> None:
    assert suppress_list([3, 20, 40]) == (["*", "*", "40"], "65")
    assert suppress_list([3, 0, 0]) == (["*", "0", "0"], "*")
    assert suppress_list([3, 4, 40]) == (["*", "*", "40"], "45")
    assert suppress_list([0, 9]) == (["0", "10"], "10")


def test_a_table_is_protected_in_rows_and_columns() -> None:
    assert suppress([[3, 20], [30, 40]]) == [["*", "*", "25"], ["*", "*", "70"], ["35", "60", "95"]]
    assert suppress([[10, 20], [30, 40]], hide=[(0, 0)])[0] == ["*", "*", "30"]


@given(st.lists(st.lists(st.integers(0, 30), min_size=2, max_size=4), min_size=2, max_size=4))
def test_no_line_has_a_lone_hidden_cell_and_no_small_count_shows(rows: list[list[int]]) -> None:
    width = min(map(len, rows))
    table = [row[:width] for row in rows]
    found = suppress(table)
    full = [[*row, sum(row)] for row in table]
    full.append([sum(column) for column in zip(*full, strict=True)])
    for line, counts in [
        *zip(found, full, strict=True),
        *zip(zip(*found, strict=True), zip(*full, strict=True), strict=True),
    ]:
        free = [n for text, n in zip(line, counts, strict=True) if text != HIDDEN and n]
        assert list(line).count(HIDDEN) != 1 or not free
    for text, n in ((t, n) for line, ns in zip(found, full, strict=True) for t, n in zip(line, ns, strict=True)):
        assert text == HIDDEN if 0 < n < 8 else text in (HIDDEN, str(round_count(n)))


@given(st.lists(st.integers(0, 15), min_size=2, max_size=3))
def test_every_hidden_count_could_be_another(counts: list[int]) -> None:
    """Whoever sees the output alone finds at least two values for each hidden part."""
    cells, total = suppress_list(counts)
    options: list[set[int]] = [set() for _ in counts]
    for guess in product(range(18), repeat=len(counts)):
        if suppress_list(guess) == (cells, total):
            for seen, value in zip(options, guess, strict=True):
                seen.add(value)
    assert all(len(seen) > 1 for seen, text in zip(options, cells, strict=True) if text == HIDDEN)


def test_event_totals_need_eight_people_and_no_dominance() -> None:
    assert event_total([10] * 8) == "80" and event_total([10] * 7) == HIDDEN
    assert is_dominated([100, *[5] * 10]) and not is_dominated([50, *[5] * 10])
    assert event_total([]) == "0"
