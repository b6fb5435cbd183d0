"""The report of a training: weights, calibration, where to draw the line, and what would change. An offline page."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import polars as pl

from hiu.link.candidate import Candidate
from hiu.publish.link_charts import threshold_chart
from hiu.publish.pages import render
from hiu.publish.stamp import Stamp


def train_page(found: Candidate, change: Mapping[str, int], people: pl.DataFrame, *, stamp: Stamp, link_at: float,
               file: str) -> str:  # fmt: skip
    """The page. people: person_id, before, after (ranks, null if not ranked); ids only, no name."""
    svg = threshold_chart(found.thresholds, link_at)
    chart = "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return render(
        "train.html.j2", stamp=stamp, model=found, change=change, file=file, chart=chart,
        weights=found.weights.to_dicts(), calibration=found.calibration.to_dicts(),
        people=people.filter(pl.col("before").is_null() | pl.col("after").is_null()
                             | (pl.col("before") != pl.col("after"))).to_dicts(),
    )  # fmt: skip
