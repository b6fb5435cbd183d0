"""Every figure in the bytes that leave is one of the released cells, or worked out from these alone."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree

import board_kit as kit
import pytest
from pypdf import PdfReader

from hiu.govern.release.cells import EVERYBODY, SUPPORTED, to_public
from hiu.model import CONTACTS
from hiu.month import Month
from hiu.publish.board.charts import _bars
from hiu.publish.board.data import on_paper
from hiu.publish.board.paper import Bars
from hiu.rank.reports.cost import costs
from hiu.rank.reports.xmr import xmr
from pipelines.papers.commissioner.cells import WITHIN
from pipelines.papers.commissioner.changes import changes
from pipelines.papers.export import board_files

COUNTED = re.compile(r"(?<![\w.,£/-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w.%/-]|,\d)")
DATED = re.compile(
    r"; \d+ rows\.|\b[A-Z][a-z]{2} 01, \d{4}(?=; n:)|\b\d{1,2} (?=[A-Z][a-z]{2} \d{4})|(?<=[A-Z][a-z]{2} )\d{4}"
    r"|\b(?:18 to 24|25 to 34|35 to 44|45 to 54|55 to 64)\b|\bparagraphs?\s+(?:18\s+and\s+)?57\b"
    r"|(?<=run )\S+|\d{4}-\d{2}\S*|(?<=settings )\w+"
)

FIFTHS = {str(share) for share in range(0, 1000, 5)}
"""Per cents as the paper rounds those that are not worked out from figures beside them."""
PARTS = re.compile(r"slides/slide|notesSlides|comments|charts/chart|worksheets|sharedStrings|docProps|customXml")
"""Where a presentation, and a workbook in it, can hold something to read."""
MONEY, SHARE = re.compile(r"£(\d[\d,]*)"), re.compile(r"(?<![\d.])(\d[\d,.]*) ?%")
PICTURE = {b"IHDR", b"IDAT", b"IEND", b"PLTE", b"pHYs", b"tRNS", b"sRGB", b"gAMA"}
"""The chunks of a picture that hold no text."""


def texts(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Everything of a file that somebody can read: text, alt text, values of charts and of workbooks, properties."""
    if name.endswith(".pdf"):
        reader = PdfReader(io.BytesIO(content))
        yield from ((name, page.extract_text()) for page in reader.pages)
        yield from ((name, str(value)) for key, value in (reader.metadata or {}).items() if "Date" not in key)
        yield name, " ".join(str(one["/Title"]) for one in _flat(reader.outline))
        assert not reader.attachments
    elif name.endswith(".svg"):
        root = ElementTree.fromstring(content)
        yield (
            name,
            " ".join(
                [
                    *root.itertext(),
                    *(
                        one.get("aria-label") or ""
                        for one in root.iter()
                        if "role-axis" not in (one.get("class") or "")
                    ),
                ]
            ),
        )
    elif name.endswith(".png"):
        yield name, " ".join(f"{kind!r} 999999" for kind in _chunks(content) - PICTURE)
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield from texts(f"{name}/{part}", archive.read(part))
    elif name.endswith((".txt", ".csv")):
        rows = csv.reader(io.StringIO(content.decode()))
        yield name, "\n".join(map(" ".join, rows)) if name.endswith(".csv") else content.decode()
    elif name.endswith(".xml") and PARTS.search(name) and not name.endswith("docProps/app.xml"):
        root = ElementTree.fromstring(content)
        read = ("}t", "}v", "}title", "}creator", "}subject", "}description", "}keywords", "}text", "}lastModifiedBy")
        for one in root.iter():
            described = (one.get("descr") or "") + " " + (one.get("title") or "")
            own = one.text or "" if one.tag.endswith(read) else ""
            if (own + described).strip() and not _is_index(one, name):
                yield name, f"{own} {described}"


def _flat(outline: Iterable[Any]) -> Iterator[Any]:
    for one in outline:
        yield from _flat(one) if isinstance(one, list) else [one]


def _chunks(picture: bytes) -> set[bytes]:
    """The kinds of chunk of a PNG."""
    at, found = 8, set()
    while at < len(picture):
        found.add(picture[at + 4 : at + 8])
        at += 12 + int.from_bytes(picture[at : at + 4], "big")
    return found


