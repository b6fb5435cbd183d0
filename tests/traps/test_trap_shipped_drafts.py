"""Drafts of shipped sources over headers that nobody listed: key and start are found, and what counts is said."""

from __future__ import annotations

import contextlib
import io
import re
from datetime import date
from pathlib import Path

import pytest
from traps.draftkit import draft_of
from traps.intake_traps import Trap, make_site

from pipelines.common.place import open_place
from pipelines.setup.sources import draft_source
from pipelines.steps.intake.check import check_file

LOG_TEXT = ("Caller states male in distress", "No units available; closed", "UPDATED: see log")


def police(key: str, opened: str) -> str:
    rows = "".join(
        f'{at:05}/26,{at % 28 + 1:02}/03/2026 10:00,{LOG_TEXT[at % 3]},"MOSS, Ada",01/02/1980\n' for at in range(30)
    )
    return f"{key},{opened},Log Text,Nominal,DoB\n{rows}"


@pytest.mark.parametrize("key", ["Occurrence No.", "Occ Number", "Log ID", "URN No", "Event Ref"])
@pytest.mark.parametrize("opened", ["Opened", "Reported"])
def test_free_text_is_no_key(key: str, opened: str, tmp_path: Path) -> None:
    fields = draft_of("police", "2026-03/niche.csv", police(key, opened), tmp_path)[1]["fields"]
    assert fields["log"]["columns"] == [key]
    assert fields["start"]["columns"] == [opened]


@pytest.mark.parametrize(
    ("key", "outcome"), [("inc_id", "disp_cd"), ("Incid No", "Dispo code"), ("INC_REF", "Disposal cd")]
)
def test_headers_as_systems_shorten_them(key: str, outcome: str, tmp_path: Path) -> None:
    rows = "".join(f"77{at:05},{at % 28 + 1:02}/03/2026 10:00,Moss,01/02/1980,{at % 4 + 1}\n" for at in range(30))
    content = f"{key},Call time,pt_surname,pt_dob,{outcome}\n{rows}"
    fields = draft_of("ambulance", "2026-03/cad.csv", content, tmp_path)[1]["fields"]
    assert (fields["incident"]["columns"], fields["outcome"]["columns"]) == ([key], [outcome])


def test_few_stays_are_not_keyed_by_their_ends(tmp_path: Path) -> None:
    rows = "Ada Moss,02/02/1980,Ash,01/03/2026,Still inpatient\nTom Vale,03/03/1981,Ash,02/03/2026,09/03/2026\n"
    rows += "Rose Amble,04/04/1982,Oak,03/03/2026,Current\n"
    _, made = draft_of("w", "2026-03/w.csv", f"Name,DOB,Ward,Admitted,Discharged\n{rows}", tmp_path)
    assert made["kind"] == "stays"
    assert made["fields"]["end"]["columns"] == ["Discharged"]
    assert made["fields"]["start"]["columns"] == ["Admitted"]


def test_a_draft_of_counts_says_who_stands_twice_and_what_tells_them_apart(tmp_path: Path) -> None:
    rows = "".join(
        f"999100{at:04},{name},{site},{at},1\n" for at in (3, 5, 8) for name, site in (("Moss", "A"), ("Moss", "B"))
    )
    text, _ = draft_of("fa", "2026-03/fa.csv", f"Client No,Surname,Site,Jan-26,Feb-26\n{rows}", tmp_path)
    assert "# CHECK: 6 rows are of people who stand in several" in text
    assert '# event = ["month", "site"]' in text


def test_the_draft_says_how_many_rows_its_own_check_would_set_aside(tmp_path: Path) -> None:
    rows = (
        "".join(f"E{at},Moss,{at % 28 + 1:02}/03/2026\n" for at in range(20))
        + "E90,Vale,soon\nE91,Vale,\n,Vale,01/03/2026\n"
    )
    place = make_site(Trap(files={"2026-03/line.csv": f"Call ID,Surname,Call date\n{rows}"}, exit=3), tmp_path / "site")
    path, printed = place.raw / "2026-03" / "line.csv", io.StringIO()
    with contextlib.redirect_stdout(printed):
        draft_source(place, "line", path, kind=None, save=True, today=date(2026, 4, 8))
    text = (place.home / "sources" / "line.toml").read_text(encoding="utf-8")
    said = re.search(r"# note: (\d+) of 23 rows would be set aside", text)
    with contextlib.redirect_stdout(checked := io.StringIO()):
        check_file(open_place(place.home), path, None, as_json=False)
    aside = re.search(r"would be set aside (\d+)", checked.getvalue())
    assert said and aside and said[1] == aside[1] == "2"


UTC = {
    "ambulance": "CAD number,Deployment ID,Call connected (UTC),On scene,Patient name,DOB,Outcome",
    "ambulance in another word": "CAD number,Deployment ID,T0 GMT,On scene (GMT),Patient name,DOB,Outcome",
    "ed": "Attendance ID,Hospital number,Arrival date time UTC,Departure,Patient name,DOB,Discharge status",
    "mh_beds": "Ward stay ID,Ward,Start date ward stay (UTC),End date ward stay,Patient name,DOB,Bed type",
    "s136": "Ref,Suite,Date of detention Zulu,Discharged,Patient,DOB,Outcome",
    "helpline": "Call Ref,Line,Call start (UTC),Call end,Caller name,DOB,Outcome",
}
"""Sources and headers; the third column is the time that says that it is UTC, the fourth may be another time."""


