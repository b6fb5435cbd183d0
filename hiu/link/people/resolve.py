"""Resolve: suspicious components, clustered again best-first with all the evidence, many of one size at once.

Chaining joins A to C because both are near B. Here two groups join only on half their best pair and half the
mean of all evidence between them; numbers that disagree count by the share of rows that carry them, so a stray
or mistyped number can't split a person and a few odd rows can't join two.
"""

from dataclasses import dataclass

import numpy as np

from hiu.link.describe.hashes import Hashes
from hiu.link.levels import Flags, Ints, Reals

UNKNOWN = -3.0
"""log2 odds of a pair inside a component that no evidence was computed for."""
CAP = 25.0
NUMBER_CONFLICT = 9.0
NUMBER_REPEATED = 5.0
NUMBER_MOST = 35.0
RIVAL_MARGIN = 1.0
"""A weak description that fits two rival people nearly equally well (within this, log2) is left alone."""


@dataclass(kw_only=True)
class Components:
    """Components of k nodes each, nodes 0..k-1 in order of node number; the first axis counts components.

    there [n, k]: whether there is a node (components of nearly one size stand together) · weight [n, k, k]: log2
    odds of each pair, number disagreement left out; NaN where nothing could be compared ·
    number [n, k]: digest of the NHS number, 0 = none ·
    rows [n, k]: rows described · weak [n, k]: has no number or local id · same, different: decided pairs as
    (component, node, node).
    """

    there: Flags
    weight: Reals
    number: Hashes
    rows: Reals
    weak: Flags
    same: list[tuple[int, int, int]]
    different: list[tuple[int, int, int]]


class _Groups:
    """Groups of nodes as square matrices: best, summed and counted evidence between each two; named by first node."""

    def __init__(self, parts: Components, cut: float) -> None:
        n, k = parts.rows.shape
        self.cut, self.each = cut, np.arange(k)
        silent = np.isnan(parts.weight)
        self.best = np.clip(np.where(silent, -CAP, parts.weight), -CAP, CAP)
        self.best[:, self.each, self.each] = -CAP
        size = np.sqrt(parts.rows)
        # a pair of which nothing could be compared speaks neither for nor against
        self.count = np.where(silent, 0.0, size[:, :, None] * size[:, None, :])
        self.sum = self.best * self.count
        self.numbers = _rows_by_number(parts)
        self.total = self.numbers.sum(axis=2)
        self.share = self.numbers / np.maximum(self.total, 1)[:, :, None]
        self.rows, self.weak = parts.rows.copy(), parts.weak.copy()
        self.barred = np.broadcast_to(np.eye(k, dtype=np.bool_), (n, k, k)).copy()
        for at, a, b in parts.different:
            self.barred[at, a, b] = self.barred[at, b, a] = True
        self.alive = parts.there.copy()
        self.group = np.broadcast_to(self.each, (n, k)).copy()
        self.waiting = np.zeros((n, k), dtype=np.bool_)
        self.score = np.stack([self._against(np.arange(n), np.full(n, a)) for a in range(k)], axis=1)
        self.score[~self.alive] = -np.inf
        self.ready = self.score.copy()
        for at, a, b in parts.same:
            ends = sorted((int(self.group[at, a]), int(self.group[at, b])))
            if ends[0] != ends[1]:
                self.merge(np.array([at]), np.array(ends[:1]), np.array(ends[1:]))

    def _against(self, at: Ints, a: Ints) -> Reals:
        """What group a of each component has to say for joining each other group; -inf where it may not."""
        mean = self.sum[at, a] / np.maximum(self.count[at, a], 1e-9)
        score: Reals = 0.5 * self.best[at, a] + 0.5 * mean - self._conflict(at, a)
        score[self.barred[at, a] | ~self.alive[at]] = -np.inf
        return score

    def _conflict(self, at: Ints, a: Ints) -> Reals:
        """What is taken off where the numbers of two groups disagree: more the more rows repeat them."""
        total, own = self.total[at], self.share[at, a]
        # one kind after another: the sum must not depend on how many components are resolved at once
        overlap = np.zeros_like(total)
        for kind in np.flatnonzero(own.any(axis=0)):
            overlap += np.minimum(self.share[at, :, kind], own[:, kind, None])
        carried = total / self.rows[at]
        mine = np.arange(len(at)), a
        few = np.log2(np.maximum(np.minimum(total, total[mine][:, None]), 1))
        strength = np.minimum(NUMBER_CONFLICT + NUMBER_REPEATED * few, NUMBER_MOST)
        out: Reals = np.sqrt(carried * carried[mine][:, None]) * (1 - overlap) * strength
        return out

    def merge(self, at: Ints, a: Ints, b: Ints) -> None:
        """Put group b into group a (a < b) in each of the components."""
        sums = ((self.best, np.maximum), (self.sum, np.add), (self.count, np.add), (self.barred, np.logical_or))
        for matrix, how in sums:
            row = how(matrix[at, a], matrix[at, b])
            matrix[at, a] = row
            matrix[at, :, a] = row
        self.numbers[at, a] += self.numbers[at, b]
        self.total[at, a] += self.total[at, b]
        self.share[at, a] = self.numbers[at, a] / np.maximum(self.total[at, a], 1)[:, None]
        self.rows[at, a] += self.rows[at, b]
        self.weak[at, a] &= self.weak[at, b]
        self.alive[at, b] = False
        self.group[at] = np.where(self.group[at] == b[:, None], a[:, None], self.group[at])
        self.score[at, b] = self.score[at, :, b] = -np.inf
        self.ready[at, b] = self.ready[at, :, b] = -np.inf
        row = self._against(at, a)
        self.score[at, a] = row
        self.score[at, :, a] = row
        row = np.where(self.waiting[at] | self.waiting[at, a][:, None], -np.inf, row)
        self.ready[at, a] = row
        self.ready[at, :, a] = row

    def bar(self, at: Ints, lone: Ints) -> None:
        """Let these groups join nobody any more."""
        self.barred[at, lone] = True
        self.barred[at, :, lone] = True
        self.score[at, lone] = self.score[at, :, lone] = -np.inf

    def wait(self, at: Ints, lone: Ints) -> None:
        """Let these groups wait until nothing else can join."""
        self.waiting[at, lone] = True
        self.ready[at, lone] = self.ready[at, :, lone] = -np.inf

    def torn(self, at: Ints, a: Ints, b: Ints) -> Ints:
        """The weak group of the two, if it fits a rival of the other nearly as well; else -1."""
        out = np.full(len(at), -1)
        for lone, host in ((b, a), (a, b)):
            mine, theirs = self.score[at, lone], self.score[at, host]
            fits = mine >= (mine[np.arange(len(at)), host] - RIVAL_MARGIN)[:, None]
            rivals = fits & (mine >= self.cut) & (theirs < self.cut) & (self.each != host[:, None])
            out = np.where(self.weak[at, lone] & rivals.any(axis=1), lone, out)
        return out


