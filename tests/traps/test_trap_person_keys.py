"""A number of a person is never the key of events: it comes again for the same person on other days."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from traps.draftkit import Stranger, drafted, load, meet
from traps.intake_traps import Trap, spring

from hiu.extract.files.columns import both_sent, match_columns
from hiu.sources import load_sources
from pipelines.common.place import open_place
from pipelines.steps.intake.check import check_file

ROWS = 90
Cells = Callable[[int], list[str]]


def table(day: str, person: str = "", number: str = "", more: tuple[str, ...] = (), cells: Cells | None = None) -> str:
    """Ninety rows about forty people, with the number of each person, a number of the row and more cells."""
    draw, lines = random.Random(3), [",".join([*filter(None, [person, number]), day, "Surname,Forename,DOB", *more])]
    for at in range(ROWS):
        who = draw.randrange(40)
        lines.append(
            ",".join(
                [
                    *[f"{1000 + who}"] * bool(person),
                    *[f"{700_000 + 3 * at}"] * bool(number),
                    f"{1 + at % 28:02d}/03/2026 1{at % 10}:{at % 60:02d}",
                    f"SUR{'ABCDEFGHIJ'[who % 10]}{'klmn'[who // 10]},Fo{'abcdefghij'[who % 10]}",
                    f"0{1 + who % 9}/04/19{50 + who}",
                    *(cells(at) if cells else []),
                ]
            )
        )
    return "\n".join(lines) + "\n"


def fields(source: str, text: str, folder: Path) -> dict[str, tuple[str, ...]]:
    """Field -> the headers that the draft reads it from."""
    name = f"2026-03/{source}.csv"
    texts = drafted(Stranger(files={name: text}, sources={source: name}), folder / "raw")
    found = load(texts, folder / "sources")[source].fields
    return {field: spec.columns for field, spec in found.items() if spec.columns}


PEOPLE = [
    "Patient Count ID", "SystmOne ID", "Patient ID", "Client Ref", "K-number", "K No", "RiO number", "RiO ID",
    "Person ID", "Hospital No", "Index No", "MRN", "LAS ID", "ID", "URN", "Ref", "Local ID", "Carenotes No",
]  # fmt: skip


@pytest.mark.parametrize("person", PEOPLE)
def test_a_number_that_comes_again_on_other_days_is_the_persons(person: str, tmp_path: Path) -> None:
    text = table("Contact date", person)
    meet(
        Stranger(
            files={"2026-03/svc.csv": text},
            sources={"svc": "2026-03/svc.csv"},
            writes=('event = ["start", "person_id"]',),
            checks=("no column numbers the rows",),
            rows={"2026-03/svc.csv": (ROWS, 0)},
        ),
        tmp_path / "met",
    )
    found = fields("svc", text, tmp_path)
    assert found["person_id"] == (person,) and "event" not in found


@pytest.mark.parametrize("number", ["Referral ID", "Spell No", "Case ID"])
def test_a_number_of_many_days_is_no_key_and_no_number_of_a_person(number: str, tmp_path: Path) -> None:
    found = fields("svc", table("Contact date", number), tmp_path)
    assert "event" not in found and "person_id" not in found


EVENTS = [
    "CSN", "Contact Serial Number", "PAT_ENC_CSN_ID", "ENCNTR_ID", "FIN", "FIN_NBR", "Encounter Number", "Episode No",
    "Spell No", "Attendance ID", "Att ID", "Visit ID", "Case Ref", "Patient Visit ID",
]  # fmt: skip


@pytest.mark.parametrize("number", EVENTS)
def test_the_number_of_an_event_is_its_key_beside_that_of_its_person(number: str, tmp_path: Path) -> None:
    own = fields("svc", table("Contact date", "K-number", number), tmp_path / "svc")
    assert (own["event"], own["person_id"]) == ((number,), ("K-number",))
    ed = fields("ed", table("Arrival date", "K-number", number), tmp_path / "ed")
    assert number in ed["attendance"] and "K-number" in ed["hospital_id"]


@pytest.mark.parametrize(
    ("source", "day", "key"), [("ambulance", "Call time", "incident"), ("police", "Created", "log")]
)
@pytest.mark.parametrize("number", ["Incident No", "CAD", "Inc No", "CAD Incident No"])
def test_the_number_of_a_call_is_its_key(source: str, day: str, key: str, number: str, tmp_path: Path) -> None:
    text = table(day, "K-number", number, ("At patient",), lambda at: [f"{1 + at % 28:02d}/03/2026 20:00"])
    found = fields(source, text, tmp_path)
    assert number.casefold() in map(str.casefold, found[key])
    if source == "ambulance":
        assert found["on_scene"] == ("At patient",)


@pytest.mark.parametrize("number", ["K-number", "Ref", "ID"])
def test_a_shipped_source_takes_no_number_of_a_person_for_its_key(number: str, tmp_path: Path) -> None:
    found = fields("ed", table("Arrival date", number), tmp_path)
    assert number not in found["attendance"] and number in found["hospital_id"]


@pytest.mark.parametrize(
    ("category", "status"),
    [("ATT_CATEGORY", "DISCH_STATUS"), ("Att_Cat", "EC_Disch_Stat"), ("AEA_ATT_CAT", "DISPOSAL_CD"),
     ("EC_ATT_CATEGORY", "ED Disposition"), ("ATTENDANCE_CATEGORY_CD", "Outcome code")],
)  # fmt: skip
def test_category_and_status_are_found(category: str, status: str, tmp_path: Path) -> None:
    codes = ["182992009", "1066301000000103", "1066321000000107"]
    text = table("Arrival date", "MRN", "CSN", (category, status), lambda at: [f"{1 + at % 2}", codes[at % 3]])
    found = fields("ed", text, tmp_path)
    assert (found["attendance_category"], found["discharge_status"]) == ((category,), (status,))


def test_a_call_without_any_time_there_is_told_which_line_to_write(tmp_path: Path) -> None:
    text = table("Call time", "", "CAD no", ("Clear",), lambda at: [f"{1 + at % 28:02d}/03/2026 20:00"])
    name = "2026-03/ambulance.csv"
    draft = drafted(Stranger(files={name: text}, sources={"ambulance": name}), tmp_path / "raw")["ambulance"]
    line = next(line for line in draft.splitlines() if "REQUIRED, not found: on_scene" in line)
    assert 'write [fields.on_scene] columns = ["..."]' in line


@pytest.mark.parametrize("apart", [0, 7])
def test_a_shipped_header_beside_the_sites_own_is_told_where_they_differ(
    apart: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "2026-03/ed_march.csv"
    text = table("Arrived", "", "CSN", ("Arrival date", "Attendance category", "Discharge status"), lambda at: [
        f"{1 + at % 28:02d}/03/2026 1{at % 10}:{at % 60:02d}" if at >= apart else "", "1", "182992009"])  # fmt: skip
    own = 'extends = "ed"\n[fields.attendance]\ncolumns = ["CSN"]\n[fields.start]\ncolumns = ["Arrived"]\n'
    says = "'Arrived' is read as start, and 'Arrival date' beside it is not: they differ in 7 of 90 rows"
    spring(Trap(files={name: text}, sources={"ed": own}, exit=0, rows={name: (ROWS, 0)}), tmp_path)
    source = load_sources(tmp_path / "site" / "sources")["ed"]
    frame = pl.read_csv(io.StringIO(text), infer_schema=False)
    assert both_sent(frame, match_columns(frame.columns, source), source) == ([says] if apart else [])
    check_file(open_place(tmp_path / "site"), tmp_path / "site" / "data" / "raw" / name, None, as_json=False)
    assert (says in capsys.readouterr().out) == bool(apart)
