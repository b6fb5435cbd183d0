"""The report of a training: weights, calibration, where to draw the line, and what would change. An offline page."""

import base64
from collections.abc import Mapping

import polars as pl

from hiu.link.model.candidate import Candidate
from hiu.publish.charts.matching import threshold_chart
from hiu.publish.pages import render
from hiu.publish.stamp import Stamp

MOST = 60
"""Joins and splits that are listed."""


def train_page(
    found: Candidate,
    change: Mapping[str, int],
    people: pl.DataFrame,
    moves: pl.DataFrame,
    *,
    stamp: Stamp,
    link_at: float,
    file: str,
) -> str:
    """The page. people: person_id, before, after (ranks, null if not ranked) · moves: as link.model.candidate.moves.

    Ids only, no name.
    """
    svg = threshold_chart(found.thresholds, link_at)
    chart = "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
    why = dict(moves.explode("people").select("people", "kind").unique("people", keep="first").iter_rows())
    moved = people.filter(
        pl.col("before").is_null() | pl.col("after").is_null() | (pl.col("before") != pl.col("after"))
    )
    line = found.thresholds.filter(threshold=link_at).to_dicts()
    aside = int(found.calibration.filter(model="candidate")["pairs"].sum())
    return render(
        "train.html.j2",
        stamp=stamp,
        model=found,
        change=change,
        file=file,
        chart=chart,
        link_at=link_at,
        weights=found.weights.to_dicts(),
        calibration=found.calibration.to_dicts(),
        line=line,
        aside=aside,
        of_two=aside - line[0]["joined"] + line[0]["wrong"] - line[0]["missed"],
        people=[row | {"why": why.get(row["person_id"], "")} for row in moved.to_dicts()],
        moves=moves.head(MOST).to_dicts(),
        more=max(0, moves.height - MOST),
    )
