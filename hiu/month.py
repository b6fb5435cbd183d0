"""A calendar month: the unit of every count, list and delivery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from hiu.errors import UsageError

NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORM = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month of UK local time, ordered; `str()` gives `2026-03`."""

    year: int
    number: int

    @classmethod
    def read(cls, what: str | date | int | Month) -> Month:
        """A month as an analyst may give it: `2026-03`, a day in it, 202603, or a month. Raises UsageError."""
        if isinstance(what, Month):
            return what
        if isinstance(what, date):
            return cls.of(what)
        digits = str(what).strip()
        if _DAY.fullmatch(digits):
            try:
                return cls.of(date.fromisoformat(digits))
            except ValueError:
                raise UsageError(f"'{what}' is not a day: expected the form 2026-03-10") from None
        whole = isinstance(what, int) and not isinstance(what, bool) and len(digits) == 6
        if isinstance(what, int) and not whole:
            raise UsageError(f"{what} is not a month: expected the form 2026-03 or 202603")
        return cls.parse(f"{digits[:4]}-{digits[4:]}" if whole else digits)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2026-03`. Raises UsageError for anything else."""
        found = _FORM.fullmatch(text.strip())
        if not found or not 1 <= int(found[2]) <= 12:
            raise UsageError(f"'{text}' is not a month: expected the form 2026-03")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day falls in."""
        return cls(day.year, day.month)

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        """The last day."""
        return (self + 1).start - timedelta(days=1)

    @property
    def after(self) -> date:
        """The first day of the next month: the open end of the half-open span."""
        return (self + 1).start

    def __add__(self, months: int) -> Month:
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __sub__(self, months: int) -> Month:
        return self + -months

    def since(self, other: Month) -> int:
        """Whole months from `other` to this one."""
        return (self.year - other.year) * 12 + self.number - other.number

    def through(self, last: Month) -> list[Month]:
        """Every month from this one to `last`, both included."""
        return [self + k for k in range(last.since(self) + 1)]

    @property
    def title(self) -> str:
        """As people read it: `Mar 2026`. Written out, so no locale can change it."""
        return f"{NAMES[self.number - 1]} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
