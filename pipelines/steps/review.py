"""The review queue: uncertain pairs in the order in which looking at them changes the list most."""

import polars as pl

from hiu.link.review.doubts import doubts, weak_links, with_ends
from hiu.link.review.namesakes import FEW, weighed
from hiu.link.review.quality import link_quality
from hiu.link.review.queue import chance, order_by_effect, second_sample, shortlist
from hiu.model import REVIEW_QUEUE
from pipelines.common.model import model_of
from pipelines.common.work import Work

C = pl.col


def review_queue(work: Work) -> pl.DataFrame:
    """Rows of model.REVIEW_QUEUE: what is in doubt, weighed by the ranked list.

    Leaves in work.notes what `quality_of_links` is told of (the queue is capped), the queue's pairs as
    warehouse.review_pair.
    """
    warehouse, settings = work.warehouse, work.place.settings
    rows = warehouse.ask("identity_people")
    pairs, decisions = warehouse.read("pair_score"), warehouse.read("decisions")
    ends = with_ends(pairs, rows)
    loose = weak_links(ends, decisions)
    alike = weighed(
        warehouse.ask("same_names", few=FEW), warehouse.read("identity"), model_of(work.place), settings.linking
    )
    asked = doubts(ends, rows, decisions, settings.linking, loose, alike).with_columns(chance=chance())
    named = asked.rename({"cluster": "person_a", "cluster_b": "person_b"})
    columns, order = ("person_id", "intensity"), ["intensity desc", "person_id"]
    scores = warehouse.rows("ranked", *columns, where={"list": "adult"}, order=order)
    cut, next_cut = _cuts(scores["intensity"], settings.rank.top)
    ordered = order_by_effect(named, dict(scores.iter_rows()), cut, next_cut)
    queue = shortlist(ordered, settings.linking.review_most)
    work.notes |= {"doubts": ordered, "queued": queue.height, "loose": loose, "pairs": pairs, "rows": rows}
    warehouse.put(
        "review_pair", queue.select("identity_a", "identity_b", "match_weight", "match_probability", "pattern")
    )
    return queue.with_columns(second_sample(queue, settings.linking.double_review)).select(REVIEW_QUEUE.names)


def quality_of_links(work: Work, links: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Rows of model.LINK_QUALITY; after `review_queue`. `links` and `people` as published."""
    read, notes = work.warehouse.read, work.notes
    return link_quality(
        pairs=notes.pop("pairs"),
        doubts=notes.pop("doubts"),
        links_table=links.select("person_id", "source", "how"),
        people=people,
        identity=notes.pop("rows").join(
            work.warehouse.rows("identity", "identity_id", "sources", "first_period"), on="identity_id"
        ),
        decisions=read("decisions"),
        second=read("second_opinions"),
        queued=notes.pop("queued"),
        on=work.month.end,
        loose=notes.pop("loose"),
        own_model=work.place.settings.linking.model is not None,
        model=model_of(work.place),
        month=work.month.start,
    )


def _cuts(scores: pl.Series, top: int) -> tuple[float, float]:
    """The Nth and the (N+1)th score; 0 where the list is shorter."""
    return tuple(float(scores[k]) if k < len(scores) else 0.0 for k in (top - 1, top))  # type: ignore[return-value]
