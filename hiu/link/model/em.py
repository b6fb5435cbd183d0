"""EM: whether pairs are one person, learned from how they agree where nobody says who is who.

Pairs are a mixture of one person, strangers, and relatives of three kinds, who agree like one person on what relatives
share and like strangers on the rest (a latent-class model, fitted by expectation and maximisation). What one person's
levels are is drawn back to the base model's by pseudo-counts; what strangers' are is seen in pairs drawn at random.
Distinct patterns of agreement are fitted, so a million descriptions take seconds.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np

from hiu.link.levels import CODE, COMBINATIONS, FIELDS, NAMES, Flags, Levels, Reals
from hiu.link.model.scorer import WIDEST, WeightTable, probability

PSEUDO_PAIRS = 50.0
"""How many pairs of one person the base model counts as, for each field."""
RELATIVES: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"family", "place", "dob"}), frozenset({"given"})),
    (frozenset({"family", "place", "given"}), frozenset({"dob"})),
    (frozenset({"family", "place"}), frozenset({"given"})),
)
"""Twins, parent and child of one name, a household: what they share, and what tells them from one person."""
NO_RELATIVES = 0.25
"""Of the pairs that the base model takes for relatives, the share found to be so below which an area has none."""
NOTHING_MORE = 0.9
"""The share of pairs of one person that say a name and an age alone from which that is how the whole register is."""
_KIN = NAMES.index("kin")
_BARE = (_KIN, CODE["kin"]["name_only"])
_SWAPPED = {field: (NAMES.index(field), CODE[field]["swapped"]) for field in ("given", "family")}
_FREE = tuple(field for field in NAMES if field not in ("kin", "event"))
_TELLING = ("nhs_number", "local_id", "event")
_ROUNDS, _STILL, _LEAST = 300, 1e-3, 5.0
_ONE, _STRANGERS = 0, 1


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Distinct patterns of agreement: levels [patterns, fields] and how many pairs show each.

    levels, pairs: of the candidates · apart, apart_pairs: of pairs drawn at random that are no candidates, scaled to
    all such pairs; `drawn` of them were looked at · same: of a candidate, 1 or 0 where a number says whether it is one
    person, NaN where nothing says it · descriptions: how many there are.
    """

    levels: Levels
    pairs: Reals
    same: Reals
    apart: Levels
    apart_pairs: Reals
    drawn: int
    descriptions: int

    @property
    def total(self) -> float:
        """All pairs there are."""
        return float(self.pairs.sum() + self.apart_pairs.sum())


def one_person(
    patterns: Patterns, base: WeightTable, pseudo: float = PSEUDO_PAIRS
) -> tuple[Reals, dict[str, dict[str, float]]]:
    """The chance that a candidate of each pattern is one person, and what each field's levels weigh by themselves.

    The same for the same patterns. The weights (field -> level -> log2) are of the fields that tell a person. What the
    base model holds against the patterns of relatives is dropped only where the area has no relatives.
    """
    patterns = replace(patterns, levels=_said_once(patterns.levels), apart=_said_once(patterns.apart))
    family, base = float(base.table[_SWAPPED["family"]]), _weighed_once(base)
    mixture = _Mixture(patterns, base, pseudo)
    start = mixture.start()
    share = mixture.settled(start)
    if mixture.says_nothing_more(share):
        base.table[_BARE] = 0.0
        mixture = _Mixture(patterns, base, pseudo)
        start = mixture.start()
        share = mixture.settled(start)
    before, found = (patterns.pairs @ some[:, 2:] for some in (start, share))
    if found.sum() > NO_RELATIVES * before.sum():
        mixture.against = base.table[_KIN, patterns.levels[:, _KIN]]
        share = mixture.settled(start)
    weights = mixture.weights(share)
    weights["family"]["swapped"] = family
    weights["given"]["swapped"] = round(weights["given"]["swapped"] - family, 2)
    return share[:, _ONE], weights


