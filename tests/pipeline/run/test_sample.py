"""Two years of one area as agencies send them: nothing lost, counts in range, people told apart."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from areakit import LAST, REPOSITORY

from hiu.model import DATASETS
from pipelines.common.place import open_place
from pipelines.common.progress import Reporter
from pipelines.papers.reports import open_month, report_evaluation
from pipelines.run import Outcome, run_month

pytestmark = pytest.mark.slow


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


def test_the_matchers_estimate_of_itself_holds_the_truth(
    loaded: Outcome, joined: pl.DataFrame, score: ModuleType
) -> None:
    """Rows on the right record, and rows with the main record of their person, lie within their intervals."""
    assert loaded.published
    told = pl.read_parquet(loaded.published / "link_quality.parquet").filter(pl.col("group") == "all")
    rows = joined.filter("linkable")
    cells = rows.group_by("person_id", "pred").len()
    for measure, side in (("precision", "pred"), ("recall", "person_id")):
        right = cells.group_by(side).agg(pl.col("len").max())["len"].sum() / rows.height
        row = told.filter(pl.col("measure") == measure).row(0, named=True)
        assert row["low"] <= right <= row["high"], (measure, right, row)
        assert row["high"] - row["low"] < 0.05


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


def test_our_first_fifty_are_mostly_those_of_another_formula(
    loaded: Outcome, joined: pl.DataFrame, score: ModuleType
) -> None:
    """The truth ranks all ages together by demand alone; so do we here, by intensity over both lists."""
    assert loaded.published
    ranked = pl.read_parquet(loaded.published / "ranked.parquet").sort(
        "intensity", "person_id", descending=[True, False]
    )
    ours = set(ranked["person_id"][:50])
    best = (
        joined.group_by("person_id", "pred")
        .len()
        .sort("len", "pred", descending=[True, False])
        .unique("person_id", keep="first", maintain_order=True)
    )
    theirs = pl.read_csv(score.TRUTH / "top50.csv").join(best, on="person_id", how="left")
    assert theirs["pred"].is_in(list(ours)).sum() >= 35


def test_everyone_ranked_has_a_sentence_a_range_a_certainty_a_label_and_presets(loaded: Outcome) -> None:
    assert loaded.published
    ranked = pl.read_parquet(loaded.published / "ranked.parquet").filter(pl.col("list") == "adult")
    needed = (
        "rank",
        "intensity",
        "sentence",
        "rank_low",
        "rank_high",
        "certainty",
        "label",
        "label_sentence",
        "presets",
    )
    assert ranked.height > 1000
    assert {name: ranked[name].null_count() for name in needed} == dict.fromkeys(needed, 0)
    assert ranked.filter(pl.col("rank_low") > pl.col("rank"), pl.col("certainty") == "A").is_empty()


def test_evaluating_refuses_with_the_reason_where_support_began_too_early(
    loaded: Outcome, capsys: pytest.CaptureFixture[str]
) -> None:
    assert loaded.published
    site = open_place(REPOSITORY / "tests" / "sites" / "sample", curated=loaded.published.parents[1])
    report_evaluation(open_month(site, str(LAST)), None, as_json=True, programme=None, table=None)
    said = capsys.readouterr().out
    assert '"refused": "' in said and "18" in said
