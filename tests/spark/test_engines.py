"""The protocol Engine, verb by verb: DuckDB and Spark answer alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from hiu.engine import Engine
from hiu.errors import HiuError, UsageError

PEOPLE = pl.DataFrame(
    {
        "name": ["a", "b", None],
        "n": [1, 2, 3],
        "at": [datetime(2025, 3, 30, 1, 30), None, datetime(2025, 10, 26, 1, 30)],
        "day": [date(2025, 3, 30), None, date(1899, 12, 31)],
        "also": [["x", "y"], [], None],
        "share": [0.1, -2.5, None],
        "yes": [True, False, None],
    }
)


def test_a_frame_comes_back_as_it_went(engine: Engine) -> None:
    assert engine.put("people_now", PEOPLE) == 3
    assert engine.rows("people_now", order=["n"]).equals(PEOPLE)
    assert engine.columns("people_now") == PEOPLE.columns and engine.count("people_now") == 3
    assert engine.tables() == ["people_now"] and engine.exists("people_now") and not engine.exists("others")


def test_rows_are_asked_for_by_conditions_and_added_changed_and_removed(engine: Engine) -> None:
    engine.append("people_now", PEOPLE)
    assert engine.append("people_now", PEOPLE.head(1).with_columns(n=pl.lit(4)).select(reversed(PEOPLE.columns))) == 1
    assert engine.rows("people_now", "n", where={"name": None})["n"].to_list() == [3]
    assert engine.rows("people_now", "n", where={"n >": 1, "n <=": 3}, order=["n desc"])["n"].to_list() == [3, 2]
    assert engine.rows("people_now", "name", order=["name"], distinct=True)["name"].to_list() == ["a", "b", None]
    engine.change("people_now", "name", "c", where="n", equals=2)
    engine.delete("people_now", "name", "a")
    assert engine.rows("people_now", "name", "n", order=["n"]).rows() == [("c", 2), (None, 3)]


def test_what_a_transaction_did_is_undone_when_it_raises(engine: Engine) -> None:
    engine.put("people_now", PEOPLE)
    with pytest.raises(ZeroDivisionError), engine.transaction():
        engine.delete("people_now", "n", 1)
        engine.put("others", PEOPLE)
        raise ZeroDivisionError
    assert engine.count("people_now") == 3 and engine.tables() == ["people_now"]
    with engine.transaction():
        engine.delete("people_now", "n", 1)
        engine.put("others", PEOPLE)
    assert engine.count("people_now") == 2 and engine.tables() == ["others", "people_now"]


def test_a_frame_larger_than_a_message_comes_back_as_it_went(engine: Engine) -> None:
    long = pl.DataFrame({"n": range(3_000), "text": ["x" * 50_000] * 3_000})  # 150 MB: a server takes 128 at a time
    engine.put("people_now", long)
    assert engine.append("people_now", long.head(1)) == 1
    assert engine.rows("people_now", "n", order=["n"])["n"].to_list() == [0, *range(3_000)]


def test_a_declared_table_is_made_empty_and_given_the_column_that_it_lacks(engine: Engine) -> None:
    engine.ensure("step_done")
    assert engine.read("step_done").is_empty() and engine.columns("step_done") == ["step", "fingerprint"]
    engine.drop("step_done")
    assert not engine.exists("step_done")
    with pytest.raises(UsageError, match="columns missing"):
        engine.put("step_done", pl.DataFrame({"step": ["a"]}))


def test_an_export_is_in_order_of_its_columns(engine: Engine, folder: Path) -> None:
    engine.put("people_now", PEOPLE)
    assert engine.export("people_now", folder / "out.parquet") == 3
    assert pl.read_parquet(folder / "out.parquet").equals(PEOPLE.sort("name", nulls_last=False))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda engine: engine.read("SELECT secret FROM people_now"),
        lambda engine: engine.read("DROP TABLE people_now"),
        lambda engine: engine.rows("nothing_there"),
        lambda engine: engine.append("people_now", PEOPLE.drop("n")),
    ],
)
def test_what_cannot_be_done_says_so_and_shows_no_value(
    engine: Engine, wrong: Callable[[Engine], object], capfd: pytest.CaptureFixture[str]
) -> None:
    engine.put("people_now", PEOPLE)
    with pytest.raises(HiuError):
        wrong(engine)
    with pytest.raises(HiuError) as refused:
        engine.read("SELECT CAST(name AS INTEGER) AS n FROM people_now")
    assert "'a'" not in str(refused.value) + capfd.readouterr().err


def test_what_the_workers_lack_is_said_in_words() -> None:
    pyspark = pytest.importorskip("pyspark.errors")
    from hiu.engine.spark.session import OTHER, no_values

    for text, words in (("No module named 'hiu'", "install this version"), (f"x {OTHER}: 'SMITH'", "same versions")):
        with pytest.raises(HiuError, match=words) as refused, no_values():
            raise pyspark.PySparkRuntimeError(text)
        assert "SMITH" not in str(refused.value)
