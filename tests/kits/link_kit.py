"""Small identity tables for the matcher's tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from hiu.link import Linkage, link
from hiu.link.people.decisions import empty
from hiu.link.review.doubts import doubts, with_ends
from hiu.model import IDENTITY_COLUMNS
from hiu.settings import Linking

TYPES = {"text": pl.String, "date": pl.Date, "integer": pl.Int64}
SCHEMA = {
    "identity_id": pl.String,
    **{c.name: TYPES[c.type] for c in IDENTITY_COLUMNS},
    "nobody": pl.Boolean,
    "sources": pl.String,
    "rows": pl.Int64,
    "first_period": pl.Date,
}


def who(identity_id: str, name: str = "", dob: str | None = None, **more: Any) -> dict[str, Any]:
    """One identity: `name` is 'GIVEN MIDDLE FAMILY' or 'GIVEN, FAMILY OF TWO'; `home` is 'house, street, postcode'."""
    row: dict[str, Any] = dict.fromkeys(SCHEMA)
    given, comma, family = name.partition(", ")
    if not comma:
        words = name.split()
        family = words[-1] if words else ""
        given = words[0] if len(words) > 1 else ""
        row["middle"] = " ".join(words[1:-1]) or None
    row |= {
        "identity_id": identity_id,
        "name_text": name.title() or None,
        "given": given or None,
        "family": family or None,
        "dob": date.fromisoformat(dob) if dob else None,
        "nobody": False,
        "sources": "police",
        "rows": 1,
        "first_period": date(2025, 1, 1),
    }
    if home := more.pop("home", None):
        row["house"], row["street"], row["postcode"] = (part.strip() or None for part in home.split(","))
    renamed = {"nhs": "nhs_number", "ids": "local_ids", "born": "birth_year", "aka": "aliases"}
    return row | {renamed.get(key, key): value for key, value in more.items()}


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Identities as model.IDENTITY has them."""
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def decided(*pairs: tuple[str, str, str]) -> pl.DataFrame:
    """Decisions in force: (identity_a, identity_b, decision)."""
    at = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    rows = [(a, b, what, "A Reviewer", at, None, None) for a, b, what in pairs]
    stamp = pl.Datetime("us")
    return pl.DataFrame(
        rows,
        orient="row",
        schema={
            "identity_a": pl.String,
            "identity_b": pl.String,
            "decision": pl.String,
            "reviewer": pl.String,
            "decided_at": stamp,
            "note": pl.String,
            "undone_at": stamp,
        },
    )


def matched(rows: list[dict[str, Any]], settings: Linking | None = None, **more: Any) -> Linkage:
    """Link a small table."""
    return link(table(rows), settings=settings or Linking(), **more)


def people(linked: Linkage) -> set[frozenset[str]]:
    """The people found, as sets of identity ids."""
    grouped = linked.clusters.group_by("cluster").agg("identity_id")
    return {frozenset(ids) for ids in grouped["identity_id"]}


def groups(text: str) -> set[frozenset[str]]:
    """'ab c' -> {{a, b}, {c}}: one-letter identity ids."""
    return {frozenset(word) for word in text.split()}


def asked_of(linked: Linkage, identity: pl.DataFrame, decisions: pl.DataFrame | None = None) -> pl.DataFrame:
    """What a person should look at after a link."""
    rows = identity.join(linked.clusters.select("identity_id", "cluster"), on="identity_id")
    return doubts(with_ends(linked.pairs, rows), rows, empty() if decisions is None else decisions, Linking())
