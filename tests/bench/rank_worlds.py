"""Six simulated worlds: how much of the next three months each rule's first 20 catch, and how often labels cry wolf.

    python tests/bench/rank_worlds.py [--repeats 60] [--seed 1]

Every world has 400 people, 24 months of history and 3 months to come, in the five data sets. Risk is left out:
it would move every rule alike. Capture@20 is the share of all points of the next 3 months that the first 20
use; the ceiling knows the future. A false flag is a label that says 'changed' in the persistent world, where
nobody changes, among the 50 people a meeting sees (the first 50 of the list, so picked at their peaks).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.model import CONTACTS, DATASETS
from hiu.month import Month
from hiu.rank.listing.history import Cells, History
from hiu.rank.listing.intensity import fit, points
from hiu.rank.listing.labels import dispersion, labels
from hiu.settings import Labels, Weights

PEOPLE, PAST, AHEAD, MEETING, TOP = 400, 24, 3, 50, 20
WEIGHTS = Weights().by_dataset()
COSTS = {
    "police_incident": 522.0,
    "ambulance_deployment": 216.0,
    "ed_attendance": 126.0,
    "mh_bed_day": 564.0,
    "s136": 1077.0,
    "mha_assessment": 0.0,
}
Array = NDArray[np.float64]
Rng = np.random.Generator


# the worlds: each gives every person's contact rate by month ------------------------------------------


def base(rng: Rng) -> Array:
    """Contacts a month in the long run: mean 1.2, with a heavy tail."""
    return rng.gamma(1.0, 1.2, PEOPLE)[:, None] * np.ones(PAST + AHEAD)


def bursts(rng: Rng) -> Array:
    """Mostly low, with spells of about 3 months at eight times that."""
    on = np.zeros((PEOPLE, PAST + AHEAD), dtype=bool)
    on[:, 0] = rng.random(PEOPLE) < 0.15
    for t in range(1, PAST + AHEAD):
        on[:, t] = np.where(on[:, t - 1], rng.random(PEOPLE) < 2 / 3, rng.random(PEOPLE) < 0.06)
    return base(rng) * np.where(on, 4.0, 0.5)


def reverting(rng: Rng) -> Array:
    """The logarithm of the rate wanders around the person's own level and is drawn back to it."""
    return base(rng) * np.exp(_wander(rng, keep=0.6, step=0.6))


def seasonal(rng: Rng) -> Array:
    """A yearly wave, each person with their own peak month."""
    phase = rng.uniform(0, 12, PEOPLE)[:, None]
    return base(rng) * (1 + 0.6 * np.sin(2 * np.pi * (np.arange(PAST + AHEAD) + phase) / 12))


def drift(rng: Rng) -> Array:
    """The logarithm of the rate is a random walk."""
    return base(rng) * np.exp(_wander(rng, keep=1.0, step=0.2))


def mixture(rng: Rng) -> Array:
    """Each person of one of the other five kinds."""
    kinds = np.stack([world(rng) for world in (base, bursts, reverting, seasonal, drift)])
    return kinds[rng.integers(0, len(kinds), PEOPLE), np.arange(PEOPLE)]


WORLDS: dict[str, Callable[[Rng], Array]] = {
    "persistent": base,
    "bursts": bursts,
    "regression to the mean": reverting,
    "seasonal": seasonal,
    "drift": drift,
    "mixture": mixture,
}


def _wander(rng: Rng, keep: float, step: float) -> Array:
    out = np.zeros((PEOPLE, PAST + AHEAD))
    for t in range(1, PAST + AHEAD):
        out[:, t] = keep * out[:, t - 1] + rng.normal(0, step, PEOPLE)
    return out - out.mean(axis=1, keepdims=True) * (keep == 1.0)


