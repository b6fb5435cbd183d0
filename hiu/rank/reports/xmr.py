"""XmR charts by the rules of NHS England's Making Data Count, for series with many contacts (docs/evaluation.md).

The same rules as the R package NHSRplotthedots: limits are the mean +/- 2.66 mean moving ranges, ranges of at least
3.267 times their mean dropped once; a point is special if it is outside the limits, one of 7 in a row on one side of
the mean, one of 7 in a strict rise or fall, or beyond two thirds of the limits (not outside them) among 3 in a row on
one side of the mean of which 2 are. A month not supplied is a gap: no range is taken and no run goes across it.

A count varies by chance at least. So its limits are never narrower than those of a c-chart, and where its mean is under
RARE, where most moving ranges are 0, they are the counts that chance alone passes in 1.35 of 1,000 months each way. Its
runs are on one side of the median, since most months of a rare or a rounded count lie on one side of the mean. What is
no count, such as minutes or a share, is charted by the first rules alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hiu.rank.listing.history import Flags, Floats

LIMIT, NEAR, SCREEN, RUN = 2.66, 2.66 * 2 / 3, 3.267, 7
RARE = 10
"""Mean of a count below which its limits are those of chance: above it moving ranges serve."""
BY_RANGE = 1.128
"""Mean moving range over the standard deviation."""
_OUT, _NEAR = 0.00135, 0.02275
"""Chance beyond 3 and beyond 2 standard deviations on one side."""
OUTSIDE, SIDE, TREND, TWO_OF_THREE = "outside the limits", "7 on one side", "7-point trend", "2 of 3 near a limit"


@dataclass(frozen=True)
class Xmr:
    """The chart's lines, and for each point the rules that make it special (empty = usual variation)."""

    value: Floats
    mean: float
    lower: float
    upper: float
    flags: list[list[str]]
    up: Flags

    @property
    def latest(self) -> list[str]:
        """The rules that fire at the last point."""
        return self.flags[-1] if self.flags else []


def xmr(values: Sequence[float | None], *, counts: bool = True) -> Xmr:
    """The chart of a series in order; None is a gap. `up`: a special point is above the mean, or rising.

    `counts` is false of what is measured, such as minutes or a share in per cent.
    """
    y = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    mean = float(np.nanmean(y)) if np.isfinite(y).any() else float("nan")
    if counts and 0 < mean < RARE:
        lower, upper, outside, near = _by_chance(y, mean)
    else:
        spread = max(_moving_range(y), BY_RANGE * mean**0.5 if counts and mean > 0 else 0.0)
        lower, upper = mean - LIMIT * spread, mean + LIMIT * spread
        outside = np.abs(y - mean) > LIMIT * spread
        near = ~outside & (np.abs(y - mean) > NEAR * spread)
    middle = float(np.nanmedian(y)) if counts and np.isfinite(y).any() else mean
    side = np.nan_to_num(np.sign(y - middle))
    run, trend = _seven_one_side(side), _seven_trend(y)
    rules = {OUTSIDE: outside, SIDE: run, TREND: trend != 0, TWO_OF_THREE: _two_of_three(near, side)}
    flags = [[name for name, fired in rules.items() if fired[i]] for i in range(len(y))]
    up = np.where((trend != 0) & ~outside & ~run, trend > 0, y > mean)
    return Xmr(y, mean, lower, upper, flags, np.asarray(up, dtype=np.bool_))


def _by_chance(y: Floats, mean: float) -> tuple[float, float, Flags, Flags]:
    """Limits of a rare count, which points are outside them, and which near: the tails of a Poisson count, as much
    wider as the months differ more from one another than chance (gamma approximation)."""
    from scipy.special import gammainc, gammaincc

    ranges = np.abs(np.diff(y))
    ranges = ranges[np.isfinite(ranges)]
    phi = max(1.0, float(ranges.mean() / BY_RANGE) ** 2 / mean) if len(ranges) else 1.0
    up = np.where(y > 0, gammainc(np.maximum(y, 0.5) / phi, mean / phi), 1.0)
    tails = np.minimum(up, gammaincc((y + 1) / phi, mean / phi))
    step = np.arange(1, 200)
    upper = int(step[gammainc(step / phi, mean / phi) < _OUT][0]) - 1
    lower = int((gammaincc(step / phi, mean / phi) < _OUT).sum())
    return float(lower), float(upper), tails < _OUT, (tails >= _OUT) & (tails < _NEAR)


Limits = tuple[float, float, float]
"""Mean, lower and upper limit."""


def stepped(values: Sequence[float | None], starts: Sequence[int]) -> tuple[Xmr, list[Limits]]:
    """The chart of counts with its lines worked out anew from each of some places on, and the lines at each point.

    A place is left out unless RUN points at least are seen on either side of it: fewer make no lines. No run goes
    across. The chart's own mean and limits are those of the last part.
    """
    edges = [0]
    for start in sorted(starts):
        before, after = values[edges[-1] : start], values[start:]
        if min(sum(v is not None for v in part) for part in (before, after)) >= RUN:
            edges.append(start)
    parts = [xmr(values[first:last]) for first, last in pairwise([*edges, len(values)])]
    lines = [(part.mean, part.lower, part.upper) for part in parts for _ in part.flags]
    flags = [rules for part in parts for rules in part.flags]
    whole = np.concatenate([part.value for part in parts]), np.concatenate([part.up for part in parts])
    last = parts[-1]
    return Xmr(whole[0], last.mean, last.lower, last.upper, flags, whole[1]), lines


def _moving_range(y: Floats) -> float:
    """The mean of the moving ranges, those far out of the ordinary left out."""
    ranges = np.abs(np.diff(y))
    ranges = ranges[np.isfinite(ranges)]
    if not len(ranges):
        return 0.0
    kept = ranges[ranges < SCREEN * ranges.mean()]
    return float((kept if kept.any() else ranges).mean())  # where most months are alike, all that differ would go


def _seven_one_side(side: Floats) -> Flags:
    flags = np.zeros(len(side), dtype=np.bool_)
    for i in range(len(side) - RUN + 1):
        if abs(side[i : i + RUN].sum()) == RUN:
            flags[i : i + RUN] = True
    return flags


def _seven_trend(y: Floats) -> Floats:
    """+1 where a point is part of 7 that rise strictly, -1 for a fall, else 0."""
    out = np.zeros(len(y))
    for i in range(len(y) - RUN + 1):
        steps = np.sign(np.diff(y[i : i + RUN]))
        if abs(steps.sum()) == RUN - 1:
            out[i : i + RUN] = steps[0]
    return out


def _two_of_three(near: Flags, side: Floats) -> Flags:
    flags = np.zeros(len(near), dtype=np.bool_)
    for i in range(len(near) - 2):
        if near[i : i + 3].sum() >= 2 and abs(side[i : i + 3].sum()) == 3:
            flags[i : i + 3] |= near[i : i + 3]
    return flags
