"""A row set aside as an erased person's is settled by a person: released, it is taken in by the next run."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW
from hostile_kit import Site

from hiu.engine.duckdb import Warehouse
from hiu.errors import UsageError
from hiu.govern import records
from hiu.model.govern import RULINGS, TRAITS
from pipelines.common.place import Place, open_place
from pipelines.common.progress import Reporter
from pipelines.erase.erase import erase
from pipelines.erase.marks import HeldRow, find_held, held_rows
from pipelines.run import run_month


@pytest.fixture
def own(place_after: Place, tmp_path: Path) -> Site:
    """The area as a site of the test's own, with one person erased."""
    home = tmp_path / "home"
    shutil.copytree(place_after.home, home, ignore=shutil.ignore_patterns("raw", "curated"))
    shutil.copytree(place_after.curated, home / "data" / "curated")
    shutil.copytree(place_after.raw, home / "data" / "raw", dirs_exist_ok=True)
    place = open_place(home)
    people = pl.read_parquet(place.which(None)[1] / "people.parquet").filter("named").sort("rows", "name_text")
    person = str(people.filter(pl.col("nhs_number").is_not_null())["person_id"][-1])
    erase(place, person, reason="upheld", by="Officer", now=NOW, report=Reporter(quiet=True), say=lambda _: None)
    return Site(place)


def rows_of(place: Place, row: HeldRow) -> int:
    with Warehouse(place.warehouse, memory_limit="1GB", spill=place.spill) as warehouse:
        where = {"delivery_id": row.delivery_id, "source_row": row.source_row}
        return warehouse.rows("record", "source_row", where=where).height


@pytest.mark.parametrize("then_run", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_row_is_released_and_confirmed(own: Site, then_run: bool) -> None:
    place = own.place
    row = held_rows(place)[0]
    assert records.read(place.records, TRAITS).height == 1 and rows_of(place, row) == 0
    why = ("--reason", "another of the name, letter of 4 April", "--by", "Officer")
    assert row.name in own.hiu("erase", "--held").out
    assert own.hiu("erase", "--release", row.name).code == 2, "by somebody, for a reason"
    said = own.hiu("erase", "--release", row.name, *why)
    assert said.code == 0 and "taken in by the next run" in said.out, said.err
    assert own.events("erased_row_settled")[-1]["ruling"] == "release"
    if then_run:
        run_month(place, LAST, now=NOW + timedelta(hours=1), report=Reporter(quiet=True))
        assert rows_of(place, row) == 1
        with pytest.raises(UsageError, match="no row set aside"):
            find_held(place, row.name)
    other = next(one for one in held_rows(place) if one.name != row.name)
    assert own.hiu("erase", "--confirm", other.name, *why).code == 0
    assert "confirm" in records.read(place.records, RULINGS)["ruling"].to_list()
