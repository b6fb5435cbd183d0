"""Words of a chart: what each data set is called, the title that states the finding, and the subtitle.

Wording rules: "after support started", never "because of"; before and after are not causal, and say
nothing with fewer than six months on each side.
"""

from __future__ import annotations

from datetime import date

from hiu.model import CONTACTS, DATASETS
from hiu.month import Month
from hiu.publish.chart_data import PersonSeries
from hiu.publish.text import clean, day, listed, number, shorten, shown_name

STACK = DATASETS[:4]
"""Bottom to top (G58): police, ambulance, ED, bed days."""

MARKERS = DATASETS[4:]
"""Drawn as diamonds, never stacked: other units."""

TITLES = {
    "police_incident": "Police incidents",
    "ambulance_deployment": "Ambulance deployments",
    "ed_attendance": "ED attendances",
    "mh_bed_day": "MH bed days",
    "s136": "Section 136 detentions",
    "mha_assessment": "MHA assessments",
}
SHORT = {
    "police_incident": "Police",
    "ambulance_deployment": "Ambulance",
    "ed_attendance": "ED",
    "mh_bed_day": "MH beds",
    "s136": "s136",
    "mha_assessment": "MHA",
}
COLOURS = {
    "police_incident": "#12436D",
    "ambulance_deployment": "#28A197",
    "ed_attendance": "#801650",
    "mh_bed_day": "#F46A25",
}
HATCHES = {"ed_attendance": (0.0,), "mh_bed_day": (-0.17, 0.17)}
"""Thin white upright lines, at shares of a bar's month: in black and white the four colours are two greys."""

MORE_COLOURS = ("#A285D1", "#3D3D3D", "#B58900")
"""For data sets a site adds to the stack."""

EARLY = 6
"""Months needed on each side of the start of support before anything is said."""


def title_of(dataset: str) -> str:
    """The name of a data set in a key or a table head."""
    return TITLES.get(dataset) or dataset.replace("_", " ").capitalize()


def short_title(dataset: str) -> str:
    """The shortest name of a data set, for notes on the plot."""
    return SHORT.get(dataset) or title_of(dataset)


def in_sentence(dataset: str) -> str:
    """The name of a data set inside a sentence: only ordinary words lose their capital."""
    title = title_of(dataset)
    return title if title[:2].isupper() or title[:3].isupper() else title[0].lower() + title[1:]


def colours(extra: tuple[str, ...]) -> dict[str, str]:
    """Colour of every stacked data set, those a site adds included, bottom to top."""
    more = {name: MORE_COLOURS[index % len(MORE_COLOURS)] for index, name in enumerate(extra)}
    return {**COLOURS, **more}


def title(person: PersonSeries) -> list[str]:
    """The finding, with the person's name on a line of its own when names are shown."""
    finding = shorten(clean(person.finding), 240)
    return [shown_name(person.name), finding] if person.name is not None else [finding]


def period(person: PersonSeries) -> str:
    """The calendar shown: `Apr 2024 to Mar 2026`."""
    return f"{person.months[0].title} to {person.months[-1].title}"


def subtitle(person: PersonSeries) -> list[str]:
    """Measures and period, then what may be said about support, if it started."""
    stacked = listed(in_sentence(name) for name in (*STACK, *person.extra))
    first = f"{person.person_id}: {stacked} each month, {period(person)}."
    support = support_line(person)
    return [first, support] if support else [first]


def support_line(person: PersonSeries) -> str:
    """Contacts a month either side of the start of support, or why it is too early to say; empty if no support."""
    if person.compared is not None:
        return person.compared
    start = person.support_start
    if start is None or not person.months[0].start <= start <= person.months[-1].end:
        return ""
    begun = person.months.index(Month.of(start))
    before, after = _complete(person, 0, begun)[-EARLY:], _complete(person, begun + 1, len(person.months))[-EARLY:]
    opening = f"After support started ({day(start)}): "
    if len(after) < EARLY:
        return f"{opening}too early to say (fewer than {EARLY} complete months since)."
    if len(before) < EARLY:
        return f"{opening}not to be compared (fewer than {EARLY} complete months before)."
    old, new = sum(before) / EARLY, sum(after) / EARLY
    flag = _across(person, start)
    return (
        f"{opening}{number(new)} contacts a month in the latest {EARLY} complete months; "
        f"{number(old)} in the {EARLY} before. Not causal{flag}."
    )


def _complete(person: PersonSeries, first: int, last: int) -> list[int]:
    """Contacts of each month from `first` to before `last` for which every contact source supplied in full."""
    stop = last - 1 if person.partial and last == len(person.months) else last
    cells = [[person.counts[name][index] for name in CONTACTS] for index in range(first, stop)]
    return [sum(n for n in row if n is not None) for row in cells if None not in row]


def _across(person: PersonSeries, start: date) -> str:
    first = (Month.of(start) - EARLY).start
    crossed = [name for name, when in person.breaks.items() if first < when <= person.months[-1].end]
    return f"; the comparison crosses {listed(crossed)}" if crossed else ""
