"""Extracts of agencies that nobody planned for (a fire service's visits, a housing association's log, NHS 111 online, a
prison's receptions): with one edited line each loads exactly, and no name of a person gets into a draft."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from traps.draftkit import Stranger, drafted, meet

from hiu.extract.draft.columns.look import look
from hiu.extract.draft.columns.words import hold_names

PEOPLE = (
    ("Quill", "Ada", date(1974, 9, 5)),
    ("Birch", "Alan", date(1961, 2, 14)),
    ("Cedar", "Kit", date(1990, 12, 31)),
)
NHS = ("9990000018", "9990000026", "9990000034")
DAYS = (2, 5, 9, 13, 17, 21, 24, 29)
MOMENTS = [datetime(2026, 3, day, 8 + k, 15) for k, day in enumerate(DAYS)]
ROWS = [(k, at, *PEOPLE[k % 3], NHS[k % 3]) for k, at in enumerate(MOMENTS)]
ASK = "  # CHECK: take the first # away if these should not count: "


def fire() -> str:
    states = ("Completed", "No answer at door", "Completed", "Cancelled by occupier") * 2
    rows = (
        f"SW/{440 + k},{given} {family},{born:%d/%m/%Y},{at.replace(day=1):%d-%b-%y},"
        f"{at:%d-%b-%y},{at:%H:%M},{states[k]},Harris"
        for k, at, family, given, born, _ in ROWS
    )
    head = "Visit Ref,Occupier Name,Occupier DOB,Date Requested,Visit Date,Visit Time,Visit Status,Lead Officer"
    return "\n".join(["Safe and Well visits,,,,,,,", "", head, *rows, "Records: 8,,,,,,,"]) + "\n"


def housing() -> str:
    others = ("Ms Ann Other", "Mr P Neighbour")
    states = ("Open", "Closed - duplicate case", "Open", "Withdrawn by complainant") * 2
    rows = (
        f'ASB{710 + k},{at:%d/%m/%Y},{others[k % 2]},"{family}, {given}",{born:%d/%m/%Y},{states[k]}'
        for k, at, family, given, born, _ in ROWS
    )
    return "\n".join(["Case No,Reported on,Complainant,Subject of complaint,Subject DOB,Case status", *rows]) + "\n"


def online() -> str:
    rows = (
        f"{k:08x}-0000-4000-8000-000000000000,{at:%Y-%m-%dT%H:%M:%S}+00:00,{nhs},{born},{'true' if k % 4 else 'false'}"
        for k, at, _, _, born, nhs in ROWS[:7]
    )
    return "\n".join(["session_id,started_at,nhs_number,date_of_birth,journey_complete", *rows]) + "\n"


def prison() -> str:
    kinds = ("NEW RECEPTION", "RECALL", "DNA - NOT RECEIVED", "RECALL") * 2
    rows = (
        f"{k + 1}|A410{k % 3}XZ|{family.upper()}|{given.upper()}|{born:%d.%m.%Y}|{at:%d.%m.%Y}|{at:%H%M}|{kinds[k]}|"
        for k, at, family, given, born, _ in ROWS
    )
    return "\n".join(["SEQ|NOMIS NO|SURNAME|FORENAME(S)|DOB|RECEP DATE|RECEP TIME|RECEP TYPE|REL DATE", *rows]) + "\n"


def stranger(path: str, source: str, text: str, asked: str, told: str, count: list[bool], *writes: str) -> Stranger:
    """One file, of which the condition asked about holds: `count` says which rows then count."""
    rows = len(count)
    return Stranger(
        files={path: text},
        sources={source: path},
        edits=((f"# {asked}{ASK}{told}", asked),),
        writes=writes,
        rows={path: (rows, 0)},
        records={
            "start": [at if source != "asb" else at.replace(hour=0, minute=0) for at in MOMENTS[:rows]],
            "dob": [row[4] for row in ROWS[:rows]],
            "measures": [[f"{source}_event"] if yes else [] for yes in count],
        },
    )


STRANGERS = {
    "a fire service's visits": stranger(
        "2026-03/Safe_and_Well_Mar2026.csv",
        "visits",
        fire(),
        'visit_status = { not_matches = ["no answer", "cancel"] }',
        "No answer at door 2, Cancelled by occupier 2",
        [True, False] * 4,
        'columns = ["Visit Date"]',
        'time_columns = ["Visit Time"]',
    ),
    "a housing association's log": stranger(
        "2026-03/ASB log March 26.csv",
        "asb",
        housing(),
        'case_status = { not_matches = ["duplicate", "withdrawn"] }',
        "Closed - duplicate case 2, Withdrawn by complainant 2",
        [True, False] * 4,
        'columns = ["Subject of complaint"]',
    ),
    "NHS 111 online": stranger(
        "2026-03/111online_extract_20260402.csv",
        "online",
        online(),
        'journey_complete = { not_in = ["false"] }',
        "2 rows",
        [False, True, True, True, False, True, True],
    ),
    "a prison's receptions": stranger(
        "2026-03/HMP_recep_0326.txt",
        "prison",
        prison(),
        r'recep_type = { not_matches = ["\\bdna\\b"] }',
        "DNA - NOT RECEIVED 2",
        [True, True, False, True] * 2,
        'columns = ["NOMIS NO"]',
        'event = ["start", "start_time", "person_id"]',
    ),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_an_agency_that_nobody_planned_for_loads_exactly(name: str, tmp_path: Path) -> None:
    meet(STRANGERS[name], tmp_path)


@pytest.mark.parametrize("name", STRANGERS)
def test_no_name_of_a_person_gets_into_a_draft(name: str, tmp_path: Path) -> None:
    for text in drafted(STRANGERS[name], tmp_path).values():
        assert not [word for word in ("Quill", "QUILL", "Birch", "Ann Other", "Neighbour", "Harris") if word in text]


@pytest.mark.parametrize(
    ("header", "values", "names"),
    [
        ("Complainant", ("Ms Ann Other", "Mr P Birch", "Anonymous"), True),
        ("Seen by", ("Ada Quill", "QUILL, Ada", "Alan Birch"), True),
        ("Outcome", ("Did Not Attend", "No Show", "Attended"), False),
        ("Place", ("Station Rd", "Under flyover", "Tesco doorway"), False),
    ],
)
def test_names_are_told_from_codes(header: str, values: tuple[str, ...], names: bool) -> None:
    assert hold_names(header, values) == names


def test_a_year_of_two_figures_is_not_after_the_file() -> None:
    births = [f"0{k}/0{k}/{year}" for k, year in enumerate((41, 52, 63, 39), 1)]
    assert look("Born", births, 2027).middle.year < 1970  # type: ignore[union-attr]
    assert look("Seen", ["03/03/41", "04/04/41", "05/05/41"], 2042).middle.year == 2041  # type: ignore[union-attr]


TWO_MONTHS = [datetime(2026, month, day) for month in (2, 3) for day in (3, 9, 15, 22, 28)]


@pytest.mark.parametrize(
    ("name", "source", "days", "covers"),
    [
        ("2026-03/contacts.csv", "line", TWO_MONTHS, 'covers = "from rows"'),
        ("2026-03/s136.csv", "s136", TWO_MONTHS, 'covers = "from rows"'),
        ("2026-03/contacts.csv", "line", TWO_MONTHS[4:], ""),
        ("2026-03/contacts YTD.csv", "line", TWO_MONTHS, 'covers = "cumulative"'),
    ],
)
def test_a_draft_says_what_a_file_of_several_months_covers(
    name: str, source: str, days: list[datetime], covers: str, tmp_path: Path
) -> None:
    rows = [f"R{k},{at:%d/%m/%Y},Quill,Ada,05/09/1974" for k, at in enumerate(days)]
    text = "\n".join(["Ref,Date,Surname,First name,DOB", *rows]) + "\n"
    lines = drafted(Stranger(files={name: text}, sources={source: name}), tmp_path)[source].splitlines()
    assert [line.partition("  #")[0] for line in lines if line.startswith("covers")] == ([covers] if covers else [])


def test_a_date_without_a_year_that_stands_once_is_drafted_as_what_it_lacks(tmp_path: Path) -> None:
    rows = ["Mon 5/10,5.45,Ada Quill", ",6.10,Alan Birch", ",,", "Thu 8/10,21.15,Kit Cedar", ",22.05,Ada Quill", ",,"]
    text = "\n".join(["Shift date,Time,Who", *rows]) + "\n"
    found = drafted(Stranger(files={"2026-10/sheet.csv": text}, sources={"outreach": "2026-10/sheet.csv"}), tmp_path)
    whole = found["outreach"]
    assert 'kind = "events"' in whole and 'columns = ["Who"]' in whole and '# fill_down = ["Shift date"]' in whole
    assert "CHECK: by its values, days without a year, which can't be loaded" in whole
