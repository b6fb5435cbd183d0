"""An invented area's desk against its truth: every planted exception and no other, logs joined to their incidents."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from once import once
from pathway_kit import cheaply

from hiu.synth import synthesise
from pipelines.common.place import open_place
from pipelines.setup.area import make_area

FEEDS = ("police_incidents.csv", "desk.csv", "referral.csv")
MADE = ("desk", "referral", "s136_pathway", "place_escalation", "missing_episode", "offer")
REGISTERS = ("action", "incident", "meetings", "partner", "plan_version", "record_entry", "support_contact")


def make(folder: Path, *, people: int, months: int) -> Path:
    """An area of which only the police and the desk sent anything, its last month run."""
    make_area(folder / "area", people=people, months=months, seed=11, last=str(LAST), now=NOW, pathway=True)
    for path in (folder / "area" / "data" / "raw").rglob("*.*"):
        if path.is_file() and path.name not in FEEDS:
            path.unlink()
    cheaply(folder / "area")
    assert run(open_place(folder / "area")).published
    return folder / "area"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "desk area", lambda folder: make(folder, people=900, months=2))


def truth(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(home / "data" / "truth" / f"{name}.parquet")


def published(home: Path, name: str) -> pl.DataFrame:
    (folder,) = (home / "data" / "curated" / "published").iterdir()
    return pl.read_parquet(folder / f"{name}.parquet")


def joined(home: Path) -> tuple[int, int, int]:
    """Logs that are an incident, of these joined to it, and logs joined to another or to one that they are not."""
    pairs = published(home, "desk_incident").select("log_id", "event_id").unique()
    both = truth(home, "desk_logs").join(pairs, on="log_id", how="left")
    right = both.filter(pl.col("incident") == pl.col("event_id")).height
    wrong = both.filter(pl.col("event_id").is_not_null() & pl.col("event_id").ne_missing(pl.col("incident"))).height
    return both["incident"].count(), right, wrong


@pytest.mark.slow
def test_every_planted_exception_is_found_and_nothing_else(home: Path) -> None:
    found = published(home, "desk_exception").with_columns(key=pl.coalesce("referral_id", "log_id"))
    planted = pl.concat(
        [
            truth(home, "desk_logs").select(code="planted", key="log_id"),
            truth(home, "desk_referrals").select(code="planted", key="referral_id"),
        ]
    ).drop_nulls("code")
    assert planted["code"].n_unique() > 4
    assert set(found.select("code", "key").rows()) == set(planted.rows())
    assert found.height == planted.height


@pytest.mark.slow
def test_every_referral_has_the_scope_that_is_true(home: Path) -> None:
    both = published(home, "desk_scope").join(
        truth(home, "desk_referrals").select("referral_id", truth="scope"), on="referral_id"
    )
    assert both.filter(pl.col("scope") != pl.col("truth")).is_empty()
    assert set(both["scope"]) == {"in", "out", "unknown"}


@pytest.mark.slow
def test_a_log_is_joined_to_its_incident_and_never_counted_twice(home: Path) -> None:
    logs, right, wrong = joined(home)
    assert logs > 50 and right >= 0.98 * logs and wrong == 0
    with_desk = published(home, "monthly_demand").filter(pl.col("n") > 0).select("person_id", "month", "dataset", "n")
    assert set(with_desk["dataset"]) <= {"police_incident", "s136"}
    events = published(home, "links").filter(pl.col("source") == "police", pl.col("status") == "counted")
    assert with_desk.filter(dataset="police_incident")["n"].sum() <= events.select("event_id", "person_id").n_unique()
    assert published(home, "links").filter(source="desk", status="counted").is_empty()


@pytest.mark.slow
def test_ninety_nine_of_a_hundred_logs_are_joined_in_a_large_area(tmp_path: Path) -> None:
    logs, right, wrong = joined(make(tmp_path, people=6000, months=4))
    assert logs > 700 and right >= 0.99 * logs and wrong <= 0.002 * logs


def test_the_pathway_changes_no_other_file(tmp_path: Path) -> None:
    for name, pathway in (("with", True), ("without", False)):
        synthesise(tmp_path / name, people=40, months=2, seed=3, last_month=LAST, pathway=pathway)
    mine, other = (
        {path.relative_to(tmp_path / name).as_posix(): path.read_bytes() for path in (tmp_path / name).rglob("*.csv")}
        for name in ("with", "without")
    )
    assert {name for name in mine if name not in other} == {
        *(f"raw/{month}/{name}.csv" for month in (LAST - 1, LAST) for name in MADE),
        *(f"raw/{name}.csv" for name in REGISTERS),
    }
    assert other == {name: mine[name] for name in other}
