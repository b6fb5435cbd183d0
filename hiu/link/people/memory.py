"""Memory: what one run of the matcher leaves for the next, so that only what is new is compared.

The answer never depends on it. A pair's pattern is a function of its two nodes' signatures, and a component's
resolution of its members' signatures and rows and of what was decided about them, both under one frozen model,
code and settings (`under`); nothing is taken from a memory made under another.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hiu.link.candidates.block import Pairs, split
from hiu.link.candidates.blocking_keys import RULES
from hiu.link.describe.hashes import Hashes
from hiu.link.levels import Flags, Ints, Patterns
from hiu.link.people.cluster import Evidence, Resolution


@dataclass(frozen=True)
class Memory:
    """Three tables of whole numbers, as they are kept in the warehouse.

    under: digest of the model, code and settings · nodes: signature, component, label, in order of node ·
    pairs: pair (packed), pattern, candidate, sorted · keys: rule, key, those too common to be used.
    """

    under: str
    nodes: pl.DataFrame
    pairs: pl.DataFrame
    keys: pl.DataFrame

    def common(self) -> dict[int, Hashes]:
        """By rule, the keys that were too common."""
        rule, key = self.keys["rule"].to_numpy(), self.keys["key"].to_numpy()
        return {number: np.sort(key[rule == number]) for number in range(len(RULES))}


def remember(under: str, signature: Hashes, found: Resolution, common: dict[int, Hashes]) -> Memory:
    """The memory of a run. found: with the evidence that is worth keeping."""
    keys = [pl.DataFrame({"rule": np.full(len(key), rule, np.int64), "key": key}) for rule, key in common.items()]
    kept = found.evidence
    return Memory(
        under,
        pl.DataFrame({"signature": signature, "component": found.digest, "label": found.label}),
        pl.DataFrame({"pair": kept.pairs, "pattern": kept.pattern, "candidate": kept.candidate}),
        pl.concat(keys),
    )


class MemoryView:
    """A memory as seen from the nodes of this run."""

    def __init__(self, memory: Memory, signature: Hashes) -> None:
        self.memory, self.size = memory, len(signature)
        signatures = memory.nodes["signature"].to_numpy()
        before, order = np.argsort(signatures), np.argsort(signature)
        # sorted needles are found several times as fast
        at = np.minimum(np.searchsorted(signatures[before], signature[order]), max(len(signatures) - 1, 0))
        old = np.zeros(self.size, dtype=np.int64)
        old[order] = before[at] if len(signatures) else 0
        same = signatures[old] == signature if len(signatures) else np.zeros(self.size, np.bool_)
        self.fresh: Flags = ~same
        self.old: Ints = np.where(same, old, -1)
        self.new = np.full(len(signatures), -1, dtype=np.int64)
        self.new[old[same]] = np.flatnonzero(same)

    def pairs(self) -> tuple[Pairs, Patterns, Flags]:
        """The pairs whose nodes are both still as they were: pair, pattern, candidate. Still sorted: nodes keep
        their order, which is that of node_id, part of the signature."""
        table = self.memory.pairs
        a, b = (self.new[end] for end in split(table["pair"].to_numpy()))
        keep = (a >= 0) & (b >= 0)
        pairs: Pairs = (a[keep].astype(np.uint64) << np.uint64(32)) | b[keep].astype(np.uint64)
        return pairs, table["pattern"].to_numpy()[keep], table["candidate"].to_numpy()[keep]

    def earlier_labels(self, digest: Hashes) -> tuple[Flags, Ints]:
        """Whether each node's component is as it was, and the node's label in it."""
        nodes = self.memory.nodes
        done = ~self.fresh
        done[done] = nodes["component"].to_numpy()[self.old[done]] == digest[done]
        label = np.full(self.size, -1, dtype=np.int64)
        label[done] = self.new[nodes["label"].to_numpy()[self.old[done]]]
        return done, label


def demote_crowded(evidence: Evidence, fresh: Flags, crowd: Ints, among: Pairs) -> Evidence:
    """The evidence with pairs that were candidates by a key now too common marked as no more so.

    crowd: nodes of such keys · among: every pair of them that still shares a usable key.
    """
    if not len(crowd):
        return evidence
    inside = np.zeros(len(fresh), dtype=np.bool_)
    inside[crowd] = True
    a, b = split(evidence.pairs)
    lost = inside[a] & inside[b] & evidence.candidate & ~np.isin(evidence.pairs, among)
    return Evidence(evidence.pairs, evidence.pattern, evidence.weight, evidence.number, evidence.candidate & ~lost)