@pytest.mark.parametrize("case", UTC)
def test_every_time_of_a_row_is_utc_where_one_header_says_so(case: str, tmp_path: Path) -> None:
    source = case.split()[0]
    rows = "".join(
        f'R{at:03},{at + 500},2026-07-{at % 28 + 1:02} 09:{at:02},2026-07-{at % 28 + 1:02} 09:{at + 9:02},"MOSS, Ada",'
        f"1980-02-{at % 28 + 1:02},x\n"
        for at in range(40)
    )
    text, made = draft_of(source, f"2026-07/{source}_all.csv", f"{UTC[case]}\n{rows}", tmp_path)
    fields = made["fields"]
    heads = UTC[case].split(",")
    timed = [field for field, one in fields.items() if one.get("columns", [""])[0] in heads[2:4]]
    timed = [field for field in timed if field != "on_scene"]
    assert "start" in timed, text
    assert [fields[field].get("zone") for field in timed] == ["utc"] * len(timed), text


def test_a_shipped_source_warns_of_a_header_in_utc(tmp_path: Path) -> None:
    rows = "".join(
        f'A{at},D{at},2026-07-{at % 28 + 1:02} 09:{at:02},09:59,"MOSS, Ada",1980-02-02,Conveyed\n' for at in range(40)
    )
    name, text = "2026-07/ambulance.csv", f"{UTC['ambulance']}\n{rows}"
    made, _ = draft_of("ambulance", name, text, tmp_path / "raw")
    made = "\n".join(line for line in made.splitlines() if not line.startswith("zone"))
    place = make_site(Trap(files={name: text}, exit=3, sources={"ambulance": made}), tmp_path / "site")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = check_file(place, place.raw / name, None, as_json=False)
    assert code == 3, printed.getvalue()
    assert "'Call connected (UTC)' says UTC, and its times are read as UK time" in printed.getvalue()


PATIENTS = ("Ada Moss", "Alan Birch", "Kit Cedar", "Sian Rowan", "MOSS, Una", "Rhys O'Dea", "Patient unknown")


@pytest.mark.parametrize("head", ["Patient", "Pt", "Patient (full)", "Client", "PATIENT DETAILS"])
@pytest.mark.parametrize("source", ["ambulance", "ed"])
def test_a_column_of_names_is_no_sex(head: str, source: str, tmp_path: Path) -> None:
    rows = "".join(
        f'A{at},D{at},{at % 28 + 1:02}/03/2026 09:{at % 60:02},09:59,"{PATIENTS[at % 7]}",{at % 28 + 1:02}/02/1980,x\n'
        for at in range(35)
    )
    key = "CAD number,Deployment ID,Call time,On scene" if source == "ambulance" else "Attendance ID,Bay,Arrival,Bed"
    content = f"{key},{head},DOB,Outcome\n{rows}"
    fields = draft_of(source, f"2026-03/{source}_all.csv", content, tmp_path)[1]["fields"]
    assert "sex" not in fields
    assert fields["name"]["columns"] == [head]


def test_the_day_of_being_seen_is_no_end_and_births_may_be_ages(tmp_path: Path) -> None:
    rows = "".join(
        f'R{at},{at % 28 + 1:02}/03/2026 09:10,{at % 28 + 1:02}/03/2026,"MOSS, Ada",'
        f"{f'0{at % 9 + 1}/02/1980' if at % 2 else 20 + at % 9},{('Seen', 'Not seen - left', 'DNA')[at % 3]}\n"
        for at in range(60)
    )
    content = f"Ref,Referred,Seen date,Patient,DoB / age,Outcome\n{rows}"
    text, made = draft_of("liaison", "2026-03/liaison.csv", content, tmp_path)
    fields = made["fields"]
    assert "end" not in fields and fields["start"]["columns"] == ["Referred"]
    assert fields["dob"]["columns"] == ["DoB / age"]
    assert 'not_matches = ["\\\\bdna\\\\b"] }' in text and "Not seen - left in Outcome: who leaves" in text


def test_a_draft_names_the_column_that_says_which_row_was_written_last(tmp_path: Path) -> None:
    rows = "".join(
        f'L{at // 2},{at // 2 % 28 + 1:02}/03/2026 09:10,"MOSS, Ada",01/02/1980,{("Subject", "Witness")[at % 2]},'
        f"2026-04-0{at % 2 + 1}T10:00:00\n"
        for at in range(40)
    )
    content = f"Log,Created,Nominal,DOB,Role,Last Updated\n{rows}"
    text, _ = draft_of("police", "2026-03/niche.csv", content, tmp_path)
    assert "of rows that agree in role the last holds; Last Updated may say which holds, as a field" in text
