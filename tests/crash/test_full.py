"""The disk is full: a clear message, the site as it was or further on, and the same command ends it later."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crashkit import SEED, Scene, left, opens, same, tidy, whole
from crashsites import posix_only, sites

from pipelines.common.place import open_place

pytestmark = posix_only
SAID, LIMITED, REAL = 50, 30, 30
"""Points at which the system says so; at which files may not grow; and on a disk that is full."""
SCENES = ("first-intake", "next-intake", "publish", "backup", "restore", "undo-and-run")


def check(scene: Scene, home: Path, arguments: dict[str, str], cut: dict[str, Any], kind: str) -> dict[str, Any]:
    """Do the job with too little room; look at what is left."""
    place = open_place(home)
    before, months = place.audit.read_bytes() if place.audit.exists() else b"", place.months()
    found = sites().forks.ask(scene.call, cut, **arguments)
    assert "fault" not in found, found
    if found["exit"] not in (0, 3):
        assert found["exit"] == 1 and "no room left on the disk" in found["error"], found
    sites().count(f"disk full: {kind}, {'told' if found['exit'] == 1 else 'had ended'}")
    if scene.call != "restore":
        whole(home, before, months)
    return found


def again(scene: Scene, home: Path, arguments: dict[str, str]) -> None:
    """With room, the same command ends it."""
    found = sites().forks.ask(scene.call, **arguments)
    assert found["exit"] in (0, 3), found
    same(left(home), scene.ends)
    tidy(home)
    opens(open_place(home))


def test_the_system_says_so_sample(tmp_path: Path) -> None:
    scene = sites().scene("small-intake")
    arguments = scene.begin(tmp_path / "site")
    found = check(scene, tmp_path / "site", arguments, {"full": scene.steps // 2}, "said")
    assert found["exit"] == 1
    again(scene, tmp_path / "site", arguments)


@pytest.mark.slow
@pytest.mark.parametrize("largest", [400, 8609])
def test_a_warehouse_that_can_not_be_begun_is_begun_later(largest: int, tmp_path: Path) -> None:
    """Cut off within its first pages (12 kB) it could never be opened: it gets its name once it has them."""
    scene, home = sites().scene("first-intake"), tmp_path / "site"
    arguments = scene.begin(home)
    found = check(scene, home, arguments, {"largest": largest}, "files may not grow")
    assert found["exit"] == 1 and not open_place(home).warehouse.exists()
    again(scene, home, arguments)


@pytest.mark.slow
@pytest.mark.parametrize("n", range(SAID))
def test_the_system_says_so(n: int, tmp_path: Path) -> None:
    scene = sites().scene(SCENES[n % len(SCENES)])
    at = 1 + int((n // len(SCENES) + random.Random(f"{SEED} said {n}").random()) * scene.steps * len(SCENES) / SAID)
    home = tmp_path / "site"
    arguments = scene.begin(home)
    check(scene, home, arguments, {"full": min(at, scene.steps)}, "said")
    again(scene, home, arguments)
    shutil.rmtree(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("n", range(LIMITED))
def test_files_may_not_grow(n: int, tmp_path: Path) -> None:
    """RLIMIT_FSIZE: writes fail part of the way, DuckDB's among them."""
    scene = sites().scene(SCENES[n % len(SCENES)])
    home = tmp_path / "site"
    arguments = scene.begin(home)
    largest = int(2 ** random.Random(f"{SEED} limited {n}").uniform(8, 23))
    check(scene, home, arguments, {"largest": largest}, "files may not grow")
    again(scene, home, arguments)
    shutil.rmtree(tmp_path)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or _mount(folder, "512m"):
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _mount(folder: Path, size: str, more: str = "") -> int:
    line = ["mount", "-t", "tmpfs", "-o", f"{more}size={size}", "tmpfs", str(folder)]
    return subprocess.run(line, capture_output=True).returncode


@pytest.mark.slow
@pytest.mark.parametrize("n", range(REAL))
def test_a_disk_that_is_full(n: int, disk: Path, tmp_path: Path) -> None:
    scene = sites().scene(SCENES[n % len(SCENES)])
    home = disk / "site"
    arguments = scene.begin(home)
    need = _size(sites().folder / f"clean {SCENES[n % len(SCENES)]}") - _size(scene.base)
    used = shutil.disk_usage(disk).used
    room = max(4096, int((need + 2_000_000) * random.Random(f"{SEED} real {n}").random()))
    assert _mount(disk, str(used + room), "remount,") == 0
    check(scene, home, arguments, {}, "a full disk")
    assert _mount(disk, "512m", "remount,") == 0
    again(scene, home, arguments)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
