"""The review queue: uncertain pairs in the order in which looking at them changes the list most."""

from __future__ import annotations

import polars as pl

from hiu.link.review import by_effect
from hiu.model import REVIEW_QUEUE
from pipelines.plan import Work

APART = "likely the same, kept apart"
TOGETHER = "joined on weak evidence"


def review_queue(work: Work) -> pl.DataFrame:
    """Rows of model.REVIEW_QUEUE: the matcher's doubtful pairs, weighed by the ranked list."""
    of = work.warehouse.read("select identity_id, person_id from cluster order by identity_id")
    pairs = (
        work.warehouse.read("review_pair")
        .join(of.rename({"identity_id": "identity_a", "person_id": "person_a"}), on="identity_a")
        .join(of.rename({"identity_id": "identity_b", "person_id": "person_b"}), on="identity_b")
    )
    scores = work.warehouse.read(
        "select person_id, intensity from ranked where list = 'adult' order by intensity desc, person_id"
    )
    cut, next_cut = _cuts(scores["intensity"], work.place.settings.rank.top)
    ordered = by_effect(pairs, dict(scores.iter_rows()), cut, next_cut)
    why = pl.when("together").then(pl.lit(TOGETHER)).otherwise(pl.lit(APART))
    return ordered.with_columns(why=why).select(REVIEW_QUEUE.names)


def _cuts(scores: pl.Series, top: int) -> tuple[float, float]:
    """The Nth and the (N+1)th score; 0 where the list is shorter."""
    return tuple(float(scores[k]) if k < len(scores) else 0.0 for k in (top - 1, top))  # type: ignore[return-value]
