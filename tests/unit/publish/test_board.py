"""The board paper: nobody in any byte of it, nothing small in any figure, and nothing to be worked out."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date

import board_kit as kit
import numpy as np
import polars as pl
import publish_frames as frames
import pytest
from pdf_boxes import faults as pdf_faults
from pdf_text import text_of
from pptx import Presentation
from pypdf import PageObject, PdfReader
from scipy.optimize import linprog

from hiu.errors import HiuError
from hiu.govern.release.cells import EVERYBODY, Cell, first_text
from hiu.govern.release.disclosure import HIDDEN
from hiu.model import DATASETS
from hiu.month import Month
from hiu.plain import inert
from hiu.publish.board import figures
from hiu.publish.board.data import printed
from hiu.publish.board.paper import ALLOWED, Bars, Board, Grid, aggregate, sound
from hiu.publish.board.slides import _labelled
from hiu.publish.board.variation import CHANGED, CONCERN, KEY, USUAL
from hiu.rank.reports.cost import costs

COUNTED = ("demand", "recent")


def whole(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Every text of a file: bytes as they are, and what is packed in them, workbooks within a presentation too."""
    yield name, content.decode("utf-8", errors="replace")
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield from whole(f"{name}/{part}", archive.read(part))
    if content.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(content))
        yield f"{name} text", "\n".join(page.extract_text() for page in reader.pages)
        yield f"{name} about", str(reader.metadata)


def test_no_name_number_id_or_team_is_in_any_byte_of_any_file() -> None:
    people = kit.tables()["ranked"]["person_id"].to_list()
    planted = [*kit.PLANTED, kit.NHS, "999 000 1112", kit.POSTCODE, "ZQ79XY", kit.TEAM, "Kumquat", "HIU-", *people]
    seen = [part for name, content in kit.files().items() for part in whole(name, content)]
    assert len(kit.files()) >= 10 and any("embeddings" in name for name, _ in seen)
    for name, text in seen:
        found = [word for word in planted if word in text]
        assert not found, (name, len(found))


def test_a_planted_id_would_be_found() -> None:
    board = kit.paper()
    for text in ("HIU-AAAA2222", "999 000 1112", "BS1 4ND", "PAAAA-AAAABBBBCCCCDDDD"):
        bad = Board(**{**vars(board), "headline": (text,)})
        with pytest.raises(HiuError, match="looks like"):
            sound(bad)


def test_a_table_with_people_cannot_come_in() -> None:
    for name, columns in ALLOWED.items():
        frame = pl.DataFrame({column: ["x"] for column in columns})
        assert aggregate(name, frame).columns == list(columns)
        for extra in ("person_id", "name_text", "n2"):
            with pytest.raises(HiuError, match="don't belong"):
                aggregate(name, frame.with_columns(pl.lit("x").alias(extra)))
    for exact in ("3", "41", "5", "41.0", "about 40"):
        with pytest.raises(HiuError, match="has not decided"):
            figures.line("s136", [(frames.LAST.start, exact)], [])
        with pytest.raises(HiuError, match="has not decided"):
            figures.demand({("s136", "supported"): exact}, {}, ["s136"], {}, {})
        with pytest.raises(HiuError, match="has not decided"):
            figures.cost({"s136": exact}, costs().units, {})
    for _, value in vars(kit.paper()).items():
        assert not isinstance(value, pl.DataFrame | pl.Series)


def test_every_figure_is_hidden_zero_or_a_multiple_of_five() -> None:
    board = kit.paper()
    cells = [cell for name in COUNTED for row in getattr(board, name).rows for cell in row[1:]]
    numbers = [int(cell.replace(",", "")) for cell in cells if re.fullmatch(r"[\d,]+", cell)]
    numbers += [value for line in board.lines for value in line.values if value is not None]
    numbers += [
        int(cell.replace(",", "")) for row in board.cost.rows for cell in row[2:3] if cell.replace(",", "").isdigit()
    ]
    assert len(numbers) > 60 and all(value == 0 or (value >= 10 and value % 5 == 0) for value in numbers)
    assert HIDDEN in cells
    said = re.findall(
        r"(?:[Aa]bout|usually) ([\d,]+)(?![\d%])", " ".join([*board.headline, *board.evaluation, *board.target])
    )
    assert all(int(text.replace(",", "")) % 5 == 0 for text in said)


def test_one_hidden_cell_is_never_alone_in_its_row() -> None:
    for row in kit.paper().demand.rows:
        parts = row[1:4]
        assert parts.count(HIDDEN) != 1 or "0" in parts, row


