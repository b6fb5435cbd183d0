"""The month that a path names, in the ways people write months; nothing else of a name is taken for one.

A month written as one (2026-03, 2026-3, 202603, 2026/03, 03-2026, Mar-26, March 2026) holds over a day (20260331,
31.03.2026), which is often the day of the extract; of several months the last holds. Months of a financial year
(2025-26 M12, Q4) count only where the source says that it names its files so: the year begins in April.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hiu.month import NAMES, Month

_LONG = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "t(?:ember)?", "ober", "ember", "ember")
_NAME = "|".join(rf"{short}(?:{rest})?" if rest else short for short, rest in zip(NAMES, _LONG, strict=True))
_NAMED = rf"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?P<name>(?i:{_NAME}))(?![A-Za-z])"
_GAP = r"[-_ .,']{0,3}"
_NO_ORDINAL = r"(?!(?i:st|nd|rd|th)\b)"
_TIME = r"(?:[T_ -]?(?P<clock>[0-9]{6}|[0-9]{4}))?(?![0-9])"
_DASHES = str.maketrans({**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"), "\u00a0": " ", "\u2019": "'"})

_DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![0-9])(?P<year>20[0-9]{{2}})(?P<month>0[1-9]|1[0-2])(?P<day>[0-3][0-9]){_TIME}",
        r"(?<![0-9])(?P<year>20[0-9]{2})(?P<s>[-_. /])(?P<month>0[1-9]|1[0-2])(?P=s)(?P<day>[0-3][0-9])(?![0-9])",
        r"(?<![0-9])(?P<year>20[0-9]{2})(?P<s>[-.])(?P<month>[0-9]{1,2})(?P=s)(?P<day>[0-9]{1,2})(?![0-9])",
        r"(?<![0-9A-Za-z])(?P<day>[0-9]{1,2})(?P<s>[-_. ])(?P<month>[0-9]{1,2})(?P=s)(?P<year>20[0-9]{2})(?![0-9])",
        r"(?<![0-9])(?P<day>[0-3][0-9])(?P<month>0[1-9]|1[0-2])(?P<year>20[0-9]{2})(?![0-9])",
        rf"(?<![0-9A-Za-z])(?P<day>[0-9]{{1,2}})(?i:st|nd|rd|th)?{_GAP}(?P<name>(?i:{_NAME}))(?![A-Za-z]){_GAP}"
        r"(?P<year>20[0-9]{2}|[0-9]{2})(?![0-9])",
        rf"{_NAMED}{_GAP}(?P<day>[0-9]{{1,2}})(?i:st|nd|rd|th)?[-, _.]+(?P<year>20[0-9]{{2}})(?![0-9])",
        rf"(?<![0-9])(?P<year>20[0-9]{{2}}){_GAP}{_NAMED}{_GAP}(?P<day>[0-9]{{1,2}})(?![0-9])",
    )
)
_MONTHS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![0-9])(?P<year>20[0-9]{{2}})[-_. /]?(?P<month>0[1-9]|1[0-2])(?![0-9]){_NO_ORDINAL}",
        r"(?<![0-9A-Za-z])(?P<year>20[0-9]{2})[-_.](?P<month>[1-9])(?![0-9A-Za-z])",
        r"(?<![0-9])(?P<year>20[0-9]{2})/(?P<month>[1-9])(?=/)",
        r"(?<![0-9A-Za-z])(?<![0-9]\.)(?P<month>0?[1-9]|1[0-2])[-_.](?P<year>20[0-9]{2})(?![0-9])",
        rf"{_NAMED}{_GAP}(?P<year>20[0-9]{{2}})(?![0-9])",
        rf"{_NAMED}{_GAP}(?P<year>[0-9]{{2}})(?![0-9]){_NO_ORDINAL}",
        rf"(?<![0-9])(?P<year>20[0-9]{{2}})[-_ ./]{{0,3}}{_NAMED}",
    )
)
_FINANCIAL_YEAR = re.compile(
    r"(?<![0-9])(?:(?i:FY) ?)?(?:20)?(?P<year>[0-9]{2})[-_/](?:20)?(?P<next>[0-9]{2})(?![0-9])"
)
_FINANCIAL_PART = re.compile(
    r"(?<![A-Za-z0-9])(?:(?i:M|month|period|P)[ _-]?(?P<month>1[0-2]|0?[1-9])|(?i:Q|quarter ?)(?P<quarter>[1-4]))"
    rf"(?![A-Za-z0-9])|{_NAMED}"
)
_AND = re.compile(rf"{_NAMED} ?(?:-|_|to|and|&|,|/) ?\Z")


@dataclass(frozen=True)
class PathMonths:
    """What a path says: `month` is the delivery's, `first` the one where the span begins that it names, else the same.

    `others`: months that are written as plainly, and are passed over. `day`: a day's month that is passed over, since a
    month is named. `financial`: it names part of a financial year, which was not read.
    """

    month: Month | None = None
    first: Month | None = None
    others: tuple[Month, ...] = ()
    day: Month | None = None
    financial: bool = False


@dataclass(frozen=True)
class _Named:
    at: int
    month: Month


def path_months(path: str, *, financial_year: bool = False) -> PathMonths:
    """The months that a path (relative to the raw folder, with forward slashes) names."""
    text = unicodedata.normalize("NFC", path).translate(_DASHES)
    years = [match for match in _FINANCIAL_YEAR.finditer(text) if _consecutive(match)]
    part = _financial(text, years)
    text = _without(text, years)
    days, text = _days(text)
    months = sorted(_months(text), key=lambda one: one.at)
    if financial_year and part and not months:
        return PathMonths(month=part[1], first=part[0])
    plain = [one.month for one in months or days]
    if not plain:
        return PathMonths(financial=part is not None)
    others = tuple(dict.fromkeys(month for month in plain if month != plain[-1]))
    day = next((one.month for one in reversed(days) if one.month != plain[-1]), None) if months else None
    return PathMonths(plain[-1], min(plain), others, day)


def title_of_month(titles: Sequence[str], path: str) -> str | None:
    """Of titles that name a month, with its year or without, the one of the path's month; without a month in the path
    the only such title. None if there is none, or several."""
    month = path_months(path).month
    named = [title for title in titles if re.search(_NAMED, title) or path_months(title).month]
    if month is not None:
        named = [title for title in named if path_months(title).month == month or _is_named(title, month)]
    return named[0] if len(named) == 1 else None


def month_of_title(title: str, path: str) -> Month | None:
    """The month that a title names; without its year the last such month up to the path's. None if it names none."""
    if (month := path_months(title).month) is not None:
        return month
    found, latest = re.search(_NAMED, title), path_months(path).month
    if found is None or latest is None:
        return None
    return latest - (latest.number - _number(found["name"])) % 12


