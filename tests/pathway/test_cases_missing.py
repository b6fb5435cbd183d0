"""Forty-two planted cases of people missing from hospital, each with its right answer, in one run of a tiny site."""

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
from pipelines.pathway.missing.rows import episodes, packs, repeated

CASES = tomllib.loads((Path(__file__).parent / "cases" / "missing.toml").read_text(encoding="utf-8"))
C = pl.col


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The published tables of one run over every case."""

    def make(folder: Path) -> Path:
        beds = {"site": "Ward", "start": "Ward start date", "end": "Ward end date"}
        stays = [
            row | {"Ward stay ID": str(at), "Provider": "RXX"} for at, row in enumerate(rows_of(CASES, "mh_stay", ()))
        ]
        files = {"missing": sent(rows_of(CASES, "missing_episode", ("episode_id",)), {}), "mh_beds": sent(stays, beds)}
        home = pathway_site(folder / "site", files, extended=("missing_episode",))
        assert not run(open_place(home)).intake.refused
        return home

    place = open_place(once(tmp_path_factory, "missing cases", make))
    folder = place.published_folder(LAST)
    assert folder
    found = {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}
    return found | {"episodes": episodes(found)}


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["id"])
def test_case(case: dict[str, Any], tables: dict[str, pl.DataFrame]) -> None:
    found = answers(case["id"], tables)
    wanted = {name: value for name, value in case["expect"].items() if name not in ("ambiguous", "note")}
    assert {name: found[name] for name in wanted} == wanted, case["why"]


def answers(case: str, tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """What the run says of a case, under the names of its expectations."""
    own = tables["episodes"].filter(C("thing").str.starts_with(f"{case}/")).with_columns(C("thing").str.slice(4))
    month = own.filter(month=LAST.start)
    people = dict(tables["people"].select("person_id", "nhs_number").iter_rows())
    who = {number_of(case, name): name for name in PEOPLE[1:]}
    pack = packs(month)["grab_pack"].replace("not recorded", "unknown").to_list()
    hours = {row["thing"]: row["minutes_missing"] for row in own.to_dicts()}
    return {
        "episodes": own.height,
        "site": {
            one: "unknown" if site == "not recorded" else site for one, site in own.select("thing", "site").iter_rows()
        },
        "poor_reporting": dict(own.select("thing", C("poor").replace("not recorded", "unknown")).iter_rows()),
        "minutes_to_report": {
            one: "unknown" if n is None else n for one, n in own.select("thing", "minutes_to_report").iter_rows()
        },
        "hours_missing": {one: "unknown" if n is None else n / 60 for one, n in hours.items()},
        "still_missing": own.filter(still_missing="yes")["thing"].to_list(),
        "repeat_people": sorted(who[people[one]] for one in repeated(month)["person_id"]),
        "grab_pack": {"people": len(pack)} | {word: pack.count(word) for word in ("yes", "no", "unknown")},
    }