def _is_index(one: ElementTree.Element, name: str) -> bool:
    """A cell of a workbook holds the place of a shared text, which is read where the text is."""
    return "worksheets" in name and one.tag.endswith("}v")


@cache
def allowed() -> set[int]:
    """Released cells; and what is worked out of them: means, limits, counts of months, rules."""
    made = kit.first()
    shown = {int(c["shown"]) for c in map(to_public, made.cells) if str(c["shown"]).isdigit()}
    rules = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 24, 30, 50, 95, 136}
    lines = set()
    for line in made.board.lines:
        found = xmr(list(line.values))
        lines |= {round(max(0.0, value)) for value in (found.mean, found.lower, found.upper)}
        lines |= {len(line.months), sum(gap == "*" for gap in line.gaps)}
    for bars in made.board.bars.values():
        lines |= {value for values in bars.series.values() for value in values if value is not None}
        lines |= {end for span in bars.ranges if span for end in span}
    units = costs().units
    prices = {round(value) for name in ("low", "central", "high") for value in units[name]}
    years = {int(year) for text in units["price_year"] for year in re.findall(r"\d{4}", str(text))}
    contacts = sum(int(made.released.events(name, made.released.year(name))) for name in CONTACTS)
    supported = sum(some for some, _ in _of_supported())
    return shown | rules | lines | prices | years | ticks() | {9, 11, contacts, supported}


@cache
def _of_supported() -> list[tuple[int, int]]:
    """Of each agency whose figures are shown: a year's contacts of people being supported, and of everybody."""
    released = kit.first().released
    texts = [
        [released.events(name, released.year(name), who) for who in (SUPPORTED, EVERYBODY)]
        for name in CONTACTS
        if released.year(name)
    ]
    return [(int(some), int(every)) for some, every in texts if some.isdigit() and every.isdigit()]


@cache
def shares() -> set[str]:
    """Whole per cents that released figures make: changes, their ranges and number, the share of the first places."""
    made = kit.first()
    rates: dict[str, list[float]] = {}
    for cell in made.cells:
        if (
            cell.measure != "people"
            and cell.group == EVERYBODY
            and len(cell.months) >= WITHIN
            and (cell.shown or "").isdigit()
        ):
            rates.setdefault(cell.dataset, []).append(int(cell.shown or 0) / len(cell.months))
    spans = [one.change for one in changes(made.released, made.board.lines) if one.change]
    whole = [abs(part) for span in spans for part in span]
    whole.append(1 - 0.95 ** len(spans))  # how often one of so many is called more than chance
    whole += [abs(one / other - 1) for own in rates.values() for one in own for other in own if other]
    bars = made.board.evaluation_bars
    for expected, happened in zip(*bars.series.values(), strict=False) if bars else ():
        whole.append(abs((happened or 0) / (expected or 1) - 1))
    whole += [some / every for some, every in _of_supported()]
    whole.append(sum(some for some, _ in _of_supported()) / max(1, sum(every for _, every in _of_supported())))
    (first,) = (c for c in made.cells if c.dataset == "contacts" and c.shown)
    if first.shown and first.shown.isdigit():
        whole.append(
            int(first.shown) / max(1, sum(int(made.released.events(n, made.released.year(n))) for n in CONTACTS))
        )
    whole += _undocumented()
    return FIFTHS | {f"{share:.0%}"[:-1] for share in whole}


def _undocumented() -> list[float]:
    """The share of the cost shown, to the nearest thousand by agency, of whose unit costs no document is on record."""
    released, cost = kit.first().released, {True: 0.0, False: 0.0}
    for agency, name, price in costs().units.select("agency", "dataset", "central").iter_rows():
        text = released.events(name, released.year(name))
        cost[agency in costs().unsourced] += round(int(text) * price, -3) if text.isdigit() else 0
    return [cost[True] / max(1, sum(cost.values()))]


