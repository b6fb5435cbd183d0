"""The report of a training: weights, calibration, where to draw the line, and what would change. An offline page."""

import base64
from collections.abc import Mapping

import polars as pl

from hiu.link.joining import Line
from hiu.link.model.candidate import Candidate
from hiu.publish.charts.matching import threshold_chart
from hiu.publish.pages import render
from hiu.publish.stamp import Stamp

MOST = 60
"""Joins and splits that are listed."""


def train_page(
    found: Candidate,
    line: Line,
    change: Mapping[str, int],
    people: pl.DataFrame,
    moves: pl.DataFrame,
    *,
    stamp: Stamp,
    link_at: float,
    file: str,
) -> str:
    """The page. people: person_id, before, after (ranks, null if not ranked) · moves: as
    hiu.link.model.changes.people_changes · link_at: the probability from which pairs join now.

    Ids only, no name.
    """
    svg = threshold_chart(found.thresholds, link_at)
    chart = "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
    why = dict(moves.explode("people").select("people", "kind").unique("people", keep="first").iter_rows())
    moved = people.filter(
        pl.col("before").is_null() | pl.col("after").is_null() | (pl.col("before") != pl.col("after"))
    )
    judged = found.thresholds.filter(threshold=link_at).to_dicts()
    aside = int(found.calibration.filter(model="candidate")["pairs"].sum())
    return render(
        "train.html.j2",
        stamp=stamp,
        model=found,
        change=change,
        file=file,
        chart=chart,
        link_at=link_at,
        together=found.together.head(MOST).to_dicts(),
        corrections=found.together.height,
        weights=found.weights.to_dicts(),
        calibration=found.calibration.to_dicts(),
        judged=judged,
        line=line,
        tried=line.tried.to_dicts(),
        aside=aside,
        of_two=aside - judged[0]["joined"] + judged[0]["wrong"] - judged[0]["missed"],
        people=[row | {"why": why.get(row["person_id"], "")} for row in moved.to_dicts()],
        moves=moves.head(MOST).to_dicts(),
        more=max(0, moves.height - MOST),
    )
