"""A column's type in each library that holds tables. (Apart from the package, which needs no polars.)"""

from typing import NamedTuple

import polars as pl

from hiu.model.table import Table, Type


class TypeNames(NamedTuple):
    """What one type of ours is called elsewhere."""

    polars: pl.DataType
    sql: str
    batch: str
    """What Great Expectations is given: lists joined, whole numbers widened so that they may be null."""


TYPES: dict[Type, TypeNames] = {
    "text": TypeNames(pl.String(), "VARCHAR", "str"),
    "integer": TypeNames(pl.Int64(), "BIGINT", "float64"),
    "real": TypeNames(pl.Float64(), "DOUBLE", "float64"),
    "boolean": TypeNames(pl.Boolean(), "BOOLEAN", "bool"),
    "date": TypeNames(pl.Date(), "DATE", "datetime64"),
    "timestamp": TypeNames(pl.Datetime("us"), "TIMESTAMP", "datetime64"),
    "texts": TypeNames(pl.List(pl.String()), "VARCHAR[]", "str"),
}


def schema(table: Table) -> dict[str, pl.DataType]:
    """The polars types of a table's columns, in order."""
    return {column.name: TYPES[column.type].polars for column in table.columns}
