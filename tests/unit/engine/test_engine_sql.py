"""Queries are data: one at a time, allowed functions and tables only, bound through the tree, portable."""

from __future__ import annotations

import logging
from datetime import date

import pytest
import sqlglot

from hiu.engine import sql
from hiu.errors import UsageError

REFUSED = {
    "two statements": "SELECT 1; DROP TABLE record",
    "a change": "DELETE FROM record",
    "a change inside a query": "WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a",
    "a new table": "CREATE TABLE t AS SELECT 1",
    "into": "SELECT * INTO x FROM y",
    "a copy": "COPY record TO 'x.csv'",
    "an attachment": "ATTACH 'x.duckdb'",
    "an extension": "LOAD httpfs",
    "a setting": "SET threads = 1",
    "a pragma": "PRAGMA table_info('x')",
    "a file by function": "SELECT * FROM read_csv('x.csv')",
    "a file by name": "SELECT * FROM 'x.csv'",
    "a file by quoted name": 'SELECT * FROM "../x.parquet"',
    "files by pattern": "SELECT * FROM glob('*')",
    "the environment": "SELECT getenv('HOME')",
    "the settings": "SELECT * FROM duckdb_settings()",
    "the catalogue": "SELECT * FROM information_schema.tables",
    "another database": "SELECT * FROM other.main.record",
    "a query in a text": "SELECT query('SELECT 1')",
    "an unknown function": "SELECT jaro_winkler_similarity(a, b) FROM t",
    "a parameter without a name": "SELECT a FROM t WHERE b = ?",
    "an open quote": "SELECT 'x",
    "no SQL": "SELECT FROM WHERE",
    "nothing": "",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str) -> None:
    with pytest.raises(UsageError):
        sql.bind(text, {})


def test_values_enter_as_nodes_never_as_text() -> None:
    bound = sql.bind("SELECT a FROM t WHERE a = $name", {"name": "x' OR '1'='1"})
    tree = sqlglot.parse_one(bound, read="duckdb")
    literals = [node.this for node in tree.find_all(sqlglot.exp.Literal)]
    assert literals == ["x' OR '1'='1"]
    assert tree.find(sqlglot.exp.Or) is None


def test_a_value_that_looks_like_a_parameter_stays_a_value() -> None:
    bound = sql.bind("SELECT $a, $b", {"a": "$b", "b": 1})
    assert bound == "SELECT '$b', 1"


def test_every_kind_of_value_is_bound() -> None:
    bound = sql.bind("SELECT $d, $i, $r, $b, $n", {"d": date(2025, 4, 1), "i": 24, "r": 0.5, "b": True, "n": None})
    assert bound == "SELECT CAST('2025-04-01' AS DATE), 24, 0.5, TRUE, NULL"


@pytest.mark.parametrize("given", [{}, {"a": 1, "b": 2}])
def test_missing_and_unused_parameters_are_named(given: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=r"missing \['a'\], not used \[\]|missing \[\], not used \['b'\]"):
        sql.bind("SELECT $a", given)


def test_binding_leaves_the_parsed_query_alone() -> None:
    text = "SELECT $a"
    assert (sql.bind(text, {"a": 1}), sql.bind(text, {"a": 2})) == ("SELECT 1", "SELECT 2")


@pytest.mark.parametrize("name", ["", "Record", "a b", 'a"b', "a;b", "../latest", "1a", "a.b", "é", "a" * 64, "a\n"])
def test_hostile_names(name: str) -> None:
    with pytest.raises(UsageError):
        sql.check_name(name)
    with pytest.raises(UsageError):
        sql.load(name)


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(UsageError, match="monthly_demand"):
        sql.load("monthly_demands")


def spark(text: str) -> str:
    return sql.parse(text).sql("spark", identify=True, unsupported_level=sqlglot.ErrorLevel.RAISE)


@pytest.mark.parametrize("name", sql.names())
def test_every_query_is_allowed_and_runs_on_spark_too(name: str) -> None:
    made = spark(sql.load(name))
    assert sqlglot.parse_one(made, read="spark") is not None
    assert "[:" not in made, "classes such as [[:alpha:]] are none in Java"


def test_a_group_that_is_put_in_is_named_as_spark_names_it() -> None:
    made = sql.bind(r"SELECT regexp_replace(a, '(b)0+(c)', '\1\2', 'g') AS a FROM t", {}, "spark")
    assert "'$1$2'" in made


def test_what_another_engine_cannot_do_is_an_error() -> None:
    with pytest.raises(sqlglot.UnsupportedError):
        spark("SELECT max(a, 3) AS top_three FROM t")


def test_the_parser_logs_no_query(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(UsageError):
        sql.bind("CALL look_for('Ann Lee')", {})
    assert "Ann Lee" not in caplog.text


def test_rows_of_one_table_are_asked_for_by_names_and_conditions() -> None:
    where = {"source": "ed", "period <=": date(2025, 3, 1), "replaced_by": None, "warning <>": None}
    text, values = sql.select("deliveries", ["delivery_id"], where, ["period desc", "delivery_id"], distinct=True)
    assert sql.bind(text, values) == (
        'SELECT DISTINCT "delivery_id" FROM "deliveries" WHERE "source" = \'ed\' AND '
        '"period" <= CAST(\'2025-03-01\' AS DATE) AND "replaced_by" IS NULL AND NOT "warning" IS NULL '
        'ORDER BY "period" DESC, "delivery_id"'
    )
    assert sql.select("own", [], {}, [], distinct=False) == ('SELECT * FROM "own"', {})


@pytest.mark.parametrize(
    ("columns", "where", "order", "message"),
    [
        (["periods"], {}, [], "has no column 'periods'. Did you mean 'period'"),
        ([], {"sauce": "ed"}, [], "has no column 'sauce'"),
        ([], {}, ["period down"], "has no column 'period down'"),
        ([], {"period like": "x"}, [], "'like' is no comparison"),
    ],
)
def test_what_is_no_column_or_comparison_is_refused(
    columns: list[str], where: dict[str, str], order: list[str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        sql.select("deliveries", columns, where, order, distinct=False)


def test_a_hostile_name_of_an_undeclared_table_or_column_is_refused() -> None:
    for table, column in (('t"; drop table x', "a"), ("t", 'a" from x; --')):
        with pytest.raises(UsageError, match="not a table or column name"):
            sql.select(table, [column], {}, [], distinct=False)
