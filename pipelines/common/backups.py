"""The list of backups: a backup is entered before it has its name, and an erasure destroys every one on it.

A copy that is not on the list, in a folder that backups were made to, is known as this site's by its audit log.
"""

import json
import zipfile
import zlib
from datetime import datetime
from pathlib import Path

from hiu.govern import records
from hiu.model import BACKUPS
from pipelines.common.journal import utc
from pipelines.common.place import Paths

PARTIAL = ".partial"
"""How the name of a backup ends that is being written."""
LIST = "BACKUP.json"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError)
"""What reading a damaged archive raises."""


def note_backup(paths: Paths, path: Path, sha256: str | None, now: datetime, *, there: bool | None = None) -> None:
    """Enter a backup with its digest; without one: that it is no more, or (`there`) that it is being written."""
    at = utc(now)
    row = {"path": str(path), "sha256": sha256, "there": sha256 is not None if there is None else there, "at": at}
    records.add(paths.records, BACKUPS, [row])


def listed_backups(paths: Paths) -> list[Path]:
    """Backups that were made and not destroyed since, whether or not their disk is there now (for an erasure)."""
    return [Path(path) for path in records.read(paths.records, BACKUPS).filter("there")["path"]]


def destroy_backup(paths: Paths, path: Path, now: datetime) -> None:
    """Remove a backup, if it can be reached, and record that it is no more."""
    path.unlink(missing_ok=True)
    note_backup(paths, path, None, now)


def backup_folders(paths: Paths) -> list[Path]:
    """Every folder that backups were made to, and the one that is taken if none is named."""
    entered = {Path(path).parent for path in records.history(paths.records, BACKUPS)["path"]}
    return sorted(folder for folder in {*entered, paths.home.resolve() / "backups"} if folder.is_dir())


def unlisted_copies(paths: Paths) -> tuple[list[Path], list[Path]]:
    """Copies of this site in those folders that the list does not have, whole or half written; and those damaged."""
    entered, ours, damaged = set(listed_backups(paths)), [], []
    for path in (path for folder in backup_folders(paths) for path in sorted(folder.iterdir())):
        if path in entered or not path.is_file() or not ({".zip", PARTIAL} & set(path.suffixes)):
            continue
        whose = _whose(paths, path)
        if whose or (whose is None and path.name.endswith(PARTIAL) and path.name.startswith("hiu-backup-")):
            ours.append(path)
        elif whose is None and path.name.startswith("hiu-backup-"):
            damaged.append(path)
    return ours, damaged


def _whose(paths: Paths, path: Path) -> bool | None:
    """Whether a copy is this site's, by the first line of its audit log; None if it can't be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "site" not in json.loads(archive.read(LIST)):
                return False
            with archive.open("curated/audit.jsonl") as log:
                first = log.readline(1 << 20)
    except (*BROKEN, OSError):
        return None
    return any(log.read_bytes().startswith(first) for log in paths.curated.glob("audit*.jsonl"))
