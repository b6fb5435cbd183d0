"""Bed nights by SQL against bed nights by counting days one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiu.engine.duckdb import Warehouse
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.month import Month

FIRST, LAST = Month(2024, 12), Month(2025, 3)
DAYS = st.integers(-40, 130).map(lambda n: FIRST.start + timedelta(days=n))
STAY = st.tuples(st.sampled_from("AB"), DAYS, st.none() | st.integers(0, 60), st.none() | DAYS, st.none() | DAYS)


@pytest.fixture(scope="module")
def store() -> Iterator[Warehouse]:
    with Warehouse(None, memory_limit="200MB", threads=1) as made:
        made.put(
            "counting",
            pl.DataFrame(
                {
                    "dataset": ["mh_bed_day"],
                    "measure": ["stay"],
                    "unit": ["net_night"],
                    "source": ["beds"],
                    "extra": [False],
                }
            ),
        )
        months = [each.start for each in FIRST.through(LAST)]
        made.put("calendar", pl.DataFrame({"month": months, "source": "beds", "supplied": True}))
        for name in ("current", "stay_rule"):
            made.put(name, pl.DataFrame(schema=schema(TABLES[name])))
        yield made


def days(start: date, end: date) -> set[date]:
    return {start + timedelta(days=n) for n in range((end - start).days)}


def by_hand(stays: list[tuple[str, date, date | None, date | None, date | None]]) -> dict[tuple[str, date], list[int]]:
    inside: dict[str, set[date]] = {"A": set(), "B": set()}
    away: dict[str, set[date]] = {"A": set(), "B": set()}
    for person, start, end, gone, back in stays:
        own = days(start, min(end or LAST.after, LAST.after))
        inside[person] |= own
        away[person] |= own & days(gone, back or LAST.after) if gone else set()
    counts = {
        kind: Counter((person, night.replace(day=1)) for person in nights for night in nights[person])
        for kind, nights in (("in", inside), ("away", away))
    }
    window = {each.start for each in FIRST.through(LAST)}
    return {
        key: [counts["in"][key], counts["away"][key], counts["in"][key] - counts["away"][key]]
        for key in counts["in"]
        if key[1] in window
    }


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STAY, min_size=1, max_size=8))
def test_nights_are_those_counted_by_hand(
    store: Warehouse, drawn: list[tuple[str, date, int | None, date | None, date | None]]
) -> None:
    stays = [(p, s, None if n is None else s + timedelta(days=n), gone, back) for p, s, n, gone, back in drawn]
    at = lambda day: day and datetime(day.year, day.month, day.day, 13, 30)  # noqa: E731
    rows = [
        {
            "delivery_id": "d",
            "source_row": n,
            "source": "beds",
            "event_id": str(n),
            "person_id": p,
            "nobody": False,
            "measures": ["stay"],
            "state": "live",
            "start": at(s),
            "end": at(e),
            "leave_start": gone,
            "leave_end": back,
        }
        for n, (p, s, e, gone, back) in enumerate(stays)
    ]
    for table, some in (("latest", rows), ("record", rows), ("deliveries", [])):
        data = {name: [row.get(name) for row in some] for name in TABLES[table].names}
        store.put(table, pl.DataFrame(data, schema=schema(TABLES[table])))
    for table in ("stay", "stay_night"):
        store.build(table)
    made = store.read("SELECT person_id, month, gross, leave, net FROM stay_night WHERE gross > 0")
    assert {(row[0], row[1]): list(row[2:]) for row in made.rows()} == by_hand(stays)


def test_stays_that_are_alike_count_once_however_the_engine_orders_them() -> None:
    """A stay sent under two numbers, long after another: threads put two alike rows first by turns."""
    people = pl.DataFrame({"n": range(50_000)})
    spans = pl.DataFrame({"k": [0, 1, 2], "first_night": [date(2024, 12, 6), *[date(2025, 3, 27)] * 2]})
    stays = people.join(spans, how="cross").with_columns(
        delivery_id=pl.lit("d"),
        source_row=pl.int_range(pl.len()),
        source=pl.lit("beds"),
        person_id=pl.format("P{}", "n"),
        nobody=pl.lit(False),
        spell=pl.lit("S"),
        day_out=pl.col("first_night").dt.offset_by("3d"),
    )
    stays = stays.sample(fraction=1, shuffle=True, seed=1)
    latest = stays.select("delivery_id", "source_row", "source", measures=pl.lit("stay").implode())
    months = [each.start for each in FIRST.through(LAST)]
    unit = {"dataset": ["mh_bed_day"], "measure": ["stay"], "unit": ["net_night"], "source": ["beds"]}
    with Warehouse(None, memory_limit="1GB", threads=2) as made:
        made.put("counting", pl.DataFrame(unit | {"extra": [False]}))
        made.put("calendar", pl.DataFrame({"month": months, "source": "beds", "supplied": True}))
        for table, rows in (("stay", stays), ("latest", latest)):
            made.put(table, whole(rows, table))
        for _ in range(4):
            made.build("stay_night")
            assert made.read("SELECT DISTINCT month, gross FROM stay_night ORDER BY month").rows() == [
                (date(2024, 12, 1), 3),
                (date(2025, 3, 1), 3),
            ]


def whole(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """The rows with every column of a table, those not given empty."""
    types = schema(TABLES[table])
    return rows.select(
        pl.col(name).cast(kind) if name in rows.columns else pl.lit(None, kind).alias(name)
        for name, kind in types.items()
    )
