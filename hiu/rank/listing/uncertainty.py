"""How sure a rank is: certainty A, B or C and a plausible range, by seeded simulation.

Each draw gives every person a need from their own posterior (docs/ranking.md) and ranks them all.
Beyond KEEP people only the first KEEP by rank are drawn one by one. Everyone below is too many to draw
but too many to leave out: their expected number above any score is worked out exactly on a fine grid,
and each draw takes its own Poisson number of them. The drawn people get the very same draws either way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiu.rank.listing.history import Flags, Floats
from hiu.rank.listing.intensity import AHEAD, Constants
from hiu.rank.listing.risk import BANDS

KEEP = 5000
SURE, UNSURE = 0.8, 0.2
_OVERDISPERSION = 1.5
_GRID = 512
_BLOCK = 500
_RANGE = 0.95


@dataclass(frozen=True)
class Uncertainty:
    """For people in rank order: `p` share of draws in the first N, and the 95% range of ranks."""

    p: Floats
    low: NDArray[np.int64]
    high: NDArray[np.int64]

    @property
    def certainty(self) -> list[str]:
        """A: in the first N in at least 80% of draws; C: in under 20%; B: between."""
        return letters(self.p)


def letters(p: Floats) -> list[str]:
    """Shares of draws as certainty A, B or C."""
    found: list[str] = np.where(p >= SURE, "A", np.where(p >= UNSURE, "B", "C")).tolist()
    return found


@dataclass(frozen=True)
class Posterior:
    """Gamma shape of each person's need (in rank order), the common rate, and risk.

    `risk` in 1 to 5; where `assessed` is false it is drawn from `values` instead.
    """

    shape: Floats
    rate: float
    risk: Floats
    assessed: Flags
    values: Floats

    @classmethod
    def of(cls, S: Floats, n: float, constants: Constants, risk: Floats, assessed: Flags) -> Posterior:
        """The posterior of points in the next 3 months; without any grading the three bands are the values."""
        scale = _OVERDISPERSION * constants.phi
        values = risk[assessed] if assessed.any() else np.array(sorted(BANDS.values()))
        rate = (constants.b0 + n) / scale
        return cls((constants.m * constants.b0 + S) / scale, rate, risk, assessed, np.sort(values))


def uncertainty(posterior: Posterior, *, top: int, draws: int, seed: int, keep: int = KEEP) -> Uncertainty:
    """Simulate; people must come in rank order, so that ids and row order cannot bear on a draw."""
    people = len(posterior.shape)
    if not people:
        return Uncertainty(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    drawn = min(keep, people)
    needs, risks = _streams(seed)
    values = _draw(posterior, drawn, draws, needs, risks)
    ranks = _ranks(values)
    if people > drawn:
        grid = _grid(values)
        cells = np.empty(values.shape, dtype=np.int16)
        for own, draw in zip(cells, values, strict=True):  # one by one: of all draws at once it takes much memory
            own[:] = _cell(grid, draw)
    del values
    if people > drawn:
        rest = Rest.of(posterior, drawn, grid)
        ahead = rest.ahead(draws, needs)
    p, low, high = np.zeros(people), np.empty(people), np.empty(people)
    edge = int((1 - _RANGE) / 2 * (draws - 1))
    for some in _blocks(drawn):
        among = ranks[:, some].astype(np.int32)
        if people > drawn:
            among += _above(ahead, cells[:, some])
        p[some] = (among <= top).mean(axis=0)
        ordered = np.sort(among.T, axis=1)
        low[some], high[some] = ordered[:, edge], ordered[:, -1 - edge]
    if people > drawn:
        # Nobody so far down can be in the first N in a fifth of draws: the shares of all add up to N.
        low[drawn:], high[drawn:] = rest.ranges(cells, people)
    place = np.arange(1, people + 1)
    return Uncertainty(p, np.minimum(low, place).astype(np.int64), np.maximum(high, place).astype(np.int64))


def in_the_first(posterior: Posterior, *, top: int, draws: int, seed: int, keep: int = KEEP) -> Floats:
    """The `p` of `uncertainty` alone, from the same draws, without ranking anyone who is not among the first `top`."""
    people = len(posterior.shape)
    drawn = min(keep, people)
    p = np.zeros(people)
    if not people:
        return p
    needs, risks = _streams(seed)
    values = _draw(posterior, drawn, draws, needs, risks)
    first = min(top, drawn)
    # the people most likely to lead give each draw a line that few of the others reach
    line = np.partition(values[:, : 10 * first], -first, axis=1)[:, -first]
    draw, person = np.divmod(np.flatnonzero(values >= line[:, None]), drawn)
    order = np.lexsort((-values[draw, person], draw))
    starts = np.searchsorted(draw, np.arange(draws))
    best = person[order[starts[:, None] + np.arange(first)]]
    scores = values[np.arange(draws)[:, None], best]
    ranks = np.broadcast_to(np.arange(1, first + 1, dtype=np.int32), best.shape)
    if people > drawn:
        rest = Rest.of(posterior, drawn, _grid(values))
        ranks = ranks + _above(rest.ahead(draws, needs), _cell(rest.grid, scores))
    p[:drawn] = np.bincount(best[ranks <= top], minlength=drawn) / draws
    return p


def _streams(seed: int) -> tuple[np.random.Generator, np.random.Generator]:
    """For needs, and for risks."""
    one, other = np.random.SeedSequence(seed).spawn(2)
    return np.random.Generator(np.random.PCG64(one)), np.random.Generator(np.random.PCG64(other))


def _blocks(people: int) -> list[slice]:
    """People some at a time: of all at once a step between takes as much memory as the draws."""
    return [slice(at, min(at + _BLOCK, people)) for at in range(0, people, _BLOCK)]


def _draw(
    post: Posterior, drawn: int, draws: int, needs: np.random.Generator, risks: np.random.Generator
) -> NDArray[np.float32]:
    """Scores, draws x people. Drawn person by person: the first people's draws do not depend on the rest."""
    values, graded = np.empty((draws, drawn), dtype=np.float32), post.values.astype(np.float32)
    for some in _blocks(drawn):
        shape = post.shape[some, None].astype(np.float32)
        score = needs.standard_gamma(np.broadcast_to(shape, (len(shape), draws)), dtype=np.float32)
        score *= (AHEAD / post.rate * post.risk[some]).astype(np.float32)[:, None]
        unknown = np.flatnonzero(~post.assessed[some])
        if len(unknown):
            picked = risks.integers(0, len(graded), size=(len(unknown), draws), dtype=np.int32)
            score[unknown] *= graded[picked] / post.risk[some][unknown].astype(np.float32)[:, None]
        values[:, some] = score.T
    return values


