"""The tasking list: people who may be shown, by the command unit where most of their contacts happened.

For each it says what there is to settle under partnership, prevention and intervention; a meeting decides.

Nobody's unit is guessed: who has no contact with a known unit is listed under none. Two units with as many each have
the person.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from hiu.model import GOING_UP

C = pl.col
UNKNOWN = "Command unit not known"
AGENCIES = 3
"""Agencies in contact within the 12 months from which partners have to agree who leads."""
AGENCY = {"police": "police", "ambulance": "ambulance", "ed": "ED", "mh": "mental health"}
"""Agencies in words, in the order in which they are named."""


def tasking(people: pl.DataFrame, places: pl.DataFrame, support: pl.DataFrame, on: date) -> pl.DataFrame:
    """One row a person and unit: command_unit, rank, list, person_id, contacts (of the 12 months there), home, trusts,
    partnership, prevention and intervention (a sentence each, empty where there is nothing).

    `people` are rows of the list that may be shown; `places` and `support` have the columns of the published tables.
    """
    own = places.filter(C("person_id").is_in(people["person_id"].implode()))
    joined = (
        people.select("person_id", "rank", "list", "access", "label", "label_sentence")
        .join(_units(own), on="person_id", how="left", maintain_order="left")
        .join(_areas(own), on="person_id", how="left", maintain_order="left")
        .join(support.select("person_id", "cmht", "plan_at", "plan_review_at"), on="person_id", how="left")
    )
    return joined.select(
        C("command_unit").fill_null(UNKNOWN),
        "rank",
        "list",
        "person_id",
        C("contacts").fill_null(0),
        C("home").fill_null(""),
        C("trusts").fill_null(""),
        partnership=_partnership(),
        prevention=_prevention(on),
        intervention=pl.when(C("label").is_in(GOING_UP)).then("label_sentence").otherwise(pl.lit("")),
    ).sort(C("command_unit") == UNKNOWN, "command_unit", "list", "rank", "person_id")


def _units(places: pl.DataFrame) -> pl.DataFrame:
    """person_id, command_unit, contacts: the unit or units with most of the contacts whose place is known."""
    there = places.filter(C("area") == "incident").drop_nulls("command_unit")
    counts = there.group_by("person_id", "command_unit").agg(C("contacts").sum())
    return counts.filter(C("contacts") == C("contacts").max().over("person_id"))


def _areas(places: pl.DataFrame) -> pl.DataFrame:
    """person_id, agencies (names), units, home (latest known), trusts."""
    latest = places.filter(C("area") == "home", C("not_known").is_null()).sort("start", "source", "event_id")
    home = latest.group_by("person_id", maintain_order=True).agg(
        home=pl.coalesce(C("borough").last(), C("command_unit").last())
    )
    order = list(AGENCY)
    own = places.with_columns(turn=C("agency").replace_strict(order, range(len(order)), default=len(order)))
    named = C("agency").replace(AGENCY).unique(maintain_order=True)
    unit = C("command_unit").filter(C("area") == "incident").drop_nulls().unique().sort()
    trust = C("trust").filter(C("area") == "provider").drop_nulls().unique().sort()
    each = (
        own.sort("turn", "agency")
        .group_by("person_id")
        .agg(agencies=named, units=unit, trusts=trust.str.join(", "), trust_count=trust.len())
    )
    return each.join(home, on="person_id", how="left")


def _partnership() -> pl.Expr:
    """Whom the partners have to agree with: several agencies, units or trusts have the same person."""
    agencies, units, trusts = C("agencies").list.len(), C("units").list.len(), C("trust_count")
    parts = [
        pl.when(agencies >= AGENCIES).then(
            pl.format("In contact: {}; agree which of them leads", C("agencies").list.join(", "))
        ),
        pl.when(units > 1).then(pl.format("Contacts in {} command units: {}", units, C("units").list.join(", "))),
        pl.when(trusts > 1).then(pl.format("Care from {} trusts: {}", trusts, C("trusts"))),
    ]
    return _sentences(parts)


def _prevention(on: date) -> pl.Expr:
    """What is lacking that may prevent a crisis: a mental-health team; of people being supported a plan, its review."""
    supported = C("access") == "supported"
    parts = [
        pl.when(C("cmht").is_null()).then(pl.lit("No community mental health team is named")),
        pl.when(supported & C("plan_at").is_null()).then(pl.lit("No plan is recorded")),
        pl.when(supported & (C("plan_review_at") <= on)).then(
            pl.format("The plan was due for review on {}", C("plan_review_at").dt.strftime("%-d %b %Y"))
        ),
    ]
    return _sentences(parts)


def _sentences(parts: Sequence[pl.Expr]) -> pl.Expr:
    joined = pl.concat_str([part.fill_null("") for part in parts], separator=". ")
    return joined.str.replace_all(r"(\. )+", ". ").str.strip_chars(". ").str.replace(r"(.)$", "$1.")
