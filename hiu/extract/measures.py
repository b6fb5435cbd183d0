"""What a row may be counted as: the conditions of its source's measures."""

from collections.abc import Collection, Mapping

import polars as pl

from hiu.extract.values.codes import not_known
from hiu.sources import Measure
from hiu.sources.conditions import Condition


def measures(rules: Collection[Measure], values: Collection[str]) -> pl.Expr:
    """Names of the measures a row earns, as a list; `values` are the fields the file has (others are null)."""
    if not rules:
        return pl.lit([], pl.List(pl.String))
    earned = [pl.when(holds(rule.where, values)).then(pl.lit(rule.name)) for rule in rules]
    return pl.concat_list(earned).list.drop_nulls()


def holds(where: Mapping[str, Condition], values: Collection[str]) -> pl.Expr:
    """Whether every condition holds; without conditions, always."""
    tests = [
        _test(pl.col(field) if field in values else pl.lit(None, pl.String), condition, _unknown(field, values))
        for field, condition in where.items()
    ]
    return pl.all_horizontal(tests) if tests else pl.lit(True)


def unknown_key(field: str) -> str:
    """Name of the column that says where a field holds a code word that its source does not list."""
    return f"{field}@unknown"


def _unknown(field: str, values: Collection[str]) -> pl.Expr:
    return pl.col(unknown_key(field)) if unknown_key(field) in values else pl.lit(False)


def _test(value: pl.Expr, condition: Condition, unknown: pl.Expr) -> pl.Expr:
    """Whether a condition holds; of a word that nobody listed it is not known that it is none of the words named."""
    if condition == "present":
        return value.is_not_null() & ~not_known(value, coded=True) & ~unknown
    if condition == "absent":
        return (value.is_null() | not_known(value, coded=True)) & ~unknown
    assert not isinstance(condition, str)  # hiu.sources.conditions
    tests = [_compare(value, kind, wanted) for kind, wanted in condition.items()]
    negative = any(kind.startswith("not_") for kind in condition)
    return pl.all_horizontal([*tests, ~unknown] if negative else tests)


def _compare(value: pl.Expr, kind: str, wanted: tuple[str, ...]) -> pl.Expr:
    if kind in ("in", "not_in"):
        found = value.str.to_lowercase().is_in([word.lower() for word in wanted]).fill_null(False)
    else:
        found = pl.any_horizontal([value.str.contains(f"(?i){form}").fill_null(False) for form in wanted])
    return ~found if kind.startswith("not_") else found
