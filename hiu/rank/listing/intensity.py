"""Intensity: severity points a person is expected to need in the next three months, times risk.

The formulas and names are those of docs/ranking.md. Sums over months run in a fixed order, person
by person, so that equal records get equal scores and no reordering of rows can move anyone.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import polars as pl

from hiu.model.units import default_points
from hiu.rank.listing.history import Flags, Floats, History
from hiu.settings import Weights

AHEAD = 3
"""Months ahead that points are expected for."""

PLACES = 6
"""Decimals that scores are rounded to before anyone is ranked."""


@dataclass(frozen=True)
class Points:
    """Severity points by person and month, missing source-months filled; and which were used.

    `s[p, t]` in points; `w[t]` the weight of each month (0 for a month for which nothing was supplied that
    counts towards the points of anybody here); `S` and `n` the weighted sums; `estimated[p]` is true where a fill
    within the last 12 months put something above zero into the person's points. `lacking[p]` is true where a number
    of this person alone is missing from months that are used; `least` and `most` are S if those numbers were nothing,
    and if they were as high as they may well be.
    """

    s: Floats
    w: Floats
    S: Floats
    n: float
    estimated: Flags
    lacking: Flags
    least: Floats
    most: Floats


@dataclass(frozen=True)
class Constants:
    """What is fitted on the list: mean points a month `m`, dispersion `phi`, prior months `b0`."""

    m: float
    phi: float
    b0: float

    def expected(self, S: Floats, n: float) -> Floats:
        """Points expected in the next 3 months (empirical Bayes)."""
        if self.b0 + n == 0:
            return np.zeros_like(S)
        return AHEAD * (self.m * self.b0 + S) / (self.b0 + n)


def weights_of(weights: Weights, coverage: pl.DataFrame) -> dict[str, float]:
    """Points for one unit of each data set: the settings', and those that a site's own sets have without one."""
    return {**default_points(coverage), **weights.by_dataset()}


def points(history: History, weights: dict[str, float], half_life: float) -> Points:
    """Weighted points; a missing source-month takes the person's own 12-month average of that source, and so does a
    number that is missing of this person alone."""
    s = _seen(history, weights)
    estimated = np.zeros(len(history.people), dtype=np.bool_)
    recent = np.arange(len(history.months)) >= len(history.months) - 12
    w = month_weights(_used(history, weights), half_life)
    below, above = np.zeros(len(history.people)), np.zeros(len(history.people))
    for d, name in enumerate(history.datasets):
        weight, here = weights.get(name, 0.0), history.supplied[d]
        if not weight:
            continue
        gaps = None if history.unknown is None else history.unknown[d]
        if here.all() and gaps is None:
            continue
        average, s = _own_average(history, d, recent & here), s.astype(np.float64, copy=False)
        s[:, ~here] += weight * average[:, None]
        if (recent & ~here).any():
            estimated |= average > 0
        if gaps is not None:
            s += weight * average[:, None] * gaps
            share = weight * (gaps @ w)
            below += share * average
            above += share * (_may_be(history, d, recent & here) - average)
    S = _weighted_sum(s, w)
    return Points(s, w, S, float(w.sum()), estimated, history.lacks(recent & (w > 0)), S - below, S + above)


def _seen(history: History, weights: dict[str, float]) -> Floats:
    """Points by person and month of what is there; those of a month lie side by side, since sums go over its people."""
    at, people = history.cells, len(history.people)
    each = np.array([weights.get(name, 0.0) for name in history.datasets], dtype=np.float32)[at.d] * at.n
    order = np.argsort(at.t, kind="stable")
    ends, p, each = np.searchsorted(at.t[order], np.arange(len(history.months) + 1)), at.p[order], each[order]
    s: Floats = np.empty((len(history.months), people), dtype=np.float32)
    for t, (start, end) in enumerate(pairwise(ends)):
        month = np.bincount(p[start:end], weights=each[start:end], minlength=people)
        if s.dtype == np.float32 and (month.astype(np.float32) != month).any():  # sums of half the size are as exact
            s = s.astype(np.float64)
        s[t] = month
    return s.T


def reweigh(scored: Points, half_life: float) -> Points:
    """The same points under another half-life, without going over the history again; of S no least and most."""
    w = month_weights(scored.w > 0, half_life)
    S = _weighted_sum(scored.s, w)
    return replace(scored, w=w, S=S, n=float(w.sum()), least=S, most=S)


def observed(history: History, weights: dict[str, float], months: int) -> Floats:
    """Points seen in the last so many months: nothing filled, as people are shown them."""
    return observed_in(history, weights, np.arange(len(history.months)) >= len(history.months) - months)


def observed_in(history: History, weights: dict[str, float], months: Flags) -> Floats:
    """The same in some months."""
    total = np.zeros(len(history.people))
    for d in weighed(history, weights):
        total += weights[history.datasets[d]] * history.total(d, months)
    return total


def month_weights(used: Flags, half_life: float) -> Floats:
    """0.5 ** (months ago / half-life) for the months that are used, else 0."""
    ago = np.arange(len(used))[::-1]
    return np.where(used, 0.5 ** (ago / half_life), 0.0)


def weighed(history: History, weights: dict[str, float]) -> list[int]:
    """Positions of the data sets that count towards the points."""
    return [d for d, name in enumerate(history.datasets) if weights.get(name)]


def _used(history: History, weights: dict[str, float]) -> Flags:
    """Months for which a data set was supplied that counts towards the points of anybody here."""
    bearing = [d for d in weighed(history, weights) if (history.cells.d == d).any()]
    return np.asarray(history.supplied[bearing].any(axis=0), dtype=np.bool_)


def fit(scored: Points, people: Flags | slice = slice(None)) -> Constants:
    """Fit m, phi and b0 on some of the people. An empty list gives m = 0."""
    w, n, S = scored.w, scored.n, scored.S[people]
    q = float((w**2).sum())
    if not S.sum() or not n:
        return Constants(0.0, 1.0, 1.0)
    m = float(S.sum()) / (n * len(S))
    r = S / n
    spread = sum(w[t] * ((scored.s[:, t][people] - r) ** 2).sum() for t in np.flatnonzero(w))
    phi = max(1.0, float(spread) / float(S.sum()))
    between = float(((r - m) ** 2).mean()) - phi * m * q / n**2
    return Constants(m, phi, phi * m / max(between, 0.001 * m**2))


def _own_average(history: History, d: int, months: Flags) -> Floats:
    """Each person's average over those of the months whose number is there."""
    there = np.full(len(history.people), float(months.sum()))
    if history.unknown is not None:
        there -= history.unknown[d][:, months].sum(axis=1)
    return np.asarray(history.total(d, months) / np.maximum(1.0, there), dtype=np.float64)


def _may_be(history: History, d: int, months: Flags) -> Floats:
    """How high a missing number may well be: the person's highest of the months, and no less than what nine in ten of
    the numbers above nought do not exceed."""
    seen = history.n[d][:, months]
    above = seen[seen > 0]
    usual = float(np.quantile(above, 0.9)) if above.size else 1.0
    return np.asarray(np.maximum(seen.max(axis=1, initial=0), usual), dtype=np.float64)


def _weighted_sum(s: Floats, w: Floats) -> Floats:
    total = np.zeros(len(s))
    for t in np.flatnonzero(w):
        total += w[t] * s[:, t]
    return total
