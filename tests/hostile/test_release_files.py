"""Only what the product exported for a recipient and month can be released: links and other people's files can't."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from areakit import LAST, NOW

from hiu.errors import HiuError, UsageError
from hiu.month import Month
from pipelines.access import releases
from pipelines.common.place import Place, open_place
from pipelines.govern.release import LIST, exported_files, release_board
from pipelines.papers.export import export_board
from pipelines.run import Outcome


def export(place: Place) -> Path:
    return export_board(place, str(LAST), folder=None, now=NOW)


@pytest.fixture(scope="module")
def export_made(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A curated folder just after an export, and what was exported in it. Read them; copy to change."""
    assert published.published
    curated = tmp_path_factory.mktemp("exported") / "curated"
    shutil.copytree(area / "data" / "curated", curated)
    return curated, export(open_place(area, curated=curated)).relative_to(curated)


@pytest.fixture
def exported(area: Path, export_made: tuple[Path, Path], tmp_path: Path) -> tuple[Place, Path]:
    """The area just after an export, in a curated folder of the test's own, and what was exported."""
    curated, made = export_made
    shutil.copytree(curated, tmp_path / "after")
    return open_place(area, curated=tmp_path / "after"), tmp_path / "after" / made


def release(place: Place, folder: Path | None = None, month: Month = LAST, after: int = 0) -> Path:
    at = NOW + timedelta(seconds=after)
    return release_board(place, str(month), folder, checker="B Checker", by="A Maker", necessity="to plan", now=at)


def test_what_a_cut_off_release_left_half_written_goes_too(place_after: Place) -> None:
    """A kill between the bytes of an entry and its name leaves a file that no later release replaces."""
    folder = place_after.curated / "releases" / "register" / "commissioner"
    folder.mkdir(parents=True)
    for name in ("board-a.cells.json", ".board-a.cells.json.new", ".board-a.suppressed.txt.new", "board-b.cells.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    releases.forget(place_after, "commissioner", "board-a")
    assert [path.name for path in folder.iterdir()] == ["board-b.cells.json"]


def test_without_an_export_nothing_is_released(place_after: Place) -> None:
    with pytest.raises(UsageError, match="nothing was exported"):
        release(place_after)


def test_nothing_but_the_exported_files_is_released(exported: tuple[Place, Path], tmp_path: Path) -> None:
    place, made = exported
    secret = tmp_path / "secret.txt"
    secret.write_text("root:x:0:0", encoding="utf-8")
    planted = made / "planted.csv"
    for say, plant in (
        ("links are not followed", lambda: planted.symlink_to(secret)),
        ("not written by 'hiu export", lambda: os.link(secret, planted)),
        ("not written by 'hiu export", lambda: planted.write_text("name,n\nAmelia Brown,1\n", encoding="utf-8")),
        ("no ordinary file", lambda: os.mkfifo(planted)),
    ):
        plant()
        with pytest.raises(HiuError, match=say):
            release(place)
        planted.unlink()
    (made / "deep").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(HiuError, match="links are not followed"):
        release(place)
    (made / "deep").unlink()
    (tmp_path / "elsewhere").symlink_to(made, target_is_directory=True)
    with pytest.raises(HiuError, match="links are not followed"):
        release(place, tmp_path / "elsewhere")
    assert not (place.curated / "releases").exists()
    assert (release(place) / "RELEASE.json").exists()


def test_a_changed_or_missing_file_and_another_month_are_refused(exported: tuple[Place, Path]) -> None:
    place, made = exported
    words = made / "charts" / "alt-text.txt"
    before = words.read_bytes()
    words.write_bytes(before + b"P.S. he lives at number 4")
    with pytest.raises(HiuError, match="changed since it was exported"):
        release(place)
    words.unlink()
    with pytest.raises(HiuError, match="is missing here"):
        release(place)
    words.symlink_to("/etc/passwd")
    with pytest.raises(HiuError, match="links are not followed"):
        release(place)
    words.unlink()
    words.write_bytes(before)
    with pytest.raises(UsageError, match="nothing was exported"):
        release(place, made, LAST - 1)


def test_the_registers_are_signed_chained_and_readable(exported: tuple[Place, Path]) -> None:
    place, _ = exported
    final = release(place)
    with pytest.raises(HiuError, match="since this was exported"):
        release(place, after=1)
    register = place.curated / "releases" / "register" / "commissioner"
    public = json.loads((register / f"{final.name}.cells.json").read_text(encoding="utf-8"))
    assert len(public["cells"]) > 50 and set(public["cells"][0]) >= {"measure", "dataset", "group", "months", "shown"}
    assert all("value" not in cell and "people" not in cell for cell in public["cells"])
    assert "could be worked out" in (register / f"{final.name}.suppressed.txt").read_text(encoding="utf-8")
    sealed = register / f"{final.name}.sealed.json"
    assert sealed.stat().st_mode & 0o077 == 0
    kept = sealed.read_bytes()
    sealed.write_bytes(kept.replace(b'"people": 1,', b'"people": 9,', 1))
    with pytest.raises(HiuError, match="changed since it was written"):
        releases.past(place, "commissioner")
    sealed.unlink()
    with pytest.raises(HiuError, match="not what the audit log says"):
        export(place)
    sealed.write_bytes(kept)
    export(place)
    assert release(place, after=2) != final


def test_an_export_s_own_list_is_not_released(exported: tuple[Place, Path]) -> None:
    place, made = exported
    entry = releases.kept_export(place, "commissioner", str(LAST))
    assert entry is not None and (made / LIST).exists()
    files, problems = exported_files(made, entry)
    assert not problems and LIST not in files and set(files) == set(entry.files)


@pytest.mark.parametrize("nobody", ["", " ", "tbc", "<name>"])
def test_who_checked_has_a_name(nobody: str) -> None:
    place = cast(Place, None)  # refused before anything of a site is looked at
    with pytest.raises(UsageError, match="nobody's name"):
        release_board(place, "2026-03", None, checker=nobody, by="A Rao", necessity="x", now=NOW)
