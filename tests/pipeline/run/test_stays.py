"""Invented stays, sent month by month, against nights counted a day at a time by what was sent and nothing else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from hiu.engine.duckdb import Warehouse
from hiu.engine.steps import BEFORE_LINK, build_all
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.month import Month
from hiu.settings import Counting

FIRST, LAST = Month(2025, 10), Month(2026, 3)
MONTHS = FIRST.through(LAST)


@dataclass(frozen=True)
class Sent:
    """One row of one month's file."""

    month: Month
    row: int
    stay: str
    person: str
    start: date
    end: date | None
    spell: str
    spell_end: date | None
    leave: tuple[date, date | None] | None


@dataclass(frozen=True)
class Truth:
    """A stay as it was; `forgotten` is the month from which the sender leaves it out although it never closed it."""

    stay: str
    person: str
    spell: str
    start: date
    end: date
    leave: tuple[date, date] | None
    forgotten: Month | None


def invent(dice: random.Random) -> list[Truth]:
    """Spells of one to three wards: transfers that touch or overlap, parallel wards, leave, some never closed."""
    found: list[Truth] = []
    for spell in range(dice.randint(1, 5)):
        person = dice.choice("ABC")
        day = FIRST.start + timedelta(days=dice.randint(-60, 170))
        for ward in range(dice.choice((1, 1, 2, 3))):
            end = day + timedelta(days=dice.choice((0, 1, 3, 12, 40, 90)))
            away = day + timedelta(days=dice.randint(0, 20))
            leave = (away, away + timedelta(days=dice.randint(0, 9))) if dice.random() < 0.3 else None
            gone = Month.of(day) + dice.randint(1, 3) if dice.random() < 0.25 else None
            found.append(Truth(f"W{spell}{ward}", person, f"S{spell}", day, end, leave, gone))
            day = end - timedelta(days=dice.choice((0, 0, 2))) if dice.random() < 0.8 else day
    return found


def send(truths: list[Truth], dice: random.Random, *, resent: bool) -> list[Sent]:
    """What each month's file holds: stays as known at its end, some rows twice, some of those without their end."""
    rows: list[Sent] = []
    for month in MONTHS:
        file: list[Sent] = []
        for one in truths:
            file += _rows(one, truths, month, dice, resent=resent)
        dice.shuffle(file)
        rows += [Sent(month, n, *list(vars(row).values())[2:]) for n, row in enumerate(file, 1)]
    return rows


def _rows(one: Truth, truths: list[Truth], month: Month, dice: random.Random, *, resent: bool) -> Iterator[Sent]:
    closed = one.end < month.after and (one.forgotten is None or month < one.forgotten)
    touched = one.start < month.after and one.end >= month.start
    changed = Month.of(one.start) == month or Month.of(one.end) == month
    if not (touched if resent else changed) or (one.forgotten and month >= one.forgotten):
        return
    last = max(other.end for other in truths if other.spell == one.spell)
    discharge = last if last < month.after and dice.random() < 0.5 else None
    leave = None
    if one.leave and one.leave[0] < month.after:
        leave = (one.leave[0], one.leave[1] if one.leave[1] < month.after else None)
    row = Sent(month, 0, one.stay, one.person, one.start, one.end if closed else None, one.spell, discharge, leave)
    yield row
    if dice.random() < 0.3:
        yield row
    if dice.random() < 0.3:
        yield Sent(month, 0, one.stay, one.person, one.start, None, one.spell, None, leave)


def by_days(sent: list[Sent], *, resent: bool) -> dict[tuple[str, date], tuple[int, int]]:
    """Gross and leave nights of each person and month, a day at a time."""
    held: dict[str, Sent] = {}
    for row in sent:  # in order of file: a later file holds, and in one file what says most of the end, then the later
        old = held.get(row.stay)
        if old is None or row.month > old.month or _says(row) >= _says(old):
            held[row.stay] = row
    inside: dict[str, set[date]] = {}
    away: dict[str, set[date]] = {}
    for row in held.values():
        own = {row.start + timedelta(days=n) for n in range((_out(row, held, sent, resent=resent) - row.start).days)}
        inside.setdefault(row.person, set()).update(own)
        if row.leave:
            gone = {day for day in own if row.leave[0] <= day and (row.leave[1] is None or day < row.leave[1])}
            away.setdefault(row.person, set()).update(gone)
    count = [
        Counter((person, day.replace(day=1)) for person, days in nights.items() for day in days)
        for nights in (inside, away)
    ]
    window = {month.start for month in MONTHS}
    return {key: (count[0][key], count[1][key]) for key in count[0] if key[1] in window}


