"""Crises of invented people, and which services each one reaches within a day."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from hiu.month import Month
from hiu.synth import clock
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, some
from hiu.synth.people.demand import Demand
from hiu.synth.people.people import People


@dataclass(frozen=True, kw_only=True)
class Episodes:
    """One entry a crisis: whose, when (UTC), whether of mental health, and what it led to."""

    who: Ints
    at: Times
    crisis: Flags
    police: Flags
    ambulance: Flags
    ed: Flags
    conveyed: Flags
    """Taken to ED by the ambulance."""
    s136: Flags
    s136_police: Flags
    """The police flagged the detention (nearly always)."""
    s136_health: Flags
    """The place of safety recorded it (mostly)."""
    mha: Flags
    completed: Flags
    """The Mental Health Act assessment was completed."""
    admitted: Flags

    def __len__(self) -> int:
        return len(self.who)

    def keep(self, chosen: Flags) -> Episodes:
        """Those flagged."""
        return Episodes(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def make_episodes(rng: Generator, demand: Demand, people: People, first: Month) -> Episodes:
    """Crises in order of time, none after a death; each leans to the services its person uses."""
    who, month = (axis.astype(np.int64) for axis in np.nonzero(demand.crises))
    times = demand.crises[who, month]
    who, month = np.repeat(who, times), np.repeat(month, times)
    at = clock.draw(rng, first, month)
    order = np.lexsort((who, at))
    who, at = who[order], at[order]
    alive = ~(at > people.death[who].astype("datetime64[s]"))
    who, at = who[alive], at[alive]
    return _spaced(rng, _lead(rng, demand, who, at))


def _lead(rng: Generator, demand: Demand, who: Ints, at: Times) -> Episodes:
    size, people = len(who), len(demand.weight)
    leaning = rng.gamma(np.array([0.75, 0.75, 1.05]), size=(people, 3)) + 1e-3
    leaning = np.cumsum(leaning / leaning.sum(axis=1, keepdims=True), axis=1)
    draw = rng.random(size)
    service = (draw[:, None] > leaning[who]).sum(axis=1)
    troubled = np.clip(rng.beta(0.7, 2.4, people) + 0.06 * np.log(np.maximum(demand.weight, 1)), 0, 0.95)
    crisis = rng.random(size) < troubled[who]
    police, ambulance, ed = service == 0, service == 1, service == 2
    police, ambulance = police | some(rng, ambulance & crisis, 0.12), ambulance | some(rng, police & crisis, 0.16)
    conveyed = some(rng, ambulance, 0.42)
    ed = ed | conveyed | some(rng, police & crisis, 0.05)
    s136 = some(rng, police & crisis, 0.06)
    mha = some(rng, s136, 0.65) | some(rng, ed & crisis, 0.06)
    completed = some(rng, mha, 0.95)
    admitted = some(rng, completed, 0.55) | some(rng, crisis & ~s136, 0.022)
    reached = {"police": police, "ambulance": ambulance, "ed": ed, "conveyed": conveyed, "admitted": admitted}
    law = {"s136": s136, "s136_police": s136, "s136_health": s136, "mha": mha, "completed": completed}
    return Episodes(who=who, at=at, crisis=crisis, **reached, **law)


def _spaced(rng: Generator, episodes: Episodes) -> Episodes:
    """No two detentions of one person within four days: each stays one detention, however it is counted."""
    detained = np.flatnonzero(episodes.s136)
    order = detained[np.lexsort((episodes.at[detained], episodes.who[detained]))]
    who, at = episodes.who[order], episodes.at[order]
    near = np.zeros(len(order), dtype=bool)
    near[1:] = (who[1:] == who[:-1]) & (at[1:] - at[:-1] < np.timedelta64(4, "D"))
    s136 = episodes.s136.copy()
    s136[order[near]] = False
    draw = rng.random(len(s136))
    return replace(
        episodes, s136=s136, s136_police=s136 & (draw < 0.93), s136_health=s136 & ((draw < 0.82) | (draw >= 0.93))
    )


@dataclass(frozen=True, kw_only=True)
class Spells:
    """Hospital spells in a mental-health bed: whose, from the first day to the day of discharge (NaT: still in)."""

    who: Ints
    start: Times
    end: NDArray[np.datetime64]
    s136: Flags
    detained: Flags


def make_spells(rng: Generator, episodes: Episodes, people: People, first: Month) -> Spells:
    """One spell for each admission while not already in; some began before the first month."""
    before = rng.choice(len(people), max(1, len(people) // 1200), replace=False).astype(np.int64)
    early = np.datetime64(first.start, "s") - (rng.integers(1, 60, len(before)) * 1440 + 600).astype("timedelta64[m]")
    at = np.flatnonzero(episodes.admitted)
    who, start = np.r_[before, episodes.who[at]], np.r_[early, episodes.at[at] + clock.minutes(rng, len(at), 180, 900)]
    s136 = np.r_[np.zeros(len(before), dtype=bool), episodes.s136[at]]
    detained = np.r_[rng.random(len(before)) < 0.5, episodes.mha[at] & (rng.random(len(at)) < 0.8)]
    days = np.clip(rng.lognormal(2.8, 1.1, len(who)), 0, 320)
    days[: len(before)] += 62
    days[rng.random(len(who)) < 0.05] = 0
    nights = days.astype(np.int64).astype("timedelta64[D]")
    end = clock.to_local(start).astype("datetime64[D]") + nights
    end = np.minimum(end, np.where(np.isnat(people.death[who]), np.datetime64("9999-01-01"), people.death[who]))
    order = np.lexsort((start, who))
    chosen = order[_apart(who[order], start[order], end[order])]
    flags = {"s136": s136[chosen], "detained": detained[chosen]}
    return Spells(who=who[chosen], start=start[chosen], end=end[chosen], **flags)


def _apart(who: Ints, start: Times, end: NDArray[np.datetime64]) -> Flags:
    """Of spells sorted by person and start, those that begin two days or more after the last kept one ended."""
    keep = np.zeros(len(who), dtype=bool)
    person, until = -1, np.datetime64("0001-01-01", "D")
    for k, (each, begins, ends) in enumerate(zip(who.tolist(), start.astype("datetime64[D]"), end, strict=True)):
        if ends >= begins and (each != person or begins >= until + 2):
            keep[k], person, until = True, each, ends
    return keep


def outside(rng: Generator, episodes: Episodes, spells: Spells) -> Episodes:
    """Without four in five of the crises that fall inside a spell: people in a bed seldom call."""
    base = np.datetime64("1900-01-01", "s")
    key = spells.who * 10**10 + (spells.start - base).astype(np.int64)
    mine = episodes.who * 10**10 + (episodes.at - base).astype(np.int64)
    at = np.searchsorted(key, mine, side="right") - 1
    spell = np.maximum(at, 0)
    inside = (at >= 0) & (len(key) > 0)
    if len(key):
        inside &= (spells.who[spell] == episodes.who) & (episodes.at < spells.end[spell].astype("datetime64[s]"))
    return episodes.keep(~some(rng, inside, 0.8))
