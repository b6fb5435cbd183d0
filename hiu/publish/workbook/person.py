"""The Person tab: a drop-down of the people shown, and a native chart that follows it by formulas over Monthly."""

from dataclasses import dataclass

from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook

from hiu.model import DATASETS
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries
from hiu.publish.words.datasets import MARKERS, colours, title_of
from hiu.publish.workbook.book import FACE, LINE, MONTHLY, NOT_SUPPLIED, PERSON, RANKED, TOP, Tab, down, one_of
from hiu.publish.workbook.listing import SHOWN
from hiu.publish.workbook.sheets import SUPPORT, support_in

PICK, ID = "$B$5", "$B$6"
FACTS = ("name", "born", "access", "rank", "plausible", "certainty", "label", "risk", "sentence", "last")
_FIRST_FACT = 6
_CHART = _FIRST_FACT + len(FACTS) + 1
_TABLE = _CHART + 24
ROOM, MOST = 1.28, 10
"""Height of the plot over the tallest bar, and the top of the scale that counts of s136 and MHA stand on."""
_PATTERNS = {"ed_attendance": "percent_10", "mh_bed_day": "wide_upward_diagonal"}

Options = dict[str, object]
"""What xlsxwriter takes for a series, an axis or a font."""


@dataclass(frozen=True, kw_only=True)
class PersonTab(Tab):
    """The tab, whose figures it starts with, and where they stand.

    `last` is the last row of Monthly (from 0). Right of the data sets stands support, and then, hidden, the row of
    Monthly, the height of the stack, the room above it, and a column each for the two marks, for what was not supplied
    and for support.
    """

    own: PersonSeries
    last: int

    @property
    def lookup(self) -> int:
        """The first hidden column: a month's row in Monthly."""
        return len(self.contents.sets) + 2

    def months(self, column: int) -> list[object]:
        """The cells of a column of the chart's table, as a chart refers to them."""
        return [PERSON, _TABLE + 1, column, _TABLE + len(self.own.months), column]


def person_tab(book: Workbook, bare: Tab, last: int) -> None:
    """Write the tab with the first person chosen. `last` is the last row of Monthly (from 0)."""
    sheet, contents, first = bare.sheet, bare.contents, bare.contents.people[0]
    tab = PersonTab(**vars(bare), own=contents.series[first.person_id], last=last)
    people, choices, findings = (contents.choices(column) for column in (1, 4, 5))
    tab.head("One person")
    tab.text(4, 0, "Choose a person", "label")
    sheet.merge_range(4, 1, 4, 8, "", tab.styles["entry_text"])
    tab.text(4, 1, first.pick, "entry_text")
    sheet.data_validation(4, 1, 4, 1, one_of(f"={choices}"))
    tab.text(5, 0, "Person", "label")
    tab.formula(5, 1, f"=INDEX({people},MATCH({PICK},{choices},0))", "text", first.person_id)
    _facts(tab)
    tab.formula(_CHART - 1, 0, f"=INDEX({findings},MATCH({ID},{people},0))", "label", tab.own.finding)
    _table(tab)
    placed = {"x_scale": 1, "y_scale": 1, "description": alt_text(tab.own), "object_position": 3}
    sheet.insert_chart(_CHART, 0, _chart(book, tab), placed)
    sheet.set_row(_TABLE, 28)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, len(contents.sets) + 1, 13)
    sheet.set_column(tab.lookup, tab.lookup + 6, 8, None, {"hidden": True})


def _facts(tab: PersonTab) -> None:
    """What the list says of the person; lookup by id, so that sorting the list doesn't matter."""
    first, sheet = tab.contents.people[0], tab.sheet
    whole = {name: down(at, TOP + 1, TOP + len(tab.contents.people)) for at, name in enumerate(SHOWN)}
    for row, name in enumerate(FACTS, _FIRST_FACT):
        formula = f"=INDEX('{RANKED}'!{whole[name]},MATCH({ID},'{RANKED}'!{whole['person_id']},0))&\"\""
        tab.text(row, 0, SHOWN[name], "label")
        sheet.merge_range(row, 1, row, 8, "", tab.styles["plain"])
        tab.formula(row, 1, formula, "plain", first.cells[name])
        if name in ("sentence", "last"):
            sheet.set_row(row, 2 * LINE)


def _table(tab: PersonTab) -> None:
    """The chart's figures: a month a row, and in hidden columns what places the marks above the bars."""
    sets, counts = tab.contents.sets, tab.own.counts
    tab.texts(_TABLE, ("Month", *map(title_of, sets), SUPPORT), "head")
    stacked = [counts[name] for name in sets if name not in MARKERS]
    heights = [sum(n or 0 for n in cells) for cells in zip(*stacked, strict=True)]
    for at, (month, height) in enumerate(zip(tab.own.months, heights, strict=True)):
        tab.text(_TABLE + 1 + at, 0, month.title, "text")
        _figures(tab, at)
        _marks(tab, at, height, max(5, *heights))


def _figures(tab: PersonTab, at: int) -> None:
    row, lookup = _TABLE + 1 + at, tab.lookup

    def months(column: int) -> str:
        return f"{MONTHLY}!{down(column, TOP + 1, tab.last)}"

    tab.formula(row, lookup, f'=MATCH({ID}&"|{tab.own.months[at]}",{months(0)},0)', "hidden", at + 1)
    place = xl_rowcol_to_cell(row, lookup, col_abs=True)
    for column, name in enumerate(tab.contents.sets, 1):
        n = tab.own.counts[name][at]
        formula = f"=INDEX({months(column + 3)},{place})"
        tab.formula(row, column, formula, "number", NOT_SUPPLIED if n is None else n)
    formula = f'=INDEX({months(len(tab.contents.sets) + 4)},{place})&""'
    tab.formula(row, lookup - 1, formula, "text", support_in(tab.own, tab.own.months[at]))