def best_first(parts: Components, cut: float) -> Ints:
    """The group of each node [n, k]: the first node in it. Ties go to the lower node numbers.

    A weak description torn between rivals waits until everything else has joined: the rivals may by then be
    one. If they are still two it stays by itself.
    """
    groups = _Groups(parts, cut)
    left = np.arange(len(parts.rows))
    while len(left):
        a, b, fits = _best(groups.ready, left, cut)
        at, a, b = left[fits], a[fits], b[fits]
        lone = groups.torn(at, a, b)
        free = lone < 0
        groups.merge(at[free], np.minimum(a, b)[free], np.maximum(a, b)[free])
        groups.wait(at[~free], lone[~free])
        over = _settle_waiting(groups, left[~fits])
        left = np.setdiff1d(left, over, assume_unique=True)
    return groups.group


def _best(score: Reals, at: Ints, cut: float) -> tuple[Ints, Ints, Flags]:
    """The two groups with the best score in each component, and whether they may join."""
    flat = (score if len(at) == len(score) else score[at]).reshape(len(at), score.shape[1] ** 2)
    best = flat.argmax(axis=1)
    return best // score.shape[1], best % score.shape[1], flat[np.arange(len(at)), best] >= cut


def _settle_waiting(groups: _Groups, at: Ints) -> Ints:
    """Let the waiting group with the best fit join, or stay apart if still torn; the components where none waits."""
    scores = np.where(groups.waiting[at][:, :, None], groups.score[at], -np.inf)
    lone, host, fits = _best(scores, np.arange(len(at)), groups.cut)
    over, at, lone, host = at[~fits], at[fits], lone[fits], host[fits]
    free = groups.torn(at, lone, host) < 0
    groups.waiting[at[free], lone[free]] = groups.waiting[at[free], host[free]] = False
    groups.merge(at[free], np.minimum(lone, host)[free], np.maximum(lone, host)[free])
    groups.bar(at[~free], lone[~free])
    return over


def _rows_by_number(parts: Components) -> Reals:
    """Rows of each node that carry each number [n, k, kinds]; kinds are counted within a component."""
    n, k = parts.rows.shape
    kind = np.zeros((n, k), dtype=np.int64)
    ordered = np.sort(parts.number, axis=1)
    new = np.ones((n, k), dtype=np.bool_)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    rank = np.cumsum(new & (ordered > 0), axis=1) - 1
    for place in range(k):
        kind = np.where(parts.number == ordered[:, place, None], rank[:, place, None], kind)
    out = np.zeros((n, k, max(int(rank.max(initial=0)) + 1, 1)))
    at, node = np.nonzero(parts.number > 0)
    out[at, node, kind[at, node]] = parts.rows[at, node]
    return out
