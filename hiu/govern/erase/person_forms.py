"""Texts that by their form could tell who somebody is: the rule for what commands are given and for labels that leave.

What is asked here needs no record, so its answer tells nothing of one: a number as long as a person's, a postcode, an
address, a day long past that can be a birth, an id, letters spelt out one by one.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import combinations
from typing import Literal

import polars as pl

from hiu.extract.values.nhs_number import checked
from hiu.fold import folded, spaced_out

Form = Literal["number", "postcode", "address", "birth", "id", "spelt"]
OLDEST = 10
"""Years after which a day that is written out is taken for a date of birth: agreements and letters are younger, and
nobody of that age is on a list."""

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SEP = r"[ \t]{0,2}[./\-–][ \t]{0,2}"
_MONTH = r"(?P<word>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_YEAR = r"(?P<y>\d{4}|\d\d)(?!\d)"
_DAYS = (
    re.compile(rf"(?<!\d)(?P<y>\d{{4}}){_SEP}(?P<m>\d\d?){_SEP}(?P<d>\d\d?)(?!\d)"),
    re.compile(rf"(?<!\d)(?P<d>\d\d?){_SEP}(?P<m>\d\d?){_SEP}(?P<y>\d{{4}}|\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>\d\d?) (?P<m>\d\d?) (?P<y>(?:19|20)\d\d)(?!\d)"),
    re.compile(rf"(?<!\d)(?P<d>\d\d?)(?:st|nd|rd|th)?(?:\s+of)?[\s\-./]*{_MONTH},?[\s\-./']*{_YEAR}", re.I),
    re.compile(rf"(?<![a-z]){_MONTH}\s*(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}}|\d\d)(?!\d)", re.I),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)"),
)  # fmt: skip
_NUMBER = re.compile(r"(?<!\d)(?:\d[ .\-/]{0,2}){9,}\d(?!\d)")
_REFERENCE = re.compile(
    r"(?<![a-z])(?!(?:nhs|no|number|tel|mob|phone)[-/]?\Z)[a-z]{2,}[-/]?\Z|\A(?:19|20)\d\d[./\-]", re.I
)
"""What an agency's reference of an event has: letters joined to its figures, or a year set apart at their start."""
_TELEPHONE = re.compile(r"0\d{9,11}|44\d{10}|0044\d{10}")
_LENGTHS = (10, 11)
"""Figures in the number of a person or telephone, whole groups together; a longer one is a reference."""
_CLOCK = re.compile(r"(?<=[\sT])\d\d?[:.]\d\d(?:[:.]\d\d)?(?!\d)")
_POSTCODE = re.compile(
    r"(?<![^\W_])(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]?(?: {1,2}(?!(?-i:1st|2nd|3rd|[04-9]th)\b))?\d[ABD-HJLNP-UW-Z]{2})"
    r"(?![^\W_])",
    re.I,
)
"""Not 's12 2nd doctor', whose end is in small letters."""
_ADDRESS = re.compile(
    r"(?<![^\W_])\d{1,4}[a-z]?,?\s+(?!suite\s)(?:(?:(?!(?:on|in|the|of|at|to|and|by|from|for|people)\s)[a-z'’\-]+\s+){1,3}"
    r"(?:street(?!\s+triage)|road(?!\s*map)|lane|avenue|drive|crescent|terrace|gardens)"
    r"|(?-i:(?:[A-Z][\w'’\-]*\s+){1,3}(?:St|Rd|Ln|Ave|Close|Grove|Mews|Square|Walk|Way|Row|Hill"
    r"|(?<!Crown )(?<!County )(?<!Magistrates )(?<!Magistrates['’] )Court|Place(?!\s+of\s+(?i:safety)))))"
    r"(?![^\W_])",
    re.I,
)
"""A number with the name of a street; not '136 suite', street triage, a road map, a court of law, a place of safety."""
_PLACES = frozenset(
    (
        "ward",
        "unit",
        "bay",
        "room",
        "hall",
        "house",
        "court",
        "park",
        "lodge",
        "suite",
        "area",
        "site",
        "zone",
        "team",
        "wing",
    )
)
"""Family names that are words of places too: with a letter behind it one is a place."""
_ID = re.compile(r"HIU-[A-Z2-7]{8}", re.I)


def person_form(text: str, today: date) -> Form | None:
    """What of a text could tell somebody, by its form alone; None if nothing could.

    `today` is the day before which a date is old enough for a birth.
    """
    plain = folded(text)
    days = dates_in(plain)
    if _ID.search(plain):
        return "id"
    if any(born.year <= today.year - OLDEST for born in days):
        return "birth"
    if _numbered(_CLOCK.sub(" ~ ", _without_dates(plain))):
        return "number"
    if _POSTCODE.search(plain):
        return "postcode"
    if _ADDRESS.search(plain):
        return "address"
    return "spelt" if spaced_out(plain) else None


def _numbered(text: str) -> bool:
    """Whether a number could be a person's or a telephone's; a reference of an event is neither, unless it is valid."""
    for run in _NUMBER.finditer(text):
        groups = re.findall(r"\d+", run[0])
        reference = _REFERENCE.search(text[: run.start()]) or _REFERENCE.match(run[0])
        for first, last in combinations(range(len(groups) + 1), 2):
            figures = "".join(groups[first:last])
            alone = len(figures) in _LENGTHS or _TELEPHONE.fullmatch(figures)
            if _valid(figures) or (alone and not reference):
                return True
    return False


def _valid(figures: str) -> bool:
    return len(figures) == 10 and bool(pl.select(checked(pl.lit(figures))).item())


def initialled(initial: str, family: str, text: str) -> bool:
    """Whether an initial and a family name stand side by side, as 'J. Melham', 'j. melham' or 'MELHAM J'; never 'a
    hill' and never 'Ward B'. The text is folded."""
    return any(_initialled(initial, family, text))


def without_initialled(initial: str, family: str, text: str, instead: str) -> str:
    """The text without an initial beside the family name; one that is nothing else, such as a signature, stays."""
    for words in set(_initialled(initial, family, text)) - {text.strip()}:
        text = text.replace(words, instead)
    return text


def _initialled(initial: str, family: str, text: str) -> Iterator[str]:
    if family.casefold() in _PLACES or len(family) < 3:
        return
    one, name = re.escape(initial), re.escape(family)
    ways = rf"(?<![^\W_])(?:{one}(?:\.\s*|\s+)(?:[a-z]\.?\s+)?{name}|{name},?\s+{one})(?![^\W_])"
    for found in re.finditer(ways, text, re.I):
        if initial.casefold() not in "aio" or "." in found[0] or not re.search(r"\b[a-z]", found[0]):
            yield found[0]


def dates_in(text: str) -> list[date]:
    """Every whole day that a text names, in figures or words, with the year in two figures or four."""
    return [day for day, _ in _days(text)]


def without_day(day: date, text: str, instead: str) -> str:
    """The text without a day, however it is written."""
    for words in {words for found, words in _days(text) if found == day}:
        text = text.replace(words, instead)
    return text


def _days(text: str) -> Iterator[tuple[date, str]]:
    for pattern in _DAYS:
        for one in pattern.finditer(text):
            word = one.groupdict().get("word")
            month = _MONTHS.index(word.lower()) + 1 if word else int(one["m"])
            year = int(one["y"]) + (0 if len(one["y"]) == 4 else 1900 if int(one["y"]) > 30 else 2000)
            with suppress(ValueError):
                yield date(year, month, int(one["d"])), one[0]


def _without_dates(text: str) -> str:
    for pattern in _DAYS[:-1]:
        text = pattern.sub(" ~ ", text)
    return text
