"""A lake counts what its log names: not what a run that was cut off wrote, and no byte of what was removed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from hiu.engine.spark.lake import MOST_PARTS
from hiu.errors import HiuError

ROWS = pl.DataFrame({"name": ["QUARTERMAINE", "b"], "n": [1, 2]})

SCHEMA = "`name` string, `n` bigint"


def held(folder: Path, word: bytes) -> list[Path]:
    return [path for path in folder.rglob("*.parquet") if word in path.read_bytes()]


def test_tables_are_there_again_and_what_was_cut_off_is_not(remote: str, folder: Path) -> None:
    from hiu.engine.spark import SparkEngine, connect

    with SparkEngine(connect(remote), str(folder)) as first:
        first.put("people_now", ROWS)
        first.lake.write("people_now", first.lake.frame("people_now").filter("n = 2"), SCHEMA)
        # the process ends here: nothing was committed
    with SparkEngine(connect(remote), str(folder)) as second:
        assert second.rows("people_now", order=["n"]).equals(ROWS)
        second.append("people_now", ROWS)
    with SparkEngine(connect(remote), str(folder)) as third:
        assert third.count("people_now") == 4


def test_what_was_removed_is_in_no_file(remote: str, folder: Path) -> None:
    from hiu.engine.spark import SparkEngine, connect

    with SparkEngine(connect(remote), str(folder)) as engine:
        engine.put("people_now", ROWS)
        assert held(folder, b"QUARTERMAINE")
        engine.delete("people_now", "name", "QUARTERMAINE")
        assert engine.rows("people_now", "name")["name"].to_list() == ["b"]
        with pytest.raises(ZeroDivisionError), engine.transaction():
            engine.put("people_now", ROWS)
            raise ZeroDivisionError
    assert held(folder, b"QUARTERMAINE") == []


def test_what_a_cut_off_run_wrote_is_emptied_by_the_next(remote: str, folder: Path) -> None:
    from hiu.engine.spark import SparkEngine, connect

    with SparkEngine(connect(remote), str(folder)) as first:
        first.put("others", ROWS.tail(1))
        first.lake.write("people_now", first.lake.frame("others").selectExpr("'QUARTERMAINE' AS name", "n"), SCHEMA)
    assert held(folder, b"QUARTERMAINE")
    with SparkEngine(connect(remote), str(folder)) as second:
        assert second.tables() == ["others"] and second.count("others") == 1
    assert held(folder, b"QUARTERMAINE") == []


def test_a_table_of_many_parts_becomes_one(remote: str, folder: Path) -> None:
    from hiu.engine.spark import SparkEngine, connect

    with SparkEngine(connect(remote), str(folder)) as engine, engine.transaction():
        for n in range(MOST_PARTS + 2):
            engine.append("people_now", pl.DataFrame({"name": ["a"], "n": [n]}))
        assert len(engine.lake.tables["people_now"].folders) < 3
        assert sorted(engine.read("people_now")["n"]) == list(range(MOST_PARTS + 2))


def test_two_that_write_at_once_are_refused(remote: str, folder: Path) -> None:
    from hiu.engine.spark import SparkEngine, connect

    one, other = SparkEngine(connect(remote), str(folder)), SparkEngine(connect(remote), str(folder))
    one.put("people_now", ROWS)
    with pytest.raises(HiuError, match="two runs wrote"):
        other.put("others", ROWS)
