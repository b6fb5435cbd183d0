"""The wheel installed by pip, the core alone and with each extra, weighs and does what docs/install.md says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from areakit import LAST, REPOSITORY

from hiu.extras import EXTRAS
from pipelines.setup.platforms import LOCK, PLATFORMS, PYTHONS, pins, resolve
from pipelines.setup.wheelhouse import INSTALL, PINS, make_wheelhouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

PAGE = (REPOSITORY / "docs" / "install.md").read_text(encoding="utf-8")
WEIGHED = {
    name: (int(packages), int(weight.replace(",", "")))
    for name, packages, weight in re.findall(r"^\| `?(\w+)`? \|.*\| (\d+) \| ([\d,]+) MB \|$", PAGE, re.MULTILINE)
}
"""Extra -> distributions and megabytes of the core with it, as the page says."""
SAME = sys.platform == "linux" and sys.version_info[:2] == (3, 11)
"""Whether this is the kind of machine of the page's figures."""
MOST_PACKAGES, MOST_MEGABYTES = 40, 850
BIN = "Scripts" if sys.platform == "win32" else "bin"


class Environment:
    """An environment of its own, without anything of the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
        self.packages = next(folder.rglob("site-packages"))

    def _run(self, line: list[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "HIU"))}
        env |= {"PYTHONUTF8": "1", "HIU_DEBUG": "1"}
        return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", env=env, cwd=cwd)

    def pip(self, *line: str, cwd: Path | None = None) -> None:
        done = self._run([sys.executable, "-m", "pip", "--python", str(self.folder), "install", "-q", *line], cwd)
        assert done.returncode == 0, done.stderr

    def python(self, code: str) -> str:
        done = self._run([str(self.folder / BIN / "python"), "-c", code], self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def hiu(self, *line: object) -> subprocess.CompletedProcess[str]:
        return self._run([str(self.folder / BIN / "hiu"), *map(str, line)], self.folder)

    def weight(self) -> tuple[int, float]:
        """Distributions, and megabytes of their files with the bytecode that pip makes; pip itself is not there."""
        files = [path for path in self.packages.rglob("*") if path.is_file()]
        return len(list(distributions(path=[str(self.packages)]))), sum(path.stat().st_size for path in files) / 1e6


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, and the pins of what runs as constraints without hashes."""
    folder = tmp_path_factory.mktemp("made")
    line = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q", "-w", str(folder), str(REPOSITORY)]
    subprocess.run([sys.executable, "-m", "pip", *line], check=True)
    lock = (REPOSITORY / LOCK).read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+==[^\\\n]*?) *\\?$", lock, re.MULTILINE)
    (folder / "pins.txt").write_text("\n".join(pinned), encoding="utf-8", newline="\n")
    return folder


@pytest.fixture(scope="module")
def core(made: Path) -> Environment:
    environment = Environment(made / "core")
    environment.pip(str(next(made.glob("*.whl"))), "-c", str(made / "pins.txt"))
    return environment


@pytest.fixture(params=[name for name in WEIGHED if name != "core"])
def extended(request: pytest.FixtureRequest, core: Environment, made: Path, tmp_path: Path) -> tuple[str, Environment]:
    """The core, and an extra asked for by name after it: the index has no distribution of this name."""
    environment = Environment(tmp_path / "environment")
    shutil.copytree(core.packages, environment.packages, copy_function=os.link, dirs_exist_ok=True)
    environment.pip(f"hiu-groups[{request.param}]", "-c", str(made / "pins.txt"))
    command = environment.folder / BIN / "hiu"
    if not command.exists():
        environment.pip("--no-deps", "--force-reinstall", str(next(made.glob("*.whl"))))
    return str(request.param), environment


def test_the_page_has_every_extra() -> None:
    assert set(WEIGHED) >= {"core", "run", "sql", "all", *EXTRAS} - {"postgres", "odbc", "spark"}


def test_the_core_is_light_and_opens_a_site(core: Environment, area: Path, published: object) -> None:
    packages, megabytes = core.weight()
    assert packages <= MOST_PACKAGES and megabytes <= MOST_MEGABYTES
    _as_written("core", packages, megabytes)
    code = f"import hiu; m = hiu.open(r'{area}').latest; print(m.month, len(m.sql('select * from ranked')))"
    assert core.python(code).startswith(str(LAST))
    assert core.hiu("--version").returncode == 0
    assert core.hiu("status", "--site", area).returncode == 0
    told = core.hiu("run", LAST, "--site", area)
    assert told.returncode == 2 and "hiu-groups[gate,papers]" in told.stderr
    assert core.python("import sys, hiu.extras as e; print(*[n for n in e.EXTRAS if e.installed(n)])") == ""


def test_an_extra_brings_what_the_page_says(extended: tuple[str, Environment], area: Path) -> None:
    name, environment = extended
    _as_written(name, *environment.weight())
    there = set(environment.python("import hiu.extras as e; print(*[n for n in e.EXTRAS if e.installed(n)])").split())
    asked = {"run": {"gate", "papers"}, "sql": {"postgres", "odbc"}, "all": set(EXTRAS) - {"spark"}}.get(name, {name})
    assert asked <= there
    if name in ("run", "all"):
        site = environment.folder / "site"
        assert environment.hiu("synth", site, "--people", 60, "--months", 2, "--seed", 3).returncode == 0
        done = environment.hiu("run", LAST, "--site", site)
        assert done.returncode in (0, 3), done.stderr
    if name == "notebooks":
        done = environment.hiu("report", "cohort", LAST, "--site", area)
        assert done.returncode == 0, done.stderr


def _as_written(name: str, packages: int, megabytes: float) -> None:
    if SAME:
        assert (name, packages) == (name, WEIGHED[name][0])
        assert megabytes == pytest.approx(WEIGHED[name][1], rel=0.02), name


def test_every_platform_and_python_has_a_wheel_of_everything() -> None:
    assert resolve() == []
    assert set(PLATFORMS) >= {"windows", "macos", "linux"} and set(PYTHONS) == {"3.11", "3.12", "3.13", "3.14"}


def test_what_is_pinned_for_a_platform_is_what_the_lock_pins() -> None:
    pattern = re.compile(r"^([\w.-]+==[^ ;\\]+)", re.MULTILINE)
    locked = set(pattern.findall((REPOSITORY / LOCK).read_text(encoding="utf-8")))
    pinned = set(pattern.findall(pins("windows", "3.13")))
    assert len(pinned) > 100 and pinned <= locked


@pytest.mark.skipif(sys.platform != "linux", reason="the wheelhouse is installed where it is for")
def test_a_wheelhouse_installs_without_an_index(tmp_path: Path) -> None:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = make_wheelhouse("linux", python, "run", tmp_path / "wheelhouse")
    environment = Environment(tmp_path / "environment")
    line = INSTALL.removeprefix("python -m pip install ").split()
    environment.pip(*line, cwd=folder)
    assert environment.weight()[0] == len(list(folder.glob("*.whl"))) > 50
    assert environment.python("import hiu.extras as e; e.require('gate', 'papers'); print('there')") == "there"
    (folder / PINS).write_text((folder / PINS).read_text(encoding="utf-8").replace("sha256:", "sha256:0", 1)[:-1])
    with pytest.raises(AssertionError):
        Environment(tmp_path / "other").pip(*line, cwd=folder)
