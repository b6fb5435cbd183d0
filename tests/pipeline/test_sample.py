"""Two years of one area as agencies send them: nothing lost, counts in range, people told apart."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from conftest import LAST, REPOSITORY

from hiu.model import DATASETS
from pipelines.place import open_place
from pipelines.progress import Reporter
from pipelines.run import Outcome, run_month


@pytest.fixture(scope="module")
def loaded(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    site = REPOSITORY / "tests" / "sites" / "sample"
    place = open_place(site, raw=sample / "raw", curated=tmp_path_factory.mktemp("sample"))
    return run_month(place, LAST, now=datetime(2026, 4, 8, tzinfo=UTC), report=Reporter(quiet=True))


@pytest.fixture(scope="module")
def score(sample: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", sample / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def joined(loaded: Outcome, score: ModuleType) -> pl.DataFrame:
    assert loaded.published
    links = pl.read_parquet(loaded.published / "links.parquet")
    keyed = links.select(*score.KEY, pl.col("person_id").alias("pred"))
    truth = pl.read_parquet(score.TRUTH / "rows.parquet")
    assert links.join(truth, on=score.KEY, how="anti").is_empty(), "rows that are not in the truth"
    return truth.join(keyed, on=score.KEY, how="left")


def test_no_row_is_lost_and_every_quarantined_row_has_a_reason(loaded: Outcome, joined: pl.DataFrame) -> None:
    assert joined["pred"].null_count() == 0
    assert loaded.published
    quarantine = pl.read_parquet(loaded.published / "quarantine.parquet")
    assert quarantine.height == loaded.intake.quarantined
    assert quarantine["reason"].str.len_chars().min() is not None


def test_people_are_told_apart(joined: pl.DataFrame, score: ModuleType) -> None:
    found = score.linkage(joined.filter("linkable"))
    assert found["bcubed_f1"] >= 0.983
    assert found["bcubed_precision"] >= 0.993
    assert found["rows_in_the_wrong_cluster"] <= 0.005 * found["rows"]


def test_rows_that_name_nobody_are_people_of_their_own(joined: pl.DataFrame) -> None:
    nobody = joined.filter(pl.col("evidence") == "none")
    named = set(joined.filter(pl.col("evidence") != "none")["pred"])
    assert not set(nobody["pred"]) & named


def test_months_are_counted_in_range(loaded: Outcome, joined: pl.DataFrame, score: ModuleType) -> None:
    assert loaded.published
    found = score.demand(joined, pl.read_parquet(loaded.published / "monthly_demand.parquet"))
    assert set(found) == set(DATASETS)
    for dataset, cells in found.items():
        assert cells["in_defensible_range"] >= 0.99, dataset
    assert found["mh_bed_day"]["exact"] >= 0.99
