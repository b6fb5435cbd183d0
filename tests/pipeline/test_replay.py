"""The sample area's 24 months as they came: month by month is the same as all at once, and again is quick."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from areakit import LAST, REPOSITORY, link_rows, run, same

from pipelines.place import Place, open_place
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


def test_again_is_quick_and_publishes_nothing(at_once: tuple[Place, Outcome, float]) -> None:
    place, first, seconds = at_once
    began = time.perf_counter()
    again = run(place, at=datetime(2026, 4, 9, tzinfo=UTC))
    took = time.perf_counter() - began
    print(f"first run {seconds:.1f} s, again {took:.1f} s ({took / seconds:.1%})")
    assert not again.changed and again.published == first.published
    assert len(list(place.published.iterdir())) == 1
    assert took < 0.25 * seconds
