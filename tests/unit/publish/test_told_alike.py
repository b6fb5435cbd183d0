"""What a page says of a person holds against what is counted: episodes, a sheet's sources, time in hospital, hours."""

from __future__ import annotations

import random
import re
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import publish_frames as frames
import pytest

from hiu.model import DATASETS, PUBLISHED, many, one
from hiu.publish.charts.data import series
from hiu.publish.episodes import episodes
from hiu.publish.hospital import counts, disagreements, remarks, sentences
from hiu.publish.hours import hours_of_week
from hiu.publish.pack.matches import matches
from hiu.publish.sheet.page import sources
from hiu.publish.sheet.who import how_sure

LAST, EVENTS = frames.LAST, ("police_incident", "ambulance_deployment", "ed_attendance", "s136", "mha_assessment")
FEEDS = dict(zip(EVENTS, ("police", "ambulance", "ed", "s136", "mha"), strict=True))
BEGAN = datetime(2024, 4, 1)


def timeline(rows: list[dict[str, Any]]) -> pl.DataFrame:
    whole = [{"start_day_only": False, "counted": True, **row} for row in rows]
    return frames.frame(PUBLISHED["timeline"], whole)


def simulated(seed: int) -> list[dict[str, Any]]:
    """One person's episodes: calls behind deployments, detentions that two agencies sent, and what nobody counts."""
    dice, rows, when = random.Random(seed), list[dict[str, Any]](), BEGAN
    for episode in range(1, 30):
        when += timedelta(hours=dice.randint(30, 600))
        for k in range(dice.randint(1, 4)):
            name = dice.choice(EVENTS)
            about = {
                "person_id": "P",
                "episode": episode,
                "start": when + timedelta(hours=k),
                "event_id": f"{episode}-{k}",
            }
            rows.append({**about, "source": FEEDS[name], "dataset": name, "outcome": f"said by {FEEDS[name]}"})
            if name == "ambulance_deployment":
                rows.append({**about, "source": "ambulance", "dataset": "ambulance_call"})
            if name == "s136" and dice.random() < 0.5:
                why = "counted once, with the other agency's record of it"
                again = {"source": "police", "counted": False, "reason_not_counted": why, "outcome": "said by police"}
                rows.append({**about, **again, "dataset": "s136"})
    return rows


@pytest.mark.parametrize("seed", range(8))
def test_an_episode_counts_what_the_months_count_and_keeps_each_agency_s_words_apart(seed: int) -> None:
    rows = simulated(seed)
    told = {when: what for when, what, _ in episodes(timeline(rows), 99)}
    assert len(told) == 29
    total = dict.fromkeys(EVENTS, 0)
    for what in told.values():
        for n, words, details in re.findall(r"(\d+) ([A-Za-z0-9 ]+?)(?: \((said by \w+)\))?(?=,| and \d|$)", what):
            name = next(name for name in EVENTS if words in (one(name), many(name)))
            total[name] += int(n)
            assert details == f"said by {FEEDS[name]}"
    assert total == {name: sum(row["dataset"] == name and row.get("counted", True) for row in rows) for name in EVENTS}


@pytest.mark.parametrize("seed", range(8))
def test_a_sheet_s_sources_count_what_its_months_add_up_to(seed: int) -> None:
    rows = [row for row in simulated(seed) if row["start"].date() <= LAST.end]
    coverage = frames.coverage(24).with_columns(
        source=pl.col("dataset").replace_strict({**FEEDS, "s136": "police|s136", "mh_bed_day": "mh_beds"})
    )
    by_month: dict[str, list[int | None]] = {name: [0] * 24 for name in EVENTS}
    for row in rows:
        if row["dataset"] in EVENTS and row.get("counted", True):
            own = by_month[row["dataset"]]
            at = (row["start"].year - 2024) * 12 + row["start"].month - 4
            own[at] = (own[at] or 0) + 1
    old = {**rows[0], "start": datetime(2023, 1, 1), "event_id": "old"}
    demand = frames.demand({"P": by_month})
    tables = {"monthly_demand": demand, "coverage": coverage, "ranked": frames.frame(PUBLISHED["ranked"], [])}
    drawn = next(series(["P"], tables, LAST))
    links = pl.DataFrame({"source": [*FEEDS.values(), "police"], "source_file": ["f"] * 6})
    told = sources(links, drawn, coverage, timeline([*rows, old]))
    shown = {"police_incident": "Police", "ambulance_deployment": "Ambulance", "ed_attendance": "ED", "s136": "s136"}
    for name, title in (shown | {"mha_assessment": "MHA"}).items():
        parts = [int(n) for row in told for n in re.findall(rf"\b{title} (\d+)", row[2])]
        assert sum(parts) == drawn.total(name), name
    assert {row[0]: row[1] for row in told}["police"] == "2"


def held(day: date, outcome: str, dataset: str = "s136") -> dict[str, Any]:
    start = datetime(day.year, day.month, day.day, 9)
    return {
        "person_id": "P",
        "start": start,
        "source": "s136",
        "event_id": str(day),
        "dataset": dataset,
        "outcome": outcome,
    }


