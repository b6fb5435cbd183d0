"""Papers as PDF: tagged, described, a person a page, the same bytes, and unmoved by hostile text."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pack_area
import polars as pl
import publish_frames as frames
import pypdf
import pytest
from banned import found
from pdf_boxes import faults
from pdf_text import pages_of

from hiu.errors import HiuError, UsageError
from hiu.model import PUBLISHED
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.draw import person_chart, to_svg
from hiu.publish.pack.page import pack_view
from hiu.publish.pack.pdf import pack_pdf
from hiu.publish.pdf import compile
from hiu.publish.sheet import page as sheets
from hiu.publish.sheet.first import support_words
from hiu.publish.sheet.page import person_sheet
from hiu.publish.sheet.who import how_sure
from hiu.publish.words.text import likelihood

NAMES = [*pack_area.plain_names(3), *frames.HOSTILE[:7]]
HEAD = '#set document(title: "T")\n#set text(lang: "en")\n= Head\n'
BUILT = datetime(2026, 4, 8, 9, 12, tzinfo=UTC)


class Read:
    """A PDF as a reader and a screen reader find it."""

    def __init__(self, content: bytes) -> None:
        self.faults = faults(content)
        self.reader = pypdf.PdfReader(io.BytesIO(content))
        self.pages = pages_of(content)
        self.text = " ".join(self.pages)
        self.root: Any = self.reader.trailer["/Root"]

    def tags(self) -> list[tuple[str, str]]:
        """Every structure element's kind and its description."""
        out: list[tuple[str, str]] = []
        todo = [self.root["/StructTreeRoot"]["/K"]]
        while todo:
            node = todo.pop()
            node = node.get_object() if hasattr(node, "get_object") else node
            if isinstance(node, list):
                todo += node
            elif isinstance(node, dict):
                if "/S" in node:
                    out.append((str(node["/S"]), str(node.get("/Alt", ""))))
                todo += [node["/K"]] if "/K" in node else []
        return out


@pytest.fixture(scope="module")
def area() -> tuple[dict[str, pl.DataFrame], list[PersonSeries], dict[str, str]]:
    tables = pack_area.tables(NAMES)
    people = pack_area.series(tables)
    return tables, people, {one.person_id: to_svg(person_chart(one)) for one in people[:7]}


@pytest.fixture(scope="module")
def twin(area: Any) -> Read:
    tables, people, svgs = area
    view = pack_view(tables, stamp=pack_area.stamp(built=BUILT), settings=pack_area.settings(len(NAMES)))
    return Read(pack_pdf(view, people, svgs))


def test_it_is_tagged_titled_and_in_english(twin: Read) -> None:
    assert twin.root["/MarkInfo"]["/Marked"] is True or bool(twin.root["/MarkInfo"]["/Marked"])
    assert str(twin.root["/Lang"]).startswith("en")
    assert twin.reader.metadata and twin.reader.metadata.title == "HIU Group meeting pack, Mar 2026"
    assert b"pdfuaid" in twin.root["/Metadata"].get_object().get_data()


def test_every_chart_has_its_description_and_a_table(twin: Read, area: Any) -> None:
    tags = twin.tags()
    alts = [alt for kind, alt in tags if kind == "/Figure"]
    assert len(alts) == 7 and all(300 <= len(alt) <= 400 for alt in alts)
    assert not any(name in alt for name in NAMES if name for alt in alts)
    kinds = [kind for kind, _ in tags]
    assert kinds.count("/Table") >= 7 + 2 and "/TH" in kinds and kinds.count("/H1") >= 7 + 3


def test_each_charted_person_has_a_page_and_everybody_a_row(twin: Read, area: Any) -> None:
    people = area[1]
    for person in people[:7]:
        assert sum(person.person_id in text and "Why this place." in text for text in twin.pages) == 1
    listed = " ".join(text for text in twin.pages if "Plausible" in text and "Why this place." not in text)
    assert all(one.person_id in listed for one in people)
    assert all("OFFICIAL-SENSITIVE: patient data" in text for text in twin.pages)
    assert "run 2026-03-20260408T091200-abc123" in twin.text and "withheld: 0" in twin.text


