"""The workbook of a large list: seconds of CPU to write it and to read and judge a returned copy, and its size.

    python tests/bench/workbook_scale.py [--people 500] [--months 24] [--seed 1]

Everybody is in the list's places; a third have scores and gates already. Rows are made in memory.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from hiu.model import DATASETS, MEETING_ENTRY, PUBLISHED, Table
from hiu.model.frames import schema
from hiu.month import Month
from hiu.publish.access import gated
from hiu.publish.stamp import Stamp
from hiu.publish.workbook.back.judge import judge
from hiu.publish.workbook.back.returned import read_back
from hiu.publish.workbook.write import workbook
from hiu.settings import Settings

LAST = Month(2026, 3)
KEY = b"k" * 32


def frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A frame with exactly the table's columns."""
    return pl.DataFrame([{name: row.get(name) for name in table.names} for row in rows], schema=schema(table))


def area(people: int, months: int, seed: int) -> dict[str, pl.DataFrame]:
    """Published tables of a list of so many people, every month supplied."""
    dice = random.Random(seed)
    span = (LAST - (months - 1)).through(LAST)
    ids = [f"HIU-{''.join(dice.choices('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', k=8))}" for _ in range(people)]
    why = (
        "severity score of about 7 expected in the next 3 months (14 in the last 3, 31 in the "
        "last 12; recent months count more)."
    )
    ranked = [
        {
            "rank": i,
            "person_id": p,
            "intensity": 9.0,
            "expected_points": 3.0,
            "contacts_3": 9,
            "contacts_12": 30,
            "risk": 4.0,
            "risk_source": "clinical",
            "risk_band": "High",
            "certainty": "B",
            "rank_low": i,
            "rank_high": i + 20,
            "label": "WITHIN USUAL RANGE",
            "label_sentence": "9 contacts in 3 months; 3 expected.",
            "sentence": why,
            "presets": "",
            "estimated": False,
            "access": "candidate",
            "list": "adult",
        }
        for i, p in enumerate(ids, 1)
    ]
    demand = [
        {"person_id": p, "month": m.start, "dataset": d, "n": dice.randrange(1, 9), "supplied": True}
        for p in ids
        for m in span
        for d in DATASETS
        if dice.random() < 0.4
    ]
    known = [
        {
            "person_id": p,
            "name_text": f"Person {i}",
            "dob": date(1980, 1, 2),
            "named": True,
            "two_nhs_numbers": False,
            "two_dobs": False,
        }
        for i, p in enumerate(ids)
    ]
    graded = [
        {
            "person_id": p,
            "at": date(2026, 1, 5),
            "role": "clinical",
            "likelihood": 3,
            "impact": 4,
            "grade": "Medium",
            "source": "caseload",
        }
        for p in ids[::3]
    ]
    given = [{"person_id": p, "consent": "given", "permission": "granted", "contacts": 4} for p in ids[::3]]
    sent = [{"month": m.start, "dataset": d, "source": "x", "supplied": True} for m in span for d in DATASETS]
    rows = {
        "ranked": ranked,
        "people": known,
        "monthly_demand": demand,
        "coverage": sent,
        "risk_grading": graded,
        "support": given,
    }
    return {name: frame(table, rows.get(name, [])) for name, table in PUBLISHED.items()} | {
        "ids": pl.DataFrame({"id": ids})
    }


def timed(job: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """The least CPU seconds of a few goes, and what came out."""
    best, made = 1e9, None
    for _ in range(repeats):
        begun = time.process_time()
        made = job()
        best = min(best, time.process_time() - begun)
    return best, made


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name, default in (("people", 500), ("months", 24), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    tables = area(given.people, given.months, given.seed)
    ids = tables.pop("ids")["id"].to_list()
    settings = Settings(name="Bench", rank={"top": given.people})  # type: ignore[arg-type]
    stamp = Stamp(
        site="Bench",
        month=LAST,
        run_id=f"{LAST}-x-abc123",
        built=datetime(2026, 4, 8, tzinfo=UTC),
        data_to=LAST.end,
        settings_version="1",
    )
    passed = gated(tables, ids)
    written, data = timed(lambda: workbook(passed, stamp=stamp, settings=settings, key=KEY))
    empty = frame(MEETING_ENTRY, [])
    back, verdict = timed(lambda: judge(read_back(data, "copy.xlsx", KEY), empty))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{given.people} people, {given.months} months: written {written:.2f} s of CPU, {len(data) / 1000:.0f} kB; "
        f"read back and judged {back:.2f} s ({verdict.summary}); peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
