"""Contacts of services that offer something short of detention as rows to be counted, each once."""

from collections.abc import Mapping

import polars as pl

from hiu.publish.pathway.desk_words import NOT_RECORDED
from hiu.rules import rules

C = pl.col
Tables = Mapping[str, pl.DataFrame]
RULES = tuple(one.code for one in rules()["offers"].exceptions)


def contacts(tables: Tables) -> pl.DataFrame:
    """A row a contact: thing, person_id, nobody, month, at, minutes, service, offered, taken_up, considered, used,
    onward_referral, and of each rule whether the row fails it. What is not recorded is a value like others."""
    return tables["offer_judged"].select(
        "person_id",
        "nobody",
        "at",
        "minutes",
        "offered",
        "considered",
        *(C(name).fill_null(NOT_RECORDED) for name in ("service", "taken_up", "used", "onward_referral")),
        *(pl.when(C(code)).then(pl.lit("yes")).otherwise(pl.lit("no")).alias(code) for code in RULES),
        thing="offer_id",
        month=C("at").dt.truncate("1mo").dt.date(),
    )


def offered_again(rows: pl.DataFrame) -> pl.DataFrame:
    """person_id, offers and taken of everybody who was offered something twice or more among a month's rows."""
    made = rows.filter(~C("nobody"), C("offered") == "yes")
    own = made.group_by("person_id").agg(offers=C("thing").n_unique(), taken=(C("taken_up") == "yes").sum())
    return own.filter(C("offers") > 1).sort("offers", "person_id", descending=[True, False])
