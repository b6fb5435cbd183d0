"""The Person sheet: a drop-down of the people shown, and a native chart that follows it by formulas over Monthly."""

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from hiu.model import DATASETS
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries
from hiu.publish.meeting import META, MONTHLY, PERSON, RANKED, SHOWN, Listed
from hiu.publish.stamp import Stamp
from hiu.publish.words.datasets import MARKERS, colours, title_of
from hiu.publish.workbook.sheets import FACE, LINE, NOT_SUPPLIED, TOP, Styles, head_rows

PICK, ID = "$B$5", "$B$6"
FACTS = ("name", "born", "access", "rank", "plausible", "certainty", "label", "risk", "sentence", "last")
_FIRST_FACT = 6
_CHART = _FIRST_FACT + len(FACTS) + 1
_TABLE = _CHART + 24
ROOM, MOST = 1.28, 10
"""Height of the plot over the tallest bar, and the top of the scale that counts of s136 and MHA stand on."""
_PATTERNS = {"ed_attendance": "percent_10", "mh_bed_day": "wide_upward_diagonal"}


def person_sheet(
    book: Any,
    sheet: Any,
    styles: Styles,
    stamp: Stamp,
    people: Sequence[Listed],
    series: Mapping[str, PersonSeries],
    sets: tuple[str, ...],
    last: int,
    left_out: int,
) -> None:
    """Write the sheet with the first person chosen. `last` is the last row of Monthly (from 0)."""
    head_rows(sheet, styles, "One person", stamp, left_out)
    count, first = len(people), people[0]
    own = series[first.person_id]
    sheet.write_string(4, 0, "Choose a person", styles["label"])
    sheet.merge_range(4, 1, 4, 8, "", styles["entry_text"])
    sheet.write_string(4, 1, first.pick, styles["entry_text"])
    sheet.data_validation(4, 1, 4, 1, {"validate": "list", "source": f"={META}!$E$2:$E${count + 1}"})
    sheet.write_string(5, 0, "Person", styles["label"])
    sheet.write_formula(
        5,
        1,
        f"=INDEX({META}!$B$2:$B${count + 1},MATCH({PICK},{META}!$E$2:$E${count + 1},0))",
        styles["text"],
        first.person_id,
    )
    _facts(sheet, styles, first, count)
    title = f"=INDEX({META}!$F$2:$F${count + 1},MATCH({ID},{META}!$B$2:$B${count + 1},0))"
    sheet.write_formula(_CHART - 1, 0, title, styles["label"], own.finding)
    _table(sheet, styles, own, sets, last)
    sheet.insert_chart(
        _CHART,
        0,
        _chart(book, own, sets),
        {"x_scale": 1, "y_scale": 1, "description": alt_text(own), "object_position": 3},
    )
    sheet.set_row(_TABLE, 28)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, len(sets), 13)
    helpers = len(sets) + 1
    sheet.set_column(helpers, helpers + 6, 8, None, {"hidden": True})


def _facts(sheet: Any, styles: Styles, first: Listed, count: int) -> None:
    """What the list says of the person; found by id, so that sorting the list doesn't matter."""
    ids = xl_col_to_name(list(SHOWN).index("person_id"))
    top, end = TOP + 2, TOP + 1 + count
    for row, name in enumerate(FACTS, _FIRST_FACT):
        column = xl_col_to_name(list(SHOWN).index(name))
        formula = (
            f"=INDEX('{RANKED}'!${column}${top}:${column}${end},"
            f"MATCH({ID},'{RANKED}'!${ids}${top}:${ids}${end},0))&\"\""
        )
        sheet.write_string(row, 0, SHOWN[name], styles["label"])
        sheet.merge_range(row, 1, row, 8, "", styles["plain"])
        sheet.write_formula(row, 1, formula, styles["plain"], dict(zip(SHOWN, first.shown, strict=True))[name])
        if name in ("sentence", "last"):
            sheet.set_row(row, 2 * LINE)


def _table(sheet: Any, styles: Styles, own: PersonSeries, sets: tuple[str, ...], last: int) -> None:
    """The chart's figures: a month a row, and in hidden columns what places the marks above the bars."""
    for column, title in enumerate(("Month", *map(title_of, sets))):
        sheet.write_string(_TABLE, column, title, styles["head"])
    stacked = [index for index, name in enumerate(sets) if name not in MARKERS]
    heights = [sum(own.counts[sets[i]][at] or 0 for i in stacked) for at in range(len(own.months))]
    top = max(5, *heights)
    for at, month in enumerate(own.months):
        row = _TABLE + 1 + at
        sheet.write_string(row, 0, month.title, styles["text"])
        _figures(sheet, styles, row, own, at, sets, last)
        _marks(sheet, styles, row, own, at, sets, top, heights[at])


def _figures(
    sheet: Any, styles: Styles, row: int, own: PersonSeries, at: int, sets: tuple[str, ...], last: int
) -> None:
    found = len(sets) + 1
    key = f'MATCH({ID}&"|{own.months[at]}",{MONTHLY}!$A${TOP + 2}:$A${last + 1},0)'
    sheet.write_formula(row, found, f"={key}", styles["hidden"], at + 1)
    for column, name in enumerate(sets, 1):
        n, source = own.counts[name][at], xl_col_to_name(column + 3)
        where = f"{MONTHLY}!${source}${TOP + 2}:${source}${last + 1}"
        formula = f"=INDEX({where},${xl_col_to_name(found)}{row + 1})"
        sheet.write_formula(row, column, formula, styles["number"], NOT_SUPPLIED if n is None else n)


