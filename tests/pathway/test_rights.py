"""What a person may ask for reaches every table of the pathway: their file, correction, objection and erasure."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run

from hiu.model import PATHWAY
from pipelines.access.remake import withhold_now
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.erase.erase import erase
from pipelines.erase.find import find
from pipelines.govern.person.rectify import Request, rectify
from pipelines.govern.person.subject import write_file
from pipelines.govern.record_basis import BasisChange, record_change

OF_PEOPLE = [name for name, table in PATHWAY.items() if "person_id" in table.names]
ABOUT_PENROSE = ("plan_version", "record_entry", "support_contact", "incident", "action")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    """The desk's site in a folder of the test's own."""
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


def tables(place: Place) -> dict[str, pl.DataFrame]:
    folder = place.published_folder(LAST)
    assert folder
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in OF_PEOPLE}


def penrose(place: Place) -> str:
    """The person of log P1, of its referral and of its exceptions."""
    return str(tables(place)["desk_log"].filter(log_id="P1")["person_id"].item())


def rows_of(place: Place, person: str) -> dict[str, int]:
    return {name: frame.filter(person_id=person).height for name, frame in tables(place).items()}


def test_a_persons_file_has_every_table_of_the_pathway(place: Place) -> None:
    made = write_file(
        place, penrose(place), asked_by="Aldous Penrose", by="Officer", opinion=None, folder=None, now=LATER
    )
    parts = json.loads(made.data.read_text(encoding="utf-8"))
    text = json.dumps(parts)
    assert [name for name in OF_PEOPLE if f'"{name}"' not in text] == []
    with open_warehouse(place) as warehouse:
        number = warehouse.read("record").filter(source="referral", event_id="R1")["source_row"].item()
    assert '"R1"' in text and number == 1 and "Tolworth" not in text


def test_an_objection_takes_them_out_of_every_table_and_nobody_else(place: Place) -> None:
    person, before = penrose(place), tables(place)
    assert all(rows_of(place, person).values())
    change = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
    record_change(place, person, change, evidence="letter", by="Officer", now=LATER)
    withhold_now(place, LATER)
    assert not any(rows_of(place, person).values())
    assert {name: frame.height for name, frame in tables(place).items()} == {
        name: frame.filter(pl.col("person_id").ne_missing(person)).height for name, frame in before.items()
    }


def test_an_erasure_finds_the_referral_that_names_nobody(place: Place) -> None:
    with open_warehouse(place) as warehouse:
        scope = find(warehouse, penrose(place), place.key_for("tombstone"))
        own = warehouse.read("record").join(scope.rows, on=["delivery_id", "source_row"], how="semi")
    assert {"desk", "mh_beds", "missing_episode", "offer", "police", "referral", "s136_pathway", *ABOUT_PENROSE} == set(
        own["source"]
    )
    assert own.height == 12 + len(ABOUT_PENROSE)


@pytest.mark.slow
def test_an_erasure_takes_the_referral_too_that_names_nobody(place: Place) -> None:
    person = penrose(place)
    erase(place, person, reason="asked", by="Officer", now=LATER, report=Reporter(quiet=True), say=lambda _: None)
    assert not any(rows_of(place, person).values())
    with open_warehouse(place) as warehouse:
        record = warehouse.read("record")
        assert record.filter(source="referral")["event_id"].to_list() == ["R2"]
        assert "P1" not in set(record["event_id"]) | set(record["related"].drop_nulls().str.split(":").list.last())
    run(place, at=LATER)
    assert tables(place)["referral"]["referral_id"].to_list() == ["R2"]
    assert "P1" not in set(tables(place)["desk_log"]["log_id"])


@pytest.mark.slow
def test_a_value_put_right_is_in_the_next_run(place: Place) -> None:
    about = {"reason": "as they say", "evidence": "log seen", "by": "Officer"}
    rectify(
        place, f"{LAST}/desk.csv:4", Request(field="start", value="2026-03-08 07:30", link=None, **about), now=LATER
    )
    run(place, at=LATER)
    opened = tables(place)["desk_log"].filter(log_id="D4")["opened_at"].item()
    assert str(opened) == "2026-03-08 07:30:00"
    assert tables(place)["leg"].filter(pl.col("minutes") == 30, table="desk_log").height == 1
