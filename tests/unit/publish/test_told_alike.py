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
from hiu.model.frames import schema
from hiu.publish.charts.data import series
from hiu.publish.danger import earlier, mentions, risks
from hiu.publish.danger import left as left_on
from hiu.publish.episodes import detentions, episodes, how_many, last_contact, last_months, last_stay
from hiu.publish.hospital import counts, disagreements, missing_stays, remarks, sentences
from hiu.publish.hours import has_pattern, hours_of_week
from hiu.publish.pack.matches import matches
from hiu.publish.pack.people import gates_of
from hiu.publish.people import bed_points
from hiu.publish.sheet.contacts import about, contacts
from hiu.publish.sheet.first import risk_words
from hiu.publish.sheet.page import sources
from hiu.publish.sheet.who import how_sure
from hiu.publish.words.codes import NOT_SHOWN
from hiu.settings import Settings

LAST, EVENTS = frames.LAST, ("police_incident", "ambulance_deployment", "ed_attendance", "s136", "mha_assessment")
FEEDS = dict(zip(EVENTS, ("police", "ambulance", "ed", "s136", "mha"), strict=True))
BEGAN = datetime(2024, 4, 1)
EPISODE = r"(\d+) ([A-Za-z0-9 ]+?)(?: \((?:reason not recorded, )?(said by \w+)\))?(?=,| and \d|$)"


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
        for n, words, details in re.findall(EPISODE, what):
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
    status = ["counted"] * 4 + ["not_counted", "superseded"]
    links = pl.DataFrame({"source": [*FEEDS.values(), "police"], "source_file": ["f"] * 6, "status": status})
    told = sources(links, drawn, coverage, timeline([*rows, old]))
    shown = {"police_incident": "Police", "ambulance_deployment": "Ambulance", "ed_attendance": "ED", "s136": "s136"}
    for name, title in (shown | {"mha_assessment": "MHA"}).items():
        parts = [int(n) for row in told for n in re.findall(rf"\b{title} (\d+)", row[5])]
        assert sum(parts) == drawn.total(name), name
    assert {row[0]: row[1:5] for row in told}["police"] == ("2", "1", "1", "0"), "of two rows one counts"
    assert all(int(row[1]) == sum(map(int, row[2:5])) for row in told), "every row is accounted for"


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
    assert ("detention (17 Mar 2026) ended in hospital by its record, and no bed days were" in told) == lost
    bare = sentences(remarks(found).get("P", []), dated=False)
    assert "17 Mar" not in bare and ("detention in Mar 2026 ended" in bare) == lost, "of a candidate without the day"
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
    ("assessed", "status", "lost"),
    [
        (None, "s3", True),
        (date(2025, 6, 1), "Section 2", True),
        (date(2025, 11, 2), "s3", False),
        (date(2025, 12, 15), "s2", False),
        (None, "informal", False),
    ],
)
def test_a_stay_under_a_section_without_an_assessment_does_not_agree(assessed: Any, status: str, lost: bool) -> None:
    bed = {"person_id": "P", "source": "mh", "event_id": "b", "dataset": "mh_bed_day", "ended": "sent"}
    rows = [{**bed, "start": datetime(2025, 12, 13, 14), "end": datetime(2025, 12, 20), "reason": status}]
    rows += [] if assessed is None else [held(assessed, "x", "mha_assessment")]
    tables = {"timeline": timeline(rows), "stay": stays(), "coverage": frames.coverage(24)}
    found = disagreements(tables, LAST)
    assert found.rows() == ([("P", "no_assessment", date(2025, 12, 13))] if lost else [])
    told = sentences(remarks(found).get("P", []), dated=True)
    assert ("A stay under a section began (13 Dec 2025), and no Mental Health Act assessment" in told) == lost
    assert bool(counts(found)) == lost
    unsent = {**tables, "coverage": frames.coverage(24, {"mha_assessment": (16,)})}
    assert disagreements(unsent, LAST).is_empty(), "what nobody supplied is missing, not none"


