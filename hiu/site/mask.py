"""Masked people: initials and a year, for screens that others may see."""

from __future__ import annotations

import polars as pl

from hiu.model import PUBLISHED

SHOWN = ("person_id", "person_a", "person_b", "old_id", "identity_id", "identity_a", "identity_b", "sex", "birth_year")
"""Personal columns that a masked table keeps: ids that mean nothing outside the site, sex and year of birth."""

NAMES = ("name_text", "lead_clinician")
"""Personal columns shown as initials; every other personal column is left out."""


def initials(name: str | None) -> str:
    """`Anna de Vries` as `A. d. V.`; a row without a name as `(no name)`."""
    parts = (name or "").replace(",", " ").split()
    return " ".join(f"{part[0]}." for part in parts) or "(no name)"


def masked(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A published table with initials for names, year for date of birth, and no number or address."""
    if "dob" in frame.columns:
        frame = frame.with_columns(birth_year=pl.coalesce("birth_year", pl.col("dob").dt.year()))
    personal = [column.name for column in PUBLISHED[table].columns if column.personal]
    named = [
        pl.col(name).map_elements(initials, return_dtype=pl.String, skip_nulls=name != "name_text")
        for name in NAMES
        if name in personal
    ]
    return frame.with_columns(named).drop([name for name in personal if name not in (*SHOWN, *NAMES)])
