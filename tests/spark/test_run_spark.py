"""A month on Spark publishes what it publishes on DuckDB, every table row for row."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, run, table
from spark_kit import require_same

from pipelines.common.place import Place, open_place, open_warehouse, use_lake
from pipelines.erase.erase import require_gone
from pipelines.erase.find import find
from pipelines.erase.tables import take_out
from pipelines.run import Outcome
from pipelines.setup.area import make_area

pytestmark = pytest.mark.slow
NOW = datetime(2026, 4, 8, 9, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("area")
    make_area(home, people=150, months=3, seed=1, last=str(LAST), now=NOW)
    return home


@pytest.fixture(scope="module")
def on_spark(area: Path, remote: str) -> tuple[Place, Outcome]:
    place = open_place(area, curated=area / "there")
    use_lake(place, remote, str(area / "lake"))
    return place, run(place)


def test_every_published_table_is_the_same_row_for_row(area: Path, on_spark: tuple[Place, Outcome]) -> None:
    require_same(on_spark[1], run(open_place(area, curated=area / "here")))


def test_four_areas_in_one_lake_are_each_what_they_are_alone(tmp_path: Path, remote: str) -> None:
    alone, together = {}, {}
    for seed in range(1, 5):
        home = tmp_path / f"area_{seed}"
        make_area(home, people=40, months=1, seed=seed, last=str(LAST), now=NOW)
        alone[seed] = run(open_place(home, curated=home / "here"))
        together[seed] = open_place(home, curated=home / "there")
        use_lake(together[seed], remote, str(tmp_path / "lake" / home.name))
    for seed, place in together.items():
        require_same(run(place), alone[seed])
    ranked = [table(each, "ranked")["person_id"].to_list() for each in alone.values()]
    assert all(ranked) and len({person for area in ranked for person in area}) == sum(map(len, ranked))


def test_a_run_that_changes_nothing_publishes_nothing(on_spark: tuple[Place, Outcome]) -> None:
    again = run(on_spark[0])
    assert not again.changed and again.published == on_spark[1].published


def test_an_erased_person_is_in_no_table_and_no_file_of_the_lake(on_spark: tuple[Place, Outcome], area: Path) -> None:
    place = open_place(area, curated=area / "erased")
    shutil.copytree(area / "lake", area / "lake_erased")
    use_lake(place, None, str(area / "lake_erased"))
    with open_warehouse(place) as warehouse:
        person = table(on_spark[1], "ranked").sort("rank")["person_id"][0]
        scope = find(warehouse, person, place.key_for("tombstone"))
        with warehouse.transaction():
            take_out(warehouse, scope)
    require_gone(place, scope)
    wanted = person.encode()
    assert [path for path in (area / "lake_erased").rglob("*.parquet") if wanted in _plain(path)] == []


def _plain(path: Path) -> bytes:
    return pl.read_parquet(path).write_json().encode()
