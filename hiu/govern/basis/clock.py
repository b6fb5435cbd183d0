"""Clocks of duties: one calendar month to answer a person (UK GDPR articles 12(3) and 12A), 30 days to acknowledge a
complaint (Data Protection Act 2018, section 164A), 72 hours to report a breach that may be a risk (article 33(1)).

The month runs from the day of receipt to the same day of the next month, or to its last day where that has no such day.
Days on which an answer of the person is awaited are added. A date on a weekend or a bank holiday is not moved to the
next working day, as the Commissioner's guidance would allow: a date that is early is safe.
"""

from datetime import date, datetime, timedelta

from hiu.govern.basis.due import months_after

REPORT_WITHIN = timedelta(hours=72)
ACKNOWLEDGE_WITHIN = timedelta(days=30)
"""The day after receipt is the first of them."""
MORE_MONTHS = 2
"""By which an answer may be put off where requests are complex or many; the person is told within the first month."""


def answer_by(received: date, *, extended: bool = False, waited: int = 0) -> date:
    """The last day to answer a request; `waited` = days on which the person's own answer was awaited."""
    return months_after(received, 1 + MORE_MONTHS * extended) + timedelta(days=waited)


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