def test_a_person_met_since_is_not_perhaps_in_hospital_and_one_not_met_is() -> None:
    lost = held(date(2026, 1, 25), "Admitted s2")
    tables = {"timeline": timeline([lost]), "stay": stays(), "coverage": frames.coverage(24)}
    assert missing_stays(tables, LAST, ["P"]) == ({"P": "Jan 2026"}, {})
    for more in (
        {"timeline": timeline([lost, held(date(2026, 3, 2), "Advised", "police_incident")])},
        {"team_contact": pl.DataFrame({"person_id": ["P"], "at": [date(2026, 2, 1)]})},
    ):
        assert missing_stays({**tables, **more}, LAST, ["P"]) == ({}, {"P": "Jan 2026"})


def weekly(starts: list[datetime], each: int = 1) -> pl.DataFrame:
    """An episode at each start, of so many contacts an hour apart."""
    about = {"person_id": "P", "source": "ed", "dataset": "ed_attendance"}
    return timeline(
        [
            {**about, "event_id": f"{k}-{n}", "episode": k, "start": start + timedelta(hours=n)}
            for k, start in enumerate(starts)
            for n in range(each)
        ]
    )


@pytest.mark.parametrize(("most", "other", "found"), [(3, 29, False), (12, 20, True), (5, 0, True), (4, 0, False)])
def test_a_pattern_of_hours_takes_five_episodes_and_more_than_chance(most: int, other: int, found: bool) -> None:
    starts = [datetime(2026, 3, 2, 5) - timedelta(days=7 * n) for n in range(most)]
    starts += [datetime(2026, 2, 2, 9) + timedelta(hours=4 * n) for n in range(other)]
    words, table = hours_of_week(weekly(starts), date(2024, 4, 1), DATASETS)
    whole = f"{most + other} crisis episodes with a time."
    expected = f"Most often between 04:00 and 08:00 on Mon, {most} of {whole}"
    assert words == (expected if found else f"No clear pattern in the hours of {whole}")
    assert has_pattern(words) == found
    assert sum(int(cell or 0) for row in table for cell in row[1:]) == most + other


def test_several_contacts_of_one_event_are_one_episode_in_the_hours_of_the_week() -> None:
    sundays = [datetime(2025, 10, 26, 8, 55), datetime(2026, 2, 15, 9, 34)]
    words, table = hours_of_week(weekly(sundays, each=3), date(2024, 4, 1), DATASETS)
    assert words == "No clear pattern in the hours of 2 crisis episodes with a time."
    assert table[6] == ["Sun", "", "", "2", "", "", ""]


def left(when: datetime, reason: str | None = None) -> dict[str, Any]:
    about = {"person_id": "P", "source": "ed", "dataset": "left_before_treatment", "event_id": str(when)}
    return {**about, "start": when, "reason": reason, "outcome": "1066311000000101"}


def test_what_is_not_counted_stands_among_the_episodes_and_the_mentions_and_can_be_the_last_contact() -> None:
    seen = {"person_id": "P", "source": "ed", "dataset": "ed_attendance", "outcome": "182992009"}
    whole = timeline(
        [
            left(datetime(2025, 12, 29, 8, 23), "6471006"),
            {**seen, "event_id": "1", "episode": 1, "start": datetime(2025, 12, 26, 18), "reason": "55680006"},
            {**seen, "event_id": "2", "episode": 2, "start": datetime(2024, 1, 5, 18), "reason": "248062006"},
            {**seen, "event_id": "3", "episode": 3, "start": datetime(2025, 9, 5, 18), "reason": "123"},
            left(datetime(2025, 7, 1, 10)),
        ]
    )
    found = episodes(whole, 9)
    assert found[0][:2] == (
        "Mon 29 Dec 2025 08:23",
        "1 left before treatment, not counted (feeling suicidal, left after initial assessment)",
    )
    assert [what for _, what, _ in found][2:4] == [
        "1 ED attendance (complaint code 123, treatment completed)",
        "1 left before treatment, not counted (reason not recorded, left after initial assessment)",
    ]
    assert how_many(whole) == len(found) == 5
    assert mentions(whole, LAST) == (
        "Apr 2025 to Mar 2026: on 2 days, none of them since 1 Jan 2026. Before Apr 2025: on 1 day. Latest: 29 Dec "
        "2025 (feeling suicidal)."
    )
    assert risks(whole, LAST) == [
        ("feeling suicidal", "1", "0", "29 Dec 2025"),
        ("self-injurious behaviour", "0", "1", "5 Jan 2024"),
        ("poisoning or overdose", "1", "0", "26 Dec 2025"),
    ]
    assert left_on(whole, LAST) == "Apr 2025 to Mar 2026: 29 Dec 2025 and 1 Jul 2025."
    assert last_contact(whole) == (
        "Mon 29 Dec 2025 08:23, left before treatment, not counted (feeling suicidal); left after initial assessment."
    )


