"""Statistics that several rooms state: a share's interval, agreement between two reviewers, many tests at once.

Nothing here loads scipy.stats, which takes a second; scipy.special is imported where it is used.
"""

import math

import numpy as np
from numpy.typing import NDArray

Z95 = 1.96
"""Standard errors either side of an estimate that make a 95% interval."""
Z998 = 3.09
"""The same of a 99.8% interval."""
FEWEST_RATED = 10
"""Pairs rated twice below which agreement is not summed up in one number."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95% interval of a share (Wilson, 1927); all of 0 to 1 where nothing was counted."""
    if not of:
        return 0.0, 1.0
    square = Z95**2
    centre, half = 2 * hits + square, Z95 * math.sqrt(4 * hits * (of - hits) / of + square)
    low, high = ((centre + side * half) / (2 * (of + square)) for side in (-1, 1))
    return 0.0 if hits == 0 else low, 1.0 if hits == of else high


def chance_ratio(n: int, before: int) -> tuple[float | None, float | None, float | None]:
    """The ratio of two counts of equally long spans with its exact 95% interval (Clopper and Pearson on the share of
    the first count); None where a count of nought leaves no end to it.
    """
    from scipy.special import betaincinv

    low = float(betaincinv(n, before + 1, 0.025)) if n else 0.0
    high = float(betaincinv(n + 1, before, 0.975)) if before else 1.0
    return n / before if before else None, low / (1 - low), high / (1 - high) if before else None


def funnel(share: float, of: float, z: float, spread: float = 1.0) -> tuple[float, float]:
    """Limits of a funnel around a share of so many: the binomial standard error, widened by `spread`, which is the
    variance over that of chance alone (Spiegelhalter, 2005). A rate that is no share of `of`, such as one per head, is
    small, and its limits are those of counts.
    """
    half = z * math.sqrt(max(share * (1 - share), 0.0) * spread / of)
    return max(0.0, share - half), share + half


def kappa(one: list[str], other: list[str]) -> tuple[float | None, float | None, float | None]:
    """Cohen's kappa with a 95% interval (Fleiss, Cohen and Everitt, 1969); Nones where it can't be said."""
    n, words = len(one), sorted({*one, *other})
    if n < FEWEST_RATED or len(words) < 2:
        return None, None, None
    table = np.zeros((len(words), len(words)))
    for a, b in zip(one, other, strict=True):
        table[words.index(a), words.index(b)] += 1 / n
    row, column, same = table.sum(axis=1), table.sum(axis=0), float(np.trace(table))
    chance = float(row @ column)
    k = (same - chance) / (1 - chance)
    diagonal = (np.diag(table) * (1 - (row + column) * (1 - k)) ** 2).sum()
    cross = (table * (column[:, None] + row[None, :]) ** 2).sum() - (np.diag(table) * (row + column) ** 2).sum()
    variance = (diagonal + (1 - k) ** 2 * cross - (k - chance * (1 - k)) ** 2) / (n * (1 - chance) ** 2)
    half = Z95 * float(np.sqrt(max(float(variance), 0.0)))
    return k, max(-1.0, k - half), min(1.0, k + half)


def benjamini_hochberg(p: NDArray[np.float64], rate: float) -> list[bool]:
    """Which tests are flagged at a false discovery rate (Benjamini and Hochberg, 1995)."""
    order = np.argsort(p)
    least = np.minimum.accumulate((p[order] * (len(p) / np.arange(1, len(p) + 1)))[::-1])[::-1]
    flags = np.zeros(len(p), dtype=bool)
    flags[order] = least <= rate
    return [bool(flag) for flag in flags]
