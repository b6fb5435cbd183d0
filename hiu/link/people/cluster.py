"""Cluster: components of linked nodes, and the suspicious ones resolved.

A component is beyond suspicion when every pair in it supports the link, no two NHS numbers differ and no
decision touches it: resolving it could change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hiu.link.candidates.block import Pairs, join, split
from hiu.link.describe.hashes import Hashes, fold, mix, numbers
from hiu.link.levels import Flags, Ints, Patterns, Reals, is_at, is_silent
from hiu.link.people.resolve import CAP, UNKNOWN, Components, best_first

LARGEST = 600
"""Nodes in a component that is resolved whole; a larger one is first cut at a higher weight."""
_CELLS = 2**21


@dataclass(frozen=True)
class Evidence:
    """Scored pairs, sorted: their pattern, total weight, the part of it that comes from NHS numbers that differ,
    and whether they are candidates (share a key) or were compared only because they lie in one component."""

    pairs: Pairs
    pattern: Patterns
    weight: Reals
    number: Reals
    candidate: Flags

    def plus(self, other: Evidence) -> Evidence:
        """Both, sorted; a pair stands in one of them only."""
        at = np.searchsorted(self.pairs, other.pairs)
        return Evidence(*(np.insert(mine, at, theirs) for mine, theirs in zip(self.all(), other.all(), strict=True)))

    def only(self, keep: Flags) -> Evidence:
        """Some of the pairs."""
        return Evidence(*(part[keep] for part in self.all()))

    def all(self) -> tuple[NDArray[Any], ...]:
        """The arrays, in the order of the fields."""
        return self.pairs, self.pattern, self.weight, self.number, self.candidate

    def at(self, pairs: Pairs) -> tuple[Ints, Flags]:
        """Where each of some pairs stands, and whether it is there."""
        place = np.minimum(np.searchsorted(self.pairs, pairs), max(len(self.pairs) - 1, 0))
        found: Flags = self.pairs[place] == pairs if len(self.pairs) else np.zeros(len(pairs), np.bool_)
        return place, found


@dataclass(frozen=True)
class Facts:
    """What resolving needs to know of each node, and the decided pairs of nodes.

    signature: of all that a node's weights and its part in a component depend on.
    """

    number: Hashes
    rows: Reals
    weak: Flags
    signature: Hashes
    same: Ints
    different: Ints


@dataclass(frozen=True)
class Resolution:
    """Person label of each node (the smallest node number in it), its component, that one's digest; all evidence."""

    label: Ints
    part: Ints
    digest: Hashes
    evidence: Evidence


def cluster(
    evidence: Evidence,
    facts: Facts,
    cut: float,
    score: Callable[[Pairs], Evidence],
    earlier_labels: Callable[[Hashes], tuple[Flags, Ints]] | None = None,
) -> Resolution:
    """Components at the cut, the suspicious ones resolved.

    earlier_labels: digests of components -> whether each node's is known from an earlier run, and its label then.
    """
    part = _components(evidence, facts, cut)
    digest = _digests(part, facts)
    done, label = earlier_labels(digest) if earlier_labels else (np.zeros(len(part), np.bool_), part)
    label = np.where(done, label, part)
    inside = _pairs_inside(part, ~done)
    missing = inside[~evidence.at(inside)[1]]
    evidence = evidence.plus(score(missing)) if len(missing) else evidence
    nodes = _suspicious(part, inside, evidence, facts, done)
    for members in _by_size(part, nodes):
        group = best_first(_stacked_evidence(members, evidence, facts), cut)
        there = members >= 0
        label[members[there]] = np.take_along_axis(members, group, axis=1)[there]
    return Resolution(label, part, digest, evidence)


def _components(evidence: Evidence, facts: Facts, cut: float) -> Ints:
    """Connected components at the cut; any over LARGEST are cut again at higher weights."""
    n = len(facts.rows)
    keep = evidence.candidate & (evidence.weight >= cut)
    a, b = split(evidence.pairs[keep])
    weight = evidence.weight[keep]
    same = facts.same.reshape(-1, 2)
    use = np.ones(len(a), dtype=np.bool_)
    while True:
        left, right = (np.concatenate([end[use], same[:, k]]).astype(np.int32) for k, end in ((0, a), (1, b)))
        graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
        label = _lowest(connected_components(graph, directed=False)[1])
        big = np.bincount(label, minlength=n) > LARGEST
        if not big.any() or not (use & big[label[a]]).any():
            return label
        cut += 2
        use &= ~big[label[a]] | (weight >= cut)


def _lowest(label: NDArray[np.int32]) -> Ints:
    """Rename each label to the smallest node number in it."""
    first = np.full(int(label.max(initial=-1)) + 1, len(label), dtype=np.int64)
    first[label[::-1]] = np.arange(len(label))[::-1]
    return first[label]


