"""The mental-health ward stay extract: monthly snapshots of stays, with open stays, transfers, overlaps and leave."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.synth import clock
from hiu.synth.agencies.extracts import Extract, Span, System, stamps, texts, truth
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, Words, choose, read, some, words
from hiu.synth.people.clerk import Descriptions
from hiu.synth.people.episodes import Spells

Dates = NDArray[np.datetime64]
NUMBERS = 810_000
"""The number of the first stay."""


@dataclass(frozen=True, kw_only=True)
class Stays:
    """Ward stays as they truly were (NaT end: sent open for ever in a spell that ended, or still open)."""

    spell: Ints
    who: Ints
    start: Times
    end: Dates
    leave_from: Dates
    leave_to: Dates
    spell_start: Dates
    spell_end: Dates
    safety: Flags
    detained: Flags
    bad: Flags


def make_stays(rng: Generator, spells: Spells, span: Span, mess: Counter[str]) -> Stays:
    """Ward stays of every spell: transfers, a few overlapping, parallel, left open or ending before they start."""
    size = len(spells.who)
    start, begins = clock.to_local(spells.start), clock.to_local(spells.start).astype("datetime64[D]")
    nights = (spells.end - begins).astype(np.int64)
    moves = (nights >= 4) & ((rng.random(size) < 0.25) | spells.s136)
    days = 1 + (rng.random(size) * np.maximum(nights - 2, 1)).astype(np.int64)
    cut = begins + np.where(spells.s136, 1, days).astype("timedelta64[D]")
    overlap = some(rng, moves & ~spells.s136, 0.2)
    left_open = some(rng, moves & ~overlap & ~spells.s136, 0.25)
    parallel = some(rng, (nights >= 2) & ~moves, 0.03)
    bad = rng.random(size) < 0.004
    if size:
        bad[rng.integers(size)] = True
    nat = np.datetime64("NaT", "D")
    first_end = np.where(moves, cut + overlap * np.timedelta64(1, "D"), spells.end)
    first_end = np.where(left_open, nat, first_end)
    whole = np.arange(size)
    later, twin, wrong = whole[moves], whole[parallel], whole[bad]
    at = np.concatenate([whole, later, twin, wrong])
    ends = np.concatenate([first_end, spells.end[later], spells.end[twin], begins[wrong] - np.timedelta64(3, "D")])
    moved = cut[later].astype("datetime64[s]") + np.timedelta64(14, "h")
    starts = np.concatenate([start, moved, start[twin], start[wrong]])
    alone, none = ~overlap & ~left_open, np.zeros(len(twin) + len(wrong), dtype=bool)
    plain = np.concatenate([alone & ~parallel, alone[later], none])
    leave_from, leave_to = _leave(rng, starts.astype("datetime64[D]"), ends, plain)
    is_bad = np.arange(len(at)) >= len(at) - len(wrong)
    spell = np.where(is_bad, size + at, at)
    kinds = {"transfer": moves, "overlapping_stay": overlap, "stay_left_open": left_open, "parallel_stay": parallel}
    kinds |= {"stay_ends_before_start": bad, "leave": ~np.isnat(leave_from), "same_day_stay": nights == 0}
    mess.update({kind: int(rows.sum()) for kind, rows in kinds.items()})
    spell_end = np.where(is_bad, ends, spells.end[at])
    safety = np.concatenate([spells.s136, np.zeros(len(at) - size, dtype=bool)])
    return Stays(
        spell=spell,
        who=spells.who[at],
        start=starts,
        end=ends,
        leave_from=leave_from,
        leave_to=leave_to,
        spell_start=begins[at],
        spell_end=spell_end,
        safety=safety,
        detained=spells.detained[at],
        bad=is_bad,
    )


def _leave(rng: Generator, start: Dates, end: Dates, plain: Flags) -> tuple[Dates, Dates]:
    """One leave in some longer stays, begun two days in or later and over before the end."""
    nights = np.where(np.isnat(end), 0, (end - start).astype(np.int64))
    away = some(rng, plain & (nights >= 8), 0.22)
    begin = start + (2 + rng.random(len(start)) * np.maximum(nights - 6, 1)).astype(np.int64).astype("timedelta64[D]")
    back = np.minimum(begin + rng.integers(1, 6, len(start)).astype("timedelta64[D]"), end - np.timedelta64(1, "D"))
    nat = np.datetime64("NaT", "D")
    return np.where(away, begin, nat), np.where(away, back, nat)


def make_beds(system: System, stays: Stays) -> Extract:
    """The extract: every month lists the stays that touched it, each as known at that month's end."""
    span = system.span
    day = stays.start.astype("datetime64[D]")
    final = np.where(np.isnat(stays.end), stays.spell_end, stays.end)
    first = np.maximum(span.of_days(day), 0)
    last = np.where(stays.bad, first, np.minimum(span.of_days(final), span.months - 1))
    sound = ~stays.bad | (day >= np.datetime64(span.first.start))
    rows = np.flatnonzero((last >= first) & (first < span.months) & sound)
    stay = np.repeat(rows, last[rows] - first[rows] + 1)
    spans = [np.arange(a, b + 1) for a, b in zip(first[rows], last[rows], strict=True)]
    month = np.concatenate(spans) if spans else rows
    seen = system.clerks[0].describe(stays.who[stay], day[stay])
    closes = np.array([np.datetime64((span.first + k).end) for k in range(span.months)])[month]
    latest = month == last[stay]
    ident = words([f"WS{NUMBERS + k}" for k in stay.tolist()])
    counted = latest & ~stays.bad[stay]
    at, begun_in = clock.to_utc(stays.start[stay]), span.of_days(day[stay])
    facts = truth(seen, counted, high=counted, event=ident, who=stays.who[stay], at=at, deliver=month, month=begun_in)
    bad = pl.when(pl.Series(stays.bad[stay])).then(pl.lit("stay_ends_before_start"))
    facts = facts.with_columns(planted=bad)
    system.mess["open_stay"] += int((np.isnat(_by_then(stays.end[stay], closes)) & ~latest).sum())
    return Extract("mh_beds", _texts(system, stays, stay, month, closes, ident, seen), facts)


