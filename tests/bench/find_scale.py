"""Seconds to find people by a scrap, among 300,000 invented ones: `python tests/bench/find_scale.py`.

Prints the index's and each query's wall and CPU seconds (median of 5), and whether a person looked for by a mistyped
name and a year of birth is among the first 20.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from hiu.link.describe.names import shares
from hiu.link.review.find import Finder

PEOPLE, SEED = 300_000, 1
QUERIES = (
    "jon smyth 1984",
    "muhammad husain",
    "BS3 1AB",
    "o'brien 12/04/1971",
    "HIU-0000ABCD",
    "9994110567",
    "kowalski",
)


def people(n: int, seed: int) -> pl.DataFrame:
    """Invented people: listed names and made-up ones, a tenth with an alias."""
    draw = random.Random(seed)
    given, family = sorted(shares("given")), sorted(shares("family"))
    syllables = ["ka", "lo", "mi", "ren", "dor", "sta", "wel", "by", "tho", "ash", "gri", "pen", "ow", "ski", "ner"]
    made = ["".join(draw.choices(syllables, k=draw.randint(2, 4))).upper() for _ in range(30_000)]
    first = draw.choices(given, k=n)
    last = [draw.choice(family) if draw.random() < 0.6 else draw.choice(made) for _ in range(n)]
    start = date(1935, 1, 1)
    return pl.DataFrame(
        {
            "person_id": [f"HIU-{k:08X}" for k in range(n)],
            "name_text": [f"{a.title()} {b.title()}" for a, b in zip(first, last, strict=True)],
            "aliases": [draw.choice(made) if draw.random() < 0.1 else None for _ in range(n)],
            "dob": [start + timedelta(days=draw.randrange(30_000)) for _ in range(n)],
            "birth_year": pl.Series([None] * n, dtype=pl.Int64),
            "nhs_number": [f"999{draw.randrange(10**7):07}" for _ in range(n)],
            "postcode": [
                f"BS{draw.randint(1, 30)} {draw.randint(1, 9)}{draw.choice('ABDEFGH')}{draw.choice('JLNPQRS')}"
                for _ in range(n)
            ],
        }
    )


def seconds(job: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """Median wall and CPU seconds."""
    wall, cpu = [], []
    for _ in range(times):
        a, b = time.perf_counter(), time.process_time()
        job()
        wall.append(time.perf_counter() - a)
        cpu.append(time.process_time() - b)
    return statistics.median(wall), statistics.median(cpu)


def main() -> None:
    """Measure and print."""
    table = people(PEOPLE, SEED)
    wall, cpu = seconds(lambda: Finder(table), 1)
    print(f"{PEOPLE:,} people: index {wall:.2f} s wall, {cpu:.2f} s CPU")
    finder = Finder(table)
    for query in QUERIES:
        wall, cpu = seconds(lambda query=query: finder.find(query))
        print(f"  {query:<22} {wall:.3f} s wall, {cpu:.3f} s CPU, {finder.find(query).height} found")
    print(f"  found by a mistyped name and a year: {hits(finder, table, 200):.1%} of 200")


def hits(finder: Finder, table: pl.DataFrame, tries: int) -> float:
    """How often a person is among the first 20 for one letter lost from the family name, and the year of birth."""
    draw, found = random.Random(SEED), 0
    for row in table.sample(tries, seed=SEED).iter_rows(named=True):
        given, family = row["name_text"].split(" ", 1)
        at = draw.randrange(1, max(len(family), 2))
        slip = family[:at] + family[at + 1 :]
        found += row["person_id"] in finder.find(f"{given} {slip} {row['dob'].year}")["person_id"].to_list()
    return found / tries


if __name__ == "__main__":
    main()
