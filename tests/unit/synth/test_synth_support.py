"""The supported people of a synthetic area, and its demand in time: what the methods need to be tried on."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hiu.month import Month
from hiu.synth import Summary, synthesise
from hiu.synth.people.demand import make_demand, weights

FIRST, LAST = Month(2022, 10), Month(2026, 3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return synthesise(tmp_path_factory.mktemp("area"), people=2000, months=42, seed=11, last_month=LAST)


def test_an_area_of_42_months_has_a_folder_for_each(made: Summary) -> None:
    assert len([folder for folder in made.raw.iterdir() if folder.is_dir()]) == 42


def test_enough_people_start_support_with_history_and_follow_up(made: Summary) -> None:
    persons = pl.read_parquet(made.truth / "persons.parquet").filter(pl.col("mentored_from") != "")
    starts = [Month.parse(text) for text in persons["mentored_from"]]
    assert min(starts).since(FIRST) >= 18
    assert sum(LAST.since(start) >= 6 for start in starts) >= 20
    assert len(set(starts)) >= 8
    assert (persons["mentor_effect"] < 1).mean() > 0.9


def test_the_caseload_holds_gates_contacts_and_gradings(made: Summary) -> None:
    with (made.raw / "caseload.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    supported = [row for row in rows if row["Support From"]]
    assert len(supported) == made.supported >= 20
    assert len(rows) > len(supported)
    assert all(row["Clinician Permission"] == "Granted" and row["Consent"].startswith("Given ") for row in supported)
    assert sum(row["Contacts"].count(";") >= 2 for row in supported) >= 20
    assert any("police: yes" in row["Contacts"] for row in supported)
    assert all(row["Clinical Risk"] for row in supported)
    assert any("Refused" in row["Consent"] for row in rows)


def test_gates_are_passed_in_their_order(made: Summary) -> None:
    with (made.raw / "caseload.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["Clinician Permission"] != "Granted":
            assert not row["Date Offered"] and not row["Support From"] and not row["Consent"]
            continue
        order = ("Capacity Checked", "Permission On", "Date Offered", "Support From")
        days = [datetime.strptime(row[name], "%d/%m/%Y") for name in order if row[name]]
        assert days == sorted(days) and row["Privacy Notice Given"] == row["Date Offered"]


def population(seed: int, effect: float, people: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    weight = weights(rng, people, 1.0)
    demand = make_demand(rng, weight, np.ones(people, dtype=bool), FIRST, LAST, effect)
    return demand.crises, demand.support_from


def test_support_lowers_demand_and_its_absence_does_not() -> None:
    """The same people chosen at a peak fall without support too, but less: regression to the mean."""

    def fall(effect: float) -> float:
        before = after = 0
        for seed in range(4):
            crises, start = population(seed, effect)
            for person in np.flatnonzero(start >= 0):
                before += crises[person, start[person] - 6 : start[person]].sum()
                after += crises[person, start[person] : start[person] + 6].sum()
        return float(after / before)

    none, strong = fall(0.0), fall(0.6)
    assert 0.35 < none < 1.0
    assert strong < 0.65 * none


def test_demand_is_uneven_in_time_and_between_people() -> None:
    crises, _ = population(5, 0.3)
    total = np.sort(crises.sum(axis=1))[::-1]
    assert total[:60].sum() > 0.15 * total.sum()
    assert (total >= 1).all()
    heavy = crises[crises.sum(axis=1) > 40]
    assert (heavy.var(axis=1) > heavy.mean(axis=1)).mean() > 0.7


def test_nobody_is_seen_by_an_agency_after_their_death(made: Summary) -> None:
    truth = made.truth
    died = pl.read_parquet(truth / "persons.parquet").filter(pl.col("death").is_not_null()).select("person_id", "death")
    rows = pl.read_parquet(truth / "rows.parquet").filter(source="ambulance").join(died, on="person_id")
    late = rows.filter(pl.col("month") > pl.col("death").dt.strftime("%Y-%m"))
    assert died.height >= 5
    assert late.height <= 1


def test_the_site_is_written_once(tmp_path: Path) -> None:
    from hiu.errors import UsageError
    from hiu.synth import write_site

    path = write_site(tmp_path / "a site")
    assert path.read_text(encoding="utf-8").startswith("# A synthetic area")
    with pytest.raises(UsageError, match="already exists"):
        write_site(tmp_path / "a site")
