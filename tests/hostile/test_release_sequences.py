"""Monthly releases with objections, erasures and late rows in between: nobody comes out of their difference."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
import release_kit as kit
from attacker import Reader

from hiu.govern.release.cells import Cell, to_public
from hiu.govern.release.disclosure import BASE
from pipelines.access.releases import Past

FEW = {"sets": ("ed_attendance", "s136"), "before": 9}


def sequence(people: int, seed: int, releases: int = 3, **size: object) -> tuple[list[Past], list[float]]:
    """What the recipient has after each release, and the share shown."""
    area, dice = kit.invent(people, seed, **size), np.random.default_rng(seed)  # type: ignore[arg-type]
    pasts, shares = [Past()], []
    for step in range(releases):
        if step:
            kit.happen(area, dice)
        made, past = kit.release(area, kit.LAST + step, pasts[-1])
        assert not made.solved.refused, made.solved.refused
        pasts.append(past)
        shares.append(made.solved.share)
    return pasts[1:], shares


def exposed(past: Past) -> tuple[int, list[str]]:
    """How many protected cells were tried, and those that the attacker bounds within their rounding."""
    public = [to_public(cell) for cell in past.cells if cell.shown is not None]
    tried, found = 0, []
    for dataset in sorted({cell.dataset for cell in past.cells} - {"any", "list", "contacts"}):
        reader = Reader(public, dataset)
        for cell in (one for one in past.cells if one.dataset == dataset and one.small):
            low, high = reader.ends(cell.measure, cell.group, cell.months)
            tried += 1
            if high - low < BASE:
                found.append(f"{cell.title}: {low} to {high}")
    return tried, found


@pytest.mark.parametrize("seed", [*range(10), *(pytest.param(n, marks=pytest.mark.slow) for n in range(10, 30))])
def test_nobody_is_found_in_small_sequences(seed: int) -> None:
    pasts, shares = sequence(150 + 9 * seed, seed, 2, **FEW)
    if seed % 5 == 0:
        tried, found = exposed(pasts[-1])
        assert tried > 5 and not found
    assert min(shares) >= 0.7
    for before, after in pairwise(pasts):
        later = {cell.key: cell.shown for cell in after.cells}
        assert all(later[cell.key] == cell.shown for cell in before.cells)


@pytest.mark.parametrize("what", ["objection", "erasure", "late rows"])
def test_what_happens_after_a_release_makes_no_difference_to_what_it_covered(what: str) -> None:
    """The next month with and without it: every figure of events is the same if the person had none in that month."""
    area = kit.invent(500, 5, **FEW)  # type: ignore[arg-type]
    _, past = kit.release(area, kit.LAST, Past())
    month = (kit.LAST + 1).start
    quiet = set(area.demand["at"]) - set(area.demand.filter(pl.col("month") == month)["at"])
    year = (
        area.demand.filter(pl.col("month") < month, pl.col("at").is_in(list(quiet)))
        .group_by("at")
        .agg(pl.col("n").sum())
    )
    person = int(year.sort("n", "at", descending=True)["at"][0])
    other = copy.deepcopy(area)
    if what == "late rows":
        more = area.demand.filter(pl.col("month") < month, pl.col("at") == person)
        other.demand = pl.concat([area.demand, more])
    else:
        (other.out if what == "objection" else other.gone).add(person)
    first, second = (kit.release(one, kit.LAST + 1, past)[0].ground for one in (area, other))
    assert first.sums == second.sums and first.latest == second.latest
    assert second.changed, "the records do differ"


def test_a_second_release_of_a_month_repeats_the_first() -> None:
    area = kit.invent(500, 8, **FEW)  # type: ignore[arg-type]
    made, past = kit.release(area, kit.LAST, Past())
    heavy = area.demand.group_by("at").agg(pl.col("n").sum()).sort("n", "at", descending=True)["at"].to_list()
    area.out |= set(heavy[:3])
    again, _ = kit.release(area, kit.LAST, past)
    assert dict(again.solved.shown) == {k: made.solved.shown[k] for k in again.solved.shown}


def test_children_are_on_no_page_so_no_page_gives_them_away() -> None:
    """Everybody's months and adults' year were on two pages, and five children's bed days were their difference."""
    area = kit.invent(500, 9, **FEW)  # type: ignore[arg-type]
    young = [at for at, born in enumerate(area.born) if born.year >= 2010]
    assert len(young) > 20
    without = copy.deepcopy(area)
    without.demand = area.demand.filter(~pl.col("at").is_in(young))
    with_them, alone = (kit.release(one, kit.LAST, Past())[0].solved.shown for one in (area, without))
    assert with_them == alone


def test_the_attacker_finds_what_was_released_carelessly() -> None:
    """A star between a total and its shown part is found, so finding none elsewhere means something."""
    about = {"measure": "events", "dataset": "s136", "months": ("2026-03",)}
    cells = [
        Cell(**about, group=group, value=n, people=n, most=1, shown=shown)  # type: ignore[arg-type]
        for group, n, shown in (("everybody", 22, "20"), ("others", 19, "20"), ("supported", 3, "*"))
    ]
    tried, found = exposed(Past(tuple(cells)))
    assert tried == 1 and found == ["s136: events of supported, Mar 2026: 1 to 4"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_found_in_whole_sequences(seed: int) -> None:
    """Three releases of all data sets; tests/bench/release_solver.py runs 200 of them."""
    pasts, shares = sequence((300, 800, 1500, 3000)[seed % 4], 1000 + seed)
    tried, found = exposed(pasts[-1])
    assert not found and min(shares) >= 0.8
    assert tried
