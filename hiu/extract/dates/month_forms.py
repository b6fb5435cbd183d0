"""In which form a column or headers write their months: a month without a day, such as Mar-26 or 03.2026."""

import re
from collections.abc import Sequence

from hiu.month import NAMES

_MONTHS = (
    (re.compile(r"(19|20)\d\d-(0?[1-9]|1[0-2])"), "%Y-%m"),
    (re.compile(r"(19|20)\d\d/(0?[1-9]|1[0-2])"), "%Y/%m"),
    (re.compile(r"(0?[1-9]|1[0-2])/(19|20)\d\d"), "%m/%Y"),
    (re.compile(r"(0?[1-9]|1[0-2])-(19|20)\d\d"), "%m-%Y"),
    (re.compile(r"(0?[1-9]|1[0-2])\.(19|20)\d\d"), "%m.%Y"),
    *(
        (re.compile(rf"(?P<name>[A-Za-z]{{{length}}}){gap}{year}"), f"%{name}{gap}%{form}")
        for length, name in (("3", "b"), ("4,9", "B"))
        for gap in ("-", " ", "/", "_", "")
        for year, form in ((r"(19|20)\d\d", "Y"), (r"\d\d", "y"))
    ),
    (re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-01( 00:00:00)?"), "%Y-%m-%d"),
)
_BARE_MONTH = re.compile(r"20\d\d(0[1-9]|1[0-2])")


def month_format(cells: Sequence[str], *, bare: bool = False) -> str:
    """The one strptime format of a month that all cells have, else ''. `bare`: 202603 may be one."""
    forms = [*_MONTHS, *([(_BARE_MONTH, "%Y%m")] if bare else [])]
    return next((form for pattern, form in forms if cells and all(_is_month(cell, pattern) for cell in cells)), "")


def _is_month(cell: str, pattern: re.Pattern[str]) -> bool:
    found = pattern.fullmatch(cell)
    if not found or "name" not in pattern.groupindex:
        return bool(found)
    name = found["name"].title()
    return name[:3] in NAMES and (len(name) == 3 or name in _LONG)


_LONG = {
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "Sept",
}
