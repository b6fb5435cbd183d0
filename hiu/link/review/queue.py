"""Review: the pairs a person should look at, and the order that helps the ranked list most."""

import hashlib
from collections.abc import Mapping

import polars as pl

from hiu.link.review.doubts import APART, BIRTHS, NAMESAKE, NUMBERS, RIVAL, TWINS

C = pl.col


def chance() -> pl.Expr:
    """How likely the two are one person, all in all: the pair's own probability, moderated by why it is in doubt.

    What surrounds a pair says more than the pair: of pairs kept apart by their surroundings about one in four was one
    person on areas whose truth is known, of contradictions inside a cluster most were
    (docs/benchmarks.md, the review queue and the estimate).
    """
    p = C("match_probability")
    raised, lowered = pl.max_horizontal(p, 0.75), pl.min_horizontal(p, 0.95)
    moderated = {RIVAL: pl.lit(0.25), APART: 0.7 * p, NUMBERS: raised, BIRTHS: raised, TWINS: lowered}
    return pl.coalesce(*(pl.when(C("why") == why).then(value) for why, value in moderated.items()), p)


def order_by_effect(pairs: pl.DataFrame, intensity: Mapping[str, float], cut: float, next_cut: float) -> pl.DataFrame:
    """Pairs in the order in which a review changes the list most, then by the rows a mistake puts in the wrong place.

    pairs: person_a, person_b, together, and `chance` (else match_probability), `share` (else a half), `moved` if
    known · intensity: person_id -> score (absent = 0) · cut: the Nth score, next_cut: the (N+1)th. Adds `priority`.
    Rule: hi >= lo are the two people's scores; gain = hi + lo - cut if hi < cut <= hi + lo; next_cut if lo >= cut;
    else 0; e = chance if kept apart, 1 - chance if joined; priority = e * gain, ties by e * (hi + lo), then by
    e * moved, then by the pair. A joined pair is one person: their score goes to the sides by `share` of the rows.
    """
    a, b = (
        pairs[name].replace_strict(dict(intensity), default=0.0, return_dtype=pl.Float64)
        for name in ("person_a", "person_b")
    )
    less = C("share") if "share" in pairs.columns else pl.lit(0.5)
    p = C("chance") if "chance" in pairs.columns else C("match_probability")
    moved = C("moved") if "moved" in pairs.columns else pl.lit(0)
    apart = (pl.max_horizontal("a", "b"), pl.min_horizontal("a", "b"))
    scored = pairs.with_columns(a=a, b=b).with_columns(
        hi=pl.when("together").then(C("a") * (1 - less)).otherwise(apart[0]),
        lo=pl.when("together").then(C("a") * less).otherwise(apart[1]),
        e=pl.when("together").then(1 - p).otherwise(p),
    )
    both = C("hi") + C("lo")
    joins, stays = (C("hi") < cut) & (both >= cut), C("lo") >= cut
    gain = pl.when(joins).then(both - cut).when(stays).then(pl.lit(next_cut)).otherwise(0.0)
    down = [True, True, True, False, False]
    return (
        scored.with_columns(priority=C("e") * gain, tie=C("e") * both, wrong=C("e") * moved)
        .sort("priority", "tie", "wrong", "identity_a", "identity_b", descending=down)
        .drop("a", "b", "hi", "lo", "e", "tie", "wrong")
    )


def shortlist(ordered: pl.DataFrame, most: int) -> pl.DataFrame:
    """What people are shown: every pair that can move the list and the first `most` of the rest; `place` from 1.

    Pairs of one name alone are among the rest: there may be as many of them as there are rows without a birth.
    """
    can = (C("priority") > 0) & (C("why") != NAMESAKE)
    return ordered.filter(can | ((~can).cum_sum() <= most)).with_row_index("place", offset=1)


def second_sample(pairs: pl.DataFrame, share: float) -> pl.Series:
    """Which pairs two people look at: a fixed share, chosen by a digest of the pair, so the same in every run."""
    keys = pairs.select(pl.concat_str("identity_a", pl.lit("|"), "identity_b")).to_series().to_list()
    drawn = [int.from_bytes(hashlib.sha256(f"double|{key}".encode()).digest()[:6], "big") / 2**48 for key in keys]
    return pl.Series("double", [value < share for value in drawn], dtype=pl.Boolean)
