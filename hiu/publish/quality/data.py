"""Figures of the operator's quality report, from the published tables: no name, no value of a patient."""

from dataclasses import dataclass

import polars as pl

from hiu.link.model.agreement import departures
from hiu.model import FIELD_QUALITY
from hiu.model.frames import TYPES
from hiu.model.words import NOT_TAKEN
from hiu.month import Month
from hiu.publish.feeds import Feed, missing_feeds
from hiu.publish.hospital import counts, disagreements
from hiu.publish.quality.equality import Audited, audited
from hiu.publish.quality.matching import GroupRate, Judged, by_group, model_in_force, overall
from hiu.publish.quality.quotes import unfound_quotes
from hiu.publish.quality.stays import open_stays
from hiu.publish.rows import Row, Tables
from hiu.publish.words.terms import CONTRADICTIONS

Rows = list[Row]
LARGEST = 20
"""People listed with the most ways of being described, or with two NHS numbers."""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What came in, what was set aside, what is missing, and how rows became people."""

    received: int
    staged: int
    quarantined: int
    deliveries: Rows
    reasons: Rows
    fields: Rows
    fields_whole: int
    feeds: list[Feed]
    matching: Rows
    largest: Rows
    two_numbers: Rows
    two_numbers_total: int
    two_dobs_total: int
    conflicts: Rows
    statuses: Rows
    rows_replaced: int
    judged: list[Judged]
    model: str
    misfits: list[str]
    by_group: list[GroupRate]
    open_stays: list[str]
    hospital: list[str]
    quotes: list[str]
    refused: list[str]
    not_taken: list[str]
    equality: list[Audited]

    @property
    def balanced(self) -> bool:
        """received = staged + quarantined, over everything."""
        return self.received == self.staged + self.quarantined


def quality(tables: Tables, month: Month) -> Quality:
    """The report's figures from deliveries, quarantine, coverage, stay, links, people; not of replaced deliveries, of
    which only the rows are counted (`rows_replaced`), so that what was received adds up."""
    taken = tables["deliveries"].filter(pl.col("replaced_by").is_null())
    links = tables["links"]
    counted = links.join(taken.select("delivery_id"), on="delivery_id", how="semi")
    people = tables["people"]
    fields = _fields(tables.get("field_quality"), taken, month)
    whole = pl.col("read") == pl.col("filled")
    return Quality(
        received=int(taken["received"].sum()),
        staged=int(taken["staged"].sum()),
        quarantined=int(taken["quarantined"].sum()),
        deliveries=_deliveries(taken, month),
        reasons=_reasons(tables["quarantine"], taken),
        fields=fields.filter(~whole).to_dicts(),
        fields_whole=fields.filter(whole).height,
        feeds=missing_feeds(tables["coverage"], month),
        matching=_matching(links, taken),
        largest=_most_described(people.filter(pl.col("identities") > 1)),
        two_numbers=_most_described(people.filter(pl.col("two_nhs_numbers"))),
        two_numbers_total=int(people["two_nhs_numbers"].sum()),
        two_dobs_total=int(people["two_dobs"].sum()),
        conflicts=_conflicts(tables.get("conflicts")),
        statuses=counted.group_by("status").len("rows").sort("status").to_dicts(),
        rows_replaced=links.height - counted.height,
        judged=overall(tables["link_quality"]),
        model=model_in_force(tables["link_quality"]),
        misfits=departures(tables["link_quality"]),
        by_group=by_group(tables["link_quality"]),
        open_stays=open_stays(tables["stay"], month),
        hospital=counts(disagreements(tables, month)),
        quotes=unfound_quotes(tables.get("quotes")),
        refused=[reason for code, reason in _not_read(tables) if code != NOT_TAKEN],
        not_taken=[reason for code, reason in _not_read(tables) if code == NOT_TAKEN],
        equality=audited(tables.get("equality")),
    )


def _not_read(tables: Tables) -> list[tuple[str, str]]:
    """Code and reason of each file that was refused, or that no source takes."""
    return tables["refused_file"].select("code", "reason").rows() if "refused_file" in tables else []


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


def _fields(quality: pl.DataFrame | None, taken: pl.DataFrame, month: Month) -> pl.DataFrame:
    """How far each field of the month's deliveries and of registers was read, the worst of each file first.

    A month published before that was measured has no such table.
    """
    if quality is None:
        return pl.DataFrame(schema={column.name: TYPES[column.type].polars for column in FIELD_QUALITY.columns})
    of_month = taken.filter((pl.col("period") == month.start) | pl.col("period").is_null())
    rows = quality.join(of_month.select("delivery_id"), on="delivery_id", how="semi").filter(pl.col("filled") > 0)
    share = pl.col("read") / pl.col("filled")
    return rows.sort("source_file", "source", share, "field")


def _matching(links: pl.DataFrame, taken: pl.DataFrame) -> Rows:
    """By source: rows, rows naming nobody, rows of a person whom another source or description also gave."""
    of_use = links.select("delivery_id", "source", "person_id", "how")
    rows = of_use.join(taken.select("delivery_id"), on="delivery_id", how="semi")
    named = pl.col("person_id").is_not_null() & (pl.col("how") != "nobody")
    spread = rows.filter(named).group_by("person_id").agg(sources=pl.col("source").n_unique())
    how = {
        "nobody": "nobody",
        "by_number": "number",
        "by_model": "model",
        "by_decision": "decision",
        "by_event": "event",
    }
    out = (
        rows.join(spread, on="person_id", how="left")
        .group_by("source")
        .agg(
            rows=pl.len(),
            unreadable=pl.col("person_id").is_null().sum(),
            named=named.sum(),
            joined=(named & (pl.col("how") != "single")).sum(),
            elsewhere=(named & (pl.col("sources") > 1)).sum(),
            **{name: (pl.col("how") == code).sum() for name, code in how.items()},
        )
        .sort("source")
    )
    rates = ("joined", "elsewhere")
    return [
        row | {f"{name}_rate": _rate(row[name], row["named"]) for name in rates} for row in out.iter_rows(named=True)
    ]


def _conflicts(found: pl.DataFrame | None) -> Rows:
    """What contradicts itself: how many people and rows, and the first ids to look at."""
    if found is None:
        return []
    counts = found.group_by("what").agg(
        people=pl.len(), rows=pl.col("rows").sum(), first=pl.col("person_id").sort().head(LARGEST).str.join(", ")
    )
    rows = counts.sort("people", "what", descending=[True, False]).iter_rows(named=True)
    return [row | {"title": CONTRADICTIONS[row["what"]]} for row in rows]


def _rate(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "none"


def _most_described(people: pl.DataFrame) -> Rows:
    ordered = people.sort("identities", "rows", "person_id", descending=[True, True, False], nulls_last=True)
    return ordered.select("person_id", "identities", "rows", "sources").head(LARGEST).to_dicts()
