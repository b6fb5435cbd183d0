"""One calendar month to answer, 72 hours to report."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hiu.govern.basis.clock import answer_by, days_text, hours_text, report_by

MONTHS = {
    (2026, 9, 3): (2026, 10, 3), (2026, 1, 31): (2026, 2, 28), (2028, 1, 31): (2028, 2, 29),
    (2026, 12, 31): (2027, 1, 31), (2026, 3, 31): (2026, 4, 30), (2026, 2, 28): (2026, 3, 28),
}  # fmt: skip


@pytest.mark.parametrize("received", MONTHS)
def test_an_answer_is_due_in_a_calendar_month(received: tuple[int, int, int]) -> None:
    assert answer_by(date(*received)) == date(*MONTHS[received])


def test_two_months_more_are_counted_from_the_day_of_receipt() -> None:
    assert answer_by(date(2026, 11, 30), extended=True) == date(2027, 2, 28)
    assert answer_by(date(2026, 10, 31), extended=True) == date(2027, 1, 31)


def test_days_on_which_the_person_was_awaited_are_added() -> None:
    assert answer_by(date(2026, 3, 3), waited=9) == date(2026, 4, 12)
    assert answer_by(date(2026, 3, 3), extended=True, waited=9) == date(2026, 6, 12)


def test_a_breach_is_due_72_hours_on_weekend_or_not() -> None:
    due = report_by(datetime(2026, 3, 27, 17, 30))
    assert due == datetime(2026, 3, 30, 17, 30)
    assert hours_text(due, datetime(2026, 3, 30, 16, 31)) == "due in 0 hours"
    assert hours_text(due, datetime(2026, 3, 30, 17, 31)) == "1 hours overdue"
    assert hours_text(due, datetime(2026, 3, 28, 17, 30)) == "due in 48 hours"


def test_days_in_words() -> None:
    due = date(2026, 3, 10)
    said = [days_text(due, date(2026, 3, day)) for day in (8, 9, 10, 11, 13)]
    assert said == ["due in 2 days", "due in 1 day", "due today", "1 day overdue", "3 days overdue"]
