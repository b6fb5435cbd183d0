"""Unlabelled: a model of an area whose numbers are too few to learn from.

EM says how likely each pattern of agreement is one person; the weights are then moved to say the same, as they are
moved to labels (`fit`). Whatever trusted numbers there are count beside it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from hiu.link.candidates.block import Blocking, Pairs, join
from hiu.link.compare.pairs import Comparing
from hiu.link.describe import nodes
from hiu.link.describe.columns import columns
from hiu.link.levels import Levels, Reals, unpack
from hiu.link.model.em import Patterns, one_person
from hiu.link.model.fit import Ridge, fit
from hiu.link.model.labels import Labels
from hiu.link.model.scorer import ModelFile, WeightTable, values_at
from hiu.settings import Linking

DRAWN = 1_000_000
"""Pairs drawn at random, to see how strangers agree."""
RIDGE = Ridge(alone=1.0, together=20.0)
"""EM's own prior draws back already; this only keeps what is never met."""
_SEED = 1


def area_patterns(
    identity: pl.DataFrame, events: pl.DataFrame | None, settings: Linking, labels: Labels | None = None
) -> Patterns:
    """How the candidate pairs of an area agree, and pairs drawn at random; with labelled pairs beside them if given."""
    described = nodes.build(identity.filter(nodes.comparable()), settings)
    seen = None
    if events is not None:
        seen = events.join(described.member, on="identity_id").select("node", "source", "event").unique()
    cols = columns(described.plain, seen, described.lead)
    candidates, comparing = Blocking(cols, settings.block_limit).every().pairs, Comparing(cols)
    size = len(described)
    drawn = np.setdiff1d(_drawn(size), candidates)
    levels, pairs = _counted(comparing, candidates)
    apart, met = _counted(comparing, drawn)
    others = size * (size - 1) / 2 - len(candidates)
    same = np.full(len(pairs), np.nan)
    if labels is not None:
        levels, pairs = np.vstack([levels, labels.levels]), np.concatenate([pairs, labels.weight])
        same = np.concatenate([same, labels.same.astype(np.float64)])
    return Patterns(
        levels=levels,
        pairs=pairs,
        same=same,
        apart=apart,
        apart_pairs=met * max(others, 0) / max(len(drawn), 1),
        drawn=len(drawn),
        descriptions=size,
    )


def fit_unlabelled(patterns: Patterns, base: ModelFile) -> tuple[ModelFile, Reals]:
    """The base model moved to what EM finds, for an area of this size; and how likely each pattern is one person."""
    start = values_at(base, patterns.descriptions)
    chance, weights = one_person(patterns, WeightTable(start))
    start |= {"weights": {**start["weights"], **weights}}
    count = patterns.pairs
    levels = np.vstack([patterns.levels, patterns.levels])
    same = np.repeat([True, False], len(count))
    return fit(levels, same, np.concatenate([count * chance, count * (1 - chance)]), start, RIDGE), chance


def _drawn(size: int) -> Pairs:
    """Pairs of nodes drawn at random, sorted, each once: the same for the same number of nodes."""
    a, b = np.random.default_rng(_SEED).integers(0, max(size, 1), (2, DRAWN))
    found: Pairs = np.unique(join(a[a != b], b[a != b]))
    return found


def _counted(comparing: Comparing, pairs: Pairs) -> tuple[Levels, Reals]:
    """Distinct patterns in order, and how many pairs show each."""
    parts = [np.unique(pattern, return_counts=True) for _, pattern in comparing.chunks(pairs)]
    if not parts:
        return unpack(np.empty(0, np.uint64)), np.empty(0)
    code, back = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    met: Reals = np.bincount(back, np.concatenate([part[1] for part in parts])).astype(np.float64)
    return unpack(code), met