def test_dominance_and_small_numbers_are_hidden() -> None:
    def events(n: int, people: int, most: int) -> str | None:
        about = {"measure": "events", "dataset": "police_incident", "group": "supported", "months": ("2026-03",)}
        return first_text(Cell(**about, value=n, people=people, most=most)).shown  # type: ignore[arg-type]

    assert events(40, 12, 10) == "40" and events(0, 0, 0) == "0"
    assert events(40, 7, 10) == HIDDEN and events(40, 12, 21) == HIDDEN and events(7, 7, 1) == HIDDEN
    assert events(40, 12, 20) == "40"


def test_the_cost_of_a_hidden_agency_cannot_be_had_from_the_total() -> None:
    units = costs().units
    grid, bars = figures.cost({"police_incident": "100", "s136": HIDDEN, "ed_attendance": "200"}, units, {})
    hidden = next(row for row in grid.rows if row[1] == "Section 136 detentions")
    assert hidden[2:6] == (HIDDEN,) * 4 and None in bars.series["Central, pounds"]
    cells = [row[2:6] for row in grid.rows if row[1] in ("Police incidents", "ED attendances")]
    for at, cell in enumerate(grid.rows[-1][3:6], 1):
        assert _pounds(cell) == sum(_pounds(row[at]) for row in cells), "the printed costs add up to the printed total"
    assert "without Section 136 detentions, which can't be shown" in grid.note


def _pounds(cell: str) -> int:
    return int(cell.removeprefix("£").replace(",", ""))


def test_two_months_papers_and_yearly_totals_dont_give_back_a_hidden_month() -> None:
    """Everything both papers say of a data set, as limits on its months: no hidden month is narrowed to one value."""
    papers = {month: kit.paper(month) for month in (frames.LAST - 1, frames.LAST)}
    tried = 0
    for at, dataset in enumerate(line.dataset for line in kit.paper().lines):
        months = kit.paper().lines[at].months
        low, high = np.zeros(len(months)), np.full(len(months), 400.0)
        rows, limits = [], []
        for paper in papers.values():
            line = paper.lines[at]
            for i, (value, gap) in enumerate(zip(line.values, line.gaps, strict=True)):
                if gap == HIDDEN:
                    low[i] = max(low[i], 1)
                elif value is not None:
                    low[i], high[i] = max(low[i], value - 2), min(high[i], value + 2)
            for text, last in re.findall(r"about ([\d,]+) in the 12 months to (\w{3} \d{4})", line.sentence):
                end = next(i for i, when in enumerate(months) if f"{when:%b %Y}" == last)
                total, span = int(text.replace(",", "")), np.zeros(len(months))
                span[end - 11 : end + 1] = 1
                rows += [span, -span]
                limits += [total + 2, -(total - 2)]
        for i in range(len(months)):
            if kit.paper().lines[at].gaps[i] != HIDDEN:
                continue
            aim = np.eye(len(months))[i]
            ends = [
                linprog(
                    sign * aim,
                    A_ub=np.array(rows) if rows else None,
                    b_ub=limits or None,
                    bounds=list(zip(low, high, strict=True)),
                )
                for sign in (1, -1)
            ]
            assert all(end.success for end in ends), dataset
            assert -ends[1].fun - ends[0].fun >= 4, (dataset, i)
            tried += 1
    assert tried > 20


def test_the_figures_are_those_of_the_tables() -> None:
    board, demand = kit.paper(), kit.tables()["monthly_demand"]
    line = next(line for line in board.lines if line.dataset == "ed_attendance")
    true = int(demand.filter(pl.col("dataset") == "ed_attendance", pl.col("month") == frames.LAST.start)["n"].sum())
    assert line.values[-1] is not None and abs(line.values[-1] - true) <= 2 and line.drawn
    assert not next(line for line in board.lines if line.dataset == "s136").drawn
    year = demand.filter(pl.col("dataset") == "ed_attendance", pl.col("month") > (frames.LAST - 12).start)["n"].sum()
    row = next(row for row in board.demand.rows if row[0] == "ED attendances")
    assert abs(int(row[3].replace(",", "")) - int(year)) <= 2


def test_a_month_not_supplied_is_said_never_zero() -> None:
    tables = dict(kit.tables())
    gone = (pl.col("dataset") == "ed_attendance") & (pl.col("month") == (frames.LAST - 2).start)
    tables["coverage"] = tables["coverage"].with_columns(
        supplied=pl.when(gone).then(False).otherwise(pl.col("supplied"))
    )
    board = kit.made(tables)
    line = next(line for line in board.lines if line.dataset == "ed_attendance")
    assert line.values[-3] is None and line.gaps[-3] == "not supplied"
    rows = [row for row in printed(board) if row["dataset"] == "ed_attendance"]
    assert [(row["from"], row["shown"]) for row in rows] == [("2026-01", "not supplied")]
    assert board.recent.rows[-3][3] == "not supplied" and board.coverage.rows[2][-3] == "no"
    assert next(row for row in board.demand.rows if row[0] == "ED attendances")[5] == "without Jan 2026, not supplied"


