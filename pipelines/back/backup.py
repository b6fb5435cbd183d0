"""Backup: one file with everything the site holds but the key and the partners' drops, read back and compared.

In it: site.toml, sources/, expectations/, and of the curated folder the warehouse, the records, the audit log,
CURRENT.json and every published run that it points to. The key is kept apart: who finds both has everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hiu.disk import move
from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.rights import make_private
from hiu.model import BACKUPS
from pipelines.back import archive
from pipelines.common.fingerprint import file_digest
from pipelines.common.journal import record
from pipelines.common.lock import hold
from pipelines.common.place import Place

CURATED = "curated/"
PARTIAL = ".partial"


@dataclass(frozen=True)
class Made:
    """A backup: its file, how many files it holds, their bytes, and its digest."""

    path: Path
    files: int
    bytes: int
    sha256: str


def backup(place: Place, to: Path | None, *, now: datetime) -> Made:
    """Copy the site into one file in a folder (default: backups/ beside site.toml), read back and compared.

    Raises UsageError if there is nothing to copy or the folder lies in the data, HiuError if what was written is not
    what was read, Busy while a run goes on. Cut off, it leaves a `.partial` file that the next one removes.
    """
    folder = (to or place.home / "backups").resolve()
    _refuse(place, folder)
    path = folder / f"hiu-backup-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    with hold(place.lock, "hiu backup", now):
        if path.exists():
            raise UsageError(f"{path}: exists already; a backup is never overwritten")
        if not folder.exists():
            make_private(folder)
        for left in folder.glob(f"hiu-backup-*.zip{PARTIAL}"):
            left.unlink()
        aside = path.with_name(path.name + PARTIAL)
        files = archive.write(
            aside, contents(place), {"site": place.settings.name, "at": now.isoformat("T", "seconds")}
        )
        archive.check(aside)
        sha256 = file_digest(aside)
        # noted first: a copy that is there must be one that an erasure finds
        record(place, {"type": "backup_made", "sha256": sha256, "files": len(files)}, now)
        _note(place, path, sha256, now)
        move(aside, path)
    return Made(path, len(files), path.stat().st_size, sha256)


def known(place: Place) -> list[Path]:
    """Backups that were made and not destroyed since, whether or not their disk is there now (for an erasure)."""
    return [Path(path) for path in records.read(place.records, BACKUPS).filter("there")["path"]]


def destroy(place: Place, path: Path, now: datetime) -> None:
    """Remove a backup, if it can be reached, and record that it is no more."""
    path.unlink(missing_ok=True)
    _note(place, path, None, now)


def contents(place: Place) -> Iterator[tuple[str, bytes | Path]]:
    """Name in the backup, and bytes or path, of everything that is copied.

    What may grow meanwhile (records, audit) is taken as it is at one moment.
    """
    yield "site.toml", (place.home / "site.toml").read_bytes()
    for part in ("sources", "expectations"):
        yield from _tree(place.home / part, f"{part}/")
    wal = place.warehouse.with_name(place.warehouse.name + ".wal")
    yield from ((CURATED + path.name, path) for path in (place.warehouse, wal) if path.exists())
    for path in (place.audit, place.current, *sorted(place.records.glob("*.jsonl"))):
        if path.exists():
            yield CURATED + path.relative_to(place.curated).as_posix(), path.read_bytes()
    for folder in sorted(set(place.months().values())):
        yield from _tree(place.published / folder, f"{CURATED}published/{folder}/")


def _tree(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield prefix + path.relative_to(folder).as_posix(), path


def _note(place: Place, path: Path, sha256: str | None, now: datetime) -> None:
    at = now.astimezone(UTC).replace(tzinfo=None)
    row = {"path": str(path), "sha256": sha256, "there": sha256 is not None, "at": at}
    records.add(place.records, BACKUPS, [row])


def _refuse(place: Place, folder: Path) -> None:
    if not place.warehouse.exists():
        raise UsageError(f"{place.warehouse}: nothing to copy yet; 'hiu run MONTH' makes it")
    for data in (place.raw, place.curated):
        if folder.is_relative_to(data.resolve()):
            raise UsageError(
                f"{folder} lies in {data}, which it is to save; name a folder elsewhere, best on another disk"
            )
