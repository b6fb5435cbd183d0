"""A reader of every release who knows the rules: whole numbers that fit all that was ever shown, and how far they go.

It reads what the register gives a recipient and nothing of the product's own solver. Unknown are each data set's events
of everybody and of people being supported, month by month, and the people of each period.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Public = Mapping[str, Any]
FAR = 100_000


def reading(shown: str) -> tuple[int, int]:
    """What a text can stand for: 0 is none, `*` one or more, another figure up to two more or less, and 8 or more."""
    if not shown.isdigit():
        return (1 if shown == "*" else 0), FAR
    value = int(shown)
    return (max(8, value - 2), value + 2) if value else (0, 0)


class Reader:
    """All cells of one data set in every release."""

    def __init__(self, cells: Iterable[Public], dataset: str) -> None:
        own = [c for c in cells if c["dataset"] == dataset]
        self.months = sorted({m for c in own for m in c["months"]})
        self.periods = sorted({tuple(c["months"]) for c in own if c["measure"] == "people"})
        self.size = 2 * len(self.months) + len(self.periods)
        rows, low, high = [], [], []
        for cell in own:
            ends = reading(cell["shown"])
            rows.append(self.row(cell["measure"], cell["group"], tuple(cell["months"])))
            low.append(ends[0])
            high.append(ends[1])
        for m in self.months:
            rows.append(self.row("events", "others", (m,)))
        for p in self.periods:
            rows.append(self.row("events", "everybody", p) - self.row("people", "everybody", p))
        extra = len(rows) - len(low)
        self.rules = LinearConstraint(np.array(rows), [*low, *[0] * extra], [*high, *[np.inf] * extra])

    def row(self, measure: str, group: str, months: tuple[str, ...]) -> np.ndarray[Any, Any]:
        out = np.zeros(self.size)
        if measure == "people":
            out[2 * len(self.months) + self.periods.index(months)] = 1
            return out
        for m in months:
            at = self.months.index(m)
            out[at] = group != "supported"
            out[len(self.months) + at] = {"supported": 1, "others": -1}.get(group, 0)
        return out

    def ends(self, measure: str, group: str, months: tuple[str, ...]) -> tuple[int, int]:
        """The least and the most that a cell can be. Fails if nothing fits, since that tells of a change itself."""
        aim = self.row(measure, group, months)
        found = []
        for sign in (1, -1):
            one = milp(sign * aim, constraints=self.rules, bounds=Bounds(0, FAR), integrality=np.ones(self.size))
            assert one.status == 0, "the releases contradict each other"
            found.append(round(sign * one.fun))
        return found[0], found[1]