def test_the_paper_has_every_part_and_lists_what_it_left_out() -> None:
    content = kit.files()["board-paper-2026-03.pdf"]
    text = text_of(content)
    for part in (
        "In short",
        "Did support work?",
        "Section 136 target",
        "Demand by month",
        "Demand by agency",
        "Indicative cost",
        "Equality",
        "Definitions and sources",
        "What is not shown",
        "Nobody is named",
        "not cash-releasing",
        "to the nearest 5",
    ):
        assert part in text, part
    assert any(line.split(":")[0] in text for line in kit.paper().suppressed)
    catalogue = PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"] and catalogue["/Lang"].startswith("en")  # type: ignore[index, union-attr]


def test_the_slides_have_native_charts_with_words_for_them() -> None:
    deck = Presentation(io.BytesIO(kit.files()["board-paper-2026-03.pptx"]))
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    charts = [shape for shape in shapes if shape.has_chart]
    assert len(charts) >= 5 and all(shape._element.nvGraphicFramePr.cNvPr.get("descr") for shape in charts)
    assert sum(shape.has_table for shape in shapes) >= 5
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)
    for shape in shapes:
        assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width


def test_pictures_have_words_and_few_colours() -> None:
    files = kit.files()
    svgs = [content.decode() for name, content in files.items() if name.endswith(".svg")]
    assert len(svgs) >= 5 and all('role="img"' in svg and "aria-label=" in svg for svg in svgs)
    words = files["charts/alt-text.txt"].decode()
    assert all(name.split("/")[1][:-4] in words for name in files if name.endswith(".png"))


def test_a_few_supported_people_are_never_counted_out() -> None:
    tables = dict(kit.tables())
    tables["ranked"] = tables["ranked"].with_columns(
        access=pl.when(pl.col("rank") <= 3).then(pl.lit("supported")).otherwise(pl.lit("candidate"))
    )
    tables["support"] = tables["support"].head(3)
    board = kit.made(tables)
    assert "fewer than 8 (or so few that it would show) adults were being supported" in board.headline[3]
    assert all(row[1] in (HIDDEN, "0") for row in board.demand.rows)
    assert "No answer can be given" in board.evaluation[0] and board.evaluation_bars is None


def test_grids_are_text() -> None:
    for value in vars(kit.paper()).values():
        if isinstance(value, Grid):
            assert all(isinstance(cell, str) for row in value.rows for cell in row)


def test_a_bar_that_is_not_shown_says_so_on_the_slides_too() -> None:
    two = Bars(
        title="t",
        categories=("Police", "ED", "Beds"),
        series={"A": (5, None, None), "B": (5, 10, None)},
        alt="",
        caption="",
    )
    assert [_labelled(two, at) for at in range(3)] == ["Police", "ED (A not shown)", "Beds (not shown)"]


def test_a_month_without_the_numbers_of_some_people_makes_every_total_with_it_a_least() -> None:
    rows = [(frames.LAST.start, "s136", True, False), ((frames.LAST - 1).start, "s136", True, True)]
    feeds = pl.DataFrame(rows, schema=list(ALLOWED["coverage"]), orient="row")
    grid = figures.coverage(feeds, ["s136"], frames.LAST)
    assert grid.rows[0][-2:] == ("yes", "in part") and "read any total with the month as 'at least'" in grid.note
    assert "in part" not in figures.coverage(feeds.with_columns(whole=pl.lit(True)), ["s136"], frames.LAST).note
    grid, _ = figures.demand({}, {}, ["s136", "police_incident"], {}, {"s136": 1})
    assert [row[-1] for row in grid.rows] == [
        "every month supplied; at least: 1 month without the numbers of some people",
        "every month supplied",
    ]


def test_limits_start_anew_at_a_policy_break_and_the_icon_says_what_the_latest_month_is() -> None:
    months = [(Month(2024, 1) + at).start for at in range(24)]
    series = [(when, str(100 if at < 12 else 40)) for at, when in enumerate(months)]
    whole = figures.line("police_incident", series, [])
    assert len(set(whole.limits)) == 1 and whole.icon and whole.icon.sign == "L" and "improvement" in whole.icon.words
    split = figures.line("police_incident", series, [], [date(2024, 12, 20)])
    assert [split.limits[at][0] for at in (11, 12)] == [100.0, 40.0] and split.mean == 40
    assert split.icon == USUAL and not any(split.flags)
    late = figures.line("police_incident", series, [], [date(2025, 9, 1)])
    assert late.limits == whole.limits, "fewer than 7 months after a break make no limits"
    rising = [(when, str(10 if at < 23 else 400)) for at, when in enumerate(months)]
    signs = {name: figures.line(name, rising, []).icon for name in ("s136", "mh_bed_day")}
    assert [one.colour for one in signs.values() if one] == [CONCERN, CHANGED]


