"""Financial years of a part: which one is over, and its cells, decided after those of its months' own reports."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from hiu.govern.release.cells import EVERYBODY, Cell, Measure
from hiu.govern.release.solver import solve
from hiu.month import Month

C = pl.col
EARLIER = "monthly report"
"""What the cells of a month's own report are released by: a year's cells are decided after them."""
YEAR_STARTS = 4
"""The month in which a financial year begins."""


def year_to(month: Month) -> list[Month]:
    """The months of the last financial year, April to March, that was over at the end of a month."""
    last = month - (month.number - (YEAR_STARTS - 1)) % 12
    return list((last - 11).through(last))


def year_title(months: Sequence[Month]) -> str:
    """A financial year as people write it: 2025/26."""
    return f"{months[0].year}/{months[-1].year % 100:02}"


def cells_of(
    rows: pl.DataFrame,
    dataset: str,
    splits: Iterable[tuple[str, ...]],
    months: Sequence[Month],
    *,
    measure: Measure = "events",
) -> list[Cell]:
    """One cell of each value of each split, over all of `months`: before anything is hidden. The whole has
    one even if nothing was counted.

    Rows have person_id, month, the columns of the splits, and `thing` (counted once) or `n` (added up).
    """
    own = rows.filter(C("month").is_in([month.start for month in months])).with_columns(pl.lit(EVERYBODY).alias("all"))
    amount = C("n").sum() if "n" in rows.columns else C("thing").n_unique()
    return [
        cell for split in splits for cell in _cells(own, amount, (measure, dataset), split, tuple(map(str, months)))
    ]


def _cells(
    own: pl.DataFrame, amount: pl.Expr, of: tuple[Measure, str], split: tuple[str, ...], months: tuple[str, ...]
) -> list[Cell]:
    sums = {"value": amount, "people": C("person_id").n_unique()}
    whole = own.group_by("all", *split).agg(**sums) if split else own.select(**sums, all=pl.lit(EVERYBODY))
    each = own.group_by("all", *split, "person_id").agg(n=amount)
    most = each.group_by("all", *split).agg(most=C("n").max())
    measure, dataset = of
    return [
        Cell(
            measure=measure,
            dataset=dataset,
            group="&".join(f"{name}={row[name]}" for name in split) or EVERYBODY,
            months=months,
            **{name: row[name] for name in ("value", "people", "most")},
        )
        for row in whole.join(most, on=["all", *split], how="left")
        .with_columns(C("value", "most").fill_null(0))
        .sort("all", *split)
        .iter_rows(named=True)
    ]


def decided_after(cells: Sequence[Cell], earlier: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells of a year as they may be shown beside those of its months' own reports."""
    return solve(cells, [replace(cell, release=EARLIER) for cell in earlier]).cells
