"""Every report on a large area: seconds each, and the most memory used.

    python tests/bench/reports_scale.py [--people 300000] [--months 24] [--seed 1]

Everyone has a rate of contact with a heavy tail; 60 people are supported from month 19. Rows are made in memory, so
that only the reports are timed. The evaluation's bootstrap is timed apart.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from hiu.model import DATASETS
from hiu.month import Month
from hiu.rank import rank
from hiu.rank.reports import estimate as estimates
from hiu.rank.reports.backtest import backtest
from hiu.rank.reports.cost import cohort_costs, costs, person_costs
from hiu.rank.reports.equality.audit import equality, groups_of
from hiu.rank.reports.evaluate import evaluate
from hiu.rank.reports.sensitivity import sensitivity
from hiu.rank.reports.trend import trend
from hiu.settings import Settings

LAST, SUPPORTED = Month(2026, 3), 60
SHARES = (0.3, 0.3, 0.3, 0.06, 0.02, 0.02)


def area(people: int, months: int, seed: int) -> dict[str, Any]:
    """Frames in the shapes of hiu.model."""
    rng = np.random.default_rng(seed)
    rate = rng.pareto(1.6, people).clip(0, 300) * 0.12
    days = [m.start for m in (LAST - (months - 1)).through(LAST)]
    ids = np.array([f"HIU-{i:08d}" for i in range(people)])
    parts = []
    for dataset, share in zip(DATASETS, SHARES, strict=True):
        n = rng.poisson(rate[:, None] * share, (people, months))
        p, t = np.nonzero(n)
        parts.append(
            pl.DataFrame(
                {
                    "person_id": ids[p],
                    "month": np.array(days, dtype="datetime64[D]")[t],
                    "dataset": dataset,
                    "n": n[p, t],
                }
            )
        )
    demand = pl.concat(parts).with_columns(pl.col("month").cast(pl.Date), supplied=pl.lit(True))
    grid = pl.DataFrame({"month": days}).join(pl.DataFrame({"dataset": DATASETS}), how="cross")
    born = [date(1940 + i % 66, 1 + i % 12, 1) for i in range(people)]
    who = pl.DataFrame(
        {
            "person_id": ids,
            "dob": born,
            "birth_year": None,
            "named": True,
            "died": None,
            "sex": np.where(np.arange(people) % 2, "F", "M"),
            "nhs_number": None,
            "sources": "ed|police",
        },
        schema_overrides={"birth_year": pl.Int64, "died": pl.Date, "nhs_number": pl.String},
    )
    chosen = ids[np.argsort(-rate)[:SUPPORTED]]
    support = pl.DataFrame(
        {
            "person_id": chosen,
            "start": (LAST - 5).start,
            "end": None,
            "consent": "given",
            "consent_at": None,
            "contacts": 3,
        },
        schema_overrides={"end": pl.Date, "consent_at": pl.Date},
    )
    gradings = pl.DataFrame(
        {
            "person_id": chosen,
            "at": LAST.start,
            "role": "clinical",
            "likelihood": 3,
            "impact": 4,
            "grade": "Medium",
            "source": "caseload",
        }
    )
    extra = demand.head(0).select("person_id", "month", measure="dataset", n="n")
    coverage = grid.with_columns(source=pl.col("dataset"), supplied=pl.lit(True))
    return {
        "demand": demand,
        "coverage": coverage,
        "people": who,
        "support": support,
        "gradings": gradings,
        "extra": extra,
    }


def timed(name: str, job: Callable[[], Any]) -> Any:
    """Run, and print seconds and the highest memory so far."""
    began = time.perf_counter()
    found = job()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"| {name} | {time.perf_counter() - began:.1f} | {memory:.2f} |", flush=True)
    return found


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=300_000)
    options.add_argument("--months", type=int, default=24)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    made = area(given.people, given.months, given.seed)
    settings = Settings(name="bench")
    print(f"{made['demand'].height:,} rows\n\n| report | seconds | GB at most so far |\n|---|---|---|")

    def args(*names: str) -> dict[str, Any]:
        return {"month": LAST, "settings": settings, **{name: made[name] for name in ("demand", "coverage", *names)}}

    both = ("people", "gradings", "extra")
    ranked = timed("rank", lambda: rank(**args("support", *both))).ranked
    timed("sensitivity", lambda: sensitivity(**args(*both), costs=costs().central))
    groups = groups_of(made["people"], LAST)
    timed("equality", lambda: equality(**args("people"), ranked=ranked, groups=groups))
    whole = estimates.refits
    estimates.refits = lambda rows, seed, times=2: whole(rows, seed, 2)
    timed("evaluate, without the bootstrap", lambda: evaluate(**args("people", "support")))
    estimates.refits = whole
    timed("trend", lambda: trend("ed_attendance", month=LAST, demand=made["demand"], coverage=made["coverage"]))
    top = ranked.filter(pl.col("rank") <= 20)["person_id"]
    timed("cost", lambda: cohort_costs(person_costs(costs(), made["demand"], LAST, top)))
    timed("evaluate, whole", lambda: evaluate(**args("people", "support")))
    timed("backtest", lambda: backtest(**args("people")))


if __name__ == "__main__":
    main()
