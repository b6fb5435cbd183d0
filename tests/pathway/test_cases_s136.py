"""Seventy-two planted cases of the section 136 clock, each with its right answer: from text to tables."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pathway_kit import source_of, tables_of_rows

from hiu.month import Month
from hiu.sources import Source

CASES = tomllib.loads((Path(__file__).parent / "cases" / "s136.toml").read_text(encoding="utf-8"))
ENDS = sorted({case.get("as_at", CASES["usual"]["as_at"]) for case in CASES["case"]})
NAMES = {
    f"Test Person {number}": name
    for number, name in zip(
        ("One", "Two", "Three", "Four", "Five"),
        ("Aldous Penrose", "Beatrix Tolworth", "Cyril Wetherby", "Dorothea Quill", "Edmund Farrow"),
        strict=True,
    )
}
"""Names that name somebody: one that says "test" is taken for a test record's."""
C = pl.col
Tables = dict[str, pl.DataFrame]


def rows_of(case: dict[str, Any]) -> list[dict[str, str | None]]:
    """The rows of a case, whole, under numbers that no other case has."""
    rows = [CASES["usual"]["s136_pathway"] | row for row in case["s136_pathway"]]
    rows = [row | {"detention_id": f"{case['id']}/{row['detention_id']}"} for row in rows]
    rows = [row | {"person": NAMES.get(row["person"], "")} for row in rows]
    return [{name: str(cell) if cell != "" else None for name, cell in row.items()} for row in rows]


def built(source: Source, end: str) -> Tables:
    """The tables of the cases whose period ends so; people are those of the case."""
    rows = [row for case in CASES["case"] if case.get("as_at", CASES["usual"]["as_at"]) == end for row in rows_of(case)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    who = pl.concat_str(C("event_id").str.slice(0, 3), C("name_text").fill_null("nobody"), "nobody")
    return tables_of_rows(source, text, [Month.of(date.fromisoformat(end[:10]))], who)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    source = source_of("s136_pathway", tmp_path_factory.mktemp("sources"))
    parts = [built(source, end) for end in ENDS]
    # a row number is of one month's file: made one of its own here
    return {
        name: pl.concat(part[name].with_columns(of=at) for at, part in enumerate(parts))
        for name in ("s136_detention", "s136_clock", "s136_exception", "leg")
    }


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["id"])
def test_case(case: dict[str, Any], tables: Tables) -> None:
    notes = ("unsettled", "ambiguous", "note", "legs", *case["expect"].get("unsettled", ()))
    wanted = {name: value for name, value in case["expect"].items() if name not in notes}
    found = answers(case, tables)
    assert {name: found[name] for name in wanted} == wanted, case["why"]
    legs = case["expect"].get("legs", {})
    assert {leg: found["legs"].get(leg, "unknown") for leg in legs} == legs, case["why"]


def answers(case: dict[str, Any], tables: Tables) -> dict[str, Any]:
    """What the tables say of a case, under the names of its expectations."""
    own = tables["s136_detention"].filter(C("detention_id").str.starts_with(case["id"] + "/"))
    clock = own.select("detention_id").join(tables["s136_clock"], on="detention_id")
    leg = tables["leg"].join(own.select("delivery_id", "source_row", "of"), on=["delivery_id", "source_row", "of"])
    late = set(leg.filter("out_of_order")["leg"])
    each = {name: dict(zip(_ids(clock), clock[name].to_list(), strict=True)) for name in ("over", "clock_minutes")}
    each["limit_hours"] = dict(zip(_ids(clock), clock["limit_hours"].to_list(), strict=True))
    several = case["expect"]["detentions"] > 1
    counts = ("consulted", "conveyance", "first_place", "police_conveyance_reason", "place", "force_area")
    of_police = own.filter(conveyance="police")
    return {
        "detentions": own.height,
        "people": own.filter(~C("nobody"))["person_id"].n_unique(),
        **{
            ours: {one: _word(value) for one, value in each[name].items()}
            if several
            else _word(next(iter(each[name].values())))
            for ours, name in (("breach", "over"), ("clock_minutes", "clock_minutes"), ("limit_hours", "limit_hours"))
        },
        "flags": ["out_of_order"] if clock["out_of_order"].any() else [],
        "child_in_custody": tables["s136_exception"]
        .filter(C("detention_id").is_in(_whole(own)), code="child_in_custody")
        .height,
        "out_of_order": sorted(late & set(case["expect"].get("legs", {}))),
        "legs": dict(leg.drop_nulls("minutes").select("leg", "minutes").iter_rows()),
        **{
            name: _counts(of_police if name == "police_conveyance_reason" else own, name, case["expect"])
            for name in counts
        },
    }


def _whole(own: pl.DataFrame) -> list[str]:
    return own["detention_id"].to_list()


def _ids(frame: pl.DataFrame) -> list[str]:
    return frame["detention_id"].str.split("/").list.last().to_list()


def _word(value: Any) -> Any:
    return "unknown" if value is None else value


def _counts(own: pl.DataFrame, name: str, expect: dict[str, Any]) -> dict[str, int]:
    found = dict(own[name].fill_null("unknown").value_counts().iter_rows())
    return dict.fromkeys(expect.get(name, {}), 0) | found
