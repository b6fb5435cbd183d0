"""What may stand in an entry cell: the words of its list, a date within a year, or short plain text."""

import re
from datetime import date

from hiu.errors import HiuError
from hiu.fuzzy import did_you_mean
from hiu.model.meeting import CHOICES, DATED_FACTS, GATE_DATES, SCORES
from hiu.publish.words.text import clean, day
from hiu.publish.workbook.book import year_on

DATES = ("next_review", "plan_review_at", "action_due")
PAST = (*GATE_DATES.values(), *(name for name in DATED_FACTS if name not in DATES))
"""Dates of what has happened: the day on which a gate was given, a notice served, a plan made."""
EARLIEST = date(2000, 1, 1)
LONGEST = {"owner": 80, "notes": 2000, "action": 500, "action_owner": 80}
"""Characters of a cell in people's own words."""
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_BRITISH = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_SPELT = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Unfit(HiuError):
    """A cell's text is not one of those it may hold; the message says what is expected, never the text itself."""


def value_of(field: str, text: str, built: date | None = None, on: date | None = None) -> str:
    """A cell's value with one spelling; empty for a blank cell. Raises Unfit.

    `built` = the day the workbook was made: dates of what is planned must lie within a year from it. `on` = the day it
    is taken in: dates of what has happened do not lie after it. Neither is tried without its day.
    """
    if not text.strip():
        return ""
    if field in DATES:
        return _dated(text.strip(), built)
    if field in PAST:
        return _happened(text.strip(), on)
    if field in CHOICES:
        return _chosen(field, clean(text))
    plain = clean(text)
    if len(plain) > LONGEST[field]:
        raise Unfit(f"{len(plain)} characters; expected at most {LONGEST[field]}")
    return plain


def _chosen(field: str, text: str) -> str:
    for word in CHOICES[field]:
        if word.casefold() == text.casefold():
            return word
    if field in SCORES:
        raise Unfit("expected a whole number from 1 to 5")
    raise Unfit(f"expected {' or '.join(CHOICES[field])}.{did_you_mean(text, CHOICES[field])}")


def _dated(text: str, built: date | None) -> str:
    when = _date(text)
    if when is None:
        raise Unfit("not a date: expected one such as 21/10/2026")
    if built and not built <= when <= year_on(built):
        raise Unfit(f"{day(when)} is not within 12 months: expected {day(built)} to {day(year_on(built))}")
    return when.isoformat()


def _happened(text: str, on: date | None) -> str:
    when = _date(text)
    if when is None:
        raise Unfit("not a date: expected the day on which it happened, such as 21/3/2026")
    if when < EARLIEST or (on and when > on):
        last = f" to {day(on)}" if on else ""
        raise Unfit(f"{day(when)} is not a day on which it can have happened: expected {day(EARLIEST)}{last}")
    return when.isoformat()


def day_of(text: str) -> date | None:
    """The day that a text names, however it is written; None if it names none."""
    return _date(text.strip())


def _date(text: str) -> date | None:
    try:
        if iso := _ISO.fullmatch(text):
            return date(*map(int, iso.groups()))
        if british := _BRITISH.fullmatch(text):
            return date(*map(int, british.groups()[::-1]))
        if spelt := _SPELT.fullmatch(text):
            return date(int(spelt[3]), _MONTHS.index(spelt[2].lower()) + 1, int(spelt[1]))
    except ValueError:
        return None
    return None
