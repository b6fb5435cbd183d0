"""Questions as a chair, a commissioner and a researcher put them: what came out wrong once, and a line for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.month import Month
from hiu.rank.reports.cohorts import survival, together
from hiu.site.published import Published
from hiu.site.show.chart import Chart
from pipelines.run import Outcome

C = pl.col
Ask = Callable[[Published], object]


@pytest.fixture(scope="module")
def run(area: Path, published: Outcome) -> Published:
    assert published.published
    return hiu.open(area).latest


def stays(*rows: tuple[str, date, date]) -> pl.DataFrame:
    """Stays with a bed: person, first night, day out."""
    frame = pl.DataFrame(rows, schema=["person_id", "first_night", "day_out"], orient="row")
    each = {"source": pl.lit("mh_beds"), "event_id": C("person_id"), "nobody": pl.lit(False)}
    return frame.with_columns(**each, start=C("first_night").cast(pl.Datetime("us")))


def test_a_stay_is_in_every_month_that_it_covers() -> None:
    types = {"person_id": pl.String, "source": pl.String, "event_id": pl.String, "counted": pl.Boolean}
    none = pl.DataFrame(schema={**types, "start": pl.Datetime("us")})
    own = stays(("A", date(2024, 1, 1), date(2026, 4, 1)), ("B", date(2024, 1, 1), date(2025, 4, 1)))
    found = together(none, own, Month(2026, 3))
    assert found.rows() == [("mh_beds", 1, 1, 1)]


def test_an_interval_is_never_of_no_width() -> None:
    one = survival(pl.Series([30]), pl.Series([False])).row(1, named=True)
    assert one["share"] == 0 and one["low"] == 0 and one["high"] == pytest.approx(0.793, abs=0.001)
    every = survival(pl.Series([3, 3]), pl.Series([True, True]))
    assert every.height == 1


def test_a_chart_is_drawn_when_it_is_shown() -> None:
    drawn: list[int] = []
    chart = Chart(lambda: drawn.append(1) or "<svg></svg>", "words")
    assert repr(chart) == "words" and not drawn
    assert chart.svg == chart.svg == "<svg></svg>" and drawn == [1]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda run: run.cohort([]), "a cohort of nobody"),
        (lambda run: run.cohort([True]), "expected ids or ranks"),
        (lambda run: run.cohort(run.table("coverage")), "needs the column person_id"),
        (lambda run: run.cohort([1]).evaluate(), r"run.cohort\(\).evaluate\(\)"),
        (lambda run: run.cohort([1]).backtest(), r"run.cohort\(\).backtest\(\)"),
        (lambda run: run.cohort([1]).equality(), r"run.cohort\(\).equality\(\)"),
        (lambda run: run.cohort([1]).flow(), r"run.cohort\(\).flow\(\)"),
        (lambda run: run.cohort([1]).cost(1), "of a cohort of some people ask"),
        (lambda run: run.cohort().cost(0), r"cost\(0\): the list has"),
        (lambda run: run.cohort().cost(-1), r"cost\(-1\): the list has"),
        (lambda run: run.cohort().cost(99_999), r"cost\(99999\): the list has"),
        (lambda run: run.cohort().trend(["s136"]), "give one data set by name"),
        (lambda run: run.quality().coverage(0), "0 months: give a whole number from 1"),
        (lambda run: run.admissions(months=0), "0 months: give a whole number from 1"),
        (lambda run: run.hour_of_week(months=-2), "-2 months"),
        (lambda run: run.sql("select frm ranked"), "is FROM written out"),
        (lambda run: run.pathway("desk"), "desk_log"),
        (lambda run: run.pathway("ranked"), "no table of the crisis pathway"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(run: Published, ask: Ask, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ask(run)


def test_people_are_given_as_one_thinks_of_them(run: Published) -> None:
    first = run.ranked(1)["person_id"][0]
    given = (1, [1], first, [first], run.ranked(1), run.ranked(1)["person_id"])
    assert {run.cohort(one).cost().title for one in given if not isinstance(one, int)} == {
        "Cost of 1 person, last 12 months, pounds"
    }
    assert run.admissions(months=1).title.split(" in ")[1].startswith("1 month to")


def test_cost_tells_what_is_not_in_it(run: Published) -> None:
    assert run.cohort().cost().sentences[0].startswith("Indicative")
    gaps = run.cohort()._gaps()
    assert not gaps or "too low" in run.cohort().cost().sentences[-1]
