"""Every .sql gives on Spark what its specification says, from the same small tables as on DuckDB."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hiu.engine import Engine

SPEC = Path(__file__).parents[1] / "spec"
sys.path.append(str(SPEC))

from spec_tables import Case, run  # noqa: E402
from test_spec import CASES, inputs  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.table}: {case.title}")
def test_case(case: Case, lake: Engine) -> None:
    made, expected = run(case, inputs(case), lake)
    assert made == expected