def test_it_says_what_the_pack_says(twin: Read) -> None:
    wanted = """What changed since last month|Last month's actions and decisions|Reviews overdue on 31 Mar 2026
        |MH bed days NOT SUPPLIED|Matches to review that could change the list (2)|somebody not on the list
        |decided offer support|OVERDUE|Definitions (version|Permissions, episodes, and suicide and"""
    for words in map(str.strip, wanted.split("|")):
        assert words in twin.text, words
    assert "decided not yet seen" not in twin.text, "a decision about this list opens the next month's pack"


def test_no_words_stand_over_others_or_leave_the_page(twin: Read) -> None:
    assert twin.faults == []


def test_hostile_names_are_words_in_it(twin: Read) -> None:
    assert "</script><script>alert(1)</script>" in twin.text
    assert "O'Neill & Sons <b>bold</b> {{ 7 * 7 }} {% raw %}" in twin.text
    annotations = [page.get("/Annots") for page in twin.reader.pages]
    assert not any(annotations) and "/AcroForm" not in twin.root and "/Names" not in twin.root


def test_no_banned_word_is_in_a_rendered_paper(twin: Read) -> None:
    assert found(twin.text) == []


def test_the_same_tables_give_the_same_bytes(area: Any) -> None:
    tables, people, svgs = area
    view = pack_view(tables, stamp=pack_area.stamp(built=BUILT), settings=pack_area.settings(len(NAMES)))
    few = {person.person_id: svgs[person.person_id] for person in people[:1]}
    assert pack_pdf(view, people, few) == pack_pdf(view, people, few)


@pytest.mark.parametrize(
    "text", ["Zoë 🙂🚑 Łukasz", "\ue000 ᦀ", "a\u202eb", "\u0007bell", "#panic() $x$ *bold* ] [ // /*"]
)
def test_any_text_can_be_set_and_what_no_font_has_is_a_question_mark(text: str) -> None:
    body = HEAD + '#json("data.json").at(0)\n'
    made = Read(compile(body, {"data.json": json.dumps([text]).encode()}))
    assert all(part in made.text for part in re.findall(r"[A-Za-z#$*/\[\]()]+", text))


def test_a_source_that_is_wrong_is_an_error_without_its_values() -> None:
    with pytest.raises(HiuError) as error:
        compile(HEAD + '#json("data.json").at("Amelia Brown")', {"data.json": b"{}"})
    assert "could not be set" in str(error.value) and "Amelia" not in str(error.value)


def links(person: str) -> pl.DataFrame:
    rows = [
        frames.link("d1", 1, person),
        frames.link("d1", 2, person, "ed", "model"),
        frames.link("d2", 3, person, "ed", "model"),
    ]
    made = frames.frame(PUBLISHED["links"], rows)
    return made.with_columns(match_probability=pl.Series([None, 0.93, 0.9999], dtype=pl.Float64))


