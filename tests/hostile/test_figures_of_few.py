"""Figures that an analyst may ask for by the group tell of no one person: not alone, and not beside another table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hostile_kit import Site, forbid

import hiu
from hiu.errors import UsageError
from hiu.site.views.shared import shared_together
from pipelines.papers.reports_equality import suppressed

Settings = Callable[[Callable[[str], str]], Site]


@pytest.fixture
def adults(site: Site) -> list[str]:
    ranked = pl.read_parquet(site.place.which(None)[1] / "ranked.parquet").filter(pl.col("list") == "adult")
    return ranked.sort("rank")["person_id"].to_list()


def groups(to: Path, rows: dict[str, str]) -> Path:
    to.write_text("person_id,grp\n" + "".join(f"{who},{what}\n" for who, what in rows.items()), encoding="utf-8")
    return to


@pytest.mark.parametrize("exact", [(), ("--exact",)])
def test_a_group_of_few_is_refused_and_so_is_the_rest_of_few(
    exact: tuple[str, ...], site: Site, adults: list[str], tmp_path: Path
) -> None:
    alone = groups(tmp_path / "alone.csv", {adults[0]: "aaa"})
    all_but = groups(tmp_path / "all_but.csv", dict.fromkeys(adults[1:], "aaa"))
    for file in (alone, all_but):
        said = site.hiu("equality", "--groups", file, *exact)
        assert said.code == 2 and "fewer than 8" in said.err and "aaa" not in said.out


def test_groups_of_named_people_need_a_basis_and_leave_a_line(
    site: Site, own_settings: Settings, adults: list[str], tmp_path: Path
) -> None:
    half = len(adults) // 2
    assert half >= 8
    file = groups(tmp_path / "g.csv", {who: "one" if at < half else "two" for at, who in enumerate(adults)})
    for line in (("equality", "--groups", file), ("equality", "--exact")):
        before = len(site.looks())
        assert site.hiu(*line).code == 0
        [look] = site.looks()[before:]
        assert look["what"] == "equality" and look["people"] == len(adults)
    closed = own_settings(lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"'))
    before = len(closed.looks())
    said = closed.hiu("equality", "--groups", file)
    assert said.code == 1 and "no basis" in said.err and closed.looks()[before]["refused"] == "no basis"


def test_a_part_of_a_hidden_whole_is_hidden() -> None:
    table = pl.DataFrame(
        {"characteristic": ["g"] * 3, "group": ["a", "b", "c"], "people": [1, 40, 60], "assessed": [0, 20, 30]}
        | {"rate": [0.0, 0.5, 0.5], "low": [0.0] * 3, "high": [1.0] * 3}
    )
    first = suppressed(table, 20).row(0, named=True)
    assert first["people"] == "*" and first["assessed"] == "*" and first["rate"] is None


def test_a_month_s_table_is_the_same_before_and_after_an_objection(site: Site, adults: list[str]) -> None:
    before = json.loads(site.hiu("equality", "--json").out)
    forbid(site.place, adults[0])
    for again in ((), ("run",)):
        if again:
            assert site.hiu("run", "2026-03").code in (0, 3)
        assert json.loads(site.hiu("equality", "--json").out)["selection"] == before["selection"]


@pytest.mark.parametrize("name", ["together", "flow", "concentration", "next_contact"])
def test_figures_of_people_who_were_chosen_are_not_shared(name: str, site: Site) -> None:
    run = hiu.open(site.place.home, curated=site.place.curated).latest
    with pytest.raises(UsageError, match=r"for analysts alone|made of everybody"):
        getattr(run.cohort([1]), name)().to_share()


def test_a_combination_of_few_is_not_named() -> None:
    rows = {"agencies": ["ed", "police", "ed|mha", "ambulance|mha"], "people": [40, 30, 3, 1]}
    shared = shared_together(pl.DataFrame({**rows, "contacts": [90, 60, 9, 2], "most": [10, 9, 4, 2]}))
    assert "mha" not in str(shared.rows()) and ("other combinations", "*", "*") in shared.rows()
