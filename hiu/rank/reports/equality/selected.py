"""How members of a group come among the first N if no group is preferred, and what a test of that can notice.

Hypergeometric, with noncentral alternatives (docs/equality.md). Rates are of the group over everyone else.
"""

import numpy as np
from scipy.special import gammaln

from hiu.rank.listing.history import Floats

Q = 0.10
"""False discovery rate of the flags."""

POWER = 0.8
"""Chance with which a difference is noticed that the audit is said to notice."""

_PSI = np.linspace(-12, 12, 4801)
"""Log odds ratios that are tried."""


def mid_p(k: int, group: int, total: int, chosen: int) -> float:
    """Two-sided mid-p of k of a group among `chosen` drawn from `total`, of whom `group` belong to it."""
    at, logs = _support(group, total, chosen)
    pmf = _normal(logs)
    half = pmf[at == k].sum() / 2
    return float(min(1.0, 2 * min(pmf[at < k].sum() + half, pmf[at > k].sum() + half)))


def representation(k: int, group: int, total: int, chosen: int) -> tuple[float, float, float]:
    """The group's rate in the first N over everyone else's, with its 95% mid-p interval (infinite without others)."""
    others = total - group
    if not group or not others or not chosen:
        return float("nan"), 0.0, float("inf")
    at, logs = _support(group, total, chosen)
    pmf = _normal(logs + _PSI[:, None] * at)
    half = pmf[:, at == k].sum(axis=1) / 2
    over, under = pmf[:, at > k].sum(axis=1) + half, pmf[:, at < k].sum(axis=1) + half
    mean = pmf @ at
    rates = (mean / group) / np.maximum((chosen - mean) / others, 1e-12)
    low = 0.0 if k == at[0] else float(rates[np.searchsorted(over, 0.025)])
    high = float("inf") if k == at[-1] else float(rates[len(under) - np.searchsorted(under[::-1], 0.025) - 1])
    rest = (chosen - k) / others
    return (k / group / rest if rest else float("inf")), low, high


def _support(group: int, total: int, chosen: int) -> tuple[Floats, Floats]:
    at = np.arange(max(0, chosen - (total - group)), min(group, chosen) + 1, dtype=np.float64)
    return at, _choose(group, at) + _choose(total - group, chosen - at)


def _choose(n: int, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)


def _normal(logs: Floats) -> Floats:
    """Shares that sum to 1 along the last axis."""
    values = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(values / values.sum(axis=-1, keepdims=True), dtype=np.float64)


def noticeable(group: int, total: int, chosen: int, *, tests: int) -> tuple[float, float]:
    """The ratios of rates at or below, and at or above, which the group would be flagged with a chance of 80%.

    By itself, that is at Q over the number of tests; beside other flagged groups a little more is noticed. 0 and
    infinity where not even nobody, or everybody, among the first N would be flagged: there is no power that way.
    """
    if not 0 < group < total or not 0 < chosen < total:
        return 0.0, float("inf")
    at, logs = _support(group, total, chosen)
    pmf = _normal(logs)
    cdf = np.cumsum(pmf) - pmf / 2
    flagged = 2 * np.minimum(cdf, 1 - cdf) <= Q / tests
    law = _normal(logs + _PSI[:, None] * at)
    mean = law @ at
    rates = (mean / group) / np.maximum((chosen - mean) / (total - group), 1e-12)
    few = law[:, flagged & (cdf < 0.5)].sum(axis=1) >= POWER
    many = law[:, flagged & (cdf > 0.5)].sum(axis=1) >= POWER
    return (float(rates[few][-1]) if few.any() else 0.0, float(rates[many][0]) if many.any() else float("inf"))
