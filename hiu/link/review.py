"""Review: the pairs a person should look at, and the order that helps the ranked list most."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hiu.link.match import Linked
from hiu.settings import Linking

C = pl.col
SURE = 0.95


def candidates(linked: Linked, settings: Linking) -> pl.DataFrame:
    """Pairs in doubt: one line for each two people, on their best pair, and one for each doubtful join.

    Columns: identity_a, identity_b, cluster_a, cluster_b, match_weight, match_probability, together. Kept apart
    with a probability of settings.review_from or more, or joined with less than SURE.
    """
    of = linked.clusters.select("identity_id", "cluster")
    pairs = (
        linked.pairs.join(of, left_on="identity_a", right_on="identity_id")
        .rename({"cluster": "cluster_a"})
        .join(of, left_on="identity_b", right_on="identity_id")
        .rename({"cluster": "cluster_b"})
    )
    apart = pairs.filter(~C("together"), C("match_probability") >= settings.review_from)
    apart = _best(apart, [pl.min_horizontal("cluster_a", "cluster_b"), pl.max_horizontal("cluster_a", "cluster_b")])
    return pl.concat([apart, _doubtful(pairs.filter("together"))]).sort("identity_a", "identity_b")


def _doubtful(inside: pl.DataFrame) -> pl.DataFrame:
    """For each description its best link inside its cluster, where even that is in doubt."""
    ends = pl.concat([inside.with_columns(end=C("identity_a")), inside.with_columns(end=C("identity_b"))])
    best = ends.sort("match_weight", "identity_a", "identity_b", descending=[True, False, False])
    best = best.unique("end", keep="first", maintain_order=True).filter(C("match_probability") < SURE)
    return best.drop("end").unique(["identity_a", "identity_b"]).select(_COLUMNS)


_COLUMNS = ["identity_a", "identity_b", "cluster_a", "cluster_b", "match_weight", "match_probability", "together"]


def _best(pairs: pl.DataFrame, by: list[pl.Expr]) -> pl.DataFrame:
    keyed = pairs.with_columns(low=by[0], high=by[1])
    ordered = keyed.sort("match_weight", "identity_a", "identity_b", descending=[True, False, False])
    return ordered.unique(["low", "high"], keep="first", maintain_order=True).select(_COLUMNS)


def by_effect(pairs: pl.DataFrame, intensity: Mapping[str, float], cut: float, next_cut: float) -> pl.DataFrame:
    """Pairs in the order in which a review changes the list most.

    pairs: person_a, person_b, match_probability, together · intensity: person_id -> score (absent = 0) ·
    cut: the Nth score, next_cut: the (N+1)th. Adds `priority`. Rule: hi >= lo are the two people's scores;
    gain = hi + lo - cut if hi < cut <= hi + lo; next_cut if lo >= cut; else 0; e = p if kept separate, 1 - p if
    merged; priority = e * gain, ties by e * (hi + lo), then by the pair. For a merged pair both sides are the
    same person: the part that would leave isn't known, so each side is taken as half of the score.
    """
    score = {name: pl.Series(pairs[name].replace_strict(dict(intensity), default=0.0, return_dtype=pl.Float64))
             for name in ("person_a", "person_b")}  # fmt: skip
    half = pl.when("together").then(0.5).otherwise(1.0)
    scored = pairs.with_columns(a=score["person_a"], b=score["person_b"]).with_columns(
        hi=pl.max_horizontal("a", "b") * half, lo=pl.min_horizontal("a", "b") * half,
        e=pl.when("together").then(1 - C("match_probability")).otherwise(C("match_probability")),
    )  # fmt: skip
    both = C("hi") + C("lo")
    gain = (
        pl.when((C("hi") < cut) & (both >= cut)).then(both - cut)
        .when(C("lo") >= cut).then(pl.lit(next_cut)).otherwise(0.0)
    )  # fmt: skip
    return (
        scored.with_columns(priority=C("e") * gain, tie=C("e") * both)
        .sort("priority", "tie", "identity_a", "identity_b", descending=[True, True, False, False])
        .drop("a", "b", "hi", "lo", "e", "tie")
    )