def test_a_stay_that_ended_in_the_last_six_months_or_goes_on_is_said_with_the_contacts_around_it() -> None:
    def stay(start: datetime, end: datetime | None, ended: str) -> dict[str, Any]:
        about = {"person_id": "P", "source": "mh", "dataset": "mh_bed_day", "event_id": str(start)}
        return {**about, "start": start, "end": end, "ended": ended}

    before = stay(datetime(2024, 8, 1), datetime(2024, 8, 5), "sent")
    ward = stay(datetime(2025, 3, 7, 9), datetime(2026, 1, 21, 15), "sent")
    call = {"person_id": "P", "source": "police", "dataset": "police_incident", "counted": True}
    times = (datetime(2025, 12, 28, 2), datetime(2026, 2, 1, 3), datetime(2026, 1, 21, 15, 1), datetime(2025, 3, 7, 8))
    calls = [{**call, "event_id": str(at), "start": at} for at in times]
    assert last_stay(timeline([before]), LAST, supplied=True) == (
        "No stay in a mental-health bed in the last 6 months is in the records. The latest ended on 5 Aug 2024, after "
        "4 nights."
    )
    assert last_stay(timeline([before, ward, calls[0]]), LAST, supplied=True) == (
        "7 Mar 2025 to 21 Jan 2026, 320 nights (with those on leave, if any), in a mental-health bed. "
        "1 contact with police, ambulance or ED during the "
        "stay, no such contact since."
    )
    aside = [{**calls[2], "dataset": name, "event_id": name} for name in ("s136", "ambulance_call")]
    around = last_stay(
        timeline([ward, calls[0], *calls[2:], *aside, {**left(times[1]), "counted": True}]), LAST, supplied=True
    )
    assert "1 contact with police, ambulance or ED during the stay, 1 contact since." in around, "by the hour"
    seen = [
        {**calls[2], "dataset": "mha_assessment", "event_id": str(k), "start": at} for k, at in enumerate(times[:2])
    ]
    assessed = last_stay(timeline([ward, *({**row, "outcome": "Detained s3"} for row in seen)]), LAST, supplied=True)
    assert ", in a mental-health bed (an assessment of 28 Dec 2025 ended: Detained s3)." in assessed
    goes_on = last_stay(timeline([ward, stay(datetime(2026, 1, 30), None, "open"), *calls]), LAST, supplied=False)
    assert goes_on.endswith(
        "Since 30 Jan 2026 in a mental-health bed; 1 contact with police, ambulance or ED during the stay."
    )
    assert "a stay may be missing here" in last_stay(timeline([before]), LAST, supplied=False)


def test_silence_of_the_records_is_no_safety_and_says_how_many_gave_no_reason() -> None:
    seen = {"person_id": "P", "source": "ed", "dataset": "ed_attendance", "counted": True, "episode": 1}
    rows = [{**seen, "event_id": reason, "reason": reason, "start": datetime(2026, 1, 1, 9)} for reason in (None, "x")]
    whole = timeline([{**row, "event_id": str(k)} for k, row in enumerate(rows)])
    assert about(whole, LAST, ("police_incident", "ed_attendance")) == "ED 2: not recorded 1, x 1."
    assert mentions(whole, LAST) == (
        "Apr 2025 to Mar 2026: no mention. That does not mean that there is no danger. Before Apr 2025: none recorded."
    )


