"""Shared by all tests: the months of the small synthetic area, running it, and comparing what came out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from hiu.month import Month
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.run import Outcome, run_month

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY.parent / "shared" / "sample"
LAST = Month(2026, 3)
FIRST = LAST - 4
NOW = datetime(2026, 4, 8, 9, 12, tzinfo=UTC)
COMPARED = (
    "monthly_demand",
    "monthly_extra",
    "coverage",
    "ranked",
    "people",
    "risk_grading",
    "support",
    "team_contact",
)

PlaceOf = Callable[..., Place]


def run(place: Place, month: Month = LAST, *, at: datetime | None = None) -> Outcome:
    """Run a month quietly."""
    return run_month(place, month, now=at or NOW, report=Reporter(quiet=True))


def table(outcome: Outcome, name: str) -> pl.DataFrame:
    """A published table as it is on disk."""
    assert outcome.published
    return pl.read_parquet(outcome.published / f"{name}.parquet")


def same(one: Outcome, other: Outcome, *names: str) -> None:
    """The tables that don't hold history are equal, row by row."""
    for name in names or COMPARED:
        assert table(one, name).equals(table(other, name)), f"{name} differs"


def link_rows(outcome: Outcome) -> pl.DataFrame:
    """Every source row with its status, identity and person."""
    key = ["source", "source_file", "source_row"]
    return table(outcome, "links").select(*key, "status", "identity_id", "person_id").sort(key)


def copy_months(raw: Path, to: Path, months: list[str]) -> None:
    """The drops of some months, and the registers."""
    to.mkdir(parents=True, exist_ok=True)
    for path in sorted(raw.iterdir()):
        if path.is_dir() and path.name in months:
            shutil.copytree(path, to / path.name, dirs_exist_ok=True)
        elif path.is_file():
            shutil.copy2(path, to / path.name)