def _says(row: Sent) -> int:
    return 2 if row.end else 1 if row.spell_end else 0


def _out(row: Sent, held: dict[str, Sent], sent: list[Sent], *, resent: bool) -> date:
    horizon = max(other.month for other in sent).after
    if row.end:
        return min(row.end, horizon)
    told = [other.spell_end for other in held.values() if other.spell == row.spell and other.spell_end]
    if told and max(told) >= row.start:
        return min(max(told), horizon)
    return max(row.month.after, row.start) if resent else horizon


@cache
def store() -> Warehouse:
    """One database for all examples, with the tables that do not change."""
    made = Warehouse(None, memory_limit="300MB", threads=1)
    made.put("counting", _frame("counting", [("mh_bed_day", "stay", "net_night", "beds", False)]))
    return made


def _frame(table: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema(TABLES[table]), orient="row")


def _wide(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    data = {name: [row.get(name) for row in rows] for name in TABLES[table].names}
    return pl.DataFrame(data, schema=schema(TABLES[table]))


def by_sql(sent: list[Sent], *, resent: bool) -> dict[tuple[str, date], tuple[int, int]]:
    """The same by the SQL of a run, from records to nights, each person told by a local number."""
    warehouse, months = store(), sorted({row.month for row in sent})
    records = [_record(row) for row in sent]
    warehouse.put("record", _wide("record", records))
    deliveries = [
        {"delivery_id": str(month), "source": "beds", "source_file": f"{month}/beds.csv", "period": month.start}
        for month in months
    ]
    warehouse.put("deliveries", _wide("deliveries", [{**row, "run_id": "r"} for row in deliveries]))
    calendar = [(month.start, "beds", True) for month in MONTHS if month <= months[-1]]
    warehouse.put("calendar", _frame("calendar", calendar))  # type: ignore[arg-type]
    warehouse.put("stay_rule", _frame("stay_rule", [("beds", resent)]))
    build_all(warehouse, BEFORE_LINK, LAST, Counting())
    people = warehouse.read("identity").select("identity_id", pl.col("local_ids").alias("person_id"))
    warehouse.put("cluster", _wide("cluster", [{**row, "how": "number"} for row in people.to_dicts()]))
    for table in ("latest", "stay", "stay_night"):
        warehouse.build(table)
    made = warehouse.read("SELECT person_id, month, gross, leave FROM stay_night WHERE gross > 0")
    return {(person, month): (gross, leave) for person, month, gross, leave in made.rows()}


def _record(row: Sent) -> dict[str, object]:
    return {
        "delivery_id": str(row.month), "source_row": row.row, "source": "beds", "period": row.month.start,
        "quarantined": False, "deleted": False, "nobody": False, "measures": ["stay"], "local_ids": row.person,
        "event_id": row.stay, "record_id": row.stay, "start": row.start, "end": row.end, "spell_id": row.spell,
        "spell_end": row.spell_end, "leave_start": row.leave and row.leave[0], "leave_end": row.leave and row.leave[1],
    }  # fmt: skip


@settings(max_examples=examples(16, 1000), deadline=None)
@given(st.integers(0, 10**9), st.booleans())
def test_nights_are_those_of_the_days_that_were_sent(seed: int, resent: bool) -> None:
    dice = random.Random(seed)
    sent = send(invent(dice), dice, resent=resent)
    if sent:
        assert by_sql(sent, resent=resent) == by_days(sent, resent=resent)


@pytest.mark.parametrize("seed", range(10))
def test_closed_stays_are_exact_whatever_rows_came_twice(seed: int) -> None:
    """By the truth, not by what was sent: no row that lacks an end adds a night to a stay that was closed."""
    dice = random.Random(seed)
    truths = [one for one in invent(dice) if one.forgotten is None and one.end < LAST.after]
    sent = send(truths, dice, resent=True)
    nights = Counter(
        (person, day.replace(day=1))
        for person, day in {
            (one.person, one.start + timedelta(days=n)) for one in truths for n in range((one.end - one.start).days)
        }
    )
    window = {month.start for month in MONTHS}
    seen = {row.stay for row in sent}
    assert {one.stay for one in truths if one.end >= FIRST.start} <= seen
    made = {key: gross for key, (gross, _) in by_sql(sent, resent=True).items()} if sent else {}
    wanted = {key: n for key, n in nights.items() if key[1] in window}
    assert made == wanted
