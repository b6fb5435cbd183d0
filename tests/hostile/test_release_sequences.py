"""Monthly releases with objections, erasures and late rows in between: nobody comes out of their difference."""

from __future__ import annotations

import copy

import numpy as np
import polars as pl
import pytest
import release_kit as kit
from attacker import Published, Truth, attack, months_between

from pipelines.access.releases import Past

FEW = {"sets": ("ed_attendance", "s136"), "before": 9}


def sequence(people: int, seed: int, releases: int = 3, **size: object) -> tuple[kit.Recipient, list[float]]:
    """What a recipient was given, and the share shown of each release."""
    area, dice = kit.invent(people, seed, **size), np.random.default_rng(seed)  # type: ignore[arg-type]
    reader, shares = kit.Recipient(), []
    for step in range(releases):
        if step:
            kit.happen(area, dice)
        made = reader.take(area, kit.LAST + step)
        assert not made.solved.refused, made.solved.refused
        shares.append(made.solved.share)
    return reader, shares


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 20))])
def test_nobody_is_found_in_small_sequences(seed: int) -> None:
    reader, shares = sequence(150 + 9 * seed, seed, 2, **FEW)
    result = attack(reader.published, reader.truth)
    assert result.tried > 20 and not result.found and not result.open
    assert min(shares) >= 0.7


def bundles(people: int, seed: int) -> kit.Recipient:
    """Bundles for other areas and papers for the board in turn, two of them a year apart, and what happens between."""
    # as many are supported as a team has; of six or so every figure of the caseload is hidden
    area, dice = kit.invent(people, seed, sets=("ed_attendance", "s136"), before=20), np.random.default_rng(seed)
    for at in dice.choice(people, int(dice.integers(15, 45)), replace=False).tolist():
        area.start.setdefault(at, (kit.LAST - int(dice.integers(-2, 20))).start)
    reader = kit.Recipient()
    for take, month in (
        (reader.take_bundle, kit.LAST - 10),
        (reader.take, kit.LAST - 9),
        (reader.take_bundle, kit.LAST),
        (reader.take, kit.LAST),
        (reader.take, kit.LAST + 2),
        (reader.take_bundle, kit.LAST + 2),
    ):
        made = take(area, month)
        assert not made.solved.refused, made.solved.refused
        if month != kit.LAST:
            kit.happen(area, dice)
        for at in [at for at in area.start if dice.random() < 0.1]:
            del area.start[at]  # support ended
    return reader


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 25))])
def test_nobody_is_found_by_whoever_has_every_bundle_and_every_paper(seed: int) -> None:
    reader = bundles(150 + 20 * seed, seed)
    result = attack(reader.published, reader.truth)
    assert result.tried > 20 and not result.found and not result.open


def test_the_attacker_finds_who_left_if_the_flow_of_the_caseload_is_shown_carelessly() -> None:
    """20 were supported, 10 joined and 30 are: rounded as 18, 12 and 28 would be, at most 2 left."""
    head = "measure,dataset,group,area,from,to,shown"
    year = "people,list,joined in the year,whole area,2025-04,2026-03,15"
    ends = [f"people,list,supported,whole area,{when},{when},{n}" for when, n in (("2025-03", 20), ("2026-03", 35))]
    file = Published("\n".join([head, year, *ends]).encode(), frozenset())
    truth = Truth(pl.DataFrame())
    truth.groups = {("2025-03", "supported"): (21, 0), ("2026-03", "supported"): (34, 0)}
    truth.groups |= {("2026-03", "joined in the year"): (17, 0), ("2026-03", "left in the year"): (4, 0)}
    found = attack([file], truth).found
    assert "caseload left by what is shown 2026-03: 0 to 6" in found


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


def careless(*lines: tuple[str, str, str, str, str]) -> Published:
    """A data file that nobody checked: measure, group, from, to, and what is shown of section 136."""
    head = "measure,dataset,group,area,from,to,shown"
    rows = [f"{measure},s136,{group},whole area,{first},{last},{text}" for measure, group, first, last, text in lines]
    data = "\n".join([head, *rows]).encode()
    return Published(data, frozenset(("s136", month) for month in months_between("2025-01", "2026-03")))


def truth_of(*rows: tuple[int, str, bool]) -> Truth:
    """So many people with one event each in a month, supported or not."""
    each = [(f"{month}-{on}-{one}", "s136", month, 1, on) for people, month, on in rows for one in range(people)]
    return Truth(pl.DataFrame(each, schema=["person_id", "dataset", "month", "n", "supported"], orient="row"))


def test_the_attacker_finds_what_was_released_carelessly() -> None:
    """A star between a total and its shown part is found, so finding none elsewhere means something."""
    groups = (("everybody", "20"), ("others", "20"), ("supported", "*"))
    file = careless(*(("events", group, "2026-03", "2026-03", text) for group, text in groups))
    result = attack([file], truth_of((19, "2026-03", False), (3, "2026-03", True)))
    assert result.found == ["s136 supported 2026-03..2026-03: 1 to 4"]


def test_the_attacker_subtracts_periods_of_two_papers() -> None:
    """The month that only one of two periods has is their difference."""
    first = careless(("events", "supported", "2025-03", "2026-01", "40"))
    second = careless(("events", "supported", "2025-03", "2025-12", "40"))
    result = attack([first, second], truth_of((40, "2025-06", True), (3, "2026-01", True)))
    assert result.found == ["s136 supported 2026-01..2026-01: 0 to 4"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_found_in_whole_sequences(seed: int) -> None:
    """Three releases of all data sets; tests/bench/release_solver.py runs 200 of them."""
    reader, shares = sequence((300, 800, 1500, 3000)[seed % 4], 1000 + seed)
    result = attack(reader.published, reader.truth)
    assert result.tried and not result.found and min(shares) >= 0.8
