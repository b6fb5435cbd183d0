"""XmR by the rules of Making Data Count, on our own numbers; and the target."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from runpy import run_path

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, coverage, demand

from hiu.month import Month
from hiu.rank.reports.trend import target, trend
from hiu.rank.reports.xmr import OUTSIDE, SIDE, TREND, TWO_OF_THREE, xmr

POLICE = "police_incident"
QUIET = [10.0, 12.0] * 10
"""Mean 11, moving ranges all 2: limits 11 +/- 5.32, two thirds at 3.547."""


def at(values: list[float | None], rule: str) -> list[int]:
    return [i for i, fired in enumerate(xmr(values, counts=False).flags) if rule in fired]


def test_limits() -> None:
    chart = xmr(QUIET, counts=False)
    assert (chart.mean, chart.lower, chart.upper) == pytest.approx((11, 11 - 5.32, 11 + 5.32))
    assert not any(chart.flags)


def test_a_wild_range_is_dropped_once() -> None:
    values = [10.0, 12.0] * 5 + [60.0] + [10.0, 12.0] * 5
    chart = xmr(values, counts=False)
    kept = np.array([2.0] * 18)
    assert chart.upper - chart.mean == pytest.approx(2.66 * kept.mean())
    assert at(values, OUTSIDE) == [10] and chart.up[10]


def test_seven_on_one_side_flags_all_of_them() -> None:
    high = [12.0, 12.2, 12.0, 12.2, 12.0, 12.2, 12.0]
    values = [10.0, 12.0, 8.0, 13.0, 9.0, *high, 9.0, 12.0, 8.0]
    assert at(values, SIDE) == list(range(5, 12))
    assert at([*values[:8], 9.0, *values[8:]], SIDE) == []


def test_a_point_on_the_mean_breaks_the_run() -> None:
    values = [1.0, -1.0] * 4 + [0.5] * 3 + [0.0] + [0.5] * 3 + [-3.0]
    assert np.mean(values) == 0 and at(values, SIDE) == []


def test_seven_rising_points_are_a_trend_six_are_not() -> None:
    base = [10.0, 12.0, 9.0, 13.0, 10.0, 12.0]
    assert at([*base, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 9.0], TREND) == list(range(6, 13))
    assert at([*base, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 9.0], TREND) == []
    assert at([*base, 8.0, 9.0, 10.0, 10.0, 12.0, 13.0, 14.0, 9.0], TREND) == []


def test_two_of_three_near_a_limit_must_be_on_one_side() -> None:
    values = [*QUIET, 15.5, 11.5, 15.5, *QUIET]
    assert at(values, TWO_OF_THREE) == [20, 22]
    assert at([*QUIET, 15.5, 10.5, 15.5, *QUIET], TWO_OF_THREE) == []
    assert at([*QUIET, 15.5, 11.5, 11.5, 15.5, *QUIET], TWO_OF_THREE) == []


def test_a_gap_breaks_runs_and_takes_no_range() -> None:
    rising: list[float | None] = [10.0, 12.0, 9.0, 13.0, 8.0, 9.0, 10.0, None, 11.0, 12.0, 13.0, 14.0]
    chart = xmr(rising, counts=False)
    assert at(rising, TREND) == [] and chart.flags[7] == []
    assert chart.mean == pytest.approx(np.mean([v for v in rising if v is not None]))
    assert xmr([10.0, None, 30.0], counts=False).upper == pytest.approx(20.0)


RARE = [0, 0, 3, 0, 1, 2, 2, 0, 1, 3, 1, 2, 4, 2, 1, 2, 3, 3]


def test_a_rare_count_is_flagged_where_chance_would_not_bring_it() -> None:
    assert not any(xmr(RARE).flags) and xmr(RARE).upper == 7
    assert xmr([*RARE, 9]).latest == [OUTSIDE] and xmr([*RARE, 9]).up[-1]
    assert not any(xmr([0] * 30).flags)
    assert not any(xmr([10] * 20 + [15] + [10] * 5).flags)  # rounded to 5, as on the board paper
    apart = xmr([0.0] * 9 + [5.0] + [0.0] * 9, counts=False)
    assert apart.lower < 0 < apart.upper


@pytest.mark.parametrize("mean", [0.2, 1, 5, 20])
@pytest.mark.parametrize("spread", [1, 3])
def test_few_months_of_a_steady_count_are_flagged(mean: float, spread: int) -> None:
    path = Path(__file__).resolve().parents[2] / "bench" / "xmr_rare.py"
    alarms = run_path(str(path))["false_alarms"](mean, spread, series=25, seed=2)
    assert alarms[0] < (0.03 if mean < 10 else 0.08) and alarms[1] < 0.03


def test_what_never_happens_is_not_charted_in_words() -> None:
    found = trend(POLICE, month=MARCH, demand=demand({"A": {POLICE: [0] * 24}}), coverage=coverage())
    assert found.sentence == "police incidents: 0 in Mar 2026, as in every month supplied: nothing to chart."


def test_a_series_has_gaps_not_zeros() -> None:
    frame = demand({"A": {POLICE: [1] * 24}, "B": {POLICE: [2] * 24}})
    found = trend(
        POLICE,
        month=MARCH,
        demand=frame,
        coverage=coverage(missing=((POLICE, MARCH - 3),)),
        breaks={"New policy": date(2025, 1, 1), "Old policy": date(2020, 1, 1)},
    )
    assert found.table["n"].to_list() == [3] * 20 + [None] + [3] * 3
    assert found.table["most"].max() == 2 and found.breaks == ("New policy (2025-01)",)
    assert "usual variation" in found.sentence
    only = trend(POLICE, month=MARCH, demand=frame, coverage=coverage(), people=pl.Series(["A"]))
    assert only.table["n"].to_list() == [1] * 24


def test_a_total_beside_a_number_that_was_not_sent_is_at_least_that() -> None:
    frame = demand({"A": {POLICE: [1] * 24}, "B": {POLICE: [2] * 24}})
    unsent = [
        {"person_id": "C", "month": month.start, "dataset": POLICE, "n": None, "supplied": True}
        for month in (MARCH, MARCH - 5)
    ]
    found = trend(
        POLICE, month=MARCH, demand=pl.concat([frame, pl.DataFrame(unsent, schema=frame.schema)]), coverage=coverage()
    )
    assert found.table["lacking"].to_list() == [0] * 18 + [1] + [0] * 4 + [1]
    assert "at least 3 in Mar 2026, as no number was sent for 1 of the people" in found.sentence
    assert "so that the total is a least: 1." in found.sentence


def counts(before: int, after: int) -> pl.DataFrame:
    months = (MARCH - 17).through(MARCH)
    return pl.DataFrame({"month": [m.start for m in months], "n": [before] * 12 + [after] * 6})


@pytest.mark.parametrize(("after", "verdict"), [(20, "met"), (60, "not met"), (51, "cannot tell")])
def test_a_target_and_what_can_be_said(after: int, verdict: str) -> None:
    found = target(counts(60, after), begin=Month(2025, 10))
    assert found is not None and found.verdict == verdict and found.line == pytest.approx(51)
    assert found.low < found.change < found.high


def test_a_target_needs_a_baseline() -> None:
    assert target(counts(60, 20), begin=MARCH - 14) is None
    assert target(counts(60, 20), begin=MARCH + 1) is None
