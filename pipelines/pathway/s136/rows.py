"""Detentions as rows to be counted: each once, and what is not known a value like others."""

from collections.abc import Mapping

import polars as pl

from hiu.model.ages import age_band, age_on
from hiu.publish.pathway.desk_words import NOT_RECORDED
from hiu.publish.pathway.s136_words import NO_VEHICLE, STEPS, STILL_OPEN, UNWRITTEN
from hiu.rules import rules

C = pl.col
Tables = Mapping[str, pl.DataFrame]
KEY = ["delivery_id", "source_row"]
RULES = [one.code for one in rules()["s136"].exceptions if not one.code.startswith("over_")]
"""Rules that are asked of every detention, besides whether it kept to its limit."""


def detentions(tables: Tables) -> pl.DataFrame:
    """A row a detention: thing, person_id, nobody, month, over, longest (leg), counted, RULES, and what it is split by.

    Names of places and areas are as sent, without the signs that part the words of a cell's group.
    """
    frame = tables["s136_detention"].join(tables["s136_clock"].drop("person_id"), on="detention_id")
    frame = frame.join(_longest(tables["leg"]), on=KEY, how="left")
    people = tables["people"].select("person_id", "dob", C("sex").alias("usual_sex")).unique("person_id")
    frame = frame.join(people, on="person_id", how="left")
    police = C("conveyance") == "police"
    reason = (
        pl.when(police).then("police_conveyance_reason").when(C("conveyance").is_not_null()).then(pl.lit(NO_VEHICLE))
    )
    outcome = pl.when("still_open").then(pl.lit(STILL_OPEN)).otherwise("outcome")
    found = {code: set(tables["s136_exception"].filter(code=code)["detention_id"]) for code in RULES}
    counted = set(tables["s136_counted"]["detention_id"])
    return frame.select(
        "person_id",
        "nobody",
        "at",
        "over",
        thing="detention_id",
        month=C("at").dt.truncate("1mo").dt.date(),
        consulted=_value("consulted"),
        conveyance=_value("conveyance"),
        first_place=_value("first_place"),
        police_conveyance_reason=reason.fill_null(NOT_RECORDED),
        outcome=outcome.fill_null(NOT_RECORDED),
        ethnicity=_value("ethnicity"),
        sex=pl.coalesce("recorded_sex", "usual_sex").fill_null(NOT_RECORDED),
        age_band=age_band(pl.coalesce("age", age_on(C("at").dt.date(), year=None))).fill_null(NOT_RECORDED),
        place=_name("place"),
        force_area=_name("force_area"),
        longest=_value("longest"),
        counted=_flag(C("detention_id").is_in(sorted(counted))),
        **{code: _flag(C("detention_id").is_in(sorted(own))) for code, own in found.items()},
    )


def _value(column: str) -> pl.Expr:
    return C(column).fill_null(NOT_RECORDED)


def _flag(holds: pl.Expr) -> pl.Expr:
    return pl.when(holds).then(pl.lit("yes")).otherwise(pl.lit("no"))


def _name(column: str) -> pl.Expr:
    plain = C(column).str.replace_all("&", " and ", literal=True).str.replace_all(r"[=|\s]+", " ").str.strip_chars()
    return plain.fill_null(NOT_RECORDED)


def _longest(leg: pl.DataFrame) -> pl.DataFrame:
    """What took most of each detention's clock: one of STEPS, or what of the clock no step accounts for."""
    own = leg.filter(C("table") == "s136_detention").drop_nulls("minutes")
    steps = own.filter(C("leg").is_in(list(STEPS))).select(*KEY, "leg", "minutes")
    rest = own.filter(leg="clock").join(steps.group_by(KEY).agg(sum=C("minutes").sum()), on=KEY, how="left")
    unwritten = rest.select(*KEY, leg=pl.lit(UNWRITTEN), minutes=C("minutes") - C("sum").fill_null(0))
    return pl.concat([steps, unwritten]).sort("minutes", "leg").group_by(KEY).agg(longest=C("leg").last())


def minutes(tables: Tables, rows: pl.DataFrame, leg: str) -> pl.DataFrame:
    """Minutes of a leg, with the columns of `rows`: of each detention that has both times; null where out of order."""
    own = tables["leg"].filter((C("table") == "s136_detention") & (C("leg") == leg)).select(*KEY, "minutes")
    named = tables["s136_detention"].select(*KEY, thing="detention_id").join(own, on=KEY)
    return rows.join(named.select("thing", "minutes"), on="thing")
