"""The built wheel works on its own: unpacked elsewhere, from another folder, without the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, REPOSITORY

from pipelines.common.fingerprint import code

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    line = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet", "-w", str(folder), str(REPOSITORY)]
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *line], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere") / "Programmes été" / "paquets"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def hiu(installed: Path, cwd: Path, *line: object) -> subprocess.CompletedProcess[str]:
    """Run the unpacked wheel's command: -P keeps the current folder out, the path puts it before the checkout."""
    env = {**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1", "HIU_DEBUG": "1"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "pipelines.cli", *(str(part) for part in line)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=env,
    )


def test_everything_but_code_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    kinds = ("*.toml", "*.sql", "*.html", "*.css", "*.json", "*.j2", "*.txt", "*.csv", "py.typed")
    wanted = {path.relative_to(REPOSITORY).as_posix() for kind in kinds for path in (REPOSITORY / "hiu").rglob(kind)}
    assert "hiu/py.typed" in wanted and len(wanted) > 30 and wanted - names == set()
    suites = {f"hiu/quality/expectations/{path.name}" for path in (REPOSITORY / "expectations").glob("*.json")}
    assert len(suites) >= 7 and suites - names == set()
    notebooks = {f"pipelines/notebooks/{path.name}" for path in (REPOSITORY / "notebooks").glob("*.py")}
    assert len(notebooks) > 9 and notebooks | {"pipelines/notebooks/examples/fire_log.csv"} <= names
    assert not [name for name in names if name.startswith("tests/") or name.endswith((".parquet", ".key", ".duckdb"))]
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names)


def test_the_documentation_is_inside_and_found(wheel: Path, installed: Path, tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="sphinx is not installed, so a wheel built here has no documentation")
    with zipfile.ZipFile(wheel) as archive:
        pages = {name for name in archive.namelist() if name.startswith("pipelines/docs/")}
    assert {f"pipelines/docs/{name}" for name in ("index.html", "searchindex.js", "docs/runbook.html")} <= pages
    assert not [name for name in pages if name.endswith((".doctree", ".pickle", ".md"))]
    said = hiu(installed, tmp_path, "docs", "--no-browser")
    assert said.returncode == 0 and str(installed / "pipelines" / "docs" / "index.html") in said.stdout


def test_it_has_the_code_of_the_checkout_and_its_record_of_test_runs(wheel: Path, installed: Path) -> None:
    """Of all else the two are two builds: the record is of a checkout, and an installed copy looks itself up in it."""
    asked = "from pipelines.common.fingerprint import code; print(code())"
    env = {**os.environ, "PYTHONPATH": str(installed)}
    said = subprocess.run([sys.executable, "-P", "-c", asked], capture_output=True, text=True, env=env, check=True)
    assert said.stdout.strip() == code()
    with zipfile.ZipFile(wheel) as archive:
        inside = "pipelines/results.json" in archive.namelist()
    assert inside == (REPOSITORY / "tests" / "results.json").is_file()


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(installed)}
    asked = "import hiu, pipelines; print(hiu.__file__); print(pipelines.__file__)"
    said = subprocess.run(
        [sys.executable, "-P", "-c", asked],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=env,
        encoding="utf-8",
        check=True,
    )
    assert all(Path(line).is_relative_to(installed) for line in said.stdout.splitlines())


def test_its_build_changes_with_a_notebook_a_suite_a_template_and_a_page(installed: Path, tmp_path: Path) -> None:
    before = hiu(installed, tmp_path, "--version").stdout
    kinds = ("pipelines/notebooks/cohort.py", "hiu/quality/expectations/police.json", "hiu/publish/templates/pack.css")
    for name in (*kinds, *(["pipelines/docs/index.html"] if find_spec("sphinx") else [])):
        data = (installed / name).read_bytes()
        (installed / name).write_bytes(data + b"#")
        assert hiu(installed, tmp_path, "--version").stdout != before, name
        (installed / name).write_bytes(data)
    assert hiu(installed, tmp_path, "--version").stdout == before


def test_without_a_site_it_says_how_to_make_one(installed: Path, tmp_path: Path) -> None:
    said = hiu(installed, tmp_path, "run", LAST)
    assert said.returncode == 2 and "hiu init" in said.stderr


def test_a_month_runs_from_elsewhere(installed: Path, tmp_path: Path) -> None:
    site = tmp_path / "Área three"
    made = hiu(installed, tmp_path, "init", tmp_path / "live site")
    assert made.returncode == 0, made.stderr
    made = hiu(installed, tmp_path, "synth", site, "--people", 60, "--months", 2, "--seed", 3)
    assert made.returncode == 0, made.stderr
    said = hiu(installed, tmp_path, "run", LAST, "--site", site, "--json")
    assert said.returncode in (0, 3), said.stderr
    folder = Path(json.loads(said.stdout.splitlines()[-1])["published"])
    assert pl.read_parquet(folder / "ranked.parquet").height > 0 and (folder / "pack.html").is_file()
    assert list((folder / "charts").glob("*.svg"))
    for line in (("verify",), ("status",), ("suites",), ("suites", "--check")):
        assert hiu(installed, tmp_path, *line, "--site", site).returncode == 0, line
    said = hiu(installed, tmp_path, "suites")
    assert said.returncode == 2 and "--site" in said.stderr, "nothing is written into the installed packages"
    assert not (installed / "expectations").exists()
