"""Is 'did support work?' answered right? Simulated worlds with a known effect, and the plain before/after beside it.

    python tests/bench/evaluate_worlds.py [--repeats 100] [--seed 1] [--supported 30] [--first 20]

Every world has 400 people over 42 months. From month 24 on a few people are taken on at a peak: each from the first 20
(--first) by contacts in their last 3 months, as a meeting would. With effect -30% each of their later contacts is
dropped with that chance.
Bias is the mean estimate (of the logarithm, turned back) less the truth; coverage is how often the interval holds
the truth; 'claims' how often it leaves out no effect at all. Power is by number of people, at -30%.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hiu.rank.reports.estimate import Estimate, estimate
from hiu.rank.reports.panel import NEVER, Panel

PEOPLE, MONTHS, BEGIN, FOLLOW = 400, 42, 24, 6
Array = NDArray[np.float64]
Rng = np.random.Generator


# the worlds: each gives every person's contact rate by month ------------------------------------------


def base(rng: Rng) -> Array:
    """Contacts a month in the long run: mean 1.2, with a heavy tail."""
    return rng.gamma(1.0, 1.2, PEOPLE)[:, None] * np.ones(MONTHS)


def bursts(rng: Rng) -> Array:
    """Mostly low, with spells of about 3 months at eight times that."""
    on = np.zeros((PEOPLE, MONTHS), dtype=bool)
    on[:, 0] = rng.random(PEOPLE) < 0.15
    for t in range(1, MONTHS):
        on[:, t] = np.where(on[:, t - 1], rng.random(PEOPLE) < 2 / 3, rng.random(PEOPLE) < 0.06)
    return base(rng) * np.where(on, 4.0, 0.5)


def reverting(rng: Rng) -> Array:
    """The logarithm of the rate wanders around the person's own level and is drawn back to it."""
    return base(rng) * np.exp(_wander(rng, keep=0.6, step=0.6))


def seasonal(rng: Rng) -> Array:
    """A yearly wave, each person with their own peak month."""
    phase = rng.uniform(0, 12, PEOPLE)[:, None]
    return base(rng) * (1 + 0.6 * np.sin(2 * np.pi * (np.arange(MONTHS) + phase) / 12))


def drift(rng: Rng) -> Array:
    """The logarithm of the rate is a random walk, and everyone's falls by a fifth over the time."""
    return base(rng) * np.exp(_wander(rng, keep=0.98, step=0.2)) * np.linspace(1.1, 0.9, MONTHS)


def mixture(rng: Rng) -> Array:
    """Each person of one of the other five kinds."""
    kinds = np.stack([world(rng) for world in (base, bursts, reverting, seasonal, drift)])
    return np.asarray(kinds[rng.integers(0, len(kinds), PEOPLE), np.arange(PEOPLE)])


WORLDS: dict[str, Callable[[Rng], Array]] = {
    "persistent": base,
    "bursts": bursts,
    "regression to the mean": reverting,
    "seasonal": seasonal,
    "drift": drift,
    "mixture": mixture,
}


def _wander(rng: Rng, keep: float, step: float) -> Array:
    out = np.zeros((PEOPLE, MONTHS))
    state = rng.normal(0, step / np.sqrt(1 - keep**2), PEOPLE)
    for t in range(MONTHS):
        out[:, t] = state
        state = keep * state + rng.normal(0, step, PEOPLE)
    return out - step**2 / (1 - keep**2) / 2


def panel(rate: Array, rng: Rng, supported: int, effect: float, first: int = 20) -> Panel:
    """Counts that vary half as much again as chance alone; people taken on at a peak; the effect."""
    n = rng.poisson(rng.gamma(2 * rate + 1e-9, 0.5)).astype(np.float64)
    start = np.full(PEOPLE, NEVER)
    for t in np.sort(rng.integers(BEGIN, MONTHS - FOLLOW + 1, supported)).tolist():
        recent = n[:, t - 3 : t].sum(axis=1) * (start == NEVER) + rng.random(PEOPLE)
        start[int(rng.choice(np.argsort(-recent)[:first]))] = t
    for p in np.flatnonzero(start < NEVER):
        n[p, start[p] :] = rng.binomial(n[p, start[p] :].astype(np.int64), 1 + effect)
    nobody = np.zeros(PEOPLE, dtype=bool)
    return Panel(n, np.ones(MONTHS, dtype=bool), start, np.full(PEOPLE, NEVER), nobody)


# the two answers: (log of observed over expected, low, high) --------------------------------------------


def ours(found: Estimate) -> tuple[float, float, float]:
    """The product's."""
    return (found.log, *(np.log1p(bound) for bound in found.interval))


def plain(found: Estimate) -> tuple[float, float, float]:
    """Six months after against twice the three before, as if only chance varied."""
    after, before = found.entrants.observed.sum(), found.before
    log = np.log(max(after, 0.5) / before)
    error = 1.96 * np.sqrt(1 / max(after, 0.5) + 2 / before)
    return log, log - error, log + error


METHODS = {"hiu evaluate": ours, "plain before/after": plain}


def trials(world: str, effect: float, supported: int, repeats: int, seed: int, first: int = 20) -> dict[str, Array]:
    """method -> repeats x (log, low, high)."""
    out: dict[str, list[tuple[float, float, float]]] = {name: [] for name in METHODS}
    for r in range(repeats):
        rng = np.random.default_rng([seed, list(WORLDS).index(world), r])
        found = estimate(panel(WORLDS[world](rng), rng, supported, effect, first), seed=r)
        for name, answer in METHODS.items():
            out[name].append(answer(found))
    return {name: np.array(rows) for name, rows in out.items()}


def summary(rows: Array, effect: float) -> dict[str, float]:
    """Mean effect, bias, coverage of the truth, and how often 'no effect' is ruled out on the low side."""
    truth = np.log1p(effect)
    return {
        "effect": float(np.expm1(rows[:, 0].mean())),
        "bias": float(np.expm1(rows[:, 0].mean()) - effect),
        "coverage": float(((rows[:, 1] <= truth) & (truth <= rows[:, 2])).mean()),
        "claims": float((rows[:, 2] < 0).mean()),
    }


def table(repeats: int, seed: int, supported: int, first: int) -> None:
    """Print bias and coverage by world, method and true effect."""
    print("| true effect | method | world | estimate | bias | coverage | says 'fewer' |\n|---|---|---|---|---|---|---|")
    for effect in (0.0, -0.3):
        by_world = {world: trials(world, effect, supported, repeats, seed, first) for world in WORLDS}
        for name in METHODS:
            groups = {world: rows[name] for world, rows in by_world.items()}
            for world, rows in {**groups, "**all**": np.concatenate(list(groups.values()))}.items():
                s = summary(rows, effect)
                print(
                    f"| {effect:+.0%} | {name} | {world} | {s['effect']:+.1%} | {s['bias'] * 100:+.1f} points | "
                    f"{s['coverage']:.0%} | {s['claims']:.0%} |"
                )


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--supported", type=int, default=30)
    options.add_argument("--first", type=int, default=20)
    given = options.parse_args()
    table(given.repeats, given.seed, given.supported, given.first)
    print("\n| people supported | a true -30% is found |\n|---|---|")
    for people in (15, 30, 60):
        each = [trials(world, -0.3, people, given.repeats // 2, given.seed, given.first) for world in WORLDS]
        found = [rows["hiu evaluate"] for rows in each]
        print(f"| {people} | {summary(np.concatenate(found), -0.3)['claims']:.0%} |")


if __name__ == "__main__":
    main()
