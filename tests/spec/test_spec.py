"""Every .sql does what its specification says, and every .sql has one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from spec_tables import Case, cases, run
from sqlglot import exp

from hiu.engine import sql
from hiu.engine.duckdb import Warehouse

HERE = Path(__file__).parent
CASES = [case for path in sorted(HERE.rglob("*.md")) for case in cases(path)]


def inputs(case: Case) -> set[str]:
    """The tables a .sql reads that it does not make itself."""
    tree = sql.parse(sql.load(case.table, case.folder))
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {node.name for node in tree.find_all(exp.Table)} - own


@pytest.fixture(scope="module")
def store() -> Iterator[Warehouse]:
    with Warehouse(None, memory_limit="500MB", threads=1) as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.table}: {case.title}")
def test_case(case: Case, store: Warehouse) -> None:
    made, expected = run(case, inputs(case), store)
    assert made == expected


def test_every_sql_has_a_specification_and_nothing_else_has() -> None:
    for folder in (".", "questions", "pathway", "mart", "matching"):
        assert sorted({case.table for case in CASES if case.folder == folder}) == list(sql.names(folder))


def test_every_given_table_is_one_that_is_read() -> None:
    unread = [(case.table, case.title, name) for case in CASES for name in case.given.keys() - inputs(case)]
    assert unread == []
