"""Age and age band: one rule for every list, figure and table, since two would put one person into two bands."""

from datetime import date

import polars as pl

from hiu.model import TRAITS

C = pl.col
UNDER = (18, 25, 35, 45, 55, 65)
"""The ages that are no longer in each band but the last."""
BANDS = next(column.codes for column in TRAITS.columns if column.name == "age_band")


def age_on(day: date | pl.Expr, year: str | None = "birth_year") -> pl.Expr:
    """Whole years on a day, of rows with `dob` and, unless it is None, the column `year`; null if neither is known.

    A year of birth alone is taken as of a birthday that is past. A birth after the day gives no age.
    """
    when, born = pl.lit(day) if isinstance(day, date) else day, C("dob")
    in_year, birthday = (one.dt.month().cast(pl.Int32) * 100 + one.dt.day() for one in (when, born))
    exact = when.dt.year().cast(pl.Int64) - born.dt.year() - (in_year < birthday).cast(pl.Int64)
    return exact if year is None else pl.coalesce(exact, when.dt.year().cast(pl.Int64) - C(year).cast(pl.Int64))


def age_band(age: pl.Expr) -> pl.Expr:
    """The band of an age in years, spelt as BANDS; null if it is not known or cannot be."""
    named = pl.coalesce(pl.when(age < top).then(pl.lit(name)) for name, top in zip(BANDS, UNDER, strict=False))
    return pl.when(age >= 0).then(named.fill_null(BANDS[-1]))
