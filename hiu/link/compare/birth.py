"""On birth: how far two dates of birth, or a date and an age, agree."""

import numpy as np
from numpy.typing import NDArray

from hiu.link.describe.columns import Columns
from hiu.link.levels import CODE, Codes, Flags, Ints

Digits = NDArray[np.uint32]
GENERATION = 14
"""Years from which one of two people of one name may be the other's parent."""
_CENTURY = 100


class BirthLevels:
    """Levels of dates of birth and ages for pairs of nodes."""

    def __init__(self, cols: Columns) -> None:
        self.year, self.month, self.day = (part.astype(np.int16) for part in (cols.year, cols.month, cols.day))
        self.born, self.digits = cols.born, _digits(cols)
        self.first = (self.month == 1) & (self.day == 1)

    def __call__(self, a: Ints, b: Ints) -> Codes:
        code = CODE["dob"]
        year, month, day = self.year[a], self.month[a], self.day[a]
        month_b, day_b = self.month[b], self.day[b]
        y, m, d = year == self.year[b], month == month_b, day == day_b
        out = np.full(len(a), code["different"], dtype=np.uint8)
        out[y] = code["same_year"]
        out[(y & m) | (y & d) | (m & d)] = code["two_parts"]
        gap = np.abs(year - self.year[b])
        older = m & d & (gap >= GENERATION)
        out[older] = code["other_generation"]
        slip = _one_digit(self.digits[a], self.digits[b])
        out[slip] = code["typo"]
        # a year of two figures is a century off where it was completed wrongly
        out[older & (slip | (gap == _CENTURY))] = code["decade_slip"]
        out[y & (month == day_b) & (day == month_b)] = code["day_month_swapped"]
        exact = y & m & d
        out[exact] = code["exact"]
        first, first_b = self.first[a], self.first[b]
        out[exact & first] = code["exact_estimated"]
        missing = (year == 0) | (self.year[b] == 0)
        # 1 January stands for a year alone: two of them in different years share no day and month, and no digit slipped
        years_alone = np.where(first == first_b, first & ~exact, out != code["typo"])
        by_age = np.flatnonzero(missing | years_alone)
        out[by_age] = self._age(a[by_age], b[by_age])
        return out

    def _age(self, a: Ints, b: Ints) -> Codes:
        """A date of birth or age against an age."""
        code = CODE["dob"]
        gap = np.abs(self.born[a] - self.born[b])
        out = np.full(len(a), code["age_differs"], dtype=np.uint8)
        out[gap <= 7] = code["age_loose"]
        out[gap <= 3] = code["age_near"]
        out[gap <= 1] = code["age_agrees"]
        out[gap == 0] = code["age_same_year"]
        out[np.isnan(gap)] = code["missing"]
        return out


def _digits(cols: Columns) -> Digits:
    """The date as eight digits (ddmmyyyy), four bits each."""
    out = np.zeros(len(cols), dtype=np.uint32)
    parts = ((cols.day, 2), (cols.month, 2), (cols.year, 4))
    for value, places in parts:
        for place in range(places - 1, -1, -1):
            out = (out << np.uint32(4)) | (value // 10**place % 10).astype(np.uint32)
    return out


def _one_digit(x: Digits, y: Digits) -> Flags:
    """Dates that differ in one digit, or in two neighbouring digits exchanged."""
    four, ones = np.uint32(4), np.uint32(0x11111111)
    unlike = x ^ y
    unlike |= unlike >> np.uint32(1)
    unlike |= unlike >> np.uint32(2)
    unlike &= ones
    count = np.bitwise_count(unlike)
    one: Flags = count == 1
    # of two unlike digits side by side: is each the other's in the other date?
    at = np.flatnonzero((count == 2) & ((unlike & (unlike >> four)) > 0))
    low = unlike[at] & (unlike[at] >> four)
    crossed = (x[at] ^ (y[at] >> four)) | ((x[at] >> four) ^ y[at])
    one[at[(crossed & (low * np.uint32(15))) == 0]] = True
    return one
