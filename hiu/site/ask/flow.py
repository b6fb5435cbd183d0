"""Who came into the first N and who left, by the lists as they were published."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl

from hiu.month import Month
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


def flow(run: Tables, months: int, top: int | None, shared: Callable[[pl.DataFrame], pl.DataFrame]) -> Finding:
    """The first N of each month beside those of the month before; `shared` makes of the counts those that may leave."""
    first, span = checked_top(run, "flow", top), checked_months(months)
    lists = _published(run, [run.month - ago for ago in range(span + 1)], first)
    gradings = run._whole("risk_grading")
    found, who = flows(**common(run), gradings=gradings, months=span, top=first, published=lists)
    if found.is_empty():
        return Finding("Flow between months", ["There is only one month so far, so nobody can have come or left."], {})
    per = float(str(found["entered"].mean()))
    sentence = f"On average {per:.1f} of {first_of(run, first)} were not there the month before."
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


def _published(run: Tables, months: list[Month], top: int) -> dict[Month, list[str]]:
    """The first N of each of the months that was published, in their order, under the ids of today."""
    folders, (ids, became) = run.opened.folders(), ids_and_merges(run)
    here, lists = frozenset(ids), {}
    for month in months:
        if month == run.month or str(month) in folders:
            own = run if month == run.month else Tables(*run.opened.published(month), run.opened)
            first = shown_places(own)["person_id"].head(2 * top)  # two of them may be one person since
            lists[month] = list(dict.fromkeys(followed(one, here, became) for one in first))[:top]
    return lists
