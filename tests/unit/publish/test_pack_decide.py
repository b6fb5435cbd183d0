"""What the pack says there is to decide, and when: from what is recorded alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pack_area
import polars as pl
import publish_frames as frames
import pytest
from test_pack_standing import ENDED, IDS, LAST, SETTINGS, area, outputs

from hiu.model import PUBLISHED
from hiu.publish.pack.page import pack_view
from hiu.settings import Paper

AGREED = {"offered": date(2025, 1, 3), "consent": "given", "consent_at": date(2025, 1, 9)}
ASK_FIRST = "Ask the lead clinician, who is not recorded, first."
LED = {**AGREED, "consent": "refused", "lead_clinician": "Dr E Ward"}
NAMED = "Whether support is offered again. Ask the lead clinician first."
DONE = {"permission": "granted", "permission_at": date(2026, 1, 2), "notice_at": date(2026, 1, 2)}
GOING = {**AGREED, **DONE, "start": date(2026, 2, 1), "plan_at": date(2026, 2, 3), "contacts": 4}


@pytest.mark.parametrize(
    ("register", "entries", "words"),
    [
        (None, {}, "Whether support is offered. No offer is on record."),
        ({"offered": date(2026, 1, 15)}, {}, "Who asks for the answer to the offer."),
        (AGREED, {}, "When support starts."),
        ({**AGREED, "consent": "refused"}, {}, f"Whether support is offered again. {ASK_FIRST}"),
        (LED, {}, NAMED),
        (ENDED, {}, f"Whether support is offered again. {ASK_FIRST}"),
        (None, {"decision": "Person does not want support"}, f"Whether support is offered again. {ASK_FIRST}"),
        (None, {"decision": "Wait and review", "next_review": "2026-03-31"}, "Whether support is offered. No offer"),
        (
            None,
            {"decision": "Wait and review", "next_review": "2026-06-03"},
            "Nothing before 3 Jun 2026: Jan 2026 decided Wait and review.",
        ),
    ],
)
def test_a_candidate_has_what_there_is_to_decide(register: Any, entries: dict[str, str], words: str) -> None:
    about = {"person_id": IDS[1], "month": date(2026, 1, 1), "author": "A", "pack_id": "p", "row_version": 1}
    rows = [{**about, "field": k, "value": v, "entered_at": datetime(2026, 1, 9)} for k, v in entries.items()]
    tables = area(
        support=frames.support([{"person_id": IDS[1], **register}] if register else []),
        meeting_entry=frames.frame(PUBLISHED["meeting_entry"], rows),
    )
    people, _, pdf = outputs({**tables, "review_queue": tables["review_queue"].head(0)})
    assert people[1]["decide"].startswith(words) and f"To decide now. {words}" in pdf


def test_of_a_supported_person_what_is_overdue_and_of_a_child_who_says_so_first() -> None:
    for capacity, words in (
        (date(2026, 1, 2), "Nothing is overdue."),
        (date(2025, 1, 2), "Overdue or lacking: capacity review."),
    ):
        register = frames.support([{"person_id": IDS[0], **GOING, "capacity_at": capacity}])
        tables = area(support=register)
        people, _, _ = outputs({**tables, "review_queue": tables["review_queue"].head(0)})
        assert people[0]["decide"] == f"Whether support goes on, changes or ends. {words}"
    assert people[5]["decide"].startswith("First, with the children's safeguarding lead, whether this meeting talks")


def test_a_match_in_doubt_is_settled_first() -> None:
    people, _, _ = outputs(area())
    for one in people:
        in_doubt = any(code == "match" for code, _ in one["alerts"])
        assert in_doubt == one["decide"].startswith("First whether the match is right (see its alert).")
    assert any(code == "match" for one in people for code, _ in one["alerts"])


def test_the_date_of_the_meeting_is_the_sites_or_not_given() -> None:
    days = (date(2026, 3, 10), date(2026, 5, 12), date(2026, 4, 14))
    given = SETTINGS.model_copy(update={"paper": Paper(meetings=days)})
    assert pack_view(area(), stamp=pack_area.stamp(), settings=given)["notes"]["meeting"] == "14 Apr 2026"
    assert given.version == SETTINGS.version, "it bears on no figure"
    _, html, pdf = outputs(area())
    assert "Date of the meeting: not given" in html and "meeting: not given" in pdf


def test_what_was_due_before_the_pack_was_built_is_said_to_have_passed() -> None:
    due = {**GOING, "plan_review_at": date(2026, 4, 24)}
    tables = area(support=frames.support([{"person_id": IDS[0], **due}]))
    for built, words in (
        (datetime(2026, 4, 30), "Due by the end of Apr 2026"),
        (datetime(2026, 11, 29), "Due by the end of Apr 2026, which had passed when this was built (29 Nov 2026)"),
    ):
        _, html, pdf = outputs(tables, built=built)
        assert f"<h4>{words}</h4>" in html and words in pdf
        given = SETTINGS.model_copy(update={"paper": Paper(meetings=(date(2026, 4, 30),))})
        notes = pack_view(tables, stamp=replace(pack_area.stamp(), built=built), settings=given)["notes"]
        assert notes["meeting"] == ("30 Apr 2026 (past)" if "passed" in words else "30 Apr 2026")
    assert "had passed" not in outputs(tables, built=datetime(2026, 4, 30))[1]


def test_a_band_says_whose_grading_it_is_and_of_which_day_beside_the_alert_too() -> None:
    about = {"person_id": IDS[1], "likelihood": 3, "impact": 4, "grade": "Medium", "source": "caseload"}
    rows = [
        {**about, "role": "public_safety", "at": date(2026, 2, 16)},
        {**about, "role": "public_safety", "at": date(2026, 1, 3)},
        {**about, "role": "clinical", "at": date(2026, 3, 3)},
    ]
    tables = area(risk_grading=frames.frame(PUBLISHED["risk_grading"], rows))
    tables["ranked"] = tables["ranked"].with_columns(
        risk_source=pl.when(person_id=IDS[1]).then(pl.lit("public_safety")).otherwise("risk_source")
    )
    left = {"person_id": IDS[1], "month": LAST.start, "measure": "left_before_treatment", "n": 1}
    people, html, pdf = outputs({**tables, "monthly_extra": frames.frame(PUBLISHED["monthly_extra"], [left])})
    words = (
        "police's grading of risk to the public: medium (16 Feb 2026); lead clinician's grading: medium (3 Mar 2026)"
    )
    assert people[1]["risk_note"] == words
    sentence = f"Risk to the public: {people[1]['risk'].lower()} (by police, Feb 26"
    assert words in pdf and sentence in pdf and sentence in html
    undated = frames.frame(PUBLISHED["risk_grading"], [{**rows[0], "at": tables["coverage"]["month"].min()}])
    assert outputs({**tables, "risk_grading": undated})[0][1]["risk_note"].endswith(
        "public: medium (without a date); the lead clinician has graded none"
    )
    low = [{**row, "likelihood": 1, "impact": 1, "grade": "Low"} if row["role"] == "clinical" else row for row in rows]
    note = outputs({**tables, "risk_grading": frames.frame(PUBLISHED["risk_grading"], low)})[0][1]["risk_note"]
    assert (found := re.search(r"the higher sets the place, which by the other alone would be (\d+)", note)), note
    mine, *rest = sorted(tables["ranked"].filter(list="adult").to_dicts(), key=lambda row: row["person_id"] != IDS[1])
    alone = mine["intensity"] / mine["risk"]
    assert int(found[1]) == 1 + sum(row["intensity"] > alone for row in rest)
    old = frames.frame(PUBLISHED["risk_grading"], [{**rows[0], "at": date(2025, 3, 31)}])
    note = outputs({**tables, "risk_grading": old})[0][1]["risk_note"]
    assert "public: medium (31 Mar 2025, over 12 months old)" in note


def test_who_moved_only_because_others_did_stands_apart() -> None:
    rows = [
        {"kind": "rising", "person_id": IDS[0], "what": what, "rank_before": 2, "rank_now": 1}
        for what in (
            "Up from 2nd to 1st: others moved down or left the list; this person changed little.",
            "Up from 3rd to 1st: others moved down or left the list; over 12 months, 14 ED attendances (was 12).",
            "Up from 3rd to 1st: 9 more.",
        )
    ]
    _, html, pdf = outputs(area(changes=frames.frame(PUBLISHED["changes"], rows)))
    for words in ("Moved up the list (2)", "Moved up the list, only because others moved (1)"):
        assert words in html and words in pdf


def test_who_stands_just_below_the_line_is_counted_and_what_a_contact_is_is_said() -> None:
    tables = area()
    settings = SETTINGS.model_copy(update={"rank": SETTINGS.rank.model_copy(update={"top": 2})})
    below = tables["ranked"].filter(list="adult").filter(pl.col("rank") > 2, pl.col("certainty").is_in(["A", "B"]))
    made = pack_view(tables, stamp=pack_area.stamp(), settings=settings)
    assert below.height > 1 and made["notes"]["under"].startswith(
        f"Of everybody below place 2, listed here or not, {below.height} are marked A or B ("
    )
    words = "police incidents, ambulance deployments and ED attendances; visits and calls by the team are not among"
    assert words in outputs(tables)[1] and words in made["notes"]["contacts"]


def test_two_people_of_one_name_and_birth_are_said_to_be_held_apart_and_why() -> None:
    names = dict(zip(IDS, pack_area.plain_names(6), strict=True)) | {IDS[0]: "Jo Ash", IDS[2]: "Jo Ash"}
    people = frames.people(names).with_columns(nhs_number=pl.col("person_id"), postcode=pl.lit("BA15 6SQ"))
    found, html, pdf = outputs(area(people=people))
    why = "since they differ in NHS number (the same: date of birth"
    assert f"Held apart from {IDS[2]}, of the same name, {why}" in found[0]["sources"]
    assert all("postcode): if they are one, tell the analyst." in found[at]["sources"] for at in (0, 2))
    alike = "too: same name, birth, sex and postcode, and another NHS number; decide who checks whether they"
    assert all(f"Perhaps here twice, as {place} {alike}" in pdf for place in (1, 3)) and alike in html
    bare = people.with_columns(pl.lit(None, pl.String).alias(name) for name in ("nhs_number", "postcode", "sex"))
    assert (
        "since too little else is known to join them: if they are one"
        in outputs(area(people=bare.with_columns(dob=pl.lit(None, pl.Date))))[0][2]["sources"]
    )
