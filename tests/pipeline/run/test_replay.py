"""The sample area's 24 months as they came: month by month is the same as all at once, and again is quick.

So it is under the shipped model and under one that the area trained.
"""

from __future__ import annotations

import random
import shutil
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, REPOSITORY, link_rows, run, same
from typer.testing import CliRunner

from hiu.engine.duckdb import Warehouse
from hiu.link import explain_pair
from hiu.link.levels import NAMES
from pipelines.cli import app
from pipelines.common.model import model_of
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome

pytestmark = pytest.mark.slow
MONTHS = (LAST - 23).through(LAST)


@pytest.fixture(scope="module")
def at_once(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Outcome, float]:
    place = _place(sample, tmp_path_factory.mktemp("once"))
    began = time.perf_counter()
    outcome = run(place)
    return place, outcome, time.perf_counter() - began


def _place(sample: Path, curated: Path) -> Place:
    return open_place(REPOSITORY / "tests" / "sites" / "sample", raw=sample / "raw", curated=curated)


def test_24_monthly_runs_equal_one(sample: Path, tmp_path: Path, at_once: tuple[Place, Outcome, float]) -> None:
    place = _place(sample, tmp_path)
    for month in MONTHS:
        latest = run(place, month)
    same(latest, at_once[1])
    assert link_rows(latest).equals(link_rows(at_once[1]))
    assert len(place.months()) == len(list(MONTHS))
    _ids_stay(place)


@pytest.fixture(scope="module")
def trained(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's site with a model of its own in force, trained on all 24 months."""
    site = shutil.copytree(REPOSITORY / "tests" / "sites" / "sample", tmp_path_factory.mktemp("trained") / "site")
    settings = site / "site.toml"
    text = settings.read_text(encoding="utf-8").replace("../../../../shared/sample/raw", (sample / "raw").as_posix())
    settings.write_text(text, encoding="utf-8")
    run(open_place(site))
    for words in (["train"], ["train", "--adopt", "{}", "--by", "A Analyst"]):
        model = next((path.name for path in (site / "models").glob("*.json")), "")
        done = CliRunner().invoke(app, [*(word.format(model) for word in words), "--site", str(site), "--quiet"])
        assert done.exit_code == 0, done.output
    return site


def test_24_monthly_runs_equal_one_under_a_trained_model(sample: Path, trained: Path, tmp_path: Path) -> None:
    once, monthly = (open_place(trained, raw=sample / "raw", curated=tmp_path / name) for name in ("once", "monthly"))
    model = model_of(once)
    assert model.version.startswith("site-")
    whole = run(once)
    for month in MONTHS:
        latest = run(monthly, month)
    same(latest, whole)
    assert link_rows(latest).equals(link_rows(whole))
    _ids_stay(monthly)
    with Warehouse(once.warehouse, memory_limit="2GB") as warehouse:
        identity, events, pairs = (warehouse.read(name) for name in ("identity", "identity_event", "pair_score"))
    for a, b, weight in random.Random(1).sample(pairs.select("identity_a", "identity_b", "match_weight").rows(), 200):
        found = explain_pair(identity, a, b, settings=once.settings.linking, events=events, model=model)
        assert abs(found.fields["weight"].sum() - found.weight) < 1e-9
        assert set(NAMES) < set(found.fields["field"])
        assert abs(weight - found.weight) < 1e-9


def _ids_stay(place: Place) -> None:
    """From each month to the next at least 99.5% of people keep their id, and every other id has its reason."""
    with Warehouse(place.warehouse, memory_limit="2GB") as warehouse:
        ledger = warehouse.read("select distinct month, person_id from person_ledger order by month, person_id")
        told = warehouse.read("select month, old_id, kind, reason from aliases where reason is not null")
    held = {month[0]: set(part["person_id"]) for month, part in ledger.group_by("month")}
    months = sorted(held)
    assert len(months) == 24
    people = kept = 0
    for before, now in pairwise(months):
        gone = held[before] - held[now]
        people, kept = people + len(held[before]), kept + len(held[before]) - len(gone)
        assert gone <= set(told.filter(pl.col("month") == now, kind="merge")["old_id"])
    print(
        f"{kept:,} of {people:,} ids stayed from month to month ({kept / people:.2%}); {told.height} merges and splits"
    )
    assert kept >= 0.995 * people


def test_again_is_quick_and_publishes_nothing(at_once: tuple[Place, Outcome, float]) -> None:
    place, first, seconds = at_once
    began = time.perf_counter()
    again = run(place, at=datetime(2026, 4, 9, tzinfo=UTC))
    took = time.perf_counter() - began
    print(f"first run {seconds:.1f} s, again {took:.1f} s ({took / seconds:.1%})")
    assert not again.changed and again.published == first.published
    assert len(list(place.published.iterdir())) == 1
    assert took < 0.25 * seconds