def test_every_earlier_entry_of_danger_is_named_with_the_part_by_the_police_and_nobody_is_called_a_suspect() -> None:
    kind = {"person_id": "P", "source": "police", "dataset": "police_incident", "reason": "Suicide - Threat or Attempt"}
    days = [
        (2026, 2, "caller"),
        (2025, 8, "caller|suspect"),
        (2024, 12, "victim"),
        (2024, 11, "suspect"),
        (2024, 1, None),
    ]
    whole = timeline(
        [
            {**kind, "event_id": str(year * month), "episode": k, "start": datetime(year, month, 6, 18), "role": role}
            for k, (year, month, role) in enumerate(days)
        ]
    )
    parts = (
        "this person as the caller",
        "about this person",
        "named in it, perhaps about somebody else",
        "role not stated",
    )
    cells = (("2", "0", "6 Feb 2026"), *(("0", "1", on) for on in ("6 Dec 2024", "6 Nov 2024", "6 Jan 2024")))
    apart = [(f"suicide - threat or attempt, {part}", *row) for part, row in zip(parts, cells, strict=True)]
    assert risks(whole, LAST) == apart, "a number for each part"
    assert earlier(whole, date(2023, 1, 1)).endswith("before Jan 2023: none recorded.")
    words = " ".join(" ".join(row) for row in (*episodes(whole, 9), *contacts(whole)))
    assert "suspect" not in words and "perhaps about somebody else" in words


def test_violence_missing_and_victim_are_told_beside_with_the_person_s_part_and_a_suspect_is_no_finding() -> None:
    told = [
        ((2026, 2, 1), "Domestic Incident", "victim"),
        ((2026, 1, 1), "Violence - No Injury|Concern for Safety", "suspect|victim"),
        ((2024, 1, 1), "Violence - No Injury", "suspect"),
        ((2025, 6, 1), "Harassment", None),
        ((2025, 5, 1), "Missing Person", "subject"),
        ((2025, 4, 1), "Concern for Safety", "missing"),
        ((2025, 4, 1), "Suicide - Threat or Attempt", "victim"),
        ((2025, 4, 2), "Burglary - Residential", "victim"),
        ((2024, 2, 1), "Suicide - Threat or Attempt|Missing Person", "subject"),
        ((2025, 4, 3), "Burglary - Residential", "caller"),
    ]
    kind = {"person_id": "P", "source": "police", "dataset": "police_incident", "counted": True}
    rows = [
        {**kind, "event_id": str(k), "start": datetime(*at), "reason": reason, "role": role}
        for k, (at, reason, role) in enumerate(told)
    ]
    harm = "violence, domestic incident or harassment"
    assert risks(timeline(rows), LAST) == [
        ("suicide - threat or attempt, about this person", "1", "1", "1 Apr 2025"),
        (f"{harm}: as a victim; role not stated; as a suspect (no finding)", "3", "1", "1 Feb 2026"),
        ("missing person", "2", "1", "1 May 2025"),
        ("victim of another offence", "1", "0", "2 Apr 2025"),
    ]
    assert about(timeline(rows), LAST, ("police_incident", "ed_attendance")) == (
        "Police 8: Domestic Incident 1, Violence - No Injury 1, Harassment 1, Missing Person 1, Suicide - Threat or "
        "Attempt 1, Burglary - Residential 2, Concern for Safety 1."
    ), "each contact stands under one reason, the gravest, so that they add up"


def test_the_call_behind_a_deployment_is_no_contact_more_and_a_call_alone_is_one() -> None:
    sent = {"person_id": "P", "source": "ambulance", "start": datetime(2026, 1, 1, 9), "episode": 1}
    kinds = [("ambulance_deployment", "1"), ("ambulance_call", "1"), ("ambulance_call", "2")]
    found = contacts(timeline([{**sent, "dataset": name, "event_id": event} for name, event in kinds]))
    assert sorted((row[2], row[3], row[5], row[6]) for row in found) == [
        ("ambulance call", "not recorded", "not supplied", "no deployment"),
        ("ambulance deployment", "not recorded", "not supplied", ""),
    ]


