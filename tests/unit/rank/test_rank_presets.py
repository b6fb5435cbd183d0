"""Published definitions: each at its threshold and one below, by age."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, extra, inputs, people

from hiu.model.grades import NOT_ASSESSED
from hiu.rank import rank
from hiu.rank.listing.presets import PRESETS
from hiu.rank.listing.sentence import amount, ordinal, rank_sentences, say_each_row

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
        ([4], set()),
        ([5], {RED_CROSS}),
        ([6], {RED_CROSS, NHSE}),
        ([6, 0], {RED_CROSS}),
        ([5, 5, 5, 5], {RED_CROSS}),
        ([5, 5, 5, 5, 1], {RED_CROSS, NHSE, EXTREME}),
        ([21, *[0] * 12], set()),
    ],
)
def test_ed_definitions(ed: list[int], expected: set[str]) -> None:
    assert fired(ed) == expected


@pytest.mark.parametrize(
    ("calls", "expected"), [([4], set()), ([5], {FRECANN}), ([5, 0], set()), ([4, 4, 3], set()), ([4, 4, 4], {FRECANN})]
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
        "Local police threshold (10 a year)",
        "",
    ]


def test_ordinals_and_amounts() -> None:
    places = (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)
    assert [ordinal(n) for n in places] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
        "101st",
        "111th",
    ]
    assert [amount(x) for x in (0, 0.25, 1, 7.04, 9.96, 14.4, 31)] == ["0", "0.2", "1", "7", "10", "14", "31"]


def listed(**told: object) -> dict[str, object]:
    """A row of the list."""
    row = {
        "rank": 4,
        "list": "adult",
        "expected_points": 7.01,
        "points_3": 14.0,
        "points_12": 31.0,
        "risk": 4.0,
        "risk_source": "clinical",
        "risk_band": "High",
        "likelihood": 4,
        "impact": 4,
        "rank_if_low": None,
        "rank_if_high": None,
        "rank_low": 2,
        "rank_high": 15,
        "certainty": "A",
        "estimated": False,
    }
    return row | told


def said_of(*rows: dict[str, object], gaps: str = "") -> list[str]:
    integers = dict.fromkeys(("likelihood", "impact", "rank_if_low", "rank_if_high"), pl.Int64)
    table = pl.DataFrame([listed(), *rows], schema_overrides=integers)
    return rank_sentences(table[1:], gaps, top=20).to_list()


def test_the_sentence() -> None:
    (said,) = said_of(listed())
    assert said == (
        "4th: severity score of about 7 expected in the next 3 months (14 in the last 3, 31 in the last 12; recent "
        "months count more), times risk 4.0 (clinical: square root of likelihood 4 x impact 4); plausible rank 2 to "
        "15; in the first 20 in at least 8 of 10 draws (A)."
    )
    banned = ("offender", "frequent flyer", "nuisance", "will become")
    assert not any(word in said.lower() for word in banned)


def test_what_the_sentence_says_of_those_who_differ() -> None:
    unknown = listed(
        list="under_18",
        rank=1,
        expected_points=1.04,
        points_3=0.25,
        points_12=9.96,
        risk=2.449489,
        risk_source=NOT_ASSESSED,
        risk_band=NOT_ASSESSED,
        likelihood=None,
        impact=None,
        rank_if_low=12,
        rank_if_high=1,
        certainty="B",
        estimated=True,
    )
    band = listed(rank=22, risk_source="public_safety", risk_band="Low", likelihood=None, impact=None, estimated=True)
    # each stands twice, as rows that are alike are said once
    one, two, again, other = said_of(unknown, band, unknown, listed(), gaps="ED attendances not supplied for May 2026")
    assert one == again
    assert one == (
        "1st of the under-18s: severity score of about 1 expected in the next 3 months (0.2 in the last 3, 10 in the "
        "last 12; recent months count more), times risk 2.4 (not assessed; typical risk score used; would be 1st if "
        "risk were High, and 12th if it were Low); plausible rank 2 to 15; in the first 20 of the under-18s in 2 to "
        "8 of 10 draws (B). Estimated in part: ED attendances not supplied for May 2026."
    )
    assert two.startswith("22nd: severity score of about 7 expected")
    assert "times risk 4.0 (public safety: Low); plausible" in two
    assert two.endswith(
        "in the first 20 in at least 8 of 10 draws (A). Estimated in part: ED attendances not supplied for May 2026."
    )
    assert other == said_of(listed())[0]
    assert said_of() == []


def test_a_text_is_made_once_for_rows_that_are_alike() -> None:
    asked: list[tuple[object, ...]] = []

    def say(*row: object) -> str:
        asked.append(row)
        return repr(row)

    rows = [(0.1, "a", None), (0.1, "a", 1), (0.1, "a", None), (0.0, None, None), (0.3, "a", 1), (0.0, None, None)]
    found = say_each_row(pl.DataFrame(rows, schema=["x", "y", "z"], orient="row"), say)
    assert found.to_list() == [repr(row) for row in rows]
    assert len(asked) == len(set(asked)) == 4
