"""Spark Connect answered by Sail, in this process without Java, or by Apache Spark on this computer where the
environment variable SPARK_SERVER is `apache`. `make spark` and `make spark-apache` install what each needs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from spark_kit import apache

from hiu.engine import Engine
from hiu.engine.duckdb import Warehouse


@pytest.fixture(scope="session")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server."""
    if os.environ.get("SPARK_SERVER") == "apache":
        with apache(tmp_path_factory.mktemp("server")) as address:
            yield address
        return
    sail = pytest.importorskip("pysail.spark", reason="needs pysail and pyspark-client: 'make spark' has them")
    server = sail.SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    yield f"sc://127.0.0.1:{server.listening_address[1]}"
    server.stop()


@pytest.fixture(scope="session")
def lake(remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on that server, with a lake of its own."""
    from hiu.engine.spark import SparkEngine, connect

    with SparkEngine(connect(remote), str(tmp_path_factory.mktemp("lake"))) as made:
        yield made


@pytest.fixture(scope="session")
def local() -> Iterator[Engine]:
    """The engine that ships."""
    with Warehouse(None, memory_limit="500MB", threads=1) as made:
        yield made


@pytest.fixture(params=["local", "lake"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn, to which the same is done."""
    made: Engine = request.getfixturevalue(request.param)
    for table in made.tables():
        made.drop(table)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
