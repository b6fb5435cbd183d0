"""Reading ahead and drawing beside the run: in processes or not, in large windows or small, the result is the same."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from areakit import LAST, PlaceOf, copy_months, table

from hiu.errors import InputRefused
from hiu.extract.files.find import find_deliveries
from hiu.publish.charts.data import PersonSeries, series
from pipelines.access import draw
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.run import Outcome
from pipelines.steps.intake import ahead
from pipelines.steps.intake.ahead import NextDelivery, read_ahead
from pipelines.steps.intake.deliver import LoadJob

REFUSED = "police_incidents_bad.csv"


@pytest.fixture
def month_with_a_bad_file(area: Path, place_of: PlaceOf, tmp_path: Path) -> Place:
    """One month's drops and a file that can't be read."""
    raw = tmp_path / "raw"
    copy_months(area / "data" / "raw", raw, [str(LAST)])
    (raw / str(LAST) / REFUSED).write_text('Ref,Name\n1,"never closed\n', encoding="utf-8", newline="\n")
    return place_of(raw)


def jobs(place: Place) -> list[LoadJob]:
    return [LoadJob(found, "0" * 64, "recipe", None) for found in find_deliveries(place.raw, place.sources).deliveries]


def read(place: Place) -> list[NextDelivery]:
    return list(read_ahead(place, jobs(place), date(2026, 4, 8)))


def told(found: NextDelivery) -> Any:
    if isinstance(found.read, InputRefused):
        return found.job.file.name, type(found.read), str(found.read), vars(found.read)
    done = found.read.standardised
    return found.job.file.name, found.read.received, found.read.period, found.answers, done


def same(one: list[NextDelivery], other: list[NextDelivery]) -> None:
    assert len(one) == len(other)
    for a, b in zip(map(told, one), map(told, other), strict=True):
        assert a[:-1] == b[:-1]
        if isinstance(a[-1], dict):
            assert a[-1] == b[-1]
            continue
        for name in ("records", "facts", "quarantine"):
            assert getattr(a[-1], name).equals(getattr(b[-1], name))


@pytest.mark.parametrize(
    ("many", "at_once"),
    [pytest.param(10**9, 1, id="one process", marks=pytest.mark.slow), pytest.param(0, 10**9, id="two")],
)
def test_processes_of_their_own_read_the_same_and_refuse_the_same(
    month_with_a_bad_file: Place, monkeypatch: pytest.MonkeyPatch, many: int, at_once: int
) -> None:
    here = read(month_with_a_bad_file)
    assert [found.job.file.name for found in here if isinstance(found.read, InputRefused)] == [f"{LAST}/{REFUSED}"]
    monkeypatch.setattr(ahead, "FEW_BYTES", 0)
    monkeypatch.setattr(ahead, "WINDOW_FILES", 2)
    monkeypatch.setattr(ahead, "MANY_BYTES", many)
    monkeypatch.setattr(ahead, "AHEAD_BYTES", at_once)
    same(here, read(month_with_a_bad_file))


def test_many_small_files_are_read_in_a_process_and_a_few_in_a_thread(
    month_with_a_bad_file: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = jobs(month_with_a_bad_file)
    assert 1 < len(few) < ahead.FEW_FILES and isinstance(ahead._pool(few), ThreadPoolExecutor)
    monkeypatch.setattr(ahead, "FEW_FILES", len(few))
    assert isinstance(ahead._pool(few), ProcessPoolExecutor)


class Broken:
    """Stands for a pool whose process can't start."""

    def submit(self, *_: Any) -> Any:
        return self

    def result(self) -> Any:
        raise BrokenProcessPool

    def shutdown(self, **_: Any) -> None:
        pass


@pytest.mark.slow
def test_where_no_process_can_start_the_files_are_read_here(
    month_with_a_bad_file: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = read(month_with_a_bad_file)
    monkeypatch.setattr(ahead, "_pool", lambda jobs: Broken())
    same(here, read(month_with_a_bad_file))


@pytest.fixture(scope="module")
def people(published: Outcome) -> list[PersonSeries]:
    frames = {name: table(published, name) for name in ("coverage", "ranked", "monthly_demand")}
    chosen = sorted(set(frames["monthly_demand"]["person_id"]))[:3]
    return list(series(chosen, frames, LAST))


@pytest.mark.parametrize(
    "pool", [pytest.param(draw.worker_pool, id="process", marks=pytest.mark.slow), ThreadPoolExecutor]
)
def test_charts_drawn_beside_the_run_are_the_same(
    people: list[PersonSeries], monkeypatch: pytest.MonkeyPatch, pool: Any
) -> None:
    report = Reporter(quiet=True)
    monkeypatch.setattr(draw, "FEW", 2)
    monkeypatch.setattr(draw, "AT_ONCE", 2)
    monkeypatch.setattr(draw, "worker_pool", lambda most: pool(1))
    beside = draw.Drawing(people).done(report)
    assert [f"charts/{person.person_id}.svg" for person in people] == [name for name in beside[1] if "svg" in name]
    assert beside[0] == draw.draw(people)
    monkeypatch.setattr(draw, "worker_pool", lambda most: Broken())
    assert draw.Drawing(people).done(report) == beside
