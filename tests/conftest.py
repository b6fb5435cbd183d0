"""Shared by all tests: the sample area if it is there, and a small synthetic area made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hiu.month import Month
from pipelines.demo import make_area
from pipelines.place import Place, open_place
from pipelines.progress import Reporter
from pipelines.run import Outcome, run_month

REPOSITORY = Path(__file__).resolve().parents[1]
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


@pytest.fixture(scope="session")
def sample() -> Path:
    """The realistic area outside the repository; tests that need it are skipped, saying so, without it."""
    if not (SAMPLE / "raw").is_dir():
        pytest.skip("the sample area (../shared/sample) is not here")
    return SAMPLE


@pytest.fixture(scope="session")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic area of 200 people and 5 months, in a folder with a space and letters beyond ASCII."""
    folder = tmp_path_factory.mktemp("synthetic") / "Área one"
    make_area(folder, people=200, months=5, seed=7, last=str(LAST), now=NOW)
    with (folder / "site.toml").open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n[rank]\ncharts = 2\ntop = 2\ndraws = 100\n")
    return folder


@pytest.fixture
def place_of(area: Path, tmp_path: Path) -> PlaceOf:
    """The area with an empty curated folder of the test's own; `raw` may be given too."""

    def place(raw: Path | None = None, name: str = "curated") -> Place:
        return open_place(area, raw=raw, curated=tmp_path / name)

    return place


def run(place: Place, month: Month = LAST, *, at: datetime | None = None) -> Outcome:
    """Run a month quietly."""
    return run_month(place, month, now=at or NOW, report=Reporter(quiet=True))


@pytest.fixture(scope="session")
def published(area: Path) -> Outcome:
    """The area's last month, run once in the area's own curated folder. Read it; copy it to change it."""
    return run(open_place(area))


@pytest.fixture
def place_after(area: Path, published: Outcome, tmp_path: Path) -> Place:
    """The area just after its last month was published, in a curated folder of the test's own."""
    assert published.published
    shutil.copytree(area / "data" / "curated", tmp_path / "after")
    return open_place(area, curated=tmp_path / "after")


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
