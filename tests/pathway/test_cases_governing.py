"""Thirty-six planted cases of plans and records and nineteen of incidents, each with its right answer, in one run."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from areakit import LAST, run
from cases_kit import PEOPLE, number_of, rows_of, sent
from once import once
from pathway_kit import pathway_site

from pipelines.common.place import open_place

FOLDER = Path(__file__).parent / "cases"
PLANS, INCIDENTS = (
    tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")) for name in ("plans", "incidents")
)
C = pl.col
Tables = dict[str, pl.DataFrame]
SOURCES = ("plan_version", "record_entry", "support_contact", "incident")
NOTES = ("ambiguous", "note", "unsettled")


def files() -> dict[str, list[dict[str, str]]]:
    """What a site would send of every case; a person's plan and an entry have numbers of their own."""
    plans = [
        {"Plan ID": row["NHS number"], **{key: cell for key, cell in row.items() if key != "has"}}
        | {f"Has {key.replace('_', ' ')}": cell for key, cell in row["has"].items()}
        | {"circulated_to": "nobody" if row["circulated_to"] == [] else row["circulated_to"]}
        for row in rows_of(PLANS, "plan_version", ())
    ]
    contacts = rows_of(PLANS, "contact", ("contact_id",))
    police = [
        {"Log no": row["contact_id"], "Person seq": "1", "Created": row["at"], "Role": "subject"}
        | {"NHS number": row["NHS number"]}
        for row in contacts
        if row["agency"] != "team"
    ]
    entries = [row | {"Entry ID": f"N{at}"} for at, row in enumerate(rows_of(PLANS, "record_entry", ()))]
    caseload = [
        {"Ref": f"K{at}", "NHS number": row["NHS number"], "Offered": "01/01/2025"}
        | {"Start date": "01/02/2025" if row["status"] == "supported" else ""}
        for at, row in enumerate(rows_of(PLANS, "caseload", ()))
    ]
    team = [{key: cell for key, cell in row.items() if key != "agency"} for row in contacts if row["agency"] == "team"]
    return {
        "plans": sent(plans, {}),
        "records": sent(entries, {}),
        "support_contacts": sent(team, {}),
        "incidents": sent(rows_of(INCIDENTS, "incident", ("incident_id",)), {}),
        "police": police,
        "caseload": caseload,
    }


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The published tables of one run over every case."""

    def make(folder: Path) -> Path:
        home = pathway_site(folder / "site", files(), extended=SOURCES)
        assert not run(open_place(home)).intake.refused
        return home

    place = open_place(once(tmp_path_factory, "governing cases", make))
    folder = place.published_folder(LAST)
    assert folder
    found = {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}
    assert found["quarantine"].is_empty()
    return found


@pytest.mark.parametrize("case", PLANS["case"], ids=lambda case: case["id"])
def test_plans(case: dict[str, Any], tables: Tables) -> None:
    found = plans_of(case, tables)
    wanted = {name: value for name, value in case["expect"].items() if name not in NOTES}
    assert {name: found[name] for name in wanted} == {name: ordered(value) for name, value in wanted.items()}, case[
        "why"
    ]


def ordered(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, list) else value


def plans_of(case: dict[str, Any], tables: Tables) -> dict[str, Any]:
    """What the run says of a case, under the names of its expectations."""
    people = dict(tables["people"].select("nhs_number", "person_id").drop_nulls().iter_rows())
    who = {people.get(number_of(case["id"], name)): name for name in PEOPLE[1:]}
    plan, record = (
        tables[name]
        .with_columns(who=C("person_id").replace_strict(who, default=None, return_dtype=pl.String))
        .drop_nulls("who")
        for name in ("plan_exception", "record_exception")
    )
    listed = {row["person"] for row in (PLANS["usual"]["list_person"] | one for one in case.get("list_person", []))}

    def coded(frame: pl.DataFrame, code: str) -> list[dict[str, Any]]:
        return frame.filter(code=code).to_dicts()

    late, unknown = ({row["who"] for row in coded(plan, code)} for code in ("overdue", "review_unknown"))
    numbers = {
        code: [row["number"].split("/")[-1] for row in coded(record, code)] for code in ("no_entry", "entry_unknown")
    }
    times = {
        code: [[row["who"], f"{row['at']:%Y-%m-%d %H:%M}"] for row in coded(record, code)]
        for code in ("without_risk", "risk_unknown")
    }
    return {
        "overdue": {
            one: "yes" if one in late else "unknown" if one in unknown else "no"
            for one in case["expect"].get("overdue", {})
        },
        "old_version_held": ordered(
            [
                {"person": row["who"], "agency": row["agency"], "version": row["number"]}
                for row in coded(plan, "old_version_held")
            ]
        ),
        "no_current_plan": sorted({row["who"] for row in coded(plan, "no_current_plan")} & listed),
        **{
            f"contents_{word}": ordered(
                [{"person": row["who"], "content": row["content"]} for row in coded(plan, f"content_{word}")]
            )
            for word in ("lacking", "unknown")
        },
        "no_entry_24h": sorted(numbers["no_entry"]),
        "entry_due_unknown": sorted(numbers["entry_unknown"]),
        "without_current_risk": sorted(times["without_risk"]),
        "risk_unknown": sorted(times["risk_unknown"]),
    }


@pytest.mark.parametrize("case", INCIDENTS["case"], ids=lambda case: case["id"])
def test_incidents(case: dict[str, Any], tables: Tables) -> None:
    own = (
        tables["incident_judged"]
        .filter(C("incident_id").str.starts_with(f"{case['id']}/"))
        .with_columns(C("incident_id").str.slice(4))
    )
    found = {
        "mandatory": dict(own.select("incident_id", "mandatory").iter_rows()),
        "flagged": own.filter(mandatory="unknown")["incident_id"].to_list(),
        "iopc_reported": dict(own.select("incident_id", "referred").iter_rows()),
        "complaints": own.filter(kind="complaint").height,
    }
    wanted = {name: value for name, value in case["expect"].items() if name not in NOTES}
    assert {name: found[name] for name in wanted} == wanted, case["why"]
