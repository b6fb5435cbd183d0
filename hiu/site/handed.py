"""What is handed over of people whom no basis lets the analyst ask for: a number in place of their id, and nothing by
which somebody who knows one contact of theirs could tell which rows are theirs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import polars as pl

from hiu.govern.pseudonym import WITHHELD, coded, description
from hiu.model.ids import ID_COLUMNS
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing

C = pl.col
KNOWN_ELSEWHERE = frozenset(
    {"source_file", "source_row", "quotes", "police_log", "spell", "episode", "name_text", "name", "lead_clinician"}
    | {"birth_year", "days_since", "days_since_last", "why_left"}
)
"""Columns by which a row is found in an extract or a paper, or a person by who they are; with every id of a row and
every text of evidence they are empty. A time is that of its month's first day."""


def leads(column: str) -> bool:
    """Whether a column leads from a row to a person whom somebody knows."""
    return column in KNOWN_ELSEWHERE or (column.endswith(("_id", "_evidence")) and column not in ID_COLUMNS)


def handed(value: Any, codes: Mapping[str, str], key: bytes | None = None) -> Any:
    """A table, finding, sentence or mapping as it is handed over: `codes` has the number of each withheld person.

    Descriptions have the id by which `key` shows them; none without it, and in a table with withheld people.
    """
    if isinstance(value, pl.DataFrame):
        if not codes and not described_in(value):
            return value
        rows = _rows(value, codes, key)
        return value._as_before(rows) if isinstance(value, Listing) else rows
    if isinstance(value, Finding) and (codes or any(map(described_in, value.tables.values()))):
        found = copy.copy(value)
        found._sentences = handed(value.sentences, codes)
        found._tables = {name: handed(one, codes, key) for name, one in value.tables.items()}
        return found
    if not codes:
        return value
    if isinstance(value, str):
        return type(value)(coded(value, codes))
    if isinstance(value, dict):
        return {name: handed(one, codes) for name, one in value.items()}
    return type(value)(handed(one, codes) for one in value) if isinstance(value, list | tuple) else value


def described_in(frame: pl.DataFrame) -> list[str]:
    """The columns of a table that have ids of descriptions."""
    return [name for name in ("identity_id", "identity_a", "identity_b") if name in frame.columns]


def _rows(frame: pl.DataFrame, codes: Mapping[str, str], key: bytes | None) -> pl.DataFrame:
    ids = described_in(frame)
    if key and not codes:
        every = pl.concat([frame[name] for name in ids]).drop_nulls().unique()
        shown = {one: description(one, key) for one in every}
        return pl.DataFrame(frame).with_columns(C(ids).replace_strict(shown, default=None, return_dtype=pl.String))
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name not in ids]
    found = pl.DataFrame(frame).with_columns(pl.lit(None, pl.String).alias(name) for name in ids)
    if not codes:
        return found
    found = found.with_columns(C(texts).str.replace_many(list(codes), list(codes.values())))
    apart = pl.any_horizontal(C(name).str.starts_with(WITHHELD).fill_null(False) for name in texts) if texts else False
    times = [
        C(name).dt.truncate("1mo") for name, kind in found.schema.items() if kind.is_temporal() and kind != pl.Time
    ]
    empty = [pl.lit(None, kind).alias(name) for name, kind in found.schema.items() if leads(name)]
    return found.with_columns(
        pl.when(apart).then(one).otherwise(C(one.meta.output_name())).alias(one.meta.output_name())
        for one in (*times, *empty)
    )
