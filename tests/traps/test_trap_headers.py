"""Headers with dots or a word more: a birth in several forms is drafted under each, and what is none is not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import xlsxwriter
from traps.draftkit import draft_of

from hiu.extract.draft.mapping import draft
from hiu.extract.files.quotable import about_somebody
from hiu.sources import source_of

BORN = ["12/03/1960", "21987", "3 Apr 1971", "29314", "12/05/1962", "14-Feb-1950"]


def drafted(header: str, cells: list[str], folder: Path) -> dict[str, object]:
    rows = "".join(f"R{at},{1 + at:02d}/03/2026,Quill,Ada{at},{cells[at % len(cells)]}\n" for at in range(24))
    _, found = draft_of("line", "2026-03/line.csv", f"Ref,Date seen,Surname,Forename,{header}\n{rows}", folder)
    fields: dict[str, object] = found["fields"]
    return {name: spec for name, spec in fields.items() if header in spec["columns"]}  # type: ignore[index]


@pytest.mark.parametrize("header", ["DOB", "D.O.B.", "D.O.B", "d.o.b.", "D O B", "Patient D.O.B.", "Pt D. O. B."])
def test_a_birth_is_drafted_however_its_header_is_dotted(header: str, tmp_path: Path) -> None:
    found = drafted(header, BORN, tmp_path)
    assert [*found] == ["dob"]
    assert "excel" in tomllib.loads(f"a = {found['dob']['formats']}")["a"]  # type: ignore[index]


@pytest.mark.parametrize("header", ["PostcodeOfUsualAddress", "Postcode of usual address", "Usual Address Postcode"])
def test_the_postcode_of_an_address_is_a_postcode(header: str, tmp_path: Path) -> None:
    assert [*drafted(header, ["BS1 4ND", "BA2 3QQ", "BS16 1LE"], tmp_path)] == ["postcode"]


def test_an_age_in_years_is_no_birth(tmp_path: Path) -> None:
    assert [*drafted("AgeYears", ["45", "31", "62", "19"], tmp_path)] == ["age"]


@pytest.mark.parametrize("header", ["Niche ref", "Niche reference", "Niche log"])
def test_a_reference_of_niche_is_a_log(header: str, tmp_path: Path) -> None:
    assert not drafted(header, [f"NR{at:05d}" for at in range(24)], tmp_path)


def test_each_table_of_a_workbook_is_drafted_in_its_turn(tmp_path: Path) -> None:
    rows = {
        "Clients": [["Client Ref", "Surname", "Forename", "DOB"]]
        + [[f"D{1200 + at}", "Quill", f"Ada{at}", f"{1 + at:02d}/02/1960"] for at in range(12)],
        "Appointments": [["Appt ID", "Client Ref", "Appt date", "Status", "Worker"]]
        + [[f"A{at}", f"D{1200 + at}", f"{1 + at:02d}/03/2026", "Attended", "JB"] for at in range(12)],
    }
    path = tmp_path / "2026-03" / "service march 2026.xlsx"
    path.parent.mkdir()
    book = xlsxwriter.Workbook(path)
    for title, cells in rows.items():
        sheet = book.add_worksheet(title)
        for at, row in enumerate(cells):
            sheet.write_row(at, 0, row)
    book.close()
    first = draft("clients", path, None, others={}, beside=[])
    assert 'sheet = "Clients"' in first and "# CHECK: other columns stand in the sheets Appointments" in first, first
    second = draft("appointments", path, None, others={"clients": source_of(first, "clients")}, beside=[])
    assert 'sheet = "Appointments"' in second and 'kind = "events"' in second, second
    assert "takes this file too" not in second and "other columns stand" not in second, second


@pytest.mark.parametrize("name", ["Referrals BRI Mar 26.xlsx", "ED_BRI_2026-03.csv", "S136 log BRI Mar 26.csv"])
def test_a_hospital_by_its_letters_is_nobody(name: str) -> None:
    assert not about_somebody(name)
    assert about_somebody("Referrals Brian Quill Mar 26.xlsx")
