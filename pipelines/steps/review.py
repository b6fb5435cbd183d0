"""The review queue: uncertain pairs in the order in which looking at them changes the list most."""

from __future__ import annotations

import polars as pl

from hiu.link.doubts import doubts, loose_links
from hiu.link.quality import link_quality
from hiu.link.review import by_effect, chance, sampled, short
from hiu.model import REVIEW_QUEUE
from pipelines.work import Work

C = pl.col


def review_queue(work: Work) -> pl.DataFrame:
    """Rows of model.REVIEW_QUEUE: what is in doubt, weighed by the ranked list.

    Leaves all doubts and loose links in work.notes (the queue is capped), the queue's pairs as warehouse.review_pair.
    """
    warehouse, settings = work.warehouse, work.place.settings
    of = warehouse.read("select identity_id, person_id as cluster from cluster order by identity_id")
    described = warehouse.read("select identity_id, rows, nhs_number from identity order by identity_id")
    pairs = warehouse.read("select * from pair_score order by identity_a, identity_b")
    decisions = warehouse.read("decisions")
    loose = loose_links(pairs, described.join(of, on="identity_id"), decisions)
    asked = doubts(pairs, of, described, decisions, settings.linking, loose).with_columns(chance=chance())
    named = asked.join(of.rename({"identity_id": "identity_a", "cluster": "person_a"}), on="identity_a").join(
        of.rename({"identity_id": "identity_b", "cluster": "person_b"}), on="identity_b")  # fmt: skip
    scores = warehouse.read(
        "select person_id, intensity from ranked where list = 'adult' order by intensity desc, person_id"
    )
    cut, next_cut = _cuts(scores["intensity"], settings.rank.top)
    ordered = by_effect(named, dict(scores.iter_rows()), cut, next_cut)
    queue = short(ordered, settings.linking.review_most)
    work.notes |= {"doubts": ordered, "queued": queue.height, "loose": loose}
    warehouse.put("review_pair", queue.select("identity_a", "identity_b", "match_weight", "match_probability"))
    return queue.with_columns(sampled(queue, settings.linking.double_review)).select(REVIEW_QUEUE.names)


def quality_of_links(work: Work) -> pl.DataFrame:
    """Rows of model.LINK_QUALITY; after `review_queue`."""
    read, doubts = work.warehouse.read, work.notes["doubts"]
    return link_quality(
        pairs=read("select * from pair_score order by identity_a, identity_b"),
        doubts=doubts,
        links_table=read("select person_id, source, how from links"),
        people=read("people"),
        identity=read("select i.identity_id, c.person_id as cluster, i.rows, i.nhs_number from identity i "
                      "join cluster c on c.identity_id = i.identity_id"),
        decisions=read("decisions"),
        second=read("second_opinions"),
        queued=work.notes["queued"],
        on=work.month.end,
        loose=work.notes["loose"],
    )  # fmt: skip


def _cuts(scores: pl.Series, top: int) -> tuple[float, float]:
    """The Nth and the (N+1)th score; 0 where the list is shorter."""
    return tuple(float(scores[k]) if k < len(scores) else 0.0 for k in (top - 1, top))  # type: ignore[return-value]
