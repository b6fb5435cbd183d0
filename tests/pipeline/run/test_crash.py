"""Real processes: killed at random points and run again, two at once, and read while one runs."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from areakit import LAST, NOW, copy_months, link_rows, run, same

import hiu
from hiu.errors import HiuError
from hiu.govern.audit import verify
from hiu.publish.release.folder import verify_release
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome
from pipelines.setup.area import make_area

pytestmark = pytest.mark.slow
STAGES = {"ingest": 12, "identify": 3, "link": 4, "count": 4, "rank": 3, "publish": 10}
"""Stages of a run in order, and how many kills in each."""
POINTS = [(stage, n) for stage, times in STAGES.items() for n in range(times)]
MONTHS = [str(LAST - 1), str(LAST)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty people and two months: small, so that many kills fit."""
    folder = tmp_path_factory.mktemp("crash") / "Área two"
    make_area(folder, people=80, months=2, seed=11, last=str(LAST), now=NOW)
    with (folder / "site.toml").open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n[rank]\ncharts = 4\ntop = 4\ndraws = 200\n")
    return folder


@pytest.fixture(scope="module")
def clean(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run(open_place(site, curated=tmp_path_factory.mktemp("clean")))


@pytest.fixture
def place(site: Path, tmp_path: Path) -> Place:
    return open_place(site, curated=tmp_path / "curated")


def start(place: Place, *more: str) -> subprocess.Popen[str]:
    """`hiu run` of the last month, as an operator starts it."""
    line = ["-m", "pipelines.cli", "run", str(LAST), "--site", str(place.home), "--curated", str(place.curated), *more]
    return subprocess.Popen(
        [sys.executable, *line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def started(place: Place, process: subprocess.Popen[str]) -> None:
    """Wait until the process holds the site."""
    note = place.lock.with_suffix(".who")
    while not note.exists() and process.poll() is None:
        time.sleep(0.005)


def reached(place: Place, process: subprocess.Popen[str], stage: str) -> None:
    """Wait until the process is in a stage: it says when the one before has ended."""
    started(place, process)
    before = dict(zip(list(STAGES)[1:], STAGES, strict=False)).get(stage)
    while before and process.stderr and (line := process.stderr.readline()):
        if line.startswith(before):
            return


@pytest.fixture(scope="module")
def seconds(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """How long each stage of a real run takes."""
    place = open_place(site, curated=tmp_path_factory.mktemp("timed"))
    process = start(place, "--json")
    said, _ = process.communicate()
    found: dict[str, float] = json.loads(said.splitlines()[-1])["seconds"]
    assert set(found) == set(STAGES)
    return found


@pytest.fixture(scope="module")
def tally() -> Iterator[dict[str, int]]:
    counts: dict[str, int] = {}
    yield counts
    print("killed:", json.dumps(dict(sorted(counts.items()))))


@pytest.mark.parametrize(("stage", "n"), POINTS)
def test_killed_then_run_again(
    stage: str, n: int, place: Place, clean: Outcome, seconds: dict[str, float], tally: dict[str, int]
) -> None:
    process = start(place)
    reached(place, process, stage)
    time.sleep(seconds[stage] * (n + random.Random(f"{stage} {n}").random()) / STAGES[stage])
    process.kill()
    process.communicate()
    where = _state(place) if process.returncode not in (0, 3) else "had ended"
    tally[f"{stage}: {where}"] = tally.get(f"{stage}: {where}", 0) + 1
    _readable_or_nothing(place)
    again = run(place)
    same(again, clean)
    assert link_rows(again).equals(link_rows(clean))
    assert again.published and verify_release(again.published) == []
    assert verify(place.audit, place.key_for("audit")) == []
    assert not list(place.published.glob(".building-*")) and not place.spill.exists()


def _state(place: Place) -> str:
    """How far the killed run had come, by what it left."""
    if place.months():
        return "after the pointer"
    left = [path.name for path in place.published.iterdir()] if place.published.is_dir() else []
    if left:
        return "release half built" if left[0].startswith(".") else "before the pointer"
    return "nothing published" if place.warehouse.exists() else "no warehouse"


def _readable_or_nothing(place: Place) -> None:
    """A reader finds a whole release, or is told there is none."""
    try:
        hiu.open(place.home, curated=place.curated).latest.ranked()
    except HiuError as error:
        assert "nothing is published" in str(error)


def test_two_at_once(place: Place, clean: Outcome) -> None:
    first = start(place)
    started(place, first)
    second = start(place, "--json")
    said, _ = second.communicate()
    first.communicate()
    assert (first.returncode, second.returncode) == (clean.exit_code, 5)
    last = json.loads(said.splitlines()[-1])
    assert last["exit"] == 5 and f"hiu run {LAST}" in last["error"] and str(first.pid) in last["error"]
    same(run(place), clean)


def test_reading_while_a_run_goes_on(site: Path, tmp_path: Path, clean: Outcome) -> None:
    raw = tmp_path / "raw"
    copy_months(site / "data" / "raw", raw, MONTHS[:1])
    place = open_place(site, raw=raw, curated=tmp_path / "curated")
    run(place, LAST - 1)
    shutil.copytree(site / "data" / "raw" / MONTHS[1], raw / MONTHS[1])
    process = start(place, "--raw", str(raw))
    reads = 0
    while process.poll() is None:
        read = hiu.open(site, curated=place.curated).latest
        assert str(read.month) in MONTHS and read.ranked().height > 0
        assert read.person(read.ranked()["person_id"][0]).links().height > 0
        reads += 1
    process.communicate()
    assert reads > 3 and hiu.open(site, curated=place.curated).months == MONTHS
    print(f"{reads} reads during a run")
