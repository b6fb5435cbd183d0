"""A part as a page, as a workbook and as a tagged PDF."""

import io
import re
from dataclasses import replace
from functools import cache

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from hiu.plain import seen
from hiu.publish import pdf
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import Grid
from hiu.publish.pages import render
from hiu.publish.pathway.part import Part
from hiu.publish.words.text import day

SHADES = ("#FFFFFF", "#E7F0F6", "#C6DCEA", "#9CC3DB", "#6BA5C8", "#3D86B3")
"""Of a shaded cell, by its depth; the text stays black, which can be read on each."""
_WIDEST = 60
_NUMBER = re.compile(r"-?(?:\d|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?")


def files(part: Part) -> dict[str, bytes]:
    """Every form of a part, by file name."""
    part = _seen(part)
    made = {"html": page(part), "xlsx": book(part), "pdf": paper(part)}
    return {f"{part.name}-{part.stamp.month}.{kind}": content for kind, content in made.items()}


def _seen(part: Part) -> Part:
    """The part as people see it: without characters that turn the direction of writing, or control anything."""
    grids = tuple(
        Grid(seen(grid.title), grid.columns, tuple(_row(row, part.left(grid)) for row in grid.rows), seen(grid.note))
        for grid in part.grids
    )
    return replace(part, lead=tuple(map(seen, part.lead)), notes=tuple(map(seen, part.notes)), grids=grids)


def _row(row: tuple[str, ...], left: int) -> tuple[str, ...]:
    """A row as people see it: commas between the thousands of its figures, but not of words such as a log's number."""
    return tuple(seen(cell) if at < left else thousands(seen(cell)) for at, cell in enumerate(row))


def page(part: Part) -> bytes:
    """The offline page."""
    return render("pathway.html.j2", part=part, stamp=part.stamp, marking=part.marking).encode("utf-8")


def paper(part: Part) -> bytes:
    """The PDF. Raises HiuError if it can't be set."""
    stamp = part.stamp
    data = {
        "title": part.title,
        "site": stamp.site,
        "marking": part.marking,
        "synthetic": stamp.synthetic,
        "stamp": [stamp.site, stamp.month.title, f"built {day(stamp.built.date())}"],
        "foot": f"Run {stamp.run_id}; settings {stamp.settings_version}",
        "lead": part.lead,
        "notes": part.notes,
        "charts": [{"file": f"chart-{at}.svg", "alt": chart.alt} for at, chart in enumerate(part.charts)],
        "grids": [_grid(part, grid) for grid in part.grids],
        "columns": part.paper_columns,
    }
    pictures = {f"chart-{at}.svg": chart.svg for at, chart in enumerate(part.charts)}
    return pdf.paper("pathway.typ", data, pictures, created=stamp.built)


def _grid(part: Part, grid: Grid) -> dict[str, object]:
    rows = [
        [{"text": cell, "fill": SHADES[part.depth(grid, down, across)]} for across, cell in enumerate(row)]
        for down, row in enumerate(grid.rows)
    ]
    return {"title": grid.title, "columns": grid.columns, "rows": rows, "note": grid.note, "words": part.left(grid)}


def book(part: Part) -> bytes:
    """The workbook: a sheet to read first, and one for each table. Nothing in it is a formula or a link."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as made:
        about = {
            "title": f"{part.title}, {part.stamp.month.title}",
            "comments": part.marking,
            "created": part.stamp.built,
        }
        made.set_properties(about)
        bold, wrapped = made.add_format({"bold": True, "text_wrap": True}), made.add_format({"text_wrap": True})
        first = made.add_worksheet("Read me")
        first.set_column(0, 0, 110)
        lines = [
            part.title,
            part.marking,
            f"{part.stamp.site}, data to {part.stamp.data_text}",
            *part.lead,
            *part.notes,
        ]
        for row, line in enumerate(lines):
            first.write_string(row, 0, line, bold if row < 2 else wrapped)
        for at, grid in enumerate(part.grids, 1):
            _sheet(made, part, grid, at)
    return target.getvalue()


def _sheet(made: Workbook, part: Part, grid: Grid, at: int) -> None:
    sheet = made.add_worksheet(f"{at} {grid.title}"[:31].translate({ord(mark): " " for mark in "[]:*?/\\"}))
    bold = made.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
    style = cache(lambda depth, number: _format(made, SHADES[depth], number))
    sheet.write_string(0, 0, f"{grid.title}. {part.marking}", made.add_format({"bold": True}))
    sheet.write_string(1, 0, grid.note)
    for column, title in enumerate(grid.columns):
        longest = max([len(title), *(len(row[column]) for row in grid.rows)])
        sheet.set_column(column, column, min(longest + 2, _WIDEST))
        sheet.write_string(3, column, title, bold)
    for down, row in enumerate(grid.rows):
        for column, cell in enumerate(row):
            depth, number = part.depth(grid, down, column), _NUMBER.fullmatch(cell)
            if number and column >= part.left(grid):
                sheet.write_number(down + 4, column, float(cell.replace(",", "")), style(depth, _as_written(number)))
            else:
                sheet.write_string(down + 4, column, cell, style(depth, "General"))
    sheet.freeze_panes(4, part.left(grid))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def _as_written(number: re.Match[str]) -> str:
    """The format by which Excel shows a number as the page does: with its decimals, and commas if it has them."""
    decimals = number["decimals"]
    return ("#,##0" if "," in number[0] else "0") + (f".{'0' * len(decimals)}" if decimals else "")


def _format(made: Workbook, colour: str, number: str) -> Format:
    plain: dict[str, object] = {"text_wrap": True, "valign": "top", "num_format": number}
    return made.add_format(plain if colour == SHADES[0] else plain | {"bg_color": colour})