def _ranks(values: NDArray[np.float32]) -> NDArray[np.unsignedinteger]:
    ranks: NDArray[np.unsignedinteger] = np.empty_like(values, dtype=np.min_scalar_type(values.shape[1]))
    for own, draw in zip(ranks, values, strict=True):
        own[np.argsort(-draw)] = np.arange(1, len(draw) + 1)
    return ranks


def _above(ahead: NDArray[np.int32], cells: NDArray[np.integer]) -> NDArray[np.int32]:
    """How many of the people not drawn stand above each score, by its cell, in each draw."""
    return np.take_along_axis(ahead, np.minimum(cells, ahead.shape[1] - 1).astype(np.intp), axis=1)


def _grid(values: NDArray[np.float32]) -> Floats:
    top = max(float(values.max()), 1e-6)
    return np.asarray(np.geomspace(top * 1e-5, top, _GRID), dtype=np.float64)


def _cell(grid: Floats, values: NDArray[np.float32]) -> NDArray[np.int32]:
    """The first grid point at or above each value (the grid is even in logarithms)."""
    first, step = np.log(grid[0]), np.log(grid[1] / grid[0])
    at = np.maximum(values, grid[0])
    np.subtract(np.log(at, out=at), first, out=at)
    np.ceil(np.subtract(np.divide(at, step, out=at), 1e-3, out=at), out=at)
    return np.asarray(np.clip(at, 0, len(grid), out=at), dtype=np.int32)


@dataclass(frozen=True)
class Rest:
    """The people too many to draw, in classes of equal need (bins of 1%) and risk, against a grid of scores.

    `which` is each person's class; `tail[c, g]` the chance that one of class c scores above grid point
    g; `above[g]` the expected number of all of them that do.
    """

    grid: Floats
    which: NDArray[np.int64]
    tail: Floats
    above: Floats

    @classmethod
    def of(cls, post: Posterior, drawn: int, grid: Floats) -> Rest:
        """Sort the people after the first `drawn` into classes and work out their tails."""
        assessed, risk = post.assessed[drawn:], post.risk[drawn:]
        bins = np.round(np.log(np.maximum(post.shape[drawn:], 1e-9)) * 100)
        found, need = np.unique(bins, return_inverse=True)
        risks = np.unique(np.concatenate([post.values, risk[assessed]]))
        kind = np.where(assessed, np.minimum(np.searchsorted(risks, risk), len(risks) - 1), len(risks))
        which = need.ravel() * (len(risks) + 1) + kind
        tail = _tails(post, np.exp(found / 100), risks, grid)
        return cls(grid, which, tail, np.bincount(which, minlength=len(tail)) @ tail)

    def ahead(self, draws: int, rng: np.random.Generator) -> NDArray[np.int32]:
        """For each draw, how many of these people stand above each grid point."""
        steps = np.append(np.maximum(self.above[:-1] - self.above[1:], 0), self.above[-1])
        number = rng.poisson(steps, size=(draws, len(self.grid)))
        return np.asarray(np.cumsum(number[:, ::-1], axis=1)[:, ::-1], dtype=np.int32)

    def ranges(self, cells: NDArray[np.integer], people: int) -> tuple[Floats, Floats]:
        """Where each person's own 97.5% and 2.5% points stand among everyone, on average."""
        per_cell = np.sum([np.bincount(one, minlength=len(self.grid) + 1) for one in cells], axis=0)
        ahead = 1 + self.above + np.cumsum(per_cell[::-1])[::-1][1:] / len(cells)
        best = np.minimum((self.tail > (1 - _RANGE) / 2).sum(axis=1), len(self.grid) - 1)
        worst = (self.tail > (1 + _RANGE) / 2).sum(axis=1) - 1
        last = np.where(worst < 0, people, np.minimum(ahead[worst], people))
        low, high = np.round(ahead[best])[self.which], np.round(last)[self.which]
        return low.astype(np.float64), high.astype(np.float64)


def _tails(post: Posterior, centres: Floats, risks: Floats, grid: Floats) -> Floats:
    """P(score > grid point) for every need x (each risk value, then 'drawn from the assessed')."""
    from scipy.special import gammaincc

    tail = np.empty((len(centres), len(risks) + 1, len(grid)))
    at = grid[None, None, :] * post.rate / AHEAD / risks[None, :, None]
    gammaincc(centres[:, None, None], at, out=tail[:, :-1])
    share = np.bincount(np.searchsorted(risks, post.values), minlength=len(risks)) / len(post.values)
    np.einsum("crg,r->cg", tail[:, :-1], share, out=tail[:, -1])
    return tail.reshape(-1, len(grid))
