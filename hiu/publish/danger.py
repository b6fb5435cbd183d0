"""What the records mention of suicide, self-harm and overdose, in their own words, and the person's part in it.

For people whose dates may be shown (`access.shows_gates`, or a person sheet). That nothing is mentioned says nothing.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from hiu.month import Month
from hiu.publish.episodes import SIDE
from hiu.publish.rows import Row
from hiu.publish.words.codes import ABOUT, DANGER, named, part
from hiu.publish.words.text import count_of, day, join_words

MOST_DAYS = 4
"""Days of one mention that are all named."""


def danger(timeline: pl.DataFrame, month: Month) -> str:
    """What opening and closing codes and complaints of the last 3 months mention, with the days; else empty."""
    since = (month - 2).start
    mentioned = _mentioned(timeline.filter(pl.col("start") >= since).sort("start"))
    found = "; ".join(f"{text} ({join_words(days)})" for text, days in mentioned.items())
    return f"Recorded since {day(since)}: {found}." if found else ""


def in_another_part(timeline: pl.DataFrame, month: Month) -> bool:
    """Whether none of what `danger` says is told of the person: they called, or had another or no stated part."""
    rows = timeline.filter(pl.col("start") >= (month - 2).start).iter_rows(named=True)
    return all(part(row) not in ("", ABOUT) for row in rows if _words(row))


def earlier(timeline: pl.DataFrame, since: date) -> str:
    """Everything that records before a day mention, in a sentence: of each a few days, or how many and the latest."""
    found = "; ".join(f"{text} ({_days(days)})" for text, days in _mentioned(_before(timeline, since)).items())
    return f"Before {Month.of(since).title}: {found or 'none recorded'}."


def earlier_in_short(timeline: pl.DataFrame, since: date) -> str:
    """The same for a page with less room: of each on how many days, and the latest, whatever part the person had."""
    found = [
        f"{text} {len(days)}, {days[0]}" for text, days in _mentioned(_before(timeline, since), parts=False).items()
    ]
    short = f", days and the latest (part: see the sheet): {'; '.join(found)}" if found else ": none recorded"
    return f"Suicide, self-harm, overdose before {Month.of(since).title}{short}."


def _before(timeline: pl.DataFrame, since: date) -> pl.DataFrame:
    return timeline.filter(pl.col("ended").is_null(), pl.col("start") < since).sort("start", descending=True)


def mentions(timeline: pl.DataFrame, month: Month, months: int = 12) -> str:
    """What the records of the latest months mention, with the days, latest first, and what earlier ones do. Of no
    mention, how many contacts came without a reason."""
    since = (month - (months - 1)).start
    own = timeline.filter(pl.col("ended").is_null(), pl.col("start") >= since).sort("start", descending=True)
    found = "; ".join(f"{text} ({_days(days)})" for text, days in _mentioned(own).items())
    main = own.filter(~pl.col("dataset").is_in(list(SIDE)))
    silent = main.filter(pl.col("reason").is_null()).height
    beside = f" {silent} of {count_of(main.height, 'contact')} came without a reason." if silent else ""
    none = f"no mention of suicide, self-harm or overdose.{beside} That does not mean that there is no danger."
    return f"{Month.of(since).title} to {month.title}: {f'{found}.' if found else none} {earlier(timeline, since)}"


def left(timeline: pl.DataFrame, month: Month) -> str:
    """On which days of the latest 12 months the person left an emergency department before treatment; else empty."""
    own = timeline.filter(pl.col("start") >= (month - 11).start, dataset="left_before_treatment")
    days = own.sort("start", descending=True)["start"].dt.date().unique(maintain_order=True)
    return f"{_days(list(map(day, days)))}." if len(days) else ""


def _days(days: Sequence[str]) -> str:
    """Days, latest first: all of a few, else the latest and how many there are."""
    return join_words(days) if len(days) <= MOST_DAYS else f"{len(days)} times, latest {join_words(days[:MOST_DAYS])}"


def _words(row: Row) -> list[str]:
    return [text for text in (*named(row, "reason"), *named(row, "outcome")) if DANGER.search(text)]


def _mentioned(events: pl.DataFrame, *, parts: bool = True) -> dict[str, list[str]]:
    """Words of danger, with the person's part by the police, and their days, in the order of `events`."""
    found: dict[str, dict[str, None]] = {}
    for row in events.iter_rows(named=True):
        for text in _words(row):
            words = ", ".join(filter(None, (text.lower(), part(row) if parts else "")))
            found.setdefault(words, {})[day(row["start"].date())] = None
    return {text: list(days) for text, days in found.items()}
