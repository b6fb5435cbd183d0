"""Spark, by Spark Connect: the tables in a lake, and the SQL of hiu/sql on the cluster that a site has already.

Needs the extra `hiu[spark]` (pyspark-client: no Java on our side). What is asked and put goes over the wire by Arrow.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hiu.engine import Scalar, Task
from hiu.engine import sql as queries
from hiu.engine.spark.columns import column_of, fitted, found, received, same_columns, sent, shape_of, worked
from hiu.engine.spark.columns import declared as declared_as
from hiu.engine.spark.lake import Lake
from hiu.engine.spark.session import no_values
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import TABLES
from hiu.model.frames import TYPES

if TYPE_CHECKING:
    from pyspark.sql.connect.column import Column
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession


class SparkEngine:
    """The protocol `Engine` on a Spark session. `lake`: a folder that the cluster can read and write."""

    spread = True

    def __init__(self, session: "SparkSession", lake: str) -> None:
        self.session = session
        with no_values():
            self.lake = Lake(session, lake)
            for table in self.lake.tables:
                self._show(table)
        self._open = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        with no_values():
            self.session.stop()

    def build(self, table: str, *, folder: str = ".", temporary: bool = False, **params: Scalar) -> int:
        """Make `table` anew from hiu/sql/<table>.sql, or that of a folder, cast to its declared types; rows made."""
        text = queries.load(table, folder)
        declared = TABLES.get(queries.check_name(table))
        if declared:
            same_columns(table, declared.names, queries.columns(text))
        with no_values():
            return self._made(table, self._query(text, params), temporary=temporary)

    def read(self, sql: str, **params: Scalar) -> pl.DataFrame:
        """The rows of a query, or of a table by its bare name. Raises UsageError for anything but one query."""
        if queries.NAME.fullmatch(sql):
            self.columns(sql)
            return self._frame(self.lake.frame(sql))
        return self._frame(self._query(sql, params))

    def rows(
        self,
        table: str,
        *columns: str,
        where: Mapping[str, Scalar] | None = None,
        order: Sequence[str] = (),
        distinct: bool = False,
    ) -> pl.DataFrame:
        """Rows of one table, as `hiu.engine.sql.select` says. Raises UsageError for a table or column not there."""
        text, values = queries.select(table, columns, where or {}, order, distinct=distinct)
        self.columns(table)
        return self._frame(self._query(text, values))

    def ask(self, question: str, **params: Scalar) -> pl.DataFrame:
        """The rows that hiu/sql/questions/<question>.sql gives."""
        return self._frame(self._query(queries.load(question, "questions"), params))

    def apply(self, table: str, question: str, task: Task, *, by: str | None = None) -> int:
        """Make the declared `table`, a temporary one, by tasks on the cluster, which must have hiu installed.

        Rows made. The task is pickled, so what it holds should be small.
        """
        declared, shape = declared_as(TABLES[table]), shape_of(TABLES[table])
        rows = self._query(queries.load(question, "questions"), {})

        def some(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield from worked(task, pa.Table.from_batches([batch]), shape).to_batches()

        def together(group: pa.Table) -> pa.Table:
            return worked(task, group, shape)

        with no_values():
            made = rows.groupBy(by).applyInArrow(together, declared) if by else rows.mapInArrow(some, declared)
            return self._made(table, made, temporary=True)

    def put(self, table: str, frame: pl.DataFrame) -> int:
        """Make `table` anew from a frame; a declared table must have its columns, in any order. Rows put."""
        declared = TABLES.get(queries.check_name(table))
        if declared:
            same_columns(table, declared.names, frame.columns)
        with no_values():
            return self._made(table, self._sent(frame))

    def append(self, table: str, frame: pl.DataFrame) -> int:
        """Add a frame's rows to `table`, made if absent. Rows added. Raises UsageError on other columns."""
        if not self.exists(table):
            return self.put(table, frame)
        same_columns(table, self.columns(table), frame.columns)
        if frame.is_empty():
            return 0
        with self.transaction(), no_values():
            schema = self.lake.tables[table].schema
            self.lake.write(table, fitted(self._sent(frame.select(self.columns(table))), schema), schema, more=True)
            self._show(table)
        return frame.height

    def delete(self, table: str, column: str, value: Scalar) -> None:
        """Remove the rows whose `column` equals `value`: the table is written anew, and its old folders emptied."""
        of = self._columns_of(table, column)[column].eqNullSafe(value)
        with no_values():
            any_there = value is not None and self.lake.frame(table).filter(of).limit(1).count()
        if any_there:
            self._rewrite(table, self.lake.frame(table).filter(~of))

    def change(self, table: str, column: str, value: Scalar, *, where: str, equals: Scalar) -> None:
        """Set `column` to `value` in the rows whose `where` equals `equals`."""
        from pyspark.sql.connect.functions import lit, when

        of = self._columns_of(table, column, where)
        changed = when(of[where] == lit(equals), lit(value)).otherwise(of[column])
        self._rewrite(table, self.lake.frame(table).withColumn(column, changed))

    def ensure(self, table: str) -> None:
        """Make a declared table, empty, if it is not there."""
        if not self.exists(table):
            types = {column.name: TYPES[column.type].polars for column in TABLES[table].columns}
            self.put(table, pl.DataFrame(schema=types))

    def add_column(self, table: str, column: str) -> None:
        """Give a declared table a declared column that it lacks, empty in every row."""
        more = next(column_of(c.name, TYPES[c.type].polars) for c in TABLES[table].columns if c.name == column)
        with self.transaction(), no_values():
            self.lake.declare(table, f"{self.lake.tables[table].schema}, {more}")
            self._show(table)

    def drop(self, table: str) -> None:
        """Remove a table, if it is there."""
        with self.transaction(), no_values():
            if self.lake.tables.pop(queries.check_name(table), None):
                self.session.catalog.dropTempView(table)

    def exists(self, table: str) -> bool:
        """Whether `table` is there."""
        return queries.check_name(table) in self.lake.tables

    def tables(self) -> list[str]:
        """The names of all tables, sorted."""
        return sorted(name for name, parts in self.lake.tables.items() if not parts.temporary)

    def columns(self, table: str) -> list[str]:
        """The columns of a table, in order. Raises UsageError if there is no such table."""
        if not self.exists(table):
            raise UsageError(f"no table '{table}'.{did_you_mean(table, self.tables())}")
        return [part.split("`")[1] for part in self.lake.tables[table].schema.split(", ")]

    def count(self, table: str) -> int:
        """Rows of a table."""
        with no_values():
            return int(self.lake.frame(table).count())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is done inside counts by one row of the lake's log, or not at all."""
        self._open += 1
        try:
            yield
            if self._open == 1:
                with no_values():
                    self.lake.commit()
        except BaseException:
            if self._open == 1:
                self._undo()
            raise
        finally:
            self._open -= 1

    def export(self, table: str, path: Path) -> int:
        """Write `table` as Parquet (zstd), ordered by its key. Rows written."""
        key = TABLES[table].key if table in TABLES else self.columns(table)
        with no_values():
            rows = self.lake.frame(table).orderBy(*key).toArrow()
        pq.write_table(rows, path, compression="zstd")
        return int(rows.num_rows)

    def _query(self, text: str, params: Mapping[str, Scalar]) -> "DataFrame":
        with no_values():
            return self.session.sql(queries.bind(text, params, "spark"))

    def _frame(self, rows: "DataFrame") -> pl.DataFrame:
        with no_values():
            return received(rows.toArrow())

    def _sent(self, frame: pl.DataFrame) -> "DataFrame":
        rows, schema = sent(frame)
        return self.session.createDataFrame(rows, schema=schema)

    def _made(self, table: str, rows: "DataFrame", *, temporary: bool = False) -> int:
        schema = declared_as(TABLES[table]) if table in TABLES else found(rows)
        with self.transaction():
            self.lake.write(table, fitted(rows, schema), schema, temporary=temporary)
            self._show(table)
        return self.count(table)

    def _show(self, table: str) -> None:
        self.lake.frame(table).createOrReplaceTempView(table)

    def _columns_of(self, table: str, *columns: str) -> dict[str, "Column"]:
        from pyspark.sql.connect.functions import col

        if unknown := set(columns) - set(self.columns(table)):
            raise UsageError(f"table '{table}' has no column {sorted(unknown)}")
        return {name: col(f"`{name}`") for name in columns}

    def _rewrite(self, table: str, rows: "DataFrame") -> None:
        schema = self.lake.tables[table].schema
        with self.transaction(), no_values():
            self.lake.write(table, fitted(rows, schema), schema)
            self._show(table)

    def _undo(self) -> None:
        self.lake.undo()
        for table in self.lake.tables:
            self._show(table)
