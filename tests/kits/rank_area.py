"""A small invented area for the rank tests: frames in the shapes of hiu.model."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from hiu.model import DATASETS
from hiu.month import Month
from hiu.settings import Settings

MARCH = Month(2026, 3)
SETTINGS = Settings(name="test")
TYPES = {"month": pl.Date, "n": pl.Int64, "person_id": pl.String}


def months(count: int, last: Month = MARCH) -> list[Month]:
    """The last so many months."""
    return (last - (count - 1)).through(last)


def demand(counts: dict[str, dict[str, list[int]]], last: Month = MARCH) -> pl.DataFrame:
    """person -> data set -> counts by month, the last one being `last`; zeros make no row."""
    rows = [
        {"person_id": person, "month": month.start, "dataset": dataset, "n": n, "supplied": True}
        for person, by_dataset in counts.items()
        for dataset, numbers in by_dataset.items()
        for month, n in zip(months(len(numbers), last), numbers, strict=True)
        if n
    ]
    schema = {**TYPES, "dataset": pl.String, "supplied": pl.Boolean}
    return pl.DataFrame(rows, schema={k: schema[k] for k in ("person_id", "month", "dataset", "n", "supplied")})


def coverage(count: int = 24, missing: tuple[tuple[str, Month], ...] = ()) -> pl.DataFrame:
    """Every data set supplied for the last `count` months, but for `missing` (data set, month)."""
    rows = [
        {"month": month.start, "dataset": dataset, "source": dataset, "supplied": (dataset, month) not in missing}
        for month in months(count)
        for dataset in DATASETS
    ]
    return pl.DataFrame(rows, schema_overrides={"month": pl.Date})


def people(names: list[str], **columns: dict[str, Any]) -> pl.DataFrame:
    """Named, living adults, changed by column -> person -> value."""
    base: dict[str, Any] = {"dob": date(1980, 6, 1), "birth_year": None, "named": True, "died": None}
    rows = [
        {"person_id": name, **{k: columns.get(k, {}).get(name, value) for k, value in base.items()}} for name in names
    ]
    schema = {"person_id": pl.String, "dob": pl.Date, "birth_year": pl.Int64, "named": pl.Boolean, "died": pl.Date}
    return pl.DataFrame(rows, schema=schema)


def gradings(*rows: tuple[str, date, str, int | None, int | None, str | None]) -> pl.DataFrame:
    """(person, at, role, likelihood, impact, grade)."""
    names = ("person_id", "at", "role", "likelihood", "impact", "grade")
    schema = dict(zip(names, (pl.String, pl.Date, pl.String, pl.Int64, pl.Int64, pl.String), strict=True))
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(source=pl.lit("caseload"))


def support(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of the team's list; what is not given is empty."""
    schema = {
        "person_id": pl.String,
        "consent": pl.String,
        "consent_at": pl.Date,
        "capacity": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "contacts": pl.Int64,
    }
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def extra(*rows: tuple[str, Month, str, int]) -> pl.DataFrame:
    """(person, month, measure, n)."""
    values = [(person, month.start, measure, n) for person, month, measure, n in rows]
    return pl.DataFrame(
        values, schema={"person_id": pl.String, "month": pl.Date, "measure": pl.String, "n": pl.Int64}, orient="row"
    )


def inputs(counts: dict[str, dict[str, list[int]]], **given: Any) -> dict[str, Any]:
    """All arguments of hiu.rank.rank for people with these counts; any may be replaced by name."""
    base = {
        "month": MARCH,
        "demand": demand(counts),
        "extra": extra(),
        "coverage": coverage(),
        "people": people(list(counts)),
        "support": support(),
        "gradings": gradings(),
        "settings": SETTINGS,
    }
    return {**base, **given}
