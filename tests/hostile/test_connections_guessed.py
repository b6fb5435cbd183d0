"""A connection whose words name another database than its driver: no query is read as one SELECT that is two there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiu.errors import HiuError, InputRefused
from pipelines.common.place import Place
from pipelines.fetch.connections import connection, connection_file
from pipelines.fetch.drivers import require_select

HIDDEN = {
    "a backslash before the end of a text": r"""SELECT '\' , ' INTO OUTFILE "/tmp/x" -- '""",
    "a statement after it": r"SELECT '\' , '; DROP TABLE t; -- '",
    "in double quotes": r'SELECT "\" , " ; DROP TABLE t; -- " ',
    "a comment without a blank": 'SELECT 1--1 INTO OUTFILE "/tmp/x"',
    "a comment within a comment": 'SELECT 1 /* /* */ INTO OUTFILE "/tmp/x" -- */',
    "a comment that MariaDB runs": "SELECT 1 /*M!100100 INTO OUTFILE '/tmp/x' */",
    "a comment that MySQL runs": "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */",
    "a text of Oracle": """SELECT q'[ ' INTO OUTFILE "/tmp/x" -- ]'""",
    "a number sign": "SELECT 1 # '\n INTO OUTFILE '/tmp/x' -- '",
    "a text in dollars": "SELECT $$ ' $$ INTO OUTFILE \"/tmp/x\" -- '",
}
UNSURE = (
    "DSN=warehouse;UID=reader",
    "DSN=sql server",
    "DSN=w;PWD={a;Driver=SQL Server}",
    "DSN=w;PWD={a}};Driver={SQL Server}",
    "FILEDSN=/etc/oracle/w.dsn",
    "Driver={Sybase};Server=postgres.example;PWD=mysql",
    "Driver={MySQL ODBC 8.0};Driver={SQL Server}",
)


@pytest.mark.parametrize("dsn", UNSURE)
@pytest.mark.parametrize("kind", HIDDEN)
def test_a_statement_is_not_hidden_where_the_database_is_a_guess(kind: str, dsn: str) -> None:
    if kind == "a text in dollars" and dsn.startswith("Driver={MySQL"):
        return  # MySQL itself reads a name and a text there
    with pytest.raises(InputRefused) as refused:
        require_select(HIDDEN[kind], dsn, "ed.toml")
    assert refused.value.code == "query"


@pytest.mark.parametrize("dsn", UNSURE)
def test_plain_queries_are_sent(dsn: str) -> None:
    assert require_select("SELECT a, 'it''s' AS b FROM t -- all\nWHERE c = 1;", dsn, "ed.toml").endswith("c = 1")
    assert require_select(r"SELECT [a] FROM t WHERE b LIKE '\\x%'", "driver = {ODBC for SQL Server};UID=a", "f")


def test_a_kept_connection_of_any_size_is_refused(place_after: Place, tmp_path: Path) -> None:
    key = tmp_path / "site.key"
    place = Place(place_after.home, place_after.settings.model_copy(update={"key_file": key}), place_after.sources)
    path = connection_file(place, "warehouse")
    with path.open("wb") as stream:
        stream.truncate(40_000_000_000)
    path.chmod(0o600)
    with pytest.raises(HiuError, match="expected a plain file"):
        connection(place, "warehouse", {})
