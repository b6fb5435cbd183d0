"""Nights counted from files as a trust sends them, against nights counted a day at a time from what was invented."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from traps.intake_traps import Trap, make_site, take_in

from hiu.engine.inputs import calendar, counting, stay_rules
from hiu.engine.steps import BEFORE_LINK, build_all
from hiu.month import Month
from hiu.settings import Counting
from pipelines.common.place import Place, open_warehouse

FIRST, LAST = Month(2026, 1), Month(2026, 4)
MONTHS = FIRST.through(LAST)
HEAD = (
    "WardStayID,Provider,NHS number,Surname,Forename,Ward stay start date,Ward stay start time,Ward stay end date,"
    "Ward stay end time,Hospital spell ID,Leave start date,Leave end date"
)
Stay = tuple[str, str, datetime, datetime, str, tuple[date, date] | None]


def numbers(many: int) -> list[str]:
    """Test numbers with their check digit."""
    found: list[str] = []
    for n in range(1, 10**6):
        digits = f"999{n:06d}"
        check = (11 - sum(int(a) * w for a, w in zip(digits, range(10, 1, -1), strict=True)) % 11) % 11
        found += [f"{digits}{check}"] * (check < 10)
        if len(found) == many:
            break
    return found


def invent(dice: random.Random) -> list[Stay]:
    """Spells with transfers between wards and sites that touch or overlap, leave, nights of both clock changes' kind,
    ends at 24:00, at midnight, on the last day of a month and on the day they began."""
    stays: list[Stay] = []
    for spell, person in enumerate(dice.choices(numbers(12), k=24)):
        at = datetime(2025, 12, 20) + timedelta(days=dice.randint(0, 110), minutes=dice.choice((0, 89, 725, 1439)))
        for ward in range(dice.choice((1, 1, 2, 3))):
            out = at + timedelta(days=dice.choice((0, 1, 2, 8, 31)), minutes=dice.choice((5, 60)))
            out = out.replace(hour=0, minute=0) if dice.random() < 0.2 and out.date() > at.date() else out
            away = at.date() + timedelta(days=dice.randint(0, 6))
            leave = (away, away + timedelta(days=dice.randint(0, 4))) if dice.random() < 0.25 else None
            stays.append((f"W{spell}-{ward}", person, at, out, f"S{spell}", leave))
            at = out - timedelta(days=dice.choice((0, 0, 1)))
            at = max(at, datetime(2025, 12, 20))
    return stays


def file_of(month: Month, stays: list[Stay], dice: random.Random) -> str:
    """A month's snapshot: every stay that began by its end and had not ended before it; some rows twice, one of them
    without its end; midnight as 24:00 of the day before, or as 00:00."""
    lines = []
    for k, (key, person, start, out, spell, leave) in enumerate(stays):
        if start.date() >= month.after or (out.date() < month.start):
            continue
        closed = out.date() < month.after
        end = f"{out:%d/%m/%Y},{out:%H:%M}" if closed else ","
        if closed and out.time() == datetime.min.time() and dice.random() < 0.5 and out.date() > start.date():
            end = f"{out - timedelta(days=1):%d/%m/%Y},24:00"
        gone = [day.strftime("%d/%m/%Y") for day in leave] if leave and leave[0] < month.after else ["", ""]
        if leave and leave[1] >= month.after:
            gone[1] = ""
        row = f"{key},{'RXA' if k % 3 else 'RXB'},{person},FAMILY{person[-3:]},Jo,{start:%d/%m/%Y},{start:%H:%M}"
        lines.append(f"{row},{end},{spell},{','.join(gone)}")
        if dice.random() < 0.15:
            lines.append(f"{row},,,{spell},{','.join(gone)}")
    dice.shuffle(lines)
    return "\n".join([HEAD, *lines]) + "\n"


def by_days(stays: list[Stay]) -> Counter[tuple[str, date]]:
    """Net nights of each person and month: in at the day's end by any stay, and on leave by none."""
    inside, away = set[tuple[str, date]](), set[tuple[str, date]]()
    for _, person, start, out, _, leave in stays:
        days = {start.date() + timedelta(days=n) for n in range((min(out.date(), LAST.after) - start.date()).days)}
        inside |= {(person, day) for day in days}
        away |= {(person, day) for day in days if leave and leave[0] <= day < leave[1]}
    nights = ((person, day.replace(day=1)) for person, day in inside - away if FIRST.start <= day < LAST.after)
    return Counter(nights)


def by_run(place: Place) -> Counter[tuple[str, date]]:
    """The same by intake and the SQL of a run, each person told by the NHS number."""
    take_in(place, LAST)
    with open_warehouse(place) as warehouse:
        build_all(warehouse, BEFORE_LINK, LAST, Counting())
        people = warehouse.read("identity").select(
            "identity_id", person_id="nhs_number", match_weight=pl.lit(1.0), match_probability=pl.lit(1.0),
            how=pl.lit("number"),
        )  # fmt: skip
        warehouse.put("cluster", people)
        warehouse.put("counting", counting(place.sources, {}))
        warehouse.put("calendar", calendar(place.sources, warehouse.read("deliveries"), LAST))
        warehouse.put("stay_rule", stay_rules(place.sources))
        for table in ("latest", "stay", "stay_night"):
            warehouse.build(table)
        made = warehouse.read("SELECT person_id, month, net FROM stay_night WHERE net > 0 AND dataset = 'mh_bed_day'")
    return Counter({(person, month): net for person, month, net in made.rows()})


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_nights_of_files_are_those_that_were_spent(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    stays = invent(dice)
    files = {f"{month}/mh_{month}.csv": file_of(month, stays, dice) for month in MONTHS}
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    assert by_run(place) == by_days(stays)
