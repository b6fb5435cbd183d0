"""Train: move the model's weights to what labelled pairs say. A deliberate act, never part of a monthly run.

Fellegi-Sunter weights fitted all at once by penalised logistic regression, so that fields that say the same thing
share the credit. Each weight is drawn back to the base model's (ridge), and those in FIXED_LEVELS don't move.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from hiu.link.candidates import block
from hiu.link.compare.pairs import compare
from hiu.link.describe import nodes
from hiu.link.levels import FIELDS, Flags, Levels, Reals, pack, unpack
from hiu.link.model.scorer import ModelFile, WeightTable
from hiu.settings import Linking

FIXED_LEVELS = {
    ("given", "exact_common"),
    ("given", "nickname"),
    ("family", "exact_common"),
    ("place", "different"),
    ("kin", "namesake"),
    ("kin", "twin_alike"),
    ("kin", "name_only"),
}
"""Levels (HELD in model.json) that an invented area can't teach: too few namesakes, and its people move too little."""


def labelled_pairs(
    identity: pl.DataFrame,
    person: pl.DataFrame,
    settings: Linking,
    events: pl.DataFrame | None = None,
    *,
    hide_number: bool = False,
) -> tuple[Levels, Flags, Reals]:
    """Levels, label and weight of every candidate pair. `person`: identity_id, person_id (whose it is known to be).

    A pair weighs 1 / the descriptions of the larger of its people, so that those with most don't rule the fit.
    `hide_number`: candidates are found, and compared, as if nobody had an NHS number.
    """
    described: nodes.Nodes = nodes.build(identity.filter(nodes.comparable()), settings)
    if hide_number:
        unnumbered = described.frame.with_columns(nhs_number=pl.lit(None, dtype=pl.String))
        described = nodes.Nodes(unnumbered, described.member)
    seen = None
    if events is not None:
        seen = events.join(described.member, on="identity_id").select("node", "source", "event").unique()
    pairs = block.pairs(described.frame, settings.block_limit, seen)
    owner = described.member.join(person, on="identity_id").unique("node", keep="first").sort("node")
    if owner.height < len(described):
        has_owner = np.isin(np.arange(len(described)), owner["node"].to_numpy())
        a, b = block.split(pairs)
        pairs = pairs[has_owner[a] & has_owner[b]]
    who = np.full(len(described), -1)
    who[owner["node"].to_numpy()] = owner["person_id"].rank("dense").to_numpy().astype(np.int64)
    a, b = block.split(pairs)
    size = np.bincount(np.maximum(who, 0))[np.maximum(who, 0)]
    return compare(described.frame, pairs, seen), who[a] == who[b], 1 / np.maximum(size[a], size[b])


def fit(levels: Levels, same: Flags, weight: Reals, base: ModelFile, ridge: float, *, prior: bool = True) -> ModelFile:
    """The base model (as in model.json) with its weights and prior moved; `ridge` is how strongly they are held.

    `prior`: false where the pairs are a selection whose share of one person says nothing of all pairs.
    """
    levels, same, weight = _distinct_pairs(levels, same, weight)
    names = [(field, level) for field, all_levels in FIELDS.items() for level in all_levels[1:]]
    free = np.array([name not in FIXED_LEVELS for name in names], dtype=np.float64)
    seen = csr_matrix(_one_hot(levels) * free)
    start = WeightTable(base).contributions(levels).sum(axis=1) * np.log(2)
    label = same.astype(np.float64)

    def loss(step: Reals) -> tuple[float, Reals]:
        odds = start + seen @ step[:-1] + step[-1]
        wrong = weight * (1 / (1 + np.exp(-odds)) - label)
        cost = (weight * (np.logaddexp(0, odds) - label * odds)).sum() + 0.5 * ridge * (step[:-1] ** 2).sum()
        return float(cost), np.append(seen.T @ wrong + ridge * step[:-1], wrong.sum() * prior)

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    step = found.x / np.log(2)
    moved: dict[str, dict[str, float]] = {field: {} for field in FIELDS}
    for (field, level), change in zip(names, step, strict=False):
        moved[field][level] = round(float(base["weights"][field][level]) + float(change), 2)
    return {**base, "prior": round(float(base["prior"]) + float(step[-1]), 2), "weights": moved}


def _distinct_pairs(levels: Levels, same: Flags, weight: Reals) -> tuple[Levels, Flags, Reals]:
    """Pairs that agree alike and have one label as one, of their weights together: hundreds stand for millions."""
    codes, back = np.unique(pack(levels) << np.uint64(1) | same, return_inverse=True)
    together = np.bincount(back, weight).astype(np.float64)
    return unpack(codes >> np.uint64(1)), (codes & np.uint64(1)).astype(np.bool_), together


def _one_hot(levels: Levels) -> NDArray[np.float32]:
    columns = [levels[:, k] == code for k, names in enumerate(FIELDS.values()) for code in range(1, len(names))]
    return np.stack(columns, axis=1).astype(np.float32)
