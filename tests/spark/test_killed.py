"""A worker or the whole server killed while descriptions are matched: the run ends right, or does when it is run again.

Apache Spark alone, on this computer; the task that weighs pairs kills once, from within.
"""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import polars as pl
import pytest
import spark_kit
from areakit import LAST, run
from spark_kit import require_same

from hiu.engine import Task
from hiu.errors import HiuError
from pipelines.common.place import Place, open_place, use_lake
from pipelines.run import Outcome
from pipelines.setup.area import make_area

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(spark_kit.home() is None, reason="needs Java 17 and pyspark: 'make spark-apache' has them"),
]
NOW = datetime(2026, 4, 8, 9, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("area")
    make_area(home, people=60, months=1, seed=1, last=str(LAST), now=NOW)
    return home


@pytest.fixture(scope="module")
def expected(area: Path) -> Outcome:
    return run(open_place(area, curated=area / "here"))


def kill_once(monkeypatch: pytest.MonkeyPatch, mark: Path, victim: int | None) -> None:
    """The first time that pairs are weighed, the process `victim` is killed, or the worker that weighs them."""
    from hiu.engine.spark import SparkEngine

    whole = SparkEngine.apply

    def apply(self: SparkEngine, name: str, source: str, task: Task) -> None:
        def dying(rows: pl.DataFrame) -> pl.DataFrame:
            try:
                mark.touch(exist_ok=False)
            except FileExistsError:
                return task(rows)
            os.kill(victim or os.getpid(), signal.SIGKILL)
            return rows

        whole(self, name, source, dying if name == "pair_pattern" else task)

    monkeypatch.setattr(SparkEngine, "apply", apply)


def on_spark(area: Path, folder: Path, port: int) -> Place:
    place = open_place(area, curated=folder / "curated")
    use_lake(place, f"sc://127.0.0.1:{port}", str(folder / "lake"))
    return place


def test_a_worker_killed(area: Path, expected: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port, mark = spark_kit.free_port(), tmp_path / "killed"
    server = spark_kit.start(tmp_path, port)
    try:
        kill_once(monkeypatch, mark, None)
        found = run(on_spark(area, tmp_path, port))
    finally:
        spark_kit.stop(server)
    assert mark.exists()
    require_same(found, expected)


def test_the_server_killed(area: Path, expected: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port, mark = spark_kit.free_port(), tmp_path / "killed"
    servers = [spark_kit.start(tmp_path, port)]

    def again() -> None:
        servers[0].wait()
        servers.append(spark_kit.start(tmp_path, port))

    restarter = Thread(target=again)
    restarter.start()
    try:
        kill_once(monkeypatch, mark, servers[0].pid)
        place = on_spark(area, tmp_path, port)
        with pytest.raises(HiuError, match="Spark could not do this"):
            run(place)
        assert mark.exists() and place.months() == {} and not list(place.published.glob("*"))
        restarter.join()
        found = run(place)
    finally:
        for server in servers:
            spark_kit.stop(server)
        restarter.join()
    require_same(found, expected)
    left = [path for name in ("node_text", "node_pair") for path in (tmp_path / "lake" / name).rglob("*.parquet")]
    assert left and not [path for path in left if pl.read_parquet(path).height]
