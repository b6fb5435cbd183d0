"""Every query of hiu/sql, qualified against the declared tables: no unknown table or column, no ambiguous name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify

import hiu
from hiu.engine import sql
from hiu.model import TABLES
from hiu.model.frames import TYPES

QUERIES = [(name, folder) for folder in (".", "questions", "pathway", "mart", "matching") for name in sql.names(folder)]
SCHEMA = {name: {c.name: TYPES[c.type].sql for c in table.columns} for name, table in TABLES.items()}


def qualified(text: str) -> exp.Expr:
    """The query with every column's table. Raises OptimizeError naming a column, KeyError a table, that isn't there."""
    tree = sql.parse(text).copy()
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name not in own and table.name not in SCHEMA:
            raise KeyError(table.name)
    return qualify(tree, dialect="duckdb", schema=SCHEMA, validate_qualify_columns=True)


def clashes(text: str) -> list[str]:
    """Aggregates named as a column that the same SELECT uses by its bare name: engines differ in which they take."""
    found = []
    for select in sql.parse(text).find_all(exp.Select):
        clauses = [select.args.get(name) for name in ("having", "qualify", "order")]
        for one in select.expressions:
            if isinstance(one, exp.Alias) and one.find(exp.AggFunc) and not one.find(exp.Window):
                beside = [part for part in (*select.expressions, *clauses) if part is not None and part is not one]
                bare = [c for part in beside for c in part.find_all(exp.Column) if not c.table and c.name == one.alias]
                found += [one.sql() for column in bare if column.find_ancestor(exp.Select) is select]
    return found


@pytest.mark.parametrize(("name", "folder"), QUERIES)
def test_every_table_and_column_of_a_query_is_declared(name: str, folder: str) -> None:
    qualified(sql.load(name, folder))


@pytest.mark.parametrize(("name", "folder"), QUERIES)
def test_no_aggregate_takes_a_column_s_name_that_is_used_beside_it(name: str, folder: str) -> None:
    assert clashes(sql.load(name, folder)) == []


def test_all_sql_is_in_a_folder_that_is_looked_at() -> None:
    root = Path(hiu.__file__).parent
    found = {(path.stem, path.parent.name.replace("sql", ".")) for path in root.rglob("*.sql")}
    assert found == set(QUERIES)


STATEMENT = re.compile(r"\s*(with\s+\w+\s+as|select|insert|update|delete)\b.*\b(from|into|set|select)\b", re.I | re.S)


BEGINS = re.compile(r"""["'](?:\\[nrt\n]|\s)*(?:with\s|select\b|insert\b|update\b|delete\b)""", re.I)
"""A literal that may begin as a statement does: modules without one are not read further."""


def statements(source: str) -> list[str]:
    """String literals of a module that can be read as a statement of SQL; docstrings are none."""
    if not BEGINS.search(source):
        return []
    nodes = list(ast.walk(ast.parse(source)))
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    found = []
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (docs | parts):
            text = node.value
        else:
            continue
        if STATEMENT.match(text):
            try:
                tree_of = sqlglot.parse_one(text, read="duckdb")
            except sqlglot.errors.SqlglotError:
                continue
            found += [text] * isinstance(tree_of, (exp.Query, exp.DML))
    return found


def test_no_sql_stands_outside_hiu_sql_and_the_engine() -> None:
    root = Path(hiu.__file__).parents[1]
    paths = [path for room in ("hiu", "pipelines") for path in sorted((root / room).rglob("*.py"))]
    # what another database runs, and no engine of ours: tables are emptied, and a source's query is wrapped
    theirs = {root / "pipelines" / "fetch" / name for name in ("load.py", "drivers.py")}
    outside = [path for path in paths if path.parent != root / "hiu" / "engine" and path not in theirs]
    assert len(outside) > 200
    assert {str(path): found for path in outside if (found := statements(path.read_text(encoding="utf-8")))} == {}


def test_sql_in_a_module_is_seen() -> None:
    assert statements('read("select a from t where b = $c")') and statements('read(f"SELECT * FROM {name}")')
    assert statements('run("delete from t")') and statements('x = "WITH a AS (SELECT 1) SELECT * FROM a"')
    assert not statements('"""Select the rows from a table."""\nx = "select rows, or the others"')


@pytest.mark.parametrize("name", sql.names())
def test_a_query_gives_the_columns_of_its_table(name: str) -> None:
    assert sorted(qualified(sql.load(name)).named_selects) == sorted(TABLES[name].names)


@pytest.mark.parametrize(
    "wrong",
    [
        "SELECT rowid FROM latest",
        "SELECT l.persons FROM latest AS l",
        "WITH a AS (SELECT person_id FROM latest) SELECT a.month FROM a",
        "SELECT person_id FROM latest AS l JOIN cluster AS c ON c.identity_id = l.identity_id",
    ],
)
def test_an_unknown_or_ambiguous_column_fails(wrong: str) -> None:
    with pytest.raises(OptimizeError):
        qualified(wrong)


def test_an_unknown_table_fails() -> None:
    with pytest.raises(KeyError, match="lates"):
        qualified("SELECT person_id FROM lates")


def test_a_clash_is_seen() -> None:
    assert clashes("SELECT sum(n) AS n FROM monthly_demand HAVING sum(n) > 0")
    assert not clashes("SELECT sum(m.n) AS n FROM monthly_demand AS m HAVING sum(m.n) > 0")


def test_one_place_outside_the_engine_names_duckdb() -> None:
    root = Path(hiu.__file__).parents[1]
    paths = [path for room in ("hiu", "pipelines") for path in (root / room).rglob("*.py")]
    naming = re.compile(r"^\s*(from|import) (hiu\.engine\.)?duckdb\b", re.M)
    found = {path.relative_to(root).as_posix() for path in paths if naming.search(path.read_text(encoding="utf-8"))}
    assert {one for one in found if not one.startswith("hiu/engine/")} == {"pipelines/common/place.py"}