def sheet_tables(name: str = "Amina Ashgrovex", **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    tables = pack_area.tables([name, *pack_area.plain_names(9)[1:]])
    one = pack_area.person_id(0)
    tables["links"] = links(one)
    extra = [
        {"person_id": one, "month": date(2026, month, 1), "measure": measure, "n": month}
        for month in (1, 3)
        for measure in ("episode", "left_before_treatment")
    ]
    tables["monthly_extra"] = frames.frame(
        PUBLISHED["monthly_extra"], [*extra, {**extra[0], "month": date(2025, 3, 1), "n": 50}]
    )
    grades = [
        {
            "person_id": one,
            "at": date(2025, k, 1),
            "role": role,
            "likelihood": k,
            "impact": 4,
            "grade": "Medium",
            "source": "caseload",
        }
        for k in (1, 2, 3)
        for role in ("clinical", "public_safety")
    ]
    tables["risk_grading"] = frames.frame(PUBLISHED["risk_grading"], grades)
    contacts = [
        {"person_id": one, "at": date(2026, 2, k), "position": k, "kind": "home visit", "police_present": police}
        for k, police in enumerate((True, False, None, True), 1)
    ]
    tables["team_contact"] = frames.frame(PUBLISHED["team_contact"], contacts)
    return {**tables, **more}


def sheet(
    tables: dict[str, pl.DataFrame], why: str = "This sheet was made because the person is receiving support."
) -> Read:
    one = pack_area.person_id(0)
    return Read(
        person_sheet(one, tables, stamp=pack_area.stamp(built=BUILT), settings=pack_area.settings(9), why_shown=why)
    )


def named(made: Read, name: str) -> bool:
    return all(name in " ".join(page.split()) for page in made.pages)


def test_a_person_sheet_has_everything_a_clinician_asks_for() -> None:
    made = sheet(sheet_tables())
    assert len(made.pages) == 2 and named(made, "Amina Ashgrovex (HIU-AAAAAAAA)")
    wanted = """Amina Ashgrovex (HIU-AAAAAAAA)|NHS number none sent|How sure it is one person
        |3 rows joined: 1 by NHS or local number and 2 by similar details (2 ED).
        |The least certain match is 93% likely to be right.
        |Support. Supported since|Suicide, self-harm, overdose and mental health calls.
            |Latest contact with an agency.|Who may be asked.|Not recorded in this system.
        |You may tell the person|Born 2 Jan 1980 (46 on 8 Apr 2026)
            |Permission: the lead clinician agrees that support may begin
        |Severity score: contacts|How surely in the first 9: A: in at least
        |Lead clinician permission granted|Plan review due
        |lead clinician 1 Mar 2025 likelihood 3, impact 4 Medium caseload
        |police: risk to the public 1 Mar 2025
        |4 in all; latest 4 Feb 2026 (home visit, police present)|police presence not said
        |Decision: offer support|Replaced: sent again or taken back
        |This sheet was made because the person is receiving support"""
    for words in map(str.strip, wanted.split("|")):
        assert words in made.text, words
    figures = [alt for kind, alt in made.tags() if kind == "/Figure"]
    assert len(figures) == 1 and 300 <= len(figures[0]) <= 400


def test_the_sheet_of_somebody_who_is_not_supported_begins_with_the_danger_that_records_mention() -> None:
    tables = sheet_tables()
    tables["support"] = tables["support"].head(0)
    row = {"person_id": pack_area.person_id(0), "source": "ed", "event_id": "1", "dataset": "ed_attendance"}
    row |= {"start": datetime(2026, 3, 6, 3), "reason": "6471006", "outcome": "182992009"}
    tables["timeline"] = frames.frame(PUBLISHED["timeline"], [row])
    made = sheet(tables, "Not supported. Override by Dr X: urgent safeguarding review")
    assert (
        "Mar 2026: on 1 day, 1 of them since 1 Jan 2026. Before" in made.text
        and "feeling suicidal 1 0 6 Mar 2026" in made.text
    )


def test_nothing_of_a_person_sheet_is_cut_and_every_page_names_the_person() -> None:
    tables = sheet_tables("Wilhelmina " * 5)
    long = {
        "person_id": pack_area.person_id(0),
        "author": "A. Very Long Name " * 9,
        "pack_id": "p",
        "row_version": 1,
        "month": date(2026, 2, 1),
        "value": "word " * 400,
    }
    fields = ("decision", "owner", "notes", "action", "permission", "consent", "capacity", "next_review")
    entries = [{**long, "field": field, "entered_at": datetime(2026, 3, 1, k)} for k, field in enumerate(fields)]
    tables["meeting_entry"] = frames.frame(PUBLISHED["meeting_entry"], entries)
    tables["people"] = tables["people"].with_columns(
        aliases=pl.lit("Alias Name|" * 60), two_nhs_numbers=True, two_dobs=True, nhs_number=pl.lit("9990000018")
    )
    one = pack_area.person_id(0)
    sent = [
        {"identity_id": str(k), "person_id": one, "nhs_number": number, "dob": date(1980, 1, k), "rows": 1}
        for k, number in enumerate(("9990000018", "9990000026"), 1)
    ]
    tables["descriptions"] = frames.frame(PUBLISHED["descriptions"], sent)
    said = {"person_id": one, "what": "consent", "sources": "caseload", "rows": 2, "detail": "given|refused"}
    tables["conflicts"] = frames.frame(PUBLISHED["conflicts"], [said])
    made = sheet(tables, "Not supported. Override by Dr X: " + "reason " * 40)
    text = " ".join(made.text.split())
    assert made.faults == []
    assert named(made, "Wilhelmina Wilhelmina") and len(made.pages) > 2
    assert (
        text.count("Alias Name") == 60
        and len(re.findall(r"\breason\b", text)) == 40
        and text.count("word word") >= 8 * 199
    )
    assert "NHS numbers: 9990000018 (1 row) and 9990000026 (1 row)" in text, "both values of a conflict"
    assert "Dates of birth: 1 Jan 1980 (1 row) and 2 Jan 1980 (1 row)" in text and "Consent: given and refused" in text


def test_a_person_sheet_has_dated_episodes_hours_of_the_week_and_why_a_contact_is_not_counted() -> None:
    one = pack_area.person_id(0)
    events = [
        ("police", "p1", "police_incident", datetime(2026, 3, 6, 21, 14), 2, True),
        ("ambulance", "a1", "ambulance_call", datetime(2026, 3, 6, 23, 44), 2, True),
        ("ambulance", "a1", "ambulance_deployment", datetime(2026, 3, 6, 23, 44), 2, True),
        ("police", "p2", "police_incident", datetime(2026, 3, 13, 22, 0), 3, True),
        ("ed", "e1", "ed_attendance", datetime(2026, 2, 2), 1, True),
        ("police", "p3", "s136", datetime(2026, 1, 2, 3, 0), None, False),
    ]
    names = ("source", "event_id", "dataset", "start", "episode", "counted")
    rows = [{"person_id": one, **dict(zip(names, event, strict=True))} for event in events]
    bed = {"person_id": one, "source": "mh_beds", "event_id": "b", "dataset": "mh_bed_day", "counted": True}
    rows[4]["reason"] = "55680006"
    rows += [{**bed, "start": datetime(2026, 3, 7, 9), "end": datetime(2026, 3, 11, 9), "ended": "sent"}]
    made = sheet(sheet_tables(timeline=frames.frame(PUBLISHED["timeline"], rows)))
    assert made.faults == [] and len(made.pages) == 3
    text = " ".join(made.text.split())
    for words in (
        "Fri 6 Mar 2026 21:14 1 police incident and 1 ambulance deployment 2 contacts 2.5 hours apart",
        "Sat 7 Mar 2026 09:00 stay in a mental-health bed 4 nights, to 11 Mar 2026",
        "Mon 2 Feb 2026 1 ED attendance (poisoning or overdose)",
        "Suicide, self-harm, overdose and mental health calls. Apr 2025 to Mar 2026: on 1 day, 1 of them "
        "since 1 Jan 2026. Before Apr 2025: none recorded. Latest: 2 Feb 2026 (poisoning or overdose).",
        "poisoning or overdose 1 0 2 Feb 2026",
        "Police 2: not recorded 2. Ambulance 1: not recorded 1. ED 1: poisoning or overdose 1.",
        "Latest contact with an agency. Fri 13 Mar 2026 22:00, police "
        "incident (reason not recorded); how it ended was not supplied.",
        "No clear pattern in the hours of 2 crisis episodes with a time; 1 episode with a date alone left out.",
        "ambulance ambulance deployment not recorded not supplied",
        "section 136 detention not recorded not supplied the same event is counted once",
        "Episodes and stays: all 4",
        "Contacts, detentions and assessments: all 5, of which 4 are counted",
    ):
        assert words in text, words


def test_a_refusal_and_a_doubtful_age_stand_on_the_first_page_of_a_sheet() -> None:
    tables, one = sheet_tables(), pack_area.person_id(0)
    asked = {"person_id": one, "offered": date(2026, 1, 15), "consent": "refused", "consent_at": date(2026, 1, 16)}
    asked |= {"lead_clinician": "Dr Whitlock", "cmht": "North Team", "contacts": 0}
    tables["support"] = frames.frame(PUBLISHED["support"], [asked])
    tables["people"] = tables["people"].with_columns(dob=pl.lit(date(2022, 7, 19)))
    found = {"person_id": one, "what": "age_against_records", "sources": "caseload|police", "rows": 3, "detail": None}
    tables["conflicts"] = frames.frame(PUBLISHED["conflicts"], [found])
    tables["ranked"] = tables["ranked"].with_columns(list=pl.lit("under_18"))
    tables["meeting_entry"] = tables["meeting_entry"].clear()
    page = " ".join(sheet(tables).pages[0].split())
    for words in (
        "Born 19 Jul 2022 (3 on 8 Apr 2026)",
        "Age 3: 3 rows from caseload and police do not fit this age. Check the date of birth before anything else.",
        "Under 18: speak to the children's safeguarding lead before anybody approaches this person.",
        "Support. Not supported: offered 15 Jan 2026, declined 16 Jan 2026. The reason is not recorded. Ask the lead",
        "Who may be asked. Dr Whitlock (lead clinician) and North Team (mental health team).",
        "Not recorded in this system. Address, telephone, preferred contact, GP",
    ):
        assert words in page, (words, page)
    whole = sheet({**tables, "links": links(one)}).text
    assert "how likely the matches are to be right is not given" in whole, "a wrong match looks like this too"


def filled(page: pypdf.PageObject) -> float:
    """The share of a page's height, between head and foot, down to its lowest line."""
    lowest: list[float] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
        if text.strip() and y > 45:
            lowest.append(y)

    page.extract_text(visitor_text=visit)
    top = float(page.mediabox.height) - 48
    return (top - min(lowest)) / (top - 45)


@pytest.mark.parametrize(
    ("n", "on_register"),
    [
        *((20, True), (0, False)),
        *(pytest.param(n, n > 0, marks=pytest.mark.slow) for n in (1, 5, 19)),
        pytest.param(5, False, marks=pytest.mark.slow),
    ],
)
def test_a_sheet_has_at_most_three_pages_and_none_is_two_thirds_empty(n: int, on_register: bool) -> None:
    about = {"person_id": pack_area.person_id(0), "source": "ed", "dataset": "ed_attendance", "counted": True}
    starts = [datetime(2026, 3, 28, 9) - timedelta(days=9 * k) for k in range(n)]
    rows = [{**about, "event_id": str(k), "episode": k, "start": start} for k, start in enumerate(starts)]
    tables = sheet_tables(timeline=frames.frame(PUBLISHED["timeline"], rows))
    if not on_register:
        tables |= {name: tables[name].clear() for name in ("support", "risk_grading", "team_contact", "meeting_entry")}
    made = sheet(tables)
    assert len(made.pages) <= 3
    shares = [filled(page) for page in made.reader.pages]
    assert min(shares) > 1 / 3, shares


def test_a_plan_past_its_review_is_late_on_the_first_page() -> None:
    tables, one = sheet_tables(), pack_area.person_id(0)
    going = {"person_id": one, "start": date(2024, 6, 1), "consent": "given", "permission": "granted", "contacts": 5}
    going |= {"notice_at": date(2024, 5, 1), "plan_at": date(2024, 6, 29), "plan_review_at": date(2024, 12, 28)}
    for capacity, late in ((date(2024, 5, 18), "capacity review and plan review"), (date(2026, 3, 1), "plan review")):
        tables["support"] = frames.frame(PUBLISHED["support"], [{**going, "capacity_at": capacity}])
        page = " ".join(sheet(tables).pages[0].split())
        assert "Plan of 29 Jun 2024; review was due on 28 Dec 2024." in page
        assert page.count(f"Overdue or lacking: {late}.") == 1, "once on the page"


@pytest.mark.parametrize(
    ("row", "supported", "words"),
    [
        ({}, False, "Not supported. No offer of support is recorded."),
        (
            {"start": date(2025, 11, 3), "consent": "given", "consent_at": date(2025, 11, 1)},
            True,
            "Supported since 3 Nov 2025, agreed to on 1 Nov 2025.",
        ),
        (
            {"start": date(2025, 11, 3), "consent": None},
            False,
            "Support goes on since 3 Nov 2025, but consent or three contacts with the team are not recorded.",
        ),
        (
            {"start": date(2025, 1, 3), "end": date(2025, 12, 17), "consent": "withdrawn", "consent_at": None},
            False,
            "Not supported: was supported until 17 Dec 2025 (consent withdrawn (no date recorded)). The reason is not "
            "recorded. Ask the lead clinician, who is not recorded, before support is offered again.",
        ),
    ],
)
def test_whether_somebody_is_supported_is_said_with_its_days(row: dict[str, Any], supported: bool, words: str) -> None:
    whole = {**dict.fromkeys(PUBLISHED["support"].names), **row} if row else {}
    assert support_words(whole, [], frames.LAST, supported=supported) == words


def test_a_person_who_is_not_ranked_and_has_no_support_has_a_sheet_that_says_so() -> None:
    tables = sheet_tables()
    bare = {
        name: tables[name].filter(pl.col("person_id") != pack_area.person_id(0))
        for name in ("ranked", "support", "risk_grading", "team_contact", "monthly_extra")
    }
    made = sheet({**tables, **bare})
    for words in (
        "Not in the ranked population",
        "no row in the team's list",
        "Nobody has graded it",
        "None recorded.",
    ):
        assert words in made.text


def test_an_unknown_person_has_no_sheet() -> None:
    with pytest.raises(UsageError, match="is nobody's id"):
        person_sheet(
            "HIU-XXXXXXXX", sheet_tables(), stamp=pack_area.stamp(), settings=pack_area.settings(9), why_shown=""
        )


def test_chances_never_promise_certainty() -> None:
    assert likelihood(0.99999) == "more than 99% likely" and likelihood(0.9) == "90% likely"
    assert how_sure(links("x").clear()) == "No row."


def test_a_month_not_supplied_is_a_dash_in_every_table() -> None:
    months = [frames.LAST - 1, frames.LAST]
    supplied = {measure: {frames.LAST.start} for measure in sheets.SIDE}
    rows = sheets.side_rows(frames.frame(PUBLISHED["monthly_extra"], []), months, supplied)
    assert all(row[1:] == ["–", "0"] for row in rows)


@pytest.mark.parametrize("charts", [5, 4, 2])
def test_the_pages_that_name_under_18s_are_those_to_leave_out(charts: int) -> None:
    """It said "without page 4 and those from 37 on": page 5 named ten children, and the definitions were lost."""
    tables = pack_area.tables(NAMES[:5], minors=2)
    people = pack_area.series(tables)
    view = pack_view(tables, stamp=pack_area.stamp(built=BUILT), settings=pack_area.settings(5))
    svgs = {one.person_id: to_svg(person_chart(one)) for one in people[:charts]}
    texts = pages_of(pack_pdf(view, people, svgs))
    young = [one["name"] for one in view["people"] if one["minor"]]
    words = re.search(r"hand the pack out without their list(.*?)\.", " ".join(texts[0].split()))
    assert words and len(young) == 2
    named = [(int(a), int(b or a)) for a, b in re.findall(r"\( ?pages? (\d+)(?: (?:and|to) (\d+))? ?\)", words[1])]
    assert len(named) == (2 if charts > 3 else 1)
    out = {page for a, b in named for page in range(a, b + 1)}
    there = {n for n, text in enumerate(texts, 1) if any(name in " ".join(text.split()) for name in young)}
    assert there <= out, "every page with a name of theirs"
    assert not any("Definitions (version" in texts[n - 1] for n in out), "and no other"
    assert len(out) == 1 + max(0, charts - 3)


def test_the_first_page_of_a_sheet_has_both_ages_and_doubts_a_stay_that_was_not_supplied() -> None:
    tables, one = sheet_tables(), pack_area.person_id(0)
    tables["people"] = tables["people"].with_columns(dob=pl.lit(date(1980, 4, 5)))
    at = datetime(2026, 3, 20, 9)
    row = {"person_id": one, "source": "mh", "dataset": "mha_assessment", "event_id": "1", "start": at}
    row |= {"counted": True, "outcome": "Detained s2"}
    tables["stay"] = frames.frame(PUBLISHED["stay"], [])
    beds = {"dataset": "mh_bed_day", "source": "mh", "month": date(2026, 3, 1), "supplied": True}
    rest = tables["coverage"].filter(~(pl.col("dataset") == "mh_bed_day") | (pl.col("month") != date(2026, 3, 1)))
    tables["coverage"] = pl.concat([rest, frames.frame(PUBLISHED["coverage"], [beds])], how="diagonal")
    tables["timeline"] = frames.frame(PUBLISHED["timeline"], [row])
    page = " ".join(sheet(tables).pages[0].split())
    assert "Born 5 Apr 1980 (45 on 31 Mar 2026, 46 on 8 Apr 2026)" in page
    assert "One may not have been supplied (see 'What does not agree')" in page
    tables["timeline"] = frames.frame(PUBLISHED["timeline"], [{**row, "outcome": "Not detained"}])
    assert "may not have been supplied" not in sheet(tables).text
