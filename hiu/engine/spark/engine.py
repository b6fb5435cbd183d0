"""Spark, by Spark Connect: the tables in a lake, and the SQL of hiu/sql on the cluster that a site has already.

Needs the extra `hiu[spark]` (pyspark-client: no Java on our side). What is asked and put goes over the wire by Arrow.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
from hiu.engine.spark.lake import Lake, Parts
from hiu.engine.spark.session import no_values
from hiu.errors import HiuError, UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import TABLES
from hiu.model.frames import TYPES

if TYPE_CHECKING:
    from pyspark.sql.connect.column import Column
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession

_MESSAGE = 32 * 2**20
"""Bytes of a frame that are sent at a time."""


class SparkEngine:
    """The protocol `Engine` on a Spark session. `lake`: a folder that the cluster can read and write."""

    spread = True

    def __init__(self, session: "SparkSession", lake: str) -> None:
        self.session = session
        with no_values():
            self.lake = Lake(session, lake)
        self._shown: dict[str, Parts] = {}
        self._open = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session, which may have ended already."""
        with suppress(HiuError), no_values():
            self.session.stop()

    def build(self, table: str, *, folder: str = ".", temporary: bool = False, **params: Scalar) -> None:
        """Make `table` anew from hiu/sql/<table>.sql, or that of a folder, cast to its declared types."""
        text = queries.load(table, folder)
        declared = TABLES.get(queries.check_name(table))
        if declared:
            same_columns(table, declared.names, queries.columns(text))
        with no_values():
            self._make(table, self._query(text, params), temporary=temporary)

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

    def apply(self, table: str, source: str, task: Task) -> None:
        """Make the declared `table`, a temporary one, by tasks on the cluster, which must have hiu installed, from the
        rows of a table or a question. The task is pickled, so what it holds should be small.
        """
        declared, shape = declared_as(TABLES[table]), shape_of(TABLES[table])

        def some(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield from worked(task, pa.Table.from_batches([batch]), shape).to_batches()

        rows = None if self.exists(source) else self._query(queries.load(source, "questions"), {})
        with no_values():
            rows = self.lake.frame(source) if rows is None else rows
            self._make(table, rows.mapInArrow(some, declared), temporary=True)

    def put(self, table: str, frame: pl.DataFrame) -> int:
        """Make `table` anew from a frame; a declared table must have its columns, in any order. Rows put."""
        declared = TABLES.get(queries.check_name(table))
        if declared:
            same_columns(table, declared.names, frame.columns)
        return self._send(table, frame, declared_as(declared) if declared else "")

    def append(self, table: str, frame: pl.DataFrame) -> int:
        """Add a frame's rows to `table`, made if absent. Rows added. Raises UsageError on other columns."""
        if not self.exists(table):
            return self.put(table, frame)
        same_columns(table, self.columns(table), frame.columns)
        if frame.is_empty():
            return 0
        return self._send(table, frame.select(self.columns(table)), self.lake.tables[table].schema, more=True)

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

    def drop(self, table: str) -> None:
        """Remove a table, if it is there."""
        with self.transaction(), no_values():
            self.lake.tables.pop(queries.check_name(table), None)

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
                # where nobody answers any more, the next run empties what is left
                with suppress(HiuError), no_values():
                    self.lake.undo()
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
        """A query that is asked when its rows are: session.sql would ask the server at once, and again for the rows."""
        from pyspark.sql.connect.dataframe import DataFrame
        from pyspark.sql.connect.plan import SQL

        query = queries.bind(text, params, "spark")
        with no_values():
            self._show(query)
            return DataFrame(SQL(query), self.session)

    def _frame(self, rows: "DataFrame") -> pl.DataFrame:
        with no_values():
            return received(rows.toArrow())

    def _send(self, table: str, frame: pl.DataFrame, schema: str, *, more: bool = False) -> int:
        """Write a frame, in messages that a server takes (the usual limit is 128 MB), as the table or as more of it."""
        messages = 1 + int(frame.estimated_size()) // _MESSAGE
        with self.transaction(), no_values():
            for part in list(frame.iter_slices(1 + frame.height // messages)) or [frame]:
                rows, columns = sent(part)
                schema = schema or columns
                given = self.session.createDataFrame(rows, schema=columns)
                self.lake.write(table, fitted(given, schema), schema, more=more)
                more = True
        return frame.height

    def _make(self, table: str, rows: "DataFrame", *, temporary: bool = False) -> None:
        schema = declared_as(TABLES[table]) if table in TABLES else found(rows)
        with self.transaction():
            self.lake.write(table, fitted(rows, schema), schema, temporary=temporary)

    def _show(self, query: str) -> None:
        """Let a query see the tables that it names as they are now: a table is shown when it is asked, not when it is
        written, which saves a round trip for each that is written and not read."""
        for table in self._shown.keys() - self.lake.tables.keys():
            self.session.catalog.dropTempView(table)
            del self._shown[table]
        for table, parts in self.lake.tables.items():
            if self._shown.get(table) != parts and f"`{table}`" in query:
                self.lake.frame(table).createOrReplaceTempView(table)
                self._shown[table] = parts

    def _columns_of(self, table: str, *columns: str) -> dict[str, "Column"]:
        from pyspark.sql.connect.functions import col

        if unknown := set(columns) - set(self.columns(table)):
            raise UsageError(f"table '{table}' has no column {sorted(unknown)}")
        return {name: col(f"`{name}`") for name in columns}

    def _rewrite(self, table: str, rows: "DataFrame") -> None:
        schema = self.lake.tables[table].schema
        with self.transaction(), no_values():
            self.lake.write(table, fitted(rows, schema), schema)