def _is_named(title: str, month: Month) -> bool:
    """Whether a title names the month without a year."""
    found = re.search(_NAMED, title)
    return path_months(title).month is None and found is not None and _number(found["name"]) == month.number


def _consecutive(match: re.Match[str]) -> bool:
    """2025-26 and 2025/2026 are financial years; 2010-11 is November."""
    return int(match["next"]) == (int(match["year"]) + 1) % 100 and int(match["next"]) > 12


def _financial(text: str, years: list[re.Match[str]]) -> tuple[Month, Month] | None:
    """First and last month of the part of a financial year that a path names, else None."""
    parts = list(_FINANCIAL_PART.finditer(_without(text, years)))
    if not years or not parts:
        return None
    april, part = Month(2000 + int(years[-1]["year"]), 4), parts[-1]
    if part["quarter"]:
        first = april + 3 * (int(part["quarter"]) - 1)
        return first, first + 2
    calendar = _number(part["name"]) if part["name"] else 0
    place = int(part["month"]) - 1 if part["month"] else (calendar - 4) % 12
    return april + place, april + place


def _days(text: str) -> tuple[list[_Named], str]:
    """Days, and the text without them: what is left may name months.

    Six digits after a day are a time, or a month near it.
    """
    found: list[_Named] = []
    for pattern in _DAYS:
        for match in pattern.finditer(text):
            month = _month(match)
            if month is None or not 1 <= int(match["day"]) <= month.end.day:
                continue
            groups = match.groupdict()
            end = match.start("clock") if groups.get("clock") and _near(groups["clock"], month) else match.end()
            found.append(_Named(match.start(), month))
            text = text[: match.start()] + "\0" * (end - match.start()) + text[end:]
    return sorted(found, key=lambda one: one.at), text


def _near(clock: str, month: Month) -> bool:
    """Whether six digits after a day are a month of the year before it: 20260402_202603."""
    if len(clock) != 6 or not clock.startswith("20") or not 1 <= int(clock[4:]) <= 12:
        return False
    return -1 <= month.since(Month(int(clock[:4]), int(clock[4:]))) <= 13


def _months(text: str) -> Iterator[_Named]:
    """Months written as such; 'Feb-Mar 2026' names February too."""
    for pattern in _MONTHS:
        for match in pattern.finditer(text):
            month = _month(match)
            if month is None:
                continue
            yield from _before(text[: match.start()], month)
            yield _Named(match.start(), month)
        text = pattern.sub(lambda match: "\0" * len(match[0]) if _month(match) else match[0], text)


def _before(text: str, month: Month) -> Iterator[_Named]:
    """Months named before one, with no year of their own."""
    while match := _AND.search(text):
        number = _number(match["name"])
        month = Month(month.year - (number > month.number), number)
        yield _Named(match.start(), month)
        text = text[: match.start()]


def _month(match: re.Match[str]) -> Month | None:
    groups = match.groupdict()
    year = int(match["year"])
    if year < 100:
        if not 15 <= year < 40:
            return None
        year += 2000
    number = _number(match["name"]) if groups.get("name") else int(match["month"])
    return Month(year, number) if 1 <= number <= 12 else None


def _number(name: str) -> int:
    return NAMES.index(name[:3].title()) + 1


def _without(text: str, matches: list[re.Match[str]]) -> str:
    for match in matches:
        text = text[: match.start()] + "\0" * len(match[0]) + text[match.end() :]
    return text
