"""Every figure of a command's page is in its workbook and its PDF, the same in each."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import fastexcel
import pytest
from pdf_text import text_of

from hiu.month import NAMES
from pipelines.commands import pathway
from pipelines.common.place import Place, open_place

NOUGHT = datetime(1899, 12, 31)
"""What readers of Excel's files take for a duration of nothing."""
Table = list[list[str]]


class Tables(HTMLParser):
    """The tables of a page, row by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Table] = []
        self.cell: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.found.append([])
        elif tag == "tr":
            self.found[-1].append([])
        elif tag in ("td", "th"):
            self.cell = ""

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.cell is not None:
            self.found[-1][-1].append(" ".join(self.cell.split()))
            self.cell = None


def plain(cell: object) -> str:
    """A figure without its commas and noughts, so that a number and its text are the same."""
    text = " ".join(str(cell).split()) if cell is not None else ""
    number = text.replace(",", "")
    return f"{float(number):.6g}" if re.fullmatch(r"-?\d+(\.\d+)?", number) else text


def held(cell: str) -> str:
    """What a workbook holds of a cell of the page: a day, a time, hours and a per cent as such, and no text of them."""
    if hours := re.fullmatch(r"([\d,]+) h (\d\d)", cell):
        return str(NOUGHT + timedelta(hours=int(hours[1].replace(",", "")), minutes=int(hours[2])))
    if re.fullmatch(r"[\d.,]+%", cell):
        return plain(float(cell[:-1].replace(",", "")) / 100)
    if found := re.fullmatch(r"(\d+) ([A-Z][a-z]{2}) (\d{4})(?: (\d\d:\d\d))?", cell):
        return f"{found[3]}-{NAMES.index(found[2]) + 1:02}-{int(found[1]):02} {found[4] or '00:00'}:00"
    return plain(cell)


def tables_of_book(file: Path) -> list[Table]:
    book = fastexcel.read_excel(file)
    found = []
    for name in book.sheet_names[1:]:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        rows = [[plain(cell) for cell in row] for row in sheet.rows()]
        above = next((at for at, row in enumerate(rows) if not any(row)), len(rows))
        found.append([row for row in rows[above + 1 :] if any(row)])
    return [table for table in found if len(table) > 1]


def compared(folder: Path) -> int:
    """Compare every paper of a folder; how many figures its pages have."""
    count = 0
    for file in sorted(folder.glob("*.html")):
        pages = Tables(file.read_text(encoding="utf-8")).found
        assert [[[held(cell) for cell in row] for row in table] for table in pages] == tables_of_book(
            file.with_suffix(".xlsx")
        ), file.name
        paper = re.sub(r"[\s\u00ad-]+", "", text_of(file.with_suffix(".pdf")))
        for row in (row for table in pages for row in table[1:]):
            assert re.sub(r"[\s\u00ad-]+", "", "".join(row)) in paper, (file.name, row)
            count += sum(bool(re.search(r"\d", cell)) for cell in row)
    return count


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


@pytest.mark.parametrize("command", ["desk", "s136", "missing", "offers"])
@pytest.mark.parametrize("names", [False, True])
def test_page_workbook_and_paper_have_the_same_figures(place: Place, command: str, names: bool, tmp_path: Path) -> None:
    made = getattr(pathway, command)
    made(month=None, site=place.home, curated=None, out=tmp_path / "out", names=names, by="Lead" if names else None)
    assert compared(tmp_path / "out") > 2


def test_the_senior_page_has_the_same_figures_in_every_form(place: Place, tmp_path: Path) -> None:
    pathway.senior(month=None, site=place.home, curated=None, out=tmp_path / "out", by="Chair")
    assert compared(tmp_path / "out") > 20
