"""What lets an analyst trace a figure: descriptions, contacts in order, and the evidence on doubtful pairs."""

from __future__ import annotations

import numpy as np
import polars as pl

from hiu.link.levels import FIELDS, NAMES, unpack
from hiu.link.scorer import Scorer
from hiu.model import DESCRIPTIONS, REVIEW_EVIDENCE, TIMELINE
from pipelines.matching.model import model_of
from pipelines.work import Work

C = pl.col


def traced(work: Work) -> dict[str, pl.DataFrame]:
    """The tables of hiu.model.lab, from the warehouse as the steps left it."""
    return {
        DESCRIPTIONS.name: _descriptions(work),
        REVIEW_EVIDENCE.name: evidence(
            work.warehouse.read("review_pair"), work.warehouse.read("pair_score"), model_of(work.place)
        ),
        TIMELINE.name: _timeline(work),
    }


def _descriptions(work: Work) -> pl.DataFrame:
    found = work.warehouse.read(
        "select i.*, c.person_id from identity i join cluster c on c.identity_id = i.identity_id order by i.identity_id"
    )
    return found.select(DESCRIPTIONS.names)


def evidence(pairs: pl.DataFrame, scored: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    """Rows of model.REVIEW_EVIDENCE for `pairs`, from the levels kept with every scored pair.

    What the fields leave of the weight is the prior: the model's, for an area of this size.
    """
    key = ["identity_a", "identity_b"]
    kept = pairs.select(*key, "match_weight").join(scored.select(*key, "pattern"), on=key).unique(key).sort(key)
    levels = unpack(kept["pattern"].cast(pl.UInt64).to_numpy())
    worth = scorer.contributions(levels)[:, : len(NAMES)]
    rest = kept["match_weight"].to_numpy() - worth.sum(axis=1)
    parts = [
        kept.select(*key, field=pl.lit(name), level=_level(name, levels[:, k]), weight=pl.Series(worth[:, k]))
        for k, name in enumerate(NAMES)
    ]
    prior = kept.select(*key, field=pl.lit("prior"), level=pl.lit(""), weight=pl.Series(rest))
    return pl.concat([*parts, prior]).select(REVIEW_EVIDENCE.names)


def _level(field: str, codes: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> pl.Series:
    words = [name.replace("_", " ") for name in FIELDS[field]]
    return pl.Series([words[code] for code in codes], dtype=pl.String)


def _timeline(work: Work) -> pl.DataFrame:
    """Events with the episode they fell into (the latest begun by then), and stays."""
    events = work.warehouse.read(
        "select person_id, start, source, event_id, dataset, counted, extra from event where not nobody "
        "order by start, person_id, source, event_id, dataset"
    )
    episodes = work.warehouse.read('select person_id, start as begun, "end" as ended, episode from episode '
                                   "order by begun, person_id")  # fmt: skip
    joined = events.join_asof(episodes, left_on="start", right_on="begun", by="person_id", check_sortedness=False)
    inside = joined.with_columns(episode=pl.when(C("start") <= C("ended")).then("episode"))
    moments = inside.with_columns(end=pl.lit(None, pl.Datetime("us"))).select(TIMELINE.names)
    return pl.concat([moments, _stays(work)], how="vertical_relaxed").unique(TIMELINE.key, keep="first")


def _stays(work: Work) -> pl.DataFrame:
    kinds = [source.name for source in work.place.sources.values() if source.kind == "stays"]
    stays = work.warehouse.read(
        'select l.person_id, l.start, r."end", l.source, l.event_id, l.event_id as dataset from latest l '
        "join record r on r.delivery_id = l.delivery_id and r.source_row = l.source_row "
        "where l.state = 'live' and not l.nobody and l.person_id is not null and l.start < $after "
        "order by l.start, l.person_id, l.source, l.event_id",
        after=work.month.after,
    )
    named = {source.name: next(iter(source.counts), source.name) for source in work.place.sources.values()}
    return (
        stays.filter(C("source").is_in(kinds), C("event_id").is_not_null())
        .with_columns(dataset=C("source").replace(named), counted=pl.lit(True), episode=pl.lit(None, pl.Int64))
        .select(TIMELINE.names)
    )
