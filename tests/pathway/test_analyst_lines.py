"""The questions of the crisis pathway on the analyst's page are asked of a site that has its sources."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import polars as pl

import hiu
from hiu.site.published import Published

PAGE = Path(__file__).parents[2] / "docs" / "analyst.md"


def test_the_questions_of_the_pathway_take_a_line(desk_home: Path) -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Questions of the crisis pathway")[1].split("\n## ")[0]
    lines = [line for row in section.splitlines() if row.startswith("| ") for line in re.findall("`(.*?)`", row)]
    run = hiu.open(desk_home).latest
    found = {line: eval(line, {"run": run, "pl": pl, "C": pl.col}) for line in lines}
    assert len(found) >= 8 and all(one.height for line, one in found.items() if "head(20)" not in line)


def asked(run: Published, part: str) -> pl.DataFrame:
    """What the one line of the pathway that has these words in it answers."""
    section = PAGE.read_text(encoding="utf-8").split("## Questions of the crisis pathway")[1].split("\n## ")[0]
    (line,) = [one for one in re.findall("`(.*?)`", section) if part in one]
    found: pl.DataFrame = eval(line, {"run": run, "pl": pl, "C": pl.col}).to_polars()
    return found


def test_whoever_is_not_named_is_nobody_who_went_missing(desk_home: Path) -> None:
    run = hiu.open(desk_home).latest
    whole = pd.read_parquet(run.folder / "missing_judged.parquet")
    found = asked(run, "count(distinct person_id)")
    assert whole["nobody"].any() and found["episodes"].sum() == len(whole)
    months = whole[~whole["nobody"]].groupby(whole["reported_at"].dt.to_period("M"))["person_id"].nunique()
    assert found["people"].to_list() == months.to_list()


def test_a_detention_that_is_open_has_not_lasted_yet(desk_home: Path, tmp_path: Path) -> None:
    run = hiu.open(shutil.copytree(desk_home, tmp_path / "site")).latest
    file = run.folder / "s136_clock.parquet"
    clock = pl.read_parquet(file).sort("clock_minutes", descending=True).with_row_index("at")
    clock.select(pl.exclude("at", "still_open"), still_open=pl.col("at") == 0).write_parquet(file)
    whole = pd.read_parquet(run.folder / "s136_detention.parquet").merge(
        pd.read_parquet(file)[["detention_id", "clock_minutes", "still_open"]], on="detention_id"
    )
    over = whole[~whole["still_open"]].groupby(["place", "outcome"], dropna=False)["clock_minutes"].median() / 60
    found = asked(run, "clock_minutes")
    assert found["n"].sum() == len(whole) and whole["still_open"].sum() == 1
    assert sorted(found["hours"].drop_nulls()) == sorted(over.dropna())


def test_what_is_due_on_the_last_day_is_not_late(desk_home: Path) -> None:
    run = hiu.open(desk_home).latest
    whole = pd.read_parquet(run.folder / "action.parquet")
    whole = whole[whole["done_at"].isna()]
    late = pd.to_datetime(whole["due"]) < pd.Timestamp(run.month.end)
    found = asked(run, "as late")
    assert (found["open"].sum(), found["late"].sum()) == (len(whole), late.sum())
    assert "due < date '2026-03-31'" in PAGE.read_text(encoding="utf-8")
