"""Charts in bulk: seconds of CPU and the most memory, by format.

    python tests/bench/export_scale.py [--people 500] [--months 42] [--format svg] [--seed 1]

Charts are made one by one as `hiu export charts` makes them, and thrown away. Run it once a format: the memory printed
is the most the process ever used.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from datetime import date

from hiu.model import DATASETS
from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.export import FORMATS, chart_file

LAST = Month(2026, 3)


def person(place: int, months: int, dice: random.Random) -> PersonSeries:
    """Somebody with contacts in most months, and two months that were not supplied."""
    span = tuple((LAST - (months - 1)).through(LAST))
    counts = {
        name: tuple(
            None if name == "ambulance_deployment" and at in (20, 21) else dice.choice((0, 0, 1, 2, 5, 9))
            for at in range(months)
        )
        for name in DATASETS
    }
    return PersonSeries(
        f"HIU-{place:08d}",
        span,
        counts,
        "9 contacts in 3 months; 3 would be usual, going by Jan to Dec 2025.",
        support_start=date(2025, 6, 3),
    )


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name, default in (("people", 500), ("months", 42), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--format", choices=FORMATS, default="svg")
    given = parser.parse_args()
    dice = random.Random(given.seed)
    people = [person(place, given.months, dice) for place in range(given.people)]
    begun, wall, size = time.process_time(), time.perf_counter(), 0
    for one in people:
        size += len(chart_file(one, given.format))
    used, took = time.process_time() - begun, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{given.people} charts as {given.format}, {given.months} months: {used:.1f} s of CPU ({took:.1f} s), "
        f"{size / given.people / 1000:.0f} kB each, peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
