"""Who may be shown: people supported, and candidates in the top N; nobody else (G18, G57).

And of those only whom the basis permits (govern.basis.gate): `gated` marks the list, `visible` shows nobody who is not
marked, and `withheld` says how many are left out. A person who is not shown has no row and no chart. The first screen
names those of them who are supported, were in the first N last month, or of whom the last meeting decided something or
took on an action: the meeting has to follow them up. Of anybody else it says how many there are.
"""

from collections.abc import Collection

import polars as pl

from hiu.errors import HiuError
from hiu.month import Month
from hiu.publish.rows import Row, Tables, instead
from hiu.rank.listing.population import access

PERMITTED = "permitted"
"""The mark of the gate on the ranked list: beside the published columns, on its way to an output; never written."""


def gated(tables: Tables, permitted: Collection[str]) -> Tables:
    """Published tables as an output may use them.

    `permitted` = ids the gate lets through (`gate.permitted`). `ranked` carries the mark; of everybody else,
    `changes`, `support` and `meeting_entry` keep no row.
    """
    allowed = _among(permitted)
    out = {"ranked": tables["ranked"].with_columns(allowed.alias(PERMITTED))}
    for name in ("changes", "support", "meeting_entry"):
        if name in tables:
            out[name] = tables[name].filter(pl.col("person_id").is_null() | allowed)
    return instead(tables, out)


def mark(ranked: pl.DataFrame, permitted: Collection[str]) -> pl.DataFrame:
    """The list with the mark of the gate: who on it may be shown."""
    return ranked.with_columns(_among(permitted).alias(PERMITTED))


def _among(permitted: Collection[str]) -> pl.Expr:
    return pl.col("person_id").is_in(pl.Series(list(permitted), dtype=pl.String).implode())


def visible(ranked: pl.DataFrame, top: int) -> pl.DataFrame:
    """Rows of the ranked list that may be shown, by list and rank: supported or in the top N of their list, and
    permitted.

    Raises HiuError for a list that did not pass the gate (`gated` or `mark`).
    """
    return _placed(ranked, top).filter(PERMITTED).sort("list", "rank", "person_id")


def withheld(ranked: pl.DataFrame, top: int) -> int:
    """How many people would be shown, were it permitted."""
    return _placed(ranked, top).filter(~pl.col(PERMITTED)).height


def withheld_words(ranked: pl.DataFrame, top: int) -> str:
    """The same as outputs print it, with how many of them are in support: it may be going on unseen."""
    supported = _placed(ranked, top).filter(~pl.col(PERMITTED), pl.col("access") == "supported").height
    return f"{withheld(ranked, top)}{f', of them {supported} in support' if supported else ''}"


def supported_people(support: pl.DataFrame, month: Month) -> frozenset[str]:
    """Ids of those whom the register of a month makes supported, listed or not, by the rule of the list."""
    return frozenset(access(month, support)["person_id"])


def shows_gates(row: Row) -> bool:
    """Whether pack and workbook tell what the team's list holds of a person (a row of `ranked`): gates and dates.

    They do of supported people. Of a candidate they tell what meetings recorded; the rest is for the person sheet, made
    with a reason (G18, G57).
    """
    return bool(row["access"] == "supported")


def charted(ranked: pl.DataFrame, top: int, charts: int, *, candidates: bool = True) -> list[str]:
    """Ids of the people whose chart is drawn, in list order: at most `charts` of those who may be shown.

    `candidates=False` withholds the charts of people who are not supported.
    """
    shown = visible(ranked, top)
    kept = shown if candidates else shown.filter(pl.col("access") == "supported")
    return kept["person_id"].to_list()[:charts]


def _placed(ranked: pl.DataFrame, top: int) -> pl.DataFrame:
    """Supported people, and candidates in the top N: places are counted over everybody, withheld people too."""
    if PERMITTED not in ranked.columns:
        raise HiuError(
            "this list did not pass the gate, so nobody on it may be shown: mark it by "
            "hiu.publish.access.gated with the ids that hiu.govern.basis.gate.permitted gives"
        )
    place = pl.col("rank").rank("ordinal").over("list")
    return ranked.filter((pl.col("access") == "supported") | (place <= top))
