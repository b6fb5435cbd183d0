"""Whether another rule would have found the people better, on the site's own past months."""

from __future__ import annotations

from functools import partial

import polars as pl

from hiu.errors import HiuError
from hiu.publish.words.text import count_of
from hiu.rank.reports.backtest import backtest as tried
from hiu.rank.reports.cost import costs
from hiu.site.compact import numbered_common
from hiu.site.show import pictures
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.tables import Tables


def backtest(run: Tables) -> Finding:
    """Each past month ranked by each rule as if it were the latest."""
    try:
        found = tried(**numbered_common(run)[1], costs=costs().central)
    except HiuError as why:
        return Finding("Backtest", [str(why)], {})
    best = found.rules.filter(pl.col("rule") == f"half-life {found.best_half_life:g}").row(0, named=True)
    months = count_of(best["months"], "past month")
    unsure = "Intervals that overlap: no reliable difference."
    one = "Only one month could be tried: no interval, so no reliable difference."
    sentence = (
        f"In use: half-life of {_months(found.half_life)}. Of the half-lives tried on {months}, "
        f"{_months(found.best_half_life)} did best: its first {best['top']} people had "
        f"{best['capture']:.0%} of the next 3 months' points. {one if best['months'] == 1 else unsure}"
    )
    chart = Chart(partial(pictures.backtest, found.rules, run.settings.rank.top, found.half_life), sentence)
    tables = {"rules": found.rules, "certainty": found.certainty}
    return Finding("Backtest: each past month ranked as if it were the latest", [sentence], tables, [chart])


def _months(half_life: float) -> str:
    return f"{half_life:g} month{'' if half_life == 1 else 's'}"
