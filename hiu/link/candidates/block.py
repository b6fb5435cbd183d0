"""Which pairs are worth comparing: many cheap keys, each nullable and capped.

A key shared by more than `limit` nodes says little (no fixed abode, 'JOHN SMITH') and would cost millions of
pairs: it is dropped for that rule only.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.link.candidates.blocking_keys import NUMBER, RULES, Rule, View, rules_for, views
from hiu.link.describe.columns import Columns, columns
from hiu.link.describe.hashes import Hashes
from hiu.link.levels import Flags, Ints

Pairs = NDArray[np.uint64]
"""Pairs of node numbers a < b, packed a << 32 | b, sorted, each once."""

_NODE_BITS = 24
_NODE = np.uint64(2**_NODE_BITS - 1)
_SIEVE = np.uint64(64 - 22)


def pairs(nodes: pl.DataFrame, limit: int, events: pl.DataFrame | None = None) -> Pairs:
    """Every pair that shares at least one key. `nodes`: nodes.Nodes.frame · `events`: node, source, event."""
    return Blocking(columns(nodes, events), limit).every().pairs


def split(packed: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The two node numbers of each packed pair."""
    return (packed >> np.uint64(32)).astype(np.int64), (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)


def join(left: NDArray[np.int64], right: NDArray[np.int64]) -> Pairs:
    """Pack node numbers, smaller first."""
    low, high = np.minimum(left, right).astype(np.uint64), np.maximum(left, right).astype(np.uint64)
    packed: Pairs = (low << np.uint64(32)) | high
    return packed


def once(values: Pairs) -> Pairs:
    """Sorted and without repeats; sorting beats numpy's hashing here tenfold."""
    values.sort()
    keep = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=keep[1:])
    return values[keep]


def _merge_parts(found: list[Pairs]) -> Pairs:
    """The pairs of every part, each once; the parts are let go of one by one."""
    whole, end = np.empty(sum(map(len, found)), dtype=np.uint64), 0
    while found:
        part = found.pop()
        whole[end : end + len(part)] = part
        end += len(part)
    return once(whole)


@dataclass(frozen=True)
class CandidatePairs:
    """Pairs; by rule the keys too common to be used (sorted); and nodes of keys that were not so common before."""

    pairs: Pairs
    common: dict[int, Hashes]
    crowd: Ints


@dataclass
class _Blocks:
    """Entries in order of key, then node; of each entry where its block starts and how large it is."""

    key: Hashes
    node: Ints
    start: Ints
    size: Ints


class Blocking:
    """The nodes under all their keys."""

    def __init__(self, cols: Columns, limit: int) -> None:
        if len(cols) > int(_NODE):
            raise OverflowError(f"more than {int(_NODE):,} descriptions can't be linked at once")
        self.size, self.limit, self.views = len(cols), limit, views(cols)
        self.rules = rules_for(cols.numbers_usual)

    def _most(self, rule: Rule) -> int:
        """How many nodes may share a key of a rule."""
        return min(self.limit, rule.most)

    def every(self) -> CandidatePairs:
        """Every pair that shares a key, and the keys that are too common."""
        common: dict[int, Hashes] = {}
        found = []
        for number, rule in self.rules:
            blocks = _blocks(*_entries(self.views[rule.view], rule, common))
            common[number] = np.unique(blocks.key[blocks.size > self._most(rule)])
            found.append(_pairs_inside(blocks, self._most(rule)))
            # most pairs share several keys: to merge now and then holds each of them once, not once per key
            if sum(map(len, found[1:])) > len(found[0]):
                found = [_merge_parts(found)]
        return CandidatePairs(_merge_parts(found), common, np.empty(0, np.int64))

    def touching(self, fresh: Flags, before: dict[int, Hashes]) -> CandidatePairs:
        """The pairs that a change may have made: with a fresh node, or of keys that are common no more.

        before: the keys that were too common when the other nodes' pairs were found.
        """
        common: dict[int, Hashes] = {}
        found, crowd = [], []
        for number, rule in self.rules:
            key, node = _entries(self.views[rule.view], rule, common)
            old = before[number]
            blocks = _blocks(*_sieve(key, node, np.concatenate([key[fresh[node]], old])))
            wide, common_before = blocks.size > self._most(rule), np.isin(blocks.key, old)
            common[number] = np.unique(blocks.key[wide])
            crowd.append(blocks.node[wide & ~common_before])
            found.append(_pairs_led_by(blocks, np.flatnonzero(~wide & (fresh[blocks.node] | common_before))))
        return CandidatePairs(_merge_parts(found), common, np.unique(np.concatenate(crowd)))

    def among(self, nodes: Ints, common: dict[int, Hashes]) -> Pairs:
        """Every pair of these nodes that shares a key that is not too common."""
        wanted = np.zeros(self.size, dtype=np.bool_)
        wanted[nodes] = True
        found = []
        for number, rule in self.rules:
            key, node = _entries(self.views[rule.view].only(wanted), rule, common)
            rare = ~np.isin(key, common[number])
            found.append(_pairs_inside(_blocks(key[rare], node[rare]), self._most(rule)))
        return _merge_parts(found)


def _entries(view: View, rule: Rule, common: dict[int, Hashes]) -> tuple[Hashes, Ints]:
    """Key and node of the entries that matter: with a key, and not in a block of the rule this one lies inside."""
    use = None
    if rule.inside:
        number = NUMBER[rule.inside]
        if not len(common[number]):
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        use = np.flatnonzero(np.isin(view.key(RULES[number].parts) & ~_NODE, common[number]))
    key = view.key(rule.parts)
    use = np.flatnonzero(key) if use is None else use[key[use] != 0]
    return key[use] & ~_NODE, use if view.node is None else view.node[use]


def _sieve(key: Hashes, node: Ints, wanted: Hashes) -> tuple[Hashes, Ints]:
    """The entries whose key may be one of those wanted: all that are, and a few others' whole blocks."""
    sieve = np.zeros(2**22, dtype=np.bool_)
    sieve[wanted >> _SIEVE] = True
    use = np.flatnonzero(sieve[key >> _SIEVE])
    return key[use], node[use]


def _blocks(key: Hashes, node: Ints) -> _Blocks:
    # the upper bits of the key and the node in one number: a plain sort is twice as fast as sorting by index
    packed = once(key | node.astype(np.uint64))
    key, node = packed & ~_NODE, (packed & _NODE).astype(np.int64)
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.empty(0, np.int64)
    size = np.diff(np.append(first, len(key)))
    return _Blocks(key, node, np.repeat(first, size), np.repeat(size, size))


def _pairs_inside(blocks: _Blocks, limit: int) -> Pairs:
    """All pairs inside each block of 2 to `limit` nodes."""
    at = np.flatnonzero((blocks.size > 1) & (blocks.size <= limit))
    follow = blocks.start[at] + blocks.size[at] - at - 1
    left = np.repeat(at, follow)
    right = np.arange(len(left)) - np.repeat(np.cumsum(follow) - follow, follow) + left + 1
    # nodes stand in order within a block
    found: Pairs = (blocks.node[left].astype(np.uint64) << np.uint64(32)) | blocks.node[right].astype(np.uint64)
    return found


def _pairs_led_by(blocks: _Blocks, lead: Ints) -> Pairs:
    """The pairs of each leading entry with all others of its block."""
    size = blocks.size[lead]
    left = np.repeat(blocks.node[lead], size)
    within = np.arange(len(left)) - np.repeat(np.cumsum(size) - size, size)
    right = blocks.node[np.repeat(blocks.start[lead], size) + within]
    found: Pairs = join(left, right)[left != right]
    return found
