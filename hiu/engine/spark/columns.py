"""Columns: what a type of ours is called in Spark, and what a task's answer must be in Arrow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from hiu.engine import Task
from hiu.engine.sql import check_name
from hiu.errors import UsageError
from hiu.model import Table
from hiu.model.frames import TYPES

if TYPE_CHECKING:
    from pyspark.sql.connect.dataframe import DataFrame

_NAMES = {
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

_ARROW = {
    pl.String(): pa.string(),
    pl.Int64(): pa.int64(),
    pl.Float64(): pa.float64(),
    pl.Boolean(): pa.bool_(),
    pl.Date(): pa.date32(),
    pl.Datetime("us"): pa.timestamp("us"),
    pl.List(pl.String()): pa.list_(pa.string()),
}
"""What a task's answer must be in Arrow, of each type of a declared column."""


def worked(task: Task, rows: pa.Table, shape: pa.Schema) -> pa.Table:
    """What a task gives for some rows, in the columns of its table."""
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    if frame.is_empty():
        return shape.empty_table()
    made = task(frame.with_columns(pl.col(pl.Int32).cast(pl.Int64))).select(shape.names)
    return made.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(shape)


def shape_of(table: Table) -> pa.Schema:
    """A declared table in Arrow."""
    return pa.schema([(c.name, _ARROW[TYPES[c.type].polars]) for c in table.columns])


def declared(table: Table) -> str:
    """A declared table as Spark writes its columns."""
    return ", ".join(column_of(c.name, TYPES[c.type].polars) for c in table.columns)


def column_of(name: str, kind: pl.DataType) -> str:
    """A column as Spark writes it."""
    return f"`{check_name(name)}` {_NAMES[kind]}"


def found(rows: "DataFrame") -> str:
    """The columns of a query as Spark writes them."""
    return ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in rows.schema.fields)


def fitted(rows: "DataFrame", schema: str) -> "DataFrame":
    """The columns of a table, in order, cast to their types."""
    names = (part.split("` ") for part in schema.split(", "))
    return rows.selectExpr(*(f"CAST({name}` AS {kind}) AS {name}`" for name, kind in names))


def sent(frame: pl.DataFrame) -> tuple[pa.Table, str]:
    """A frame as it goes to Spark, and its columns as Spark writes them: whole numbers are signed and 64 bits wide."""
    wide = frame.with_columns(
        (pl.selectors.integer() - pl.selectors.by_dtype(pl.UInt64)).cast(pl.Int64),
        pl.col(pl.UInt64).cast(pl.Decimal(20, 0)),
        pl.col(pl.Null).cast(pl.String),
    )
    columns = ", ".join(column_of(name, kind) for name, kind in wide.schema.items())
    return wide.to_arrow(compat_level=pl.CompatLevel.oldest()), columns


def received(rows: pa.Table) -> pl.DataFrame:
    """A frame as it comes from Spark."""
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    digests = pl.col(pl.Decimal(20, 0)).cast(pl.UInt64)
    return frame.with_columns(pl.col(pl.Int32, pl.Int16, pl.Int8).cast(pl.Int64), digests)


def same_columns(table: str, expected: Sequence[str], there: Sequence[str]) -> None:
    """Raises UsageError where a table's columns are others than expected."""
    if missing_or_unknown := set(expected) ^ set(there):
        raise UsageError(f"table '{table}': columns missing or not known: {sorted(missing_or_unknown)}")
