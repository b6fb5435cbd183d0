"""Shared by all tests: the sample area if it is there, and a small synthetic area made once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import answers
import pytest
import typer.testing
from areakit import LAST, NOW, SAMPLE, PlaceOf, copy_months, run
from once import once, run_folder

from hiu.engine import connection
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome
from pipelines.setup.area import make_area


@pytest.fixture(scope="session")
def sample() -> Path:
    """The realistic area outside the repository; tests that need it are skipped, saying so, without it."""
    if not (SAMPLE / "raw").is_dir():
        pytest.skip("the sample area (../shared/sample) is not here")
    return SAMPLE


@pytest.fixture(scope="session", autouse=True)
def kept_answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the gate said of the same rows, or a chart drawn before, is not asked for again, but in tests of these."""
    with answers.remembering(run_folder(tmp_path_factory) / "shared" / "answers"):
        yield


@pytest.fixture(scope="session", autouse=True)
def unflushed() -> Iterator[None]:
    """No test cuts the power of the machine: what is flushed to disk need not get there (tests/crash flushes)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(scope="session", autouse=True)
def small_blocks() -> Iterator[None]:
    """A warehouse of a few hundred rows is copied hundreds of times: in small blocks it takes 1 MB and not 11."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection._STORE, "default_block_size", 16_384)
        yield


@pytest.fixture(scope="session", autouse=True)
def application() -> Iterator[None]:
    """The application is built once, and not anew for every command that a test gives it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", cache(typer.testing._get_command))  # type: ignore[attr-defined]
        yield


@pytest.fixture(scope="session")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic area of 200 people and 5 months, in a folder with a space and letters beyond ASCII."""

    def make(folder: Path) -> Path:
        make_area(folder, people=200, months=5, seed=7, last=str(LAST), now=NOW)
        with (folder / "site.toml").open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n[rank]\ncharts = 2\ntop = 2\ndraws = 100\n")
        return folder

    return once(tmp_path_factory, "Área one", make)


@pytest.fixture
def place_of(area: Path, tmp_path: Path) -> PlaceOf:
    """The area with an empty curated folder of the test's own; `raw` may be given too."""

    def place(raw: Path | None = None, name: str = "curated") -> Place:
        return open_place(area, raw=raw, curated=tmp_path / name)

    return place


@pytest.fixture(scope="session")
def published(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The area's last month, run once in the area's own curated folder. Read it; copy `just_published` to change it."""

    def make(folder: Path) -> Outcome:
        outcome = run(open_place(area))
        shutil.copytree(area / "data" / "curated", folder / "curated")
        return outcome

    return once(tmp_path_factory, "published", make)


@pytest.fixture(scope="session")
def just_published(published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The area's curated folder before any test looked at it: a look is entered with the time of day. Copy it."""
    assert published.published
    return run_folder(tmp_path_factory) / "shared" / "published" / "curated"


@pytest.fixture
def place_after(area: Path, just_published: Path, tmp_path: Path) -> Place:
    """The area just after its last month was published, in a curated folder of the test's own."""
    shutil.copytree(just_published, tmp_path / "after")
    return open_place(area, curated=tmp_path / "after")


@pytest.fixture(scope="session")
def month_before(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A curated folder just after the area's last month but one was published. Copy it."""

    def make(folder: Path) -> Path:
        run(open_place(area, curated=folder / "curated"), LAST - 1)
        return folder / "curated"

    return once(tmp_path_factory, "month before the last", make)


@pytest.fixture(scope="session")
def two_months(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The area's last two months taken in at once, beside the folder `raw` with their files. Read it; copy it."""

    def make(folder: Path) -> Outcome:
        copy_months(area / "data" / "raw", folder / "raw", [str(LAST - 1), str(LAST)])
        return run(open_place(area, raw=folder / "raw", curated=folder / "curated"))

    return once(tmp_path_factory, "two months", make)


@pytest.fixture
def place_of_two(area: Path, two_months: Outcome, tmp_path: Path) -> Place:
    """The area just after its last two months were published, raw and curated folders the test's own."""
    assert two_months.published
    for part in ("raw", "curated"):
        shutil.copytree(two_months.published.parents[2] / part, tmp_path / part)
    return open_place(area, raw=tmp_path / "raw", curated=tmp_path / "curated")
