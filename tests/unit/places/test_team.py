"""Where the team should sit: the fewest teams are found exactly, and nobody's team is made up."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiu.places.team import PEOPLE, fewest, seat, seat_of, seat_sentence


def people(*rows: tuple[str, float]) -> pl.DataFrame:
    """Teams and points of people, in order of rank."""
    made = [(at, f"P{at}", teams, points) for at, (teams, points) in enumerate(rows, 1)]
    return pl.DataFrame(made, schema=PEOPLE, orient="row")


CASES = {
    "one team has it all": ([("A", 8.0), ("A", 2.0)], ("A",), 1.0),
    "exactly 80% is enough": ([("A", 80.0), ("B", 20.0)], ("A",), 0.8),
    "a hair less is not": ([("A", 79.75), ("B", 20.25)], ("A", "B"), 1.0),
    "those with most points first": ([("A", 30.0), ("B", 50.0), ("C", 20.0)], ("A", "B"), 0.8),
    "many people are not many points": ([("A", 1.0), ("A", 1.0), ("A", 1.0), ("B", 97.0)], ("B",), 0.97),
    "people with no team count in the whole": ([("A", 50.0), ("", 50.0)], (), 0.5),
    "no team at all": ([("", 5.0), ("", 1.0)], (), 0.0),
    "no points": ([("A", 0.0)], (), 0.0),
    "nobody": ([], (), 0.0),
    "ties go by name": ([("B", 40.0), ("A", 40.0), ("C", 20.0)], ("A", "B"), 0.8),
    # the largest in turn would take A (60), then B and C; B and C alone reach it
    "sharing: the largest is not among the fewest": (
        [("A|B", 30.0), ("A|C", 30.0), ("B", 25.0), ("C", 15.0)],
        ("B", "C"),
        1.0,
    ),
    "sharing: a person counts once for two teams": ([("A|B", 50.0), ("C", 50.0)], ("A", "C"), 1.0),
    "of as few the one with most points": ([("A|B", 60.0), ("A", 25.0), ("B", 20.0)], ("A",), 85 / 105),
}


@pytest.mark.parametrize("case", CASES)
def test_the_fewest_teams_that_reach_the_share(case: str) -> None:
    rows, teams, reached = CASES[case]
    found = seat_of(people(*rows))
    assert found.fewest == teams
    assert found.reached == pytest.approx(reached)


@given(st.lists(st.tuples(st.sets(st.sampled_from("ABCDEF"), max_size=2), st.integers(0, 40)), max_size=9))
def test_no_smaller_choice_reaches_it(rows: list[tuple[set[str], int]]) -> None:
    teams: dict[str, set[str]] = {}
    points = {f"P{at}": Fraction(n, 4) for at, (_, n) in enumerate(rows)}
    for at, (names, _) in enumerate(rows):
        for name in names:
            teams.setdefault(name, set()).add(f"P{at}")
    wanted = Fraction(8, 10) * sum(points.values())

    def reaches(names: tuple[str, ...]) -> bool:
        return sum(points[one] for one in set().union(*(teams[name] for name in names))) >= wanted

    sizes = [n for n in range(1, len(teams) + 1) if any(reaches(some) for some in combinations(teams, n))]
    found = fewest(teams, points, wanted)
    assert len(found) == (sizes[0] if sizes and wanted else 0)
    assert not found or reaches(found)


def tables(several: bool) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    first = pl.DataFrame({"rank": [2, 1], "person_id": ["P2", "P1"], "points_12": [4.0, 6.0]})
    support = pl.DataFrame({"person_id": ["P1", "P3"], "cmht": ["North or South CMHT", "West"]})
    what = ["cmht"] if several else ["plan"]
    return first, support, pl.DataFrame({"person_id": ["P1"], "what": what})


def test_a_team_is_that_of_the_register_and_of_two_that_contradict_each_other_it_is_both() -> None:
    found = seat(*tables(several=True))
    assert found.people.rows() == [(1, "P1", "North|South CMHT", 6.0), (2, "P2", "", 4.0)]
    assert seat(*tables(several=False)).people["teams"].to_list() == ["North or South CMHT", ""]
    assert found.unnamed["person_id"].to_list() == ["P2"]
    assert found.teams.rows() == [("North", 1, 6.0), ("South CMHT", 1, 6.0)]


def test_the_sentence_says_what_was_found() -> None:
    said = [seat_sentence(seat_of(people(*CASES[case][0])), 20) for case in CASES]
    assert said[1] == "One team supports people with 80.0% of the points of the first 20, the fewest that reach 80%: A."
    assert said[5].startswith("All teams together support people with 50.0% of the points of the first 20")
    assert said[6].startswith("No community mental health team is named")
    assert said[7] == "The first 20 had no points in the last 12 months."
