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


def dates_across(
    frame: pl.DataFrame, columns: Mapping[str, str], unused: Sequence[str], source: Source, month: Month | None
) -> list[str]:
    """A warning where columns of dates that nothing reads hold contacts: 'Attendance 2' beside 'Attendance 1', the
    start; or dates of other months beside numbers that count in the file's. `columns` as match_columns.
    """
    there = [header for header in unused if header in frame.columns]
    if start := columns.get("start"):
        dates = _dates(frame, [header for header in there if header != start and _bare(header) == _bare(start)])
        n = sum(each.count() for each in dates.values())
        lost = f"hold {n:,} dates beside '{start}', the start, and nothing reads them: those contacts do not count"
        return [f"{quoted(dates)} {lost}. Ask for a row for each contact"] if n else []
    if source.kind != "counts" or "month" in source.fields or month is None:
        return []
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


def _bare(header: str) -> str:
    return squash(re.sub(r"(?<!\()[0-9]+(?!\))", "", header))
