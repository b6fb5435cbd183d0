"""A person's contacts with their dates: crisis episodes and stays, the hours of the week, danger that the records
mention, and what was not counted.

For people whose dates may be shown (`access.shows_gates`, or a person sheet). A value that is a date alone, without a
time, is shown as a date and is left out of the hours of the week.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from math import comb

import polars as pl

from hiu.model import many, one
from hiu.month import Month
from hiu.publish.rows import Row
from hiu.publish.words.terms import source_words
from hiu.publish.words.text import clean, count_of, day, join_words, number, shorten

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BLOCK = 4
"""Hours in one block of the week."""

SURE = 0.05
"""Chance of a pattern of hours where there is none, over all blocks together."""

DETAILS = ("reason", "site", "ward", "outcome")
"""Columns of `timeline` that say more of a contact, where a source sent and kept them. The role in which the police
had somebody stands in the table of contacts alone: beside a crisis it would say something of the person."""

CODES = {"248062006": "self-injurious behaviour", "6471006": "feeling suicidal", "55680006": "poisoning or overdose"}
"""Chief complaints of ECDS that say danger, in words; other bare codes tell a reader nothing."""
KINDS = {
    "site": ("site", re.compile(r"[A-Z][A-Z0-9]{2,5}")),
    "reason": ("call code", re.compile(r"\d{1,2}[A-Z]\d{1,2}")),
}
"""A code that a reader takes for nothing, by its column: what it is called, and how it looks (ODS, AMPDS)."""
DANGER = re.compile(r"suicid|self[- ]?(harm|injur)|overdose", re.IGNORECASE)
"""What of a record's own words is put before everything else."""

NOT_COUNTED = {
    "ambulance_call": "a call: only deployments are counted",
    "left_before_treatment": "left before treatment: counted apart, as a safety signal",
    "mha_not_completed": "assessment not completed",
}
"""Why a contact adds nothing to its data set, by side measure."""

_SIDE = {
    "ambulance_call": "ambulance call",
    "left_before_treatment": "left before treatment",
    "mha_not_completed": "MHA assessment not completed",
}


def episodes(timeline: pl.DataFrame, most: int) -> list[tuple[str, str, str]]:
    """The latest episodes and stays of one person, latest first: when, what and which agencies, how long.

    `timeline` holds the person's rows of model.TIMELINE.
    """
    grouped: dict[object, list[Row]] = {}
    for row in timeline.sort("start", "dataset").iter_rows(named=True):
        key = ("stay", row["source"], row["event_id"]) if is_stay(row) else ("episode", row["episode"])
        if key[1] is not None:
            grouped.setdefault(key, []).append(row)
    latest = sorted(grouped.values(), key=lambda rows: rows[0]["start"], reverse=True)[:most]
    return [_stay(rows[0]) if is_stay(rows[0]) else _episode(rows) for rows in latest]


def is_stay(row: Row) -> bool:
    """Whether a row of the timeline is a stay; an event has nothing that settles its end."""
    return row["ended"] is not None


def _episode(rows: Sequence[Row]) -> tuple[str, str, str]:
    shown = _by_dataset(rows)
    what = join_words(map(_part, shown))
    rows = sorted((row for own in shown for row in own), key=lambda row: row["start"]) or rows
    timed = [row["start"] for row in rows if has_time(row["start"])]
    hours = (timed[-1] - timed[0]).total_seconds() / 3600 if len(timed) == len(rows) else None
    span = "" if hours is None or len(rows) == 1 else f"{number(hours)} hours" if hours >= 1 else "within the hour"
    return moment(rows[0]["start"]), what, span


