"""Restore: a backup's files into an empty folder, or in place of a site that is named; checked before they count.

Everything is written aside and flushed first. Then the parts are named one by one, site.toml last: a folder without
it is no site, so a restore that was cut off is never mistaken for one, and doing it again begins anew.
"""

import os
import shutil
import tomllib
import zipfile
from datetime import datetime
from pathlib import Path

from hiu.disk import flush_folder, move
from hiu.errors import Busy, UsageError
from hiu.govern.rights import make_private
from hiu.settings import Settings, load
from pipelines.back import archive
from pipelines.back.backup import CURATED
from pipelines.common.lock import disk_errors, holder

BUILDING = ".restoring"
SITE = "site.toml"


def restore(file: Path, folder: Path, *, replace: bool, now: datetime) -> list[str]:
    """Make a site in `folder` of a backup; what a person has to do next, a sentence each.

    `folder` is empty or absent; with `replace` it may be a site, whose settings, sources and curated folder are set
    aside under a name with the time and never removed. The raw folder and the key of a site are not touched.
    Raises UsageError if the folder holds something else, HiuError if the backup is damaged: nothing is changed then.
    """
    archive.check(file)
    replacing = _require(folder, replace)
    with disk_errors(folder):
        return _restore(file, folder, replacing, now)


def _restore(file: Path, folder: Path, replacing: bool, now: datetime) -> list[str]:
    aside = folder / BUILDING
    make_private(folder)
    shutil.rmtree(aside, ignore_errors=True)
    with archive.open_backup(file) as (zipped, files):
        for name in files:
            _extract(zipped, files, name, aside / name)
    curated = _curated(folder, aside / SITE)
    if running := holder(curated / "run.lock") if curated.is_dir() else None:
        raise Busy(f"this site is busy: {running}. Try again when it has ended.")
    old = _set_aside(folder, curated, now) if replacing else []
    _place(folder, aside, curated)
    return [*old, *_next(folder)]


def _require(folder: Path, replace: bool) -> bool:
    """Whether something is to be set aside. Raises UsageError when the folder is not one to restore into."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    cut_off = BUILDING in there and SITE not in there
    if not there - {BUILDING} or cut_off:
        return cut_off
    if not replace:
        raise UsageError(f"{folder} is not empty. Name an empty folder, or add --replace to set its site aside")
    if SITE not in there:
        raise UsageError(f"{folder} holds no site (no {SITE}), so there is nothing to replace; name an empty folder")
    return True


def _extract(zipped: zipfile.ZipFile, files: archive.Files, name: str, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        for part in archive.read(zipped, name, files[name]):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    flush_folder(to.parent)


def _curated(folder: Path, settings: Path) -> Path:
    """Where the settings in the backup put the curated folder, in the new place."""
    curated = Path(
        tomllib.loads(settings.read_text(encoding="utf-8")).get("curated", Settings.model_fields["curated"].default)
    )
    return curated if curated.is_absolute() else folder / curated


def _set_aside(folder: Path, curated: Path, now: datetime) -> list[str]:
    """Give what is replaced another name, site.toml first: from then on there is no site until the restore ends."""
    moved = []
    for path in (folder / SITE, folder / "sources", folder / "expectations", curated):
        if path.exists():
            name = f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"
            more = sum(other.name.startswith(name) for other in path.parent.iterdir())
            new = path.with_name(name + f"-{more + 1}" * (more > 0))
            move(path, new)
            moved.append(f"{path} is now {new.name}; remove it when you are sure")
    return moved


def _place(folder: Path, aside: Path, curated: Path) -> None:
    if curated.exists() and any(curated.iterdir()):
        raise UsageError(f"{curated} is not empty; a restore writes into an empty one")
    make_private(folder / "data" if curated.is_relative_to(folder / "data") else curated.parent)
    if curated.exists():
        curated.rmdir()
    for name, to in ((CURATED, curated), ("sources", folder / "sources"), ("expectations", folder / "expectations")):
        if (aside / name).exists():
            if to.is_dir() and not any(to.iterdir()):
                to.rmdir()
            move(aside / name, to)
    move(aside / SITE, folder / SITE)
    shutil.rmtree(aside)


def _next(folder: Path) -> list[str]:
    settings = load(folder / SITE)
    make_private(settings.raw)
    key = settings.key_file
    if key is None or key.exists():
        return []
    make_private(key.parent)
    return [f"put the site's key at {key}: it is never in a backup, and without it everybody would get a new id"]