def counts(rate: Array, rng: Rng) -> dict[str, Array]:
    """Counts by data set: contacts vary half as much again as chance alone; stays run over months."""
    share = rng.dirichlet([2, 2, 2], PEOPLE)
    noisy = rng.gamma(2 * rate * 1.0 + 1e-9, 0.5)
    out = {name: rng.poisson(noisy * share[:, [d]]).astype(float) for d, name in enumerate(CONTACTS)}
    stays = rng.poisson(rate * 0.04) * rng.geometric(1 / 20, rate.shape)
    nights = np.zeros_like(rate)
    left = np.zeros(PEOPLE)
    for t in range(rate.shape[1]):
        left += stays[:, t]
        nights[:, t] = np.minimum(left, 30)
        left -= nights[:, t]
    return {**out, "mh_bed_day": nights, "s136": rng.poisson(rate * 0.05), "mha_assessment": rng.poisson(rate * 0.04)}


def past_of(world: dict[str, Array]) -> History:
    """What a site would hold at the end of month 24: everything supplied."""
    last = Month(2026, 3)
    n = np.stack([world[name][:, :PAST] for name in DATASETS]).astype(np.float32)
    supplied = np.ones((len(DATASETS), PAST), dtype=bool)
    names = pl.Series([f"P{i:03}" for i in range(PEOPLE)])
    d, p, t = np.nonzero(n)
    return History(names, (last - (PAST - 1)).through(last), DATASETS, Cells(d, p, t, n[d, p, t]), supplied)


# the rules --------------------------------------------------------------------------------------------


def weighted(world: dict[str, Array], weights: dict[str, float], months: slice) -> Array:
    """Sum of weights times counts over some months."""
    return sum((weights.get(name, 0) * n[:, months].sum(axis=1) for name, n in world.items()), np.zeros(PEOPLE))


def default(world: dict[str, Array], half_life: float = 3) -> Array:
    """Expected points of the product's rank."""
    past = past_of(world)
    scored = points(past, WEIGHTS, half_life)
    return fit(scored).expected(scored.S, scored.n)


YEAR, MONTH, NEXT = slice(PAST - 12, PAST), slice(PAST - 1, PAST), slice(PAST, PAST + AHEAD)
EVENTS = dict.fromkeys(CONTACTS, 1.0)
RULES: dict[str, Callable[[dict[str, Array]], Array]] = {
    "default": default,
    "12-month count": lambda world: weighted(world, EVENTS, YEAR),
    "12-month points": lambda world: weighted(world, WEIGHTS, YEAR),
    "last month": lambda world: weighted(world, WEIGHTS, MONTH),
    "cost weighted": lambda world: weighted(world, COSTS, YEAR),
    "half-life 1": lambda world: default(world, 1),
    "half-life 6": lambda world: default(world, 6),
    "half-life 12": lambda world: default(world, 12),
    "ceiling": lambda world: weighted(world, WEIGHTS, NEXT),
}


def capture(score: Array, future: Array, rng: Rng) -> float:
    """Share of future points used by the first 20; ties are broken at random."""
    order = np.lexsort((rng.random(len(score)), -score))[:TOP]
    return float(future[order].sum() / future.sum())


def captures(repeats: int, seed: int) -> dict[str, dict[str, list[float]]]:
    """rule -> world -> capture@20 of each repeat; every rule sees the same worlds."""
    out: dict[str, dict[str, list[float]]] = {rule: {name: [] for name in WORLDS} for rule in RULES}
    for w, (name, rates) in enumerate(WORLDS.items()):
        for r in range(repeats):
            rng = np.random.default_rng([seed, w, r])
            world = counts(rates(rng), rng)
            future = weighted(world, WEIGHTS, NEXT)
            for rule, score in RULES.items():
                out[rule][name].append(capture(score(world), future, rng))
    return out


# labels -----------------------------------------------------------------------------------------------


def flags(world: dict[str, Array]) -> dict[str, Array]:
    """For each rule, who of the first 50 is said to have changed."""
    past = past_of(world)
    meeting = np.argsort(-default(world), kind="stable")[:MEETING]
    found = labels(past, Labels(), dispersion(past, np.ones(PEOPLE, dtype=bool))).label
    series = sum((world[name][:, :PAST] for name in CONTACTS), np.zeros((PEOPLE, PAST)))[meeting]
    changed = np.isin(np.array(found)[meeting], ["ESCALATING", "DE-ESCALATING"])
    mean = series[:, -13:-1].mean(axis=1)
    return {
        "labels": changed,
        "XmR rules": xmr(series[:, -15:]),
        "last month +/-50%": abs(series[:, -1] - mean) > mean / 2,
    }


