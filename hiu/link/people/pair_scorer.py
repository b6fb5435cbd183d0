"""Scored: patterns of agreement in, evidence out. Each distinct pattern is scored once."""

import numpy as np

from hiu.link.candidates.block import Pairs, split
from hiu.link.describe.hashes import mix
from hiu.link.levels import CODE, NAMES, Flags, Ints, Patterns, Reals, unpack
from hiu.link.model.scorer import Scorer
from hiu.link.people.cluster import Evidence

_NHS = NAMES.index("nhs_number")
_BITS = 18


class PairScorer:
    """Weighs pairs by their patterns.

    A row that names nobody, or a bare name, is here only because a reviewer decided something about it: that
    decision alone may link it, so its pairs say nothing (`mute` nodes, `silence` their weight).
    """

    def __init__(self, model: Scorer, mute: Flags, silence: float) -> None:
        self.model, self.mute, self.silence = model, mute, silence
        self.pattern = np.zeros(2**_BITS, dtype=np.uint64)
        self.weight, self.number = np.zeros(2**_BITS), np.zeros(2**_BITS)
        self._learn(self._place(self.pattern[:1]), self.pattern[:1])

    def __call__(self, pairs: Pairs, pattern: Patterns, candidate: Flags) -> Evidence:
        at = self._place(pattern)
        new = np.flatnonzero(self.pattern[at] != pattern)
        if len(new):
            distinct = np.unique(pattern[new])
            self._learn(self._place(distinct), distinct)
        weight, number = self.weight[at], self.number[at]
        # two patterns in one place: those that lost it are weighed by themselves
        crossed = np.flatnonzero(self.pattern[at] != pattern)
        if len(crossed):
            distinct, back = np.unique(pattern[crossed], return_inverse=True)
            total, differs = self._weigh(distinct)
            weight[crossed], number[crossed] = total[back], differs[back]
        if self.mute.any():
            a, b = split(pairs)
            unheard = self.mute[a] | self.mute[b]
            weight[unheard], number[unheard] = self.silence, 0.0
        return Evidence(pairs, pattern, weight, number, candidate)

    def _place(self, pattern: Patterns) -> Ints:
        return (mix(pattern) >> np.uint64(64 - _BITS)).astype(np.int64)

    def _learn(self, at: Ints, pattern: Patterns) -> None:
        self.pattern[at] = pattern
        places = np.unique(at)
        self.weight[places], self.number[places] = self._weigh(self.pattern[places])

    def _weigh(self, pattern: Patterns) -> tuple[Reals, Reals]:
        levels = unpack(pattern)
        parts = self.model.contributions(levels)
        differs = levels[:, _NHS] == CODE["nhs_number"]["different"]
        return parts.sum(axis=1), np.where(differs, parts[:, _NHS], 0)