class _Mixture:
    """The patterns and what stays as it is from one round to the next; shares are [patterns, classes]."""

    def __init__(self, patterns: Patterns, base: WeightTable, pseudo: float) -> None:
        self.of, self.base, self.pseudo = patterns, base, pseudo
        self.agrees = base.table[np.arange(len(NAMES)), patterns.levels] > 0
        self.given = patterns.levels > 0
        self.mixed = ~np.isnan(patterns.same)
        self.unlike_relatives = self._unlike_relatives()
        floor = patterns.apart_pairs.sum() / max(patterns.drawn, 1) / WIDEST
        self.apart = {field: _counts(patterns.apart, field, patterns.apart_pairs) + floor for field in _FREE}
        self.together = self._strangers_together()
        self.against = np.zeros(len(patterns.pairs))

    def says_nothing_more(self, share: Reals) -> bool:
        """Whether hardly a pair of one person says more than a name and an age.

        What the base model holds against such pairs sets none apart there: how rare a match is says it already.
        """
        one = self.of.pairs * share[:, _ONE]
        return bool(one[self.of.levels[:, _KIN] == _BARE[1]].sum() >= NOTHING_MORE * one.sum())

    def settled(self, share: Reals) -> Reals:
        """The shares after as many rounds as it takes."""
        for _ in range(_ROUNDS):
            after = self.step(share)
            moved = float(np.abs(after[:, _ONE] - share[:, _ONE]).max(initial=0.0))
            share = after
            if moved < _STILL:
                break
        return share

    def start(self) -> Reals:
        """Shares by the base model; pairs of two people that look like relatives count as relatives."""
        share = np.zeros((len(self.of.pairs), 2 + len(RELATIVES)))
        odds = self.base.contributions(self.of.levels).sum(axis=1)
        share[:, _ONE] = probability(odds)
        left = 1 - share[:, _ONE]
        for k, (shared, telling) in enumerate(RELATIVES):
            alike = _every(self.agrees, shared) & _every(self.given & ~self.agrees, telling)
            share[:, 2 + k] = np.where(alike, left, 0)
            left = np.where(alike, 0, left)
        share[:, _STRANGERS] = left
        return self._as_labelled(share)

    def step(self, share: Reals) -> Reals:
        """One round: levels of each class from the shares, then the shares from the levels."""
        one, strangers = {}, {}
        for field in _FREE:
            one[field], strangers[field] = self._of_field(field, share)
        logs = np.zeros_like(share)
        logs[:, _ONE] = sum(one.values()) + self.against
        logs[:, _STRANGERS] = sum(strangers.values()) + self.together
        for k, (shared, _) in enumerate(RELATIVES):
            logs[:, 2 + k] = sum((one if field in shared else strangers)[field] for field in _FREE)
        count = (self.of.pairs[:, None] * share).sum(axis=0) + _LEAST / 1000
        logs += np.log2(count / self.of.total)
        logs[:, _STRANGERS] += np.log2(1 + self.of.apart_pairs.sum() / count[_STRANGERS])
        odds = np.exp2(logs - logs.max(axis=1, keepdims=True))
        return self._as_labelled(odds / odds.sum(axis=1, keepdims=True))

    def _as_labelled(self, share: Reals) -> Reals:
        """The shares where nothing is known; elsewhere one person or not, as its label says."""
        same = self.of.same
        rest = share[:, 1:] + 1e-12
        labelled = np.column_stack([same, (1 - same)[:, None] * rest / rest.sum(axis=1, keepdims=True)])
        return np.where(self.mixed[:, None], labelled, share)

    def weights(self, share: Reals) -> dict[str, dict[str, float]]:
        """How many times as often one person's descriptions agree to a level as strangers' do, by field (log2).

        Drawn back to the base model's by the same pseudo-counts; a field that nobody gives weighs as it did.
        """
        one = self.of.pairs * share[:, _ONE]
        found = {field: np.log2(np.divide(*(part[1:] for part in self._levels_of(field, share)))) for field in _FREE}
        seen = {field: float(one[self.given[:, NAMES.index(field)]].sum()) for field in _FREE}
        if not self.against.any():
            found["kin"], seen["kin"] = np.zeros(len(FIELDS["kin"]) - 1), float(one.sum())
        return {field: self._drawn_back(field, table, seen[field]) for field, table in found.items()}

    def _drawn_back(self, field: str, table: Reals, seen: float) -> dict[str, float]:
        base = self.base.table[NAMES.index(field), 1 : len(FIELDS[field])]
        moved = base + (table - base) * seen / (seen + self.pseudo)
        return dict(zip(FIELDS[field][1:], moved.round(2).tolist(), strict=True))

    def _of_field(self, field: str, share: Reals) -> tuple[Reals, Reals]:
        """log2 of how often one person's, and strangers', descriptions agree as each pattern does on a field."""
        logs = (np.log2(np.where(part > 0, part, 1.0)) for part in self._levels_of(field, share))
        of_one, of_strangers = (part[self.of.levels[:, NAMES.index(field)]] for part in logs)
        return of_one, of_strangers

    def _levels_of(self, field: str, share: Reals) -> tuple[Reals, Reals]:
        """The share of each level of a field in pairs of one person, and of strangers."""
        k, levels, one = NAMES.index(field), self.of.levels, self.of.pairs * share[:, _ONE]
        seen = self._given_of_one(one) if field == "given" else _counts(levels, field, one)
        strangers = _shares(_counts(levels, field, self.of.pairs * share[:, _STRANGERS]) + self.apart[field])
        usual = _shares(strangers * np.exp2(self.base.table[k, : len(seen)]))
        return _shares(seen + self.pseudo * usual), strangers

    def _given_of_one(self, one: Reals) -> Reals:
        """Given names of one person, from pairs that relatives do not form; how often names are swapped, from all.

        A swap leaves no family name to agree, so that nearly all of them are among the pairs that relatives don't form:
        where hardly any others are, names would seem to be swapped as a rule.
        """
        swapped, every = CODE["given"]["swapped"], _counts(self.of.levels, "given", one)
        seen = _counts(self.of.levels, "given", one * self.unlike_relatives)
        seen[swapped] = 0
        others = max(float(every.sum() - every[swapped]), _LEAST / 1000)
        seen[swapped] = every[swapped] * min(float(seen.sum()) / others, 1.0)
        return seen

    def _unlike_relatives(self) -> Flags:
        """Patterns that relatives do not form: given names are learned from these, so that brothers aren't aliases."""
        alike = _every(self.agrees, {"family", "place"}) | _every(self.agrees, {"family", "dob"})
        numbered: Flags = np.any([self.agrees[:, NAMES.index(field)] for field in _TELLING], axis=0)
        return numbered | ~alike

    def _strangers_together(self) -> Reals:
        """log2 of how many times as often strangers show two levels together as by chance, over all pairs."""
        unlike = self.of.pairs * (1 - self.start()[:, _ONE])
        scale = self.of.drawn / max(self.of.total, 1)
        out = np.zeros(len(self.of.pairs))
        for two in COMBINATIONS:
            if "kin" in two:
                continue
            sides = (self.of.levels, self.of.apart)
            here, there = ([side[:, NAMES.index(name)].astype(np.int64) for name in two] for side in sides)
            met = np.bincount(there[0] * WIDEST + there[1], scale * self.of.apart_pairs, WIDEST**2)
            met += np.bincount(here[0] * WIDEST + here[1], scale * unlike, WIDEST**2)
            met = met.reshape(WIDEST, WIDEST)
            met[0], met[:, 0] = 0, 0
            alone = np.outer(met.sum(axis=1), met.sum(axis=0)) / max(met.sum(), 1)
            out += np.log2((met + _LEAST) / (alone + _LEAST))[here[0], here[1]]
        return out


def _said_once(levels: Levels) -> Levels:
    """Names in each other's place are one fact, not two: the given name's level says it, the family name's nothing."""
    (family, swapped), out = _SWAPPED["family"], levels.copy()
    out[levels[:, family] == swapped, family] = 0
    return out


def _weighed_once(base: WeightTable) -> WeightTable:
    """The base model with all that a swap weighs at the given name."""
    once = copy.copy(base)
    once.table = base.table.copy()
    once.table[_SWAPPED["given"]] += once.table[_SWAPPED["family"]]
    once.table[_SWAPPED["family"]] = 0.0
    return once


def _every(flags: Flags, fields: set[str] | frozenset[str]) -> Flags:
    found: Flags = np.all([flags[:, NAMES.index(field)] for field in fields], axis=0)
    return found


def _counts(levels: Levels, field: str, weight: Reals) -> Reals:
    """Weight of each level of a field; what a side lacks counts nothing."""
    k = NAMES.index(field)
    out: Reals = np.bincount(levels[:, k], weight, len(FIELDS[field])).astype(np.float64)
    out[0] = 0
    return out


def _shares(count: Reals) -> Reals:
    out = count.copy()
    out[0] = 0
    shares: Reals = out / max(out.sum(), 1e-300)
    return shares
