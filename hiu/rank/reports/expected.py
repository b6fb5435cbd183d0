"""What people with such a past go on to do, unaided: fitted on the months before any support (docs/evaluation.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiu.rank.listing.history import Floats
from hiu.rank.reports.panel import AFTER, Ints, Panel

TOP_SHARE = 0.05
BOOTSTRAPS = 60


@dataclass(frozen=True)
class Rows:
    """Person-windows: `x` (x1, x2, x3), `y` contacts in the 6 months after, `person` whose they are."""

    x: Floats
    y: Floats
    person: Ints

    @classmethod
    def of(cls, panel: Panel, windows: list[int]) -> Rows:
        """Every listed person in each of the windows."""
        who = [panel.on_list(t) for t in windows]
        pairs = list(zip(windows, who, strict=True))
        x = [panel.before(t, people) for t, people in pairs]
        y = [panel.after(t, people) for t, people in pairs]
        if not windows:
            return cls(np.zeros((0, 3)), np.zeros(0), np.zeros(0, dtype=np.int64))
        return cls(np.concatenate(x), np.concatenate(y), np.concatenate(who))


@dataclass(frozen=True)
class Model:
    """The fit: coefficients of [1, x1, x2, x3], and the calibration.

    Fits of at least `line` (the top 5% of rows) are multiplied by `k`, the rest by `rest`. One k for all
    makes E too small for people taken on below the top 5%: in tests/bench/evaluate_worlds.py it is out by +2 to +4
    points without any effect, this by 0 to -1.
    """

    beta: Floats
    line: float = 0.0
    k: float = 1.0
    rest: float = 1.0

    def expected(self, x: Floats) -> Floats:
        """Contacts expected in 6 months."""
        fitted = AFTER * (self.beta[0] + x @ self.beta[1:])
        return np.asarray(fitted * np.where(fitted >= self.line, self.k, self.rest), dtype=np.float64)


def train(rows: Rows) -> Model:
    """Steps 2 and 3 on all rows alike."""
    design = Design.of(rows)
    return design.fit(np.ones(design.people))


def overdispersion(rows: Rows, model: Model) -> float:
    """alpha of Var(y) = E + alpha E^2 over the top 5% of rows."""
    expected = model.expected(rows.x)
    top = expected >= np.quantile(expected, 1 - TOP_SHARE)
    e, y = expected[top], rows.y[top]
    return max(0.0, float(((y - e) ** 2 - e).sum() / max(float((e**2).sum()), 1e-9)))


def refits(rows: Rows, seed: int, times: int = BOOTSTRAPS) -> list[Model]:
    """The model on samples of the people, drawn with replacement: all windows of a person come along."""
    design, rng = Design.of(rows), np.random.default_rng(seed)
    share = np.full(design.people, 1 / design.people)
    return [design.fit(rng.multinomial(design.people, share).astype(np.float64)) for _ in range(times)]


@dataclass(frozen=True)
class Design:
    """The least-squares problem summed by person, so that a resampled fit needs no pass over the rows."""

    rows: Rows
    own: Ints
    gram: Floats
    right: Floats

    @classmethod
    def of(cls, rows: Rows) -> Design:
        """Row weight 1/sqrt(mean monthly contacts + 0.3): large counts vary more."""
        _, own = np.unique(rows.person, return_inverse=True)
        scale = 1 / np.sqrt(rows.x @ np.array([0.25, 0.25, 0.5]) + 0.3)
        a = np.column_stack([np.ones(len(rows.y)), rows.x]) * scale[:, None]
        b = rows.y / AFTER * scale
        people = int(own.max(initial=-1)) + 1
        pairs = [np.bincount(own, a[:, i] * a[:, j], people) for i in range(4) for j in range(4)]
        right = [np.bincount(own, a[:, i] * b, people) for i in range(4)]
        gram, sums = (np.stack(parts, axis=1).astype(np.float64) for parts in (pairs, right))
        return cls(rows, own.astype(np.int64), gram, sums)

    @property
    def people(self) -> int:
        """How many people the rows are of."""
        return len(self.gram)

    def fit(self, weight: Floats) -> Model:
        """Non-negative least squares, each person counted `weight` times; then the calibration."""
        from scipy.optimize import nnls

        gram = (weight @ self.gram).reshape(4, 4)
        root = np.linalg.cholesky(gram + np.eye(4) * 1e-9 * max(float(np.trace(gram)), 1e-9))
        beta, _ = nnls(root.T, np.linalg.solve(root, weight @ self.right))
        return self._calibrated(beta, weight[self.own])

    def _calibrated(self, beta: Floats, weight: Floats) -> Model:
        """Observed over fitted, among the 5% of rows with the highest fit and among the rest."""
        fitted = Model(beta).expected(self.rows.x)
        order = np.argsort(-fitted, kind="stable")
        last = int(np.searchsorted(np.cumsum(weight[order]), TOP_SHARE * float(weight.sum())))
        line = float(fitted[order[min(last, len(order) - 1)]])
        top = fitted >= line
        k, rest = (_ratio(weight[part], self.rows.y[part], fitted[part]) for part in (top, ~top))
        return Model(beta, line, k, rest)


def _ratio(weight: Floats, seen: Floats, fitted: Floats) -> float:
    below = float(weight @ fitted)
    return float(weight @ seen) / below if below > 0 else 1.0