def _marks(
    sheet: Any, styles: Styles, row: int, own: PersonSeries, at: int, sets: tuple[str, ...], top: int, height: int
) -> None:
    """In hidden columns: the height of the stack, the room left above it, and each mark where there is one."""
    base, line, number = len(sets) + 2, row + 1, len(own.months)
    stack = [xl_col_to_name(i) for i, name in enumerate(sets, 1) if name not in MARKERS]
    tall = xl_col_to_name(base)
    highest = f"MAX(5,${tall}${_TABLE + 2}:${tall}${_TABLE + 1 + number})"
    total = "+".join(f"N({letter}{line})" for letter in stack)
    sheet.write_formula(row, base, f"={total}", styles["hidden"], height)
    sheet.write_formula(row, base + 1, f"={highest}*{ROOM}-{tall}{line}", styles["hidden"], top * ROOM - height)
    for place, name in enumerate(MARKERS, base + 2):
        letter, n = xl_col_to_name(sets.index(name) + 1), own.counts[name][at]
        formula = f"=IF(N({letter}{line})>0,{letter}{line},NA())"
        sheet.write_formula(row, place, formula, styles["hidden"], n if n else "#N/A")
    span = f"{xl_col_to_name(1)}{line}:{xl_col_to_name(len(sets))}{line}"
    lacking = any(own.counts[name][at] is None for name in sets)
    formula = f'=IF(COUNTIF({span},"{NOT_SUPPLIED}")>0,{MOST},NA())'
    sheet.write_formula(row, base + 4, formula, styles["hidden"], MOST if lacking else "#N/A")


def _chart(book: Any, own: PersonSeries, sets: tuple[str, ...]) -> Any:
    """Stacked columns, with room above them for the marks, which stand on a scale of their own."""
    first, last = _TABLE + 1, _TABLE + len(own.months)
    months = [PERSON, first, 0, last, 0]
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    palette = colours(tuple(name for name in sets if name not in DATASETS))
    for name, colour in palette.items():
        column = sets.index(name) + 1
        fill: dict[str, Any] = {"fill": {"color": colour}}
        if name in _PATTERNS:
            fill = {"pattern": {"pattern": _PATTERNS[name], "fg_color": "#FFFFFF", "bg_color": colour}}
        chart.add_series(
            {
                "name": [PERSON, _TABLE, column],
                "categories": months,
                "values": [PERSON, first, column, last, column],
                "gap": 22,
                "border": {"color": "#FFFFFF", "width": 0.75},
                **fill,
            }
        )
    room = len(sets) + 3
    chart.add_series(
        {
            "name": "Room",
            "categories": months,
            "values": [PERSON, first, room, last, room],
            "fill": {"none": True},
            "border": {"none": True},
        }
    )
    chart.combine(_above(book, months, sets))
    chart.set_title({"name": [PERSON, _CHART - 1, 0], "name_font": {"name": FACE, "size": 12}, "overlay": False})
    chart.set_x_axis({"num_font": {"name": FACE, "size": 9, "rotation": -45}, "label_position": "low"})
    chart.set_y_axis(
        {
            "name": "Contacts and bed days in the month",
            "num_format": "0",
            "min": 0,
            "name_font": {"name": FACE, "size": 9, "bold": False},
            "num_font": {"name": FACE, "size": 9},
            "major_gridlines": {"visible": True, "line": {"color": "#D8DCDE"}},
        }
    )
    chart.set_legend({"position": "bottom", "font": {"name": FACE, "size": 9}, "delete_series": [len(palette)]})
    chart.set_size({"width": 980, "height": 460})
    chart.show_hidden_data()
    return chart


def _above(book: Any, months: list[Any], sets: tuple[str, ...]) -> Any:
    """Diamonds with their counts above the bars, and a grey band down through a month that lacks something.

    Their scale runs from -4 x MOST to MOST, so that counts stand in the top fifth; it isn't shown.
    """
    first, last, base = _TABLE + 1, months[3], len(sets) + 4
    lines = book.add_chart({"type": "line"})
    grey = {"color": "#B9C0C5"}
    band = {
        "type": "fixed",
        "value": 5 * MOST,
        "direction": "minus",
        "end_style": 0,
        "line": grey | {"width": 15, "transparency": 45},
    }
    lines.add_series(
        {
            "name": "Month with something not supplied",
            "categories": months,
            "line": {"none": True},
            "values": [PERSON, first, base + 2, last, base + 2],
            "y2_axis": True,
            "y_error_bars": band,
            "marker": {"type": "square", "size": 7, "fill": grey, "border": grey},
        }
    )
    for place, name in reversed(list(enumerate(MARKERS))):
        # black inside grey, and labels on either side: both can be read where they meet
        fill, size, side = (("#000000", 6, "left"), ("#A9B0B5", 10, "right"))[place]
        lines.add_series(
            {
                "name": [PERSON, _TABLE, sets.index(name) + 1],
                "categories": months,
                "y2_axis": True,
                "values": [PERSON, first, base + place, last, base + place],
                "line": {"none": True},
                "marker": {"type": "diamond", "size": size, "fill": {"color": fill}, "border": {"color": "#000000"}},
                "data_labels": {
                    "value": True,
                    "position": side,
                    "num_format": "0",
                    "font": {"name": FACE, "size": 9, "bold": True},
                },
            }
        )
    lines.set_y2_axis(
        {
            "min": -4 * MOST,
            "max": MOST,
            "label_position": "none",
            "line": {"none": True},
            "major_tick_mark": "none",
            "major_gridlines": {"visible": False},
        }
    )
    return lines
