"""Session: how a Spark Connect server is reached, what is set there, and its errors as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hiu.errors import HiuError, SettingsError

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

CONFIGURED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}
"""Of the session: times have no zone, and what can't be cast is an error and never silently null."""


def connect(remote: str) -> "SparkSession":
    """A session at `sc://host:port/;token=...`. Raises SettingsError without the extra, HiuError if nobody answers."""
    try:
        from pyspark.logger import PySparkLogger
        from pyspark.sql.connect.session import SparkSession
    except ImportError:
        raise SettingsError("--engine spark needs the extra: pip install 'hiu[spark]'") from None
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True  # they print every error of a query, with values of the data
    with no_values():
        session: SparkSession = SparkSession.builder.remote(remote).create()
        for key, value in CONFIGURED.items():
            session.conf.set(key, value)
    return session


OTHER = "the workers have another hiu or polars"
"""What a task raises that would give other answers than this computer does."""

_ON_THE_CLUSTER = {
    "No module named": "the Python of the cluster's workers lacks hiu, or a package of it: install this version there",
    OTHER: f"{OTHER} than this computer: install the same versions there, or nothing that they give can be compared",
}


@contextmanager
def no_values() -> Iterator[None]:
    """Spark's errors as ours: its messages can hold values of the data, so only their class is passed on."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("pyspark", "grpc")):
            raise
        for words, advice in _ON_THE_CLUSTER.items():
            if words in str(error):
                raise HiuError(advice) from None
        condition = getattr(error, "getCondition", lambda: None)() or type(error).__name__
        raise HiuError(f"Spark could not do this: {condition}") from None
