"""Resolve: one suspicious component, clustered again best-first with all the evidence.

Chaining joins A to C because both are near B. Here two groups join only on half their best pair and half the
mean of all evidence between them; numbers that disagree count by the share of rows that carry them, so a stray
or mistyped number can't split a person and a few odd rows can't join two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

UNKNOWN = -3.0
"""log2 odds of a pair inside a component that no evidence was computed for."""
CAP = 25.0
NUMBER_CONFLICT = 9.0
NUMBER_REPEATED = 5.0
NUMBER_MOST = 35.0
RIVAL_MARGIN = 1.0
"""A weak description that fits two rival people nearly equally well (within this, log2) is left alone."""


@dataclass
class Component:
    """Nodes 0..k-1 of a component, in order of node number.

    weight: log2 odds of each pair, number disagreement left out · number: code of the NHS number, -1 = none ·
    rows: rows described · weak: has no number, local id or date of birth · same, different: decided pairs.
    """

    weight: Reals
    number: NDArray[np.int64]
    rows: Reals
    weak: NDArray[np.bool_]
    same: list[tuple[int, int]]
    different: list[tuple[int, int]]


class _Groups:
    """Groups of nodes as rows of square matrices: best, summed and counted evidence between each two."""

    def __init__(self, part: Component, cut: float) -> None:
        k = len(part.rows)
        self.cut = cut
        self.members = [[n] for n in range(k)]
        self.best = np.clip(part.weight, -CAP, CAP)
        np.fill_diagonal(self.best, -CAP)
        size = np.sqrt(part.rows)
        self.count = np.outer(size, size)
        self.sum = self.best * self.count
        kinds, code = np.unique(part.number, return_inverse=True)
        self.numbers = np.zeros((k, len(kinds)))
        self.numbers[np.arange(k), code] = part.rows
        if kinds[0] == -1:
            self.numbers = self.numbers[:, 1:]
        self.rows = part.rows.astype(np.float64)
        self.weak = part.weak.copy()
        self.barred = np.zeros((k, k), dtype=np.bool_)
        for a, b in part.different:
            self.barred[a, b] = self.barred[b, a] = True
        self.alive = np.ones(k, dtype=np.bool_)
        for a, b in part.same:
            self.merge(*sorted((self._home(a), self._home(b))))

    def _home(self, node: int) -> int:
        return next(g for g, members in enumerate(self.members) if node in members)

    def conflict(self) -> Reals:
        """What is taken off where the numbers of two groups disagree: more the more rows repeat them."""
        total = self.numbers.sum(axis=1)
        share = self.numbers / np.maximum(total, 1)[:, None]
        overlap = np.minimum(share[:, None, :], share[None, :, :]).sum(axis=2)
        carried = total / self.rows
        few = np.log2(np.maximum(np.minimum(total[:, None], total[None, :]), 1))
        strength = np.minimum(NUMBER_CONFLICT + NUMBER_REPEATED * few, NUMBER_MOST)
        out: Reals = np.sqrt(np.outer(carried, carried)) * (1 - overlap) * strength
        return out

    def score(self) -> Reals:
        """What each two groups have to say for joining; -inf where they may not."""
        mean = self.sum / np.maximum(self.count, 1e-9)
        score: Reals = 0.5 * self.best + 0.5 * mean
        if self.numbers.shape[1] > 1:
            score = score - self.conflict()
        dead = ~self.alive
        score[self.barred] = -np.inf
        score[dead, :] = -np.inf
        score[:, dead] = -np.inf
        np.fill_diagonal(score, -np.inf)
        return score

    def merge(self, a: int, b: int) -> None:
        """Put group b into group a (a < b)."""
        if a == b:
            return
        self.members[a] += self.members[b]
        self.members[b] = []
        for matrix, how in (
            (self.best, np.maximum),
            (self.sum, np.add),
            (self.count, np.add),
            (self.barred, np.logical_or),
        ):
            row = how(matrix[a], matrix[b])
            matrix[a], matrix[:, a] = row, row
        self.numbers[a] += self.numbers[b]
        self.rows[a] += self.rows[b]
        self.weak[a] &= self.weak[b]
        self.alive[b] = False


def best_first(part: Component, cut: float) -> list[list[int]]:
    """Groups of node positions, one a person. Ties go to the lower node numbers.

    A weak description torn between rivals waits until everything else has joined: the rivals may by then be
    one. If they are still two it stays by itself.
    """
    groups = _Groups(part, cut)
    waiting = np.zeros(len(part.rows), dtype=np.bool_)
    while True:
        score = groups.score()
        ready = score.copy()
        ready[waiting, :] = ready[:, waiting] = -np.inf
        a, b = divmod(int(np.argmax(ready)), len(score))
        if ready[a, b] >= cut:
            lone = _torn(groups, score, a, b)
            if lone is None:
                groups.merge(min(a, b), max(a, b))
            else:
                waiting[lone] = True
        elif not _settle(groups, score, waiting):
            return [sorted(members) for members in groups.members if members]


def _settle(groups: _Groups, score: Reals, waiting: NDArray[np.bool_]) -> bool:
    """Let the waiting group with the best fit join, or stay apart if still torn; False when none waits."""
    held = np.where(waiting[:, None], score, -np.inf)
    lone, host = divmod(int(np.argmax(held)), len(score))
    if not held[lone, host] >= groups.cut:
        return False
    if _torn(groups, score, lone, host) is None:
        groups.merge(min(lone, host), max(lone, host))
        waiting[[lone, host]] = False
    else:
        groups.barred[lone, :] = groups.barred[:, lone] = True
    return True


def _torn(groups: _Groups, score: Reals, a: int, b: int) -> int | None:
    """The weak group of the two, if it fits a rival of the other nearly as well."""
    for lone, host in ((a, b), (b, a)):
        if not groups.weak[lone]:
            continue
        rivals = (score[lone] >= score[lone, host] - RIVAL_MARGIN) & (score[lone] >= groups.cut)
        rivals[host] = False
        if (rivals & (score[host] < groups.cut)).any():
            return lone
    return None
