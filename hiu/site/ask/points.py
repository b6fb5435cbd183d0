"""What somebody's points are made of."""

from __future__ import annotations

import polars as pl

from hiu.rank.listing.intensity import weights_of
from hiu.site.tables import Tables

C = pl.col


def points(run: Tables, person_id: str) -> pl.DataFrame:
    """A row a data set of which the person had any in 12 months, the most points first."""
    months, weights = {name: run.month - (name - 1) for name in (3, 12)}, run.settings.rank.weights
    each = {name: float(n) for name, n in weights_of(weights, run._whole("coverage")).items()}
    own = run._rows("monthly_demand", (C("person_id") == person_id) & (C("month") >= months[12].start) & (C("n") > 0))
    counts = {f"n_{span}": C("n").filter(C("month") >= first.start).sum() for span, first in months.items()}
    found = own.group_by("dataset").agg(**counts)
    found = found.with_columns(each=C("dataset").replace_strict(each, default=0.0, return_dtype=pl.Float64))
    found = found.with_columns((C(f"n_{span}") * C("each")).alias(f"points_{span}") for span in months)
    share = C("points_12") / C("points_12").sum()
    return found.with_columns(share=share).sort("points_12", "dataset", descending=[True, False])
