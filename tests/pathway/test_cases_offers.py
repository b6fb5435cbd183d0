"""Thirty-three planted cases of offers short of detention, each with its right answer."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from areakit import LAST
from cases_kit import PEOPLE, number_of, rows_of, sent
from pathway_kit import source_of, tables_of_rows

from hiu.rank.reports.beside import DAYS, Records, first_offers, followed, not_offered
from pipelines.pathway.offers.compared import offer_year
from pipelines.pathway.offers.rows import RULES, contacts

CASES = tomllib.loads((Path(__file__).parent / "cases" / "offers.toml").read_text(encoding="utf-8"))
C = pl.col
MONTHS = tuple((LAST - 2).through(LAST))
MADE, CONSIDERED = ("yes", "no", "unknown"), ("used", "not_used", "unknown")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The tables of the offers of every case, with the people and contacts of the same cases."""
    source = source_of("offer", tmp_path_factory.mktemp("sources"))
    text = pl.DataFrame(sent(rows_of(CASES, "offer", ("offer_id",)), {})).with_columns(pl.all().replace("", None))
    made = tables_of_rows(source, text, MONTHS, pl.coalesce("nhs_number", "event_id"))
    seen = pl.DataFrame(rows_of(CASES, "contact", ("log",))).rename({"NHS number": "person_id"})
    start = C("at").str.to_datetime("%Y-%m-%d %H:%M")
    timeline = seen.select("person_id", start=start, dataset=pl.lit("police_incident"), counted=True)
    months = [(one.start, "police_incident", "police", True) for one in MONTHS]
    coverage = pl.DataFrame(months, schema=["month", "dataset", "source", "supplied"], orient="row")
    return made | {"timeline": timeline, "coverage": coverage, "people": pl.DataFrame()}


@pytest.fixture(scope="module")
def compared(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Of every case: contacts after each offer, the first offers of the year, and the contacts they are beside."""
    own = {name: tables[name] for name in ("timeline", "coverage", "people")}
    records = Records(judged=tables["offer_judged"], end=LAST.after, **own)  # type: ignore[arg-type]
    first, _ = first_offers(records, offer_year(LAST))
    lag = (first["at"] - first["start"]).median()
    others = not_offered(records, offer_year(LAST), lag)  # type: ignore[arg-type]
    return {"after": followed(records.offers, records), "first": first, "others": others}


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["id"])
def test_case(case: dict[str, Any], tables: dict[str, pl.DataFrame], compared: dict[str, pl.DataFrame]) -> None:
    found = answers(case["id"], tables, compared)
    assert {name: found[name] for name in case["expect"]} == case["expect"], case["why"]


def answers(case: str, tables: dict[str, pl.DataFrame], compared: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """What the run says of a case, under the names of its expectations."""
    own = contacts(tables).filter(C("thing").str.starts_with(f"{case}/")).with_columns(C("thing").str.slice(4))
    month = own.filter(month=LAST.start)
    made, considered = month.filter(offered="yes"), month.filter(considered="yes")
    who = {number_of(case, name): name for name in PEOPLE[1:]}
    after = compared["after"].filter(C("offer_id").str.starts_with(f"{case}/")).with_columns(C("offer_id").str.slice(4))
    wrong = {row["thing"]: [code for code in RULES if row[code] == "yes"] for row in month.to_dicts()}
    taken = made["taken_up"].to_list()
    used = dict(zip(CONSIDERED, (considered["used"].to_list().count(word) for word in MADE), strict=True))
    return {
        "offers": made.height,
        "not_known": month.filter(offered="unknown").height,
        "take_up": {"offered": made.height} | {word: taken.count(word) for word in MADE},
        "s136": {"considered": considered.height} | used,
        "contradictions": {one: codes for one, codes in wrong.items() if codes},
        "services": {
            one: "unknown" if service == "not recorded" else service
            for one, service in month.select("thing", "service").iter_rows()
        },
        "minutes": {one: "unknown" if n is None else n for one, n in month.select("thing", "minutes").iter_rows()},
        "index": [one[4:] for one in compared["first"]["offer_id"] if one.startswith(f"{case}/")],
        "others": sorted({who[one] for one in compared["others"]["person_id"] if one in who}),
    } | {
        f"contacts_{days}": {
            row["offer_id"]: "unknown" if row[f"after_{days}"] is None else row[f"after_{days}"]
            for row in after.to_dicts()
        }
        for days in DAYS
    }
