"""Sources of the crisis pathway: rows typed into a table of their own, never demand, and nothing of it elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, run
from pathway_kit import DESK, pathway_site

import hiu
from hiu.engine.duckdb import Warehouse
from hiu.engine.pathway import build_pathway, minutes_between, tables_with
from hiu.errors import SettingsError, UsageError
from hiu.model import PATHWAY
from hiu.publish.release.folder import verify_release
from hiu.sources import Source, load_sources, on_offer
from pipelines.common.place import open_place


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def test_rows_are_typed_and_what_is_not_sent_is_not_known(desk_month: Path) -> None:
    logs = table(desk_month, "desk_log").sort("log_id")
    assert logs["log_id"].to_list() == ["D2", "D3", "D4", "D5", "P1"]
    assert logs["call_type"].to_list() == ["missing_person", None, None, None, "concern_for_welfare"]
    assert logs["area"].to_list() == ["somerset", None, None, None, "bristol"]
    assert logs["consent"].to_list() == [None] * 5
    assert logs["outcome"].to_list() == [None, "recorded", "recorded", None, None]
    assert logs["mhrv_used"].to_list() == [None, None, None, "yes", None]
    assert logs["closed_at"].to_list()[1] == datetime(2026, 3, 7)
    assert logs["nobody"].to_list() == [False, False, False, True, False]


def test_a_row_without_its_key_is_set_aside_and_words_without_a_code_are_counted(desk_month: Path) -> None:
    aside = table(desk_month, "quarantine").filter(source="desk")
    assert aside.select("source_row", "code").rows() == [(6, "key_missing")]
    rates = table(desk_month, "field_quality").filter(source="desk", field="area")
    assert rates.select("filled", "read", "unknown").row(0) == (3, 2, 1)


def test_people_are_matched_as_in_other_sources_and_nothing_of_the_desk_is_demand(desk_month: Path) -> None:
    links = table(desk_month, "links")
    who = dict(links.filter(source="police").select("event_id", "person_id").iter_rows())
    logs = dict(table(desk_month, "desk_log").select("log_id", "person_id").iter_rows())
    assert logs["P1"] == logs["D3"] == who["P1"] and logs["D2"] == who["P2"] and logs["D4"] not in who.values()
    assert set(links.filter(source="desk")["status"]) == {"not_counted", "quarantined"}
    demand = table(desk_month, "monthly_demand").filter(pl.col("n") > 0)
    assert dict(demand.group_by("dataset").agg(pl.col("n").sum()).iter_rows()) == {
        "police_incident": 3,
        "s136": 1,
        "mh_bed_day": 19,
    }
    assert set(table(desk_month, "ranked")["person_id"]) == set(who.values())
    assert "desk_log" not in set(table(desk_month, "coverage")["dataset"])
    assert set(table(desk_month, "timeline")["source"]) == {"police", "mh_beds"}
    beside = table(desk_month, "monthly_extra").filter(measure="desk_log")
    assert dict(beside.select("person_id", "n").iter_rows())[who["P1"]] == 2


def test_a_referral_that_names_nobody_is_its_logs_person(desk_month: Path) -> None:
    asked = table(desk_month, "referral").sort("referral_id")
    logs = dict(table(desk_month, "desk_log").select("log_id", "person_id").iter_rows())
    assert asked["person_id"][0] == logs["P1"] and asked["nobody"].to_list() == [False, True]
    assert asked["accepted"].to_list() == ["yes", "no"] and asked["request"].to_list() == ["mhrv", "options"]


def test_logs_that_are_incidents_exceptions_and_legs(desk_month: Path) -> None:
    joined = table(desk_month, "desk_incident").select("log_id", "event_id", "how").sort("log_id").rows()
    assert joined == [("D2", "P2", "person_and_time"), ("D5", "P3", "number"), ("P1", "P1", "number")]
    found = set(table(desk_month, "desk_exception").select("code", "log_id").rows())
    assert found == {("closed_without_outcome", "P1"), ("accepted_without_record", "P1")}
    leg = (
        table(desk_month, "leg")
        .filter(table="desk_log")
        .join(
            table(desk_month, "desk_log").select("delivery_id", "source_row", "log_id"),
            on=["delivery_id", "source_row"],
        )
    )
    assert set(leg.select("log_id", "leg", "minutes", "out_of_order").rows()) == {
        ("P1", "closure", 60, False),
        ("D2", "first_health_contact", 20, False),
        ("D3", "closure", 900, False),
        ("D4", "closure", None, True),
    }
    assert verify_release(desk_month) == []
    months = table(desk_month, "feed_month").rows()
    sent = ("desk_log", "missing_episode", "referral")
    assert {(datetime(2026, 3, 1).date(), name, True) for name in sent} <= set(months)


def test_minutes_are_those_that_passed_when_the_clock_changes() -> None:
    first = pl.Series([datetime(2026, 3, 29, 0, 30), datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 1, 50)])
    second = pl.Series([datetime(2026, 3, 29, 2, 15), datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 1, 10)])
    assert minutes_between(first, second).to_list() == [45, 180, 20]


def test_a_site_without_such_a_source_has_no_such_table(published: object, tmp_path: Path) -> None:
    folder = published.published  # type: ignore[attr-defined]
    assert [name for name in PATHWAY if (folder / f"{name}.parquet").exists()] == []


def test_an_analyst_has_the_tables_masked_and_where_there_is_none_is_told_so(desk_home: Path) -> None:
    month = hiu.open(desk_home).month()
    assert month.pathway()["table"].to_list()[:2] == ["feed_month", "leg"]
    logs = month.pathway("desk_log")
    assert logs.height == 5 and "Penrose" not in str(logs.to_dicts())
    assert month.sql("select count(*) as n from desk_exception")["n"].item() == 2
    with pytest.raises(UsageError, match="desk_log"):
        month.pathway("desk_logs")


def test_with_one_source_there_are_exactly_its_tables() -> None:
    desk = {"desk": Source.model_validate({"name": "desk", **on_offer()["desk"]})}
    assert tables_with({}) == set()
    assert tables_with(desk) == {"feed_month", "leg", "desk_log", "desk_incident", "desk_exception"}


def test_the_tables_of_a_source_that_a_site_no_longer_has_are_gone() -> None:
    with Warehouse(None, memory_limit="500MB", threads=1) as store:
        store.ensure("desk_log")
        store.ensure("pathway_source")
        store.ensure("people")
        build_pathway(store, load_sources(), LAST)
        assert store.tables() == ["people"]


@pytest.mark.slow
def test_with_one_source_there_is_exactly_that_part(tmp_path: Path) -> None:
    home = pathway_site(tmp_path / "one", {"desk": DESK}, extended=["desk"])
    outcome = run(open_place(home))
    assert outcome.published
    there = [name for name in PATHWAY if (outcome.published / f"{name}.parquet").exists()]
    assert set(there) == tables_with(open_place(home).sources)


def test_a_source_says_its_table_and_counts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    for text, wrong in (
        ('extends = "desk"\n[fills]\ntable = "desk_logs"\n', "'desk_logs' is no table of the pathway"),
        ('extends = "desk"\n[fills]\nstart = "opened"\n', "'desk_log' has no column 'opened'"),
        ('extends = "desk"\n[[measures]]\nname = "log"\n[counts]\nlog = { measures = ["log"] }\n', "never demand"),
    ):
        path.write_text(text, encoding="utf-8", newline="\n")
        with pytest.raises(SettingsError, match=wrong):
            load_sources(tmp_path)
