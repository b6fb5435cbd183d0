"""A source's query may read and nothing else, and what its database says is never shown as it is."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pyarrow as pa
import pytest

from hiu.errors import InputRefused
from hiu.settings import Settings
from pipelines.fetch.ask import save
from pipelines.fetch.drivers import ask, refusal, watched_dsn

POSTGRES = "postgresql://reader:Never-Shown-9f3@127.0.0.1:1/postgres"
SQL_SERVER = "Driver={ODBC Driver 18 for SQL Server};Server=nowhere.example;Uid=reader;Pwd=Never-Shown-9f3"
MYSQL = "Driver={MySQL ODBC 8.0};Server=nowhere.example;Uid=reader;Pwd=Never-Shown-9f3"
WRITES = (
    "COPY (SELECT surname FROM base) TO PROGRAM 'cat > /tmp/names'",
    "COPY base TO '/tmp/names'",
    "/* SELECT */ COPY base FROM '/etc/passwd'",
    "DO $x$ BEGIN PERFORM go(); END $x$",
    "CALL go()",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "COMMIT",
    "SELECT 1; SELECT 2",
    "SELECT 1) AS taken; COPY base TO '/tmp/names'; --",
    "WITH gone AS (DELETE FROM base RETURNING *) SELECT * FROM gone",
    "SELECT * INTO names FROM base",
    "SELECT * FROM base FOR UPDATE",
    "EXPLAIN ANALYZE DELETE FROM base",
    "PREPARE it AS SELECT 1",
    "LISTEN it",
    "",
)
WRITES_OF_OTHERS = (
    (SQL_SERVER, "EXEC xp_cmdshell 'dir'"),
    (SQL_SERVER, "SELECT surname FROM base EXEC go"),
    (SQL_SERVER, "SELECT surname FROM base SHUTDOWN"),
    (SQL_SERVER, "SELECT surname FROM base COMMIT"),
    (SQL_SERVER, "SELECT surname INTO #names FROM base"),
    (MYSQL, "SELECT surname FROM base INTO OUTFILE '/tmp/names'"),
    (MYSQL, "SELECT surname FROM base /*!50000 INTO OUTFILE '/tmp/names' */"),
    ("DSN=lines", "CALL go()"),
    ("DSN=lines", "{CALL go()}"),
    ("DSN=lines", "SELECT surname FROM base SHUTDOWN"),
)
READS = (
    (POSTGRES, "SELECT ref::int, a->>'x', at AT TIME ZONE 'Europe/London' FROM calls WHERE a ~ '^x' ORDER BY ref;"),
    (POSTGRES, "WITH a AS (SELECT 1 AS x) SELECT * FROM a UNION ALL SELECT 2 -- and no more"),
    (POSTGRES, "TABLE calls"),
    (SQL_SERVER, "WITH a AS (SELECT TOP 9 [ref] FROM [dbo].[calls] WITH (NOLOCK)) SELECT * FROM a ORDER BY ref"),
    (SQL_SERVER, "SELECT 'no EXEC here' AS said, [commit] FROM calls"),
)


@pytest.mark.parametrize(("dsn", "query"), [*((POSTGRES, one) for one in WRITES), *WRITES_OF_OTHERS])
def test_what_is_no_query_is_refused_before_the_database_is_asked(dsn: str, query: str) -> None:
    with pytest.raises(InputRefused) as refused, ask(dsn, query, file="2026-03/crisis.parquet"):
        pass
    assert refused.value.code == "query" and "expected one SELECT" in str(refused.value)


@pytest.mark.parametrize(("dsn", "query"), READS)
def test_what_reads_is_sent(dsn: str, query: str) -> None:
    """Nobody answers at these addresses, so the refusal is of the connection."""
    with pytest.raises(InputRefused) as refused, ask(dsn, query, file="2026-03/crisis.parquet"):
        pass
    assert refused.value.code == "database"


def test_the_words_of_a_database_are_not_repeated() -> None:
    """A function of the database's owner can raise any words under any number."""
    query = "SELECT ref FROM hidden_view"
    said = 'ERROR: relation "QUILLFEATHER BOB 9990000026" does not exist\nLINE 1: from "QUILLFEATHER"'
    text = str(refusal("42P01", said, "f", query))
    assert "42P01" in text and "QUILLFEATHER" not in text and "9990000026" not in text
    for state in ("22P02", "P0001", "XX000", "22012", None):
        assert "BOB" not in str(refusal(state, "ERROR: invalid input: BOB", "f", query))
    named = str(refusal("42501", "ERROR: permission denied for view hidden_view", "f", query))
    assert "hidden_view" in named and "42501" in named


def test_a_server_that_takes_the_call_and_says_nothing_is_out_of_reach() -> None:
    """It kept 'hiu fetch', and the other sources with it, waiting without end."""
    brief = Settings(name="site", database_connect_seconds=2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://reader:Never-Shown-9f3@127.0.0.1:{silent.getsockname()[1]}/postgres"
        began = time.monotonic()
        with (
            pytest.raises(InputRefused) as refused,
            ask(dsn, "SELECT 1", file="2026-03/crisis.parquet", settings=brief),
        ):
            pass
        assert time.monotonic() - began < 60
    assert "can't be reached" in refused.value.problem and "Never-Shown" not in str(refused.value)
    assert watched_dsn(f"{dsn}?connect_timeout=9", brief).count("connect_timeout") == 1, (
        "what the site says itself holds"
    )


@pytest.mark.parametrize("state", ["57014", "HYT00"])
def test_a_statement_that_takes_too_long_is_refused_in_words(state: str) -> None:
    said = refusal(state, "canceling statement of MRS QUINCE", "2026-03/crisis.parquet").problem
    assert "database_query_seconds" in said and "QUINCE" not in said


TEXT, MONTHS = pa.array(["a"]), pa.array([(1, 0, 0)], pa.month_day_nano_interval())
ANSWERS = {
    "no column": (pa.schema([]), [], "no column"),
    "equal names": (pa.schema([("surname", pa.string())] * 2), [TEXT, TEXT], "column 'surname'"),
    "an interval": (pa.schema([("iv", MONTHS.type)]), [MONTHS], "column 'iv'"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_no_file_holds_is_refused_by_its_column(name: str, tmp_path: Path) -> None:
    """Each of the three ended the month's run, or the fetch, for all sources."""
    schema, columns, words = ANSWERS[name]
    answer = pa.RecordBatchReader.from_batches(schema, [pa.record_batch(columns, schema=schema)])
    with pytest.raises(InputRefused, match=words):
        save(answer, tmp_path / "crisis.parquet", "2026-03/crisis.parquet", max_bytes=10**6)
    assert list(tmp_path.iterdir()) == []


def test_a_driver_that_is_not_there_is_said_to_be_missing() -> None:
    assert "no such ODBC driver" in refusal("IM002", "Data source name not found", "f").problem
