"""What the pack says of people's standing: offers and answers, ages, shared names, stays, and its own limits."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

import fastexcel
import pack_area
import polars as pl
import publish_frames as frames
import pytest
from pdf_text import text_of

from hiu.model import PUBLISHED
from hiu.publish.pack.alert_words import ONCE, SUPPORTED_ONLY
from hiu.publish.pack.matches import CHECK
from hiu.publish.pack.page import CANDIDATES, MINOR, pack_page, pack_view
from hiu.publish.pack.pdf import pack_pdf
from hiu.publish.people import NAMESAKE, support_so_far
from hiu.publish.workbook.write import workbook

IDS, LAST = [pack_area.person_id(k) for k in range(6)], frames.LAST
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
SETTINGS = pack_area.settings(6)


def area(**more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Six people, the first and the fourth supported, the last under 18."""
    return {**pack_area.tables(pack_area.plain_names(6), minors=1), **more}


def outputs(tables: dict[str, pl.DataFrame], **stamp: Any) -> tuple[list[dict[str, Any]], str, str]:
    """People of the page, the page, and the words of the PDF."""
    view = pack_view(tables, stamp=pack_area.stamp(**stamp), settings=SETTINGS)
    series = pack_area.series(tables)
    html = pack_page(view, series)
    raw = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert raw
    paper = pack_pdf(view, series, {one.person_id: PICTURE for one in series})
    return json.loads(raw[1])["people"], html, text_of(paper)


def entry(value: str, month: date) -> dict[str, Any]:
    about = {"author": "A. Chair", "pack_id": "p", "row_version": 1, "entered_at": datetime(2026, 1, 9)}
    return {"person_id": IDS[1], "field": "decision", "value": value, "month": month, **about}


ENDED = {"offered": date(2025, 1, 3), "consent": "given", "start": date(2025, 2, 1), "end": date(2025, 12, 17)}


@pytest.mark.parametrize(
    ("register", "decision", "words"),
    [
        (
            {"offered": date(2026, 1, 15), "consent": "refused", "consent_at": date(2026, 1, 16)},
            "",
            "offered 15 Jan 2026, declined 16 Jan 2026",
        ),
        ({"offered": date(2026, 1, 15)}, "", "offered 15 Jan 2026, no answer recorded"),
        ({"consent": "refused"}, "", "declined (no date recorded)"),
        (ENDED, "", "was supported until 17 Dec 2025 (why it ended is not recorded)"),
        (ENDED, "Support ended by the person", "was supported until 17 Dec 2025 (ended by the person)"),
        (
            {**ENDED, "consent": "withdrawn", "consent_at": date(2025, 12, 16)},
            "Wait and review",
            "was supported until 17 Dec 2025 (consent withdrawn 16 Dec 2025)",
        ),
        ({}, "Person does not want support", "does not want support"),
        ({}, "Wait and review", ""),
    ],
)
def test_what_was_answered_is_the_same_on_page_paper_and_workbook(
    register: dict[str, Any], decision: str, words: str
) -> None:
    said = [entry(decision, date(2026, 1, 1))] if decision else []
    register = {"lead_clinician": "Dr Marmaduke", "cmht": "Hidden team", **register}
    tables = area(
        support=frames.support([{"person_id": IDS[1], **register}]),
        meeting_entry=frames.frame(PUBLISHED["meeting_entry"], said),
    )
    people, html, pdf = outputs(tables)
    own = next(one for one in people if one["id"] == IDS[1])
    assert (own["was"], own["supported"]) == (words, False)
    if words:
        assert pdf.count(words.partition(" (")[0]) >= 2 and f"candidate, {words}" in pdf
    book = fastexcel.read_excel(workbook(tables, stamp=pack_area.stamp(), settings=SETTINGS, key=b"k" * 32)).load_sheet(
        "Ranked list", header_row=4
    )
    row = next(row for row in book.to_polars().iter_rows(named=True) if row["Person"] == IDS[1])
    assert f"Candidate{f', {words}' if words else ''}" in row.values()
    assert ("Ask the lead clinician first." in own["decide"]) == ("offered again" in own["decide"])
    assert "Marmaduke" not in html + pdf, "police read the pack: who treats a candidate is not in it"
    assert "Hidden team" not in html + pdf


