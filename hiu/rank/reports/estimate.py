"""The estimate of docs/evaluation.md: contacts after support began, over those expected without it.

People are chosen when their contacts are highest and fall by themselves, so the comparison is never with their own
months before: it is with what people with the same past went on to do, before there was any support, adjusted for what
everybody else did in the same months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiu.rank.listing.history import Floats
from hiu.rank.reports.expected import Model, Rows, overdispersion, refits, train
from hiu.rank.reports.panel import AFTER, NEVER, Ints, Panel

WIDTH = 2.0
"""Standard errors each way of the interval: measured coverage 95-96% (docs/adr/0008-evaluation-interval.md)."""

DRIFT = 10.0
"""Variance of the drift's logarithm is this over the non-supported people's contacts in the entry months."""

FALL = 0.30
"""The fall that power is stated for."""


@dataclass(frozen=True)
class Entrants:
    """The supported people who can be compared: position, month of entry, past, and contacts in the 6 months."""

    person: Ints
    month: Ints
    x: Floats
    observed: Floats

    @classmethod
    def of(cls, panel: Panel) -> Entrants:
        """Everyone supported with 12 months before, 6 after, all supplied, who lived through them."""
        who = [p for p in panel.supported if panel.whole(int(panel.start[p]))]
        who = [p for p in who if panel.died[p] >= panel.start[p] + AFTER]
        month = panel.start[who]
        windows = [(int(t), np.array([p])) for t, p in zip(month, who, strict=True)]
        x = np.concatenate([panel.before(t, p) for t, p in windows]) if who else np.zeros((0, 3))
        y = np.concatenate([panel.after(t, p) for t, p in windows]) if who else np.zeros(0)
        return cls(np.array(who, dtype=np.int64), month.astype(np.int64), x, y)


@dataclass(frozen=True)
class Estimate:
    """The result. `expected` is each entrant's E; `se` the standard error of log(sum O / sum E)."""

    entrants: Entrants
    expected: Floats
    se: float
    k: float
    drift: float
    alpha: float

    @property
    def log(self) -> float:
        """Logarithm of observed over expected; half a contact stands for none."""
        return float(np.log(max(self.entrants.observed.sum(), 0.5) / self.expected.sum()))

    @property
    def effect(self) -> float:
        """sum O / sum E - 1."""
        return float(self.entrants.observed.sum() / self.expected.sum() - 1)

    @property
    def interval(self) -> tuple[float, float]:
        """The effect's interval, +/- WIDTH standard errors of its logarithm."""
        return float(np.exp(self.log - WIDTH * self.se) - 1), float(np.exp(self.log + WIDTH * self.se) - 1)

    @property
    def unaided(self) -> float:
        """Change that these people's last 3 months before entry would have led to anyway; -0.45 = a 45% fall."""
        return relative(self.expected.sum(), self.before)

    @property
    def before(self) -> float:
        """Contacts in 6 months at the rate of the last 3 before entry: what plain before/after compares with."""
        return float(AFTER * self.entrants.x[:, 0].sum())


def relative(value: float, base: float) -> float:
    """Change from a base, as a share of it; 0 without a base."""
    return float(value / base - 1) if base else 0.0


def power(se: float, fall: float = FALL) -> float:
    """Chance that a true fall of this size would be found (the interval lies below 0)."""
    from scipy.special import ndtr

    return float(ndtr(-np.log(1 - fall) / se - WIDTH))


def findable(se: float, chance: float = 0.8) -> float:
    """The smallest true fall that would be found with this chance."""
    from scipy.special import ndtri

    return float(1 - np.exp(-(WIDTH + ndtri(chance)) * se))


def first_entry(panel: Panel) -> int:
    """Month in which the programme began: the earliest start of anyone approached. NEVER without one."""
    return int(panel.start.min(initial=NEVER))


def windows(panel: Panel) -> list[int]:
    """Window starts whose 6 months after end before the programme began."""
    last = min(first_entry(panel), len(panel.supplied))
    return [t for t in range(last - AFTER + 1) if panel.whole(t)]


def estimate(panel: Panel, seed: int) -> Estimate:
    """All six steps. The caller has made sure that there are windows and entrants."""
    rows, entrants = Rows.of(panel, windows(panel)), Entrants.of(panel)
    model = train(rows)
    drift = drift_factor(panel, entrants, model)
    expected = model.expected(entrants.x) * drift
    alpha = overdispersion(rows, model)
    spread = [np.log(max(float(one.expected(entrants.x).sum()), 1e-9)) for one in refits(rows, seed)]
    total = max(float(expected.sum()), 1e-9)
    variance = float((expected + alpha * expected**2).sum()) / total**2 + float(np.var(spread, ddof=1))
    variance += DRIFT / max(1.0, _others(panel, entrants))
    return Estimate(entrants, expected, variance**0.5, model.k, drift, alpha)


def drift_factor(panel: Panel, entrants: Entrants, model: Model) -> float:
    """Step 4: observed over expected of the non-supported over the same months, entry month by entry month."""
    seen = fitted = 0.0
    for t, count in zip(*np.unique(entrants.month, return_counts=True), strict=True):
        others = panel.on_list(int(t))
        seen += count * float(panel.after(int(t), others).sum())
        fitted += count * float(model.expected(panel.before(int(t), others)).sum())
    return seen / fitted if fitted and seen else 1.0


def _others(panel: Panel, entrants: Entrants) -> float:
    """Contacts of the non-supported in the months in which somebody entered."""
    return float(sum(panel.n[panel.on_list(int(t)), int(t)].sum() for t in np.unique(entrants.month)))
