"""An invented area's offers, plans, records, incidents, meetings and partners against their truth."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from once import once
from pathway_kit import cheaply

from pipelines.common.place import open_place, published_tables
from pipelines.pathway.senior import BESIDE, senior_page
from pipelines.pathway.write import counted_tables, stamp_for, tables_of
from pipelines.setup.area import make_area

C = pl.col
FEEDS = ("police_incidents", "offer", "caseload", "action", "incident", "meetings", "partner", "plan_version")
FEEDS += ("record_entry", "support_contact")


def make(folder: Path) -> Path:
    """An area of which the police, the team, the services that offer something and the partnership sent something."""
    make_area(folder / "area", people=3000, months=14, seed=11, last=str(LAST), now=NOW, pathway=True)
    for path in (folder / "area" / "data" / "raw").rglob("*.*"):
        if path.is_file() and path.stem not in FEEDS:
            path.unlink()
    cheaply(folder / "area")
    assert run(open_place(folder / "area")).published
    return folder / "area"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "governing area", make)


def truth(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(home / "data" / "truth" / f"{name}.parquet")


def published(home: Path, name: str) -> pl.DataFrame:
    (folder,) = (home / "data" / "curated" / "published").iterdir()
    return pl.read_parquet(folder / f"{name}.parquet")


@pytest.mark.slow
def test_every_offer_is_judged_as_it_was_made_and_every_planted_contradiction_found(home: Path) -> None:
    columns = ("service", "offered", "taken_up", "considered", "used")
    found, true = (frame.sort("offer_id") for frame in (published(home, "offer_judged"), truth(home, "offers")))
    assert found.height == true.height > 100
    assert found.select("offer_id", *columns).equals(true.select("offer_id", *columns))
    for code in ("taken_not_offered", "used_not_considered"):
        planted = set(true.filter(planted=code)["offer_id"])
        assert planted and set(found.filter(code)["offer_id"]) == planted


@pytest.mark.slow
def test_every_planted_fault_of_a_plan_is_found_and_nothing_else(home: Path) -> None:
    who = truth(home, "plans").join(published(home, "plan_version"), on="plan_id").select("person_id", "who").unique()
    found = published(home, "plan_exception").filter(C("code") != "no_current_plan")
    own = found.join(who, on="person_id")
    columns = ("who", "code", "agency", "content", "number")
    planted = truth(home, "plan_exceptions").select(columns)
    assert sorted(own.select(columns).rows(), key=str) == sorted(planted.rows(), key=str)
    assert planted["code"].n_unique() == 5 and own.height == found.height


@pytest.mark.slow
def test_nobody_with_a_plan_is_said_to_have_none(home: Path) -> None:
    lacking = published(home, "plan_exception").filter(code="no_current_plan")
    assert lacking.height and lacking.join(published(home, "plan_version"), on="person_id", how="semi").is_empty()


@pytest.mark.slow
def test_every_contact_and_entry_to_be_put_right_is_found_and_nothing_else(home: Path) -> None:
    found, planted = published(home, "record_exception"), truth(home, "record_exceptions")
    assert sorted(found.select("code", "number").rows()) == sorted(planted.rows()) and planted["code"].n_unique() == 4


@pytest.mark.slow
def test_every_incident_is_judged_as_it_was(home: Path) -> None:
    columns = ("incident_id", "mandatory", "referred", "open")
    found, true = (
        frame.select(columns).sort("incident_id")
        for frame in (published(home, "incident_judged"), truth(home, "incidents"))
    )
    assert found.equals(true) and set(true["mandatory"]) == {"yes", "no", "unknown"}


@pytest.mark.slow
def test_the_senior_page_has_the_actions_and_partners_as_they_are(home: Path) -> None:
    place = open_place(home)
    month, folder, tables = tables_of(place, None, "leg")
    every = tables | published_tables(folder, BESIDE)
    counted = counted_tables(place, every, NOW.date())
    part = senior_page(place, counted, every, stamp=stamp_for(place, month, folder, NOW), by="Chair", now=NOW)
    rows = {one.title: {row[0]: row[1:] for row in one.rows} for one in part.grids}
    actions = truth(home, "actions").group_by("owner").agg(C("open", "late").sum(), n=pl.len())
    assert {owner: (row[0], row[1]) for owner, row in rows["Actions by owner"].items()} == {
        owner: (str(still), str(late)) for owner, still, late, _ in actions.iter_rows()
    }
    came = {name: f"{n} of {of}" for name, n, of in truth(home, "attendance").iter_rows()}
    days = truth(home, "partners")["trained"].drop_nulls()
    recent = (days >= date(LAST.year - 1, LAST.number + 1, 1)).sum()
    assert [row[0] for row in rows["Training"].values()] == [str(recent), str(days.len() - recent), "1"]
    over = dict(truth(home, "partners").select("organisation", "over").iter_rows())
    assert {name: row[1] for name, row in rows["Partners"].items()} == came
    assert {name: row[4].endswith("(over)") for name, row in rows["Partners"].items()} == over
