"""Clocks of duties: one calendar month to answer a person (UK GDPR article 12(3)), 72 hours to report a breach (33(1)).

The month runs from the day of receipt to the same day of the next month, or to its last day where that has no such day.
Weekends and bank holidays are not added: a date that is early is safe.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

REPORT_WITHIN = timedelta(hours=72)
MORE_MONTHS = 2
"""By which an answer may be put off where requests are complex or many; the person is told within the first month."""


def answer_by(received: date, *, extended: bool = False) -> date:
    """The last day to answer a request."""
    months = received.month - 1 + 1 + (MORE_MONTHS if extended else 0)
    year, month = received.year + months // 12, months % 12 + 1
    return date(year, month, min(received.day, monthrange(year, month)[1]))


def report_by(aware: datetime) -> datetime:
    """The last moment to tell the Commissioner of a breach."""
    return aware + REPORT_WITHIN


def days_text(due: date, on: date) -> str:
    """`3 days overdue`, `due today`, `due in 12 days`."""
    days = (due - on).days
    if days < 0:
        return f"{-days} {'day' if days == -1 else 'days'} overdue"
    return "due today" if days == 0 else f"due in {days} {'day' if days == 1 else 'days'}"


def hours_text(due: datetime, now: datetime) -> str:
    """`5 hours overdue`, `due in 70 hours`; whole hours, rounded so that none is promised that is not there."""
    hours = (due - now) / timedelta(hours=1)
    return f"{-int(hours // 1)} hours overdue" if hours < 0 else f"due in {int(hours)} hours"
