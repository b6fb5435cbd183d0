"""What changed since last month's list, and the reason given for each move."""

from __future__ import annotations

import re
from datetime import date
from math import log
from typing import Any

import polars as pl
from rank_area import MARCH, SETTINGS, coverage, gradings, inputs, people

from hiu.model import CHANGES
from hiu.month import Month
from hiu.rank import changes, rank
from hiu.rank.listing.reasons import Moves

POLICE = "police_incident"


def area(**last: int) -> dict[str, dict[str, list[int]]]:
    """Five people with 10, 8, 6, 4 and 2 incidents a month, but for the latest month as given; forty with fewer."""
    base = {**dict(zip("ABCDE", (10, 8, 6, 4, 2), strict=True)), **{f"Z{i:02}": i % 2 for i in range(40)}}
    return {name: {POLICE: [n] * 23 + [last.get(name, n)]} for name, n in base.items()}


def month(counts: dict[str, dict[str, list[int]]], back: int = 0, **given: Any) -> pl.DataFrame:
    return rank(**inputs(counts, **{"month": MARCH - back, **given})).ranked


def moves(counts: dict[str, dict[str, list[int]]], *gaps: tuple[str, Month]) -> Moves:
    given = inputs(counts)
    return Moves.of(pl.Series(list(counts)), MARCH, given["demand"], coverage(24, gaps), SETTINGS.rank)


def rows(
    counts: dict[str, dict[str, list[int]]],
    places: int = 3,
    then: dict[str, Any] | None = None,
    now: dict[str, Any] | None = None,
    **given: Any,
) -> dict[str, dict[str, Any]]:
    """Changes by person between February and March."""
    given.setdefault("moves", moves(counts))
    found = changes(month(counts, **(now or {})), month(counts, 1, **(then or {})), month=MARCH, places=places, **given)
    assert found.columns == CHANGES.names
    return {row["person_id"]: row for row in found.iter_rows(named=True)}


def alias(old: str, new: str, kind: str, day: date = MARCH.start) -> pl.DataFrame:
    return pl.DataFrame([{"old_id": old, "person_id": new, "month": day, "kind": kind, "reason": "reviewed"}])


def test_nothing_changed_is_nothing_said() -> None:
    assert rows(area()) == {}


def test_own_demand_and_others_demand() -> None:
    found = rows(area(D=40))
    assert found["D"]["kind"] == "new" and (found["D"]["rank_before"], found["D"]["rank_now"]) == (4, 1)
    assert found["D"]["what"] == (
        "1st, was 4th: over 3 months, 48 police incidents (was 12): severity score 48, was 12."
    )
    assert found["A"] == {
        "kind": "falling",
        "person_id": "A",
        "rank_before": 1,
        "rank_now": 2,
        "what": "Down from 1st to 2nd: others moved up; this person changed little.",
    }
    assert (found["C"]["kind"], found["C"]["rank_now"]) == ("left", 4)


def test_falling_by_own_demand() -> None:
    found = rows(area(B=0, C=9))
    assert found["B"]["what"] == (
        "Down from 2nd to 3rd: over 3 months, 16 police incidents (was 24): severity score 16, was 24."
    )
    assert found["C"]["what"].startswith(
        "Up from 3rd to 2nd: over 3 months, 21 police incidents (was 18): severity score 21, was 18."
    )


def test_risk_regraded() -> None:
    old = [(name, date(2025, 1, 1), "clinical", 3, 3, None) for name in "ABCDE"]
    new = ("C", date(2026, 3, 9), "clinical", 5, 5, None)
    found = rows(area(), then={"gradings": gradings(*old)}, now={"gradings": gradings(*old, new)})
    assert found["C"]["what"] == "Up from 3rd to 1st: risk regraded from 3.0 to 5.0."
    both = rows(area(C=9), then={"gradings": gradings(*old)}, now={"gradings": gradings(*old, new)})["C"]["what"]
    assert re.search(
        r"regraded .*; a smaller reason: .* Severity score expected in the next 3 months: (\d+) \(was (?!\1)\d+\)\.$",
        both,
    )


def test_of_two_reasons_of_about_the_same_weight_none_is_called_smaller() -> None:
    old = [(name, date(2025, 1, 1), "clinical", 3, 3, None) for name in "ABCDE"]
    new = ("C", date(2026, 3, 9), "clinical", 4, 4, None)
    what = rows(area(C=17), then={"gradings": gradings(*old)}, now={"gradings": gradings(*old, new)})["C"]["what"]
    score = re.search(r"in the next 3 months: ([\d.]+) \(was ([\d.]+)\)", what)
    assert score and abs(log(float(score[1]) / float(score[2])) / log(4 / 3) - 1) < 0.25, what
    assert "about as much: " in what and "smaller" not in what


