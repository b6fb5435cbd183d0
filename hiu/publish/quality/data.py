"""Figures of the operator's quality report, from the published tables: no name, no value of a patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from hiu.month import Month
from hiu.publish.feeds import missing_feeds
from hiu.publish.quality.matching import by_group, overall

Rows = list[dict[str, Any]]
LARGEST = 20
"""People listed with the most ways of being described, or with two NHS numbers."""


@dataclass(frozen=True)
class Quality:
    """What came in, what was set aside, what is missing, and how rows became people."""

    received: int
    staged: int
    quarantined: int
    deliveries: Rows
    reasons: Rows
    feeds: list[dict[str, Any]]
    matching: Rows
    largest: Rows
    two_numbers: Rows
    two_numbers_total: int
    two_dobs_total: int
    statuses: Rows
    judged: list[dict[str, str]]
    by_group: list[dict[str, str]]

    @property
    def balanced(self) -> bool:
        """received = staged + quarantined, over everything."""
        return self.received == self.staged + self.quarantined


def quality(tables: Mapping[str, pl.DataFrame], month: Month) -> Quality:
    """The report's figures from deliveries, quarantine, coverage, links and people; not of replaced deliveries."""
    taken = tables["deliveries"].filter(pl.col("replaced_by").is_null())
    people = tables["people"]
    return Quality(
        received=int(taken["received"].sum()),
        staged=int(taken["staged"].sum()),
        quarantined=int(taken["quarantined"].sum()),
        deliveries=_deliveries(taken, month),
        reasons=_reasons(tables["quarantine"], taken),
        feeds=missing_feeds(tables["coverage"], month),
        matching=_matching(tables["links"], taken),
        largest=_largest(people),
        two_numbers=_listed(people.filter(pl.col("two_nhs_numbers"))),
        two_numbers_total=int(people["two_nhs_numbers"].sum()),
        two_dobs_total=int(people["two_dobs"].sum()),
        statuses=tables["links"].group_by("status").len("rows").sort("status").to_dicts(),
        judged=overall(tables["link_quality"]),
        by_group=by_group(tables["link_quality"]),
    )


def _deliveries(taken: pl.DataFrame, month: Month) -> Rows:
    """Latest first: those of the month (registers too), then the rest."""
    rows = taken.with_columns(
        current=(pl.col("period") == month.start) | pl.col("period").is_null(), warning=pl.col("warning").fill_null("")
    )
    return rows.sort("current", "period", "source", "delivery_id", descending=[True, True, False, False]).to_dicts()


def _reasons(quarantine: pl.DataFrame, taken: pl.DataFrame) -> Rows:
    kept = quarantine.join(taken.select("delivery_id"), on="delivery_id", how="semi")
    grouped = kept.group_by("source", "code").agg(
        rows=pl.len(),
        files=pl.col("source_file").n_unique(),
        reason=pl.col("reason").min(),
        column=pl.col("column").min(),
    )
    return grouped.sort("rows", "source", "code", descending=[True, False, False]).to_dicts()


def _matching(links: pl.DataFrame, taken: pl.DataFrame) -> Rows:
    """By source: rows, rows naming nobody, rows of a person whom another source or description also gave."""
    of_use = links.select("delivery_id", "source", "person_id", "how")
    rows = of_use.join(taken.select("delivery_id"), on="delivery_id", how="semi")
    spread = (
        rows.filter(pl.col("person_id").is_not_null(), pl.col("how") != "nobody")
        .group_by("person_id")
        .agg(sources=pl.col("source").n_unique())
    )
    named = pl.col("person_id").is_not_null() & (pl.col("how") != "nobody")
    out = (
        rows.join(spread, on="person_id", how="left")
        .group_by("source")
        .agg(
            rows=pl.len(),
            unreadable=pl.col("person_id").is_null().sum(),
            nobody=(pl.col("how") == "nobody").sum(),
            named=named.sum(),
            joined=(named & (pl.col("how") != "single")).sum(),
            elsewhere=(named & (pl.col("sources") > 1)).sum(),
            by_number=(pl.col("how") == "number").sum(),
            by_model=(pl.col("how") == "model").sum(),
            by_decision=(pl.col("how") == "decision").sum(),
        )
        .sort("source")
    )
    return [
        {
            **row,
            "joined_rate": _rate(row["joined"], row["named"]),
            "elsewhere_rate": _rate(row["elsewhere"], row["named"]),
        }
        for row in out.iter_rows(named=True)
    ]


def _rate(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "none"


def _largest(people: pl.DataFrame) -> Rows:
    return _listed(people.filter(pl.col("identities") > 1))


def _listed(people: pl.DataFrame) -> Rows:
    ordered = people.sort("identities", "rows", "person_id", descending=[True, True, False], nulls_last=True)
    return ordered.select("person_id", "identities", "rows", "sources").head(LARGEST).to_dicts()
