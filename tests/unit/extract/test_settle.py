"""Columns of dates: what their forms are, and that no date is wrong without a word."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from examples import examples
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hiu.errors import InputRefused, SettingsError
from hiu.extract.dates.formats import CANDIDATES, Detected, detect
from hiu.extract.dates.settle import settle, with_forms
from hiu.extract.events import read_times
from hiu.extract.files.numbering import Numbering
from hiu.extract.values.dates import read_dates, stamped
from hiu.extract.values.forms import EPOCHS, order
from hiu.extract.values.times import read_times as read_clocks
from hiu.sources import Source, load_sources

DAYS = st.dates(date(2001, 1, 1), date(2049, 12, 31))
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WRITTEN = tuple(form for form in CANDIDATES if form != "excel" and form not in EPOCHS)
CLOCKS = ("{h:02}:{m:02}", "{h}:{m:02}", "{h:02}{m:02}", "{h:02}{m:02}hrs", "{h:02}.{m:02}", "{h:02}h{m:02}",
          "{i}:{m:02} {p}", "{i}.{m:02}{p}", "{h:02}:{m:02}:00", "1899-12-31 {h:02}:{m:02}:00")  # fmt: skip


def write(day: date, form: str) -> str:
    return day.strftime(form.replace("%b", NAMES[day.month - 1]))


def source(**dob: object) -> Source:
    police = load_sources()["police"]
    spec = police.fields["start"].model_copy(update=dob)
    return police.model_copy(update={"fields": {**police.fields, "start": spec}})


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=8), st.sampled_from(WRITTEN))
def test_a_day_written_is_the_day_read(days: list[date], form: str) -> None:
    hours = "%H" in form
    texts = pl.Series([write(day, form) for day in days])
    assert read_dates(texts, (form,)).to_list() == days
    if not hours:
        stamps = stamped(texts + " 1:05 pm", (form,), "local")
        assert stamps["stamp"].to_list() == [datetime(day.year, day.month, day.day, 13, 5) for day in days]


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(CLOCKS))
def test_a_time_written_is_the_time_read(hour: int, minute: int, form: str) -> None:
    if form == "{h:02}.{m:02}" and hour == 0:
        return  # beside no other time it is a fraction of a day
    text = form.format(h=hour, m=minute, i=hour % 12 or 12, p="pm" if hour >= 12 else "am")
    read = read_clocks(pl.Series([text]))[0]
    assert read is not None and read.total_seconds() == 60 * (60 * hour + minute)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 1439), st.integers(3, 10))
def test_a_fraction_of_a_day_is_one_beside_times_with_a_point(minutes: int, places: int) -> None:
    """Of four figures or more it is within a minute; 0.30 beside 13.30 is half past midnight."""
    cells = pl.Series([f"{minutes / 1440:.{places}f}", "13.30", "0.30"])
    fraction, *dotted = (each.total_seconds() for each in read_clocks(cells))
    assert abs(fraction - 60 * minutes) <= 86400 * 10**-places
    assert dotted == [13.5 * 3600, 1800]


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.tuples(DAYS, st.booleans()), min_size=1, max_size=30))
def test_mixed_orders_are_never_read_wrongly_without_a_word(rows: list[tuple[date, bool]]) -> None:
    """Read day first: each date is right, or it is said, or the file is refused."""
    if not any(month and day.day > 12 for day, month in rows):
        return  # nothing in the column shows that it is month first
    texts = [day.strftime("%m/%d/%Y" if month else "%d/%m/%Y") for day, month in rows]
    cells = pl.DataFrame({"source_row": range(len(rows)), "start": texts})
    mapped = with_forms(source(), cells)
    times = read_times(cells, mapped)
    try:
        found = settle(cells, mapped, times, None, "police.csv", {}, Numbering())
    except InputRefused:
        return
    right = [None if month and day.day > 12 else day for day, month in rows]
    read = times["start"].dt.date().to_list()
    assert times["start@unread"].any()
    assert read == right or found.warnings


def test_figures_with_the_year_in_front_leave_the_other_forms_of_a_column() -> None:
    packed, marked = [f"2603{day:02}" for day in range(1, 21)], ["25/03/2026", "26/03/2026", "27/03/2026"]
    seen = detect(pl.Series([*packed, *marked]))
    assert set(seen.formats) == {"%y%m%d", "%d/%m/%Y"}
    assert (seen.read, seen.only_day, seen.only_month) == (23, 3, 0)


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(DAYS, min_size=2, max_size=30), st.sampled_from(WRITTEN))
def test_what_is_detected_reads_the_column(days: list[date], form: str) -> None:
    texts = pl.Series([write(day, form) for day in days])
    # six figures are taken for numbers where hardly any of them differ
    few = max(texts.str.slice(0, 2).n_unique(), texts.str.slice(4, 2).n_unique()) <= 2
    assume(not few or len(texts[0]) != 6)
    seen = detect(texts)
    assert seen.read == len(days)
    read = read_dates(texts, seen.formats).to_list()
    assert read == days or not _decided(seen)


def _decided(seen: Detected) -> bool:
    """Whether the column itself shows its order: without it day first, or the year's place, is assumed."""
    return order(seen.formats[0]) is not None and not seen.assumed and "%y" not in seen.formats[0]


@pytest.mark.parametrize(
    ("texts", "formats", "proof"),
    [
        (["03/14/2026 01:05:00 PM", "03/02/2026 11:30:00 AM"], ("%m/%d/%Y %I:%M:%S %p",), "month first: 1 of 2"),
        (["14/03/2026", "2026-03-04"], ("%d/%m/%Y", "%Y-%m-%d"), "day first: 1 of 1"),
        (["03/04/2026"], ("%d/%m/%Y",), "day first assumed"),
        (["14/03/2026", "03/15/2026", "16/03/2026"], ("%d/%m/%Y",), "both orders seen"),
        (["45000", "45001.5"], ("excel",), ""),
        (["words", "2026-03-14", "more"], (), ""),
        (["", None], (), ""),
    ],
)
def test_detection(texts: list[str | None], formats: tuple[str, ...], proof: str) -> None:
    seen = detect(pl.Series(texts, dtype=pl.String))
    assert seen.formats == formats and seen.proof.startswith(proof)


def test_months_are_for_counts_alone() -> None:
    cells = pl.DataFrame({"start": ["2026-03"]})
    with pytest.raises(SettingsError, match="month without a day"):
        with_forms(source(formats=("%Y-%m",)), cells)
    counts = source(formats=()).model_copy(update={"kind": "counts"})
    texts = pl.Series(["2026-03", "Mar-26", "March 2026", "03/2026"])
    forms = with_forms(counts, cells).fields["start"].formats
    assert read_dates(texts, forms).to_list() == [date(2026, 3, 1)] * 4


def test_a_column_is_a_day_alone_only_where_no_time_was_sent() -> None:
    mixed = stamped(pl.Series(["01/03/2026 00:00", "02/03/2026 10:00", "03/03/2026", None]), (), "utc")
    assert mixed["day_only"].to_list() == [False, False, True, None]
    bare = stamped(pl.Series(["01/06/2026 00:00:00", "02/06/2026"]), (), "utc")
    assert bare["day_only"].to_list() == [True, True]
    assert bare["stamp"].to_list() == [datetime(2026, 6, 1), datetime(2026, 6, 2)]
