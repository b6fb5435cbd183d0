"""The warehouse: closed once open, typed, all-or-nothing, and silent about values."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from hiu.engine import Engine
from hiu.engine.connection import rewrite
from hiu.engine.duckdb import Warehouse
from hiu.errors import Busy, HiuError, UsageError
from hiu.model import TABLES

LINKS = pl.DataFrame(
    {
        "delivery_id": ["d2", "d1", "d1"],
        "source_row": [1, 2, 1],
        "source": ["ed"] * 3,
        "source_file": ["f.csv"] * 3,
        "status": ["counted"] * 3,
        "event_id": ["A", "B", None],
        "identity_id": ["i"] * 3,
        "person_id": ["P"] * 3,
        "match_weight": [1, 2, 3],
        "match_probability": [0.5, None, 1.0],
        "how": ["model"] * 3,
    }
)


@pytest.fixture
def store(tmp_path: Path):
    with Warehouse(None, memory_limit="200MB", threads=1, spill=tmp_path / "spill") as made:
        yield made


def settings(store: Warehouse) -> dict[str, str]:
    rows = store._con.execute("SELECT name, value FROM duckdb_settings()").fetchall()
    return dict(rows)


def test_it_is_an_engine(store: Warehouse) -> None:
    engine: Engine = store
    assert engine.put("t", pl.DataFrame({"a": [1, 2]})) == 2


def test_it_is_closed_once_open(store: Warehouse, tmp_path: Path) -> None:
    found = settings(store)
    off = [
        "enable_external_access",
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "allow_community_extensions",
        "python_enable_replacements",
        "preserve_insertion_order",
    ]
    assert [found[name] for name in off] == ["false"] * len(off)
    assert found["lock_configuration"] == "true"
    assert found["temp_directory"] == str(tmp_path / "spill")
    assert found["threads"] == "1"
    assert found["memory_limit"] == "190.7 MiB"
    assert found["TimeZone"] == "UTC"


def test_which_tables_there_are_is_known_without_asking_each_time(
    store: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, tables = [], store.tables
    monkeypatch.setattr(store, "tables", lambda: asked.append(1) or tables())
    one = pl.DataFrame({"a": [1]})
    assert [store.exists(name) for name in ("t", "u", "links")] == [False] * 3
    store.put("t", one)
    store.ensure("links")
    assert store.exists("t") and store.exists("links") and len(asked) == 1
    assert store.columns("links") == TABLES["links"].names
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put("u", one)
        assert store.exists("u") and 1 // 0
    assert not store.exists("u") and store.exists("t")
    store.drop("t")
    assert not store.exists("t")
    store.put("t", one.rename({"a": "b"}))
    assert store.exists("t") and store.columns("t") == ["b"]


@pytest.mark.parametrize(
    "statement",
    [
        "SET threads = 2",
        "SET enable_external_access = true",
        "SELECT * FROM read_text('{file}')",
        "COPY (SELECT 1) TO '{file}.out'",
        "ATTACH '{file}.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_duckdb_itself_refuses_files_network_and_settings(store: Warehouse, tmp_path: Path, statement: str) -> None:
    file = tmp_path / "x.txt"
    file.write_text("secret", encoding="utf-8")
    with pytest.raises(HiuError):
        store._run(statement.format(file=file))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.txt"]


def test_python_variables_are_no_tables(store: Warehouse) -> None:
    frame_here = pl.DataFrame({"a": [1]})
    with pytest.raises(UsageError):
        store.read("SELECT * FROM frame_here")
    assert frame_here.height == 1


@pytest.mark.parametrize("name", ['x"; DROP TABLE kept; --', "x y", "", "main.kept", "Kept", "x;"])
def test_hostile_table_names_reach_nothing(store: Warehouse, name: str) -> None:
    store.put("kept", pl.DataFrame({"a": [1]}))
    frame = pl.DataFrame({"a": [2]})
    for act in (
        lambda: store.put(name, frame),
        lambda: store.append(name, frame),
        lambda: store.build(name),
        lambda: store.delete(name, "a", 1),
        lambda: store.delete("kept", name, 1),
        lambda: store.drop(name),
        lambda: store.exists(name),
        lambda: store.count(name),
        lambda: store.read(name),
    ):
        with pytest.raises(UsageError):
            act()
    assert store.read("kept").rows() == [(1,)]


def test_stacked_statements_are_refused_and_not_run(store: Warehouse) -> None:
    store.put("kept", pl.DataFrame({"a": [1]}))
    with pytest.raises(UsageError, match="found 2 statements"):
        store.read("SELECT 1; DROP TABLE kept")
    assert store.tables() == ["kept"]


def test_a_hostile_value_is_a_value(store: Warehouse) -> None:
    hostile = "x'; DROP TABLE kept; --"
    store.put("kept", pl.DataFrame({"a": [hostile, "y"]}))
    assert store.read("SELECT a FROM kept WHERE a = $a", a=hostile).rows() == [(hostile,)]
    store.delete("kept", "a", hostile)
    assert store.read("kept").rows() == [("y",)]


def test_a_hostile_column_name_is_a_name(store: Warehouse) -> None:
    frame = pl.DataFrame({'a"; DROP TABLE kept; --': [1]})
    store.put("kept", frame)
    assert store.append("kept", frame) == 1
    assert store.read("kept").columns == frame.columns


def test_a_failed_transaction_leaves_everything_as_it_was(store: Warehouse) -> None:
    store.put("t", pl.DataFrame({"a": [1]}))
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.append("t", pl.DataFrame({"a": [2]}))
        store.put("u", pl.DataFrame({"a": [3]}))
        store.delete("t", "a", 1)
        raise ZeroDivisionError
    assert (store.tables(), store.read("t").rows()) == (["t"], [(1,)])


def test_a_transaction_that_duckdb_breaks_is_undone(store: Warehouse) -> None:
    store.put("t", pl.DataFrame({"a": [1]}))
    with pytest.raises(UsageError), store.transaction():
        store.append("t", pl.DataFrame({"a": [2]}))
        store.read("no_such_table")
    with store.transaction():
        store.append("t", pl.DataFrame({"a": [5]}))
    assert sorted(store.read("t").rows()) == [(1,), (5,)]


def test_a_passing_table_is_in_no_file_and_takes_the_place_of_one_that_is(store: Warehouse) -> None:
    given = ("deliveries", "counting", "calendar")
    for name in (*given, "coverage"):
        store.ensure(name)
    store.build("coverage", temporary=True)
    assert store.count("coverage") == 0
    assert store.read("coverage").columns == TABLES["coverage"].names
    assert store.tables() == sorted(given)
    store.drop("coverage")
    with pytest.raises(UsageError):
        store.read("coverage")


def test_a_declared_table_gets_its_types_and_column_order(store: Warehouse) -> None:
    assert store.put("links", LINKS.select(sorted(LINKS.columns))) == 3
    made = store.read("links")
    assert made.columns == TABLES["links"].names
    assert made.schema["match_weight"] == pl.Float64
    assert made.schema["source_row"] == pl.Int64


def test_all_null_and_list_columns_keep_their_types(store: Warehouse) -> None:
    row = dict.fromkeys(TABLES["record"].names) | {
        "measures": ["a", "b"],
        "start": datetime(2025, 3, 1, 12),
        "period": date(2025, 3, 1),
        "source_row": 1,
    }
    store.put("record", pl.DataFrame([row, row | {"measures": []}]))
    made = store.read("record")
    assert (made.schema["dob"], made.schema["end"]) == (pl.Date, pl.Datetime("us"))
    assert sorted(made["measures"].to_list()) == [[], ["a", "b"]]
    assert made["start"].to_list() == [datetime(2025, 3, 1, 12)] * 2


@pytest.mark.parametrize("frame", [LINKS.drop("status"), LINKS.with_columns(extra=1)])
def test_a_declared_table_takes_only_its_columns(store: Warehouse, frame: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match=r"status|extra"):
        store.put("links", frame)
    store.put("links", LINKS)
    with pytest.raises(UsageError, match=r"status|extra"):
        store.append("links", frame)
    assert store.count("links") == 3


def test_append_makes_then_adds_by_name(store: Warehouse) -> None:
    assert store.append("links", LINKS) == 3
    assert store.append("links", LINKS.select(reversed(LINKS.columns))) == 3
    assert store.read("SELECT count(*) AS n, count(DISTINCT source_row) AS d FROM links").rows() == [(6, 2)]


def test_errors_never_hold_a_value(store: Warehouse) -> None:
    store.put("t", pl.DataFrame({"a": ["Ann Lee 9990000018"]}))
    with pytest.raises(HiuError) as caught:
        store.read("SELECT CAST(a AS INTEGER) AS n FROM t")
    assert "Ann" not in str(caught.value) and caught.value.__cause__ is None
    bad = LINKS.with_columns(pl.col("source_row").cast(pl.String) + "Ann Lee")
    with pytest.raises(HiuError) as caught:
        store.put("links", bad)
    assert "Ann" not in str(caught.value)


def test_an_unknown_table_is_named_with_the_nearest(store: Warehouse) -> None:
    store.put("links", LINKS)
    with pytest.raises(UsageError, match="links"):
        store.export("link", Path("x.parquet"))
    with pytest.raises(UsageError, match="lniks"):
        store.read("lniks")


def test_sums_come_back_as_integers(store: Warehouse) -> None:
    store.put("t", pl.DataFrame({"a": [1, 2]}))
    made = store.read("SELECT sum(a) AS n FROM t")
    assert made.schema["n"] == pl.Int64 and made.rows() == [(3,)]


def test_export_is_ordered_typed_and_the_same_every_time(store: Warehouse, tmp_path: Path) -> None:
    first, second = tmp_path / "it's [a] *.parquet", tmp_path / "b.parquet"
    store.put("links", LINKS)
    assert store.export("links", first) == 3
    store.put("links", LINKS.reverse())
    store.export("links", second)
    made = pl.read_parquet(first.read_bytes())
    assert made.select("delivery_id", "source_row").rows() == [("d1", 1), ("d1", 2), ("d2", 1)]
    assert made.columns == TABLES["links"].names
    assert first.read_bytes() == second.read_bytes()


def test_export_keeps_order_over_many_batches(tmp_path: Path) -> None:
    rows = 250_000
    frame = pl.DataFrame({"n": range(rows)}).sample(fraction=1, shuffle=True, seed=1)
    with Warehouse(None, memory_limit="500MB") as store:
        store.put("t", frame)
        store.export("t", tmp_path / "t.parquet")
    assert pl.read_parquet(tmp_path / "t.parquet")["n"].is_sorted()


def test_an_empty_table_is_exported_with_its_columns(store: Warehouse, tmp_path: Path) -> None:
    store.put("links", LINKS.clear())
    assert store.export("links", tmp_path / "e.parquet") == 0
    assert pq.read_schema(tmp_path / "e.parquet").names == TABLES["links"].names


def test_a_file_lasts_and_a_second_process_is_told_who_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "hiu it's.duckdb"
    code = (
        "import sys, pathlib; from hiu.engine.duckdb import Warehouse; from hiu.errors import Busy\n"
        "try: Warehouse(pathlib.Path(sys.argv[1]), memory_limit='100MB')\n"
        "except Busy: sys.exit(5)"
    )
    with Warehouse(path, memory_limit="100MB") as store:
        store.put("t", pl.DataFrame({"a": [1]}))
        done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
        assert done.returncode == Busy.exit_code
    with Warehouse(path, memory_limit="100MB") as store:
        assert store.read("t").rows() == [(1,)]


def test_what_is_no_warehouse_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    path.write_text("not a database " * 1000, encoding="utf-8")
    with pytest.raises(HiuError, match=r"x\.duckdb"):
        Warehouse(path, memory_limit="100MB")


@pytest.mark.parametrize("where", ["a file", "memory"])
def test_a_full_disk_is_named_by_what_was_being_written(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a commit on a full disk only the kind of the fault was said, and what DuckDB says of its spill has no name."""

    def full(*_: object) -> None:
        raise duckdb.TransactionException("Failed to commit: Could not write file: No space left on device")

    path, spill = tmp_path / "hiu.duckdb", tmp_path / "spill"
    with Warehouse(path if where == "a file" else None, memory_limit="100MB", threads=1, spill=spill) as store:
        store.put("a", pl.DataFrame({"n": [1]}))
        with monkeypatch.context() as patch:
            patch.setattr(store, "_con", SimpleNamespace(execute=full))
            with pytest.raises(HiuError) as caught:
                store.delete("a", "n", 1)
    assert str(caught.value).startswith(f"{path if where == 'a file' else spill}: no room left on the disk. Nothing is")
    assert "what a restore set aside" in str(caught.value)


def test_rewrite_leaves_deleted_text_behind(tmp_path: Path) -> None:
    old, new = tmp_path / "it's old.duckdb", tmp_path / "new.duckdb"
    with Warehouse(old, memory_limit="100MB") as store:
        store.put("t", pl.DataFrame({"a": [f"PLANTED {n} QZX" for n in range(3000)]}))
    with Warehouse(old, memory_limit="100MB") as store:
        store.delete("t", "a", "PLANTED 1234 QZX")
    rewrite(old, new)
    assert b"PLANTED 1234 QZX" not in new.read_bytes()
    with Warehouse(new, memory_limit="100MB") as store:
        assert store.count("t") == 2999
    with pytest.raises(HiuError, match="exists"):
        rewrite(old, new)
