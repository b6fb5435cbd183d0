"""Reasons in words: how much a list has to go on, what was filled, and what a label compares with what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

import numpy as np
import polars as pl

from hiu.model import CONTACTS, DATASETS, many, one
from hiu.month import Month
from hiu.rank.listing.history import Beds, Floats, History, history
from hiu.rank.listing.intensity import AHEAD, fit, points, weighed, weights_of
from hiu.rank.listing.sentence import amount
from hiu.settings import Rank

LEAST_MONTHS, LEAST_SETS = 3, 2
"""Months supplied of the last 12, and data sets that count: with fewer no place is surer than B."""


def little(past: History, weights: dict[str, float]) -> str:
    """Why no place is surer than B, in words; empty where there is enough to go on."""
    recent = past.supplied[weighed(past, weights), -12:]
    here = np.flatnonzero(recent.any(axis=1))
    months = int(recent.any(axis=0).sum())
    if not months:
        return "nothing that counts towards the points was supplied in the last 12 months"
    reasons = []
    if months < LEAST_MONTHS:
        reasons.append(f"only {months} month{'' if months == 1 else 's'} supplied")
    if len(here) < LEAST_SETS:
        name = past.datasets[weighed(past, weights)[here[0]]]
        reasons.append(f"only {many(name)} count")
    return " and ".join(reasons)


def gaps_in_words(past: History, weights: dict[str, float]) -> str:
    """Which months of which data sets were filled, and which data sets began late."""
    missing, ever = past.missing(), dict(zip(past.datasets, past.joined, strict=True))
    gaps = [
        f"{many(name)} not supplied for {', '.join(Month.parse(m).title for m in months)}"
        for name, months in missing.items()
        if weights.get(name) and ever[name] is not None
    ]
    late = [
        f"{many(name)} since {month.title}, at that rate before"
        for name, month in past.since().items()
        if weights.get(name)
    ]
    return "; ".join([*gaps, *late])


class Compared(Protocol):
    """What the words need of a window of months (labels.Window)."""

    @property
    def n(self) -> int: ...
    @property
    def base(self) -> str: ...
    @property
    def months(self) -> int: ...
    @property
    def left_out(self) -> tuple[str, ...]: ...
    @property
    def late(self) -> tuple[tuple[str, str], ...]: ...


def counted(datasets: Iterable[str]) -> tuple[str, str]:
    """One and many of what the compared data sets are counted in, as a sentence has it."""
    names = tuple(datasets)
    if not names or set(names) & set(CONTACTS) or set(names).isdisjoint(DATASETS):
        return "contact", "contacts"
    if names == ("mh_bed_day",):
        return "night in a bed", "nights in a bed"
    return (
        ("detention or assessment", "detentions and assessments") if len(names) > 1 else (one(names[0]), many(names[0]))
    )


def amounts(totals: Mapping[str, float]) -> str:
    """Amounts above nothing in words: `14 nights in a bed and 1 section 136 detention`."""
    return _joined([_amount(n, *_unit(name)) for name, n in totals.items() if n])


def _joined(found: list[str]) -> str:
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


@dataclass(frozen=True)
class Moves:
    """What moved the severity scores of some people since the list of a month before, by data set.

    `past` is their history to the later month as it is known now, `weights` the points of one unit of a data set.
    """

    past: History
    weights: Mapping[str, float]
    half_life: float = 3.0

    @classmethod
    def of(cls, people: pl.Series, month: Month, demand: pl.DataFrame, coverage: pl.DataFrame, rules: Rank) -> Self:
        """Of `people` (ids) to a month; frames have the columns of model.MONTHLY_DEMAND and COVERAGE."""
        past = history(people.sort(), month, demand, coverage)
        return cls(past, weights_of(rules.weights, coverage), rules.half_life)

    @cached_property
    def _scored(self) -> tuple[Floats, float]:
        """The weight of each month, and how much one point now adds to the points expected."""
        scored = points(self.past, dict(self.weights), self.half_life)
        return scored.w, AHEAD / (fit(scored).b0 + scored.n)

    def effects(self, person: str) -> dict[str, float]:
        """By data set: the points expected now, less what they would be with its months as they stood a month ago."""
        if (p := self._positions.get(person)) is None:
            return {}
        w, worth = self._scored
        out = {}
        for d, name in enumerate(self.past.datasets):
            if (weight := self.weights.get(name)) and self._compares(d, p, 3):
                n = self.past.n[d, p].astype(np.float64)
                out[name] = float(worth * weight * (w @ (n - np.concatenate([[0.0], n[:-1]]))))
        return {name: effect for name, effect in out.items() if effect}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {person: at for at, person in enumerate(self.past.people)}

    def parts(self, person: str, span: int) -> list[tuple[str, float, float]]:
        """Data set, its number in the `span` months a month ago, and now, of each that moved; the most points first.

        A data set that was not supplied for a month that only one of the two periods holds is left out: the periods
        do not compare.
        """
        if (p := self._positions.get(person)) is None:
            return []
        found = []
        for d, name in enumerate(self.past.datasets):
            n = self.past.n[d, p]
            was, now = float(n[-span - 1 : -1].sum()), float(n[-span:].sum())
            if self.weights.get(name) and was != now and self._compares(d, p, span):
                found.append((name, was, now))
        return sorted(found, key=lambda part: -abs(self.weights[part[0]] * (part[2] - part[1])))

    def _compares(self, d: int, p: int, span: int) -> bool:
        """Whether the newest month and the one that has dropped out were supplied; before a first delivery none was."""
        last = len(self.past.months) - 1
        ends = [t for t in (last, last - span) if t >= (self.past.joined[d] or 0)]
        lacks = self.past.unknown
        return all(self.past.supplied[d, t] and not (lacks is not None and lacks[d, p, t]) for t in ends)

    def words(self, person: str, span: int, way: int, first: str) -> str:
        """The parts that moved up (`way` 1) or down (-1), the data set `first` before the rest, then those that moved
        against it; empty unless `first` is one of them."""
        parts = sorted(self.parts(person, span), key=lambda part: part[0] != first)
        moved, against = ([part for part in parts if sign * (part[2] - part[1]) > 0] for sign in (way, -way))
        if not moved or moved[0][0] != first:
            return ""
        words, but = (_joined([self._part(*part, span) for part in found]) for found in (moved, against))
        return f"{words}{f', although {but}' if but else ''}"

    def nothing_new(self, person: str) -> bool:
        """Whether nothing of theirs is counted in the latest month."""
        p = self._positions.get(person)
        return p is not None and not self.past.n[weighed(self.past, dict(self.weights)), p, -1].any()

    def _part(self, name: str, was: float, now: float, span: int) -> str:
        began = self.past.joined[self.past.datasets.index(name)] or 0
        inside = began and began > len(self.past.months) - 1 - span
        late = f", supplied since {self.past.months[began].title}" if inside else ""
        units = _unit(name) if name != "mh_bed_day" else ("night in hospital", "nights in hospital")
        return f"{now:.0f} {units[now != 1]} (was {was:.0f}{late})"


def label_sentence(
    window: Compared,
    *,
    new: bool,
    chance: bool = False,
    least: int,
    unit: tuple[str, str],
    beside: str,
    seen: float,
    compared: float,
    expected: float,
    community: str = "",
) -> str:
    """The reason of a label in a sentence (docs/ranking.md); `new` = the label is NEW, `least` months are needed;
    `chance` = the difference is no small one, and chance may bring it.

    `seen` is all that was counted in the months of the window, `compared` the part of it that is held against
    `expected`; `beside` is what else was counted, told where there would be nothing to tell; `community` is what
    `community_words` says of those who spent nights in hospital.
    """
    opening = f"{_amount(seen, *unit)} in {_months(window.months)}"
    if not seen and beside:
        opening += f", but {beside}"
    out = f" Without {_names_of(window.left_out)}: not supplied throughout." if window.left_out else ""
    out += "".join(f" {_capital(many(name))} since {month}, too recent to compare." for name, month in window.late)
    if new and not window.n:
        return f"{opening}; no earlier month to compare with, so no label.{out}"
    if new and window.n < least:
        earlier = "month" if window.n == 1 else "months"
        return f"{opening}; only {window.n} earlier {earlier} to compare with, too few for a label.{out}"
    if new:
        return f"{opening}; no source knows this person that began early enough to compare with.{out}"
    part = f" {compared:.0f} of them compared," if compared != seen else ""
    if community:
        part = f" {_capital(part.strip(' ,'))}." if part else ""
        return f"{opening}.{part} {community.replace(EXPECTED, _number(expected))}{out}"
    why = "; chance may bring such a difference" * chance
    return f"{opening};{part} {_number(expected)} would be usual, going by {window.base}{why}.{out}"


def span_words(months: Sequence[Month]) -> str:
    """The months compared with, in order, by their first and last; of those with gaps how many there are."""
    if not months:
        return ""
    first, last = months[0], months[-1]
    if len(months) == 1:
        return last.title
    span = f"{first.title[:-5] if first.start.year == last.start.year else first.title} to {last.title}"
    return span if last - (len(months) - 1) == first else f"{len(months)} months of {span}"


EXPECTED = "{expected}"
"""Where the number expected belongs in what `community_words` says."""


def community_words(beds: Beds, at: int, recent: float, before: float, *, unit: str, earlier: str) -> str:
    """What was to be expected of one person outside hospital, and contacts for 30 such days, now and before.

    earlier: the months before that are compared with, in words. Of fewer days outside hospital than the days compared
    nothing is expected.
    """
    free, free_before = beds.days - beds.recent[at], beds.days_before - beds.before[at]
    if free < 1:
        return f"All of the {beds.days} days were in hospital, so there are none outside to compare."
    if free_before < 1:
        return f"All of {earlier} was in hospital, so there are no days outside to compare with."
    if free_before < beds.days:
        return f"Most of {earlier} was in hospital: too few days outside to say what would be usual now."
    now, then = (amount(30 * n / days) for n, days in ((recent, free), (before, free_before)))
    days = (
        f"the {free:.0f} of these {beds.days} days outside hospital"
        if beds.recent[at] >= 1
        else f"these {beds.days} days"
    )
    return (
        f"Going by {earlier}, {EXPECTED} would be usual in {days}. {_capital(unit)} per 30 days outside hospital: "
        f"{now} in these {beds.days} days, {then} in {earlier}."
    )


def _unit(name: str) -> tuple[str, str]:
    return counted((name,)) if name == "mh_bed_day" else (one(name), many(name))


def _amount(count: float, single: str, several: str) -> str:
    return f"No {several}" if count == 0 else f"{count:.0f} {single if count == 1 else several}"


def _months(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"


def _number(expected: float) -> str:
    return f"{expected:.0f}" if expected >= 0.95 or expected < 0.05 else f"{expected:.1f}"


def _names_of(datasets: tuple[str, ...]) -> str:
    return " and ".join(many(name) for name in datasets)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
