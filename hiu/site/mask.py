"""Masked people: initials and a year, for screens that others may see."""

from __future__ import annotations

import polars as pl

HIDDEN = ("nhs_number", "postcode", "aliases", "dob")
"""Columns of people that are left out of a masked table."""


def initials(name: str | None) -> str:
    """`Anna de Vries` as `A. d. V.`; a row without a name as `(no name)`."""
    parts = (name or "").replace(",", " ").split()
    return " ".join(f"{part[0]}." for part in parts) or "(no name)"


def masked(people: pl.DataFrame) -> pl.DataFrame:
    """The people table with initials for names, year for date of birth, and no number or address."""
    shown = people.with_columns(
        name_text=pl.col("name_text").map_elements(initials, return_dtype=pl.String, skip_nulls=False),
        birth_year=pl.coalesce("birth_year", pl.col("dob").dt.year()),
    )
    return shown.drop(HIDDEN)
