"""The batch: the columns a suite asks about, flat, and what about them holds without asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import pandas as pd

Spec = Mapping[str, Any]
"""A suite, an expectation or a part of one, as Great Expectations reads it."""

_IN_PANDAS: dict[str, tuple[type[pl.DataType], ...]] = {
    "str": (pl.String,),
    "float64": (pl.Float64,),
    "bool": (pl.Boolean,),
    "datetime64": (pl.Date, pl.Datetime),
}
"""Type of the batch's column -> what becomes it."""


def columns_asked(expectation: Spec) -> list[str]:
    """Columns an expectation names."""
    kwargs = expectation["kwargs"]
    single = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    return [*single, *kwargs.get("column_list", ())]


def flatten(records: pl.DataFrame, expectations: Sequence[Spec]) -> pl.DataFrame:
    """The columns expectations name, one plain value a cell.

    Lists are joined by |, whole numbers widened to real; `<column>_day` is a stamp's date, `<column>_number`
    the same as a number (20260331: compared a hundred times faster), `details.<field>` a kept field.
    """
    names = dict.fromkeys(name for one in expectations for name in columns_asked(one))
    return records.select(_expression(records, name) for name in names)


def holds_at_once(flat: pl.DataFrame, expectation: Spec) -> bool:
    """True if types and counts of nulls settle it: the type is right, few enough are empty, or nothing is there to
    look at.

    Exactly what evaluating would say, at no cost: a question put to Great Expectations costs milliseconds however
    few the rows, and most of a suite's are of this kind.
    """
    kind, columns, kwargs = expectation["type"], columns_asked(expectation), expectation["kwargs"]
    if kind == "expect_column_values_to_be_of_type":
        return isinstance(flat.schema[columns[0]], _IN_PANDAS[kwargs["type_"]])
    if kind == "expect_column_values_to_not_be_null":
        empty, rows = flat[columns[0]].null_count(), flat.height
        return empty == 0 or (rows - empty) / rows >= kwargs.get("mostly", 1)
    of_values = kind.startswith(("expect_column_values", "expect_column_pair"))
    return of_values and any(flat[name].null_count() == flat.height for name in columns)


def to_pandas(flat: pl.DataFrame, expectations: Sequence[Spec], rows: pl.Series) -> pd.DataFrame:
    """The columns still in question, with the row number as index: what a failing row is named by."""
    import pandas as pd

    names = dict.fromkeys(name for one in expectations for name in columns_asked(one))
    index = pd.Index(rows.to_numpy())
    return flat.select(list(names)).to_pandas().set_axis(index) if names else pd.DataFrame(index=index)


def _expression(records: pl.DataFrame, name: str) -> pl.Expr:
    base, _, field = name.partition(".")
    if field:
        return pl.col(base).cast(pl.String).str.json_path_match(f"$['{field}']").alias(name)
    if name in records.columns:
        return _plain(records.schema[name], name)
    if name.endswith("_number"):
        day = pl.col(name.removesuffix("_number")).cast(pl.Date, strict=False)
        number = day.dt.year().cast(pl.Int64) * 10000 + day.dt.month().cast(pl.Int64) * 100 + day.dt.day()
        return number.cast(pl.Float64).alias(name)
    return pl.col(name.removesuffix("_day")).cast(pl.Date, strict=False).alias(name)


def _plain(dtype: pl.DataType, name: str) -> pl.Expr:
    if isinstance(dtype, pl.List):
        return pl.col(name).list.join("|")
    return pl.col(name).cast(pl.Float64) if dtype.is_integer() else pl.col(name)