def stays(*rows: tuple[date, date, date | None]) -> pl.DataFrame:
    columns = ("first_night", "day_out", "leave_start")
    own = [{"person_id": "P", **dict(zip(columns, row, strict=True)), "leave_end": row[2]} for row in rows]
    return frames.frame(PUBLISHED["stay"], [{**row, "source_row": k} for k, row in enumerate(own)])


@pytest.mark.parametrize(
    ("outcome", "bed", "lost"),
    [
        ("Admitted s2", None, True),
        ("Detained s3", None, True),
        ("Section 2", None, True),
        ("Informal admission", None, True),
        ("Admitted s2", (date(2026, 3, 20), date(2026, 3, 29), None), False),
        ("Admitted s2", (date(2026, 3, 1), date(2026, 3, 17), None), True),
        ("Not detained - community follow up", None, False),
        ("Discharged", None, False),
        ("Home - CRHT", None, False),
    ],
)
def test_a_detention_in_hospital_without_bed_days_is_remarked_on(outcome: str, bed: Any, lost: bool) -> None:
    tables = {
        "timeline": timeline([held(date(2026, 3, 17), outcome)]),
        "stay": stays(*([bed] if bed else [])),
        "coverage": frames.coverage(24),
    }
    found = disagreements(tables, LAST)
    assert (found["code"].to_list() == ["no_bed_days"]) == lost
    told = sentences(remarks(found).get("P", []), dated=True)
    assert ("recorded (17 Mar 2026), and no bed days were supplied for it." in told) == lost
    assert "2026" not in sentences(remarks(found).get("P", []), dated=False), "of a candidate without the day"
    assert bool(counts(found)) == lost
    unsent = {**tables, "coverage": frames.coverage(24, {"mh_bed_day": (23,)})}
    assert disagreements(unsent, LAST).is_empty(), "bed days that nobody supplied are missing, not none"


def test_police_met_somebody_whom_the_bed_data_has_in_hospital() -> None:
    met = [held(date(2026, 3, day), "Advised", "police_incident") for day in (5, 10, 12, 20)]
    whole = {"timeline": timeline(met), "coverage": frames.coverage(24)}
    inside = disagreements({**whole, "stay": stays((date(2026, 3, 5), date(2026, 3, 20), date(2026, 3, 12)))}, LAST)
    assert inside.rows() == [("P", "met_elsewhere", date(2026, 3, 10))], "not on the first or last day, nor on leave"
    assert "1 day with a police or ambulance contact while" in sentences(remarks(inside)["P"], dated=True)
    assert counts(inside)[0].startswith("1 person: police or ambulance contacts on days")


@pytest.mark.parametrize(
    ("most", "other", "told"), [(3, 29, False), (12, 20, True), (3, 0, True), (2, 0, False), (1, 0, False)]
)
def test_hours_of_the_week_are_told_only_where_they_beat_chance(most: int, other: int, told: bool) -> None:
    rows = [
        {"person_id": "P", "source": "ed", "dataset": "ed_attendance", "event_id": str(k), "start": start}
        for k, start in enumerate(
            [datetime(2026, 3, 2, 5) - timedelta(days=7 * n) for n in range(most)]
            + [datetime(2026, 2, 2, 9) + timedelta(hours=4 * n) for n in range(other)]
        )
    ]
    words, table = hours_of_week(timeline(rows), date(2024, 4, 1), DATASETS)
    assert bool(words) == told and table[0][2] == str(most)


def test_a_conflict_stands_beside_no_promise_that_the_match_is_right() -> None:
    links = pl.DataFrame({"how": ["model", "number"], "match_probability": [0.999, None]})
    assert "more than 99% likely to be right" in how_sure(links)
    assert "likely" not in how_sure(links, "two NHS numbers")


def test_who_has_a_conflict_is_a_match_to_review_or_the_page_says_why_not() -> None:
    people = frames.people({one: one for one in "ABCD"}).with_columns(two_dobs=pl.lit(True))
    pair = {"match_weight": 9.0, "match_probability": 0.9999, "why": "one person with two dates of birth"}
    queue = [
        {
            "identity_a": f"{one}1",
            "identity_b": f"{one}2",
            "person_a": one,
            "person_b": one,
            "priority": priority,
            **pair,
        }
        for one, priority in (("A", 0.5), ("B", 0.0), ("C", 0.4))
    ]
    by = {"reviewer": "R", "decided_at": datetime(2026, 4, 1), "identity_a": "C2", "identity_b": "C1"}
    tables = {
        "people": people,
        "review_queue": frames.frame(PUBLISHED["review_queue"], queue),
        "decisions": frames.frame(PUBLISHED["decisions"], [{**by, "decision": "same"}]),
    }
    found = matches(tables, list("ABCD"))
    assert [one["a"] for one in found["pairs"]] == ["A"] and "100%" not in found["pairs"][0]["doubt"]
    assert "and the list would change if it were two" in found["pairs"][0]["doubt"]
    assert found["settled"] == [
        ("a reviewer has decided", ["C"]),
        ("either answer would leave the list as it is", ["B"]),
        ("all their other details agree, so the records are taken as one person's", ["D"]),
    ]
