"""The forms of the dates and months of a column, and what proves whether the day or the month comes first."""

import re
from collections import Counter
from collections.abc import Sequence

from hiu.extract.draft.columns.words import words
from hiu.month import NAMES

_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"),
    (re.compile(r"\d{4}/\d\d/\d\d"), "%Y/%m/%d"),
    (re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}"), "%d/%m/%Y"),
    (re.compile(r"(\d{1,2})/(\d{1,2})/\d\d"), "%d/%m/%y"),
    (re.compile(r"(\d{1,2})-(\d{1,2})-\d{4}"), "%d-%m-%Y"),
    (re.compile(r"(\d{1,2})-(\d{1,2})-\d\d"), "%d-%m-%y"),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.\d{4}"), "%d.%m.%Y"),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.\d\d"), "%d.%m.%y"),
    (re.compile(r"(\d{1,2}) (\d{1,2}) \d{4}"), "%d %m %Y"),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d{4}"), "%d-%b-%Y"),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d\d"), "%d-%b-%y"),
    (re.compile(r"\d{1,2} [A-Za-z]{3} \d{4}"), "%d %b %Y"),
    (re.compile(r"\d{1,2} [A-Za-z]{3} \d\d"), "%d %b %y"),
    (re.compile(r"\d{1,2} [A-Za-z]{4,9} \d{4}"), "%d %B %Y"),
    (re.compile(r"[A-Za-z]{3} \d{1,2},? \d{4}"), "%b %d %Y"),
    (re.compile(r"(?:19|20)\d\d[01]\d[0-3]\d"), "%Y%m%d"),
)
_TIME = re.compile(
    r"(?P<date>.*\d)(?P<gap>,? |T)(?P<hm>\d{1,2}:\d\d)(?P<s>:\d\d)?(?:\.\d+)?(?P<p> ?[AaPp]\.?[Mm]\.?)?"
    r"(?P<zone> ?Z|[+-]\d\d:?\d\d)?"
)
_EXCEL = re.compile(r"[1-6]\d{4}(\.\d+)?")
_MONTHS = (
    (re.compile(r"(19|20)\d\d-(0?[1-9]|1[0-2])"), "%Y-%m"),
    (re.compile(r"(19|20)\d\d/(0?[1-9]|1[0-2])"), "%Y/%m"),
    (re.compile(r"(0?[1-9]|1[0-2])/(19|20)\d\d"), "%m/%Y"),
    (re.compile(r"(0?[1-9]|1[0-2])-(19|20)\d\d"), "%m-%Y"),
    *(
        (re.compile(rf"(?P<name>[A-Za-z]{{{length}}}){gap}{year}"), f"%{name}{gap}%{form}")
        for length, name in (("3", "b"), ("4,9", "B"))
        for gap in ("-", " ", "/", "_", "")
        for year, form in ((r"(19|20)\d\d", "Y"), (r"\d\d", "y"))
    ),
    (re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-01( 00:00:00)?"), "%Y-%m-%d"),
)
_BARE_MONTH = re.compile(r"20\d\d(0[1-9]|1[0-2])")


def date_formats(cells: Sequence[str], header: str = "") -> tuple[tuple[str, ...], str, float]:
    """strptime formats seen (most frequent first), the proof of the day's place, and the share that are dates.

    An Excel date's midnight is no time of day. A first part over 12 proves day first, a second over 12 month first;
    with neither, day first is assumed. Serial numbers are dates only below a header that says so.
    """
    seen: Counter[str] = Counter()
    first = second = 0
    serials = not {"date", "dob", "birth", "day"}.isdisjoint(words(header))
    for cell in cells:
        timed = _TIME.fullmatch(cell.removesuffix(" 00:00:00"))
        text, tail = (timed["date"], _clock_format(timed)) if timed else (cell.removesuffix(" 00:00:00"), "")
        for pattern, form in _DATES:
            if found := pattern.fullmatch(text):
                seen[form + tail] += 1
                if pattern.groups:
                    first, second = max(first, int(found[1])), max(second, int(found[2]))
                break
        else:
            if serials and _EXCEL.fullmatch(cell):
                seen["excel"] += 1
    formats = tuple(form for form, _ in seen.most_common())
    share = seen.total() / len(cells) if cells else 0.0
    if first <= 12 < second:
        return tuple(map(month_first, formats)), f"month first: {second} seen in second place", share
    proof = f"day first: {first} seen in first place" if first > 12 else "day first assumed: no day over 12 seen"
    if first > 12 and second > 12:
        proof = f"CHECK: both orders seen ({first} in first place, {second} in second)"
    return formats, proof if first else "", share


def month_first(form: str) -> str:
    """A format with its day and month the other way round."""
    return re.sub(r"%d([/. -])%m", r"%m\1%d", form)


def _clock_format(timed: re.Match[str]) -> str:
    gap = timed["gap"]
    hour, half = ("%I", f"{' ' if timed['p'].startswith(' ') else ''}%p") if timed["p"] else ("%H", "")
    return f"{gap}{hour}:%M{':%S' if timed['s'] else ''}{half}{'%z' if timed['zone'] else ''}"


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
    "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December",
    "Sept",
}  # fmt: skip
