"""The databases that can be asked: PostgreSQL by ADBC, others by their ODBC driver. Optional packages.

A driver's own words may hold the server, the user or a value, so what goes wrong is put into words of ours. Only the
database's remark on the query itself is repeated: it quotes nothing but the query.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from hiu.errors import InputRefused, SettingsError
from hiu.extras import require

BATCH_ROWS = 50_000
_POSTGRES = ("postgresql://", "postgres://")
_BY_CLASS = {
    "28": "the database does not accept the user or the password",
    "3D": "there is no database of that name on the server",
    "42": "the database does not accept the query",
    "08": "the connection to the database was lost",
    "57": "the database stopped the query",
    "25": "the query would write; only reading is allowed",
}
"""Class of an SQLSTATE (its first two characters, ISO 9075) -> what it means to a person."""

_BY_WORDS = {"password authentication failed": "28", "no password supplied": "28", "does not exist": "3D"}
"""What PostgreSQL says before there is an SQLSTATE, when a connection is refused -> the class."""


@contextmanager
def ask(dsn: str, query: str, *, file: str) -> Iterator[pa.RecordBatchReader]:
    """The answer to a query, batch by batch, in a transaction that can't write where the database has such.

    Raises InputRefused 'database' in words of ours, MissingExtra without the extra of its driver.
    """
    reading = _postgres(dsn, query, file) if dsn.startswith(_POSTGRES) else _odbc(dsn, query, file)
    with reading as batches:
        yield batches


@contextmanager
def _postgres(dsn: str, query: str, file: str) -> Iterator[pa.RecordBatchReader]:
    require("postgres")
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    try:
        with dbapi.connect(dsn) as opened, opened.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute("SET LOCAL TIME ZONE 'Europe/London'")  # so that a month begins at midnight here
            cursor.execute(query)
            yield cursor.fetch_record_batch()
    except Error as error:
        raise refusal(getattr(error, "sqlstate", None), str(error), file) from None


@contextmanager
def _odbc(dsn: str, query: str, file: str) -> Iterator[pa.RecordBatchReader]:
    require("odbc")
    try:
        import arrow_odbc
    except OSError:
        raise SettingsError("this computer has no ODBC driver manager (on Linux: unixODBC)") from None
    try:
        answer = arrow_odbc.read_arrow_batches_from_odbc(query=query, connection_string=dsn, batch_size=BATCH_ROWS)
        yield answer.into_pyarrow_record_batch_reader()
    except arrow_odbc.Error as error:
        state = re.search(r"State: (\w{5})", str(error))
        raise refusal(state and state[1], str(error), file) from None


def refusal(state: str | None, message: str, file: str) -> InputRefused:
    before = None if (state or "08")[:2] != "08" else message  # nothing was asked yet: the connection itself failed
    kind = next((kind for words, kind in _BY_WORDS.items() if before and words in before), (state or "")[:2])
    words = _BY_CLASS.get(kind, "the database can't be reached: is the server's name right, and the network up?")
    remark = f": {_remark(message)}" if kind == "42" else ""
    return InputRefused("database", f"{words}{remark}", file=file)


def _remark(message: str) -> str:
    """The database's sentence on the query, without the names of drivers and programs around it."""
    text = message.partition("ERROR:")[2] or message.partition("Message:")[2] or message
    return re.sub(r"^(\[[^]]*\])+", "", text.strip()).splitlines()[0].rstrip(";")


def storage(schema: pa.Schema) -> list[tuple[str, Any]]:
    """Column names and plain types: a type that Arrow does not know by name is what it is stored as."""
    plain = {column.name: getattr(column.type, "storage_type", column.type) for column in schema}
    return [(column.name, pa.string() if column.type == pa.uuid() else plain[column.name]) for column in schema]
