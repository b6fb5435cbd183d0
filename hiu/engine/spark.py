"""Spark, by Spark Connect: the tables in a lake, and the SQL of hiu/sql on the cluster that a site has already.

Needs the extra `hiu[spark]` (pyspark-client: no Java on our side). What is asked and put goes over the wire by Arrow.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import polars as pl
import pyarrow.parquet as pq

from hiu.engine import Scalar
from hiu.engine import sql as queries
from hiu.engine.lake import Lake
from hiu.errors import HiuError, SettingsError, UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import TABLES, Table
from hiu.model.frames import TYPES

if TYPE_CHECKING:
    from pyspark.sql.connect.column import Column
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession

NAMES = {
    pl.String(): "string",
    pl.Int64(): "bigint",
    pl.Float64(): "double",
    pl.Boolean(): "boolean",
    pl.Date(): "date",
    pl.Datetime("us"): "timestamp_ntz",
    pl.List(pl.String()): "array<string>",
    pl.Decimal(20, 0): "decimal(20,0)",
}
"""What Spark calls each type that a column of ours may have; a digest of 64 bits without a sign is a decimal."""

CONFIGURED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}
"""Of the session: times have no zone, and what can't be cast is an error and never silently null."""


def connect(remote: str) -> "SparkSession":
    """A session at `sc://host:port/;token=...`. Raises SettingsError without the extra, HiuError if nobody answers."""
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError:
        raise SettingsError("--engine spark needs the extra: pip install 'hiu[spark]'") from None
    with no_values():
        session: SparkSession = SparkSession.builder.remote(remote).create()
        for key, value in CONFIGURED.items():
            session.conf.set(key, value)
    return session


class SparkEngine:
    """The protocol `Engine` on a Spark session. `lake`: a folder that the cluster can read and write."""

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
            _same_columns(table, declared.names, queries.columns(text))
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

    def put(self, table: str, frame: pl.DataFrame) -> int:
        """Make `table` anew from a frame; a declared table must have its columns, in any order. Rows put."""
        declared = TABLES.get(queries.check_name(table))
        if declared:
            _same_columns(table, declared.names, frame.columns)
        with no_values():
            return self._made(table, self._sent(frame))

    def append(self, table: str, frame: pl.DataFrame) -> int:
        """Add a frame's rows to `table`, made if absent. Rows added. Raises UsageError on other columns."""
        if not self.exists(table):
            return self.put(table, frame)
        _same_columns(table, self.columns(table), frame.columns)
        if frame.is_empty():
            return 0
        with self.transaction(), no_values():
            schema = self.lake.tables[table].schema
            self.lake.write(table, self._as(self._sent(frame.select(self.columns(table))), schema), schema, more=True)
            self._show(table)
        return frame.height

    def delete(self, table: str, column: str, value: Scalar) -> None:
        """Remove the rows whose `column` equals `value`: the table is written anew, and its old folders emptied."""
        of = self._columns_of(table, column)
        if value is not None:
            self._rewrite(table, self.lake.frame(table).filter(~of[column].eqNullSafe(value)))

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
        kind = next(TYPES[c.type].polars for c in TABLES[table].columns if c.name == column)
        with self.transaction(), no_values():
            self.lake.declare(table, f"{self.lake.tables[table].schema}, `{queries.check_name(column)}` {NAMES[kind]}")
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
            frame = pl.from_arrow(rows.toArrow())
        assert isinstance(frame, pl.DataFrame)
        digests = pl.col(pl.Decimal(20, 0)).cast(pl.UInt64)
        return frame.with_columns(pl.col(pl.Int32, pl.Int16, pl.Int8).cast(pl.Int64), digests)

    def _sent(self, frame: pl.DataFrame) -> "DataFrame":
        """A frame as Spark has it: whole numbers are signed and 64 bits wide."""
        wide = frame.with_columns(
            (pl.selectors.integer() - pl.selectors.by_dtype(pl.UInt64)).cast(pl.Int64),
            pl.col(pl.UInt64).cast(pl.Decimal(20, 0)),
            pl.col(pl.Null).cast(pl.String),
        )
        schema = ", ".join(f"`{queries.check_name(name)}` {NAMES[kind]}" for name, kind in wide.schema.items())
        return self.session.createDataFrame(wide.to_arrow(compat_level=pl.CompatLevel.oldest()), schema=schema)

    def _made(self, table: str, rows: "DataFrame", *, temporary: bool = False) -> int:
        schema = _declared(TABLES[table]) if table in TABLES else _found(rows)
        with self.transaction():
            self.lake.write(table, self._as(rows, schema), schema, temporary=temporary)
            self._show(table)
        return self.count(table)

    @staticmethod
    def _as(rows: "DataFrame", schema: str) -> "DataFrame":
        """The columns of a table, in order, cast to their types."""
        names = (part.split("` ") for part in schema.split(", "))
        return rows.selectExpr(*(f"CAST({name}` AS {kind}) AS {name}`" for name, kind in names))

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
            self.lake.write(table, self._as(rows, schema), schema)
            self._show(table)

    def _undo(self) -> None:
        self.lake.undo()
        for table in self.lake.tables:
            self._show(table)


def _declared(table: Table) -> str:
    return ", ".join(f"`{c.name}` {NAMES[TYPES[c.type].polars]}" for c in table.columns)


def _same_columns(table: str, expected: Sequence[str], found: Sequence[str]) -> None:
    if missing_or_unknown := set(expected) ^ set(found):
        raise UsageError(f"table '{table}': columns missing or not known: {sorted(missing_or_unknown)}")


def _found(rows: "DataFrame") -> str:
    return ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in rows.schema.fields)


@contextmanager
def no_values() -> Iterator[None]:
    """Spark's errors as ours: its messages can hold values of the data, so only their class is passed on."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("pyspark", "grpc")):
            raise
        condition = getattr(error, "getCondition", lambda: None)() or type(error).__name__
        raise HiuError(f"Spark could not do this: {condition}") from None
