"""Shared by all tests: the sample area if it is there, and a small synthetic area made once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hiu.month import Month
from pipelines.demo import make_area
from pipelines.place import Place, open_place
from pipelines.progress import Reporter
from pipelines.run import Outcome, run_month

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLE = REPOSITORY.parent / "shared" / "sample"
LAST = Month(2026, 3)

RunMonth = Callable[..., Outcome]


@pytest.fixture(scope="session")
def sample() -> Path:
    """The realistic area outside the repository; tests that need it are skipped, saying so, without it."""
    if not (SAMPLE / "raw").is_dir():
        pytest.skip("the sample area (../shared/sample) is not here")
    return SAMPLE


@pytest.fixture(scope="session")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic area of 300 people and 14 months, in a folder with a space and letters beyond ASCII."""
    folder = tmp_path_factory.mktemp("synthetic") / "Área one"
    make_area(folder, people=300, months=14, seed=7, last=str(LAST), now=datetime(2026, 4, 8, tzinfo=UTC))
    return folder


@pytest.fixture
def place_of(area: Path, tmp_path: Path) -> Callable[..., Place]:
    """The area with a curated folder of the test's own; `raw` may be given too."""

    def place(raw: Path | None = None, name: str = "curated") -> Place:
        return open_place(area, raw=raw, curated=tmp_path / name)

    return place


def run(place: Place, month: Month = LAST, *, at: datetime | None = None) -> Outcome:
    """Run a month quietly."""
    return run_month(place, month, now=at or datetime(2026, 4, 8, 9, 12, tzinfo=UTC), report=Reporter(quiet=True))


@pytest.fixture(scope="session")
def published(area: Path) -> Outcome:
    """The area's last month, run once in the area's own curated folder."""
    return run(open_place(area))
