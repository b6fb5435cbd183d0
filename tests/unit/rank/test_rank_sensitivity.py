"""Sensitivity: the default is the list's own order, toggles do what they say, and stability is counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, extra, gradings, inputs

from hiu.rank import rank
from hiu.rank.listing.history import history
from hiu.rank.reports.cost import costs
from hiu.rank.reports.sensitivity import COUNTED, Sensitivity, recounted, sensitivity

POLICE, ED, BED, AMBULANCE = "police_incident", "ed_attendance", "mh_bed_day", "ambulance_deployment"


def given(top: int = 5) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    counts = {
        f"P{i:02}": {name: rng.poisson(rate, 24).tolist() for name in (POLICE, ED)}
        for i, rate in enumerate(rng.gamma(1, 1.5, 60))
    }
    counts["BEDS"] = {BED: [30] * 24}
    settings = SETTINGS.model_copy(update={"rank": SETTINGS.rank.model_copy(update={"top": top})})
    return inputs(counts, settings=settings, gradings=gradings(("P07", date(2026, 1, 1), "clinical", 5, 5, None)))


def run(frames: dict[str, Any], **changed: Any) -> Sensitivity:
    names = ("month", "demand", "extra", "coverage", "people", "gradings", "settings")
    return sensitivity(**{**{name: frames[name] for name in names}, "costs": costs().central, **changed})


def test_the_default_is_the_list() -> None:
    frames = given()
    listed = rank(**frames).ranked.filter(pl.col("rank") <= 5)
    found = run(frames).people.filter(pl.col("place") <= 5)
    assert found["person_id"].to_list() == listed["person_id"].to_list()


def test_every_kind_is_tried_and_what_enters_leaves() -> None:
    found = run(given())
    assert set(found.scenarios["kind"]) == {"half-life", "weights", "risk"}
    assert (found.scenarios["enter"] == found.scenarios["leave"]).all()
    assert (found.scenarios["stay"] + found.scenarios["leave"] == 5).all()
    assert "public safety risk alone" not in set(found.scenarios["scenario"])


def test_someone_in_by_bed_days_alone_is_not_stable() -> None:
    people = {row["person_id"]: row for row in run(given()).people.to_dicts()}
    beds = people["BEDS"]
    assert beds["place"] <= 5 and not beds["stable"] and beds["worst"] > 50
    assert all(row["stable"] == (row["times"] == row["of"]) for row in people.values())


def test_counting_toggles_use_the_side_measures_held() -> None:
    frames = given()
    calls = extra(*(("P33", month, "ambulance_call", 40) for month in (MARCH - 11).through(MARCH)))
    found = run(frames, extra=calls)
    counted = found.scenarios.filter(pl.col("kind") == "counting")
    assert counted["scenario"].to_list() == ["ambulance: all calls"] and counted["enter"].to_list() == [1]
    assert found.people.filter(pl.col("person_id") == "P33")["best"].to_list() == [1]


def test_a_side_measure_that_the_site_counts_already_is_not_counted_twice() -> None:
    frames = given()
    left = extra(*(("P33", month, "left_before_treatment", 3) for month in (MARCH - 11).through(MARCH)))
    named = "ED: left before treatment counted"
    assert named in run(frames, extra=left).scenarios["scenario"].to_list()
    chosen = SETTINGS.counting.model_copy(
        update={"datasets": {ED: ("ed_requiring_treatment", "left_before_treatment")}}
    )
    settings = frames["settings"].model_copy(update={"counting": chosen})
    assert named not in run(frames, extra=left, settings=settings).scenarios["scenario"].to_list()


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("lacking", ["", "P05"])
def test_a_history_counted_otherwise_is_that_of_the_counts(name: str, lacking: str) -> None:
    frames, (dataset, measures, _) = given(), COUNTED[name]
    gone = (pl.col("person_id") == lacking) & (pl.col("month") == MARCH.start)
    demand = frames["demand"].with_columns(n=pl.when(~gone).then("n"))
    side = extra(*((person, MARCH - ago, one, ago) for person in ("P05", "P33") for ago in (0, 2) for one in measures))
    ids = frames["people"]["person_id"].sort()
    past, again = (history(ids, MARCH, one, frames["coverage"]) for one in (demand, recounted(demand, side, name)))
    found = past.recounted(dataset, again)
    assert (np.diff(found.cells.d) >= 0).all() and np.array_equal(found.n, again.n)
    unknown = [np.zeros(again.n.shape, bool) if one.unknown is None else one.unknown for one in (found, again)]
    assert np.array_equal(*unknown) and unknown[0].any() == bool(lacking)
