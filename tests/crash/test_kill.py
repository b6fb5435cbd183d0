"""kill -9 anywhere: the site opens, nothing is partial, nothing is lost, and doing it again equals doing it once."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from crashkit import SEED, Cut, cuts, entered, left, opens, same, tidy, whole
from crashsites import posix_only, sites

from pipelines.common.place import open_place

pytestmark = posix_only
POINTS = {
    "small-intake": 12,
    "first-intake": 80,
    "next-intake": 130,
    "link-and-count": 90,
    "publish": 100,
    "nothing-to-do": 10,
    "undo": 20,
    "undo-and-run": 30,
    "rollback": 20,
    "backup": 30,
    "restore": 40,
    "erase": 60,
    "import": 50,
    "release": 60,
    "rectify": 40,
}
"""Kills in each scene."""
SAMPLE = {"small-intake": (1, 5, 10)}
"""Of those, the ones of the quick suite."""


def points(quick: bool) -> list[tuple[str, int]]:
    return [(name, n) for name, many in POINTS.items() for n in range(many) if (n in SAMPLE.get(name, ())) == quick]


@pytest.mark.parametrize(("name", "n"), points(quick=True))
def test_killed_sample(name: str, n: int, tmp_path: Path) -> None:
    killed(name, n, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n"), points(quick=False))
def test_killed(name: str, n: int, tmp_path: Path) -> None:
    killed(name, n, tmp_path)


POWER = {"small-intake": 20, "publish": 25, "backup": 15, "restore": 25, "rollback": 10, "undo": 5}
"""Power cuts in each scene."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n"), [(name, n) for name, many in POWER.items() for n in range(many)])
def test_power_cut(name: str, n: int, tmp_path: Path) -> None:
    scene = sites().scene(name)
    at = 1 + int((n + random.Random(f"{SEED} power {name} {n}").random()) * scene.steps / POWER[name])
    cut_off(name, {"at": min(at, scene.steps), "power": True}, tmp_path, "power cut")


def killed(name: str, n: int, tmp: Path) -> None:
    """The nth kill of a scene."""
    cut_off(name, list(cuts(sites().scene(name), POINTS[name], name))[n], tmp, "kill")


def cut_off(name: str, cut: Cut, tmp: Path, how: str) -> None:
    """Cut a job off, look, do it again, compare."""
    scene, forks, home = sites().scene(name), sites().forks, tmp / "site"
    arguments = scene.begin(home)
    place = open_place(home)
    before, months = place.audit.read_bytes() if place.audit.exists() else b"", place.months()
    found = forks.ask(scene.call, cut, **arguments)
    assert found["killed"] or found["exit"] in (0, 3), found
    kind = "had ended" if not found["killed"] else "by the clock" if "after" in cut else "at a step"
    sites().count(f"{how}: {name}, {kind}")
    if scene.call != "restore":
        whole(home, before, months)
    again = forks.ask(scene.call, **arguments)
    assert again["exit"] in (0, 3), again
    same(left(home), scene.ends)
    if scene.call == "import_workbook":
        assert left(home)["records"] == scene.ends["records"], "what was recorded differs"
    if scene.call in ("release", "rectify"):
        entered(home, scene.call)
    tidy(home)
    opens(open_place(home))
    shutil.rmtree(tmp)
