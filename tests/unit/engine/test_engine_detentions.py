"""Section 136 by SQL against the rule of docs/counting.md applied to every pair of rows, one at a time."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import polars as pl
import pytest

from hiu.engine.duckdb import Warehouse
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.month import Month

MONTHS = (Month(2026, 2), Month(2026, 3))
DAY, WEEK = timedelta(hours=24), timedelta(days=7)
KNOWN, THIN = ("A", "B", "C"), ("T", "U")


@dataclass(frozen=True)
class Row:
    """A record of one side: its event, who it is about, when, and the log that a health record quotes."""

    side: str
    event: str
    person: str
    start: datetime
    quotes: str | None = None


def invent(dice: random.Random) -> list[Row]:
    """Detentions that police, health or both recorded: near in time or far, with a quote or none, some thinly named."""
    rows: list[Row] = []
    for n in range(dice.randint(1, 9)):
        start = datetime(2026, 2, 10) + timedelta(minutes=dice.randint(0, 40 * 24 * 60))
        flagged = dice.sample((*KNOWN, *THIN), dice.choice((1, 1, 1, 2)))
        if dice.random() < 0.8:
            rows += [Row("police", f"L{n}", person, start) for person in flagged]
        for k in range(dice.choice((0, 1, 1, 2))):
            person = dice.choice((*KNOWN, *THIN)) if dice.random() < 0.3 else flagged[0]
            apart = timedelta(minutes=dice.choice((0, 90, 1439, 1440, 1441, 9 * 1440)) * dice.choice((-1, 1)))
            rows.append(Row("health", f"H{n}{k}", person, start + apart, f"L{n}" if dice.random() < 0.5 else None))
    return rows


def by_pairs(rows: list[Row]) -> Counter[tuple[str, date]]:
    """A health record counts; a police one does unless it is the same detention; the better identified record holds."""
    police, health = ([row for row in rows if row.side == side] for side in ("police", "health"))
    flagged = {(row.event, row.person) for row in police}
    same: set[Row] = set()
    yielding: set[Row] = set()
    for p in police:
        for h in health:
            if h.person == p.person and abs(h.start - p.start) <= DAY:
                same.add(p)
            if h.quotes != p.event or (h.person != p.person and (h.quotes, h.person) in flagged):
                continue
            if h.person != p.person and p.person in KNOWN and h.person in THIN:
                yielding |= {h} if abs(h.start - p.start) <= WEEK else set()
            else:
                same.add(p)
    kept = [row for row in rows if row not in same and row not in yielding]
    return Counter((row.person, row.start.date().replace(day=1)) for row in kept)


@cache
def store() -> Warehouse:
    """One database for all examples, with the tables that do not change."""
    made = Warehouse(None, memory_limit="200MB", threads=1)
    made.put("counting", _rows("counting", [
        {"dataset": "s136", "measure": f"s136_{side}", "unit": "event", "source": side, "extra": False}
        for side in ("police", "health")
    ]))  # fmt: skip
    made.put("coverage", _rows("coverage", [
        {"month": month.start, "dataset": "s136", "supplied": True} for month in MONTHS
    ]))  # fmt: skip
    people = [(person, "1980-01-01" if person in KNOWN else None) for person in (*KNOWN, *THIN)]
    made.put("identity", _rows("identity", [
        {"identity_id": person, "nobody": False, "family": person, "dob": born and date.fromisoformat(born)}
        for person, born in people
    ]))  # fmt: skip
    made.put("cluster", _rows("cluster", [{"identity_id": p, "person_id": p, "how": "single"} for p, _ in people]))
    return made


def _rows(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    data = {name: [row.get(name) for row in rows] for name in TABLES[table].names}
    return pl.DataFrame(data, schema=schema(TABLES[table]))


def by_sql(rows: list[Row]) -> Counter[tuple[str, date]]:
    """The same by the SQL of a run."""
    warehouse = store()
    live = [
        {
            "delivery_id": row.side, "source_row": n, "source": row.side, "event_id": row.event, "start": row.start,
            "start_day_only": False, "measures": [f"s136_{row.side}"], "person_id": row.person, "nobody": False,
            "state": "live", "related": row.quotes and f"police:{row.quotes}",
        }
        for n, row in enumerate(rows)
    ]  # fmt: skip
    quoted = sorted({row.quotes for row in rows if row.quotes} & {row.event for row in rows if row.side == "police"})
    warehouse.put("latest", _rows("latest", live))
    warehouse.put("quoted", _rows("quoted", [{"related": f"police:{q}", "event": f"police:{q}"} for q in quoted]))
    warehouse.build("event", month_after=MONTHS[-1].after, s136_hours=24)
    made = warehouse.read("SELECT person_id, month FROM event WHERE counted AND dataset = 's136' AND NOT extra")
    return Counter((person, month) for person, month in made.rows())


@pytest.mark.parametrize("block", range(4))
def test_detentions_are_those_of_the_rule(block: int) -> None:
    for seed in range(8 * block, 8 * (block + 1)):
        rows = invent(random.Random(seed))
        assert by_sql(rows) == by_pairs(rows), f"seed {seed}: {rows}"
