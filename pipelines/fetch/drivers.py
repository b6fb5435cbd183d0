"""The databases that can be asked: PostgreSQL by ADBC, others by their ODBC driver. Optional packages.

One SELECT is sent and nothing else. A driver's own words may hold the server, the user or a value, and a function of
the database can raise any words, so what goes wrong is put into words of ours: of the database's, only names that stand
in the query itself are repeated.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from sqlglot import TokenType, tokenize

from hiu.engine.sql import one_query
from hiu.errors import InputRefused, SettingsError, UsageError
from hiu.extras import require
from hiu.settings import Settings

BATCH_ROWS = 50_000
DEFAULTS = Settings(name="site")
_POSTGRES = ("postgresql://", "postgres://")
_BY_CLASS = {
    "28": "the database does not accept the user or the password",
    "3D": "there is no database of that name on the server",
    "42": "the database does not accept the query",
    "08": "the connection to the database was lost",
    "IM": "this computer has no such ODBC driver or data source",
    "57": "the database stopped the query",
    "25": "the query would write; only reading is allowed",
    "22": "the query met a value that it can't work with, such as a text that it casts to a number",
}
"""Class of an SQLSTATE (its first two characters, ISO 9075) -> what it means to a person."""
_BY_STATE = {
    "42601": "it can't be read as SQL",
    "42703": "it names a column that is not there",
    "42S22": "it names a column that is not there",
    "42P01": "it names a table that is not there",
    "42S02": "it names a table that is not there",
    "42501": "the account may not read what it names",
    "42883": "it calls a function that is not there",
}
"""What an SQLSTATE of PostgreSQL or ODBC says of a query."""
_LATE = ("57014", "HYT00", "HYT01")
"""SQLSTATEs of what took longer than it may."""

_BY_WORDS = {"password authentication failed": "28", "no password supplied": "28", "does not exist": "3D"}
"""What PostgreSQL says before there is an SQLSTATE, when a connection is refused -> the class."""
_DIALECTS = {
    **dict.fromkeys(("sql server", "freetds"), "tsql"),
    **dict.fromkeys(("mysql", "maria"), "mysql"),
    "postgres": "postgres",
    "oracle": "oracle",
}
"""A word in an ODBC connection -> how its database writes SQL."""
_ATTRIBUTE = re.compile(r"([^=;{}]+)=(\{(?:[^}]|\}\})*\}|[^;]*)")
"""Name and value of each part of an ODBC connection; of two of one name the first holds."""
_READ_APART = re.compile(r"\\|#|/\*|\$\$|--(?!\s|$)|\bn?q'", re.IGNORECASE)
"""What ends a text or begins a comment in one database and not in another: a statement could hide there."""
_CHANGES = "ALTER CREATE DECLARE DELETE DENY DROP GRANT INSERT INTO MERGE REVOKE SET TRUNCATE UPDATE"
_ACTS = "BACKUP CHECKPOINT COMMIT DBCC EXEC EXECUTE KILL PRINT RAISERROR RECONFIGURE RESTORE ROLLBACK SAVE SHUTDOWN"
_STATEMENTS = frozenset(f"{_CHANGES} {_ACTS} USE WAITFOR".split())
"""Words that begin a statement of SQL Server, where no semicolon is needed before it."""


@contextmanager
def ask(dsn: str, query: str, *, file: str, settings: Settings = DEFAULTS) -> Iterator[pa.RecordBatchReader]:
    """The answer to a query, batch by batch, in a transaction that can't write or is never committed.

    A database that does not answer within the limits of the settings is refused as well.
    Raises InputRefused 'query' for what is not one SELECT before anything is sent, 'database' in words of ours for what
    the database refuses, at once or while the rows come, MissingExtra without the extra of its driver.
    """
    postgres = dsn.startswith(_POSTGRES)
    query = require_select(query, dsn, file)
    with (_postgres if postgres else _odbc)(dsn, query, file, settings) as batches:
        yield batches


def require_select(query: str, dsn: str, file: str) -> str:
    """The query without the semicolon at its end. Raises InputRefused 'query' for what is not one SELECT as the
    database of the connection reads it."""
    dialect, sure = ("postgres", True) if dsn.startswith(_POSTGRES) else _dialect(dsn)
    if not sure and (unlike := _READ_APART.search(query)):
        which = "which not every database reads alike; name the driver in the connection (Driver=...), or leave it out"
        raise _no_select(f"found {unlike[0]}, {which}", file)
    try:
        one_query(query, dialect)
    except UsageError as error:
        raise _no_select(str(error), file) from None
    tokens = tokenize(query, read=dialect)
    words = {one.text.upper() for one in tokens if one.token_type not in (TokenType.STRING, TokenType.IDENTIFIER)}
    if dialect != "postgres" and (found := sorted(words & _STATEMENTS)):
        raise _no_select(f"found {found[0]}; a column of that name is written in quotes", file)
    if acts := re.search(r"/\*M?!", query):  # MySQL and MariaDB run what stands in such a comment
        raise _no_select(f"found a comment that begins with {acts[0]}", file)
    return query[: tokens[-1].start] if tokens[-1].token_type == TokenType.SEMICOLON else query


def _no_select(found: str, file: str) -> InputRefused:
    problem = f"the query was not sent: {found}; expected one SELECT, or WITH ... SELECT, that only reads"
    return InputRefused("query", f"{problem}. What can't be written so can be a view of the database", file=file)


def _dialect(dsn: str) -> tuple[str, bool]:
    """How the database of an ODBC connection writes SQL, and whether its driver says so: words elsewhere, such as in a
    password in braces, are a guess."""
    values = {name.strip().casefold(): value for name, value in reversed(_ATTRIBUTE.findall(dsn))}
    driver = values.get("driver", "").casefold()
    named = next((name for word, name in _DIALECTS.items() if word in driver), "")
    return named or next((name for word, name in _DIALECTS.items() if word in dsn.casefold()), ""), bool(named)


@contextmanager
def _postgres(dsn: str, query: str, file: str, settings: Settings) -> Iterator[pa.RecordBatchReader]:
    require("postgres")
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    try:
        with dbapi.connect(watched_dsn(dsn, settings)) as opened, opened.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(statement_limit(settings))
            cursor.execute("SET LOCAL TIME ZONE 'Europe/London'")  # so that a month begins at midnight here
            cursor.execute(f"SELECT * FROM (\n{query}\n) AS taken")  # where nothing but a query can stand
            yield _watched(cursor.fetch_record_batch(), query, file)
    except Error as error:
        raise refusal(getattr(error, "sqlstate", None) or None, str(error), file, query) from None


@contextmanager
def _odbc(dsn: str, query: str, file: str, settings: Settings) -> Iterator[pa.RecordBatchReader]:
    require("odbc")
    try:
        import arrow_odbc
    except OSError:
        raise SettingsError("this computer has no ODBC driver manager (on Linux: unixODBC)") from None
    opened = None
    try:
        # never committed
        opened = arrow_odbc.connect(dsn, login_timeout_sec=settings.database_connect_seconds, autocommit=False)
        most = settings.database_query_seconds
        answer = opened.read_arrow_batches(query, batch_size=BATCH_ROWS, query_timeout_sec=most)
        yield _watched(answer.into_pyarrow_record_batch_reader(), query, file)
    except arrow_odbc.Error as error:
        raise refusal(_state(str(error)) or ("" if opened else None), str(error), file, query) from None


def watched_dsn(dsn: str, settings: Settings) -> str:
    """A connection to PostgreSQL that fails in time, if the server is silent or the network goes; what it says of this
    itself holds."""
    limits = {"connect_timeout": settings.database_connect_seconds, "keepalives_idle": 60, "keepalives_interval": 10}
    more = "&".join(f"{name}={seconds}" for name, seconds in limits.items() if f"{name}=" not in dsn)
    return f"{dsn}{'&' if '?' in dsn else '?'}{more}"


def statement_limit(settings: Settings) -> str:
    """What makes PostgreSQL stop a statement of this transaction that takes too long."""
    return f"SET LOCAL statement_timeout = '{settings.database_query_seconds}s'"


def _watched(batches: pa.RecordBatchReader, query: str, file: str) -> pa.RecordBatchReader:
    """The same rows; what the database refuses while they come is a refusal of the delivery."""

    def each() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except (OSError, pa.ArrowException) as error:
            words = {"in a read-only transaction": "25006", "statement timeout": "57014"}
            state = next((code for text, code in words.items() if text in str(error)), _state(str(error)))
            raise refusal(state or "", str(error), file, query) from None

    return pa.RecordBatchReader.from_batches(batches.schema, each())


def _state(message: str) -> str | None:
    found = re.search(r"(?:SQLSTATE|State): ?(\w{5})\b", message)
    return found and found[1]


def refusal(state: str | None, message: str, file: str, query: str = "") -> InputRefused:
    """What a database refused, in our words: `state` is its SQLSTATE, None where there was no connection, empty where
    the driver does not say."""
    before = message if state is None or state.startswith("08") else ""  # the connection itself failed
    kind = next((kind for words, kind in _BY_WORDS.items() if before and words in before), (state or "")[:2])
    away = "the database can't be reached: is the server's name right, and the network up?"
    failed = (
        "the database failed while it read the rows: a value that it can't cast, a type that its driver can't hand "
        "over, or a view or function with a fault"
    )
    late = "it took longer than database_query_seconds in site.toml lets it, or somebody there stopped it"
    words = late if state in _LATE else _BY_CLASS.get(kind, away if before else failed)
    words += f": {_BY_STATE[state]}" if state in _BY_STATE else ""
    if names := _of_query(message, query):
        words += f" ({', '.join(names)})"
    return InputRefused("database", words + (f" [SQLSTATE {state}]" if state else ""), file=file)


def _of_query(message: str, query: str) -> list[str]:
    """Names in a database's message that stand in the query itself: they say nothing that its author did not write."""
    named = re.findall(r"[\"'](\w+)[\"']|\b(?:table|view|schema|function) (\w+)", message)
    return sorted({name for name in map("".join, named) if re.search(rf"\b{name}\b", query)})


def storage(schema: pa.Schema) -> list[tuple[str, Any]]:
    """Column names and plain types: a type that Arrow does not know by name is what it is stored as."""
    plain = {column.name: getattr(column.type, "storage_type", column.type) for column in schema}
    return [(column.name, pa.string() if column.type == pa.uuid() else plain[column.name]) for column in schema]
