"""Figures of the section 136 papers that are no plain counts: hours of police, a funnel, a target."""

from collections.abc import Mapping, Sequence
from math import sqrt

import polars as pl

from hiu.govern.release.cells import EVERYBODY, Cell
from hiu.govern.release.solver import solve
from hiu.month import Month
from hiu.publish.rows import Row
from hiu.rank.reports.trend import target
from pipelines.pathway.counts import Counts
from pipelines.pathway.funnel import FAR, NEAR, place_on, sizes

C = pl.col
FALL, WITHIN, BASELINE = 0.15, 6, 12


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
    return [{"n": n, "middle": middle, **_limits(middle, n)} for n in sizes(largest, least=5)]


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
    return place_on(_limits(middle, n), share)


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
