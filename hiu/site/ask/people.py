"""Everybody in one table: this year beside the last, agencies, nights, last contact, age and area."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.model.units import contact_sets, night_sets
from hiu.model.words import many
from hiu.month import Month
from hiu.places.demand import LEVELS
from hiu.publish.words.text import count_of
from hiu.site.ask.lacking import lacking
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables, checked_dataset, checked_months

C = pl.col


def people(run: Tables, dataset: str | None, months: int, area: str | None) -> Listing:
    """One row a person who is listed or has anything counted in the last months or the same number before them; of a
    `dataset`, who is listed or has one of it."""
    span, name = checked_months(months), checked_dataset(run, dataset)
    coverage = run._rows("coverage")
    sets, nights = ((name,) if name else contact_sets(coverage)), night_sets(coverage)
    first = run.month - (span - 1)
    demand = run._rows("monthly_demand", (C("n") > 0) & (C("month") >= (first - span).start))
    now, before = _total(demand, sets, first, run.month), _total(demand, sets, first - span, first - 1)
    both = now.rename({"n": "contacts"}), before.rename({"n": "before"})
    found = both[0].join(both[1], on="person_id", how="full", coalesce=True)
    # whoever had nights or a detention alone is somebody too
    every = found if name else _total(demand, tuple(coverage["dataset"].unique()), first - span, run.month)
    every = pl.concat([every.select("person_id"), run._rows("ranked", only=["person_id"])]).unique()
    found = every.join(found, on="person_id", how="left")
    found = found.join(_total(demand, nights, first, run.month).rename({"n": "nights"}), on="person_id", how="left")
    found = found.with_columns(C("contacts", "before", "nights").fill_null(0))
    for other in (_agencies(run, first), _latest(run, sets), _who(run)):
        found = found.join(other, on="person_id", how="left")
    if area is not None:
        found = found.join(_home(run, area), on="person_id", how="left")
    found = found.with_columns(C("agencies").fill_null(0)).sort("contacts", "person_id", descending=[True, False])
    days = (pl.lit(run.month.end) - C("last_contact").dt.date()).dt.total_days()
    order = ["person_id", "list", "rank", "age_band", "sex", *([area] if area else [])]
    order += ["contacts", "before", "nights", "agencies", "sources", "last_contact", "days_since"]
    what = many(name) if name else "contacts"
    title = f"People by {what} in {count_of(span, 'month')} to the end of {run.month.title}, and the {span} before"
    missing = lacking(run, span, sets={*sets, *nights}, before=span)
    title = ". ".join([title, *(line.removesuffix(".") for line in missing)])
    found = found.with_columns(days_since=days).select(order)
    return Listing(found, title, empty={"rank": "not listed"}, kind="everybody")


def _total(demand: pl.DataFrame, sets: tuple[str, ...], first: Month, last: Month) -> pl.DataFrame:
    inside = C("month").is_between(first.start, last.start) & C("dataset").is_in(list(sets)) & (C("n") > 0)
    return demand.filter(inside).group_by("person_id").agg(C("n").sum())


def _agencies(run: Tables, first: Month) -> pl.DataFrame:
    """Agencies and sources that saw each person since a month, by any event or a stay of which a night lies in it."""
    from hiu.rank.reports.cohorts import stays_in

    inside = C("counted") & C("start").is_between(first.start, run.month.after, closed="left")
    own = inside & C("dataset").is_in(run._rows("coverage")["dataset"].unique().implode())
    events = run._scan("timeline").filter(own).select("person_id", "source").unique().collect()
    each = pl.concat([events, stays_in(run._rows("stay"), first, run.month).select(events.columns)])
    each = each.unique().sort("person_id", "source")
    agency = C("source").replace(run._agencies).n_unique().cast(pl.Int64)
    found = each.group_by("person_id", maintain_order=True)
    return found.agg(agencies=agency, sources=C("source").str.join("|"))


def _latest(run: Tables, sets: tuple[str, ...]) -> pl.DataFrame:
    own = C("counted") & C("dataset").is_in(list(sets)) & (C("start") < run.month.after)
    return run._scan("timeline").filter(own).group_by("person_id").agg(last_contact=C("start").max()).collect()


def _who(run: Tables) -> pl.DataFrame:
    places = run._rows("ranked", only=["person_id", "list", "rank"])
    about = run._rows("people", only=["person_id", "sex"])
    about = about.join(run._rows("traits", only=["person_id", "age_band"]), on="person_id", how="left")
    return about.join(places, on="person_id", how="left")


def _home(run: Tables, level: str) -> pl.DataFrame:
    """The area that most of a person's contacts name as home; those in none that is known have none."""
    if level not in LEVELS:
        raise UsageError(not_among(f"no level '{level}'", level, LEVELS))
    own = run._rows("event_place", C("area") == "home").drop_nulls(level)
    each = own.group_by("person_id", level).agg(C("contacts").sum()).sort("contacts", level, descending=[True, False])
    return each.unique("person_id", keep="first", maintain_order=True).select("person_id", level)


def adults_of(tables: Tables) -> pl.Series:
    """Ids of the adults' list, in its order."""
    adults = tables._scan("ranked").filter(pl.col("list") == "adult").select("rank", "person_id")
    return adults.sort("rank").collect()["person_id"]
