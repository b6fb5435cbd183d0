"""What a delivery of stays says of leave and discharge that the nights cannot use: counted and said."""

from collections.abc import Iterator, Mapping

import polars as pl

from hiu.extract.files.numbering import Numbering
from hiu.extract.files.path_months import path_months
from hiu.month import Month
from hiu.sources import Source

_BEFORE_MONTHS, _MONTHS_SENT = Month(1900, 3), range(1300, 1900)
"""MHSDS numbers its reporting months from April 1900; a number of these is one."""


def reported_months(periods: pl.Series) -> pl.Series:
    """Reporting periods, as people write them, as months: 2026-03. What names no month stays as it was sent."""
    months = {text: _reported(text) for text in periods.drop_nulls().unique()}
    return periods.replace({text: str(month) for text, month in months.items() if month})


def _reported(text: str) -> Month | None:
    if text.isdecimal() and int(text) in _MONTHS_SENT:
        return _BEFORE_MONTHS + int(text)
    return path_months(text.replace("/", "-")).month


def stay_warnings(times: pl.DataFrame, rows: pl.Series, source: Source, numbering: Numbering) -> tuple[str, ...]:
    """A sentence a kind of fault. `times` is what read_times made of the cells; `rows` their numbers.

    Leave that ends before it starts, has an end alone, or lies outside its stay takes no night off; a spell that was
    discharged before its ward stay ended does not shorten it. The stay itself counts as it was sent.
    """
    if source.kind != "stays":
        return ()
    return tuple(
        f"{_rows(rows.filter(where), numbering)}: {what}"
        for found, what in _faults(times)
        if (where := found.fill_null(False)).any()
    )


def ends_unread(bad: pl.DataFrame, columns: Mapping[str, str], source: Source) -> tuple[str, ...]:
    """A sentence if stays are set aside since their end is no date: whoever is in a bed now would be among them.

    `bad` holds the column and code of each row set aside; `columns` as match_columns.
    """
    header = columns.get("end", "")
    n = bad.filter(pl.col("code") == "date_unreadable", pl.col("column") == header).height
    if source.kind != "stays" or not n:
        return ()
    return (
        f"{header}: {n:,} of the rows set aside {'are stays' if n > 1 else 'is a stay'} that began and whose end is no "
        "date; whoever is in a bed now may be among them, and has no nights. Of a word that means that the stay goes "
        f'on say so: codes = {{ "the word" = "" }} under [fields.end] of the source',
    )


def _faults(times: pl.DataFrame) -> Iterator[tuple[pl.Series, str]]:
    first, last = times["start"].dt.date(), times["end"].dt.date()
    gone, back = times["leave_start"], times["leave_end"]
    yield times["leave@backward"], "leave_end is before leave_start, so the leave is left out and no night is taken off"
    yield (
        gone.is_null() & back.is_not_null() & ~times["leave@backward"],
        "leave_end without leave_start: the leave is left out and no night is taken off",
    )
    timed = (times["end"] < times["start"]) & (last == first) & (times["end"] > times["end"].dt.truncate("1d"))
    yield timed, "the stay ends on the day that it starts, at an earlier time: it has no night. Look at both dates"
    sound = (last >= first).fill_null(True)
    yield sound & ((back < first) | (gone > last)), "the leave lies outside its stay and takes no night off"
    yield sound & (times["spell_end"] < last), "spell_end is before the end of the ward stay, and that end holds"


def _rows(rows: pl.Series, numbering: Numbering) -> str:
    """`line 4`, `3 rows (lines 4, 8 and 9)`."""
    named = numbering.named(rows)
    return named if rows.len() == 1 else f"{rows.len():,} rows ({named})"
