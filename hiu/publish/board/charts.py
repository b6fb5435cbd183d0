"""The board paper's charts as SVG and PNG, drawn from the figures shown and from nothing else."""

from collections.abc import Mapping
from datetime import date
from itertools import zip_longest

import polars as pl

from hiu.publish.board.paper import Bars, Board, Line
from hiu.publish.board.variation import COMMON, with_icon
from hiu.publish.charts.design import TEXT, alt
from hiu.publish.charts.reports import to_svg, trend_chart

COLOURS = ("#12436D", "#28A197")
HALF = 420
"""Pixels of a chart that shares the page with another."""


def board_charts(board: Board, breaks: Mapping[str, date]) -> dict[str, str]:
    """SVGs by file name without ending: a trend a data set, and the bars. A chart without figures is left out."""
    out = {f"trend-{line.dataset}": _trend(line, breaks) for line in board.lines if line.drawn}
    return out | {name: _bars(bars) for name, bars in board.bars.items() if bars.any_shown}


def alts(board: Board) -> dict[str, str]:
    """What each chart says, by the same names."""
    return {f"trend-{one.dataset}": one.alt for one in board.lines} | {k: one.alt for k, one in board.bars.items()}


def _trend(line: Line, breaks: Mapping[str, date]) -> str:
    table = pl.DataFrame(
        {"month": line.months, "n": line.values, "flags": line.flags, "colour": line.colours},
        schema={"month": pl.Date, "n": pl.Int64, "flags": pl.String, "colour": pl.String},
    )
    inside = {name: day for name, day in breaks.items() if line.months and line.months[0] <= day <= line.months[-1]}
    title = f"{line.title} a month"
    limits = line.mean, line.lower, line.upper
    text = line.sentence.removeprefix(f"{line.title}: ")
    svg = trend_chart(table, *limits, title, f"{text[0].upper()}{text[1:]}", inside, width=HALF, limits=line.limits)
    return with_icon(svg, line.icon, HALF + 90) if line.icon else svg


def _bars(bars: Bars) -> str:
    """Bars with their figures; where one may not be shown it says so in its place."""
    rows = [
        {
            "what": name,
            "series": series,
            "value": value or 0,
            "shown": value is not None,
            "words": words,
            "about": about,
            "end": max(value or 0, high),
            "low": low,
            "high": high,
        }
        for series, values in bars.series.items()
        for name, value, span in zip_longest(bars.categories, values, bars.ranges)
        for low, high in (span or (0, 0),)
        for words in ("not shown" if value is None else f"{value:,} ({low:,} to {high:,})" if high else f"{value:,}",)
        for about in (f"{name}, {series}: {words}",)
    ]
    order, names = list(bars.categories), list(bars.series)
    base = alt.Chart(alt.Data(values=rows))
    axis = alt.Axis(labelLimit=220, labelFontSize=12)
    y = alt.Y("what:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=axis)
    x = alt.X("value:Q", title=None, axis=alt.Axis(format=",d", tickCount=5, grid=False, labelFontSize=12))
    offset = alt.YOffset("series:N", sort=names)
    key = alt.Legend(orient="top", title=None, labelFontSize=12) if len(names) > 1 else None
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])), legend=key)
    # what is not shown has no bar, and whoever hears or copies the chart is not told that it is nought
    drawn = base.transform_filter(alt.datum.shown).mark_bar(stroke="white")
    shape = drawn.encode(x=x, y=y, yOffset=offset, color=colour, description="about:N")
    text = base.mark_text(align="left", dx=4, color=TEXT, fontSize=12)
    words = text.encode(x="end:Q", y=y, yOffset=offset, text="words:N", description="about:N")
    line = base.transform_filter(alt.datum.high > 0).mark_rule(color=COMMON, strokeWidth=4)
    span = line.encode(x="low:Q", x2="high:Q", y=y, yOffset=offset)
    layers = (shape, span, words) if any(bars.ranges) else (shape, words)
    chart = alt.layer(*layers).properties(width=HALF - 60, height=(20 * len(names) + 12) * len(order))
    return to_svg(chart, bars.title, bars.caption, width=HALF, described=bars.alt)
