"""Contacts that stand side by side in a row, so that one of them is counted, or all of them in one month."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from hiu.extract.draft.columns.look import look
from hiu.extract.files.header import quoted, squash
from hiu.extract.values.dates import read_dates
from hiu.month import Month
from hiu.sources import Source

_CONTACT = re.compile(r"(?!.*(next|due|review|plan)).*(attend|contact|consult|visit|seen|arriv|appoint|admi)", re.I)
_MANY = re.compile(rf"{_CONTACT.pattern[:-1]}|appt|incident|call|event|session|\bdates$)", re.I)
_NUMBERED = r"(?<!\()[0-9]+(?:st|nd|rd|th)?(?!\))|first|second|third|fourth|fifth|sixth"
_AGAIN = r"most recent|latest|last"
_DATE = r"[0-9]{1,4}[ ./-](?:[0-9]{1,2}|[A-Za-z]{3,9})[ ./-][0-9]{2,4}(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
_SEVERAL = rf"^\s*{_DATE}(?:[\s;,|&+]+(?:and\s+)?{_DATE})+\s*$"


def dates_across(
    frame: pl.DataFrame, columns: Mapping[str, str], unused: Sequence[str], source: Source, month: Month | None
) -> list[str]:
    """A warning where columns of dates that nothing reads hold contacts: 'Second visit' beside 'First visit', the
    start, or several dates in a cell; or dates of other months beside numbers that count in the file's. `columns` as
    match_columns.
    """
    there = [header for header in unused if header in frame.columns]
    packed = {h: int(frame[h].str.contains(_SEVERAL).sum()) for h in there if _MANY.match(h)}
    lost = "nothing reads them: those contacts do not count. Ask for a row for each contact"
    dates_in = {h: (int(frame[h].str.count_matches(_DATE).sum()), n) for h, n in packed.items() if n > 1}
    several = [f"'{h}' holds {all_:,} dates, several in {n:,} cells, and {lost}" for h, (all_, n) in dates_in.items()]
    start = columns.get("start")
    if start or source.kind == "register":
        dates = _dates(frame, _beside(start, there))
        n = sum(each.count() for each in dates.values())
        beside = f" beside '{start}', the start" if start else ""
        return [*several, *[f"{quoted(dates)} hold {n:,} dates{beside}, and {lost}"] * bool(n)]
    if several or source.kind != "counts" or "month" in source.fields or month is None:
        return several
    dates = _dates(frame, [header for header in there if _CONTACT.match(header)])
    stray = {h: int((each.dt.truncate("1mo") != month.start).sum()) for h, each in dates.items()}
    stray = {header: n for header, n in stray.items() if n > 0.1 * dates[header].count()}
    if not stray:
        return []
    return [
        f"{quoted(stray)}: {sum(stray.values()):,} dates are not of {month.title}, in which every number of the file "
        f"counts, so it may be of several months. Ask for that of {month.title} alone, or for a row for each contact. "
        "If a column is about something else, make it a field"
    ]


def _dates(frame: pl.DataFrame, headers: Sequence[str]) -> dict[str, pl.Series]:
    """The days of each of these columns that is one of dates."""
    looks = {header: look(header, frame[header].head(2_000).to_list()) for header in headers}
    read = {h: read_dates(frame[h], seen.formats) for h, seen in looks.items() if seen.kind in ("date", "timestamp")}
    return {header: days for header, days in read.items() if days.count()}


def _beside(start: str | None, headers: Sequence[str]) -> list[str]:
    """The headers that number the contacts of the start, or those of a list of people that are of one kind."""
    kinds = [_bare(start)] if start else [_bare(header) for header in headers if _MANY.match(header)]
    alike = [header for header in headers if header != start and kinds.count(_bare(header)) > (start is None)]
    numbered = [header for header in [*alike, start or ""] if re.search(_NUMBERED, header, re.I)]
    return [h for h in alike if h in numbered or (numbered and re.search(_AGAIN, h, re.I))] if numbered else []


def _bare(header: str) -> str:
    """What a header is about, without its number and words for a day."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|_", " ", header)
    return squash(re.sub(rf"{_NUMBERED}|\b(?:{_AGAIN}|date|dt|day|of|on|the)\b", "", apart, flags=re.I))
