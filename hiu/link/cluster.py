"""Cluster: components of linked nodes, and the suspicious ones resolved.

A component is beyond suspicion when every pair in it supports the link, no two NHS numbers differ and no
decision touches it: resolving it could change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hiu.link.block import Pairs, join, split
from hiu.link.resolve import UNKNOWN, Component, best_first

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
LARGEST = 600
"""Nodes in a component that is resolved whole; a larger one is first cut at a higher weight."""


@dataclass(frozen=True)
class Evidence:
    """Scored pairs, sorted: total weight, and the part of it that comes from NHS numbers that differ."""

    pairs: Pairs
    weight: Reals
    number: Reals

    def plus(self, other: Evidence) -> Evidence:
        """Both, sorted."""
        pairs = np.concatenate([self.pairs, other.pairs])
        order = np.argsort(pairs, kind="stable")
        weight = np.concatenate([self.weight, other.weight])[order]
        return Evidence(pairs[order], weight, np.concatenate([self.number, other.number])[order])


@dataclass(frozen=True)
class Facts:
    """What resolving needs to know of each node, and the decided pairs of nodes."""

    number: Ints
    rows: Reals
    weak: NDArray[np.bool_]
    same: Ints
    different: Ints


def cluster(evidence: Evidence, facts: Facts, cut: float, score: Callable[[Pairs], Evidence]) -> tuple[Ints, Evidence]:
    """Person label of each node (the smallest node number in it), and the evidence with what had to be added."""
    label = _components(evidence, facts, cut)
    missing = _unscored(label, evidence.pairs)
    evidence = evidence.plus(score(missing)) if len(missing) else evidence
    for members in _suspicious(label, evidence, facts):
        part = _component(members, evidence, facts)
        for group in best_first(part, cut):
            label[members[group]] = members[group[0]]
    return label, evidence


def _components(evidence: Evidence, facts: Facts, cut: float) -> Ints:
    """Connected components at the cut; any over LARGEST are cut again at higher weights."""
    n = len(facts.rows)
    a, b = split(evidence.pairs)
    keep = evidence.weight >= cut
    same = facts.same.reshape(-1, 2)
    while True:
        ends = np.concatenate([np.stack([a[keep], b[keep]], axis=1), same])
        graph = coo_matrix((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
        label = _lowest(connected_components(graph, directed=False)[1])
        big = np.bincount(label, minlength=n) > LARGEST
        if not big.any() or not (keep & big[label[a]]).any():
            return label
        cut += 2
        keep &= ~big[label[a]] | (evidence.weight >= cut)


def _lowest(label: NDArray[np.int32]) -> Ints:
    """Rename each label to the smallest node number in it."""
    _, first, back = np.unique(label, return_index=True, return_inverse=True)
    out: Ints = first[back].astype(np.int64)
    return out


def _unscored(label: Ints, pairs: Pairs) -> Pairs:
    """Pairs inside a component of more than two nodes that were never compared."""
    order = np.argsort(label, kind="stable")
    last = np.flatnonzero(np.append(np.diff(label[order]) != 0, True))
    size = np.diff(np.append(-1, last))
    end = np.repeat(last, size)
    follow = np.where(np.repeat(size, size) > 2, end - np.arange(len(order)), 0)
    left = np.repeat(np.arange(len(order)), follow)
    right = left + 1 + np.arange(len(left)) - np.repeat(np.cumsum(follow) - follow, follow)
    return np.setdiff1d(join(order[left], order[right]), pairs, assume_unique=True)


def _suspicious(label: Ints, evidence: Evidence, facts: Facts) -> list[Ints]:
    """Node numbers of each component that must be resolved."""
    a, b = split(evidence.pairs)
    bad = (label[a] == label[b]) & ((evidence.weight < 0) | (evidence.number < 0))
    touched = np.concatenate([label[a[bad]], label[facts.same.ravel()], label[facts.different.ravel()]])
    which = np.isin(label, np.unique(touched))
    nodes = np.flatnonzero(which)
    order = nodes[np.argsort(label[nodes], kind="stable")]
    if not len(order):
        return []
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return [part for part in parts if len(part) > 1]


def _component(members: Ints, evidence: Evidence, facts: Facts) -> Component:
    k = len(members)
    i, j = np.triu_indices(k, 1)
    wanted = join(members[i], members[j])
    at = np.minimum(np.searchsorted(evidence.pairs, wanted), len(evidence.pairs) - 1)
    found = evidence.pairs[at] == wanted
    weight = np.full((k, k), UNKNOWN)
    weight[i, j] = weight[j, i] = np.where(found, evidence.weight[at] - evidence.number[at], UNKNOWN)
    inside = {int(node): position for position, node in enumerate(members)}
    return Component(
        weight,
        facts.number[members],
        facts.rows[members],
        facts.weak[members],
        _inside(facts.same, inside),
        _inside(facts.different, inside),
    )


def _inside(pairs: Ints, position: dict[int, int]) -> list[tuple[int, int]]:
    """Decided pairs whose both ends are in the component, as positions in it."""
    known = [(position.get(int(a)), position.get(int(b))) for a, b in pairs.reshape(-1, 2)]
    return [(a, b) for a, b in known if a is not None and b is not None]
