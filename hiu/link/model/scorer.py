"""Scorer: levels in, weight and contributions out.

One small interface, so that another model over the same levels can take this one's place. A weight is the
log2 odds that the two descriptions are of one person. It is a sum: one contribution of each field, one of each pair
of fields, and the prior.
"""

from __future__ import annotations

import copy
import json
import math
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from hiu.errors import SettingsError
from hiu.link.levels import CODE, COMBINATIONS, FIELDS, LATER, NAMES, UNIQUE, Levels, Reals

ModelFile = dict[str, Any]
"""A model as model.json holds it: version, prior, descriptions, weights (field -> level -> log2), and together
("given+dob" -> "nickname+exact" -> log2), which may be left out or name some levels only."""

TERMS: tuple[tuple[str, ...], ...] = (*((name,) for name in NAMES), *COMBINATIONS)
"""What a weight is the sum of, beside the prior: fields, then pairs of fields, in the order of `contributions`."""
HELD_BACK = "held_back"
"""In a model's file: how it and the model then in force did on people that it was not fitted to; null if nobody could
judge that, as where it was learned without numbers."""
JOINED = "+"
"""Between two names of fields, or of levels, in a model file."""


WIDEST = max(len(levels) for levels in FIELDS.values())
_LEFT, _RIGHT = ([NAMES.index(two[side]) for two in COMBINATIONS] for side in (0, 1))


class Scorer(Protocol):
    """What the matcher needs of a model."""

    @property
    def version(self) -> str:
        """Name of the frozen model, printed with every result."""
        ...

    @property
    def frozen(self) -> str:
        """Everything its answers depend on: two models of one text give the same weights."""
        ...

    @property
    def expected(self) -> dict[str, dict[str, float]]:
        """Field -> level -> share of sure pairs at it where the model was made; empty if that is not kept."""
        ...

    @property
    def unproved(self) -> bool:
        """Whether it was learned without numbers, so that nothing has shown its figures to be right."""
        ...

    def contributions(self, levels: Levels) -> Reals:
        """log2 contributions [pairs, terms + 1]: of each of TERMS, and the prior last."""
        ...

    def sized(self, descriptions: int) -> Scorer:
        """The same model for an area of so many descriptions: the larger, the more namesakes."""
        ...


class WeightTable:
    """A log2 Bayes factor for each level of each field, a correction for levels of two fields together, and a prior.

    Without corrections this is Fellegi and Sunter's model (1969), in which fields are independent of one another.
    """

    def __init__(self, values: ModelFile) -> None:
        values = with_later(values)
        self._version = str(values["version"])
        self.prior = float(values["prior"])
        self.reference = float(values["descriptions"])
        self.table = np.zeros((len(NAMES), WIDEST))
        for k, (field, names) in enumerate(FIELDS.items()):
            weights = values["weights"].get(field, {})
            missing = [name for name in names[1:] if name not in weights]
            if missing:
                raise SettingsError(f"the matching model has no weight for '{field}': {', '.join(missing)}")
            for code, name in enumerate(names):
                self.table[k, code] = float(weights.get(name, 0.0))
        self.together = _together(values.get("together", {}))
        self._expected: dict[str, dict[str, float]] = values.get("expected", {})
        self._unproved = values.get(HELD_BACK, {}) is None

    @property
    def version(self) -> str:
        """Name of the frozen model."""
        return self._version

    @property
    def expected(self) -> dict[str, dict[str, float]]:
        """What levels sure pairs had where the model was made."""
        return self._expected

    @property
    def unproved(self) -> bool:
        """Whether it was learned without numbers."""
        return self._unproved

    @property
    def frozen(self) -> str:
        """The weights and the prior."""
        return json.dumps([self._version, self.prior, self.table.tolist(), self.together.tolist()])

    def contributions(self, levels: Levels) -> Reals:
        """log2 contribution of each field and of each pair of fields, and the prior last."""
        fields = self.table[np.arange(len(NAMES)), levels]
        left, right = levels[:, _LEFT], levels[:, _RIGHT]
        pairs = self.together[np.arange(len(COMBINATIONS)), left, right]
        return np.hstack([fields, pairs, np.full((len(levels), 1), self.prior)])

    def sized(self, descriptions: int) -> WeightTable:
        """One bit less before any evidence for each doubling beyond the areas it was trained on, and one bit more for a
        number that both have: among twice as many people twice as many share a name, and as few as before a number.

        Whole doublings only, so that a month's new descriptions hardly ever move it.
        """
        doublings = max(math.floor(math.log2(max(descriptions, 1) / self.reference)), 0)
        other = copy.copy(self)
        other.prior, other.table = self.prior - doublings, self.table.copy()
        for field, level in UNIQUE:
            other.table[NAMES.index(field), CODE[field][level]] += doublings
        return other


def with_later(values: ModelFile) -> ModelFile:
    """A model file where levels added since it was made weigh, alone and together, as those that their pairs had."""
    weights = {field: dict(values["weights"].get(field, {})) for field in FIELDS}
    together = {pair: dict(both) for pair, both in values.get("together", {}).items()}
    for field, later in LATER.items():
        before = {FIELDS[field][0]: 0.0} | weights[field]
        lacking = {new: old for new, old in later.items() if new not in before and old in before}
        weights[field] |= {new: before[old] for new, old in lacking.items()}
        for pair, both in together.items():
            at = pair.split(JOINED).index(field) if field in pair.split(JOINED) else -1
            for named in [name.split(JOINED) for name in both if at >= 0 and JOINED in name]:
                for new, old in lacking.items():
                    if named[at] == old:
                        both[JOINED.join(new if k == at else level for k, level in enumerate(named))] = both[
                            JOINED.join(named)
                        ]
    return {**values, "weights": weights, "together": together}


def values_at(values: ModelFile, descriptions: int) -> ModelFile:
    """A model file with the prior of an area of so many descriptions, to be fitted to that area."""
    values = with_later(values)
    reference = max(float(values["descriptions"]), descriptions)
    return {**values, "prior": WeightTable(values).sized(descriptions).prior, "descriptions": reference}


def _together(named: dict[str, dict[str, float]]) -> Reals:
    """Corrections [pairs of fields, level of the first, level of the second]. Raises SettingsError for a wrong name."""
    table = np.zeros((len(COMBINATIONS), WIDEST, WIDEST))
    place = {JOINED.join(two): k for k, two in enumerate(COMBINATIONS)}
    for pair, levels in named.items():
        for both, weight in levels.items():
            try:
                first, second = (
                    CODE[field][level] for field, level in zip(pair.split(JOINED), both.split(JOINED), strict=True)
                )
                table[place[pair], first, second] = float(weight)
            except (KeyError, ValueError):
                raise SettingsError(f"the matching model weighs '{pair}' at '{both}', which are no levels") from None
    return table


def load(path: Path | None = None) -> Scorer:
    """The shipped model, or one of a site. Raises SettingsError if it lacks a level."""
    source = resources.files(__package__).joinpath("model.json") if path is None else path
    return _weighed(source.read_text(encoding="utf-8"))


@lru_cache(maxsize=2)
def _weighed(text: str) -> WeightTable:
    """A run asks for its model several times; what one is asked changes nothing in it."""
    return WeightTable(json.loads(text))


def log_odds(probability: float) -> float:
    """A probability as log2 odds."""
    return math.log2(probability / (1 - probability))


def probability(weight: Reals) -> Reals:
    """log2 odds as a probability."""
    odds: Reals = 1 / (1 + np.exp2(-np.clip(weight, -60, 60)))
    return odds