@cache
def ticks() -> set[int]:
    """What the axes of the charts are marked with."""
    found = set()
    for name, content in kit.files().items():
        for one in ElementTree.fromstring(content).iter() if name.endswith(".svg") else ():
            if "role-axis-label" in (one.get("class") or ""):
                found |= {int(text.replace(",", "")) for text in one.itertext() if COUNTED.fullmatch(text)}
    return found


@cache
def money() -> set[int]:
    """Pounds: a released number of units times what one costs, and their totals, to the nearest thousand."""
    made = kit.first()
    year = made.released.year
    texts_of = {
        row["dataset"]: made.released.events(row["dataset"], year(row["dataset"]))
        for row in costs().units.iter_rows(named=True)
        if year(row["dataset"])
    }
    found = {round(price) for point in ("low", "central", "high") for price in costs().units[point]}
    for point in ("low", "central", "high"):
        each = [
            int(texts_of[name]) * price
            for name, price in costs().units.select("dataset", point).iter_rows()
            if texts_of.get(name, "*").isdigit()
        ]
        parts = [int(round(value, -3)) for value in each]
        found |= {*parts, sum(parts)}
    return found


def unexplained(name: str, content: bytes) -> set[str]:
    """Numbers of a file that are no released figure, pounds that are not of one, and shares finer than a twentieth."""
    released = allowed()
    out = set()
    for where, text in texts(name, content):
        for found in COUNTED.findall(DATED.sub(" ", text)):
            if int(found.replace(",", "")) not in released:
                out.add(f"{where}: {found}")
        out |= {f"{where}: £{found}" for found in MONEY.findall(text) if int(found.replace(",", "")) not in money()}
        out |= {f"{where}: {found}%" for found in SHARE.findall(text) if found not in shares()}
    return out


@pytest.mark.parametrize("ending", [".csv", ".txt", ".svg", ".png", ".pdf", ".pptx"])
def test_every_format_holds_released_figures_alone(ending: str) -> None:
    files = {name: content for name, content in kit.files().items() if name.endswith(ending)}
    assert files
    for name, content in files.items():
        assert not unexplained(name, content), name


def test_charts_and_embedded_workbooks_of_the_slides_hold_released_figures_alone() -> None:
    (deck,) = (content for name, content in kit.files().items() if name.endswith(".pptx"))
    assert sum("charts/chart" in where for where, _ in texts("deck", deck)) > 50
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


@pytest.mark.parametrize("planted", [b"7777", "£9,999".encode(), b"99%"])
def test_a_planted_figure_is_found(planted: bytes) -> None:
    (found,) = unexplained("words.txt", b"Shown beside the chart: " + planted)
    assert found.endswith(planted.decode())


def test_a_note_in_a_picture_is_found() -> None:
    (picture, *_) = (content for name, content in kit.files().items() if name.endswith(".png"))
    note = b"Comment\x00seven people"
    chunk = len(note).to_bytes(4, "big") + b"tEXt" + note + bytes(4)
    assert unexplained("chart.png", picture[:33] + chunk + picture[33:])


def test_every_cell_on_a_page_is_in_the_data_file() -> None:
    made = kit.first()
    rows = board_files(made, {})[f"board-paper-{made.board.month}.csv"].decode().splitlines()[1:]
    assert len(rows) >= sum(cell.shown is not None and on_paper(made.board, cell) for cell in made.cells)
    ends = {tuple(row.split(",")) for row in rows}
    for line in (one for one in made.board.lines if one.drawn):
        for when, value in zip(line.months, line.values, strict=True):
            month, measure = str(Month.of(when)), "nights" if line.dataset == "mh_bed_day" else "events"
            if value is not None:
                assert (measure, line.dataset, "everybody", "whole area", month, month, str(value)) in ends


def test_a_bar_that_is_not_shown_is_neither_drawn_nor_read_out_as_nought() -> None:
    bars = Bars(title="Events", caption="", alt="Events by group", categories=("a", "b"), series={"x": (5, None)})
    svg = _bars(bars)
    assert re.findall('aria-label="([^"]*)"', svg) == ["Events by group"]
    drawn, words = re.findall(r'<g class="mark-(?:rect|text) role-mark[^>]*>(.*?)</g>', svg)
    assert drawn.count("<path") == 1 and re.findall(">([^<]+)</text>", words) == ["5", "not shown"]
