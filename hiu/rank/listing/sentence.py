"""The sentence beside every rank: why this person is here, and how sure that is."""

from collections.abc import Callable

import polars as pl

from hiu.model.grades import NOT_ASSESSED

SURE = {"A": "in at least 8 of 10 draws", "B": "in 2 to 8 of 10 draws", "C": "in fewer than 2 of 10 draws"}
"""How often somebody is in the first places of the list drawn again, by certainty."""
_ROWS = 10_000
_OWNER = {"clinical": "clinical", "public_safety": "public safety"}


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    suffix = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{suffix}"


def _ordinal(column: str) -> pl.Expr:
    """The same of every row."""
    place = pl.col(column)
    suffix = (place % 10).replace_strict({1: "st", 2: "nd", 3: "rd"}, default="th", return_dtype=pl.String)
    return pl.format("{}{}", place, pl.when((place % 100).is_in((11, 12, 13))).then(pl.lit("th")).otherwise(suffix))


def amount(value: float) -> str:
    """A severity score as people say it: whole from 10, else at most one decimal."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")


def say_each_row(table: pl.DataFrame, say: Callable[..., str]) -> pl.Series:
    """What `say` makes of the values of each row, asked once for all rows that are alike."""
    alike = table.unique(maintain_order=True)
    sentences = alike.with_columns(said=pl.Series([say(*row) for row in alike.iter_rows()], dtype=pl.String))
    return table.join(sentences, on=table.columns, how="left", nulls_equal=True, maintain_order="left")["said"]


def rank_sentences(table: pl.DataFrame, gaps: str, little: str = "", *more: pl.Expr, top: int) -> pl.Series:
    """The sentence of each row (docs/ranking.md).

    table: columns of model.RANKED, with the ranks of all of them; `gaps` names what was filled, and is told of those
    marked `estimated`; `little` says why no place is surer than B; `more` is put after it; `top` = places that the
    meeting discusses.
    """
    figures = ("expected_points", "points_3", "points_12")
    texts = [say_each_row(table.select(name), amount).alias(f"said_{name}") for name in figures]
    risk = say_each_row(table.select("risk", "risk_source", "risk_band", "likelihood", "impact"), _risk)
    wide = table.with_columns(*texts, said_risk=risk)
    high, low = _ordinal("rank_if_high"), _ordinal("rank_if_low")
    otherwise = (
        pl.when(pl.col("rank_if_high") == pl.col("rank_if_low"))
        .then(pl.format("; would be {} whatever the risk", high))
        .otherwise(pl.format("; would be {} if risk were High, and {} if it were Low", high, low))
    )
    guessed = pl.when(pl.col("risk_source") == NOT_ASSESSED).then(otherwise).fill_null("")
    young = _if(pl.col("list") == "under_18", " of the under-18s")
    among = pl.concat_str(pl.lit(f"in the first {top}"), young, pl.lit(" "))
    parts: tuple[pl.Expr | str, ...] = (
        _ordinal("rank"),
        young,
        ": severity score of about ",
        pl.col("said_expected_points"),
        " expected in the next 3 months (",
        pl.col("said_points_3"),
        " in the last 3, ",
        pl.col("said_points_12"),
        " in the last 12; recent months count more), times ",
        pl.col("said_risk"),
        guessed,
        "); ",
        rank_range("plausible rank ", "rank "),
        "; ",
        among,
        pl.col("certainty").replace_strict(SURE, default="in a number of draws not known"),
        " (",
        pl.col("certainty"),
        ").",
        f" No place is surer than B: {little}." if little else "",
        _if(pl.col("estimated"), f" Estimated in part: {gaps}." if gaps else ""),
        *more,
    )
    joined = pl.concat_str(pl.lit(part) if isinstance(part, str) else part for part in parts).alias("sentence")
    if not wide.height:
        return wide.select(joined).to_series()
    # some rows at a time: each part of all sentences at once takes as much memory as the sentences
    return pl.concat(some.select(joined) for some in wide.iter_slices(_ROWS)).to_series()


def level_words() -> pl.Expr:
    """What is added to the sentences of people who are level: columns tied, first_tied, last_tied."""
    words = (pl.col("tied"), " people are level in places ", pl.col("first_tied"), " to ", pl.col("last_tied"))
    parts = (" Tied: ", *words, "; their order says nothing.")
    joined = pl.concat_str(pl.lit(part) if isinstance(part, str) else part for part in parts)
    return _if(pl.col("tied") > 1, joined)


def rank_range(several: str, single: str) -> pl.Expr:
    """The plausible ranks in words: `plausible rank 2 to 15`, or `rank 1` where no other is plausible."""
    low, high = pl.col("rank_low"), pl.col("rank_high")
    return (
        pl.when(low == high).then(pl.format(single + "{}", low)).otherwise(pl.format(several + "{} to {}", low, high))
    )


def _if(condition: pl.Expr, text: str | pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit(text) if isinstance(text, str) else text).otherwise(pl.lit(""))


def _risk(risk: float, source: str, band: str, likelihood: int | None, impact: int | None) -> str:
    if source == NOT_ASSESSED:
        reason = "not assessed; typical risk score used"
    elif likelihood is None or impact is None:
        reason = f"{_OWNER[source]}: {band}"
    else:
        reason = f"{_OWNER[source]}: square root of likelihood {likelihood} x impact {impact}"
    return f"risk {risk:.1f} ({reason}"
