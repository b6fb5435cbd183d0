"""Published definitions: each at its threshold and one below, by age."""

from __future__ import annotations

from datetime import date

import pytest
from rank_area import MARCH, SETTINGS, extra, inputs, people

from hiu.rank import rank
from hiu.rank.presets import PRESETS
from hiu.rank.sentence import amount, ordinal

ED, CHILD = "ed_attendance", {"A": date(2012, 1, 1)}
NHSE, FRECANN, CHILDREN, RED_CROSS, CRISIS, EXTREME = (rule.name for rule in PRESETS)


def fired(ed: list[int], calls: list[int] | None = None, child: bool = False) -> set[str]:
    """Names of the definitions that one person meets."""
    counts = {"A": {ED: ed, "police_incident": [1] * 12}}
    rows = [("A", MARCH - k, "ambulance_call", n) for k, n in enumerate(reversed(calls or [])) if n]
    who = people(["A"], dob=CHILD if child else {})
    return set(rank(**inputs(counts, extra=extra(*rows), people=who)).ranked["presets"][0].split("|")) - {""}


@pytest.mark.parametrize(
    ("ed", "expected"),
    [
        ([4], set()), ([5], {RED_CROSS}), ([6], {RED_CROSS, NHSE}), ([6, 0], {RED_CROSS}),
        ([5, 5, 5, 5], {RED_CROSS}), ([5, 5, 5, 5, 1], {RED_CROSS, NHSE, EXTREME}), ([21, *[0] * 12], set()),
    ],
)  # fmt: skip
def test_ed_definitions(ed: list[int], expected: set[str]) -> None:
    assert fired(ed) == expected


@pytest.mark.parametrize(
    ("calls", "expected"),
    [([4], set()), ([5], {FRECANN}), ([5, 0], set()), ([4, 4, 3], set()), ([4, 4, 4], {FRECANN})],
)
def test_ambulance_definitions_count_calls(calls: list[int], expected: set[str]) -> None:
    assert fired([], calls) == expected


def test_age_decides() -> None:
    assert fired([25], [9], child=True) == {RED_CROSS, CHILDREN, EXTREME}
    assert fired([], [1, 0, 0, 1, 0, 1], child=True) == {CHILDREN}
    assert fired([], [1, 0, 0, 0, 1, 0, 1], child=True) == set()


def test_the_crisis_definition_needs_an_attendance_now_and_four_others() -> None:
    def meets(*months: int) -> bool:
        rows = [("A", MARCH - k, "ed_mental_health", n) for k, n in enumerate(months) if n]
        return CRISIS in rank(**inputs({"A": {ED: [1]}}, extra=extra(*rows))).ranked["presets"][0]

    assert meets(1, 2, 2) and not meets(0, 3, 3) and not meets(1, 2, 1)


def test_what_cannot_be_judged_is_said() -> None:
    constants = rank(**inputs({"A": {ED: [1]}})).constants
    assert constants["presets_not_judged"] == [FRECANN, CHILDREN, CRISIS]


def test_a_local_police_threshold() -> None:
    local = SETTINGS.model_copy(update={"rank": SETTINGS.rank.model_copy(update={"police_a_year": 10})})
    counts = {"A": {"police_incident": [1] * 10}, "B": {"police_incident": [1] * 9}}
    assert rank(**inputs(counts, settings=local)).ranked["presets"].to_list() == [
        "Local police threshold (10 a year)", "",
    ]  # fmt: skip


def test_ordinals_and_amounts() -> None:
    places = (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)
    assert [ordinal(n) for n in places] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th",
    ]  # fmt: skip
    assert [amount(x) for x in (0, 0.25, 1, 7.04, 9.96, 14.4, 31)] == ["0", "0.2", "1", "7", "10", "14", "31"]


def test_the_sentence() -> None:
    from hiu.rank.sentence import why

    said = why(rank=4, under_18=False, expected=7.01, points_3=14, points_12=31, risk=4.0, risk_source="clinical",
               risk_band="High", likelihood=4, impact=4, if_low=None, if_high=None, low=2, high=15, certainty="A",
               estimated="")  # fmt: skip
    assert said == (
        "4th: about 7 points expected in the next 3 months (14 in the last 3, 31 in the last 12; recent months count "
        "more), times risk 4.0 (clinical: likelihood 4 x impact 4); plausible rank 2-15, certainty A."
    )
    banned = ("offender", "frequent flyer", "nuisance", "will become")
    assert not any(word in said.lower() for word in banned)
