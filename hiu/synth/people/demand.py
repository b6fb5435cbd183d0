"""How often invented people need help: heavy-tailed, uneven in time, and changed by support.

Each person has an expected number of crises and a pattern in time; monthly rates wander about it, so a peak is
mostly followed by less (regression to the mean). Support is offered at a peak, and it thins what follows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiu.month import Month
from hiu.synth.lists import Generator, Ints, Reals, Words, choose

PATTERNS = {"persistent": 0.8, "burst": 0.08, "escalating": 0.07, "de-escalating": 0.05}
FEWEST = 18
"""Months of history before the first person is supported, when the span allows it (methods: 12 before and 6 after)."""


@dataclass
class Demand:
    """Crises by person and month, and who was supported from which month (-1: never) with what effect."""

    weight: Reals
    pattern: Words
    crises: NDArray[np.int64]
    support_from: Ints
    support_effect: Reals


def weights(rng: Generator, people: int, rate: float) -> Reals:
    """Expected crises in 24 months: a power law from 0.5 to 520 (exponent 1.17), times `rate`."""
    low, high, power = 0.5, 520.0, 1.17
    least = (low / high) ** power
    return np.asarray(low * (least + rng.random(people) * (1 - least)) ** (-1 / power) * rate)


def make_demand(
    rng: Generator, weight: Reals, adult: NDArray[np.bool_], first: Month, last: Month, effect: float
) -> Demand:
    """Crises per person and month; `effect` is the mean fall in rate while supported (0.3 = 30% less)."""
    months = last.since(first) + 1
    pattern = choose(rng, list(PATTERNS), len(weight), list(PATTERNS.values()))
    pattern[weight < 3] = "persistent"
    rates = _shape(rng, pattern, months) * _wander(rng, len(weight), months)
    rates *= _season(first, months) * weight[:, None].astype(np.float32) / 24
    crises = rng.poisson(rates)
    support_from, support_effect = _support(rng, crises, adult, months, effect)
    _thin(rng, crises, support_from, support_effect)
    unseen = np.flatnonzero(crises.sum(axis=1) == 0)
    crises[unseen, rng.integers(months, size=len(unseen))] = 1
    return Demand(weight, pattern, crises, support_from, support_effect)


def _season(first: Month, months: int) -> NDArray[np.float32]:
    """A tenth more in July than on average, a tenth less in January."""
    number = np.array([(first + k).number for k in range(months)])
    return (1 + 0.1 * np.cos((number - 7) / 12 * 2 * np.pi)).astype(np.float32)


def _wander(rng: Generator, people: int, months: int) -> NDArray[np.float32]:
    """A log-normal first-order walk of mean 1: correlation 0.7 from a month to the next, sd 0.8 of the log."""
    keep, sd = 0.7, 0.8
    out = np.empty((people, months), dtype=np.float32)
    state = rng.normal(0, sd, people)
    for month in range(months):
        out[:, month] = np.exp(state - sd * sd / 2)
        state = keep * state + rng.normal(0, sd * np.sqrt(1 - keep * keep), people)
    return out


def _shape(rng: Generator, pattern: Words, months: int) -> NDArray[np.float32]:
    """The pattern in time, of mean 1 for each person."""
    at, people = np.arange(months)[None, :], len(pattern)
    start, length = rng.integers(months, size=people)[:, None], rng.integers(2, 7, people)[:, None]
    rise = 1 / (1 + np.exp(-(at - rng.uniform(0.3, 0.9, people)[:, None] * months) / 2))
    shape = np.ones((people, months))
    shape = np.where((pattern == "burst")[:, None], np.where((at >= start) & (at < start + length), 1.0, 0.06), shape)
    shape = np.where((pattern == "escalating")[:, None], 0.15 + rise, shape)
    shape = np.where((pattern == "de-escalating")[:, None], 1.15 - rise, shape)
    return np.asarray(shape / shape.mean(axis=1, keepdims=True), dtype=np.float32)


def _support(
    rng: Generator, crises: NDArray[np.int64], adult: NDArray[np.bool_], months: int, effect: float
) -> tuple[Ints, Reals]:
    """Adults are taken on at their highest: the most crises in the half year before, a few each month."""
    people = len(crises)
    start, fall = np.full(people, -1), np.zeros(people)
    begin = FEWEST if months > FEWEST + 12 else max(1, months // 3)
    end = max(begin + 1, months - 6 if months > FEWEST + 12 else months - 1)
    wanted = min(max(30, people // 300), max(1, people // 20))
    chosen = np.sort(rng.integers(begin, end, wanted))
    for month in chosen.tolist():
        recent = crises[:, max(0, month - 6) : month].sum(axis=1) * adult * (start < 0)
        recent = recent + rng.random(people)
        best = np.argpartition(recent, -3)[-3:] if people > 3 else np.arange(people)
        start[int(rng.choice(np.sort(best)))] = month
    taken = start >= 0
    fall[taken] = np.clip(rng.normal(effect, 0.12 if effect else 0, int(taken.sum())), 0, 0.9)
    return start, fall


def _thin(rng: Generator, crises: NDArray[np.int64], start: Ints, fall: Reals) -> None:
    for person in np.flatnonzero((start >= 0) & (fall > 0)):
        after = slice(int(start[person]), None)
        crises[person, after] = rng.binomial(crises[person, after], 1 - fall[person])