def test_what_a_later_meeting_decides_is_not_seen_before() -> None:
    row = {**dict.fromkeys(PUBLISHED["support"].names), **ENDED}
    later = [entry("Support ended by the person", date(2026, 4, 1))]
    assert support_so_far(row, later, LAST).endswith("(why it ended is not recorded)")


def test_under_18s_have_an_age_on_list_page_and_in_alerts_and_the_children_s_lead() -> None:
    people = frames.people(dict(zip(IDS, pack_area.plain_names(6), strict=True)))
    young = people.with_columns(dob=pl.when(person_id=IDS[5]).then(date(2012, 4, 2)).otherwise("dob"))
    left = {"person_id": IDS[5], "month": LAST.start, "measure": "left_before_treatment", "n": 1}
    found, html, pdf = outputs(area(people=young, monthly_extra=frames.frame(PUBLISHED["monthly_extra"], [left])))
    assert [one["who"] for one in found] == ["", "", "", "", "", "age 13"]
    name = found[5]["name"]
    alert = r"\(age 13\): ([^<]{,400}(; | · ))?Left the emergency department"
    assert re.search(f"{name} {alert}", pdf) and f"{name}, age 13" in pdf
    assert "<b>Under 18, before anything else:</b>" in html and "talks about any of the 1 listed apart. If" in pdf
    assert pdf.index("Whether this meeting talks about any of them") < pdf.index(name), (
        "who decides whether the meeting talks about them is said first"
    )
    assert "candidate" not in re.findall(rf"{name} \({IDS[5]}\) (.{{200}})", pdf)[0]
    assert pdf.count(MINOR) == 1 and "1980" not in json.dumps(found)


def test_who_did_not_move_is_said_to_have_the_same_place() -> None:
    rows = [{"kind": "rising", "person_id": IDS[0], "what": "Up from 2nd to 1st.", "rank_before": 2, "rank_now": 1}]
    found, _, pdf = outputs(area(changes=frames.frame(PUBLISHED["changes"], rows)))
    assert [one["changes"] for one in found] == [["Up from 2nd to 1st."], *[["The same place as last month."]] * 5]
    assert pdf.count("The same place as last month.") == 5
    assert not outputs(area(changes=frames.frame(PUBLISHED["changes"], [])))[0][1]["changes"], "no list to compare with"


def test_two_people_of_one_name_are_told_apart() -> None:
    names = dict(zip(IDS, pack_area.plain_names(6), strict=True)) | {IDS[0]: "Jo Ash", IDS[2]: "Jo Ash"}
    found, _, pdf = outputs(area(people=frames.people(names)))
    assert [one["who"] for one in found[:3]] == [f"born 1980; {NAMESAKE}", "", f"born 1980; {NAMESAKE}"]
    assert pdf.count(NAMESAKE) == 4, "in the list and on the page of both"
    assert f"Jo Ash ({IDS[0]}): Now 1, was 3" in pdf and f"Jo Ash ({IDS[2]}): Now 3, was 5" in pdf


def test_two_dates_of_birth_are_worded_alike_on_the_first_screen_and_beside_the_person() -> None:
    people = frames.people(dict(zip(IDS, pack_area.plain_names(6), strict=True)))
    two = people.with_columns(two_dobs=pl.col("person_id").is_in([IDS[4], IDS[5]]))
    ranked = area()["ranked"].with_columns(list=pl.when(person_id=IDS[5]).then(pl.lit("under_18")).otherwise("list"))
    found, html, pdf = outputs(area(people=two, ranked=ranked))
    for one in (found[4], found[5]):
        assert ["conflict", f"More than one date of birth: {CHECK}"] in one["alerts"], "in the frame"
        assert "Conflict" not in one["sources"]
    words = ONCE["conflict"]
    assert f"{words} {found[4]['name']}." in pdf and words in html
    assert pdf.count(words) == html.count(words) == 1 and pdf.count(CHECK) == 3


