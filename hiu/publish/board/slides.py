"""The board paper as a presentation: native charts that can be edited, tables, and alt text on every picture."""

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData as _Untyped
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.util import Emu, Inches, Length, Pt

from hiu.govern.release.disclosure import BASE
from hiu.month import Month
from hiu.publish.board.paper import MARKING, Bars, Board, Grid, Line
from hiu.publish.board.pdf import TITLE, about
from hiu.publish.board.variation import KEY, Icon
from hiu.publish.words.text import day, join_words

Part = Any
"""A slide, a shape or a part of one: python-pptx gives no usable types for them."""

FACE = "Arial"
_Colour: Part = RGBColor
NAVY, TEAL, GREY, WHITE, PALE, TEXT, FAINT = (
    _Colour(*bytes.fromhex(code)) for code in ("12436D", "28A197", "505A5F", "FFFFFF", "F1F4F6", "1B1F23", "D8DCDE")
)
WIDE, HIGH = Inches(13.333), Inches(7.5)
_LEFT, _TOP, _ROOM = Inches(0.5), Inches(1.15), Inches(12.3)
_ROWS, _LONG = 15, 8
_INVENTED = "Synthetic area: every person behind these figures is invented."
_Data: Part = _Untyped


def board_slides(board: Board) -> bytes:
    """The presentation. Charts are drawn from the Board's own figures: nothing else is in the embedded workbooks."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDE, HIGH
    deck.core_properties.title = f"{TITLE}, {board.month.title}"
    deck.core_properties.author, deck.core_properties.created = board.site, board.built.replace(tzinfo=None)
    lines, title = [*([_INVENTED] if board.synthetic else []), about(board), *board.headline], board.month.title
    for part, after in ((lines[:_LONG], ""), (lines[_LONG:], " (continued)")):
        _bullets(_slide(deck, board, f"Demand and support to {title}{after}"), part, 15)
    _answers(deck, board)
    _section(deck, board, 16, "What this paper asks of you")
    _section(deck, board, 16, "Who is discussed first?")
    drawn = [line for line in board.lines if line.drawn]
    for pair in (drawn[at : at + 2] for at in range(0, len(drawn), 2)):
        _trends(_slide(deck, board, "Demand by month, adults"), pair)
    _tables(deck, board, board.caseload)
    _tables(deck, board, board.change)
    _both(_slide(deck, board, board.demand.title), board.demand_bars, board.demand)
    _both(_slide(deck, board, board.cost.title), board.cost_bars, board.cost)
    _section(deck, board, 15, "How far to trust the figures")
    _section(deck, board, 15, "Harm and complaints", "Actions from the last paper")
    for name in ("recent", "equality", "coverage", "definitions"):
        if name in board.grids:
            _tables(deck, board, board.grids[name])
    for title in ("What is not shown", "How to read this paper"):
        _section(deck, board, 14, title)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _section(deck: Deck, board: Board, size: int, *titles: str) -> None:
    """The sentences of sections, on as many slides as they need."""
    lines = [text for title in titles for text in board.sections[title]]
    title = join_words([titles[0], *(f"{one[0].lower()}{one[1:]}" for one in titles[1:])])
    for at in range(0, len(lines), _ROWS):
        _bullets(_slide(deck, board, title if not at else f"{title} (continued)"), lines[at : at + _ROWS], size)


def _answers(deck: Deck, board: Board) -> None:
    slide = _slide(deck, board, "Did support work?")
    _bullets(slide, board.evaluation, 14, width=_ROOM if board.evaluation_bars is None else Inches(6.4))
    if board.evaluation_bars:
        _bars(slide, board.evaluation_bars, Inches(7.1), Inches(5.7), Inches(4.6))
    lines = [*board.target, *board.unusual, *board.undrawn]
    _bullets(_slide(deck, board, "Section 136 target, unusual months, small numbers"), lines)


def _slide(deck: Deck, board: Board, title: str) -> Part:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    place = slide.shapes.title
    place.left, place.top, place.width, place.height = _LEFT, Inches(0.3), _ROOM, Inches(0.75)
    place.text_frame.text = title
    run = place.text_frame.paragraphs[0]
    run.alignment, run.font.size, run.font.bold = 1, Pt(26), True
    run.font.name, run.font.color.rgb = FACE, NAVY
    foot = slide.shapes.add_textbox(_LEFT, Inches(7.05), _ROOM, Inches(0.35)).text_frame
    foot.text = f"{MARKING}. {board.site}, {board.month.title}; built {day(board.built.date())}; settings " + (
        f"{board.settings_version}; run {board.run_id}"
    )
    _face(foot, 10, GREY)
    return slide


def _bullets(slide: Part, lines: Sequence[str], size: int = 18, *, width: Length = _ROOM) -> None:
    frame = slide.shapes.add_textbox(_LEFT, _TOP, width, Inches(5.7)).text_frame
    frame.word_wrap = True
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text, paragraph.space_after = f"\u2022 {line}", Pt(6)
    _face(frame, size)


def _face(frame: Part, size: float, colour: Part = None) -> None:
    for paragraph in frame.paragraphs:
        font = paragraph.font
        font.size, font.name = Pt(size), FACE
        if colour is not None:
            font.color.rgb = colour


def _trends(slide: Part, lines: Sequence[Line]) -> None:
    _note(slide, KEY, Inches(6.42))
    width = Inches(6.05) if len(lines) > 1 else _ROOM
    for at, line in enumerate(lines):
        left = Emu(_LEFT + at * (width + Inches(0.2)))
        words = slide.shapes.add_textbox(left, Inches(5.75), width, Inches(0.6)).text_frame
        words.word_wrap = True
        words.text = line.sentence
        _face(words, 13)
        data = _Data(number_format="0")
        data.categories = [Month.of(when).title for when in line.months]
        data.add_series(line.title, line.values)
        for place, name in enumerate(("Mean", "Lower limit", "Upper limit")):
            data.add_series(name, [round(limits[place]) for limits in line.limits])
        frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, left, _TOP, width, Inches(4.55), data)
        _described(frame, line.alt)
        _line_style(frame.chart, line)
        if line.icon:
            _sign(slide, line.icon, Emu(left + width - Inches(0.5)))


def _sign(slide: Part, one: Icon, left: Length) -> None:
    """The icon of a chart, with what it says as its alt text."""
    shape = slide.shapes.add_shape(MSO_SHAPE.OVAL, left, _TOP, Inches(0.45), Inches(0.45))
    _fill(shape, _Colour.from_string(one.colour[1:]))
    shape.line.fill.background()
    shape.text_frame.text = one.sign
    _face(shape.text_frame, 12, WHITE)
    shape._element.nvSpPr.cNvPr.set("descr", one.words)


def _line_style(chart: Part, line: Line) -> None:
    _titled(chart, f"{line.title} a month, to the nearest {BASE}")
    _legend(chart)
    skip = chart.category_axis._element.makeelement(qn("c:tickLblSkip"), {"val": str(len(line.months) // 8 + 1)})
    chart.category_axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)
    chart.value_axis.major_gridlines.format.line.color.rgb = FAINT
    chart.value_axis.minimum_scale = 0
    for at, series in enumerate(chart.plots[0].series):
        series.smooth = False
        series.format.line.width = Pt(2 if at == 0 else 1.25)
        series.format.line.color.rgb = NAVY if at == 0 else GREY
        series.marker.style = XL_MARKER_STYLE.CIRCLE if at == 0 else XL_MARKER_STYLE.NONE
        if at > 1:
            series.format.line.dash_style = MSO_LINE.DASH
    own = chart.plots[0].series[0]
    own.marker.size = 5
    _fill(own.marker.format, NAVY)
    for at, flag in enumerate(line.flags):
        if flag and line.values[at] is not None:
            mark = own.points[at].marker
            mark.style, mark.size = XL_MARKER_STYLE.DIAMOND, 10
            _fill(mark.format, _Colour.from_string(line.colours[at][1:]))


def _both(slide: Part, bars: Bars, grid: Grid) -> None:
    if bars.any_shown:
        _bars(slide, bars, _LEFT, Inches(5.0), Inches(4.75))
    left = Inches(5.6) if bars.any_shown else _LEFT
    _table(slide, grid.columns, grid.rows, left, Emu(WIDE - left - Inches(0.4)), 10)
    _note(slide, grid.note, Inches(5.95))


def _bars(slide: Part, bars: Bars, left: Length, width: Length, height: Length) -> None:
    data = _Data(number_format="#,##0")
    data.categories = [_labelled(bars, at) for at in range(len(bars.categories))]
    for name, values in bars.series.items():
        data.add_series(name, values)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, left, _TOP, width, height, data)
    _described(frame, bars.alt)
    chart = frame.chart
    _titled(chart, bars.title)
    chart.has_legend = False
    if len(bars.series) > 1:
        _legend(chart)
    chart.category_axis.reverse_order = True
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = 0
    plot = chart.plots[0]
    plot.gap_width, plot.overlap, plot.has_data_labels = 60, 0, True
    plot.data_labels.font.size, plot.data_labels.number_format_is_linked = Pt(11), True
    for colour, series in zip((NAVY, TEAL), plot.series, strict=False):
        _fill(series.format, colour)


def _labelled(bars: Bars, at: int) -> str:
    """A bar's name, with what is not shown of it: an empty bar would be read as nought."""
    hidden = [name for name, values in bars.series.items() if values[at] is None]
    some = join_words(hidden) + " " if len(hidden) < len(bars.series) else ""
    span = bars.ranges[at] if at < len(bars.ranges) else None
    beside = f" ({some}not shown)" if hidden else f" ({span[0]:,} to {span[1]:,} by chance)" if span else ""
    return f"{bars.categories[at]}{beside}"