def wards_of(stays: Stays, extract: Extract) -> Words:
    """The ward of each stay as the extract names it; empty for one that was never sent."""
    sent = extract.text.select(stay=pl.col("Ward Stay ID").str.slice(2).cast(pl.Int64) - NUMBERS, ward="Ward")
    of = dict(sent.unique("stay").iter_rows())
    return words([of.get(place, "") for place in range(len(stays.who))])


def _by_then(day: Dates, closes: Dates) -> Dates:
    """A date if it was past at the month's end, else NaT."""
    return np.where(day <= closes, day, np.datetime64("NaT", "D"))


def _texts(
    system: System, stays: Stays, stay: Ints, month: Ints, closes: Dates, ident: Words, seen: Descriptions
) -> pl.DataFrame:
    rng, services, every = system.rng, read("area.toml")["services"], len(stays.who)
    wards = services["wards"]
    safe = next(k for k, ward in enumerate(wards) if ward[2] == "34")
    plain = choose(rng, [k for k in range(len(wards)) if k != safe], every).astype(np.int64)
    ward = np.where(stays.safety, safe, plain)[stay]
    legal = np.where(stays.detained, choose(rng, ["02", "03", "2", "3"], every, [5, 3, 1, 1]), "01")
    legal = np.where(stays.safety, choose(rng, ["20", "20", "19"], every), legal)[stay]
    form, bad, end, leave_from = "%d/%m/%Y", stays.bad[stay], stays.end[stay], stays.leave_from[stay]
    back = np.where(leave_from <= closes, _by_then(stays.leave_to[stay], closes), np.datetime64("NaT", "D"))
    return texts(
        {
            "Reporting Month": words([str(system.span.first + int(k)) for k in month]),
            "Provider": words(services["mh_trusts"])[stays.who[stay] % 2],
            "MH Number": seen.local_id,
            "NHS Number": seen.nhs,
            "Surname": seen.family,
            "Forename": seen.given,
            "DoB": stamps(seen.dob, form),
            "Sex": np.select([seen.sex == "F", seen.sex == "M"], ["F", "M"], "Not known").astype(object),
            "Postcode": seen.postcode,
            "Spell ID": words([f"HS{40_000 + k}" for k in stays.spell[stay].tolist()]),
            "Spell Start": stamps(stays.spell_start[stay], form),
            "Spell Discharge": stamps(_by_then(stays.spell_end[stay], closes), form),
            "Ward Stay ID": ident,
            "Ward Start": stamps(stays.start[stay], "%d/%m/%Y %H:%M"),
            "Ward End": stamps(np.where(bad, end, _by_then(end, closes)), form),
            "Ward Code": words([wards[k][0] for k in ward]),
            "Ward": words([wards[k][1] for k in ward]),
            "Bed Type": words([wards[k][2] for k in ward]),
            "Leave From": stamps(_by_then(leave_from, closes), form),
            "Leave To": stamps(back, form),
            "Legal Status": legal.astype(object),
        }
    )
