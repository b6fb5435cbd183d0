"""Fuzzing: a small sample always; `make fuzz` tries 52,000. No fault but ours, no row lost, under 1 GB."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
MOST_MB = 1000
MANY = {"csv": 27_000, "xlsx": 13_000, "toml": 12_000}
"""Seeds tried by `make fuzz`."""
AT_ONCE = 3_000


def tried(kinds: Sequence[str], first: int, many: int) -> list[dict[str, Any]]:
    """What became of some seeds of each kind, in a process of their own."""
    line = [sys.executable, str(HERE / "fuzz.py"), ",".join(kinds), str(first), str(many)]
    # what the product starts looks for no module beside its script: the kits are named
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])}
    done = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", env=env)
    assert done.returncode == 0, f"{kinds}: the process ended with {done.returncode}: {done.stderr[-2000:]}"
    return [json.loads(line) for line in done.stdout.splitlines()[-len(kinds) :]]


def check(kind: str, found: dict[str, Any]) -> None:
    """No fault; no more memory than is allowed; and the inputs were not all refused."""
    assert found["faults"] == []
    assert found["peak_mb"] < MOST_MB
    read = sum(n for word, n in found["tally"].items() if "rows" in word or "read" in word)
    assert read > found["tried"] / 10, f"{kind}: hardly any input was read, so little was tried: {found['tally']}"
    print(kind, json.dumps(found))


@pytest.fixture(scope="module")
def few() -> dict[str, dict[str, Any]]:
    """A few seeds of every kind, in one process: most of its time goes into loading the product."""
    return dict(zip(MANY, tried(tuple(MANY), 900_000, 8), strict=True))


@pytest.mark.parametrize("kind", MANY)
def test_a_sample(kind: str, few: dict[str, dict[str, Any]]) -> None:
    check(kind, few[kind])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "first"), [(kind, at) for kind, many in MANY.items() for at in range(0, many, AT_ONCE)]
)
def test_all(kind: str, first: int) -> None:
    check(kind, *tried([kind], first, min(AT_ONCE, MANY[kind] - first)))
