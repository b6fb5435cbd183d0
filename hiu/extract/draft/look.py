"""What a column's values look like: NHS numbers, postcodes, dates and their order, sexes, names, codes."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from stdnum.gb.nhs import is_valid as is_nhs_number

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?(?P<inward>\s*\d[A-Z]{2})?", re.I)
_NAME = re.compile(r"[^\W\d_][\w'’.\- ]*, *[^\W\d_].*")
_WORDS = re.compile(r"[^\W\d_]+([ '’\-][^\W\d_]+)*")
_SEXES = {"m", "f", "male", "female", "man", "woman", "x", "u", "i", "unknown", "other", "non-binary", "not known"}
_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"),
    (re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}"), "%d/%m/%Y"),
    (re.compile(r"(\d{1,2})/(\d{1,2})/\d\d"), "%d/%m/%y"),
    (re.compile(r"(\d{1,2})-(\d{1,2})-\d{4}"), "%d-%m-%Y"),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.\d{4}"), "%d.%m.%Y"),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.\d\d"), "%d.%m.%y"),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d{4}"), "%d-%b-%Y"),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d\d"), "%d-%b-%y"),
    (re.compile(r"\d{1,2} [A-Za-z]{3} \d{4}"), "%d %b %Y"),
    (re.compile(r"\d{1,2} [A-Za-z]{4,9} \d{4}"), "%d %B %Y"),
    (re.compile(r"(?:19|20)\d\d[01]\d[0-3]\d"), "%Y%m%d"),
)
_TIME = re.compile(r"(?P<date>.*\d)(?P<gap>[ T])(?P<hm>\d{1,2}:\d\d)(?P<s>:\d\d)?(?:\.\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?")
_CLOCK = re.compile(r"(1899-12-3[01] )?\d{1,2}:\d\d(:\d\d)?")
_MOST_CODES = 15


@dataclass(frozen=True)
class Look:
    """One column's looks: `kind` is a field type, 'time', 'key' or 'text'; `proof` says why a day comes first."""

    header: str
    kind: str
    filled: int
    distinct: int
    formats: tuple[str, ...] = ()
    proof: str = ""
    codes: tuple[str, ...] = ()


def look(header: str, values: Sequence[str | None]) -> Look:
    """Look at a column. A kind needs nine in ten of the filled values (postcodes and names: seven in ten)."""
    cells = [text for value in values if value and (text := value.strip())]
    counted = Counter(cells)
    if cells and sum(bool(_CLOCK.fullmatch(cell)) for cell in cells) >= 0.9 * len(cells):
        return Look(header, "time", len(cells), len(counted))
    formats, proof, dates = date_formats(cells)
    kind = "text"
    if cells and dates >= 0.9:
        kind = "timestamp" if any("%H" in form for form in formats) else "date"
    elif cells:
        kind = _kind(cells, counted)
    codes = tuple(sorted(counted)) if kind in ("text", "sex") and _are_codes(cells, counted) else ()
    own = formats if kind in ("date", "timestamp") else ()
    kind = "code" if kind == "text" and codes else kind
    return Look(header, kind, len(cells), len(counted), formats=own, proof=proof if formats else "", codes=codes)


def _kind(cells: list[str], counted: Counter[str]) -> str:
    share = len(cells)
    tests = (
        ("nhs_number", 0.9, sum(map(is_nhs_number, cells))),
        ("postcode", 0.7, _postcodes(cells)),
        ("name", 0.7, sum(bool(_NAME.fullmatch(cell)) for cell in cells)),
        ("sex", 0.95, sum(cell.casefold() in _SEXES for cell in cells) if 1 < len(counted) <= 6 else 0),
    )
    for kind, least, hits in tests:
        if hits >= least * share:
            return kind
    return "key" if len(counted) == share > 2 and not all(_WORDS.fullmatch(cell) for cell in cells) else "text"


def _postcodes(cells: list[str]) -> int:
    """How many are postcodes; none when full ones are rare, as short codes (C2) look like outward parts."""
    found = [match for cell in cells if (match := _POSTCODE.fullmatch(cell))]
    return len(found) if 3 * sum(bool(match["inward"]) for match in found) > len(found) else 0


def _are_codes(cells: list[str], counted: Counter[str]) -> bool:
    """Few different short values, each several times: a code list rather than anybody's data."""
    return 0 < len(counted) <= _MOST_CODES and len(cells) >= 3 * len(counted) and max(map(len, counted)) <= 60


def date_formats(cells: Sequence[str]) -> tuple[tuple[str, ...], str, float]:
    """strptime formats seen (most frequent first), the proof of the day's place, and the share that are dates.

    An Excel date's midnight is no time of day. A first part over 12 proves day first, a second over 12 month first;
    with neither, day first is assumed.
    """
    seen: Counter[str] = Counter()
    first = second = 0
    for cell in cells:
        timed = _TIME.fullmatch(cell.removesuffix(" 00:00:00"))
        text, tail = (timed["date"], _clock_format(timed)) if timed else (cell.removesuffix(" 00:00:00"), "")
        for pattern, form in _DATES:
            if found := pattern.fullmatch(text):
                seen[form + tail] += 1
                if pattern.groups:
                    first, second = max(first, int(found[1])), max(second, int(found[2]))
                break
    formats = tuple(form for form, _ in seen.most_common())
    if first <= 12 < second:
        return tuple(map(_month_first, formats)), f"month first: {second} seen in second place", _share(seen, cells)
    proof = f"day first: {first} seen in first place" if first > 12 else "day first assumed: no day over 12 seen"
    if first > 12 and second > 12:
        proof = f"CHECK: both orders seen ({first} in first place, {second} in second)"
    return formats, proof if first else "", _share(seen, cells)


def _share(seen: Counter[str], cells: Sequence[str]) -> float:
    return seen.total() / len(cells) if cells else 0.0


def _month_first(form: str) -> str:
    return re.sub(r"%d([/.-])%m", r"%m\1%d", form)


def _clock_format(timed: re.Match[str]) -> str:
    return f"{timed['gap']}%H:%M{':%S' if timed['s'] else ''}{'%z' if timed['zone'] else ''}"
