"""Files that have lost whom their rows are about: they are refused, or said, and never stand in place of sound rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.draftkit import Stranger, drafted
from traps.intake_traps import Trap, counted, make_site, spring, take_in

from hiu.extract.files.columns import match_columns
from hiu.month import Month
from hiu.sources import Source, load_sources
from pipelines.common.place import Place, open_place

CALLS = """title = "Calls"
kind = "events"
agency = "calls"
[file]
pattern = "calls*.csv"
[key]
event = ["ref"]
[fields]
ref = { columns = ["Call ID"] }
nhs_number = { columns = ["NHS Number"], type = "nhs_number" }
family = { columns = ["Surname"], type = "family" }
dob = { columns = ["DOB"], type = "dob" }
start = { columns = ["Call start"], type = "date" }
[[measures]]
name = "call"
[counts]
call = { measures = ["call"] }
"""
NUMBERS = ["9991000003", "9991000135", "9991000267", "9991000399", "9991000526", "9991000658"]


def calls(header: str, month: int, first: int = 0, *, rows: int = 12, lost: int = 0) -> str:
    """Rows of a month, the last `lost` of them without a number; 'Ward' has no names in it."""
    lines = [
        f"C{first + at},{'' if at >= rows - lost else NUMBERS[at % 6]},{at % 28 + 1:02}/0{month}/2026\n"
        for at in range(rows)
    ]
    return f"Call ID,{header},Call start\n" + "".join(lines)


@pytest.mark.parametrize("header", ["NHS No.", "NHS No", "NHSNumber", "NHS_NUM", "nhs number", "NHS", "Patient NHS No"])
def test_an_nhs_number_is_known_by_its_usual_headers(header: str) -> None:
    source = Source.model_validate(
        {
            "name": "calls", "title": "Calls", "kind": "events", "agency": "calls", "file": {"pattern": "*"},
            "key": {"event": ["nhs_number"]},
            "fields": {"nhs_number": {"columns": ["NHS Number of the caller"], "type": "nhs_number"}},
        }
    )  # fmt: skip
    assert match_columns(["Ref", header], source) == {"nhs_number": header}


REFUSED = {
    "a renamed column": (calls("Patient ref", 3, 100), "no column names a person"),
    "a column that came empty": (calls("NHS Number", 3, 100, lost=12), "none of 12 rows says whom it is about"),
    "rows sent again without their number": (calls("NHS Number", 2, rows=14, lost=8), "say no longer whom they are"),
    "nearly empty": (
        calls("NHS Number", 3, 100, rows=40, lost=40) + "C900,9991000003,03/03/2026\n" * 1,
        "hardly a row says whom it is about",
    ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A site with a sound February."""
    trap = Trap(files={"2026-02/calls.csv": calls("NHS Number", 2)}, sources={"calls": CALLS}, exit=0)
    place = make_site(trap, tmp_path_factory.mktemp("calls") / "site")
    take_in(place, Month(2026, 2))
    return place


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_has_lost_its_people_is_refused(name: str, site: Place) -> None:
    table, words = REFUSED[name]
    path = site.raw / "2026-03" / "calls.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(table, encoding="utf-8")
    intake, deliveries, _ = take_in(site, Month(2026, 3))
    assert [words in str(one) for one in intake.refused] == [True], (intake.refused, intake.warnings)
    assert deliveries["source_file"].to_list() == ["2026-02/calls.csv"]


def test_few_rows_that_lost_their_person_do_not_replace_those_that_name_one(tmp_path: Path) -> None:
    again = calls("NHS Number", 2, rows=12, lost=1)
    trap = Trap(
        files={"2026-02/calls.csv": calls("NHS Number", 2), "2026-03/calls.csv": again},
        sources={"calls": CALLS},
        exit=3,
        rows={"2026-02/calls.csv": (12, 0), "2026-03/calls.csv": (12, 0)},
        says=("1 of 12 rows sent again say no longer whom they are about",),
    )
    spring(trap, tmp_path)
    with counted(open_place(tmp_path / "site"), Month(2026, 3)) as warehouse:
        n = warehouse.rows("monthly_demand", "person_id", "n").drop_nulls("n")  # March's file has no row of March
        events = warehouse.rows("event", "event_id").height
    assert (n.height, n["n"].sum(), events) == (6, 12, 12)


ROLES = {
    "who called": ("Caller", ("Patient", "3rd party")),
    "nobody": ("Patient", ("Unknown", "Not known", "Withheld")),
    "roles": ("Caller", ("Self", "Relative", "Police")),
    "a placeholder": ("Name", ("REDACTED", "Withheld")),
    "sexes": ("Person", ("Male", "Female", "Unknown male")),
}


@pytest.mark.parametrize("name", ROLES)
def test_a_draft_takes_no_column_of_roles_for_names(name: str, tmp_path: Path) -> None:
    header, words = ROLES[name]
    rows = "".join(f"C{at},{words[at % len(words)]},{NUMBERS[at % 6]},{at % 28 + 1:02}/03/2026\n" for at in range(40))
    files = {"2026-03/line.csv": f"Call ID,{header},NHS Number,Call start\n{rows}"}
    text = drafted(Stranger(files=files, sources={"line": "2026-03/line.csv"}), tmp_path)["line"]
    assert "[fields.name]" not in text and "[fields.family]" not in text
    assert 'columns = ["NHS Number"]' in text


def test_a_draft_still_takes_few_people_with_many_rows(tmp_path: Path) -> None:
    rows = "".join(f"C{at},{('Moss', 'Vale')[at % 2]},{at % 28 + 1:02}/03/2026\n" for at in range(40))
    files = {"2026-03/line.csv": f"Call ID,Surname,Call start\n{rows}"}
    assert "[fields.family]" in drafted(Stranger(files=files, sources={"line": "2026-03/line.csv"}), tmp_path)["line"]


def test_the_shipped_sources_are_not_read_twice() -> None:
    """A header that another field of the source reads is not taken for the NHS number."""
    source = load_sources()["mh_beds"]
    fields = {
        **source.fields,
        "other": source.fields["nhs_number"].model_copy(update={"columns": ("NHS No",), "type": "text"}),
    }
    fields["nhs_number"] = source.fields["nhs_number"].model_copy(update={"columns": ("NHS Number",)})
    changed = source.model_copy(update={"fields": fields})
    headers = ["NHS No", *(spec.columns[0] for name, spec in source.fields.items() if spec.required)]
    assert "nhs_number" not in match_columns(headers, changed)
