"""When in the week things begin: counts in blocks of hours, and whether there is a pattern.

A value that is a date alone, without a time, is in no block.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, time

import polars as pl

from hiu.publish.words.text import count_of

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BLOCK = 4
"""Hours in one block of the week."""

LEAST = 5
"""Fewer than so many in one block of the week are no pattern."""
SURE = 0.05
"""Chance of a pattern of hours where there is none, over all blocks together."""


def has_time(when: datetime) -> bool:
    """Whether a time of day came with the date: midnight to the second is what a date alone becomes."""
    return when.time() != time.min


def blocks(hours: int = BLOCK) -> list[str]:
    """The blocks of a day: `00-04`."""
    return [f"{hour:02}-{hour + hours:02}" for hour in range(0, 24, hours)]


def hours_of_week(timeline: pl.DataFrame, since: date, sets: Collection[str]) -> tuple[str, list[list[str]]]:
    """When in the week a person's crisis episodes begin: a sentence, and a row a day of counts in blocks of hours.

    An episode counts once, at its first counted contact of the data sets `sets`; three agencies at one event are one.
    """
    own = timeline.filter("counted", pl.col("ended").is_null(), pl.col("dataset").is_in(list(sets)))
    alone = -1 - pl.int_range(pl.len(), dtype=pl.Int64)
    begins = own.group_by(episode=pl.coalesce("episode", alone)).agg(pl.col("start").min())
    starts = [when for when in begins["start"] if when.date() >= since]
    timed = [when for when in starts if has_time(when)]
    cells = Counter((when.weekday(), when.hour // BLOCK) for when in timed)
    table = [[name, *(str(cells[at, block] or "") for block in range(24 // BLOCK))] for at, name in enumerate(DAYS)]
    untimed = len(starts) - len(timed)
    left_out = f"; {count_of(untimed, 'episode')} with a date alone left out" if untimed else ""
    return f"{pattern(cells, 'crisis episode')}{left_out}." if timed else "", table


def has_pattern(sentence: str) -> bool:
    """Whether `hours_of_week` found one: without it the counts of the week would be read as one."""
    return sentence.startswith(_MOST)


_MOST, _NONE = "Most often", "No clear pattern"


def pattern(cells: Mapping[tuple[int, int], int], what: str, width: int = BLOCK) -> str:
    """Of counts by day and block of the week (of `width` hours): when most began, or that there is no clear pattern.

    A block needs `LEAST`, and more than chance puts into any of all blocks: the exact binomial tail of equally likely
    blocks, times their number (42 of 4 hours; Bonferroni), below 5%.
    """
    from scipy.special import betainc  # takes a while to load

    n, blocks_of_week = sum(cells.values()), len(DAYS) * 24 // width
    (at, block), most = max(cells.items(), key=lambda cell: (cell[1], -cell[0][0], -cell[0][1]))
    whole = f"{count_of(n, what)} with a time"
    if most < LEAST or blocks_of_week * betainc(most, n - most + 1, 1 / blocks_of_week) >= SURE:
        return f"{_NONE} in the hours of {whole}"
    hours = f"between {block * width:02}:00 and {(block + 1) * width:02}:00"
    return f"{_MOST} {hours} on {DAYS[at]}, {most:,} of {whole}"
