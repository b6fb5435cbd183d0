"""Namesakes: two people of one full name, one of them without a birth, who may be one person.

The matcher never joins by a name alone, and compares no descriptions that give nothing else. A reviewer may know more.
"""

import numpy as np
import polars as pl

from hiu.link.candidates.block import join
from hiu.link.compare.pairs import compare
from hiu.link.describe import nodes
from hiu.link.levels import CODE, NAMES, Flags, Levels, pack
from hiu.link.model.scorer import Scorer, probability
from hiu.settings import Linking

FEW = 10
"""The most people who may carry a name that is asked about: more are namesakes."""


def weighed(pairs: pl.DataFrame, identity: pl.DataFrame, model: Scorer, settings: Linking) -> pl.DataFrame:
    """The pairs that nothing contradicts and whose name is not a common one, as Linkage.pairs has them.

    pairs: identity_a, identity_b and more columns, which are kept · identity: the whole table. How common a name is
    comes from the list of names alone.
    """
    ids = {*pairs["identity_a"], *pairs["identity_b"]}
    described = nodes.build(identity.filter(pl.col("identity_id").is_in(list(ids))), settings, ids)
    home = dict(described.member.select("identity_id", "node").iter_rows())
    a, b = (np.array([home[i] for i in pairs[side]], dtype=np.int64) for side in ("identity_a", "identity_b"))
    packed = join(a, b)
    order = np.argsort(packed, kind="stable")
    levels = compare(described.frame, packed[order])[np.argsort(order, kind="stable")]
    weight = model.sized(identity.height).contributions(levels).sum(axis=1)
    found = pairs.with_columns(
        match_weight=pl.Series(weight, dtype=pl.Float64),
        match_probability=pl.Series(probability(weight), dtype=pl.Float64),
        pattern=pl.Series(pack(levels), dtype=pl.UInt64),
        together=pl.lit(False),
    )
    return found.filter(pl.Series(_may_be_one(levels), dtype=pl.Boolean))


def _may_be_one(levels: Levels) -> Flags:
    """Nothing that both give differs, and not both names are common ones."""
    differs = np.zeros(len(levels), dtype=np.bool_)
    for k, field in enumerate(NAMES):
        if "different" in CODE[field]:
            differs |= levels[:, k] == CODE[field]["different"]
    given, family = (
        np.isin(levels[:, NAMES.index(name)], [CODE[name]["exact_common"], CODE[name]["exact_frequent"]])
        for name in ("given", "family")
    )
    may: Flags = ~differs & ~(given & family)
    return may
