"""How the cohort as a whole is going: monthly totals as XmR charts, and a target with its interval."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from hiu.model import many
from hiu.month import Month
from hiu.rank.reports.xmr import RARE, Xmr, xmr
from hiu.stats import Z95

FEW = 12
"""Points below which limits are provisional (Making Data Count)."""

BASELINE = 12
_FIGURES = ("n", "people", "most", "lacking", "nobody")


@dataclass(frozen=True)
class Trend:
    """A data set's months: `table` has month, n (null = not supplied), people, most (one person's largest share of n),
    lacking (people whose number was not sent, so that n is a least), nobody (what of n rows that name nobody add),
    flags (rules that fire, joined by |), and `chart` the lines."""

    dataset: str
    table: pl.DataFrame
    chart: Xmr
    sentence: str
    breaks: tuple[str, ...]


def trend(
    dataset: str,
    *,
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.Series | None = None,
    totals: pl.DataFrame | None = None,
    breaks: dict[str, date] | None = None,
    records: pl.DataFrame | None = None,
    called: str = "",
) -> Trend:
    """The series of one data set up to a month, of everybody or of `people` (ids).

    `totals` (model table monthly_total) adds what rows that name nobody do; without it they are left out. `records`
    (dataset, month, n) has another count than the sum over people. `called` is what is counted, in words.

    Take a cohort that was fixed before the series begins: one chosen at its end was chosen for its last months.
    """
    own = {"demand": demand, "coverage": coverage, "people": people, "totals": totals, "records": records}
    table = series(dataset, month=month, **own)  # type: ignore[arg-type]
    chart = xmr(table["n"].to_list())
    table = table.with_columns(flags=pl.Series(["|".join(rules) for rules in chart.flags], dtype=pl.String))
    first = table["month"].min() or date.max
    inside = [f"{name} ({day:%Y-%m})" for name, day in (breaks or {}).items() if first <= day <= month.end]  # type: ignore[operator]
    return Trend(dataset, table, chart, _sentence(called or many(dataset), month, table, chart), tuple(inside))


def series(
    dataset: str,
    *,
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.Series | None = None,
    totals: pl.DataFrame | None = None,
    records: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`month`, `n`, `people`, `most`, `lacking`, `nobody` from the first month supplied to `month`; null where not
    supplied."""
    sent = coverage.filter(pl.col("dataset") == dataset, pl.col("supplied"), pl.col("month") <= month.start)
    if sent.is_empty():
        return pl.DataFrame(schema={"month": pl.Date, **dict.fromkeys(_FIGURES, pl.Int64)})
    first = Month.of(sent["month"].min())  # type: ignore[arg-type]
    own = demand.filter(pl.col("dataset") == dataset)
    if people is not None:
        own = own.filter(pl.col("person_id").is_in(people.implode()))
    unsent = own.filter(pl.col("n").is_null()).group_by("month").agg(lacking=pl.col("person_id").n_unique())
    own = own.filter(pl.col("n") > 0)
    each = own.group_by("person_id", "month").agg(pl.col("n").sum()).group_by("month")
    seen = each.agg(pl.col("n").sum(), people=pl.len().cast(pl.Int64), most=pl.col("n").max())
    if records is not None:
        counted = records.filter(pl.col("dataset") == dataset).select("month", "n")
        seen = seen.drop("n").join(counted, on="month", how="left", maintain_order="left")
    grid = pl.DataFrame({"month": [m.start for m in first.through(month)]}, schema={"month": pl.Date})
    covered = pl.col("month").is_in(sent["month"].unique().implode())
    joined = grid.join(seen, on="month", how="left", maintain_order="left")
    joined = joined.join(unsent, on="month", how="left", maintain_order="left")
    unnamed = pl.DataFrame(schema={"month": pl.Date, "nobody": pl.Int64})
    if totals is not None and people is None:
        unnamed = totals.filter(pl.col("dataset") == dataset).select("month", "nobody")
    joined = joined.join(unnamed, on="month", how="left", maintain_order="left")
    joined = joined.with_columns(n=pl.col("n").fill_null(0) + pl.col("nobody").fill_null(0))
    figures = (pl.when(covered).then(pl.col(name).fill_null(0)).cast(pl.Int64).alias(name) for name in _FIGURES)
    return joined.select("month", *figures)


