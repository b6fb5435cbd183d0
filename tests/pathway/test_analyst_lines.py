"""The questions of the crisis pathway on the analyst's page are asked of a site that has its sources."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

import hiu

PAGE = Path(__file__).parents[2] / "docs" / "analyst.md"


def test_the_questions_of_the_pathway_take_a_line(desk_home: Path) -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Questions of the crisis pathway")[1].split("\n## ")[0]
    lines = [line for row in section.splitlines() if row.startswith("| ") for line in re.findall("`(.*?)`", row)]
    run = hiu.open(desk_home).latest
    found = {line: eval(line, {"run": run, "pl": pl, "C": pl.col}) for line in lines}
    assert len(found) >= 8 and all(one.height for line, one in found.items() if "head(20)" not in line)
