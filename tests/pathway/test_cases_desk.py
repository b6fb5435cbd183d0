"""Fifty-three planted cases of the desk, each with its right answer, all through one run of a tiny site."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from areakit import LAST, run
from once import once
from pathway_kit import pathway_site

from pipelines.common.place import open_place
from pipelines.pathway.desk_rows import logs, repeated

CASES = tomllib.loads((Path(__file__).parent / "cases" / "desk.toml").read_text(encoding="utf-8"))
HEADERS = {"log_id": "Log ID", "incident_id": "Log no", "at": "Created"}


def rows_of(case: dict[str, Any], table: str) -> list[dict[str, str]]:
    """The rows of a case, whole, with keys and people that no other case has."""
    made = []
    for row in case.get(table, []):
        whole = CASES["usual"][table] | row
        whole |= {key: f"{case['id']}/{whole[key]}" for key in ("log_id", "referral_id", "incident_id") if key in whole}
        who = whole.pop("person", "")
        made.append(whole | {"NHS number": number_of(case["id"], who)} if table != "referral" else whole)
    return made


def number_of(case: str, who: str) -> str:
    """A number of the test range for each person of each case; none for a row that names nobody."""
    people = {"": "", "Test Person One": "1", "Test Person Two": "2", "Test Person Three": "3", "Test Person Four": "4"}
    for last in range(10) if who else ():
        digits = f"999{int(case[1:]):03}{people[who]}{last}0"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11)
    return ""


def headed(row: dict[str, str]) -> dict[str, str]:
    """A row under headers that the shipped sources know."""
    return {HEADERS.get(key, key.replace("_", " ")): value for key, value in row.items()}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The published tables of one run over every case."""

    def make(folder: Path) -> Path:
        files = {name: [row for case in CASES["case"] for row in rows_of(case, table)] for name, table in FILES.items()}
        sent = {name: [headed(row) for row in rows] for name, rows in files.items()}
        sent["police"] = [row | {"Person seq": "1"} for row in sent["police"]]
        home = pathway_site(folder / "site", sent)
        assert not run(open_place(home)).intake.refused
        return home

    place = open_place(once(tmp_path_factory, "desk cases", make))
    folder = place.published_folder(LAST)
    assert folder
    found = {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}
    return found | {"logs": logs(found)}


FILES = {"desk": "desk_log", "referral": "referral", "police": "police_incident"}


def own(frame: pl.DataFrame, case: str, column: str = "log_id") -> pl.DataFrame:
    """A case's rows of a table, their numbers as the case has them."""
    mine = frame.filter(pl.col(column).str.starts_with(f"{case}/"))
    names = [name for name in ("log_id", "referral_id", "event_id", "thing") if name in frame.columns]
    return mine.with_columns(pl.col(names).str.strip_prefix(f"{case}/"))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["id"])
def test_case(case: dict[str, Any], tables: dict[str, pl.DataFrame]) -> None:
    found = answers(case["id"], tables)
    wanted = {name: normal(value) for name, value in case["expect"].items()}
    assert {name: found[name] for name in wanted} == wanted, case["why"]


def normal(value: Any) -> Any:
    """An expectation in the form of an answer: exceptions as a set of texts, lists sorted."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return sorted("|".join([one["code"], one["log_id"], one.get("referral_id", "")]) for one in value)
    return sorted(value) if isinstance(value, list) else value


def answers(case: str, tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """What the run says of a case, under the names of its expectations."""
    every = own(tables["logs"], case, "thing")
    month = every.filter(pl.col("month") == LAST.start)
    broken = own(tables["desk_exception"], case).with_columns(pl.col("referral_id").fill_null(""))
    joined = own(tables["desk_incident"], case)
    scope = own(tables["desk_scope"], case, "referral_id")
    people = dict(tables["people"].select("nhs_number", "person_id").drop_nulls().iter_rows())
    named = {who: people.get(number_of(case, who)) for who in ("Test Person One", "Test Person Two")}
    return {
        "exceptions": sorted(broken.select(pl.concat_str("code", "log_id", "referral_id", separator="|")).to_series()),
        "scope": dict(scope.select("referral_id", "scope").iter_rows()),
        "logs": month["thing"].n_unique(),
        "logs_of_month": sorted(month["thing"].unique()),
        "referrals": own(tables["referral"], case, "referral_id")["referral_id"].n_unique(),
        "closed_without_deployment": month.filter(without_deployment="yes")["thing"].n_unique(),
        **{name: answered(month, name) for name in ("deployed", "attended", "mhrv_used")},
        "minutes_to_first_health_contact": minutes(case, tables, "first_health_contact"),
        "minutes_to_closure": minutes(case, tables, "closure", month if case == "D46" else None),
        "heat": {row["thing"]: [row["opened_at"].strftime("%A"), row["opened_at"].hour] for row in month.to_dicts()},
        "desk_links": dict(joined.select("log_id", "event_id").iter_rows()),
        "police_demand": {who: demand(tables, person) for who, person in named.items() if demand(tables, person)},
        "repeat_people": [who for who, person in named.items() if person in set(repeated(month)["person_id"])],
    }


def answered(month: pl.DataFrame, name: str) -> dict[str, int]:
    counts = Counter(month.unique("thing")[name].replace("not recorded", "unknown"))
    return {word: counts[word] for word in ("yes", "no", "unknown")}


def minutes(case: str, tables: dict[str, pl.DataFrame], leg: str, only: pl.DataFrame | None = None) -> dict[str, Any]:
    key = ["delivery_id", "source_row"]
    of = tables["leg"].filter(table="desk_log", leg=leg).select(*key, "minutes")
    both = own(tables["desk_log"], case).join(of, on=key, how="left")
    kept = both if only is None else both.filter(pl.col("log_id").is_in(only["thing"].implode()))
    return {log: "unknown" if n is None else n for log, n in kept.select("log_id", "minutes").iter_rows()}


def demand(tables: dict[str, pl.DataFrame], person: str | None) -> int:
    rows = tables["monthly_demand"].filter(pl.col("person_id") == pl.lit(person, pl.String), dataset="police_incident")
    return int(rows["n"].sum() or 0)
