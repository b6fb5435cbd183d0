"""Figures of the section 136 papers that are no plain counts: hours of police, financial years, a funnel, a target."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import sqrt

import polars as pl

from hiu.govern.release.cells import EVERYBODY, Cell
from hiu.govern.release.solver import solve
from hiu.month import Month
from hiu.publish.rows import Row
from hiu.rank.reports.trend import target
from pipelines.pathway.counts import Counts

C = pl.col
NEAR, FAR = 1.96, 3.09
"""Standard errors within which 95 and 99.8 of 100 places lie by chance."""
FALL, WITHIN, BASELINE = 0.15, 6, 12
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
    rows: pl.DataFrame, dataset: str, splits: Iterable[tuple[str, ...]], months: Sequence[Month]
) -> list[Cell]:
    """One cell of each value of each split, over all of `months`: before anything is hidden."""
    own = rows.filter(C("month").is_in([month.start for month in months]))
    return [cell for split in splits for cell in _cells(own, dataset, split, tuple(map(str, months)))]


def _cells(own: pl.DataFrame, dataset: str, split: tuple[str, ...], months: tuple[str, ...]) -> list[Cell]:
    counted = own.with_columns(pl.lit(EVERYBODY).alias("all")).group_by("all", *split)
    whole = counted.agg(value=C("thing").n_unique(), people=C("person_id").n_unique())
    each = own.with_columns(pl.lit(EVERYBODY).alias("all")).group_by("all", *split, "person_id")
    most = each.agg(n=C("thing").n_unique()).group_by("all", *split).agg(most=C("n").max())
    return [
        Cell(
            measure="events",
            dataset=dataset,
            group="&".join(f"{name}={row[name]}" for name in split) or EVERYBODY,
            months=months,
            **{name: row[name] for name in ("value", "people", "most")},
        )
        for row in whole.join(most, on=["all", *split]).sort("all", *split).iter_rows(named=True)
    ]


def decided_after(cells: Sequence[Cell], earlier: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells of a year as they may be shown beside those of its months' own reports."""
    return solve(cells, [replace(cell, release=EARLIER) for cell in earlier]).cells


def hours_of_police(rows: pl.DataFrame, month: Month) -> Counts:
    """Whole hours from arrival to the police's release, all and by place, as they may be shown."""
    own = rows.filter(C("month") == month.start).drop_nulls("minutes")
    cells = [_hours(own, EVERYBODY, month)] if own.height else []
    cells += [_hours(part, f"place={name}", month) for (name,), part in own.group_by("place", maintain_order=True)]
    return Counts("police_hours", solve(cells).shown)


def _hours(own: pl.DataFrame, group: str, month: Month) -> Cell:
    each = own.group_by("person_id").agg(C("minutes").sum())["minutes"]
    value, most = (round((found or 0) / 60) for found in (each.sum(), each.max()))  # type: ignore[operator, arg-type]
    about = {"dataset": "police_hours", "group": group, "months": (str(month),)}
    return Cell(measure="events", value=value, people=each.len(), most=most, **about)  # type: ignore[arg-type]


def funnel_lines(middle: float, largest: int) -> list[Row]:
    """Limits of a share at every size up to the largest, about the share of all."""
    sizes = [max(5, largest * step // 40) for step in range(1, 43)]
    return [{"n": n, "middle": middle, **_limits(middle, n)} for n in sorted(set(sizes))]


def _limits(middle: float, n: int) -> dict[str, float]:
    error = sqrt(middle * (1 - middle) / n)
    return {
        "low": max(0.0, middle - NEAR * error),
        "high": min(1.0, middle + NEAR * error),
        "far_low": max(0.0, middle - FAR * error),
        "far_high": min(1.0, middle + FAR * error),
    }


def standing(share: float, middle: float, n: int) -> str:
    """Where a place's share lies against the limits, in words."""
    lines = _limits(middle, n)
    if lines["low"] <= share <= lines["high"]:
        return "as chance would have it"
    beyond = "99.8%" if not lines["far_low"] <= share <= lines["far_high"] else "95%"
    return f"{'above' if share > middle else 'below'} the {beyond} limit"


def target_of(month: Month, supplied: Sequence[Month], shown: Mapping[Month, int | None]) -> str:
    """How the months as shown stand against 15% fewer in 6 months; or why it can't be said."""
    begin = month - (WITHIN - 1)
    wanted = [one for one in supplied if begin - BASELINE <= one <= month]
    if any(shown[one] is None for one in wanted):
        return "can't be said: at least one month's figure can't be shown"
    values = pl.DataFrame({"month": [one.start for one in wanted], "n": [shown[one] for one in wanted]})
    found = target(values.cast({"n": pl.Float64}), begin=begin, fall=FALL, within=WITHIN) if wanted else None
    if found is None:
        return "can't be said: it needs 6 supplied months before it, with detentions, and one since"
    return found.sentence.removeprefix(f"Target {-FALL:+.0%} in {WITHIN} months from {begin.title}: ")
