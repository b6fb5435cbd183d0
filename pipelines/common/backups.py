"""The list of backups: a backup is entered before it has its name, and an erasure destroys every one on it."""

from datetime import datetime
from pathlib import Path

from hiu.govern import records
from hiu.model import BACKUPS
from pipelines.common.journal import utc
from pipelines.common.place import Paths


def note_backup(paths: Paths, path: Path, sha256: str | None, now: datetime) -> None:
    """Enter a backup with its digest; without one: that it is no more."""
    at = utc(now)
    row = {"path": str(path), "sha256": sha256, "there": sha256 is not None, "at": at}
    records.add(paths.records, BACKUPS, [row])


def listed_backups(paths: Paths) -> list[Path]:
    """Backups that were made and not destroyed since, whether or not their disk is there now (for an erasure)."""
    return [Path(path) for path in records.read(paths.records, BACKUPS).filter("there")["path"]]


def destroy_backup(paths: Paths, path: Path, now: datetime) -> None:
    """Remove a backup, if it can be reached, and record that it is no more."""
    path.unlink(missing_ok=True)
    note_backup(paths, path, None, now)
