"""The words that stand for a chart: type, subject, period, finding, peak, totals, s136 and MHA.

Between 300 and 400 characters whatever the person's figures. The subject is the person id, never the
name: a page that hides names must not give them away here.
"""

from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.headings import period
from hiu.publish.words.datasets import STACK, in_sentence, short_title
from hiu.publish.words.text import clean, join_words, shorten

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
    text = " ".join([lead, shorten(clean(person.finding), max(20, min(130, room))), *must])
    for part in (_gaps(person), _support(person), *_FILLERS):
        enough = part in _FILLERS and len(text) >= LEAST
        if part and not enough and len(text) + 1 + len(part) <= MOST:
            text = f"{text} {part}"
    return shorten(text, MOST)


def _totals(person: PersonSeries) -> str:
    amounts = (f"{person.total(name)} {in_sentence(name)}" for name in (*STACK, *person.extra)[:6])
    return f"Totals: {join_words(amounts)}."


def _peak(person: PersonSeries) -> str:
    """The month with the tallest bar; the latest of equals."""
    stacked = zip(*(person.counts[name] for name in (*STACK, *person.extra)), strict=True)
    tallest, month = max(
        (sum(n or 0 for n in cells), month) for cells, month in zip(stacked, person.months, strict=True)
    )
    return f"Peak {tallest} in {month.title}." if tallest else "No contact or bed day in any month."


def _markers(person: PersonSeries) -> str:
    return f"Section 136 detentions: {person.total('s136')}; MHA assessments: {person.total('mha_assessment')}."


def _gaps(person: PersonSeries) -> str:
    every = range(len(person.months))
    lacking = {name: sum(person.lacks(name, index) for index in every) for name in person.counts}
    missing = [(short_title(name), months) for name, months in lacking.items() if months]
    if not missing:
        return (
            "Every source supplied every month since it began."
            if person.since
            else "Every source supplied every month."
        )
    own = ", some of this person alone" if person.missing else ""
    return f"Months not supplied{own}: {', '.join(f'{name} {months}' for name, months in missing)}."


def _support(person: PersonSeries) -> str:
    start = person.support_start
    if not start or not person.shows(start):
        return ""
    end = person.support_end
    ended = f", ended {Month.of(end).title}" if end and person.shows(end) else ""
    return f"Support started {Month.of(start).title}{ended}."