def xmr(series: Array) -> Array:
    """NHS XmR rules, any of which fires at the latest month."""
    mean = series.mean(axis=1)
    moves = abs(np.diff(series, axis=1))
    kept = np.where(moves < 3.267 * moves.mean(axis=1, keepdims=True), moves, np.nan)
    limit = 2.66 * np.nanmean(kept, axis=1)
    away = (series - mean[:, None]) / np.maximum(limit, 1e-9)[:, None]
    outside = abs(away[:, -1]) > 1
    two_of_three = ((away[:, -3:] > 2 / 3).sum(axis=1) >= 2) | ((away[:, -3:] < -2 / 3).sum(axis=1) >= 2)
    one_side = (away[:, -7:] > 0).all(axis=1) | (away[:, -7:] < 0).all(axis=1)
    steps = np.diff(series[:, -7:], axis=1)
    trend = (steps > 0).all(axis=1) | (steps < 0).all(axis=1)
    return outside | two_of_three | one_side | trend


def false_flags(repeats: int, seed: int) -> dict[str, list[int]]:
    """rule -> flags per 50-person meeting in the persistent world."""
    out: dict[str, list[int]] = {}
    for r in range(repeats):
        rng = np.random.default_rng([seed, 99, r])
        for rule, raised in flags(counts(base(rng), rng)).items():
            out.setdefault(rule, []).append(int(raised.sum()))
    return out


def detection(repeats: int, seed: int) -> dict[str, float]:
    """Share found as ESCALATING (of those not in hospital) when 2 a month is 2, 4 or 8 times that for 3 months."""
    out = {}
    for times in (2, 4, 8):
        hits = []
        for r in range(repeats):
            rng = np.random.default_rng([seed, 98, times, r])
            rate = base(rng)
            rate[:MEETING] = 2.0
            rate[:MEETING, PAST - 3 :] = 2.0 * times
            past = past_of(counts(rate, rng))
            found = labels(past, Labels(), dispersion(past, np.ones(PEOPLE, dtype=bool))).label[:MEETING].to_list()
            hits.append(found.count("ESCALATING") / (MEETING - found.count("IN HOSPITAL")))
        out[f"x{times}"] = float(np.mean(hits))
    return out


def error(values: Array) -> float:
    """Standard error of a mean."""
    return float(values.std(ddof=1) / len(values) ** 0.5)


def main() -> None:
    """Print the two tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    print(f"| capture@20 | {' | '.join(WORLDS)} | mean (standard error) |")
    print("|---" * (len(WORLDS) + 2) + "|")
    found = captures(given.repeats, given.seed)
    for rule, by_world in found.items():
        cells = " | ".join(f"{np.mean(got):.3f}" for got in by_world.values())
        means = np.mean(list(by_world.values()), axis=0)
        print(f"| {rule} | {cells} | {means.mean():.3f} ({error(means):.3f}) |")
    for rule in ("12-month count", "last month", "cost weighted"):
        lead = np.mean(list(found["default"].values()), axis=0) - np.mean(list(found[rule].values()), axis=0)
        print(f"\ndefault ahead of {rule} by {lead.mean():.4f} (standard error {error(lead):.4f})", end="")
    print()
    print("\n| rule | false flags per 50-person meeting |\n|---|---|")
    for rule, raised in false_flags(given.repeats, given.seed).items():
        print(f"| {rule} | {np.mean(raised):.1f} |")
    print("\n| 2 a month becomes | found as escalating |\n|---|---|")
    for times, share in detection(given.repeats, given.seed).items():
        print(f"| {times} | {share:.0%} |")


if __name__ == "__main__":
    main()