def _marks(tab: PersonTab, at: int, height: int, top: int) -> None:
    """In hidden columns: the height of the stack, the room left above it, and each mark where there is one."""
    sets, row, base = tab.contents.sets, _TABLE + 1 + at, tab.lookup + 1
    here = {name: xl_rowcol_to_cell(row, column) for column, name in enumerate(sets, 1)}
    total = "+".join(f"N({cell})" for name, cell in here.items() if name not in MARKERS)
    tab.formula(row, base, f"={total}", "hidden", height)
    highest = f"MAX(5,{down(base, _TABLE + 1, _TABLE + len(tab.own.months))})"
    room = f"={highest}*{ROOM}-{xl_rowcol_to_cell(row, base)}"
    tab.formula(row, base + 1, room, "hidden", top * ROOM - height)
    for place, name in enumerate(MARKERS, base + 2):
        formula = f"=IF(N({here[name]})>0,{here[name]},NA())"
        tab.formula(row, place, formula, "hidden", tab.own.counts[name][at] or "#N/A")
    span = f"{here[sets[0]]}:{here[sets[-1]]}"
    lacking = any(tab.own.counts[name][at] is None for name in sets)
    formula = f'=IF(COUNTIF({span},"{NOT_SUPPLIED}")>0,{MOST},NA())'
    tab.formula(row, base + 4, formula, "hidden", MOST if lacking else "#N/A")
    formula = f'=IF({xl_rowcol_to_cell(row, tab.lookup - 1)}<>"",{MOST},NA())'
    tab.formula(row, base + 5, formula, "hidden", MOST if support_in(tab.own, tab.own.months[at]) else "#N/A")


def _chart(book: Workbook, tab: PersonTab) -> Chart:
    """Stacked columns, with room above them for the marks, which stand on a scale of their own."""
    sets, months = tab.contents.sets, tab.months(0)
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    palette = colours(tuple(name for name in sets if name not in DATASETS))
    for name, colour in palette.items():
        column = sets.index(name) + 1
        fill: Options = {"fill": {"color": colour}}
        if name in _PATTERNS:
            fill = {"pattern": {"pattern": _PATTERNS[name], "fg_color": "#FFFFFF", "bg_color": colour}}
        edge = {"gap": 22, "border": {"color": "#FFFFFF", "width": 0.75}}
        named = {"name": [PERSON, _TABLE, column], "categories": months, "values": tab.months(column)}
        chart.add_series({**named, **edge, **fill})
    bare = {"fill": {"none": True}, "border": {"none": True}}
    chart.add_series({"name": "Room", "categories": months, "values": tab.months(tab.lookup + 2), **bare})
    chart.combine(_above(book, tab))
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


def _above(book: Workbook, tab: PersonTab) -> Chart:
    """Diamonds with their counts above the bars, and a grey band down through a month that lacks something, and a
    dashed line where support started or ended.

    Their scale runs from -4 x MOST to MOST, so that counts stand in the top fifth; it isn't shown.
    """
    lines, marks = book.add_chart({"type": "line"}), tab.lookup + 3
    shared = {"categories": tab.months(0), "line": {"none": True}, "y2_axis": True}
    grey = {"color": "#B9C0C5"}
    wide = grey | {"width": 15, "transparency": 45}
    band = {"type": "fixed", "value": 5 * MOST, "direction": "minus", "end_style": 0, "line": wide}
    square = {"type": "square", "size": 7, "fill": grey, "border": grey}
    missing = {"name": "Month with something not supplied", "values": tab.months(marks + 2)}
    lines.add_series({**shared, **missing, "y_error_bars": band, "marker": square})
    dashed = {"color": "#1B1F23", "width": 1.5, "dash_type": "dash"}
    rule = {"type": "fixed", "value": 5 * MOST, "direction": "minus", "end_style": 0, "line": dashed}
    support = {"name": "Support started or ended", "values": tab.months(marks + 3)}
    triangle = {"type": "triangle", "size": 8, "fill": {"color": "#FFFFFF"}, "border": {"color": "#1B1F23"}}
    lines.add_series({**shared, **support, "y_error_bars": rule, "marker": triangle})
    for place, name in reversed(list(enumerate(MARKERS))):
        # black inside grey, and labels on either side: both can be read where they meet
        fill, size, side = (("#000000", 6, "left"), ("#A9B0B5", 10, "right"))[place]
        diamond = {"type": "diamond", "size": size, "fill": {"color": fill}, "border": {"color": "#000000"}}
        font = {"name": FACE, "size": 9, "bold": True}
        labels = {"value": True, "position": side, "num_format": "0", "font": font}
        named = {"name": [PERSON, _TABLE, tab.contents.sets.index(name) + 1], "values": tab.months(marks + place)}
        lines.add_series({**shared, **named, "marker": diamond, "data_labels": labels})
    hidden = {"label_position": "none", "line": {"none": True}, "major_tick_mark": "none"}
    lines.set_y2_axis({"min": -4 * MOST, "max": MOST, **hidden, "major_gridlines": {"visible": False}})
    return lines