def test_an_icon_stands_on_each_chart_of_the_pictures_and_of_the_slides() -> None:
    drawn = [line for line in kit.paper().lines if line.drawn and line.icon]
    assert drawn
    files = kit.files()
    for line in drawn:
        assert line.icon and f'fill="{line.icon.colour}"' in files[f"charts/trend-{line.dataset}.svg"].decode()
    deck = Presentation(io.BytesIO(files[f"board-paper-{frames.LAST}.pptx"]))
    said = [
        shape._element.nvSpPr.cNvPr.get("descr")
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame and shape.text_frame.text in ("H", "L", USUAL.sign)
    ]
    assert said == [line.icon.words for line in drawn if line.icon]


def test_tables_are_the_same_in_the_pdf_the_slides_and_the_data_file() -> None:
    files, paper = kit.files(), kit.paper()
    name = f"board-paper-{frames.LAST}"
    pages = text_of(files[f"{name}.pdf"])
    deck = Presentation(io.BytesIO(files[f"{name}.pptx"]))
    slides = [
        tuple(cell.text for cell in row.cells)
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
    ]
    for grid in paper.grids.values():
        for row in grid.rows:
            assert row in slides, (grid.title, row)
            assert all(" ".join(cell.split()) in pages for cell in row if cell.replace(",", "").isdigit()), row
    rows = csv.DictReader(io.StringIO(files[f"{name}.csv"].decode("utf-8")))
    sent = {
        (row["dataset"], row["group"], row["from"], row["to"]): row["shown"]
        for row in rows
        if row["measure"] != "people"
    }
    tried = 0
    for when, *cells in paper.recent.rows:
        month = next(str(one) for one in (frames.LAST - 11).through(frames.LAST) if one.title == when)
        for dataset, text in zip(DATASETS, cells, strict=True):
            if text.replace(",", "").isdigit():
                assert sent[dataset, EVERYBODY, month, month] == text.replace(",", ""), (dataset, month)
                tried += 1
    assert tried > 20


def test_every_cell_and_sentence_is_in_the_data_file() -> None:
    rows = list(csv.DictReader(io.StringIO(kit.files()[f"board-paper-{frames.LAST}.csv"].decode())))
    shown, paper = {row["shown"] for row in rows}, kit.paper()
    for name, grid in paper.grids.items():
        assert name == "definitions" or {inert(cell) for row in grid.rows for cell in row[2:]} <= shown, name
    assert {text for texts in paper.sections.values() for text in texts} <= shown
    assert {row["measure"] for row in rows} >= {"events", "people", "sentence", "note", paper.cost.title}


def test_the_slides_have_the_key_to_icons_and_diamonds_and_every_sentence() -> None:
    deck = Presentation(io.BytesIO(kit.files()[f"board-paper-{frames.LAST}.pptx"]))
    texts = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert KEY in texts
    whole = "\n".join(texts)
    assert all(text in whole for lines in kit.paper().sections.values() for text in lines)


def test_what_nobody_recorded_or_filled_in_is_said() -> None:
    paper = kit.paper()
    assert paper.asks[-1].startswith(
        "Owner: still to be filled in. Questions to: still to be filled in. Made by: still"
    )
    assert any("The service itself: not in this paper." in text for text in paper.headline)
    assert "For decision by (date still to be filled in):" in paper.asks
    assert all("in the system that makes this paper" in text for text in (*paper.harm, *paper.actions))
    assert any("Ethnic group and deprivation: no agency supplied" in text for text in paper.fairness)
    assert any("equality check" in text for text in paper.asks) and paper.basis.endswith("none is in force.")


def test_no_page_of_the_paper_but_the_last_is_half_empty() -> None:
    def lowest(page: PageObject) -> float:
        found: list[float] = []

        def visit(text: str, page: list[float], line: list[float], *_: object) -> None:
            if text.strip() and (height := line[5] * page[3] + page[5]) > FOOT:
                found.append(height)

        page.extract_text(visitor_text=visit)
        return min(found) / float(page.mediabox.height)

    assert pdf_faults(kit.files()[f"board-paper-{frames.LAST}.pdf"]) == []
    *before, _ = PdfReader(io.BytesIO(kit.files()[f"board-paper-{frames.LAST}.pdf"])).pages
    assert before and all(lowest(page) < 0.4 for page in before), list(map(lowest, before))


FOOT = 40
"""Points from the lower edge below which the foot of a page stands."""
