"""The list of backups: a backup is entered before it has its name, and an erasure destroys every one on it."""

from datetime import UTC, datetime
from pathlib import Path

from hiu.govern import records
from hiu.model.back import BACKUPS
from pipelines.common.place import Place


def note_backup(place: Place, path: Path, sha256: str | None, now: datetime) -> None:
    """Enter a backup with its digest; without one: that it is no more."""
    at = now.astimezone(UTC).replace(tzinfo=None)
    row = {"path": str(path), "sha256": sha256, "there": sha256 is not None, "at": at}
    records.add(place.records, BACKUPS, [row])


def listed_backups(place: Place) -> list[Path]:
    """Backups that were made and not destroyed since, whether or not their disk is there now (for an erasure)."""
    return [Path(path) for path in records.read(place.records, BACKUPS).filter("there")["path"]]


def destroy_backup(place: Place, path: Path, now: datetime) -> None:
    """Remove a backup, if it can be reached, and record that it is no more."""
    path.unlink(missing_ok=True)
    note_backup(place, path, None, now)
