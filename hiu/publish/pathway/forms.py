"""A part as a page, as a workbook and as a tagged PDF."""

import io
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hiu.month import NAMES
from hiu.plain import seen
from hiu.publish import pdf
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import Grid
from hiu.publish.pages import render
from hiu.publish.pathway.part import Part
from hiu.publish.words.text import day, wrap
from hiu.publish.workbook.book import FACE, tall

SHADES = ("#FFFFFF", "#E7F0F6", "#C6DCEA", "#9CC3DB", "#6BA5C8", "#3D86B3")
"""Of a shaded cell, by its depth; the text stays black, which can be read on each."""
_WIDEST, _NARROW, _PAGE, _TABLE = 45, 18, 130, 190
"""Widths, in characters: of the widest column, of one that is made narrow, of a line of text, and of a table."""
_LONGEST = 31
_NUMBER = re.compile(r"(?P<digits>-?(?:\d|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?)(?P<per_cent>%?)")
_DAY = re.compile(rf"(?P<day>\d\d?) (?P<month>{'|'.join(NAMES)}) (?P<year>(?:19|20)\d\d)(?: (?P<clock>\d\d:\d\d))?")
_HOURS = re.compile(r"(\d+|[1-9]\d{0,2}(?:,\d{3})+) h (\d\d)")
_HEAD: dict[str, object] = {"bold": True, "bottom": 1}
Style = Callable[..., Format]


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
    return {
        "title": grid.title,
        "columns": grid.columns,
        "rows": rows,
        "note": grid.note,
        "words": part.left(grid),
        "figures": [part.figures(grid, column) for column in range(len(grid.columns))],
        "widths": _widths(grid),
    }


def book(part: Part) -> bytes:
    """The workbook: a sheet to read first, and one for each table. Nothing in it is a formula or a link."""
    target = io.BytesIO()
    options = {"in_memory": True, "default_format_properties": {"font_name": FACE, "font_size": 10}}
    with xlsxwriter.Workbook(target, options) as made:
        about = {
            "title": f"{part.title}, {part.stamp.month.title}",
            "comments": part.marking,
            "created": part.stamp.built,
        }
        made.set_properties(about)
        style = cache(lambda **more: made.add_format({"valign": "top"} | more))
        first = _printed(made.add_worksheet("Read me"), part)
        lines = (part.marking, f"{part.stamp.site}, data to {part.stamp.data_text}", *part.lead, *part.notes)
        first.set_column(0, 0, _PAGE)
        first.write_string(0, 0, part.title, style(bold=True, font_size=14))
        for row, line in enumerate(lines, 1):
            first.write_string(row, 0, line, style(bold=row == 1, text_wrap=True))
            first.set_row(row, tall(line, _PAGE))
        for at, grid in enumerate(part.grids, 1):
            _sheet(made.add_worksheet(_sheet_name(at, grid.title)), part, grid, style)
    return target.getvalue()


def _sheet(sheet: Worksheet, part: Part, grid: Grid, style: Style) -> None:
    note = wrap(grid.note, _PAGE * 7.4, 13.4, lines=40) if grid.note else []
    _printed(sheet, part).write_string(0, 0, grid.title, style(bold=True, font_size=14))
    for at, line in enumerate((part.marking, *note), 1):
        sheet.write_string(at, 0, line, style(bold=at == 1))
    if not grid.rows:
        return
    top, left = len(note) + 3, part.left(grid)
    widths = _widths(grid)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for down, row in enumerate((grid.columns, *grid.rows)):
        sheet.set_row(top + down, max(map(tall, row, widths)))
        for column, cell in enumerate(row):
            look: dict[str, object] = {"text_wrap": True, "align": "right" if part.figures(grid, column) else "left"}
            depth = part.depth(grid, down - 1, column) if down else 0
            look |= {"bg_color": SHADES[depth]} if depth else {}
            value, shown = _as_written(cell, words=column < left) if down else (cell, "")
            if isinstance(value, str):
                sheet.write_string(top + down, column, value, style(**look, **({} if down else _HEAD)))
            elif isinstance(value, datetime):
                sheet.write_datetime(top + down, column, value, style(**look, num_format=shown))
            else:
                sheet.write_number(top + down, column, value, style(**look, num_format=shown))
    if left == len(grid.columns):
        sheet.autofilter(top, 0, top + len(grid.rows), left - 1)
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(0, top)


def _printed(sheet: Worksheet, part: Part) -> Worksheet:
    """A sheet that prints on A4, as wide as a page, with the marking above and the number of the page below."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C{part.marking.replace('&', '&&')}")
    sheet.set_footer(f"&L{part.stamp.month.title}, run {part.stamp.run_id}&RPage &P of &N")
    return sheet


def _as_written(cell: str, *, words: bool) -> tuple[str | float | datetime, str]:
    """What Excel holds of a cell, and the format by which it shows it as the page does: days, times and hours as
    such, and figures with their commas, decimals and per cents. A long number among `words`, as of a log, stays text.
    """
    if day := _DAY.fullmatch(cell):
        clock = day["clock"] or "00:00"
        with suppress(ValueError):
            when = f"{day['year']}-{NAMES.index(day['month']) + 1:02}-{int(day['day']):02}T{clock}"
            return datetime.fromisoformat(when), "d mmm yyyy hh:mm" if day["clock"] else "d mmm yyyy"
    if hours := _HOURS.fullmatch(cell):
        return (int(hours[1].replace(",", "")) * 60 + int(hours[2])) / 1440, '[h]" h "mm'
    number = _NUMBER.fullmatch(cell)
    if not number or (words and len(cell) > 3):
        return cell, "General"
    decimals = f".{'0' * len(number['decimals'])}" if number["decimals"] else ""
    value = float(number["digits"].replace(",", "")) / (100 if number["per_cent"] else 1)
    return value, ("#,##0" if "," in cell else "0") + decimals + number["per_cent"]


def _widths(grid: Grid) -> list[float]:
    """Of each column, in characters: room for its longest cell and for its title in three lines. Where they are more
    than a page, each has what a name needs, and the rest goes to those with more to say."""
    cells = [[len(row[column]) for row in grid.rows] for column in range(len(grid.columns))]
    titles = [max(*map(len, title.split()), len(title) / 3, 0) for title in grid.columns]
    longest = [max(title, *lengths, 0) + 4 for title, lengths in zip(titles, cells, strict=True)]
    least = [min(one, _NARROW) for one in longest]
    more, spare = sum(longest) - sum(least), max(0, _TABLE - sum(least))
    shared = [few + spare * (one - few) / max(more, 1) for one, few in zip(longest, least, strict=True)]
    return [min(one, _WIDEST) for one in longest] if sum(min(one, _WIDEST) for one in longest) <= _TABLE else shared


def _sheet_name(at: int, title: str) -> str:
    """The name of a sheet: Excel takes 31 characters, without some marks; it ends with a whole word."""
    name = f"{at} {title}".translate({ord(mark): " " for mark in "[]:*?/\\"})
    return name if len(name) <= _LONGEST else name[: _LONGEST + 1].rsplit(" ", 1)[0].rstrip(" ,")[:_LONGEST]