def test_others_gradings_move_the_middle() -> None:
    low = [("A", date(2025, 1, 1), "clinical", 3, 3, None)]
    high = [("A", date(2025, 1, 1), "clinical", 3, 3, None), ("E", date(2026, 3, 1), "clinical", 5, 5, None)]
    found = rows(area(), then={"gradings": gradings(*low)}, now={"gradings": gradings(*high)})
    assert found["B"]["what"].endswith("other people were graded, which moved the typical risk score used.")


def test_new_returned_and_gone() -> None:
    counts = area()
    counts["F"] = {POLICE: [0] * 23 + [90]}
    counts["A"] = {POLICE: [300] + [0] * 11}
    before = {name: by for name, by in counts.items() if name != "F"}
    then = month(before, 1)
    found = changes(month({k: v for k, v in counts.items() if k != "A"}), then, month=MARCH, places=3)
    by = {row["person_id"]: row for row in found.iter_rows(named=True)}
    assert by["F"]["kind"] == "new" and by["F"]["what"].startswith(
        "1st, was not ranked: severity score 90 in the last 3 months."
    )
    assert by["A"]["kind"] == "left" and by["A"]["rank_now"] is None and "no longer on the list" in by["A"]["what"]
    again = changes(month(counts), then, month=MARCH, places=3, earlier={"F"})
    assert again.filter(pl.col("person_id") == "F")["kind"].to_list() == ["returned"]


def test_a_merge_is_one_person_before_and_after() -> None:
    then = month(area(), 1)
    joined = {name: by for name, by in area().items() if name != "D"}
    joined["C"] = {POLICE: [12] * 24}
    found = changes(month(joined), then, month=MARCH, places=3, aliases=alias("D", "C", "merge"))
    by = {row["kind"]: row for row in found.iter_rows(named=True)}
    assert by["rising"]["what"] == "Up from 3rd to 1st: records were joined or split."
    assert by["merged"]["what"] == "The record D was joined to this one: reviewed."
    assert "left" not in by
    old = changes(month(joined), then, month=MARCH, places=3, aliases=alias("D", "C", "merge", date(2025, 1, 1)))
    assert "merged" not in old["kind"].to_list()


def test_a_split_and_a_restatement_are_told() -> None:
    restated = pl.DataFrame(
        [
            {"month": date(2026, 2, 1), "dataset": POLICE, "added": 2, "removed": 0},
            {"month": date(2026, 1, 1), "dataset": POLICE, "added": 0, "removed": 0},
        ]
    )
    found = changes(month(area()), None, month=MARCH, places=3, aliases=alias("A", "G", "split"), restated=restated)
    assert found.select("kind", "person_id", "what").rows() == [
        ("split", "A", "Reviewed. What was taken out is now the record G."),
        ("split", "G", "Taken out of the record A, which held two people until now."),
        ("restated", None, "Feb 2026: police incidents, 2 added since the last list."),
    ]


def test_restated_figures_are_the_reason() -> None:
    then = month(area(), 1)
    sent_again = area()
    sent_again["C"] = {POLICE: [6] * 20 + [30, 6, 6, 6]}
    found = changes(month(sent_again), then, month=MARCH, places=3, recounted=month(sent_again, 1))
    row = found.filter(pl.col("person_id") == "C").row(0, named=True)
    assert row["what"] == "Up from 3rd to 2nd: last month's 12-month severity score was corrected from 72 to 96."


def test_own_demand_that_did_the_smaller_part_is_told_after_restated_figures() -> None:
    then = month(area(), 1)
    sent_again = area()
    sent_again["C"] = {POLICE: [6] * 20 + [30, 6, 6, 10]}
    found = changes(
        month(sent_again), then, month=MARCH, places=3, recounted=month(sent_again, 1), moves=moves(sent_again)
    )
    row = found.filter(pl.col("person_id") == "C").row(0, named=True)
    assert row["what"] == (
        "Up from 3rd to 2nd: last month's 12-month severity score was corrected from 72 to 96; "
        "a smaller reason: over 12 months, 100 police incidents (was 96): severity score 100, was 96."
    )