def _tables(deck: Deck, board: Board, grid: Grid) -> None:
    most = _ROWS if len(grid.columns) != 3 else _ROWS // 2  # three columns are sentences, which need lines
    for at in range(0, max(1, len(grid.rows)), most):
        slide = _slide(deck, board, grid.title if not at else f"{grid.title} (continued)")
        _table(slide, grid.columns, grid.rows[at : at + most], _LEFT, _ROOM, 11 if len(grid.columns) < 9 else 9)
        _note(slide, grid.note, Inches(6.15))


def _table(
    slide: Part, columns: Sequence[str], rows: Sequence[Sequence[str]], left: Length, width: Length, size: int
) -> None:
    shape = slide.shapes.add_table(len(rows) + 1, len(columns), left, _TOP, width, Inches(0.3 * (len(rows) + 1)))
    _described(shape, f"Table: {', '.join(columns)}; {len(rows)} rows.")
    table = shape.table
    for at, share in enumerate(_shares(columns, rows)):
        table.columns[at].width = Emu(int(width * share))
    for down, row in enumerate((columns, *rows)):
        for across, text in enumerate(row):
            cell = table.cell(down, across)
            frame = cell.text_frame
            frame.text = text
            cell.margin_left = cell.margin_right = Inches(0.05)
            cell.margin_top = cell.margin_bottom = Inches(0.02)
            _fill(cell, NAVY if down == 0 else WHITE if down % 2 else PALE)
            _face(frame, size, WHITE if down == 0 else TEXT)