def test_a_conflict_stands_beside_no_promise_that_the_match_is_right() -> None:
    links = pl.DataFrame({"how": ["model", "number"], "match_probability": [0.999, None], "source": ["police", "ed"]})
    assert "1 by NHS or local number and 1 by similar details (1 police)" in how_sure(links)
    assert "more than 99% likely to be right" in how_sure(links)
    assert "how likely the matches are to be right is not given" in how_sure(links, "two NHS numbers")
    assert "%" not in how_sure(links, "two NHS numbers")


def test_who_has_a_conflict_is_a_match_to_review_until_it_is_decided_or_changes_nothing() -> None:
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


def test_detentions_and_assessments_are_counted_with_the_latest_day_and_none_is_said_to_be_none() -> None:
    about = {"person_id": "P", "source": "s136", "dataset": "s136", "counted": True}
    days = (datetime(2025, 3, 3, 2), datetime(2026, 1, 5, 9))
    rows = [{**about, "event_id": str(at), "start": at} for at in days]
    again = {**rows[0], "event_id": "police", "source": "police", "counted": False}
    assert detentions(timeline([*rows, again]), BEGAN) == "Since Apr 2024: 2 section 136 detentions, latest 5 Jan 2026."
    assert detentions(timeline([{**again, "dataset": "police_incident"}]), BEGAN) == "Since Apr 2024: none."
    tried = [{**again, "dataset": "mha_not_completed", "event_id": str(at), "start": at} for at in days]
    assert detentions(timeline(tried[:1]), BEGAN) == (
        "Since Apr 2024: no detention and no completed assessment; 1 MHA assessment not completed, latest 3 Mar 2025."
    )
    assert detentions(timeline([*rows, *tried]), BEGAN) == (
        "Since Apr 2024: 2 section 136 detentions, latest 5 Jan 2026; 2 MHA assessments not completed, latest 5 Jan "
        "2026."
    )


def test_the_sheet_says_first_whose_grading_of_risk_it_is_and_of_which_day() -> None:
    about = {"person_id": "P", "source": "caseload", "likelihood": 3, "impact": 3}
    rows = [
        {**about, "role": "clinical", "grade": "Medium", "at": date(2025, 2, 3)},
        {**about, "role": "public_safety", "grade": "Low", "at": date(2026, 3, 1)},
        {**about, "role": "public_safety", "grade": "High", "at": date(2026, 3, 9)},
    ]
    own = {"risk_grading": frames.frame(PUBLISHED["risk_grading"], rows)}
    about = {"person_id": "P", "source": "ed", "dataset": "ed_attendance", "event_id": "1", "reason": "6471006"}
    told = timeline([{**about, "start": datetime(2026, 3, 5)}])
    first = date(2024, 4, 1)
    assert risk_words(own, told, first, LAST) == (
        "Lead clinician's grading: medium (3 Feb 2025, over 12 months old, before the latest contact, 5 Mar 2026); "
        "police's grading of risk to the public: high (9 Mar 2026)."
    )
    police = {"risk_grading": own["risk_grading"].filter(role="public_safety")}
    assert risk_words(police, told, first, LAST).endswith(": high (9 Mar 2026); the lead clinician has graded none.")
    assert risk_words({"risk_grading": own["risk_grading"].head(0)}, told, first, LAST) == "Nobody has graded it."


def test_an_ambulance_s_call_code_of_overdose_or_mental_health_is_told_in_words_and_is_a_mention() -> None:
    about = {"person_id": "P", "source": "ambulance", "dataset": "ambulance_deployment"}
    codes = ("23C02", "25D02", "32B03")
    whole = timeline(
        [{**about, "event_id": one, "start": datetime(2026, 3, k + 1), "reason": one} for k, one in enumerate(codes)]
    )
    assert [row[3] for row in contacts(whole)] == [
        "call code 32B03",
        "mental health call",
        "overdose or poisoning call",
    ]
    assert [row[0] for row in risks(whole, LAST)] == ["mental health call", "overdose or poisoning call"]


