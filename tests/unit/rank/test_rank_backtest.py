"""The backtest: rules judged on the site's own later months, never on months they have seen."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, coverage, demand, people

from hiu.errors import HiuError
from hiu.rank.reports.backtest import Backtest, backtest

POLICE, ED = "police_incident", "ed_attendance"


def run(counts: dict[str, dict[str, list[int]]], covered: pl.DataFrame | None = None, top: int = 2) -> Backtest:
    return backtest(
        month=MARCH,
        demand=demand(counts),
        coverage=coverage() if covered is None else covered,
        people=people(list(counts)),
        tops=(top,),
        settings=SETTINGS.model_copy(update={"rank": SETTINGS.rank.model_copy(update={"top": top, "draws": 200})}),
    )


def steady() -> dict[str, dict[str, list[int]]]:
    return {f"P{i}": {POLICE: [i + 1] * 24} for i in range(10)}


def test_in_a_world_without_change_every_rule_is_right() -> None:
    found = run(steady())
    row = found.rules.filter(pl.col("rule") == "half-life 3").row(0, named=True)
    assert row["months"] == 10 and row["precision"] == 1.0
    assert row["capture"] == pytest.approx(19 / 55) and row["capture_low"] == pytest.approx(19 / 55)
    assert set(found.rules["precision"]) == {1.0}


def test_a_rule_never_sees_the_months_it_is_judged_on() -> None:
    turned = steady()
    turned["NEW"] = {POLICE: [1] * 21 + [200] * 3}
    last = run(turned, top=1).rules.filter(pl.col("rule") == "last month")["precision"][0]
    # In the last 3 of the 10 months tried the newcomer leads what follows, and nothing yet shows it.
    assert last == pytest.approx(7 / 10)


def test_recent_months_win_when_people_change() -> None:
    rng = np.random.default_rng(5)
    counts = {}
    for i in range(150):
        rate = np.exp(np.cumsum(rng.normal(0, 0.45, 24)) - 0.5)
        counts[f"P{i:03}"] = {ED: rng.poisson(np.minimum(rate, 30)).tolist()}
    found = run(counts, top=20)
    by = dict(found.rules.select("rule", "capture").rows())
    assert by["half-life 3"] > by["12-month count"] and found.best_half_life < 6
    rates = dict(found.certainty.select("certainty", "rate").rows())
    assert rates["A"] > rates["B"] > rates["C"]
    assert found.certainty["people"].sum() > 150 and found.certainty["hits"].sum() == pytest.approx(200)


def test_months_with_a_gap_ahead_are_not_tried() -> None:
    gap = coverage(missing=((POLICE, MARCH - 1),))
    assert run(steady(), gap).rules["months"].to_list() == [8] * 9


def test_too_short_a_history_is_refused_with_the_reason() -> None:
    with pytest.raises(HiuError, match="12 months before it and 3 months after"):
        run(steady(), coverage(14))


def test_ties_share_the_places_left() -> None:
    counts = {f"P{i}": {POLICE: [3] * 24} for i in range(10)}
    found = run(counts)
    assert found.rules["capture"].to_list() == pytest.approx([0.2] * 9)
