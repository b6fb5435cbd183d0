"""Risk: likelihood x impact from the latest gradings, clinical and public-safety kept apart.

Rule: docs/ranking.md and the Guide (G43). R is the square root of likelihood x impact, 1 to 5.
The two fields are never averaged; the rank uses the higher and says which.
"""

import polars as pl

from hiu.model.grades import BAND_FROM
from hiu.month import Month

BANDS = {"Low": 1.5, "Medium": 3.0, "High": 4.5}
"""R when only a band was recorded."""


def risk(month: Month, gradings: pl.DataFrame) -> pl.DataFrame:
    """One row a person graded by the month's end: `person_id`, `risk` (1 to 5), `risk_source`, `risk_band`,
    `likelihood`, `impact` (null when only a band was recorded).

    The latest grading of each owner holds (the higher of two on one day); of the two owners the higher
    counts, clinical first when equal.
    """
    graded = (
        gradings.filter(pl.col("at") <= month.end)
        .select("person_id", "at", risk_source="role", likelihood="likelihood", impact="impact", grade="grade")
        .with_columns(risk=_score())
        .filter(pl.col("risk").is_not_null())
    )
    latest = graded.sort("at", "risk", "likelihood", descending=True).unique(
        ["person_id", "risk_source"], keep="first", maintain_order=True
    )
    return (
        latest.sort("risk", "risk_source", descending=[True, False])
        .unique("person_id", keep="first", maintain_order=True)
        .select("person_id", "risk", "risk_source", "likelihood", "impact", risk_band=_band())
        .sort("person_id")
    )


def middle(assessed: pl.Series) -> float:
    """The median R of those assessed, which stands in for a missing grading; Medium when nobody is."""
    found = assessed.drop_nulls().median()
    return float(found) if isinstance(found, int | float) else BANDS["Medium"]


def _product() -> pl.Expr:
    return (pl.col("likelihood") * pl.col("impact")).cast(pl.Float64)


def _score() -> pl.Expr:
    return pl.coalesce(_product().sqrt(), pl.col("grade").replace_strict(BANDS, default=None, return_dtype=pl.Float64))


def _band() -> pl.Expr:
    """The highest band whose least product is reached; the band as sent where only that was recorded."""
    reached = (pl.when(_product() >= least).then(pl.lit(band)) for band, least in reversed(BAND_FROM.items()))
    return pl.coalesce(*reached, "grade")
