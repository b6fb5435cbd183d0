"""Costs: a table that can be replaced, three points, and savings only where they may be quoted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from rank_area import MARCH, demand

from hiu.errors import SettingsError
from hiu.rank.reports.cost import avoided, cohort_costs, costs, person_costs
from hiu.rank.reports.evaluate import Evaluation

POLICE, ED, BED = "police_incident", "ed_attendance", "mh_bed_day"


def test_the_shipped_table_is_complete_and_agrees_with_the_backtest() -> None:
    table = costs()
    assert table.central == {
        "police_incident": 522.0,
        "ambulance_deployment": 216.0,
        "ed_attendance": 126.0,
        "mh_bed_day": 564.0,
        "s136": 1077.0,
    }
    assert (table.units["low"] <= table.units["central"]).all() and (
        table.units["central"] <= table.units["high"]
    ).all()
    assert table.units["source"].str.len_chars().min() > 10 and table.label and table.version  # type: ignore[operator]


def test_per_person_and_cohort() -> None:
    frame = demand({"A": {POLICE: [0] * 10 + [1, 2], BED: [3] * 12}, "B": {ED: [1] * 14}, "C": {ED: [9] * 12}})
    by_person = person_costs(costs(), frame, MARCH, pl.Series(["A", "B"]))
    rows = {(r["person_id"], r["agency"]): r for r in by_person.to_dicts()}
    assert rows["A", "Police"]["central"] == 3 * 522 and rows["A", "Mental health trust"]["units"] == 36
    assert rows["B", "Acute trust"]["low"] == 12 * 114
    cohort = {r["agency"]: r for r in cohort_costs(by_person).to_dicts()}
    assert cohort["all agencies"]["high"] == pytest.approx(by_person["high"].sum())
    assert cohort["all agencies"]["people"] == 2 and cohort["Police"]["most"] == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("version = 'x'\nlabel = 'y'\n", "at least one"),
        ("not toml", "not readable"),
        ("[[unit]]\ndataset = 'ed_attendance'\n", "unit 1: 'agency' is missing"),
        ("[[unit]]\ndataset='a'\nagency='b'\nlow=5\ncentral=2\nhigh=9\nprice_year='1'\nsource='s'\n", "low <= central"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "costs.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=reason):
        costs(path)


def found(people: int = 30, observed: float = 200, expected: float = 300) -> Evaluation:
    parts = pl.DataFrame({"dataset": [POLICE, ED], "observed": [observed / 2] * 2, "expected": [expected / 2] * 2})
    return Evaluation("", people=people, observed=observed, expected=expected, se=0.1, by_dataset=parts)


def test_avoided_demand_has_an_interval() -> None:
    saved = avoided(found(), costs(), seed=1, programme=1e9)
    middle, low, high = saved.contacts
    assert low < middle < high and middle == pytest.approx(100, rel=0.05) and saved.chance == 0
    assert saved.pounds[1] < saved.pounds[0] < saved.pounds[2] and "not cash" in saved.sentence
    mean = (41 + 522 + 626) / 3
    assert saved.pounds[0] == pytest.approx(50 * (mean + 126), rel=0.1)
    assert avoided(found(), costs(), seed=1, programme=1e9) == saved


def test_no_savings_from_few_people_or_a_refused_evaluation() -> None:
    with pytest.raises(SettingsError, match="fewer than 20 people"):
        avoided(found(people=19), costs(), seed=1)
    with pytest.raises(SettingsError, match="too few to tell"):
        avoided(Evaluation("too few to tell"), costs(), seed=1)
    lacking = found().by_dataset
    assert lacking is not None
    other = lacking.with_columns(dataset=pl.Series([POLICE, "fire_incident"]))
    with pytest.raises(SettingsError, match="lacks a contact data set"):
        avoided(replace(found(), by_dataset=other), costs(), seed=1)
