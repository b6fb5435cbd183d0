"""Every notebook, run by papermill as people run it, on three and a half years and on the sample area."""

from __future__ import annotations

import re
import shutil
from collections.abc import Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from areakit import LAST, NOW, REPOSITORY
from notebooks.runner import run_as_people_do, told_by

from pipelines.common.place import open_place
from pipelines.common.progress import Reporter
from pipelines.run import Outcome, run_month
from pipelines.setup.area import make_area

pytestmark = pytest.mark.slow
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.py"))
CHARTS = {"start_here", "person", "ranking", "cohort"}
SECONDS = 30


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A synthetic area of 42 months, its last month published."""
    folder = tmp_path_factory.mktemp("long") / "area"
    make_area(folder, people=300, months=42, seed=5, last=str(LAST), now=NOW)
    return folder, run_month(open_place(folder), LAST, now=NOW, report=Reporter(quiet=True))


@pytest.fixture(scope="module")
def sampled(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The sample area as a site of its own, its last month published."""
    folder = tmp_path_factory.mktemp("sample") / "site"
    shutil.copytree(REPOSITORY / "tests" / "sites" / "sample", folder)
    text = (folder / "site.toml").read_text(encoding="utf-8")
    moved = text.replace("../../../../shared/sample/raw", (sample / "raw").as_posix())
    (folder / "site.toml").write_text(moved, encoding="utf-8", newline="\n")
    now = datetime(2026, 4, 8, tzinfo=UTC)
    return folder, run_month(open_place(folder), LAST, now=now, report=Reporter(quiet=True))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A site in its first month."""
    folder = tmp_path_factory.mktemp("first") / "area"
    make_area(folder, people=120, months=1, seed=5, last=str(LAST), now=NOW)
    return folder, run_month(open_place(folder), LAST, now=NOW, report=Reporter(quiet=True))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A site to which the police and the emergency department alone send anything."""
    folder = tmp_path_factory.mktemp("two") / "area"
    make_area(folder, people=120, months=20, seed=5, last=str(LAST), now=NOW)
    for path in (folder / "data" / "raw").rglob("*.*"):
        if path.name not in ("police_incidents.csv", "ed_attendances.csv"):
            path.unlink()
    return folder, run_month(open_place(folder), LAST, now=NOW, report=Reporter(quiet=True))


def text_of(outputs: list[Any]) -> str:
    """What a notebook shows, without its markup."""
    shown = " ".join(str(output.get("data", {}).get("text/html", "")) for output in outputs)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_in_a_first_month(notebook: Path, first: tuple[Path, Outcome], tmp_path: Path) -> None:
    told = text_of(check(notebook, first, tmp_path, charts=CHARTS - {"ranking"}))  # no past month to try rules on
    assert "usual variation" not in told
    if notebook.stem == "cohort":
        assert "the only month supplied: nothing to compare it with" in told
        assert "ED attendances in 11 of 12 months" in told


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_with_two_sources(notebook: Path, two: tuple[Path, Outcome], tmp_path: Path) -> None:
    told = text_of(check(notebook, two, tmp_path))
    if notebook.stem == "cohort":
        assert "ambulance deployments: Mar 2026 was not supplied" in told
        assert "ambulance deployments in 12 of 12 months" in told and "ED attendances in" not in told


def check(notebook: Path, site: tuple[Path, Outcome], folder: Path, charts: Set[str] = CHARTS) -> list[Any]:
    """It runs from the top in time, warns of nothing, names nobody, and shows its charts: its outputs."""
    outputs, seconds = run_as_people_do(notebook, {"site": str(site[0])}, folder)
    assert seconds < SECONDS
    assert [output for output in outputs if output.output_type in ("stream", "error")] == []
    assert site[1].published
    assert [value for value in told_by(site[1].published) if value in str(outputs)] == []
    drawn = [output for output in outputs if "<svg" in output.get("data", {}).get("text/html", "")]
    assert drawn or notebook.stem not in charts
    return outputs


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_on_a_synthetic_area(notebook: Path, long: tuple[Path, Outcome], tmp_path: Path) -> None:
    check(notebook, long, tmp_path)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_on_the_sample(notebook: Path, sampled: tuple[Path, Outcome], tmp_path: Path) -> None:
    check(notebook, sampled, tmp_path)


def test_every_notebook_of_the_suite_is_there() -> None:
    wanted = {
        "start_here",
        "data_quality",
        "match_review",
        "linkage_quality",
        "ranking",
        "person",
        "places",
        "crisis_pathway",
        "cohort",
        "definitions",
        "new_source",
    }
    assert {path.stem for path in NOTEBOOKS} == wanted
