"""XmR charts of a part's headlines, of the months that can be shown; the others are gaps."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl

from hiu.month import Month
from hiu.publish.charts.reports import trend_chart
from hiu.publish.pathway.part import Chart
from hiu.publish.words.text import number
from hiu.rank.reports.xmr import RUN, xmr
from pipelines.pathway.shown import Shown

Breaks = Mapping[str, date]
WIDTH = 460


@dataclass(frozen=True)
class Headline:
    """A figure of each month: its title, its value as it may be shown (None = a gap), and whether it counts things
    rather than being a share or minutes."""

    title: str
    value: Callable[[Month], float | None]
    counts: bool = False


def trends(
    lines: Sequence[Headline], supplied: Sequence[Month], month: Month, breaks: Breaks, shown: Shown
) -> Iterator[Chart]:
    """A chart of each headline of which RUN months at least can be shown, as they were first; fewer make no limits."""
    if not supplied:
        return
    months, there = supplied[0].through(month), set(supplied)
    for line in lines:
        values = [
            shown.figure(one, f"line: {line.title}", partial(line.value, one)) if one in there else None
            for one in months
        ]
        if sum(value is not None for value in values) >= RUN:
            yield _chart(line, months, values, breaks)


def _chart(line: Headline, months: Sequence[Month], values: Sequence[float | None], breaks: Breaks) -> Chart:
    found, title = xmr(values, counts=line.counts), line.title
    flags = ["|".join(rules) for rules in found.flags]
    schema = {"month": pl.Date, "n": pl.Float64, "flags": pl.String}
    table = pl.DataFrame([[one.start for one in months], values, flags], schema=schema)
    last = values[-1]
    state = "not shown" if last is None else f"{number(last)}, {', '.join(found.latest) or 'usual variation'}"
    sentence = f"{months[-1].title}: {state}. Mean {number(found.mean)}."
    lines = (found.mean, found.lower, found.upper)
    svg = trend_chart(table, *lines, title, sentence, breaks, width=WIDTH)
    return Chart(svg=svg, alt=f"{title}, month by month. {sentence}")