def test_who_rises_with_less_demand_than_before_owes_it_to_others_not_to_restated_figures() -> None:
    then = area() | {"B": {POLICE: [9] * 24}}
    now = then | {"A": {POLICE: [10] * 23 + [2]}, "B": {POLICE: [9] * 20 + [10, 9, 9, 6]}}
    found = changes(month(now), month(then, 1), month=MARCH, places=3, recounted=month(now, 1))
    by = {row["person_id"]: row["what"] for row in found.iter_rows(named=True)}
    assert (
        by["B"]
        == "Up from 2nd to 1st: others moved down or left the list; this person's intensity fell too, but by less: "
        "from 76.8 to 71.6."
    )
    assert by["A"].startswith("Down from 1st to 2nd: over 3 months severity score 22, was 30.")


def test_a_small_restatement_does_not_hide_what_happened_since() -> None:
    then = month(area(), 1)
    now = area(C=40)
    now["C"] = {POLICE: [*now["C"][POLICE][:20], 7, *now["C"][POLICE][21:]]}
    found = changes(month(now), then, month=MARCH, places=3, recounted=month(now, 1))
    row = found.filter(pl.col("person_id") == "C").row(0, named=True)
    assert row["what"] == (
        "Up from 3rd to 1st: over 3 months severity score 52, was 19; a smaller reason: last month's "
        "12-month severity score was corrected from 72 to 73."
    )


def test_the_first_list_has_nothing_to_compare() -> None:
    assert changes(month(area()), None, month=MARCH, places=3).height == 0


def test_every_part_that_moved_is_named_the_heaviest_first() -> None:
    counts = area()
    counts["D"] = {
        "mh_bed_day": [0] * 22 + [13, 31],
        "ambulance_deployment": [0] * 23 + [2],
        "mha_assessment": [0] * 23 + [1],
        POLICE: [4] * 20 + [6, 4, 4, 4],
    }
    found = rows(counts)
    assert found["D"]["what"] == (
        "3rd, was 4th: over 3 months, 44 nights in hospital (was 13), 1 Mental Health Act assessment (was 0) and "
        "2 ambulance deployments (was 0), although 12 police incidents (was 14): severity score 28, was 17."
    )


def test_a_part_whose_month_was_not_supplied_is_not_said_to_have_moved() -> None:
    counts = area(D=40)
    counts["D"]["ambulance_deployment"] = [0] * 23 + [5]
    assert "ambulance" in rows(counts)["D"]["what"]
    parts = moves(counts, ("ambulance_deployment", MARCH - 3))
    assert rows(counts, moves=parts)["D"]["what"].startswith(
        "1st, was 4th: over 3 months, 48 police incidents (was 12): severity"
    )


def test_the_same_events_a_month_on_count_for_less() -> None:
    counts = area()
    counts["A"] = {POLICE: [0] * 22 + [40, 0]}
    found = rows(counts)
    assert ": the same events, but longer ago, so they count for less." in found["A"]["what"]


def test_who_is_passed_is_not_said_to_rise() -> None:
    counts = area(D=90)
    counts["A"] = {POLICE: [10] * 20 + [4, 10, 10, 4]}
    found = rows(counts)
    assert found["A"]["what"].startswith("Down from 1st to 2nd: ") and "rose" not in found["A"]["what"]


def test_a_label_that_points_the_other_way_is_explained() -> None:
    counts = area(D=90)
    counts["A"] = {POLICE: [2] * 12 + [5] * 8 + [30, 30, 30, 30]}
    found = rows(counts)
    assert found["A"]["kind"] == "falling"
    assert found["A"]["what"].endswith("The label compares with the 12 months before, not with last month's list.")


def test_who_is_listed_no_more_has_the_reason_that_holds() -> None:
    then = month(area(), 1)
    gone = {k: v for k, v in area().items() if k != "A"}
    found = changes(month(gone), then, month=MARCH, places=3, absent={"A": "recorded as having died"})
    assert found.filter(person_id="A")["what"].to_list() == ["Was 1st, no longer on the list: recorded as having died."]


def test_the_under_18s_have_their_own_places_and_moves() -> None:
    young = {name: date(2012, 5, 1) for name in "CDE"}
    found = rows(area(E=40), **{when: {"people": people(list(area()), dob=young)} for when in ("then", "now")})
    assert found["E"]["kind"] == "rising" and found["E"]["what"].startswith(
        "Up from 3rd to 1st of the under-18s: over 3"
    )
    assert found["C"]["what"].startswith("Down from 1st to 2nd of the under-18s: others moved up")
    grown = rows(
        area(),
        places=2,
        now={"people": people(list(area()), dob={"D": date(2012, 5, 1)})},
        then={"people": people(list(area()), dob=young)},
    )
    assert grown["C"]["what"] == "Was 1st of the under-18s, no longer on the list: listed with the adults."
