"""The backtest: rules judged on the site's own later months, never on months they have seen."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, coverage, demand, people

from hiu.errors import HiuError
from hiu.rank.listing.history import history
from hiu.rank.listing.intensity import observed, observed_in
from hiu.rank.listing.population import numbered, place_among
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


def test_ids_are_found_among_ids_in_order() -> None:
    ids = pl.Series(["A", "C", "E"])
    assert place_among(pl.Series(["E", "B", "A", "Z", None, "C", "E"]), ids).to_list() == [2, None, 0, None, None, 1, 2]
    assert place_among(pl.Series(["A"]), ids.clear()).to_list() == [None]
    people, other = pl.DataFrame({"person_id": ["E", "A", "C"]}), pl.DataFrame({"person_id": ["C", "B", "C"]})
    _, (who, rows) = numbered(people, other)
    assert who["person_id"].to_list() == [0, 1, 2] and rows["person_id"].to_list() == [1, 1]


def test_what_followed_a_month_is_what_a_history_to_its_end_saw() -> None:
    counts = {"P1": {ED: [2, 0, 1, 4, 0, 3], POLICE: [1, 1, 0, 0, 5, 2]}, "P2": {ED: [0, 7, 0, 0, 0, 1]}}
    who, weights = pl.Series(list(counts)), {ED: 2.0, POLICE: 3.0}
    whole = history(who, MARCH, demand(counts), coverage())
    for t in range(3, len(whole.months)):
        months = np.isin(np.arange(len(whole.months)), range(t - 2, t + 1))
        seen = observed(whole.cut(who, whole.months[t]), weights, 3)
        assert np.array_equal(observed_in(whole, weights, months), seen)
    assert seen.tolist() == [2.0 * 7 + 3.0 * 7, 2.0]
