"""Monthly totals as control charts, and how section 136 stands against its target."""

from __future__ import annotations

from functools import partial

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.model.units import contact_sets, night_sets
from hiu.model.words import many
from hiu.month import Month
from hiu.rank.reports.trend import Target, Trend, target, trend
from hiu.site.show import pictures
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.tables import Tables, checked_dataset

C = pl.col
S136 = "s136"
OF = {"people": "once for each person in it", "logs": "once"}
"""What a month's number is of -> how often an event is in it that several people are in."""
ONE_PERSON = ("ed_attendance",)
"""Contacts that are one person's each: their number is the same either way."""


def trends(
    run: Tables,
    people: list[str] | None,
    who: str,
    dataset: str | None,
    of: str,
    begin: Month,
    fall: float,
    within: int,
) -> Finding:
    """Each data set of everybody or of some people, or the one named."""
    if of not in OF:
        raise UsageError(not_among(f"a trend is not of '{of}'", of, OF))
    if isinstance(fall, bool) or not isinstance(fall, int | float) or not 0 < fall < 1:
        raise UsageError(f"fall={fall!r}: give the share by which it is to fall, over 0 and under 1, such as 0.15")
    coverage, wanted = run._whole("coverage"), checked_dataset(run, dataset)
    names, nights = sorted(coverage["dataset"].unique()), night_sets(coverage)
    if of == "logs" and wanted in nights:
        raise UsageError(f"'{wanted}' counts nights, which have no logs: ask for its trend without 'of'")
    names = [wanted] if wanted else [name for name in names if of == "people" or name not in nights]
    demand = run._whole("monthly_demand", "person_id", "month", "dataset", "n", where=C("dataset").is_in(names))
    tables = {"demand": demand, "coverage": coverage}
    ids = None if people is None else pl.Series(people, dtype=pl.String)
    totals = run._totals() if people is None else None
    if of == "logs":
        tables["records"], totals = _logs(run, ids, totals, names)
    if totals is not None:
        tables["totals"] = totals
    shared = {*contact_sets(coverage)}.difference(ONE_PERSON)
    each = {name: f" (each {OF[of]})" if name in shared else "" for name in names}
    found = [
        trend(name, month=run.month, people=ids, breaks=run.breaks, called=many(name) + each[name], **tables)
        for name in names
    ]
    own = (one for one in found if one.dataset == S136)
    aims = {one.dataset: target(one.table, begin=begin, fall=fall, within=within) for one in own}
    sentences = [one.sentence for one in found] + sorted({line for one in found for line in _breaks(one)})
    none = "No s136 target: needs 6 supplied months before it and one since."
    sentences += [aim.sentence if aim else none for aim in aims.values()]
    left_out = "People who may be shown to nobody are left out, so agencies may have sent more than this."
    sentences += [left_out] if people is None else []
    charts = [_drawn(one, aims.get(one.dataset), run, each[one.dataset]) for one in found if one.table["n"].count() > 1]
    title = f"Demand by month, {who}, each event {OF[of]}"
    return Finding(title, sentences, {one.dataset: one.table for one in found}, charts)


def _logs(
    run: Tables, people: pl.Series | None, totals: pl.DataFrame | None, names: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Events by data set and month, each once; and the totals with those rows that name nobody whose event nobody who
    is named is in."""
    where = C("counted") & C("dataset").is_in(names)
    events = run._whole("timeline", "person_id", "dataset", "source", "event_id", "start", where=where)
    events = events if people is None else events.filter(C("person_id").is_in(people.implode()))
    key = ["dataset", "month"]
    each = events.with_columns(month=C("start").dt.truncate("1mo").dt.date()).unique([*key, "source", "event_id"])
    found = each.group_by(key).agg(n=pl.len().cast(pl.Int64))
    if totals is None:
        return found, None
    unnamed = run._whole("links", "source", "event_id", where=(C("how") == "nobody") & (C("status") == "counted"))
    both = each.join(unnamed.unique(), on=["source", "event_id"]).group_by(key).agg(again=pl.len().cast(pl.Int64))
    whole = totals.join(both, on=key, how="left", maintain_order="left")
    return found, whole.with_columns(nobody=C("nobody") - C("again").fill_null(0)).drop("again")


def _breaks(one: Trend) -> list[str]:
    return [f"Across it: {name}; compare before and after with care." for name in one.breaks]


def _drawn(one: Trend, aim: Target | None, run: Tables, each: str) -> Chart:
    words = one.sentence if aim is None else f"{one.sentence} {aim.sentence}"
    title, line = f"{many(one.dataset)} a month{each}", aim.line if aim else None
    lines = (one.chart.mean, one.chart.lower, one.chart.upper)
    return Chart(partial(pictures.trend, one.table, lines, title, words, run.breaks, line), words)
