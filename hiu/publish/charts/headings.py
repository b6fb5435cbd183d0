"""The words of a chart: the title that states the finding, the subtitle, and what may be said about support.

Wording rules: "after support started", never "because of"; before and after are not causal, and say nothing with fewer
than six months on each side. Support that has ended is told as before, during and since: months after its end are not
months of support.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from hiu.model.units import MOST_NIGHTS, MOST_OUT
from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.words.datasets import in_sentence
from hiu.publish.words.text import clean, count_of, day, display_name, join_words, number, shorten

BEDS = "mh_bed_day"
Side = Sequence[tuple[int, int]]
"""Months by position, and the contacts in each."""
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
    """The period, as the key names the data sets; then what may be said about support, if it started, and numbers that
    were not sent."""
    first = f"{person.person_id}: contacts and nights in a bed each month, {period(person)}."
    return [first, *filter(None, (support_line(person), shorten(person.missing, 240)))]


def support_line(person: PersonSeries) -> str:
    """Contacts a month before support, during it and, where it has ended, since; or why it is too early to say."""
    if person.compared is not None:
        return person.compared
    start = person.support_start
    if start is None or not person.shows(start):
        return ""
    at = person.months.index(Month.of(start))
    before = _complete(person, 0, at)[-EARLY:]
    ended = person.support_end if person.shows(person.support_end) else None
    to = person.months.index(Month.of(ended)) if ended else len(person.months)
    # support that began on the first of a month was there for the whole of it
    during = _complete(person, at + (start.day > 1), to)
    if not ended:
        return _going(person, start, before, during)
    # a rise just after the end is what an offer of support again is about; half of the latest may stand in both
    since = _complete(person, to + 1, len(person.months))
    sides = {
        f"the {EARLY} months before": before,
        f"the first {EARLY} complete months": during[:EARLY],
        **({f"the last {EARLY} of support": during[-EARLY:]} if len(during) >= 2 * EARLY else {}),
        f"the first {EARLY} since it ended": since[:EARLY],
        **({f"the latest {EARLY}": since[-EARLY:]} if 2 * len(since) >= 3 * EARLY else {}),
    }
    opening = f"Support lasted from {day(start)} to {day(ended)}"
    if sum(len(side) == EARLY for side in sides.values()) < 2:
        return f"{opening}: not to be compared (fewer than {EARLY} complete months before, during or since)."
    return opening + _compared(person, sides, start)


def _going(person: PersonSeries, start: date, before: Side, after: Side) -> str:
    """Of support that goes on."""
    opening = f"Support started on {day(start)}"
    if len(after) < EARLY:
        return f"{opening}: too early to say (fewer than {EARLY} complete months since)."
    if len(before) < EARLY:
        return f"{opening}: not to be compared (fewer than {EARLY} complete months before)."
    sides = {f"the {EARLY} months before": before, f"the first {EARLY} complete months": after[:EARLY]}
    # a month stands in one window: six that overlap would tell part of the same six twice
    sides |= {f"the latest {EARLY}": after[-EARLY:]} if len(after) >= 2 * EARLY else {}
    return opening + _compared(person, sides, start)


def _compared(person: PersonSeries, sides: Mapping[str, Side], start: date) -> str:
    """Contacts of each side that has enough months: a month, or for 30 days in the community where nights in hospital
    differ between the sides, but of none with too few of these; and that this says nothing of a cause."""
    enough = {words: side for words, side in sides.items() if len(side) == EARLY}
    stayed = [_nights(person, [month for month, _ in side]) for side in enough.values()]
    nights = [n for n in stayed if n is not None]
    apart = len(nights) == len(enough) and max(nights) - min(nights) > MOST_NIGHTS
    # a month on a ward has no contact here, and so no day outside hospital
    met = [[one for one in side if not _on_ward(person, one[0])] if apart else side for side in enough.values()]
    free = [_days(person, side) - (_nights(person, [month for month, _ in side]) or 0) for side in met]
    if apart and sum(days >= 30 for days in free) < 2:
        return ": not to be compared (in hospital for most of the months compared)."
    parts: list[str] = []
    for k, words in enumerate(enough):
        contacts = sum(n for _, n in met[k])
        rate = number(30 * contacts / max(1, free[k]) if apart else contacts / EARLY)
        rate = "too few such days" if apart and free[k] < 30 else rate
        beside = f", {count_of(nights[k], 'night')}{'' if parts else ' in hospital'}" if apart else ""
        ward, there = EARLY - len(met[k]), sum(n for _, n in enough[words]) - contacts
        seen = f" with {count_of(there, 'contact')}" if there else ""
        beside += f", {count_of(ward, 'month')} on a ward{seen} left out" if ward and free[k] >= 30 else ""
        parts.append(f"{rate} in {words} ({_span(person, enough[words])}{beside})")
    unit = "per 30 days outside hospital" if apart else "a month"
    return f", contacts {unit}: {', '.join(parts)}. {_flagged(person, start)}"


def _flagged(person: PersonSeries, start: date) -> str:
    return f"Not causal: this does not show what support changed{_without(person)}{_across(person, start)}."


def _span(person: PersonSeries, side: Side) -> str:
    """The months of a window: `May to Oct 2025`, with how many of these were not complete."""
    first, last = (person.months[side[k][0]] for k in (0, -1))
    lacking = side[-1][0] - side[0][0] + 1 - len(side)
    opening = first.title.removesuffix(f" {last.title[-4:]}")
    return f"{opening} to {last.title}{f' without {lacking}' if lacking else ''}"


def _nights(person: PersonSeries, months: list[int]) -> int | None:
    """Nights in a mental-health bed in these months; None if one was not supplied."""
    cells = [person.counts[BEDS][month] for month in months]
    return None if None in cells else sum(n or 0 for n in cells)


def _on_ward(person: PersonSeries, month: int) -> bool:
    """Whether the person spent a month in hospital: its contacts are none of the days in the community."""
    return _days(person, [(month, 0)]) - (_nights(person, [month]) or 0) <= MOST_OUT


def _days(person: PersonSeries, side: Side) -> int:
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
