"""Scorer: levels in, weight and per-field contributions out.

One small interface, so that another model over the same levels can take this one's place. A weight is the
log2 odds that the two descriptions are of one person.
"""

from __future__ import annotations

import copy
import json
import math
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from hiu.errors import SettingsError
from hiu.link.levels import FIELDS, NAMES, Levels, Reals

ModelFile = dict[str, Any]
"""A model as model.json holds it: version, prior, descriptions, weights (field -> level -> log2)."""


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

    def contributions(self, levels: Levels) -> Reals:
        """log2 contribution of each field [pairs, fields + 1]; the last column is the prior."""
        ...

    def sized(self, descriptions: int) -> Scorer:
        """The same model for an area of so many descriptions: the larger, the more namesakes."""
        ...


class WeightTable:
    """Fellegi-Sunter: a committed log2 Bayes factor for each level of each field, and a prior."""

    def __init__(self, values: ModelFile) -> None:
        self._version = str(values["version"])
        self.prior = float(values["prior"])
        self.reference = float(values["descriptions"])
        widest = max(len(names) for names in FIELDS.values())
        self.table = np.zeros((len(NAMES), widest))
        for k, (field, names) in enumerate(FIELDS.items()):
            missing = [name for name in names[1:] if name not in values["weights"].get(field, {})]
            if missing:
                raise SettingsError(f"the matching model has no weight for '{field}': {', '.join(missing)}")
            for code, name in enumerate(names):
                self.table[k, code] = float(values["weights"][field].get(name, 0.0))

    @property
    def version(self) -> str:
        """Name of the frozen model."""
        return self._version

    @property
    def frozen(self) -> str:
        """The weights and the prior."""
        return json.dumps([self._version, self.prior, self.table.tolist()])

    def contributions(self, levels: Levels) -> Reals:
        """log2 contribution of each field, and the prior last."""
        fields = self.table[np.arange(len(NAMES)), levels]
        return np.hstack([fields, np.full((len(levels), 1), self.prior)])

    def sized(self, descriptions: int) -> WeightTable:
        """One bit less before any evidence for each doubling beyond the areas it was trained on.

        Whole doublings only, so that a month's new descriptions hardly ever move it.
        """
        doublings = math.floor(math.log2(max(descriptions, 1) / self.reference))
        other = copy.copy(self)
        other.prior = self.prior - max(doublings, 0)
        return other


def load(path: Path | None = None) -> Scorer:
    """The shipped model, or one of a site. Raises SettingsError if it lacks a level."""
    source = resources.files(__package__).joinpath("model.json") if path is None else path
    return WeightTable(json.loads(source.read_text(encoding="utf-8")))


def log_odds(probability: float) -> float:
    """A probability as log2 odds."""
    return math.log2(probability / (1 - probability))


def probability(weight: Reals) -> Reals:
    """log2 odds as a probability."""
    odds: Reals = 1 / (1 + np.exp2(-np.clip(weight, -60, 60)))
    return odds
