"""The months a delivery supplies, by what its source says that it covers, its path and its rows."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from hiu.extract.files.path_months import PathMonths
from hiu.month import Month
from hiu.sources import Source

LAST_DAYS = 3
"""Rows that reach the last three days of a month reach its end."""
STRAY_SHARE, STRAY_GAP = 10, 12
"""A first month with a tenth of the next one's rows or less, or a year before it, is late or mistyped rows."""

REPORTED = (pl.col("version") + "-01").str.to_date("%Y-%m-%d", strict=False)
"""The month that a row of a stay was reported for; null for one whose version is no month."""


@dataclass(frozen=True)
class Span:
    """First and last month that are supplied; `last` before `first`: none is, in full. `gaps` between them are not."""

    first: Month
    last: Month
    gaps: tuple[Month, ...] = ()

    @property
    def months(self) -> list[Month]:
        """Each month that is supplied, in order."""
        return [month for month in self.first.through(self.last) if month not in self.gaps]


def span_of(records: pl.DataFrame, source: Source, named: PathMonths, period: Month) -> Span:
    """The months that a delivery supplies. `named` is what its path says, `period` its month.

    month: its month, or the quarter that its path names; none if every row is of another month, for such a file knows
    no more of its month than an empty one. from rows: from the month of its first row to that of its
    last, which counts if it is the path's month, or if rows reach its last three days (of counts always). cumulative:
    the same, to the path's month whatever the rows reach. A path that names several months begins the span with its
    first. Stays begin long before the file does, so their first month is that of the first end.

    Of several months those without a sound row are gaps, and so is the month of a file without rows, unless the source
    says that there were no events then (`empty`). A month without a beginning of a stay is none.
    """
    if records.is_empty() and source.file.empty == "missing":
        return Span(period, period - 1)
    if source.covers == "month":
        first = named.first if named.first and not named.others else period
        here = Span(first, period)
        return (
            Span(period, period - 1) if source.file.empty == "missing" and _elsewhere(records, source, here) else here
        )
    sound = records.filter(~pl.col("quarantined"), pl.col("start") < period.after)
    begin = _first(sound, source) or period
    if named.others and named.first:
        begin = min(begin, named.first)
    year_to_date = named.month if source.covers == "cumulative" else None
    last = year_to_date or _last(sound, source, named.month) or period
    return Span(begin, last, _gaps(sound, source, begin, last))


def _elsewhere(records: pl.DataFrame, source: Source, here: Span) -> bool:
    """Whether rows have dates, and none is of these months; a stay is of the month that it says it was reported for,
    else of every month that it goes on in."""
    dated = records.filter(pl.col("start").is_not_null())
    ends = pl.col("end").fill_null(here.first.start) if source.kind == "stays" else pl.col("start")
    touches = (pl.col("start") < here.last.after) & (ends >= here.first.start)
    if source.reports:
        touches = pl.coalesce(REPORTED.is_between(here.first.start, here.last.start), touches)
    return not dated.is_empty() and dated.filter(touches).is_empty()


def _gaps(sound: pl.DataFrame, source: Source, first: Month, last: Month) -> tuple[Month, ...]:
    """Months from the first to the last without a row."""
    if source.kind == "stays" or source.file.empty == "no events":
        return ()
    there = {Month.of(day) for day in sound["start"].dt.date().dt.truncate("1mo").unique()}
    return tuple(month for month in first.through(last) if month not in there)


def last_full_month(records: pl.DataFrame, source: Source) -> Month | None:
    """The last month whose end the rows of a delivery reach, for a path that names none; None without rows."""
    return _last(records.filter(~pl.col("quarantined")), source, None)


def _first(sound: pl.DataFrame, source: Source) -> Month | None:
    """The month of the first row, late and mistyped rows passed over."""
    when = "end" if source.kind == "stays" else "start"
    days = sound.select(month=pl.col(when).dt.date().dt.truncate("1mo")).drop_nulls()
    counts = list(days.group_by("month").len().sort("month").iter_rows())
    while len(counts) > 1 and _stray(counts[0], counts[1]):
        del counts[0]
    return Month.of(counts[0][0]) if counts else None


def _stray(one: tuple[date, int], following: tuple[date, int]) -> bool:
    gap = Month.of(following[0]).since(Month.of(one[0]))
    return gap > STRAY_GAP or one[1] * STRAY_SHARE <= following[1]


def _last(sound: pl.DataFrame, source: Source, named: Month | None) -> Month | None:
    """The month of the last row if it is the path's or full, else the one before it."""
    fields = ("start", "end") if source.kind == "stays" else ("start",)
    days = pl.concat([sound[field].dt.date().rename("day") for field in fields])
    last = days.max()
    if not isinstance(last, date):
        return None
    month = Month.of(last)
    if named and month > named:
        return named
    full = source.kind == "counts" or last > month.end - timedelta(days=LAST_DAYS)
    return month if full or month == named else month - 1
