"""Would another rule have found the people better? Tried on the site's own past months.

Every past month with 12 months before it and 3 fully supplied months after is ranked as if it were the
latest, and compared with what the next 3 months brought. Risk is left out on both sides: the question is
who needed most, and gradings made later would leak in.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from hiu.errors import HiuError
from hiu.model import CONTACTS
from hiu.month import Month
from hiu.rank.listing.history import Floats, History, history
from hiu.rank.listing.intensity import AHEAD, PLACES, Points, fit, observed, observed_in, points, reweigh, weights_of
from hiu.rank.listing.population import numbered, place_among, population
from hiu.rank.listing.uncertainty import Posterior, in_the_first, letters
from hiu.rank.reports import cost
from hiu.settings import Rank, Settings
from hiu.stats import Z95

BEFORE = 12
HALF_LIVES = (1.0, 2.0, 3.0, 6.0, 12.0)


@dataclass(frozen=True)
class Backtest:
    """How the rules did.

    `rules`: rule, top (N), months (tried), capture (mean share of the next 3 months' points used by the
    first N), capture_low, capture_high (95% of the mean, over months), precision (mean share of the first N
    who were among the N with most points). `certainty`: certainty (A, B, C), people, hits (were among the N
    with most points), rate. `half_life` is the one in use; `best_half_life` had the highest capture.
    """

    rules: pl.DataFrame
    certainty: pl.DataFrame
    half_life: float
    best_half_life: float


def backtest(
    *,
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    settings: Settings,
    tops: tuple[int, ...] = (20, 50),
    costs: dict[str, float] | None = None,
) -> Backtest:
    """Try every rule on every past month that allows it. Raises HiuError when no month does.

    `costs` in pounds a unit (else the shipped table's): only for the cost-weighted rule that others are held against.
    """
    weights = weights_of(settings.rank.weights, coverage)
    _, (people, demand) = numbered(people, demand)
    whole = history(people["person_id"], month, demand, coverage)
    results: list[tuple[str, int, float, float]] = []
    sure: list[pl.DataFrame] = []
    for past, future in _trials(whole, demand, people, settings.rank.minimum_age, weights):
        needed = {top: _first(future, top) * (future > 0) for top in tops}
        scored = points(past, weights, settings.rank.half_life)
        for name, score in _rules(past, scored, settings.rank, weights, costs or cost.costs().central).items():
            results += [(name, top, *_score(score, future, needed[top], top)) for top in tops]
        sure.append(_certainty(scored, future, settings.rank))
        del scored  # before the next month's: they are as many numbers as there are people and months
    if not results:
        raise HiuError(
            f"No month up to {month} can be tried: each needs {BEFORE} months before it and {AHEAD} months after it "
            "that every data set supplied."
        )
    table = _summary(results)
    lives = table.filter(pl.col("rule").str.starts_with("half-life"), pl.col("top") == tops[0])
    best = str(lives.sort("capture", descending=True, maintain_order=True)["rule"][0])
    return Backtest(table, _hits(sure), settings.rank.half_life, float(best.removeprefix("half-life ")))


def _trials(
    whole: History, demand: pl.DataFrame, people: pl.DataFrame, minimum_age: int, weights: dict[str, float]
) -> Iterator[tuple[History, Floats]]:
    """Each month that can be tried: the adults' history to it, and their points in the 3 months after."""
    used = whole.rows(tuple(name for name, weight in weights.items() if weight))
    used = [d for d in used if whole.supplied[d].any()]
    for t in range(BEFORE - 1, len(whole.months) - AHEAD):
        if not whole.supplied[used, t + 1 : t + 1 + AHEAD].all():
            continue
        adults = population(whole.months[t], demand, people, minimum_age).filter(pl.col("list") == "adult")
        if adults.height:
            ahead = np.isin(np.arange(len(whole.months)), range(t + 1, t + 1 + AHEAD))
            past, later = whole.cut(adults["person_id"], whole.months[t]), observed_in(whole, weights, ahead)
            yield past, later[place_among(past.people, whole.people).to_numpy()]


def _rules(
    past: History, base: Points, rank: Rank, weights: dict[str, float], costs: dict[str, float]
) -> dict[str, Floats]:
    def expected(half_life: float) -> Floats:
        scored = reweigh(base, half_life)
        return fit(scored).expected(scored.S, scored.n)

    lives = sorted({*HALF_LIVES, rank.half_life})
    return {
        **{f"half-life {life:g}": expected(life) for life in lives},
        "12-month count": observed(past, dict.fromkeys(CONTACTS, 1.0), 12),
        "12-month points": observed(past, weights, 12),
        "last month": observed(past, weights, 1),
        "cost weighted": observed(past, costs, 12),
    }


def _first(score: Floats, top: int) -> Floats:
    """Each person's share of being among the first N: ties at the line share what places are left."""
    score = np.round(score, PLACES)
    at = len(score) - min(top, len(score))
    line = np.partition(score, at)[at]
    above, tied = score > line, score == line
    return np.where(above, 1.0, np.where(tied, (min(top, len(score)) - above.sum()) / tied.sum(), 0.0))


def _score(score: Floats, future: Floats, needed: Floats, top: int) -> tuple[float, float]:
    """Share of all points that the first N used, and of the first N who were `needed` (among the N with most)."""
    shares = _first(score, top)
    chosen = np.flatnonzero(shares)  # few of many
    total, shares = float(future.sum()), shares[chosen]
    capture = float(shares @ future[chosen]) / total if total else 0.0
    return capture, float(shares @ needed[chosen]) / min(top, len(future))


def _certainty(scored: Points, future: Floats, rank: Rank) -> pl.DataFrame:
    order = np.argsort(-np.round(scored.S, PLACES), kind="stable")
    same = np.ones(len(order))
    post = Posterior.of(scored.S[order], scored.n, fit(scored), same, same > 0)
    sure = in_the_first(post, top=rank.top, draws=rank.draws, seed=rank.seed)
    needed = _first(future, rank.top)[order] * (future[order] > 0)
    each = pl.DataFrame({"certainty": letters(sure), "hits": needed})
    return each.group_by("certainty").agg(pl.len().alias("people"), pl.col("hits").sum())


def _summary(results: list[tuple[str, int, float, float]]) -> pl.DataFrame:
    frame = pl.DataFrame(results, schema=["rule", "top", "capture", "precision"], orient="row")
    error = Z95 * pl.col("capture").std() / pl.len().sqrt()
    return frame.group_by("rule", "top", maintain_order=True).agg(
        months=pl.len(),
        capture=pl.col("capture").mean(),
        capture_low=pl.col("capture").mean() - error,
        capture_high=pl.col("capture").mean() + error,
        precision=pl.col("precision").mean(),
    )


def _hits(sure: list[pl.DataFrame]) -> pl.DataFrame:
    by_letter = pl.concat(sure).group_by("certainty").agg(pl.col("people", "hits").sum())
    return by_letter.with_columns(rate=pl.col("hits") / pl.col("people")).sort("certainty")
