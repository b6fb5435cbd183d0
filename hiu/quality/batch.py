"""The batch: the columns a suite asks about, flat, and what about them holds without asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


def holds_at_once(flat: pl.DataFrame, expectation: Spec, values: Spec | None = None) -> bool:
    """True if the batch plainly meets it: nothing is there to look at, or every value does.

    Exactly what evaluating would say, at no cost: a question put to Great Expectations costs milliseconds however
    few the rows, and its import seconds. What does not plainly hold here is asked, and only its answer counts.
    `values` are what the suite's `$PARAMETER`s stand for.
    """
    kind, columns, kwargs = expectation["type"], columns_asked(expectation), expectation["kwargs"]
    if kind == "expect_column_values_to_be_of_type":
        return isinstance(flat.schema[columns[0]], _IN_PANDAS[kwargs["type_"]])
    if kind == "expect_column_values_to_not_be_null":
        empty, rows = flat[columns[0]].null_count(), flat.height
        return empty == 0 or (rows - empty) / rows >= kwargs.get("mostly", 1)
    of_values = kind.startswith(("expect_column_values", "expect_column_pair"))
    if of_values and any(flat[name].null_count() == flat.height for name in columns):
        return True
    rule = _RULES.get(kind)
    filled = flat.select(columns).drop_nulls()
    return rule is not None and rule(filled, {key: _value(value, values) for key, value in kwargs.items()})


def sound_rows(records: pl.DataFrame) -> pl.Series:
    """Which rows are not set aside already: only these can still fail a question about single rows."""
    if "quarantined" not in records.columns:
        return pl.repeat(True, records.height, dtype=pl.Boolean(), eager=True)
    return ~records["quarantined"].fill_null(False)


def holds_where_sound(flat: pl.DataFrame, expectation: Spec, sound: pl.Series, values: Spec | None = None) -> bool:
    """`holds_at_once`, of the sound rows alone where the question is of single rows."""
    of_rows = expectation["type"] in _OF_SINGLE_ROWS and "mostly" not in expectation["kwargs"]
    return holds_at_once(flat.filter(sound) if of_rows and not sound.all() else flat, expectation, values)


_OF_SINGLE_ROWS = (
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_match_regex",
    "expect_column_pair_values_a_to_be_greater_than_b",
)

_Rule = Callable[[pl.DataFrame, Spec], bool]


def _value(value: object, values: Spec | None) -> object:
    """A setting of an expectation, a parameter by its value; one that is not known stays as it is."""
    return (values or {}).get(value["$PARAMETER"], value) if isinstance(value, dict) else value


def _between(filled: pl.DataFrame, kwargs: Spec) -> bool:
    column = filled.to_series()
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if not column.dtype.is_numeric() or any(isinstance(limit, dict) for limit in (low, high)) or _strict(kwargs):
        return False
    return (low is None or bool((column >= low).all())) and (high is None or bool((column <= high).all()))


def _listed_values(filled: pl.DataFrame, kwargs: Spec) -> bool:
    column = filled.to_series()
    return column.dtype == pl.String and bool(column.is_in(kwargs["value_set"]).all())


def _matching(filled: pl.DataFrame, kwargs: Spec) -> bool:
    """A pattern for the whole value, in letters that every dialect reads alike."""
    column, pattern = filled.to_series(), str(kwargs["regex"])
    if column.dtype != pl.String or not (pattern.startswith("^") and pattern.endswith("\\Z") and pattern.isascii()):
        return False
    return bool(column.str.contains(pattern.removesuffix("\\Z") + "\\z").all())


def _in_order(filled: pl.DataFrame, kwargs: Spec) -> bool:
    larger, smaller = filled[kwargs["column_A"]], filled[kwargs["column_B"]]
    skipped = kwargs.get("ignore_row_if") == "either_value_is_missing" and kwargs.get("or_equal")
    return bool(skipped) and larger.dtype == smaller.dtype and bool((larger >= smaller).all())


def _different(filled: pl.DataFrame, kwargs: Spec) -> bool:
    skipped = kwargs.get("ignore_row_if", "any_value_is_missing") == "any_value_is_missing"
    return skipped and filled.n_unique() == filled.height


def _strict(kwargs: Spec) -> bool:
    return bool(kwargs.get("strict_min") or kwargs.get("strict_max") or "mostly" in kwargs)


_RULES: dict[str, _Rule] = {
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_in_set": _listed_values,
    "expect_column_values_to_match_regex": _matching,
    "expect_column_pair_values_a_to_be_greater_than_b": _in_order,
    "expect_column_values_to_be_unique": _different,
    "expect_compound_columns_to_be_unique": _different,
}
"""What can be seen to hold for every filled row, by the kind of expectation."""


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
