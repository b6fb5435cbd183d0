"""The words of a chart: the title that states the finding, the subtitle, and what may be said about support.

Wording rules: "after support started", never "because of"; before and after are not causal, and say
nothing with fewer than six months on each side.
"""

from dataclasses import replace
from datetime import date

from hiu.model.units import MOST_NIGHTS
from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.words.datasets import STACK, in_sentence
from hiu.publish.words.text import clean, day, display_name, join_words, number, shorten

BEDS = "mh_bed_day"
EARLY = 6
"""Months needed on each side of the start of support before anything is said."""


MONTHS = 24
"""Months that a person's chart shows unless all are asked for."""


def recent(person: PersonSeries, months: int = MONTHS) -> PersonSeries:
    """The latest months of a person; what is said of support is still of the whole calendar."""
    if len(person.months) <= months:
        return person
    return replace(person.latest(months), compared=support_line(person))


def title(person: PersonSeries) -> list[str]:
    """The finding, with the person's name on a line of its own when names are shown."""
    finding = shorten(clean(person.finding), 240)
    return [display_name(person.name), finding] if person.name is not None else [finding]


def period(person: PersonSeries) -> str:
    """The calendar shown: `Apr 2024 to Mar 2026`."""
    return f"{person.months[0].title} to {person.months[-1].title}"


def subtitle(person: PersonSeries) -> list[str]:
    """Measures and period, then what may be said about support, if it started, and numbers that were not sent."""
    stacked = join_words(in_sentence(name) for name in (*STACK, *person.extra))
    first = f"{person.person_id}: {stacked} each month, {period(person)}."
    return [first, *filter(None, (support_line(person), shorten(person.missing, 240)))]


def support_line(person: PersonSeries) -> str:
    """Contacts a month either side of the start of support, or why it is too early to say; empty if no support."""
    if person.compared is not None:
        return person.compared
    start = person.support_start
    if start is None or not person.shows(start):
        return ""
    at = person.months.index(Month.of(start))
    before, after = _complete(person, 0, at)[-EARLY:], _complete(person, at + 1, len(person.months))[-EARLY:]
    opening = f"After support started ({day(start)}): "
    if len(after) < EARLY:
        return f"{opening}too early to say (fewer than {EARLY} complete months since)."
    if len(before) < EARLY:
        return f"{opening}not to be compared (fewer than {EARLY} complete months before)."
    flag = _without(person) + _across(person, start)
    old, new = (sum(contacts for _, contacts in side) for side in (before, after))
    nights = [_nights(person, [month for month, _ in side]) for side in (before, after)]
    if None not in nights and abs((nights[1] or 0) - (nights[0] or 0)) > MOST_NIGHTS:
        free = [_days(person, side) - (stayed or 0) for side, stayed in zip((before, after), nights, strict=True)]
        if min(free) < 30:
            return f"{opening}not to be compared (in hospital for most of the months compared)."
        return (
            f"{opening}{number(30 * new / free[1])} contacts per 30 days in the community in the latest {EARLY} "
            f"complete months ({nights[1]} nights in hospital); {number(30 * old / free[0])} in the {EARLY} months "
            f"before support started ({nights[0]} nights). Not causal{flag}."
        )
    return (
        f"{opening}{number(new / EARLY)} contacts a month in the latest {EARLY} complete months; "
        f"{number(old / EARLY)} a month in the {EARLY} months before support started. Not causal{flag}."
    )


def _nights(person: PersonSeries, months: list[int]) -> int | None:
    """Nights in a mental-health bed in these months; None if one was not supplied."""
    cells = [person.counts[BEDS][month] for month in months]
    return None if None in cells else sum(n or 0 for n in cells)


def _days(person: PersonSeries, side: list[tuple[int, int]]) -> int:
    return sum((person.months[month].end - person.months[month].start).days + 1 for month, _ in side)


def _complete(person: PersonSeries, first: int, last: int) -> list[tuple[int, int]]:
    """Position and contacts of each month from `first` to before `last` for which every source compared supplied in
    full."""
    stop = last - 1 if person.partial and last == len(person.months) else last
    names = [name for name in person.contacts if name in person.counts and not _apart(person, name)]
    rows = {index: [person.counts[name][index] for name in names] for index in range(first, stop)} if names else {}
    return [(index, sum(n for n in row if n is not None)) for index, row in rows.items() if None not in row]


def _without(person: PersonSeries) -> str:
    late = [name for name in person.contacts if name in person.since and _apart(person, name)]
    apart = join_words(f"{in_sentence(name)} since {person.since[name].title}" for name in late)
    return f"; without {apart}" if apart else ""


def _apart(person: PersonSeries, name: str) -> bool:
    """A source that never supplied, or began within the months compared: it is left out of both sides."""
    first = person.since.get(name)
    never = person.counts[name].count(None) == len(person.months)
    late = first is not None and person.support_start is not None and first > Month.of(person.support_start) - EARLY
    return never or late


def _across(person: PersonSeries, start: date) -> str:
    first = (Month.of(start) - EARLY).start
    crossed = [name for name, when in person.breaks.items() if first < when <= person.months[-1].end]
    return f"; the comparison crosses {join_words(crossed)}" if crossed else ""
