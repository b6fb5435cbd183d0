"""A mart loaded into a database: all of its tables in one transaction, so that a reader sees the old one or the new."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from hiu.errors import HiuError, SettingsError
from hiu.extras import require
from hiu.model import TABLES, Type
from hiu.settings import Settings
from pipelines.fetch.drivers import BATCH_ROWS, DEFAULTS, refusal, statement_limit, watched_dsn

SCHEMA = "hiu_mart"
"""Schema of the database that holds the tables; nothing else may be in it under their names."""
_TYPES: dict[str, dict[Type, str]] = {
    "postgres": {"text": "text", "integer": "bigint", "real": "double precision", "boolean": "boolean", "date": "date"},
    "sqlserver": {"text": "nvarchar(400)", "integer": "bigint", "real": "float", "boolean": "bit", "date": "date"},
}
"""What each type of a column is called by a database."""
DATABASES = tuple(_TYPES)


class Target(Protocol):
    """A database in a transaction of its own."""

    def run(self, statement: str) -> None:
        """A statement without an answer."""

    def add(self, table: str, rows: pa.RecordBatchReader) -> None:
        """Rows added to a table of the schema."""


def load(kind: str, dsn: str, tables: list[Path], settings: Settings = DEFAULTS) -> None:
    """Put the rows of Parquet files in the place of those that the database has, a table called as its file is.

    Tables that are there are emptied and not dropped, so that views and rights stay. Raises InputRefused in words of
    ours, SettingsError where the optional package or the driver is missing.
    """
    postgres = kind == "postgres" and dsn.startswith("postgres")
    with (_postgres if postgres else _odbc)(dsn, settings) as target:
        target.run(_schema(kind))
        for path in tables:
            target.run(_table(kind, path.stem))
            target.run(f"DELETE FROM {SCHEMA}.{path.stem}")
            with pq.ParquetFile(path) as file:
                batches = file.iter_batches(BATCH_ROWS)
                target.add(path.stem, pa.RecordBatchReader.from_batches(file.schema_arrow, batches))


def _schema(kind: str) -> str:
    if kind == "postgres":
        return f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"
    return f"IF SCHEMA_ID('{SCHEMA}') IS NULL EXEC('CREATE SCHEMA {SCHEMA}')"


def _table(kind: str, name: str) -> str:
    """The statement that makes a table where there is none."""
    types = _TYPES[kind]
    columns = ", ".join(
        f"{column.name} {types[column.type]}{'' if column.nullable else ' NOT NULL'}" for column in TABLES[name].columns
    )
    made = f"TABLE {SCHEMA}.{name} ({columns})"
    if kind == "postgres":
        return f"CREATE {made.replace('TABLE', 'TABLE IF NOT EXISTS', 1)}"
    return f"IF OBJECT_ID('{SCHEMA}.{name}') IS NULL CREATE {made}"


@contextmanager
def _postgres(dsn: str, settings: Settings) -> Iterator[Target]:
    require("postgres")
    from adbc_driver_manager import Error, dbapi
    from adbc_driver_postgresql import dbapi as postgres

    class Opened:
        def __init__(self, cursor: dbapi.Cursor) -> None:
            self.cursor = cursor

        def run(self, statement: str) -> None:
            self.cursor.execute(statement)

        def add(self, table: str, rows: pa.RecordBatchReader) -> None:
            self.cursor.adbc_ingest(table, rows, mode="append", db_schema_name=SCHEMA)

    try:
        with postgres.connect(watched_dsn(dsn, settings)) as connection, connection.cursor() as cursor:
            cursor.execute(statement_limit(settings))
            yield Opened(cursor)
            connection.commit()
    except Error as error:
        raise _in_our_words(getattr(error, "sqlstate", None) or None, str(error)) from None


@contextmanager
def _odbc(dsn: str, settings: Settings) -> Iterator[Target]:
    require("odbc")
    try:
        import arrow_odbc
    except OSError:
        raise SettingsError("this computer has no ODBC driver manager (on Linux: unixODBC)") from None

    class Opened:
        def run(self, statement: str) -> None:
            connection.execute(statement, query_timeout_sec=settings.database_query_seconds)

        def add(self, table: str, rows: pa.RecordBatchReader) -> None:
            connection.insert_into_table(rows, f"{SCHEMA}.{table}", 1000)

    try:
        connection = arrow_odbc.connect(dsn, login_timeout_sec=settings.database_connect_seconds, autocommit=False)
        yield Opened()
        connection.commit()
    except arrow_odbc.Error as error:
        state = re.search(r"State: (\w{5})", str(error))
        raise _in_our_words(state and state[1], str(error)) from None


def _in_our_words(state: str | None, message: str) -> HiuError:
    """What a driver says may hold the server, the user or a value."""
    words = refusal(state, message, "").problem
    return HiuError(f"the mart was not loaded, and the database has what it had: {words}")