def test_clinical_words_of_a_child_stand_in_their_own_part_of_the_paper_alone() -> None:
    """The first page says how many under-18s there are and which pages to leave out."""
    found, html, pdf = outputs(area())
    young = [one for one in found if one["minor"]]
    assert any(one["alerts"] for one in young), "there is something to keep apart"
    front = pdf.partition("People to discuss")[0]
    assert "with an alert: U" not in pdf + html
    for one in young:
        for _, words in one["alerts"]:
            assert f"U{one['rank']} (under 18): {words}" not in front and f"U{one['rank']} ({words}" not in front


def test_a_long_stay_is_on_the_page_and_on_paper_and_what_is_left_out_is_counted() -> None:
    about = {"person_id": IDS[0], "source": "s"}
    days = [datetime(2026, 3, day, 9) for day in range(1, 30)]
    rows = [
        {**about, "event_id": str(k), "episode": k, "dataset": "ed_attendance", "start": day, "counted": True}
        for k, day in enumerate(days)
    ]
    stay = {"event_id": "stay", "dataset": "mh_bed_day", "start": datetime(2025, 3, 7), "counted": True}
    rows.append({**about, **stay, "end": datetime(2026, 1, 21), "ended": "sent"})
    rows.append({**about, **stay, "event_id": "old", "end": datetime(2025, 6, 1), "ended": "sent"})
    found, html, pdf = outputs(area(timeline=frames.frame(PUBLISHED["timeline"], rows)))
    assert (len(found[0]["episodes"]), found[0]["all_episodes"]) == (9, 31)
    assert (
        "Episodes and stays (nights: with leave): the latest 2 of 31, then 1 earlier stay without what lies between."
        in pdf
    )
    assert '"which":"the latest 8 of 31, then 1 earlier stay without what lies between"' in html
    assert pdf.count("320 nights, to 21 Jan 2026") == 1


def test_an_episode_says_in_which_part_the_police_had_somebody_or_that_it_is_not_stated() -> None:
    row = {"person_id": IDS[0], "source": "police", "dataset": "police_incident", "event_id": "1", "episode": 1}
    row |= {"start": datetime(2026, 3, 5, 3), "counted": True, "reason": "Burglary"}
    for role, words in (
        ("victim", "police role: victim"),
        ("suspect", "police role: suspect (no finding)"),
        (None, "role not stated"),
    ):
        told = frames.frame(PUBLISHED["timeline"], [{**row, "role": role}])
        found, _, pdf = outputs(area(timeline=told))
        assert found[0]["episodes"][0][1] == f"1 police incident (Burglary, {words})" and words in pdf


def test_the_pack_says_what_it_does_not_look_at_and_how_old_it_is() -> None:
    _, html, pdf = outputs(area())
    for words in (SUPPORTED_ONLY, "An empty cell is not overdue.", "A: in at least 8 of 10 simulated draws."):
        assert words in pdf and words.replace("'", "&#39;") in html
    sheets = "for which of the 3 adult candidates to ask for the person sheet (suicide and self-harm of people who"
    assert sheets in pdf and sheets in html and CANDIDATES in pdf
    assert "no action entered" not in html, "there is one"
    assert "no action entered" in outputs(area(meeting_entry=frames.frame(PUBLISHED["meeting_entry"], [])))[1]
    assert "months old" not in html + pdf
    _, html, pdf = outputs(area(), built=datetime(2026, 11, 29))
    words = "These figures are about 8 months old: they end on 31 Mar 2026, and this was built on 29 Nov 2026."
    assert words in html and words in pdf
    for label in (
        "NO CLEAR CHANGE: none of these",
        "NO RECENT CONTACTS: no contact for 3 months",
        "MOSTLY IN HOSPITAL: 15 bed days",
    ):
        assert label in pdf and label.replace(": ", "</strong>: ") in html, "every label has its meaning"
    for technical in ("max_file_bytes", "Largest file", "rank.weights", "board paper"):
        assert technical not in html + pdf
    assert f"<dd>{SETTINGS.rank.seed}</dd>" in html, "a number is no date"
