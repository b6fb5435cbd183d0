"""Fit: move a model's weights to what labelled pairs say, fields and pairs of fields at once.

Penalised logistic regression over patterns of agreement. Every weight is drawn back to the base model's (ridge), so a
level, or two levels together, that few pairs show hardly moves, and fields that say the same thing share the credit.
The problem is convex: one answer, whatever the order of the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

from hiu.link.levels import CODE, COMBINATIONS, FIELDS, NAMES, Flags, Ints, Levels, Reals, pack, unpack
from hiu.link.model.scorer import JOINED, WIDEST, ModelFile, WeightTable, with_later

FIXED_LEVELS = frozenset(
    {
        ("given", "exact_frequent"),
        ("given", "exact_common"),
        ("given", "nickname"),
        ("family", "exact_frequent"),
        ("family", "exact_common"),
        ("dob", "decade_slip"),
        ("dob", "other_generation"),
        ("place", "different"),
        ("place", "shared"),
        ("event", "shared"),
        *(("local_id", level) for level in FIELDS["local_id"][1:]),
        ("kin", "namesake"),
        ("kin", "twin_alike"),
        ("kin", "name_only"),
        ("kin", "number_only"),
        ("kin", "generations"),
    }
)
"""Levels that an invented area can't teach: too few namesakes and hostels, and its people move too little."""
UNCORRECTED_LEVELS = frozenset({("place", "shared")})
"""Those whose corrections it can't teach either: the few people of an invented hostel are hardly namesakes."""
LEAST_WEIGHT = 0.005
"""A correction below this (log2) says nothing and is left out of the model file."""


@dataclass(frozen=True, kw_only=True)
class Ridge:
    """How strongly weights are held to the base model's, in pairs: those of a field, and those of two together."""

    alone: float = 50.0
    together: float | None = 20.0
    """None = no two fields weigh together (Fellegi and Sunter's independent fields)."""


def fit(
    levels: Levels,
    same: Flags,
    weight: Reals,
    base: ModelFile,
    ridge: Ridge,
    *,
    prior: bool = True,
    fixed: frozenset[tuple[str, str]] = frozenset(),
    uncorrected: frozenset[tuple[str, str]] = frozenset(),
) -> ModelFile:
    """The base model (as in model.json) with its weights and prior moved.

    levels [pairs, fields] · same: whether a pair is one person · weight: how much a pair counts · `prior`: false where
    the pairs are a selection whose share of one person says nothing of all pairs · fixed: (field, level) that stay ·
    uncorrected: those that weigh the same whatever another field says.
    """
    base = with_later(base)
    levels, same, weight = distinct_pairs(levels, same, weight)
    design = _Design(levels, ridge, fixed, uncorrected)
    start = WeightTable(base).contributions(levels).sum(axis=1) * np.log(2)
    label = same.astype(np.float64)

    def loss(step: Reals) -> tuple[float, Reals]:
        odds = start + design.shown @ step[:-1] + step[-1]
        wrong = weight * (1 / (1 + np.exp(-odds)) - label)
        cost = (weight * (np.logaddexp(0, odds) - label * odds)).sum() + 0.5 * (design.ridge * step[:-1] ** 2).sum()
        slope = design.turned @ wrong + design.ridge * step[:-1]
        return float(cost), np.append(slope, wrong.sum() * prior)

    nothing = np.zeros(design.shown.shape[1] + 1)
    found = minimize(loss, nothing, jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    return design.moved(base, found.x / np.log(2))


def distinct_pairs(levels: Levels, same: Flags, weight: Reals) -> tuple[Levels, Flags, Reals]:
    """Pairs that agree alike and have one label as one, of their weights together: hundreds stand for millions."""
    codes, back = np.unique(pack(levels) << np.uint64(1) | same, return_inverse=True)
    together = np.bincount(back, weight).astype(np.float64)
    return unpack(codes >> np.uint64(1)), (codes & np.uint64(1)).astype(np.bool_), together


class _Design:
    """Which weights each pattern shows: a column for each level of a field, then for each two levels that occur."""

    def __init__(
        self, levels: Levels, ridge: Ridge, fixed: frozenset[tuple[str, str]], uncorrected: frozenset[tuple[str, str]]
    ) -> None:
        alone = [(field, level) for field, names in FIELDS.items() for level in names[1:]]
        free = np.array([name not in fixed for name in alone], dtype=np.float64)
        of_level = [levels[:, k] == code for k, names in enumerate(FIELDS.values()) for code in range(1, len(names))]
        parts = [csr_matrix(np.stack(of_level, axis=1) * free)]
        self.alone, self.together = alone, np.empty(0, dtype=np.int64)
        if ridge.together is not None:
            self.together, shown = _shown_together(_without(levels, uncorrected))
            parts.append(shown)
        self.shown = hstack(parts, format="csr")
        self.turned = self.shown.T.tocsr()
        self.ridge = np.repeat([ridge.alone, ridge.together or 0.0], [len(alone), len(self.together)])

    def moved(self, base: ModelFile, step: Reals) -> ModelFile:
        """The base model, each weight moved by its step (log2), the prior by the last."""
        weights = {field: dict(base["weights"][field]) for field in FIELDS}
        for (field, level), change in zip(self.alone, step, strict=False):
            weights[field][level] = round(float(base["weights"][field][level]) + float(change), 2)
        together = {pair: dict(levels) for pair, levels in base.get("together", {}).items()}
        for code, change in zip(self.together.tolist(), step[len(self.alone) :], strict=False):
            pair, both = _named(code)
            weight = round(float(together.get(pair, {}).get(both, 0.0)) + float(change), 2)
            if abs(weight) >= LEAST_WEIGHT:
                together.setdefault(pair, {})[both] = weight
        prior = round(float(base["prior"]) + float(step[-1]), 2)
        return {**base, "prior": prior, "weights": weights, "together": together}


def _without(levels: Levels, some: frozenset[tuple[str, str]]) -> Levels:
    """The patterns as if a field said nothing where it agrees to one of some levels."""
    out = levels.copy()
    for field, level in some:
        column = out[:, NAMES.index(field)]
        column[column == CODE[field][level]] = 0
    return out


def _shown_together(levels: Levels) -> tuple[Ints, csr_matrix]:
    """Codes of two levels that occur together, in order, and which patterns show them [patterns, codes]."""
    row, code = [], []
    for k, (left, right) in enumerate(COMBINATIONS):
        first, second = (levels[:, NAMES.index(name)].astype(np.int64) for name in (left, right))
        both = np.flatnonzero((first > 0) & (second > 0))
        row.append(both)
        code.append((k * WIDEST + first[both]) * WIDEST + second[both])
    every, column = np.unique(np.concatenate(code), return_inverse=True)
    rows = np.concatenate(row)
    return every, csr_matrix((np.ones(len(rows)), (rows, column)), shape=(len(levels), len(every)))


def _named(code: int) -> tuple[str, str]:
    """A code of two levels as a model file writes it: the fields, and their levels."""
    k, first, second = code // WIDEST**2, code // WIDEST % WIDEST, code % WIDEST
    left, right = COMBINATIONS[k]
    return f"{left}{JOINED}{right}", f"{FIELDS[left][first]}{JOINED}{FIELDS[right][second]}"
