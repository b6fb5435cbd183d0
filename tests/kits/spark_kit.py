"""Apache Spark on this computer: a Connect server of two cores, for tests and trials of small areas.

Needs Java 17 and the whole of pyspark (not pyspark-client alone), which brings Spark itself.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from areakit import table

from pipelines.run import Outcome

FEW_ROWS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.ui.enabled": "false",
}
"""For tables of a few thousand rows: what Spark does so that large ones go fast costs them most of their time."""


def home() -> Path | None:
    """Where Spark lies, if it is installed."""
    try:
        import pyspark
    except ImportError:
        return None
    folder = Path(pyspark.__file__).parent
    return folder if list(folder.glob("jars/spark-connect_*.jar")) else None


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(folder: Path, port: int, *, memory: str = "2g") -> subprocess.Popen[bytes]:
    """A server that answers at sc://127.0.0.1:port; its log is in the folder."""
    spark = home()
    assert spark, "needs Java 17 and pyspark: 'make spark-apache' has them"
    settings = FEW_ROWS | {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "spill"),
    }
    # [2,4]: two cores, and a task is tried four times, as on a cluster
    command = [str(spark / "bin" / "spark-submit"), "--master", "local[2,4]", "--driver-memory", memory]
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    known = {name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"}  # that of a client
    env = known | {"SPARK_HOME": str(spark), "PYSPARK_PYTHON": sys.executable, "POLARS_MAX_THREADS": "1"}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), env.get("PYTHONPATH")]))
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)
    _await(port, server)
    return server


def stop(server: subprocess.Popen[bytes]) -> None:
    """Kill a server and its workers."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@contextmanager
def apache(folder: Path, *, memory: str = "2g") -> Iterator[str]:
    """The address of a server, which ends with its workers."""
    port = free_port()
    server = start(folder, port, memory=memory)
    try:
        yield f"sc://127.0.0.1:{port}"
    finally:
        stop(server)


def require_same(found: Outcome, expected: Outcome) -> None:
    """Every table of two published months is the same, row for row. Raises AssertionError naming one that differs."""
    assert found.published and expected.published
    names = sorted(path.stem for path in expected.published.glob("*.parquet"))
    assert len(names) > 20 and names == sorted(path.stem for path in found.published.glob("*.parquet"))
    for name in names:
        one, other = (table(each, name).drop("loaded_by", "run_id", strict=False) for each in (found, expected))
        assert one.equals(other), f"{name}: {one.height} and {other.height} rows"


def _await(port: int, server: subprocess.Popen[bytes], seconds: int = 180) -> None:
    for _ in range(seconds):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, "the server ended"
        time.sleep(1)
    raise TimeoutError("the server does not answer")
