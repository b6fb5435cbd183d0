"""Other copies of the site at an erasure: backups, what a restore set aside, what was cut off while being written.

Backups are destroyed: a database in a zip can't be mended. What a restore set aside is erased from as the site is.
Whatever can't be reached is named with what it holds.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hiu.errors import HiuError
from hiu.govern.erase.residue import trace_places
from pipelines.common import backups
from pipelines.common.place import Paths, Place
from pipelines.erase.find import ErasureScope

SET_ASIDE = ".before-restore-"
HALF_RESTORED = ".restoring"


@dataclass
class Copies:
    """Paths of backups destroyed, names of copies written anew; paths not there; and what is left, a sentence each."""

    destroyed: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def destroy_copies(place: Place, scope: ErasureScope, rewrite: Callable[[Place], None], now: datetime) -> Copies:
    """Take the person out of every other copy of the site within reach; `rewrite` does so in a curated folder."""
    copies = Copies()
    _backups(place, copies, now)
    shutil.rmtree(place.home / HALF_RESTORED, ignore_errors=True)
    for path in set_aside(place):
        if (path / "records").is_dir() or (path / place.warehouse.name).exists():
            _rewrite(place, path, rewrite, copies)
        else:
            copies.left += [_still(one) for one in _files(path) if _tells(one, scope)]
    return copies


def set_aside(paths: Paths) -> list[Path]:
    """What restores set aside beside the site's own parts."""
    folders = {paths.home.resolve(), paths.curated.resolve().parent}
    return sorted(path for folder in folders for path in folder.glob(f"*{SET_ASIDE}*"))


def _backups(place: Place, copies: Copies, now: datetime) -> None:
    ours, others = backups.copies(place)
    for path in backups.listed_backups(place):
        if path.exists():
            continue
        if path.name.endswith(backups.PARTIAL):
            backups.note_backup(place, path, None, now)
        else:
            copies.unreachable.append(str(path))
    for path in ours:
        backups.destroy_backup(place, path, now)
        copies.destroyed.append(str(path))
    copies.left += [f"{path}: {why}. It may hold the whole database: if so, remove it by hand" for path, why in others]


def _rewrite(place: Place, folder: Path, rewrite: Callable[[Place], None], copies: Copies) -> None:
    copy = Place(place.home, place.settings.model_copy(update={"curated": folder}), place.sources)
    try:
        rewrite(copy)
    except (HiuError, OSError) as error:
        copies.left.append(
            f"{folder}: a whole site that a restore set aside, with database, published months and records; the person "
            f"could not be taken out ({error}). Remove it by hand"
        )
    else:
        copies.rewritten.append(folder.name)


def _files(path: Path) -> list[Path]:
    return [one for one in sorted(path.rglob("*")) if one.is_file()] if path.is_dir() else [path]


def _tells(path: Path, scope: ErasureScope) -> bool:
    return bool(trace_places(path.name, path.read_bytes(), scope.traces))


def _still(path: Path) -> str:
    return f"{path}: set aside by a restore, and it names the person. Remove it by hand"
