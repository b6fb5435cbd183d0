"""Dates and times: named formats, two-digit years, zones, clock changes, sentinels."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiu.errors import SettingsError
from hiu.extract.dates.formats import detect
from hiu.extract.values.dates import having_forms, local_stamps, read_births, read_dates, read_stamps
from hiu.extract.values.forms import DEFAULT, MONTHS
from hiu.extract.values.times import read_times


def day(text: str | None, *formats: str) -> date | None:
    return read_dates(pl.Series([text], dtype=pl.String), formats)[0]


def local(text: str, zone: str = "local", *formats: str) -> datetime | None:
    return local_stamps(pl.Series([text]), formats, zone)[0]


def born(text: str, at: datetime | None) -> date | None:
    return read_births(pl.Series([text]), (), pl.Series([at], dtype=pl.Datetime("us")))[0]


@pytest.mark.parametrize(
    "sent",
    [
        "03/04/2024",
        "3/4/2024",
        "03/04/24",
        "3.4.24",
        "03-Apr-2024",
        "03-apr-24",
        "2024-04-03",
        "2024-04-03 00:00:00",
        "20240403",
        "45385",
        "45385.5",
        "3 April 2024",
        "2024-04-03T09:30:00+01:00",
    ],
)
def test_every_default_form_is_day_first(sent: str) -> None:
    assert day(sent) == date(2024, 4, 3)


@pytest.mark.parametrize(
    "sent", ["31/02/2024", "13/13/2024", "NK", "unknown", "", "12/2024", "2024", "00/00/0000", None]
)
def test_what_is_no_day(sent: str | None) -> None:
    assert day(sent) is None


def test_only_the_named_formats_are_tried() -> None:
    assert day("03/04/2024", "%m/%d/%Y") == date(2024, 3, 4)
    assert day("2024-04-03", "%d/%m/%Y") is None
    assert day("17/08/94", "%d/%m/%Y") is None


def test_a_directive_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="%Q"):
        day("1", "%Q")


@pytest.mark.parametrize(
    ("sent", "zone", "expected"),
    [
        ("2024-06-01T00:29:00+01:00", "offset", datetime(2024, 6, 1, 0, 29)),
        ("2025-05-31T23:30:00Z", "offset", datetime(2025, 6, 1, 0, 30)),
        ("2025-01-31T23:30:00Z", "offset", datetime(2025, 1, 31, 23, 30)),
        ("2024-06-01T02:00:00+0300", "local", datetime(2024, 6, 1, 0, 0)),
        ("31/05/2024 23:30", "local", datetime(2024, 5, 31, 23, 30)),
        ("31/05/2024 23:30", "utc", datetime(2024, 6, 1, 0, 30)),
        ("01/04/2024 10:15 pm", "local", datetime(2024, 4, 1, 22, 15)),
        ("31/03/2024 01:30", "local", datetime(2024, 3, 31, 2, 30)),
        ("27/10/2024 01:30", "local", datetime(2024, 10, 27, 1, 30)),
        ("01/04/2024 25:00", "local", datetime(2024, 4, 1)),
    ],
)
def test_stamps_are_uk_local_time(sent: str, zone: str, expected: datetime | None) -> None:
    assert local(sent, zone) == expected


def test_the_time_of_day_may_have_its_own_column() -> None:
    days, times = (
        pl.Series(["2024-05-05", "2024-05-05 00:00:00", "2024-05-05"]),
        pl.Series(["03:12:00", "1899-12-31 22:29:00", None]),
    )
    expected = [datetime(2024, 5, 5, 3, 12), datetime(2024, 5, 5, 22, 29), datetime(2024, 5, 5)]
    assert local_stamps(days, (), "local", times).to_list() == expected


@pytest.mark.parametrize(
    ("sent", "minutes"),
    [("22:29", 1349), ("2229", 1349), ("8.52 pm", 1252), ("0.5", 720), ("00:05:59", 5), ("x", None), ("99:99", None)],
)
def test_times_of_day(sent: str, minutes: int | None) -> None:
    read = read_times(pl.Series([sent]))[0]
    assert (None if read is None else read // timedelta(minutes=1)) == minutes


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("17/08/94", date(1994, 8, 17)),
        ("03/03/24", date(2024, 3, 3)),
        ("03/03/30", date(1930, 3, 3)),
        ("29/02/00", date(2000, 2, 29)),
        ("01/01/1900", None),
        ("01/01/1901", None),
        ("01/01/1970", None),
        ("11/11/1811", None),
        ("02/01/2025", None),
        ("05/06/1890", None),
    ],
)
def test_births(sent: str, expected: date | None) -> None:
    assert born(sent, datetime(2025, 1, 1)) == expected


@given(st.dates(date(1912, 2, 1), date(2024, 12, 30)))
def test_a_two_digit_birth_is_never_in_the_future(birth: date) -> None:
    read = born(birth.strftime("%d/%m/%y"), datetime(2025, 1, 1))
    assert read is None or (read <= date(2025, 1, 1) and read.strftime("%d%m%y") == birth.strftime("%d%m%y"))


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from([form for form in DEFAULT if form != "excel"]))
def test_every_format_reads_what_it_writes(when: date, form: str) -> None:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    text = when.strftime(form.replace("%b", months[when.month - 1]))
    if "%y" in form:
        when = when.replace(year=2000 + when.year % 100) if (when.month, when.day) != (2, 29) else when
        if when.year < 2000:
            return
    assert day(text, form) == when


def test_figures_of_other_scripts_are_not_read() -> None:
    assert day("0١/04/2024") is None and read_times(pl.Series(["1١:30"]))[0] is None


def test_a_word_between_date_and_time_is_read_detected_and_may_stand_in_a_form() -> None:
    sent = pl.Series([f"{day} {n:02} March 2026 at 23:37" for n, day in ((1, "Sun"), (2, "Mon"), (17, "Tue"))])
    for form in ("%a %d %B %Y at %H:%M", "%d %B %Y at %H:%M", "%d %B %Y"):
        assert read_stamps(sent, [form])["stamp"].dt.strftime("%d %H:%M").to_list() == [
            "01 23:37",
            "02 23:37",
            "17 23:37",
        ]
    assert detect(sent).read == 3


def test_a_few_texts_have_the_shapes_that_many_have() -> None:
    texts = ["12/03/2026", "3 Mar 26", "Thu 12 Mar 2026", "1st March 2026 at 10:15"]
    texts += ["0436hrs 01MAR26", "46093", "n/k", "31-13-26"]
    forms = (*DEFAULT, *MONTHS, "%m/%d/%Y", "epoch")
    few = having_forms(pl.Series(texts), forms)
    many = having_forms(pl.Series(texts * 20), forms)
    assert few.equals(many.head(len(texts)))
    assert few["%d/%m/%Y"].to_list() == [True, *[False] * 7]
    assert few["%d %b %Y"].to_list() == [False, False, True, True, False, False, False, False]
