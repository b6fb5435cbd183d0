"""The ranked population: named, living people with a contact in the last twelve months."""

from collections.abc import Collection
from typing import Any

import polars as pl

from hiu.model.ages import age_on
from hiu.month import Month


def population(month: Month, demand: pl.DataFrame, people: pl.DataFrame, minimum_age: int) -> pl.DataFrame:
    """`person_id`, `list` (adult or under_18), `age` in years (null if unknown), sorted by person_id.

    A person is in when some source names them, they were alive at the month's end and any data set
    counts something in the 12 months to it. With a year of birth only, a person counts as the age
    reached in that year; with neither, as an adult. Rule: docs/ranking.md.
    """
    recent = pl.col("month").is_between((month - 11).start, month.start)
    active = demand.lazy().filter(recent, pl.col("n") > 0)
    living = pl.col("died").is_null() | (pl.col("died") > month.end)
    adult = pl.col("age").is_null() | (pl.col("age") >= minimum_age)
    return (
        people.lazy()
        .filter(pl.col("named") & living)
        .join(active, on="person_id", how="semi")
        .select("person_id", age=age_on(month.end))
        .with_columns(list=pl.when(adult).then(pl.lit("adult")).otherwise(pl.lit("under_18")))
        .sort("person_id")
        .collect()
    )


def numbered(people: pl.DataFrame, *tables: pl.DataFrame) -> tuple[pl.Series, list[pl.DataFrame]]:
    """Ids in order, then the people in that order and the rows of tables about them, with the place of the id among
    all as person_id: whoever ranks many months is done in a fraction of the time, and every order is the same. Tables
    that have numbers already stay as they are."""
    if people.schema["person_id"].is_integer():
        return people["person_id"], [people, *tables]
    ids = people["person_id"].sort()
    found = ((one, place_among(one["person_id"], ids)) for one in (people.sort("person_id"), *tables))
    return ids, [one.with_columns(person_id=place).drop_nulls("person_id") for one, place in found]


def place_among(some: pl.Series, ids: pl.Series) -> pl.Series:
    """The place of each id among ids in order; null for one that is not there."""
    if not len(ids):
        return pl.repeat(None, len(some), dtype=pl.UInt32, eager=True)
    place = ids.search_sorted(some).clip(upper_bound=len(ids) - 1)
    return pl.select(pl.when(ids.gather(place) == some).then(place)).to_series()


def absent(ids: Collection[str], people: pl.DataFrame, month: Month) -> dict[str, str]:
    """Why each of some people who are on no list is not, in words."""
    found = {row["person_id"]: row for row in people.filter(pl.col("person_id").is_in(list(ids))).iter_rows(named=True)}
    return {one: _absent(found.get(one), month) for one in ids}


def _absent(row: dict[str, Any] | None, month: Month) -> str:
    if row is None:
        return "no row names this person any more"
    if row["died"] is not None and row["died"] <= month.end:
        return "recorded as having died"
    return "nothing counted in 12 months" if row["named"] else "no row gives a name"


def access(month: Month, support: pl.DataFrame) -> pl.DataFrame:
    """`person_id` of people who may be shown as supported; everyone else is a candidate.

    Supported: support has started and not ended by the month's end, the latest consent is given, and there were at
    least 3 contacts with the team (docs/glossary.md). Bears on what may be shown, never on a figure.
    """
    given = (pl.col("consent") == "given") & (pl.col("consent_at").is_null() | (pl.col("consent_at") <= month.end))
    running = (pl.col("start") <= month.end) & (pl.col("until").is_null() | (pl.col("until") > month.end))
    return spells(support).filter(given & running).select("person_id").unique()


def spells(support: pl.DataFrame) -> pl.DataFrame:
    """Rows of `support` that are support by that rule at some time, with `until`: when it ended or consent was
    withdrawn, empty while it goes on. A withdrawal without its day leaves the row out.
    """
    withdrawn = pl.when(pl.col("consent") == "withdrawn").then("consent_at")
    agreed = (pl.col("consent") == "given") | withdrawn.is_not_null()
    kept = support.filter(agreed, pl.col("start").is_not_null(), pl.col("contacts") >= 3)
    return kept.with_columns(until=pl.min_horizontal("end", withdrawn))
