"""Counting's inputs from definitions, the order of building, and restatements."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from sqlglot import exp

from hiu.engine import sql
from hiu.engine.duckdb import Warehouse
from hiu.engine.inputs import calendar, counting
from hiu.engine.restated import restated
from hiu.engine.steps import AFTER_LINK, BEFORE_LINK, build_all, parameters
from hiu.model import PUBLISHED, TABLES
from hiu.model.frames import schema
from hiu.month import Month
from hiu.settings import Counting
from hiu.sources import Count, FieldSpec, FileSpec, KeySpec, Measure, Source

MARCH = Month(2025, 3)


def source(name: str, kind: str = "events", measures: tuple[str, ...] = (), **counts: dict[str, Count]) -> Source:
    return Source.model_validate(
        {
            "name": name,
            "title": name,
            "kind": kind,
            "agency": name,
            "file": FileSpec(pattern="*"),
            "key": KeySpec(event=("id",)),
            "fields": {"id": FieldSpec(columns=("Id",))},
            "measures": [Measure(name=measure) for measure in measures],
            **counts,
        }
    )


ED = source(
    "ed",
    measures=("treated", "left"),
    counts={"ed_attendance": Count(measures=("treated",))},
    extra={"left_before_treatment": Count(measures=("left",))},
)
BEDS = source("beds", "stays", ("stay",), counts={"mh_bed_day": Count(measures=("stay",), unit="net_night")})
LIST = source("caseload", "register")
SOURCES = {each.name: each for each in (ED, BEDS, LIST)}


def deliveries(*rows: tuple[str, date | None, str | None]) -> pl.DataFrame:
    columns = {"source": pl.String, "period": pl.Date, "replaced_by": pl.String}
    no_span = {name: pl.lit(None, pl.Date) for name in ("covers_from", "covers_to")}
    return pl.DataFrame(list(rows), schema=columns, orient="row").with_columns(**no_span)


def test_counting_says_what_the_sources_say() -> None:
    assert counting(SOURCES, {}).rows() == [
        ("ed_attendance", "treated", "event", "ed", False),
        ("left_before_treatment", "left", "event", "ed", True),
        ("mh_bed_day", "stay", "net_night", "beds", False),
    ]


def test_a_toggle_replaces_the_measures_and_may_name_a_data_set_of_its_own() -> None:
    made = counting(SOURCES, {"ed_attendance": ("treated", "left"), "walk_out": ("left",)})
    assert made.filter(~pl.col("extra")).rows() == [
        ("ed_attendance", "left", "event", "ed", False),
        ("ed_attendance", "treated", "event", "ed", False),
        ("mh_bed_day", "stay", "net_night", "beds", False),
        ("walk_out", "left", "event", "ed", False),
    ]


def test_the_calendar_runs_from_the_first_supplied_month_to_the_run() -> None:
    made = calendar(
        SOURCES,
        deliveries(
            ("ed", date(2025, 1, 1), None),
            ("ed", date(2025, 2, 1), "d9"),
            ("beds", date(2025, 3, 1), None),
            ("ed", date(2025, 4, 1), None),
            ("caseload", None, None),
        ),
        MARCH,
    )
    supplied = made.filter("supplied").select("month", "source").rows()
    assert made.height == 6 and set(made["source"]) == {"ed", "beds"}
    assert supplied == [(date(2025, 1, 1), "ed"), (date(2025, 3, 1), "beds")]


def test_a_delivery_of_several_months_supplies_each_of_them() -> None:
    whole = deliveries(
        ("ed", date(2025, 3, 1), None), ("beds", date(2025, 2, 1), None), ("beds", date(2025, 4, 1), None)
    )
    spans = whole.with_columns(
        covers_from=pl.Series([date(2024, 12, 1), date(2025, 2, 1), date(2025, 1, 1)]),
        covers_to=pl.Series([date(2025, 2, 1), date(2025, 1, 1), date(2025, 4, 1)]),
    )
    made = calendar(SOURCES, spans, MARCH)
    assert made["month"].min() == date(2024, 12, 1) and made["month"].max() == MARCH.start
    supplied = made.filter("supplied").select("month", "source").rows()
    assert supplied == [(date(2024, 12, 1), "ed"), (date(2025, 1, 1), "ed"), (date(2025, 2, 1), "ed")]


def test_the_calendar_of_nothing_is_the_run_month_not_supplied() -> None:
    made = calendar(SOURCES, deliveries(), MARCH)
    assert made.rows() == [(MARCH.start, "beds", False), (MARCH.start, "ed", False)]


def test_every_step_is_built_after_what_it_reads() -> None:
    given = {
        "record",
        "fact",
        "quarantine",
        "deliveries",
        "counting",
        "calendar",
        "stay_rule",
        "cluster",
        "meeting_fact",
    }
    assert set(BEFORE_LINK + AFTER_LINK) | {"restated", "event_place"} == set(sql.names())
    for table in BEFORE_LINK + AFTER_LINK:
        tree = sql.parse(sql.load(table))
        reads = {node.name for node in tree.find_all(exp.Table)} - {cte.alias for cte in tree.find_all(exp.CTE)}
        assert reads <= given, f"{table} reads {reads - given} too early"
        given.add(table)


@pytest.mark.parametrize("table", BEFORE_LINK + AFTER_LINK)
def test_every_step_is_given_the_parameters_it_uses(table: str) -> None:
    sql.bind(sql.load(table), parameters(table, MARCH, Counting()))


def test_working_tables_do_not_hide_published_ones() -> None:
    working = {name for name, table in TABLES.items() if table.layer == "working"}
    assert working and not working & PUBLISHED.keys()


def test_nothing_received_gives_every_table_empty() -> None:
    with Warehouse(None, memory_limit="200MB") as store:
        for name in ("record", "fact", "quarantine", "deliveries", "cluster", "meeting_fact", "stay_rule"):
            store.put(name, pl.DataFrame(schema=schema(TABLES[name])))
        store.put("counting", counting(SOURCES, {}))
        store.put("calendar", calendar(SOURCES, deliveries(), MARCH))
        build_all(store, BEFORE_LINK + AFTER_LINK, MARCH, Counting())
        left = {table for table in store.tables() if table in BEFORE_LINK + AFTER_LINK and store.count(table)}
    assert left == {"coverage", "monthly_total"}


def demand(*rows: tuple[str, date, int | None]) -> pl.DataFrame:
    columns = {"person_id": pl.String, "month": pl.Date, "n": pl.Int64}
    return pl.DataFrame(list(rows), schema=columns, orient="row").select(
        "person_id",
        "month",
        pl.lit("police_incident").alias("dataset"),
        "n",
        pl.col("n").is_not_null().alias("supplied"),
    )


def supplied(*months: tuple[date, bool]) -> pl.DataFrame:
    return pl.DataFrame(
        [(month, "police_incident", "police", "event", flag) for month, flag in months],
        schema={"month": pl.Date, "dataset": pl.String, "source": pl.String, "unit": pl.String, "supplied": pl.Boolean},
        orient="row",
    )


FEB, MAR, APR = date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)


def test_a_restated_month_is_said_in_a_sentence() -> None:
    with Warehouse(None, memory_limit="200MB") as store:
        store.put("monthly_demand", demand(("P1", FEB, 4), ("P1", MAR, 5), ("P2", MAR, 1), ("P1", APR, 7)))
        store.put("coverage", supplied((FEB, True), (MAR, True), (APR, True)))
        before = demand(("P1", FEB, None), ("P1", MAR, 3), ("P2", MAR, 2))
        made = restated(store, before, supplied((FEB, False), (MAR, True)), MARCH)
    assert made["what"].to_list() == [
        "2025-02 police_incident: supplied late, 4 added since the list of 2025-03",
        "2025-03 police_incident: 2 added, 1 removed since the list of 2025-03",
    ]


def test_a_merge_is_no_restatement() -> None:
    aliases = pl.DataFrame(
        {"old_id": ["P2"], "person_id": ["P1"], "month": [APR], "kind": ["merge"], "reason": ["decision"]}
    )
    with Warehouse(None, memory_limit="200MB") as store:
        store.put("monthly_demand", demand(("P1", MAR, 5)))
        store.put("coverage", supplied((MAR, True)))
        before = demand(("P1", MAR, 3), ("P2", MAR, 2))
        assert restated(store, before, supplied((MAR, True)), MARCH, aliases).height == 0
        assert restated(store, before, supplied((MAR, True)), MARCH)["what"].to_list() == [
            "2025-03 police_incident: 2 added, 2 removed since the list of 2025-03"
        ]
