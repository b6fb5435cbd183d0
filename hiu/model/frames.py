"""A table as a polars frame: the types of its columns. (Apart from the package, which needs no polars.)"""

import polars as pl

from hiu.model.table import Table, Type

POLARS: dict[Type, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "real": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
    "texts": pl.List(pl.String()),
}


def schema(table: Table) -> dict[str, pl.DataType]:
    """The polars types of a table's columns, in order."""
    return {column.name: POLARS[column.type] for column in table.columns}
