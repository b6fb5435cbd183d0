"""The senior meeting's page: what has to be acted on first, exact counts, nobody named, its reading entered."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import polars as pl
import pytest
from areakit import LAST, NOW
from pathway_kit import NONE_ASIDE, source_of

from hiu.extract.files.read import RawTable
from hiu.extract.standardise import standardise
from hiu.govern import reads
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.forms import files, paper
from hiu.publish.pathway.part import Part
from pipelines.commands.messages import print_status
from pipelines.common.place import Place, open_place, published_tables
from pipelines.pathway.senior import BESIDE, MADE_OF, NEEDED, senior_page
from pipelines.pathway.write import counted_tables, stamp_for, tables_of


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


@pytest.fixture
def part(place: Place) -> Part:
    month, folder, tables = tables_of(place, None, "leg")
    assert set(NEEDED) <= set(tables)
    every = tables | published_tables(folder, BESIDE)
    counted = counted_tables(place, every, NOW.date())
    return senior_page(place, counted, every, stamp=stamp_for(place, month, folder, NOW), by="Chair", now=NOW)


def grid(part: Part, title: str) -> Grid:
    return next(one for one in part.grids if one.title == title)


def test_a_mandatory_referral_comes_first_and_what_cannot_be_judged_is_no_all_clear(part: Part) -> None:
    assert part.lead[0] == "Deaths with a mandatory referral due at once and none recorded: 1."
    assert part.lead[1].startswith("Incidents that can't be judged for referral")
    rows = grid(part, "Incidents to act on").rows
    assert [row[0] for row in rows] == ["I1", "I2"] and rows[0][2] == "Mandatory referral, due at once"
    assert grid(part, "Incidents").rows == (
        ("Deaths", "1", "2", "0", "1"),
        ("Serious incidents", "0", "0", "0", "0"),
        ("Complaints", "1", "1", "0", "0"),
    )


@pytest.mark.parametrize("alone", NEEDED)
def test_with_one_source_the_page_has_no_heading_without_text(place: Place, alone: str) -> None:
    month, folder, tables = tables_of(place, None, "leg")
    made_of = MADE_OF | {"record_exception": ("record_entry", "support_contact")}
    own = {name: table for name, table in tables.items() if name == alone or alone in made_of.get(name, ())}
    stamp = stamp_for(place, month, folder, NOW)
    made = senior_page(place, own, own, stamp=stamp, by="Chair", now=NOW)
    page = files(made)["senior-2026-03.html"].decode()
    assert re.findall(r"<h2>[^<]*</h2>\s*(?:<ul>\s*</ul>|<h2>|</)", page) == []
    assert made.lead or made.grids
    if alone == "meeting":
        assert made.lead == ("Meetings in 12 months: 2, the last on 4 Mar 2026.",)


def test_actions_by_owner_partners_and_what_is_to_be_put_right(part: Part) -> None:
    assert grid(part, "Actions by owner").rows == (("Trust", "1", "1", "56", "1"),)
    assert "Action log: 1 open, 1 of them overdue." in part.lead
    partners = {row[0]: row[1:] for row in grid(part, "Partners").rows}
    assert partners["Trust"] == ("vital", "1 of 2", "4 Mar 2026", "Yes", "1 Jan 2026 (over)")
    assert partners["Council"] == ("recommended", "0 of 2", "not recorded", "not recorded", "not recorded")
    assert [row[1] for row in grid(part, "Training").rows] == ["1", "1", "1"]
    wrong = {row[0]: row[2:] for row in grid(part, "What is to be put right").rows}
    assert wrong["Plan overdue"] == ("1", "1") and wrong["Contact without an entry in 24 hours"] == ("1", "1")
    assert wrong["Entry without the current risk"] == ("1", "1") and wrong["No review date"] == ("0", "0")


def test_the_paper_of_a_meeting_with_much_to_act_on_is_one_page(part: Part) -> None:
    many = {"Incidents to act on": 12, "Actions by owner": 7, "Partners": 7}
    grids = [replace(grid, rows=(grid.rows * 12)[: many.get(grid.title, len(grid.rows))]) for grid in part.grids]
    assert [len(grid.rows) for grid in grids if grid.title in many] == [12, 7, 7]
    with pikepdf.open(io.BytesIO(paper(replace(part, grids=tuple(grids))))) as made:
        assert len(made.pages) == 1


def test_nobody_is_named_and_the_reading_is_entered(place: Place, part: Part) -> None:
    text = b"".join(files(part).values()).decode("latin-1")
    assert "Penrose" not in text and "HIU-" not in str(part.grids)
    folder = reads.folder_of(place.settings, place.curated)
    assert any(folder.iterdir())


def test_status_says_what_is_due_after_a_death(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    print_status(place, as_json=False, now=NOW)
    shown = capsys.readouterr().out
    assert "Deaths with a mandatory referral due at once and none recorded: 1. See 'hiu senior'." in shown
    assert "can't be judged for referral" in shown and "Penrose" not in shown


def test_what_nobody_sent_is_not_known_and_not_nought(place: Place) -> None:
    month, folder, tables = tables_of(place, None, "leg")
    unsent = {name: tables[name].clear() for name in ("plan_version", "record_entry", "action", "incident", "meeting")}
    every = tables | published_tables(folder, BESIDE) | unsent
    part = senior_page(place, every, every, stamp=stamp_for(place, month, folder, NOW), by="Chair", now=NOW)
    assert part.lead == (
        "No file was sent with plans, entries in records, incidents, the action log and meetings: they are not known, "
        "which is not the same as none.",
    )
    assert {one.title for one in part.grids} == {"Partners", "Training"}
    assert {row[2] for row in grid(part, "Partners").rows} == {"not sent"}


def test_a_partner_that_came_to_meetings_has_a_day_on_which_it_last_came(part: Part) -> None:
    """The register of partners may lack the day that the register of meetings has."""
    rows = grid(part, "Partners").rows
    assert any(not row[2].startswith("0 of") for row in rows)
    assert [row for row in rows if not row[2].startswith("0 of") and row[3] == "not recorded"] == []


def test_the_caseload_does_not_read_as_if_everybody_ranked_were_on_the_list(place: Place) -> None:
    month, folder, tables = tables_of(place, None, "leg")
    every = tables | published_tables(folder, BESIDE)
    own = {"person_id": every["people"]["person_id"][0], "start": month.start}
    support = pl.DataFrame([own], schema=every["support"].schema)
    page = senior_page(
        place, every | {"support": support}, every, stamp=stamp_for(place, month, folder, NOW), by="Chair", now=NOW
    )
    rows = dict(grid(page, "Caseload").rows)
    assert rows["Identified: ranked, with a contact in 12 months"] == str(every["ranked"].height)
    assert rows["Supported at the month's end"] == "1" and not [row for row in rows if "on the list" in row]


@pytest.mark.parametrize(
    ("name", "number", "begun", "at"),
    [
        ("plan_version", "Plan ID", "Written at", "01/02/2026 10:00"),
        ("plan_version", "Plan ID", "Written at", ""),
        ("s136_pathway", "Detention ID", "Detained at", ""),
    ],
)
def test_a_birth_of_two_digits_is_not_in_the_future(
    name: str, number: str, begun: str, at: str, tmp_path: Path
) -> None:
    """Of a register and of a row without a day it was read as 2085: no evidence for its person, and a contradiction."""
    rows = [("A1", at, "Penrose", "02/09/85"), ("Z9", "05/03/2026 10:00", "Quill", "08/10/1990")]
    names = [number, begun, "Surname", "DOB"]
    cells = [dict(zip(names, (cell or None for cell in row), strict=True)) for row in rows]
    frame = pl.DataFrame(cells).with_row_index("source_row", 1).cast({"source_row": pl.Int64})
    raw = RawTable(frame.with_columns(Version=pl.lit("1")), pl.DataFrame(schema=NONE_ASIDE), 2, [*names, "Version"], [])
    about = {"delivery_id": "d1", "source_file": "x.csv", "period": LAST, "synthetic": True}
    read = standardise(raw, source_of(name, tmp_path), **about)  # type: ignore[arg-type]
    assert read.records.sort("dob")["dob"].to_list() == [date(1985, 9, 2), date(1990, 10, 8)]


def test_overdue_plans_of_two_registers_are_told_apart(part: Part) -> None:
    """The caseload and the register of plans can differ: without their names, one page would contradict itself."""
    assert any(line.startswith("Plans overdue, by the register of plans: ") for line in part.lead)
