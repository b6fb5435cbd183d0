"""Which day and which time of day an event began, where a file has several: the first of those of one row."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

import polars as pl

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import nearness, words
from hiu.extract.draft.lines import array, comment, some
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.text import bag
from hiu.extract.values.times import read_times

LATER = bag(
    "death deathdate birth birthdate dob died deceased dod review end ended closed close discharge departure extract "
    "report printed updated recorded entered loaded created expiry due modified requested booked scheduled planned"
)
"""Words of a date that is not when the event began, unless nothing better is there."""
_ANOTHER = LATER | bag("last previous prior shift onset next")
"""Words of an earlier date that began something else."""
_AFTERWARDS = bag(
    "seen assessed assessment triage triaged treated treatment dispatched mobilised mobile allocated assigned attended "
    "arrived arrival scene amhp cleared clear left departed answered response responded callback transferred"
)
"""Words of a time of day that others come before."""
_NEAR, _MOST, _DAY = 80, 0.9, timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """The column of a day's time of day, why it is thought to be, and whether that is enough to write it down."""

    header: str
    why: str = "its time of day"
    written: bool = True

    def line(self) -> str:
        """The line of the draft, to be looked at."""
        return f"{'' if self.written else '# '}time_columns = {array([self.header])}  # CHECK: {comment(self.why)}"


def time_column(
    header: str, looks: Mapping[str, Look], frame: pl.DataFrame, taken: AbstractSet[str], field: str
) -> Clock | None:
    """The column of times that belongs to a column of days: the one named most alike; for a start, the one that comes
    before the others in each row. It is only asked about if none does, or if it is named as what comes afterwards."""
    clocks = [name for name, seen in looks.items() if seen.kind == "time" and name not in taken]
    if not clocks or looks[header].kind not in ("date", "day"):
        return None
    alike = max(clocks, key=lambda name: (nearness(_dateless(name), _dateless(header)), belongs(name, header)))
    alike = alike if belongs(alike, header) else next((name for name in clocks if belongs(name, header)), "")
    if alike:
        return Clock(alike)
    others = [name for name, seen in looks.items() if seen.kind in ("date", "day") and name != header]
    plain = [name for name in clocks if not words(name) & LATER and not any(belongs(name, day) for day in others)]
    if field != "start" or not plain:
        return None
    first = _first(frame, plain)
    if first is None:
        return Clock(plain[0], f"which of {some(plain)} is the time of {header}? None comes first in each row", False)
    if _dateless(header) and words(first) & _AFTERWARDS and not words(header) & _AFTERWARDS:
        return Clock(first, f"take the first # away if it is the time of {header}, and not of something later", False)
    return Clock(first, _doubt(frame, header, first, [name for name in plain if name != first]))


def belongs(clock: str, header: str) -> bool:
    """Whether a column of times is named as a column of days is, but for words such as date and time; Time ref belongs
    to Date referred."""
    own, day = _dateless(clock), _dateless(header)
    alike = all(any(_one_word(a, b) for b in day.split()) for a in own.split())
    return bool(own and day) and (alike or nearness(own, day) >= _NEAR)


def first_day(start: str, others: Sequence[str], looks: Mapping[str, Look], frame: pl.DataFrame) -> str:
    """The column of days that comes first, of one and others of its kind, if nearly all rows have both within a day."""
    for header in others:
        another = _ANOTHER - ({"booked"} if "in" in words(header) else set())  # who is booked in has arrived
        if looks[header].kind != looks[start].kind or words(header) & another:
            continue
        one, other = (read_stamps(frame[name], looks[name].formats)["stamp"] for name in (start, header))
        ahead = (one - other).drop_nulls()
        near = ((ahead >= timedelta(0)) & (ahead <= _DAY)).sum()
        if len(ahead) * 2 > len(one) and near >= _MOST * len(ahead) and (ahead > timedelta(0)).any():
            start = header
    return start


def _first(frame: pl.DataFrame, clocks: Sequence[str]) -> str | None:
    """The time that nearly all rows have within the twelve hours before each of the others; None if there is none."""
    at = {name: read_times(frame[name]) for name in clocks}
    filled = max(len(times) - times.null_count() for times in at.values())
    for name, times in at.items():
        after = [(other - times).dt.total_seconds().drop_nulls() for header, other in at.items() if header != name]
        soon = [int((gap % 86_400 <= 43_200).sum()) >= _MOST * len(gap) for gap in after]
        if all(soon) and 2 * (len(times) - times.null_count()) >= filled:
            return name
    return None


def _doubt(frame: pl.DataFrame, header: str, first: str, others: Sequence[str]) -> str:
    late = {name: (read_times(frame[name]) < read_times(frame[first])).fill_null(False) for name in others}
    after = max(late, key=lambda name: late[name].sum(), default=first)
    found = f"it comes before {some(others)}" if others else Clock(first).why
    if after == first or not late[after].any():
        return found
    row = frame.filter(late[after]).row(0, named=True)
    found += (
        f", which {int(late[after].sum()):,} rows have past midnight, such as a row of {row[first]} and {row[after]}"
    )
    return f"{found}: if {header} is the day of another of them, name that"


def _one_word(one: str, other: str) -> bool:
    """Whether two words are one, shortened to three letters or ending otherwise: ref, referred, referral."""
    same = len([*takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))])
    return one == other or same >= 5 or same == 3 == min(len(one), len(other))


def _dateless(header: str) -> str:
    return " ".join(sorted(words(header) - {"date", "time", "of", "day", "hour", "at", "dt", "tm", "hhmm", "dttm"}))
