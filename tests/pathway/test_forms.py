"""How a part's tables look: figures at the right, words at the left, and a workbook to print and to calculate with."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import fastexcel
import pytest

from hiu.month import Month
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import Stamp

SENTENCE = "In contact with police, ambulance and ED: agree which of them leads. " * 3
ROWS = (
    ("Aldous Penrose (HIU-Z4I3LOQY)", "12 Mar 2026 10:53", "29 h 54", "40%", "1,240", "20261", "vital", SENTENCE),
    ("Beatrix Tolworth (HIU-GE6TLIP3)", "1 Mar 2026", "*", "not shown", "*", "*", "recommended", "None."),
)
TITLES = ("Person", "When", "Clock", "Share", "Rows", "Seen", "Standing", "What there is to settle")


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    stamp = Stamp(
        site="Here",
        month=Month(2026, 3),
        data_to=Month(2026, 3).end,
        run_id="r",
        built=datetime(2026, 4, 8, tzinfo=UTC),
        synthetic=True,
        settings_version="s",
        audit_head="a",
    )
    grid = Grid("Why a police vehicle was taken, and who said so", TITLES, ROWS, "A note.")
    part = Part(name="x", title="X", stamp=stamp, marking="OFFICIAL", lead=(), grids=(grid,), words={grid.title: 2})
    return {name.rpartition(".")[2]: content for name, content in files(part).items()}


def test_figures_stand_at_the_right_and_words_at_the_left(made: dict[str, bytes]) -> None:
    heads = re.findall(r'<th scope="col"( class="n")?>([^<]+)', made["html"].decode())
    assert [title for right, title in heads if right] == ["Clock", "Share", "Rows", "Seen"]


def test_a_time_and_somebodys_id_are_never_broken_over_two_lines(made: dict[str, bytes]) -> None:
    whole = re.findall(r'class="[^"]*whole[^"]*">([^<]+)', made["html"].decode())
    assert {ROWS[0][0], ROWS[0][1], ROWS[0][2], ROWS[1][0], ROWS[1][1]} == set(whole)


def test_a_workbook_holds_times_hours_and_figures_as_such_and_the_text_where_there_is_none(
    made: dict[str, bytes],
) -> None:
    book = fastexcel.read_excel(made["xlsx"])
    rows = book.load_sheet(1, header_row=None, skip_rows=0, dtypes="string").to_polars().rows()
    assert rows[-2][1:6] == ("2026-03-12 10:53:00", "1900-01-01 05:54:00", "0.4", "1240", "20261")
    assert rows[-1][1:6] == ("2026-03-01 00:00:00", "*", "not shown", "*", "*")
    assert book.sheet_names[1] == "1 Why a police vehicle was"


def test_a_sheet_prints_on_a4_with_its_marking_and_its_rows_are_as_high_as_their_text(made: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(made["xlsx"])) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
        names = book.read("xl/workbook.xml").decode()
    assert 'paperSize="9"' in sheet and 'orientation="landscape"' in sheet and "OFFICIAL" in sheet
    assert 'fitToHeight="0"' in sheet and "Print_Titles" in names
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)]
    heights = [float(height) for height in re.findall(r'<row [^>]* ht="([\d.]+)"', sheet)]
    assert max(widths) < 50 and heights[-2] > 3 * heights[-1], (widths, heights)