def _by_dataset(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of each data set, as the months count them: two agencies' records of one detention are one, and the call
    behind a deployment is the deployment."""
    deployed = {(row["source"], row["event_id"]) for row in rows if row["dataset"] not in _SIDE and row["counted"]}
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row["dataset"] not in _SIDE or (row["source"], row["event_id"]) not in deployed:
            groups.setdefault(row["dataset"], []).append(row)
    adding = {name: [row for row in own if row["counted"]] for name, own in groups.items()}
    # what another row of the episode counts is no contact more; of what nobody counts the reader is told so
    return [adding[name] or own for name, own in groups.items() if adding[name] or not _told_twice(own)]


def _told_twice(rows: Sequence[Row]) -> bool:
    return all("counted once" in _not_counted(row) for row in rows)


def _part(rows: Sequence[Row]) -> str:
    """How many of one data set, and what was sent of them: the words of one agency stay beside its contact."""
    details = join_words(dict.fromkeys(text for row in rows if (text := _details(row))))
    beside = "" if rows[0]["counted"] else " not counted"
    return f"{len(rows)} {_words(rows[0]['dataset'], len(rows))}{beside}{f' ({details})' if details else ''}"


def _stay(row: Row) -> tuple[str, str, str]:
    details = _details(row)
    end: datetime | None = row["end"]
    what = f"stay in a mental-health bed{f' ({details})' if details else ''}"
    if end is None:
        return moment(row["start"]), what, "open" if row["ended"] == "open" else "end not sent"
    return (
        moment(row["start"]),
        what,
        f"{count_of((end.date() - row['start'].date()).days, 'night')}, to {day(end.date())}",
    )


def _words(dataset: str, n: int) -> str:
    if dataset in _SIDE:
        return _SIDE[dataset] if n == 1 or dataset == "left_before_treatment" else f"{_SIDE[dataset]}s"
    return one(dataset) if n == 1 else many(dataset)


def _details(row: Row, columns: Sequence[str] = DETAILS) -> str:
    return ", ".join(shorten(" / ".join(words), 60) for name in columns if (words := _named(row, name)))


def _named(row: Row, name: str) -> list[str]:
    """What a source coded, in words: the values of a cell, those that are a number alone left out."""
    words = (CODES.get(one, one) for one in clean(str(row.get(name) or "")).split("|"))
    kind, looks = KINDS.get(name, ("", None))
    return [f"{kind} {one}" if looks and looks.fullmatch(one) else one for one in words if one and not one.isdigit()]


def danger(timeline: pl.DataFrame, month: Month) -> str:
    """What the records of the last 3 months mention of suicide, self-harm and overdose, with the days; else empty.

    In the records' own words, of opening and closing codes and complaints. That nothing is mentioned says nothing.
    """
    found: dict[str, dict[str, None]] = {}
    for row in timeline.filter(pl.col("start") >= (month - 2).start).sort("start").iter_rows(named=True):
        for text in (*_named(row, "reason"), *_named(row, "outcome")):
            if DANGER.search(text):
                found.setdefault(text.lower(), {})[day(row["start"].date())] = None
    mentioned = "; ".join(f"{text} ({join_words(days)})" for text, days in found.items())
    return f"In the last 3 months the records mention: {mentioned}." if mentioned else ""


def has_time(when: datetime) -> bool:
    """Whether a time of day came with the date: midnight to the second is what a date alone becomes."""
    return when.time() != time.min


def moment(when: datetime) -> str:
    """When a contact began: `Tue 3 Mar 2026 21:14`, or the date alone where no time was sent."""
    text = f"{DAYS[when.weekday()]} {day(when.date())}"
    return f"{text} {when:%H:%M}" if has_time(when) else text


def hours_of_week(timeline: pl.DataFrame, since: date, sets: Collection[str]) -> tuple[str, list[list[str]]]:
    """When in the week a person's counted contacts begin: a sentence, and a row a day of counts in blocks of hours.

    `sets` = the data sets: side measures, such as the call behind a deployment, would count a contact twice.
    """
    own = timeline.filter("counted", pl.col("dataset").is_in(list(sets)))
    rows = [row for row in own.iter_rows(named=True) if not is_stay(row)]
    starts = [row["start"] for row in rows if row["start"].date() >= since]
    timed = [when for when in starts if has_time(when)]
    cells = Counter((when.weekday(), when.hour // BLOCK) for when in timed)
    table = [[name, *(str(cells[at, block] or "") for block in range(24 // BLOCK))] for at, name in enumerate(DAYS)]
    if not timed:
        return "", table
    (weekday, block), most = max(cells.items(), key=lambda cell: (cell[1], -cell[0][0], -cell[0][1]))
    if not _beats_chance(most, len(timed)):
        return "", table
    untimed = len(starts) - len(timed)
    left_out = f"; {count_of(untimed, 'contact')} with a date alone left out" if untimed else ""
    at = f"between {block * BLOCK:02}:00 and {(block + 1) * BLOCK:02}:00 on {DAYS[weekday]}"
    words = f"{at}, {most} of {count_of(len(timed), 'contact')} with a time"
    return f"Most often {words}{left_out}.", table


def _beats_chance(most: int, n: int) -> bool:
    """Whether so many of n contacts in one of the 42 blocks of a week are more than chance puts into any of them: the
    exact binomial tail of equally likely blocks, times 42 (Bonferroni), below 5%; two contacts are no pattern."""
    count = len(DAYS) * 24 // BLOCK
    tail = sum(comb(n, k) * (1 / count) ** k * (1 - 1 / count) ** (n - k) for k in range(most, n + 1))
    return most > 2 and bool(count * tail < SURE)


def _not_counted(row: Row) -> str:
    """Why a contact adds nothing to a data set: its source's own reason, else its measure's; empty if it adds."""
    reason = clean(str(row.get("reason_not_counted") or ""))
    return reason or NOT_COUNTED.get(row["dataset"], "" if row["counted"] else "the same event is counted once")


def blocks() -> list[str]:
    """The blocks of a day: `00-04`."""
    return [f"{hour:02}-{hour + BLOCK:02}" for hour in range(0, 24, BLOCK)]


def contacts(timeline: pl.DataFrame, most: int) -> list[tuple[str, str, str, str]]:
    """The latest contacts of one person, latest first: when, from which source, what, and why it was not counted."""
    events = [
        row for row in timeline.sort("start", "dataset", descending=True).iter_rows(named=True) if not is_stay(row)
    ]
    out = []
    for row in events[:most]:
        details = _details(row, ("reason", "site", "ward", "role", "outcome"))
        what = f"{_words(row['dataset'], 1)}{f' ({details})' if details else ''}"
        out.append((moment(row["start"]), source_words(row["source"]), what, _not_counted(row)))
    return out
