"""Several times of day beside one date: a draft takes the first, or asks; and what numbers no event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from draftkit import draft_of

from hiu.extract.draft.codes import guess
from hiu.sources import load_sources

NAMES = [("Quill", "Ada"), ("Birch", "Alan"), ("Cedar", "Kit"), ("Rowan", "Sian"), ("Thorne", "Iris"), ("Vale", "Rhys")]


def rows(headers: Sequence[str], after: Sequence[int]) -> str:
    """A day and several times of day, each so many minutes after the first time; some rows pass midnight."""
    lines = [",".join([*headers, "Surname", "Forename", "DOB"])]
    for n in range(60):
        first = datetime(2026, 3, 1 + n % 28, (n * 7) % 24, (n * 11) % 60)
        at = [first + timedelta(minutes=minutes) for minutes in after]
        cells = [f"{first:%d/%m/%Y}" if "date" in name.lower() else f"{at.pop(0):%H:%M}" for name in headers]
        lines.append(",".join([*cells, *NAMES[n % 6], f"{1 + n % 6:02d}/04/19{60 + n % 6}"]))
    return "\n".join(lines) + "\n"


def drafted(headers: Sequence[str], after: Sequence[int], folder: Path) -> tuple[str, dict[str, object]]:
    text, said = draft_of("log", "Log 2026-03.csv", rows(headers, after), folder)
    return text, said["fields"]


def clock_of(fields: dict[str, object]) -> object:
    start = fields["start"]
    assert isinstance(start, dict)
    return start.get("time_columns")


@pytest.mark.parametrize(
    ("headers", "after", "own"),
    [
        (("Date", "Time arrived", "Time called", "Time cleared"), (12, 0, 60), "Time called"),
        (("Date", "Time of discharge", "Time of assessment", "Time of referral"), (300, 90, 0), "Time of referral"),
        (("Date", "Time on scene", "Time mobile", "Time rung"), (55, 30, 0), "Time rung"),
    ],
)
def test_the_first_of_several_times_is_drafted_and_asked_about(
    headers: Sequence[str], after: Sequence[int], own: str, tmp_path: Path
) -> None:
    text, fields = drafted(headers, after, tmp_path)
    assert clock_of(fields) == [own]
    line = next(line for line in text.splitlines() if line.startswith("time_columns"))
    assert "CHECK: " in line and all(other in line for other in headers[1:] if other not in (own, "Time of discharge"))
    assert "past midnight" in line and "row " in line


@pytest.mark.parametrize(
    ("headers", "after", "own"),
    [
        (("Date referred", "Time ref", "Time seen", "Time left"), (0, 90, 200), "Time ref"),
        (("Date referred", "Time of referral", "Date seen", "Time seen"), (0, 90), "Time of referral"),
        (("Arrival date", "Time called", "Time arr", "Triage time"), (-30, 0, 15), "Time arr"),
    ],
)
def test_a_time_shortened_as_its_day_is_the_days_own(
    headers: Sequence[str], after: Sequence[int], own: str, tmp_path: Path
) -> None:
    _, fields = drafted(headers, after, tmp_path)
    assert clock_of(fields) == [own]
    assert "event" not in fields, "a time of day numbers nothing"


@pytest.mark.parametrize("header", ["Ref time", "Time ref", "Log time", "Time of incident no"])
def test_a_time_of_day_is_never_a_key(header: str, tmp_path: Path) -> None:
    _, fields = drafted(("Date", header), (0,), tmp_path)
    assert "event" not in fields and clock_of(fields) == [header]


def test_the_time_of_a_later_stage_alone_is_not_taken_for_the_beginning(tmp_path: Path) -> None:
    text, fields = drafted(("Date referred", "Time seen"), (90,), tmp_path)
    assert clock_of(fields) is None
    assert any("Time seen" in line and "CHECK: " in line for line in text.splitlines() if "time_columns" in line)


def test_times_that_do_not_follow_one_another_are_asked_about(tmp_path: Path) -> None:
    """What stands first in one row and last in another begins nothing for sure."""
    lines = rows(("Date", "Time A", "Time B"), (0, 40)).splitlines()
    cells = [line.split(",") for line in lines[1:]]
    turned = [",".join([c[0], c[2], c[1], *c[3:]]) if n % 2 else ",".join(c) for n, c in enumerate(cells)]
    text, said = draft_of("log", "Log 2026-03.csv", "\n".join([lines[0], *turned]) + "\n", tmp_path)
    assert clock_of(said["fields"]) is None
    assert "Time A" in text and "Time B" in text and '# time_columns = ["Time A"]  # CHECK: ' in text


@pytest.mark.parametrize("header", ["No.", "No", "Ref", "Line number"])
@pytest.mark.parametrize("slip", ["one again", "one missing", "begins at 0"])
def test_a_number_of_the_row_is_no_key_though_one_is_wrong(header: str, slip: str, tmp_path: Path) -> None:
    lines = rows(("Date", "Time"), (0,)).splitlines()
    numbers = list(range(60)) if slip == "begins at 0" else list(range(1, 61))
    if slip == "one again":
        numbers[30] = 30
    if slip == "one missing":
        numbers[30:] = list(range(32, 62))
    text = "\n".join([f"{header},{lines[0]}", *(f"{n},{line}" for n, line in zip(numbers, lines[1:], strict=True))])
    _, said = draft_of("log", "Log 2026-03.csv", text + "\n", tmp_path)
    assert "event" not in said["fields"]


@pytest.mark.parametrize(("stay", "spell"), [("WardStayID", "SpellID"), ("Ward stay no", "Spell ref")])
@pytest.mark.parametrize("resent", [0, 3])
def test_of_spells_and_ward_stays_the_rows_own_number_is_the_key(
    stay: str, spell: str, resent: int, tmp_path: Path
) -> None:
    lines = []
    for n in range(40):
        day = 1 + n % 24
        who = f"{NAMES[n // 2 % 6][0]},{NAMES[n // 2 % 6][1]},0{1 + n // 2 % 6}/04/19{60 + n // 2 % 6}"
        lines.append(f"W{1000 + n},SP{500 + n // 2},{day:02d}/03/2026,{day + 2:02d}/03/2026,{who}")
    text = "\n".join([f"{stay},{spell},StartDate,EndDate,Surname,Forename,DOB", *lines, *lines[:resent]])
    _, said = draft_of("wards", "Wards 2026-03.csv", text + "\n", tmp_path)
    assert said["kind"] == "stays" and said["fields"]["event"]["columns"] == [stay]


def test_a_ward_episode_is_a_stay_with_a_number_of_its_own(tmp_path: Path) -> None:
    lines = ["Hospital Spell,Ward Episode Ref,PARIS ID,Client Name,DOB,Ward From,Ward To"]
    for n in range(40):
        day, (family, given) = 1 + n % 24, NAMES[n // 2 % 6]
        who = f"{100 + n // 2 % 6},{given} {family},0{1 + n // 2 % 6}/04/19{60 + n // 2 % 6}"
        end = "00/00/0000 00:00" if n % 10 == 9 else f"{day + 2:02d}/03/2026 09:30"
        lines.append(f"SP{500 + n // 2},WS{1000 + n},{who},{day:02d}/03/2026 14:05,{end}")
    _, said = draft_of("wards", "Wards 2026-03.csv", "\n".join(lines) + "\n", tmp_path)
    assert said["kind"] == "stays" and said["fields"]["event"]["columns"] == ["Ward Episode Ref"]
    assert said["fields"]["end"]["columns"] == ["Ward To"]


def test_who_is_booked_in_has_arrived(tmp_path: Path) -> None:
    lines = ["Seen,Triaged,Booked In,Attendance Ref,Surname,Forename,DOB"]
    for n in range(60):
        first = datetime(2026, 3, 1 + n % 28, (n * 7) % 24, (n * 11) % 60)
        seen, triaged = first + timedelta(minutes=90), first + timedelta(minutes=12)
        times = ",".join(f"{at:%d/%m/%Y %H:%M}" for at in (seen, triaged, first))
        lines.append(f"{times},A{n:04},{','.join(NAMES[n % 6])},0{1 + n % 6}/04/19{60 + n % 6}")
    text, said = draft_of("ed_log", "ED 2026-03.csv", "\n".join(lines) + "\n", tmp_path)
    assert said["fields"]["start"]["columns"] == ["Booked In"] and "come before those of" in text


def test_a_crn_that_comes_again_is_the_persons_number(tmp_path: Path) -> None:
    lines = ["CRN,Surname,Forename,DOB,Date of contact,Time"]
    for n in range(60):
        who = f"X{700 + n % 6},{','.join(NAMES[n % 6])},0{1 + n % 6}/04/19{60 + n % 6}"
        lines.append(f"{who},{1 + n % 28:02d}/03/2026,1{n % 10}:15")
    _, said = draft_of("probation", "Contacts 2026-03.csv", "\n".join(lines) + "\n", tmp_path)
    assert said["fields"]["person_id"]["columns"] == ["CRN"] and "event" not in said["fields"]


def test_a_column_of_times_on_scene_is_taken_before_codes_that_begin_with_a_number(tmp_path: Path) -> None:
    lines = ["CAD_NUM,Callsign,T0_CallStart,T6_OnScene,Pt_Name,Pt_DOB,Nature,Disposition"]
    for n in range(60):
        at = datetime(2026, 3, 1 + n % 28, n % 24, 10)
        scene = "" if n % 3 else f"{at + timedelta(minutes=9):%Y-%m-%d %H:%M}"
        what = ("17 Falls", "06 Breathing", "23 Overdose")[n % 3]
        who = f"{NAMES[n % 6][1]} {NAMES[n % 6][0]},19{60 + n % 6}-04-0{1 + n % 6}"
        lines.append(f"{9000 + n},A{n % 7}1,{at:%Y-%m-%d %H:%M},{scene},{who},{what},Conveyed")
    _, said = draft_of("ambulance", "CAD 2026-03.csv", "\n".join(lines) + "\n", tmp_path)
    assert said["fields"]["on_scene"]["columns"] == ["T6_OnScene"]


def test_the_person_reporting_is_the_caller() -> None:
    assert guess("Person Reporting", load_sources()["police"].fields["role"].codes) == "caller"
