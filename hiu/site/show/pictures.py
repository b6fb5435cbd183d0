"""Charts of the cohort, drawn when they are shown or saved: Altair takes seconds to load."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

Breaks = Mapping[str, date]
Lines = tuple[float, float, float]


def evaluation(course: pl.DataFrame, calendar: pl.DataFrame, breaks: Breaks, sentence: str) -> str:
    from hiu.publish.charts.reports import evaluation_chart

    return evaluation_chart(course, calendar, breaks, sentence)


def trend(table: pl.DataFrame, lines: Lines, title: str, words: str, breaks: Breaks, line: float | None) -> str:
    from hiu.publish.charts.design import alt
    from hiu.publish.charts.reports import trend_chart

    with alt.utils.schemapi.debug_mode(False):  # the whole chart is checked when it is drawn, not each part before
        return trend_chart(table, *lines, title, words, breaks, line)


def backtest(rules: pl.DataFrame, top: int, half_life: float) -> str:
    from hiu.publish.charts.reports import backtest_chart

    return backtest_chart(rules, top, half_life)


def together(found: pl.DataFrame, sentence: str) -> str:
    from hiu.publish.charts.cohorts import together_chart

    return together_chart(found, sentence)


def flow(found: pl.DataFrame, sentence: str) -> str:
    from hiu.publish.charts.cohorts import flow_chart

    return flow_chart(found, sentence)


def lorenz(curve: pl.DataFrame, sentence: str) -> str:
    from hiu.publish.charts.cohorts import lorenz_chart

    return lorenz_chart(curve, sentence)


def survival(days: pl.Series, again: pl.Series, found: pl.DataFrame, sentence: str) -> str:
    from hiu.publish.charts.cohorts import survival_chart
    from hiu.rank.reports.cohorts import DAYS
    from hiu.rank.reports.cohorts import survival as curve

    return survival_chart(curve(days, again, range(max(DAYS) + 1)), found, sentence)
