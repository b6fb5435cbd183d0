"""The words that stand for a chart: type, subject, period, finding, peak, totals, s136 and MHA.

Between 300 and 400 characters whatever the person's figures. The subject is the person id, never the
name: a page that hides names must not give them away here.
"""

from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.headings import period
from hiu.publish.words.datasets import STACK, in_sentence, short_title
from hiu.publish.words.text import clean, listed, shorten

LEAST, MOST = 300, 400

_FILLERS = (
    "Bars stack from the bottom in that order; diamonds above them are other units and are never added.",
    "Every month of the calendar is shown, also those without any contact.",
    "The table beside the chart gives each figure.",
)


def alt_text(person: PersonSeries) -> str:
    """A description of the chart in 300 to 400 characters."""
    lead = f"Stacked bar chart of {person.person_id}, {period(person)}, a bar a month."
    must = [_totals(person), _peak(person), _markers(person)]
    room = MOST - len(lead) - sum(len(part) + 1 for part in must) - 1
    said = " ".join([lead, shorten(clean(person.finding), max(20, min(130, room))), *must])
    for part in (_gaps(person), _support(person), *_FILLERS):
        wanted = part in _FILLERS and len(said) >= LEAST
        if part and not wanted and len(said) + 1 + len(part) <= MOST:
            said = f"{said} {part}"
    return shorten(said, MOST)


def _totals(person: PersonSeries) -> str:
    return f"Totals: {listed(_amount(person, name) for name in (*STACK, *person.extra)[:6])}."


def _amount(person: PersonSeries, dataset: str) -> str:
    return f"{person.total(dataset)} {in_sentence(dataset)}"


def _peak(person: PersonSeries) -> str:
    """The month with the tallest bar; the latest of equals."""
    stacked = (*STACK, *person.extra)
    heights = [sum(person.counts[name][index] or 0 for name in stacked) for index in range(len(person.months))]
    tallest = max(heights)
    if not tallest:
        return "No contact or bed day in any month."
    month: Month = max(month for month, height in zip(person.months, heights, strict=True) if height == tallest)
    return f"Peak {tallest} in {month.title}."


def _markers(person: PersonSeries) -> str:
    return f"Section 136 detentions: {person.total('s136')}; MHA assessments: {person.total('mha_assessment')}."


def _gaps(person: PersonSeries) -> str:
    missing = [(short_title(name), cells.count(None)) for name, cells in person.counts.items() if None in cells]
    if not missing:
        return "Every source supplied every month."
    return f"Months not supplied: {', '.join(f'{name} {months}' for name, months in missing)}."


def _support(person: PersonSeries) -> str:
    start = person.support_start
    shown = start is not None and person.months[0].start <= start <= person.months[-1].end
    return f"Support started {Month.of(start).title}." if start and shown else ""
