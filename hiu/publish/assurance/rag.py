"""The quality of a month's matching as red, amber and green, from the published table `link_quality`.

The lines between the colours are this product's own: no published source gives any. They are printed with each colour.
"""

from dataclasses import dataclass

import polars as pl

from hiu.govern.release.disclosure import count_text
from hiu.link.model.agreement import departures

GREY = "not measured"


@dataclass(frozen=True)
class Scale:
    """A measure of everybody: what it is called, and from which lower end of its interval it is green and amber."""

    measure: str
    title: str
    green: float
    amber: float


SCALES = (
    Scale("precision", "Rows on the right person's record (estimate)", 0.99, 0.97),
    Scale("recall", "Rows with the main record of their person (estimate)", 0.95, 0.90),
    Scale("reviewed_joins_confirmed", "Joins in doubt that reviewers confirmed", 0.8, 0.6),
    Scale("reviewers_agree", "Pairs on which two reviewers said the same", 0.9, 0.75),
)
FEW = 100
"""Rows or pairs below which nothing is rated: a few rows are one or two people, whose rows are alike."""
UNEVEN_AMBER, UNEVEN_RED = 0.10, 0.20
"""How far the upper end of a group's share of rows known elsewhere lies below everybody's share, to be so."""


def ratings(quality: pl.DataFrame) -> list[tuple[str, str, str]]:
    """What is rated, its colour, and why: each measure, evenness between groups, and whether the model fits here."""
    return [*(_rated(quality, scale) for scale in SCALES), _evenness(quality), _fit(quality)]


def _rated(quality: pl.DataFrame, scale: Scale) -> tuple[str, str, str]:
    lines = f"green from {scale.green:.0%}, amber from {scale.amber:.0%}, by the lower end of the range"
    rows = quality.filter(pl.col("measure") == scale.measure, pl.col("group") == "all").drop_nulls(["value", "low"])
    if rows.is_empty():
        return scale.title, GREY, f"no figure in this month; {lines}"
    row = rows.row(0, named=True)
    if row["n"] < FEW:
        return scale.title, GREY, f"fewer than {FEW} to rate; {lines}"
    grade = "green" if row["low"] >= scale.green else "amber" if row["low"] >= scale.amber else "red"
    return (
        scale.title,
        grade,
        f"{row['value']:.1%} ({row['low']:.1%} to {row['high']:.1%}), n = {count_text(row['n'])}; {lines}",
    )


def _evenness(quality: pl.DataFrame) -> tuple[str, str, str]:
    """The group by sex or age that other sources know least, by the upper end of its interval, against everybody."""
    title = "Evenness: is matching worse for a group?"
    rows = quality.filter(pl.col("n") >= FEW, measure="seen_elsewhere").drop_nulls(["value", "high"])
    whole = rows.filter(pl.col("group") == "all")["value"]
    groups = rows.filter(pl.col("group").str.contains("^(sex|age)"), pl.col("group") != "age: not recorded")
    lines = (
        f"groups of {FEW} rows or more; amber if the upper end of a group's range is {100 * UNEVEN_AMBER:.0f} "
        f"percentage points or more below everybody's share, red from {100 * UNEVEN_RED:.0f} points"
    )
    if whole.is_empty() or groups.is_empty():
        return title, GREY, f"no figure by sex or age in this month; {lines}"
    worst = groups.sort("high").row(0, named=True)
    gap = whole[0] - worst["high"]
    grade = "red" if gap >= UNEVEN_RED else "amber" if gap >= UNEVEN_AMBER else "green"
    of = (
        f"{worst['value']:.1%} (up to {worst['high']:.1%}) of its {count_text(worst['n'])} rows known from another "
        f"source, everybody {whole[0]:.1%}"
    )
    least = f"least: {worst['group']}, {of}"
    return title, grade, f"{least}; {lines}"


def _fit(quality: pl.DataFrame) -> tuple[str, str, str]:
    found = departures(quality)
    title = "Does the matching model fit what is matched here?"
    if quality.filter(pl.col("measure") == "agreement").is_empty():
        return title, GREY, "too few sure pairs in this month to say"
    return title, "amber" if found else "green", " ".join(found[:3]) or "no slip is more frequent than expected"
