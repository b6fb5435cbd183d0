"""Everybody in one table: this year beside the last, agencies, nights, last contact, age and area."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.model.units import contact_sets, night_sets
from hiu.model.words import many
from hiu.month import Month
from hiu.places.demand import LEVELS
from hiu.publish.words.text import count_of
from hiu.rank.listing.intensity import weights_of
from hiu.site.ask.lacking import lacking
from hiu.site.ask.own_groups import own_groups
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables, checked_dataset, checked_months

C = pl.col
HERE = (
    *("person_id", "list", "rank", "rank_under_18", "age_band", "sex", "contacts", "before", "points", "nights"),
    *("agencies", "sources", "last_contact", "last_seen", "days_since", *LEVELS),
)
"""Columns that are there without a file of groups, so that none of its may be called so."""
UNLISTED = {"rank": "not on the list", "rank_under_18": "not on it"}


def people(
    run: Tables, dataset: str | None, months: int, area: str | None, groups: str | Path | None = None
) -> Listing:
    """One row a person who is listed or has anything counted in the last months or the same number before them; of a
    `dataset`, who is listed or has one of it, and every figure is of it."""
    span, name = checked_months(months), checked_dataset(run, dataset)
    coverage = run._rows("coverage")
    sets, nights = ((name,), ()) if name else (contact_sets(coverage), night_sets(coverage))
    every = (name,) if name else tuple(coverage["dataset"].unique())
    first = run.month - (span - 1)
    own, note = own_groups(run, groups, HERE) if groups is not None else (None, "")
    counts = _counts(run, every, sets, nights, first, span)
    places = run._rows("ranked", only=["person_id", "list", "rank"])
    adult = C("list") == "adult"  # the two lists count their places apart
    places = places.with_columns(rank=pl.when(adult).then("rank"), rank_under_18=pl.when(~adult).then("rank"))
    found = counts.join(places, on="person_id", how="full", coalesce=True)
    about = [run._rows(table, only=["person_id", one]) for table, one in (("people", "sex"), ("traits", "age_band"))]
    about += [] if area is None else [_home(run, area)]
    about += [] if own is None else [own]
    for other in (_seen(run, every, sets, first), *about):
        found = found.join(other, on="person_id", how="left")
    days = (pl.lit(run.month.end) - C("last_seen")).dt.total_days()
    found = found.with_columns(C("contacts", "before", "nights", "agencies", "points").fill_null(0), days_since=days)
    found = found.sort("contacts", "person_id", descending=[True, False])
    order = ["person_id", "list", "rank", "rank_under_18", "age_band", "sex", *([area] if area else [])]
    order += own.columns[1:] if own is not None else []
    order += ["contacts", "before", "points", *([] if name else ["nights", "agencies", "sources"])]
    what = many(name) if name else "contacts"
    title = f"People by {what} in {count_of(span, 'month')} to the end of {run.month.title}, and the {span} before"
    missing = lacking(run, span, sets={*sets, *nights}, before=span)
    none = found[area].null_count() if area else 0
    if none:
        title += f": no {area} for {none:,} of {found.height:,}, whose contacts of the last 12 months give none"
    title = ". ".join([title, *filter(None, [note]), *(line.removesuffix(".") for line in missing)])
    kind = "everybody"
    return Listing(found.select(*order, "last_contact", "last_seen", "days_since"), title, empty=UNLISTED, kind=kind)


def _counts(
    run: Tables, every: Sequence[str], sets: Sequence[str], nights: Sequence[str], first: Month, span: int
) -> pl.DataFrame:
    """Whoever had one of `every` data set in some months or as many before: contacts, before, nights."""
    inside = C("month").is_between((first - span).start, run.month.start) & C("dataset").is_in(every) & (C("n") > 0)
    now, contact, night = C("month") >= first.start, C("dataset").is_in(sets), C("dataset").is_in(nights)
    which = {"contacts": contact & now, "before": contact & ~now, "nights": night & now}
    each = [pl.when(one).then("n").otherwise(0).alias(column) for column, one in which.items()]
    own = {name: float(n) for name, n in weights_of(run.settings.rank.weights, run._whole("coverage")).items()}
    worth = C("dataset").replace_strict(own, default=0.0, return_dtype=pl.Float64)
    each.append(pl.when(now).then(C("n") * worth).otherwise(0.0).alias("points"))
    rows = run._scan("monthly_demand").filter(inside).select("person_id", *each)
    return rows.group_by("person_id").agg(C(*which, "points").sum()).collect()


def _seen(run: Tables, every: Sequence[str], sets: Sequence[str], first: Month) -> pl.DataFrame:
    """When each person was last seen, by an event or in a bed, and the agencies and sources that saw them since a
    month: last_contact, last_seen, agencies, sources."""
    feeds = run._rows("coverage").filter(C("dataset").is_in(every))["source"].str.split("|").explode().unique().sort()
    powers, after = pl.Series([1 << at for at in range(len(feeds))], dtype=pl.Int64), run.month.after
    bit = C("source").replace_strict(feeds, powers, default=0)
    events = run._scan("timeline").filter(C("counted") & C("dataset").is_in(every), C("start") < after)
    contact, since = pl.when(C("dataset").is_in(sets)).then("start"), C("start") >= first.start
    one = events.select("person_id", at=C("start").dt.date(), last_contact=contact, bits=pl.when(since).then(bit))
    beds = run._scan("stay").filter(~C("nobody"), C("source").is_in(feeds.implode()), C("first_night") < after)
    last, left = pl.lit(run.month.end), pl.coalesce(C("end").dt.date(), "day_out")
    out = pl.min_horizontal(pl.when(C("ended") != "open").then(left), last)
    other = beds.select("person_id", at=out, bits=pl.when(C("day_out") > first.start).then(bit))
    rows = pl.concat([one, other], how="diagonal_relaxed").group_by("person_id")
    latest = {"last_contact": C("last_contact").max(), "last_seen": C("at").max()}
    found = rows.agg(**latest, bits=C("bits").fill_null(0).bitwise_or()).collect()
    saw = found["bits"].unique().to_list()
    names = [[name for at, name in enumerate(feeds) if bits >> at & 1] for bits in saw]
    agencies = [len({run._agencies.get(one, one) for one in own}) for own in names]
    sources = ["|".join(own) or None for own in names]
    types = {"bits": pl.Int64, "agencies": pl.Int64, "sources": pl.String}
    words = pl.DataFrame({"bits": saw, "agencies": agencies, "sources": sources}, schema=types)
    return found.join(words, on="bits", how="left").drop("bits")


def _home(run: Tables, level: str) -> pl.DataFrame:
    """The area of the address that a person's latest contact in it gave as home; of nobody without one in 12 months."""
    if level not in LEVELS:
        raise UsageError(not_among(f"no level '{level}'", level, LEVELS))
    needed = ("person_id", "start", "event_id", level)
    own = run._rows("event_place", C("area") == "home", only=needed).drop_nulls(level)
    latest = own.sort("start", "event_id", level, descending=[True, False, False])
    return latest.unique("person_id", keep="first", maintain_order=True).select("person_id", level)