def test_the_month_of_the_last_contact_is_that_of_the_latest_with_one_and_names_every_agency_of_it() -> None:
    told = [
        ("P", date(2026, 2, 1), "police_incident", 1),
        ("P", date(2026, 2, 1), "ed_attendance", 2),
        ("P", date(2026, 3, 1), "mh_bed_day", 9),
        ("P", date(2026, 3, 1), "police_incident", 0),
        ("P", date(2026, 4, 1), "police_incident", 1),
        ("Q", date(2025, 1, 1), "ambulance_deployment", 1),
        ("R", date(2026, 3, 1), "s136", 1),
    ]
    names = ("person_id", "month", "dataset", "n")
    demand = frames.frame(PUBLISHED["monthly_demand"], [dict(zip(names, row, strict=True)) for row in told])
    tables = {"monthly_demand": demand, "coverage": frames.coverage(24)}
    assert last_months(tables, ["P", "Q", "R"], LAST) == {
        "P": "Last contact: Feb 2026, Police and ED.",
        "Q": "Last contact: Jan 2025, Ambulance.",
    }, "a night, a detention and a later month are no contact of the month's"
    assert last_months(tables, ["Q"], LAST).keys() == {"Q"}


def test_nights_that_make_up_half_of_the_score_are_said_on_pack_and_sheet() -> None:
    settings = Settings(name="Area")
    assert (
        bed_points({"points_12": 78.0}, 292, settings)
        == " Of the 78 points of 12 months, 73 come from nights in a bed."
    )
    assert bed_points({"points_12": 150.0}, 292, settings) == bed_points({"points_12": 0.0}, 0, settings) == ""


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("Safe and Well", "; closed as Safe and Well"), (NOT_SHOWN, "); outcome withheld"), (None, "not supplied")],
)
def test_the_last_police_contact_says_how_it_was_closed_or_that_this_is_not_shown(
    outcome: str | None, words: str
) -> None:
    seen = {"person_id": "P", "source": "police", "dataset": "police_incident", "event_id": "1", "episode": 1}
    row = {**seen, "start": datetime(2026, 3, 25, 19, 11), "reason": "Missing Person", "outcome": outcome}
    assert words in last_contact(timeline([row]))


def test_a_suspect_is_no_finding_in_the_list_of_contacts_too() -> None:
    sent = {"person_id": "P", "source": "police", "event_id": "1", "start": datetime(2026, 3, 6), "counted": True}
    whole = timeline([{**sent, "dataset": "police_incident", "reason": "Burglary", "role": "suspect"}])
    assert contacts(whole)[0][4] == "suspect (no finding)"


def test_a_consent_of_support_that_has_ended_is_to_be_asked_for_again() -> None:
    row: dict[str, Any] = dict.fromkeys(schema(PUBLISHED["support"])) | {"contacts": 3}
    row |= {"start": date(2024, 11, 16), "permission": "granted", "permission_at": date(2024, 10, 21)}
    row |= {"consent": "given", "consent_at": date(2024, 11, 16)}

    def told(**more: Any) -> dict[str, str]:
        return {words: value for words, value, *_ in gates_of({**row, **more}, LAST, Settings(name="Area"))}

    assert told()["Consent"].startswith("given, 16 Nov 2024") and "ended" not in told()["Consent"]
    past = told(end=date(2025, 12, 17))
    assert past["Consent"] == "given, 16 Nov 2024, for the support that ended 17 Dec 2025: ask again"
    assert past["Lead clinician permission"].endswith("for the support that ended 17 Dec 2025: ask again")
    anew = told(end=date(2025, 12, 17), consent_at=date(2026, 2, 1))
    assert anew["Consent"] == "given, 1 Feb 2026", "a consent after the end is for what comes"


def test_the_gates_have_the_day_of_the_latest_visit() -> None:
    row: dict[str, Any] = dict.fromkeys(schema(PUBLISHED["support"])) | {"contacts": 2}
    visits = pl.DataFrame(
        {"at": [date(2026, 1, 9), date(2025, 12, 1)], "position": [1, 1], "police_present": [True, None]}
    )
    found = gates_of(row, LAST, Settings(name="Area"), visits)
    assert found[-1][:2] == ("Visits and calls by the team", "2, latest 9 Jan 2026; police at 1 of the latest 2")
