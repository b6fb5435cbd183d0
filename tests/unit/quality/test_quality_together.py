"""Deliveries asked about together: each one's outcome is exactly what it is when it is asked alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quality_frames import SOURCE, facts, records

from hiu.model import FACT
from hiu.quality.check import Answers, check_delivery
from hiu.quality.deliveries import ask_together
from hiu.quality.suites import suite

SUITE = suite(SOURCE)
SPOILT: dict[str, tuple[Any, ...]] = {
    "source_row": (1, 2, 3, 900),
    "event_id": (None, "E1"),
    "record_id": (None, "E1|1", "E2|1"),
    "version": (None, "1", "2"),
    "start": (None, datetime(1890, 1, 1), datetime(2026, 3, 5), datetime(2026, 4, 2), datetime(2062, 1, 1)),
    "end": (None, datetime(2026, 3, 1), datetime(2026, 3, 9)),
    "dob": (None, date(1870, 1, 1), date(2026, 3, 30), date(2062, 1, 1)),
    "birth_year": (None, 1700, 2030),
    "sex": (None, "Q"),
    "nhs_number": (None, None, None, "12"),
    "postcode": (None, "bs1"),
    "measures": (["mh_other"], ["made_up"]),
    "details": (None, '{"ward":"lounge"}'),
    "quarantined": (True, False),
}


@st.composite
def delivery(draw: st.DrawFn) -> pl.DataFrame:
    """Records of one month, some cells spoilt; sometimes none at all, without a period, or long enough to be sparse."""
    rows = draw(st.sampled_from([0, 1, 2, 4, 60]))
    values: dict[str, Any] = {"period": draw(st.sampled_from([None, date(2026, 2, 1), date(2026, 3, 1)]))}
    sound = records(rows)
    for column in draw(st.lists(st.sampled_from(sorted(SPOILT)), max_size=6, unique=True)):
        cells = sound[column].to_list()
        for place in range(rows):
            if draw(st.booleans()):
                cells[place] = draw(st.sampled_from(SPOILT[column]))
        values[column] = cells
    return records(rows, **values)


def same(frame: pl.DataFrame, answers: Answers, of: dict[str, Any], usual: int | None = 7) -> None:
    alone, together = check_delivery(frame, of, usual=usual), check_delivery(frame, of, usual=usual, answers=answers)
    assert together.failed.equals(alone.failed)
    assert together.warnings == alone.warnings
    assert together.checked == alone.checked


@settings(max_examples=examples(4), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(delivery(), min_size=1, max_size=3))
def test_asked_together_or_alone_is_the_same(frames: list[pl.DataFrame]) -> None:
    for frame, answers in zip(frames, ask_together(frames, SUITE), strict=True):
        same(frame, answers, SUITE)


def test_a_key_may_repeat_from_delivery_to_delivery_but_not_within_one() -> None:
    twice = records(5, record_id=["A", "B", "A", "C", None])
    frames = [records(5), records(5), twice]
    answers = ask_together(frames, SUITE)
    pairs = zip(frames, answers, strict=True)
    said = [check_delivery(frame, SUITE, usual=None, answers=one).warnings for frame, one in pairs]
    assert said == [[], [], ["2 of 5 rows: the same record key more than once in the file; the later row holds"]]


def test_each_delivery_has_its_own_latest_day() -> None:
    frames = [records(2, period=date(2026, month, 1), start=datetime(2026, 3, 1), end=None) for month in (1, 2, 3)]
    answers = ask_together(frames, SUITE)
    gated = [check_delivery(frame, SUITE, usual=None, answers=one) for frame, one in zip(frames, answers, strict=True)]
    assert [one.failed.height for one in gated] == [0, 0, 0]
    assert [len(one.warnings) for one in gated] == [1, 1, 0], "after the months of the first two, not of the third"


def test_a_delivery_with_a_column_of_another_type_is_asked_alone() -> None:
    wrong = records().with_columns(pl.col("age").cast(pl.String))
    answers = ask_together([wrong, records(sex="Q")], SUITE)
    assert answers[0] == {} and answers[1]
    same(wrong, answers[0], SUITE)


def test_facts_are_asked_together_too() -> None:
    of = suite(SOURCE, FACT)
    frames = [facts(source_row=[4, 4, 5], position=[1, 2, 1], likelihood=[9, 8, 1]), facts(), facts(grade="Severe")]
    for frame, answers in zip(frames, ask_together(frames, of), strict=True):
        same(frame, answers, of, usual=None)