def _digests(part: Ints, facts: Facts) -> Hashes:
    """Of each node's component, a digest of all that its resolution depends on."""
    own = fold(facts.signature, numbers(facts.rows.astype(np.int64)))
    total = np.zeros(len(part), dtype=np.uint64)
    np.add.at(total, part, mix(own))
    for salt, pairs in ((1, facts.same), (2, facts.different)):
        a, b = pairs.reshape(-1, 2).T
        both = part[a] == part[b]
        low, high = np.minimum(a, b)[both], np.maximum(a, b)[both]
        np.add.at(total, part[low], fold(own[low], own[high], np.full(len(low), salt, dtype=np.uint64)))
    return total[part]


def _pairs_inside(part: Ints, wanted: Flags) -> Pairs:
    """All pairs of nodes inside a component, of the wanted nodes."""
    nodes = np.flatnonzero(wanted & (np.bincount(part, minlength=len(part))[part] > 1))
    order = nodes[np.argsort(part[nodes], kind="stable")]
    last = np.flatnonzero(np.append(np.diff(part[order]) != 0, True)) if len(order) else order
    end = np.repeat(last, np.diff(np.append(-1, last)))
    follow = end - np.arange(len(order))
    left = np.repeat(np.arange(len(order)), follow)
    right = left + 1 + np.arange(len(left)) - np.repeat(np.cumsum(follow) - follow, follow)
    found = join(order[left], order[right])
    found.sort()
    return found


def _suspicious(part: Ints, inside: Pairs, evidence: Evidence, facts: Facts, done: Flags) -> Ints:
    """The nodes of each component that must be resolved."""
    at = evidence.at(inside)[0]
    bad = inside[(evidence.weight[at] < 0) | (evidence.number[at] < 0)]
    touched = np.zeros(len(part), dtype=np.bool_)
    touched[part[split(bad)[0]]] = True
    touched[part[facts.same.ravel()]] = touched[part[facts.different.ravel()]] = True
    several = np.bincount(part, minlength=len(part)) > 1
    return np.flatnonzero((touched & several)[part] & ~done)


def _by_size(part: Ints, nodes: Ints) -> list[Ints]:
    """Members [components, k] of the components of some nodes, those of nearly one size together (-1: no node)."""
    order = nodes[np.argsort(part[nodes], kind="stable")]
    first = np.flatnonzero(np.diff(part[order], prepend=-1))
    size = np.diff(np.append(first, len(order)))
    wide = np.array(_steps(int(size.max(initial=0))))
    width = wide[np.searchsorted(wide, size)] if len(size) else size
    out = []
    for k in np.unique(width):
        own, count = first[width == k], size[width == k]
        each = np.arange(int(k))
        members = np.where(each < count[:, None], order[np.minimum(own[:, None] + each, len(order) - 1)], -1)
        some = max(1, _CELLS // int(k) ** 2)
        out += [members[start : start + some] for start in range(0, len(members), some)]
    return out


def _steps(largest: int) -> list[int]:
    """Sizes of batches up to the largest component, a quarter apart: few batches, and few places left empty."""
    out = [3]
    while out[-1] < largest:
        out.append(max(out[-1] + 1, int(out[-1] * 1.25)))
    return out


def _stacked_evidence(members: Ints, evidence: Evidence, facts: Facts) -> Components:
    n, k = members.shape
    i, j = np.triu_indices(k, 1)
    place, found = evidence.at(join(members[:, i].ravel(), members[:, j].ravel()))
    pair_weight = np.where(found, evidence.weight[place] - evidence.number[place], UNKNOWN)
    # a row that gives no birth must not join parent and child, however well it fits either
    pair_weight[(pair_weight < 0) & found & is_at(evidence.pattern[place], "dob", "other_generation")] = -CAP
    pair_weight[found & is_silent(evidence.pattern[place])] = np.nan
    pair_weight = pair_weight.reshape(n, -1)
    weight = np.full((n, k, k), UNKNOWN)
    weight[:, i, j] = pair_weight
    weight[:, j, i] = pair_weight
    there = members >= 0
    number, rows = np.where(there, facts.number[members], 0), np.where(there, facts.rows[members], 1.0)
    same, different = (_decided_positions(pairs, members) for pairs in (facts.same, facts.different))
    weak = there & facts.weak[members]
    return Components(there=there, weight=weight, number=number, rows=rows, weak=weak, same=same, different=different)


def _decided_positions(pairs: Ints, members: Ints) -> list[tuple[int, int, int]]:
    """Decided pairs whose both ends are in one of the components: its number, and their positions in it."""
    if not len(pairs):
        return []
    wanted = np.isin(members, pairs)
    home = {int(members[at, place]): (int(at), int(place)) for at, place in np.argwhere(wanted)}
    ends = [(home.get(int(a)), home.get(int(b))) for a, b in pairs.reshape(-1, 2)]
    return [(a[0], a[1], b[1]) for a, b in ends if a and b and a[0] == b[0]]
