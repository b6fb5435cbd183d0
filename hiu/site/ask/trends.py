"""Monthly totals as control charts, and how section 136 stands against its target."""

from __future__ import annotations

from datetime import date
from functools import partial

import polars as pl

from hiu.model.words import many
from hiu.month import Month
from hiu.rank.reports.trend import Target, Trend, target, trend
from hiu.site.show import pictures
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.tables import Tables, checked_dataset

S136 = "s136"


def trends(
    run: Tables,
    people: list[str] | None,
    who: str,
    dataset: str | None,
    target_from: str | date | int | Month | None,
    fall: float,
    within: int,
) -> Finding:
    """Each data set of everybody or of some people, or the one named."""
    names, wanted = sorted(run._table("coverage")["dataset"].unique()), checked_dataset(run, dataset)
    tables = {"demand": run._whole("monthly_demand"), "coverage": run._whole("coverage")}
    if people is None and (totals := run._totals()) is not None:
        tables["totals"] = totals
    ids = None if people is None else pl.Series(people, dtype=pl.String)
    found = [
        trend(name, month=run.month, people=ids, breaks=run.breaks, **tables)
        for name in ([wanted] if wanted else names)
    ]
    begin = Month.read(target_from) if target_from is not None else run.month - (within - 1)
    aims = {
        one.dataset: target(one.table, begin=begin, fall=fall, within=within) for one in found if one.dataset == S136
    }
    sentences = [one.sentence for one in found] + sorted({line for one in found for line in _breaks(one)})
    none = "No s136 target: needs 6 supplied months before it and one since."
    sentences += [aim.sentence if aim else none for aim in aims.values()]
    charts = [_drawn(one, aims.get(one.dataset), run) for one in found if one.table["n"].count() > 1]
    return Finding(f"Demand by month, {who}", sentences, {one.dataset: one.table for one in found}, charts)


def _breaks(one: Trend) -> list[str]:
    return [f"Across it: {name}; compare before and after with care." for name in one.breaks]


def _drawn(one: Trend, aim: Target | None, run: Tables) -> Chart:
    words = one.sentence if aim is None else f"{one.sentence} {aim.sentence}"
    title, line = f"{many(one.dataset)} a month", aim.line if aim else None
    lines = (one.chart.mean, one.chart.lower, one.chart.upper)
    return Chart(partial(pictures.trend, one.table, lines, title, words, run.breaks, line), words)
