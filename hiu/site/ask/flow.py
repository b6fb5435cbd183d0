"""Who came into the first N and who left, by the lists as they were published."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl

from hiu.month import Month
from hiu.rank.listing.population import population
from hiu.rank.reports.cohorts import flow as flows
from hiu.site.ask.lacking import lacking
from hiu.site.compact import common
from hiu.site.first import checked_top, first_of, shown_places
from hiu.site.ids import followed, ids_and_merges
from hiu.site.show import pictures
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables, checked_months

ALL = 10**9
"""More than any list has."""


def flow(run: Tables, months: int, top: int | str | None, shared: Callable[[pl.DataFrame], pl.DataFrame]) -> Finding:
    """The first N, or all, of each month beside those of the month before; `shared` makes what may leave."""
    first, span = ALL if top == "all" else checked_top(run, "flow", top, more=', or "all"'), checked_months(months)
    lists = _published(run, [run.month - ago for ago in range(span + 1)], first)
    gradings = run._whole("risk_grading")
    found, who = flows(**common(run), gradings=gradings, months=span, top=first, published=lists)
    if found.is_empty():
        return Finding("Flow between months", ["There is only one month so far, so nobody can have come or left."], {})
    per = float(str(found["entered"].mean()))
    whom = "those on the list" if top == "all" else first_of(run, first)
    sentence = f"On average {per:.1f} of {whom} were not there the month before."
    chart = Chart(partial(pictures.flow, found, sentence), sentence)
    compared = {Month.of(found["month"][0]) - 1, *map(Month.of, found["month"])}
    how = f"{len(compared & lists.keys())} of {len(compared)} lists as published"
    how += ", the others ranked anew with the data of today" * (not compared <= lists.keys())
    tables = {"flow": found, "who": Listing(who, "who", empty={"place": "not among them"}, kind="who")}
    leaving = {"flow": shared(found)}
    lines = [sentence, *_begin(run, min(compared)), *lacking(run, max(span, 12))]
    return Finding(f"Flow between months: {how}", lines, tables, [chart], leaving=leaving)


def _begin(run: Tables, earliest: Month) -> list[str]:
    """From when there are data, if the earliest list has fewer than 12 months of them behind it."""
    first = Month.of(run._whole("coverage").filter("supplied")["month"].min())  # type: ignore[arg-type]
    full = first + 11
    least = (
        f"Data begin in {first.title}: no list is older, and those before {full.title} rest on fewer than 12 months."
    )
    return [least] if earliest < full else []


def lists(run: Tables, months: int) -> Listing:
    """The length of both lists by month, and of the adults' who joined, left, died and is still on it."""
    tables, (ids, became) = common(run), ids_and_merges(run)
    here, died, rows = frozenset(ids), dict(tables["people"].select("person_id", "died").drop_nulls().iter_rows()), []
    begin = tables["coverage"].filter("supplied")["month"].min()
    before: set[str] | None = None
    for month in [one for one in (run.month - months).through(run.month) if one.start >= begin]:
        own = _month(run, month)
        age = run.settings.rank.minimum_age
        found = own._scan("ranked").collect() if own else population(month, tables["demand"], tables["people"], age)
        adults = found.filter(list="adult")["person_id"]
        now = {followed(one, here, became) for one in adults}
        gone = before - now if before is not None else set[str]()
        dead = sum(one in died and died[one] <= month.end for one in gone)
        moved = (None, None, None) if before is None else (len(now - before), len(gone), dead)
        rows.append((month.start, len(adults), found.height - len(adults), *moved, now, own is not None))
        before = now
    last = before or set()
    each = [(*row[:6], len(row[6] & last), row[7]) for row in rows if row[0] > (run.month - months).start]
    counts = dict.fromkeys(("adults", "under_18", "joined", "left", "died", "still"), pl.Int64)
    table = pl.DataFrame(each, schema={"month": pl.Date, **counts, "published": pl.Boolean}, orient="row")
    how = f"{table['published'].sum()} of {table.height} as published"
    how += ", the others by the data and settings of today" * (not table["published"].all())
    title = ". ".join([f"The lists by month: {how}", *_begin(run, run.month - months)])
    return Listing(table, title.removesuffix("."), kind="lists")


def _month(run: Tables, month: Month) -> Tables | None:
    """A month as it was published, or none."""
    if month == run.month:
        return run
    return Tables(*run.opened.published(month), run.opened) if str(month) in run.opened.folders() else None


def _published(run: Tables, months: list[Month], top: int) -> dict[Month, list[str]]:
    """The first N of each of the months that was published, in their order, under the ids of today."""
    (ids, became), lists = ids_and_merges(run), {}
    here = frozenset(ids)
    for month in months:
        if own := _month(run, month):
            first = shown_places(own)["person_id"].head(2 * top)  # two of them may be one person since
            lists[month] = list(dict.fromkeys(followed(one, here, became) for one in first))[:top]
    return lists
