"""What the records mention of suicide, self-harm and overdose, in their own words, and the person's part in it.

For people whose dates may be shown (`access.shows_gates`, or a person sheet). That nothing is mentioned says nothing.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from hiu.month import Month
from hiu.publish.episodes import SIDE
from hiu.publish.words.codes import DANGER, OTHER_PARTS, named, part
from hiu.publish.words.text import count_of, day, join_words

MOST_DAYS = 4
"""Days of one mention that are all named."""


def danger(timeline: pl.DataFrame, month: Month) -> str:
    """What opening and closing codes and complaints of the last 3 months mention, with the days; else empty."""
    found = _mentioned(timeline, pl.col("start") >= (month - 2).start)
    return f"Recorded since {day((month - 2).start)}: {found}." if found else ""


def in_another_part(timeline: pl.DataFrame, month: Month) -> bool:
    """Whether none of what `danger` says is told of the person: they called, or had another or no stated part."""
    return all(text.endswith(OTHER_PARTS) for text in _days(timeline, pl.col("start") >= (month - 2).start))


def earlier(timeline: pl.DataFrame, since: date, *, short: bool = False) -> str:
    """Everything that records before a day mention, in a sentence; `short`, for a page with less room: of each on how
    many days and the latest, whatever part the person had."""
    before = pl.col("start") < since
    if not short:
        return f"Before {Month.of(since).title}: {_mentioned(timeline, before) or 'none recorded'}."
    found = "; ".join(f"{text} {len(days)}, {days[0]}" for text, days in _days(timeline, before, parts=False).items())
    words = f", days and the latest (part: see the sheet): {found}" if found else ": none recorded"
    return f"Suicide, self-harm, overdose before {Month.of(since).title}{words}."


def mentions(timeline: pl.DataFrame, month: Month) -> str:
    """What the records of the latest 12 months mention, with the days, and what earlier ones do. Of no mention, how
    many contacts came without a reason."""
    since = (month - 11).start
    recent = pl.col("ended").is_null(), pl.col("start") >= since
    found = _mentioned(timeline, *recent)
    main = timeline.filter(*recent, ~pl.col("dataset").is_in(list(SIDE)))
    silent = main["reason"].null_count()
    beside = f" {silent} of {count_of(main.height, 'contact')} came without a reason." if silent else ""
    none = f"no mention of suicide, self-harm or overdose.{beside} That does not mean that there is no danger."
    return f"{Month.of(since).title} to {month.title}: {f'{found}.' if found else none} {earlier(timeline, since)}"


def left(timeline: pl.DataFrame, month: Month) -> str:
    """On which days of the latest 12 months the person left an emergency department before treatment; else empty."""
    own = timeline.filter(pl.col("start") >= (month - 11).start, dataset="left_before_treatment")
    days = own.sort("start", descending=True)["start"].dt.date().unique(maintain_order=True)
    return f"{_some(list(map(day, days)))}." if len(days) else ""


def _some(days: Sequence[str]) -> str:
    """Days, latest first: all of a few, else the latest and how many there are."""
    return join_words(days) if len(days) <= MOST_DAYS else f"{len(days)} times, latest {join_words(days[:MOST_DAYS])}"


def _mentioned(timeline: pl.DataFrame, *those: pl.Expr) -> str:
    return "; ".join(f"{text} ({_some(days)})" for text, days in _days(timeline, *those).items())


def _days(timeline: pl.DataFrame, *those: pl.Expr, parts: bool = True) -> dict[str, list[str]]:
    """Words of danger, with the person's part by the police, and their days, latest first."""
    found: dict[str, dict[str, None]] = {}
    for row in timeline.filter(*those).sort("start", descending=True).iter_rows(named=True):
        for text in (*named(row, "reason"), *named(row, "outcome")):
            if DANGER.search(text):
                words = ", ".join(filter(None, (text.lower(), part(row) if parts else "")))
                found.setdefault(words, {})[day(row["start"].date())] = None
    return {text: list(days) for text, days in found.items()}