def _shares(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Each column's share of the width: room for its longest word, so that no number is broken, then for long text."""
    most = 42 if len(columns) < 5 else 22
    shares = []
    for at, title in enumerate(columns):
        cells = [title, *(row[at] for row in rows)]
        word = 2 + max(len(part) for text in cells for part in (text.split() or [""]))
        shares.append(word + max(0, min(most, max(len(text) for text in cells)) - word) / 3)
    return [share / sum(shares) for share in shares]


def _note(slide: Part, text: str, top: Length) -> None:
    if text:
        frame = slide.shapes.add_textbox(_LEFT, top, _ROOM, Inches(0.4)).text_frame
        frame.word_wrap = True
        frame.text = text
        _face(frame, 10, GREY)


def _fill(place: Part, colour: Part) -> None:
    place.fill.solid()
    place.fill.fore_color.rgb = colour


def _legend(chart: Part) -> None:
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False


def _titled(chart: Part, title: str) -> None:
    chart.font.size, chart.font.name = Pt(11), FACE
    chart.has_title = True
    chart.chart_title.text_frame.text = title
    _face(chart.chart_title.text_frame, 14)


def _described(frame: Part, text: str) -> None:
    """Alt text of a chart or a table."""
    frame._element.nvGraphicFramePr.cNvPr.set("descr", text)
