"""What starting costs: modules that take seconds to load and that nothing here needs stay unloaded."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from areakit import REPOSITORY


def loaded(code: str) -> set[str]:
    """Top-level packages that a fresh process holds after some code."""
    show = "import sys; print(*{name.split('.')[0] for name, held in sys.modules.items() if held})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return set(done.stdout.split())


def test_grammars_of_web_addresses_are_not_built() -> None:
    """Nor by Great Expectations: the process of its own that test_quality_gate.py starts shows it."""
    held = loaded("import pipelines.cli, altair")
    assert {"altair", "jsonschema"} <= held and not {"rfc3987_syntax", "lark"} & held


def test_whoever_needs_the_grammars_after_a_chart_has_them() -> None:
    chart = "import sys, hiu.publish.charts.cohorts\nheld = [sys.modules.get(name) for name in ('altair', 'lark')]"
    assert "rfc3987_syntax" in loaded(f"{chart}\nassert held[0] and not held[1]\nimport rfc3987_syntax")


def test_help_loads_no_engine() -> None:
    heavy = {"polars", "pandas", "duckdb", "altair", "great_expectations", "scipy"}
    assert not heavy & loaded("import pipelines.cli")


def test_a_notebook_gives_memory_back_at_once_and_a_job_keeps_it() -> None:
    own = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    for code, at_once in (("import hiu", True), ("import pipelines, hiu", False)):
        show = f"{code}\nimport os, polars; print(os.environ['_RJEM_MALLOC_CONF'])"
        done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True, env=own)
        assert done.stdout.strip().endswith("muzzy_decay_ms:0") == at_once


def test_scipy_stats_loads_only_where_it_is_used() -> None:
    """It takes a second, in every process that runs a month; scipy.special has the functions of its distributions."""
    first = re.compile(r"^(?:from|import) scipy\.stats\b", re.MULTILINE)
    modules = [path for package in ("hiu", "pipelines") for path in (REPOSITORY / package).rglob("*.py")]
    assert modules and not [path for path in modules if first.search(path.read_text(encoding="utf-8"))]
