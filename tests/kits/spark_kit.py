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


@contextmanager
def apache(folder: Path, *, memory: str = "2g") -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server's address and process, killed with its workers when it ends; its log is in the folder."""
    spark = home()
    assert spark, "needs Java 17 and pyspark: 'make spark-apache' has them"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = FEW_ROWS | {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "spill"),
    }
    command = [str(spark / "bin" / "spark-submit"), "--master", "local[2]", "--driver-memory", memory]
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    env = os.environ | {"SPARK_HOME": str(spark), "PYSPARK_PYTHON": sys.executable, "POLARS_MAX_THREADS": "1"}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), env.get("PYTHONPATH")]))
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)
    try:
        _await(port, server)
        yield f"sc://127.0.0.1:{port}", server
    finally:
        os.killpg(server.pid, signal.SIGKILL) if server.poll() is None else None
        server.wait()


def _await(port: int, server: subprocess.Popen[bytes], seconds: int = 180) -> None:
    for _ in range(seconds):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, "the server ended"
        time.sleep(1)
    raise TimeoutError("the server does not answer")
