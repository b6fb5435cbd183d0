"""What lets an analyst trace a figure: descriptions, contacts in order, and the evidence on doubtful pairs."""

from collections.abc import Iterator

import polars as pl

from hiu.link.levels import FIELDS, NAMES, Levels, unpack
from hiu.link.model.scorer import JOINED, TERMS, Scorer
from hiu.model import DESCRIPTIONS, REVIEW_EVIDENCE, TIMELINE, TRAITS
from pipelines.common.model import model_of
from pipelines.common.work import Work
from pipelines.steps.kept import KEY, kept, not_counted
from pipelines.steps.traits import traits

C = pl.col


def trace_tables(work: Work) -> dict[str, pl.DataFrame]:
    """The tables of hiu.model.lab, from the warehouse as the steps left it."""
    descriptions, timeline = work.warehouse.ask("descriptions"), _timeline(work)
    return {
        DESCRIPTIONS.name: descriptions,
        REVIEW_EVIDENCE.name: evidence(work.warehouse.read("review_pair"), model_of(work.place)),
        TIMELINE.name: timeline,
        TRAITS.name: traits(work.warehouse.read("people"), descriptions, timeline, work.month),
    }


def evidence(pairs: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    """Rows of model.REVIEW_EVIDENCE for `pairs`, from their patterns of agreement.

    What the terms leave of the weight is the prior: the model's, for an area of this size.
    """
    key = ["identity_a", "identity_b"]
    kept = pairs.unique(key).sort(key)
    levels = unpack(kept["pattern"].cast(pl.UInt64).to_numpy())
    worth = scorer.contributions(levels)[:, :-1]
    rest = kept["match_weight"].to_numpy() - worth.sum(axis=1)
    own = kept.select(key)
    parts = [
        own.with_columns(field=pl.lit(JOINED.join(term)), level=_level(term, levels), weight=pl.Series(worth[:, k]))
        for k, term in enumerate(TERMS)
    ]
    # a field is always there; two fields together only where they add or take something
    shown = [part if len(term) == 1 else part.filter(C("weight") != 0) for term, part in zip(TERMS, parts, strict=True)]
    prior = own.with_columns(field=pl.lit("prior"), level=pl.lit(""), weight=pl.Series(rest))
    return pl.concat([*shown, prior]).select(REVIEW_EVIDENCE.names)


def _level(term: tuple[str, ...], levels: Levels) -> pl.Series:
    """The levels of one field, or of two, in words."""
    words = [[name.replace("_", " ") for name in FIELDS[field]] for field in term]
    codes = [levels[:, NAMES.index(field)].tolist() for field in term]
    each = zip(*([names[code] for code in column] for names, column in zip(words, codes, strict=True)), strict=True)
    return pl.Series([" with ".join(both) for both in each], dtype=pl.String)


def _timeline(work: Work) -> pl.DataFrame:
    """Events with the episode they fell into (the latest begun by then), and stays.

    Not those of the crisis pathway: an event there is mostly one that an agency sent too, and would be met twice.
    """
    key = ("person_id", "start", "source", "event_id", "dataset")
    found = work.warehouse.rows(
        "event", *key, "start_day_only", "counted", "matched", where={"nobody": False}, order=key
    )
    beside = [name for name, source in work.place.sources.items() if source.fills]
    events = found.filter(~C("source").is_in(beside)).with_columns(
        end=pl.lit(None, pl.Datetime("us")), ended=pl.lit(None, pl.String), stay=False
    )
    episodes = work.warehouse.rows("episode", "person_id", "start", "end", "episode").rename(
        {"start": "episode_from", "end": "episode_until"}
    )
    ordered = pl.concat([events, *_stays(work, events.columns)], how="vertical_relaxed").sort(
        TIMELINE.key, maintain_order=True
    )
    again = pl.all_horizontal(C(name) == C(name).shift() for name in TIMELINE.key)
    # both are in order within each person, which is all that the join needs
    joined = ordered.filter(~again.fill_null(False)).join_asof(
        episodes.sort("person_id", "episode_from"),
        left_on="start",
        right_on="episode_from",
        by="person_id",
        check_sortedness=False,
    )
    inside = ~C("stay") & (C("start") <= C("episode_until"))
    whole = joined.with_columns(not_counted(), episode=pl.when(inside).then("episode"))
    return whole.join(kept(work), on=KEY, how="left", maintain_order="left").select(TIMELINE.names)


def _stays(work: Work, columns: list[str]) -> Iterator[pl.DataFrame]:
    """The stays of each source that has any."""
    for source in work.place.sources.values():
        if source.kind != "stays":
            continue
        stays = work.warehouse.ask("stays", source=source.name, after=work.month.after)
        dataset = next(iter(source.counts), source.name)
        day_only = C("start") == C("start").dt.truncate("1d")
        whole = stays.with_columns(
            dataset=pl.lit(dataset), counted=True, matched=False, stay=True, start_day_only=day_only
        )
        yield whole.select(columns)
