"""Rows of the published tables as outputs read them: names for what is passed about, and rows by person."""

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

Row = dict[str, Any]
"""A row of a table, by column, as polars gives it."""

Tables = Mapping[str, pl.DataFrame]
"""Published tables of a month, by name."""


def by_person(frame: pl.DataFrame, ids: Collection[str]) -> dict[str, Row]:
    """Of a table with one row a person the rows of these people, by person."""
    rows = frame.filter(pl.col("person_id").is_in(list(ids))).iter_rows(named=True)
    return {row["person_id"]: row for row in rows}


def first_row(frame: pl.DataFrame) -> Row:
    """The first row of a table; empty if there is none."""
    return frame.row(0, named=True) if frame.height else {}