def _sentence(name: str, month: Month, table: pl.DataFrame, chart: Xmr) -> str:
    if table.is_empty() or table["n"][-1] is None:
        return f"{name}: {month.title} was not supplied."
    if not chart.mean and not table["lacking"].sum():
        return f"{name}: 0 in {month.title}, as in every month supplied: nothing to chart."
    if table["n"].count() == 1:
        return f"{name}: {table['n'][-1]} in {month.title}, the only month supplied: nothing to compare it with."
    limits = f"limits {max(0.0, chart.lower):.0f} to {chart.upper:.0f}"
    now = int(table["lacking"][-1] or 0)
    before = table.head(-1).filter(pl.col("lacking") > 0).height
    total = f"{table['n'][-1]} in {month.title}"
    total = f"at least {total}, as no number was sent for {now} of the people" if now else total
    usual = f"{total}; the mean is {chart.mean:.{int(chart.mean < RARE)}f}, {limits}"
    few = "" if table["n"].count() >= FEW else f" Fewer than {FEW} months: the limits are provisional."
    if before:
        few += f" Earlier months in which a number was not sent for somebody, so that the total is a least: {before}."
    if not chart.latest:
        return f"{name}: {usual}; usual variation.{few}"
    way = "higher" if chart.up[-1] else "lower"
    return f"{name}: {usual}; {way} than usual ({', '.join(chart.latest)}).{few}"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target such as -15% in 6 months, and where things stand: `ratio` is the recent monthly mean over the
    baseline's, with its 95% interval; `line` the target in counts a month; `verdict` met, not met or cannot tell."""

    baseline: float
    line: float
    recent: float
    months: int
    change: float
    low: float
    high: float
    verdict: str
    sentence: str


def target(values: pl.DataFrame, *, begin: Month, fall: float = 0.15, within: int = 6) -> Target | None:
    """How a series (`month`, `n`) stands against a fall from the 12 months before `begin`, due `within` months after.

    The interval allows for the baseline's own ups and downs (variance over mean, at least 1), and supplied months
    alone are used. None without 6 baseline months or any month since.
    """
    counts = values.drop_nulls("n")
    before = counts.filter(pl.col("month").is_between((begin - BASELINE).start, (begin - 1).start))["n"].to_numpy()
    since = counts.filter(pl.col("month").is_between(begin.start, (begin + (within - 1)).start))["n"].to_numpy()
    if len(before) < 6 or not len(since) or not before.sum():
        return None
    base, now = float(before.mean()), float(since.mean())
    phi = max(1.0, float(before.var(ddof=1)) / base)
    error = Z95 * np.sqrt(phi * (1 / before.sum() + 1 / max(float(since.sum()), 0.5)))
    ratio = max(now, 0.5 / len(since)) / base
    low, high = min(float(ratio * np.exp(-error)), now / base) - 1, float(ratio * np.exp(error) - 1)
    verdict = "met" if high <= -fall else "not met" if low > -fall else "cannot tell"
    words = "cannot tell whether the target is met" if verdict == "cannot tell" else f"the target is {verdict}"
    sentence = (
        f"Target {-fall:+.0%} in {within} months from {begin.title}: {now:.1f} a month over {len(since)} "
        f"months against {base:.1f} before (target {base * (1 - fall):.1f}): {now / base - 1:+.0%} "
        f"({low:+.0%} to {high:+.0%}); {words}. This does not show that support caused it."
    )
    return Target(
        baseline=base,
        line=base * (1 - fall),
        recent=now,
        months=len(since),
        change=now / base - 1,
        low=low,
        high=high,
        verdict=verdict,
        sentence=sentence,
    )
