"""Every figure in the bytes that leave is one of the released cells, or worked out from these alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

import board_kit as kit
import pytest
from pypdf import PdfReader

from hiu.govern.release.cells import to_public
from hiu.month import Month
from hiu.publish.board.charts import _bars
from hiu.publish.board.paper import Bars
from hiu.rank.reports.xmr import xmr
from pipelines.papers.export import board_files

COUNTED = re.compile(r"(?<![\w.,£/-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w.%/-]|,\d)")
DATED = re.compile(
    r"\b\d{1,2} (?=[A-Z][a-z]{2} \d{4})|(?<=[A-Z][a-z]{2} )\d{4}|(?<=run )\S+|\d{4}-\d{2}\S*|(?<=settings )\w+"
)


def texts(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Everything of a file that somebody can read: text, alt text, values of charts and of workbooks, properties."""
    if name.endswith(".pdf"):
        yield from ((name, page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages)
    elif name.endswith(".svg"):
        root = ElementTree.fromstring(content)
        yield name, " ".join([*root.itertext(), root.get("aria-label") or ""])
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield from texts(f"{name}/{part}", archive.read(part))
    elif name.endswith((".txt", ".csv")):
        yield name, content.decode().replace(",", " ") if name.endswith(".csv") else content.decode()
    elif name.endswith(".xml") and re.search(r"slides/slide|charts/chart|worksheets|sharedStrings|core\.xml", name):
        root = ElementTree.fromstring(content)
        read = ("}t", "}v", "}title", "}creator", "}subject", "}description", "}keywords")
        for one in root.iter():
            described = (one.get("descr") or "") + " " + (one.get("title") or "")
            own = one.text or "" if one.tag.endswith(read) else ""
            if (own + described).strip() and not _is_index(one, name):
                yield name, f"{own} {described}"


def _is_index(one: ElementTree.Element, name: str) -> bool:
    """A cell of a workbook holds the place of a shared text, which is read where the text is."""
    return "worksheets" in name and one.tag.endswith("}v")


@cache
def allowed() -> set[int]:
    """Released cells; and what is worked out of them: means, limits, counts of months, rules."""
    made = kit.whole(kit.tables())
    shown = {int(c["shown"]) for c in map(to_public, made.cells) if str(c["shown"]).isdigit()}
    rules = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 24, 30, 50, 95, 136}
    lines = set()
    for line in made.board.lines:
        found = xmr(list(line.values))
        lines |= {round(max(0.0, value)) for value in (found.mean, found.lower, found.upper)}
        lines |= {len(line.months), sum(gap == "*" for gap in line.gaps)}
    for bars in made.board.bars.values():
        lines |= {value for values in bars.series.values() for value in values if value is not None}
    return shown | rules | lines


def unexplained(name: str, content: bytes) -> set[str]:
    """Whole numbers of a file that are no released figure; dates, shares and pounds are not counted."""
    released = allowed()
    out = set()
    for where, text in texts(name, content):
        for found in COUNTED.findall(DATED.sub(" ", text)):
            if int(found.replace(",", "")) not in released:
                out.add(f"{where}: {found}")
    return out


@pytest.mark.parametrize("ending", [".csv", ".txt"])
def test_words_and_data_hold_released_figures_alone(ending: str) -> None:
    files = {name: content for name, content in kit.files().items() if name.endswith(ending)}
    assert files
    for name, content in files.items():
        assert not unexplained(name, content), name


def test_charts_and_embedded_workbooks_of_the_slides_hold_released_figures_alone() -> None:
    (deck,) = (content for name, content in kit.files().items() if name.endswith(".pptx"))
    said = list(texts("deck", deck))
    assert sum("charts/chart" in where for where, _ in said) > 50
    charts = {one for one in unexplained("deck", deck) if "charts/chart" in one or "sharedStrings" in one}
    assert not charts
    with zipfile.ZipFile(io.BytesIO(deck)) as archive:
        books = [archive.read(name) for name in archive.namelist() if name.endswith(".xlsx")]
    assert len(books) > 3
    for book in books:
        assert not _numbers(book) - allowed()


def _numbers(book: bytes) -> set[int]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    found = set()
    for cell in root.iter():
        if cell.tag.endswith("}c") and cell.get("t") != "s":
            found |= {round(float(one.text or 0)) for one in cell if one.tag.endswith("}v")}
    return found


def test_a_planted_figure_is_found() -> None:
    (name,) = (name for name in kit.files() if name.endswith(".csv"))
    planted = kit.files()[name] + b"events,s136,supported,whole area,2026-03,2026-03,7777\n"
    assert any(found.endswith(": 7777") for found in unexplained(name, planted))


def test_every_cell_on_a_page_is_in_the_data_file() -> None:
    made = kit.whole(kit.tables())
    rows = board_files(made, {})[f"board-paper-{made.board.month}.csv"].decode().splitlines()[1:]
    assert len(rows) == sum(cell.shown is not None for cell in made.cells)
    ends = {tuple(row.split(",")) for row in rows}
    for line in made.board.lines:
        for when, value in zip(line.months, line.values, strict=True):
            month, measure = str(Month.of(when)), "nights" if line.dataset == "mh_bed_day" else "events"
            if value is not None:
                assert (measure, line.dataset, "everybody", "whole area", month, month, str(value)) in ends


def test_a_bar_that_is_not_shown_is_neither_drawn_nor_read_out_as_nought() -> None:
    bars = Bars(title="Events", caption="", alt="Events by group", categories=("a", "b"), series={"x": (5, None)})
    svg = _bars(bars)
    assert "b, x: not shown" in svg
    assert "a, x: 5" in svg
    assert "value: 0" not in svg
