"""One stream of chance for a whole area: uniform numbers drawn by the block, so that a draw costs little."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")
BLOCK = 1 << 16


class Dice:
    """Draws from one seed; the same calls in the same order give the same answers."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._left: list[float] = []

    def share(self) -> float:
        """A number from 0 to below 1."""
        if not self._left:
            self._left = self.rng.random(BLOCK).tolist()
        return self._left.pop()

    def falls(self, probability: float) -> bool:
        """Whether something of this probability comes about."""
        return self.share() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 to below the limit."""
        return int(self.share() * limit)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[self.below(len(options))]

    def between(self, low: float, high: float) -> float:
        """A number between two."""
        return low + (high - low) * self.share()

    def day(self, first: date, last: date) -> date:
        """A day from the first to the last."""
        return first + timedelta(self.below((last - first).days + 1))

    def count(self, mean: float) -> int:
        """How often something of this mean number comes about (Poisson)."""
        return int(self.rng.poisson(mean))


class Weighted(Generic[T]):
    """Options of which some are likelier than others."""

    def __init__(self, options: Sequence[T], weights: Sequence[float]) -> None:
        self.options = options
        self.upto = list(accumulate(weights))

    def draw(self, dice: Dice) -> T:
        """One of them."""
        return self.options[min(bisect(self.upto, dice.share() * self.upto[-1]), len(self.options) - 1)]


def ranked(options: Sequence[T], fall: float = 0.7, lead: int = 6) -> Weighted[T]:
    """Options sorted by how common they are: the weight falls as a power of the place."""
    return Weighted(options, [(place + lead) ** -fall for place in range(len(options))])
