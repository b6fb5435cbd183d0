"""The list of backups: a backup is entered before it has its name, and an erasure destroys every one of this site.

A path proves nothing: a file is this site's backup if the audit log says that the site, where it lies now, made a
backup with just this content. Whatever else is listed, or lies in a folder of backups and looks like one, is named.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from hiu.govern import records
from hiu.govern.audit import proven, read
from hiu.model import BACKUPS
from pipelines.common.fingerprint import file_digest
from pipelines.common.journal import utc
from pipelines.common.place import Paths, Place

PARTIAL = ".partial"
"""How the name of a backup ends that is being written."""
LIST = "BACKUP.json"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError)
"""What reading a damaged archive raises."""


def note_backup(place: Place, path: Path, sha256: str | None, now: datetime, *, there: bool | None = None) -> None:
    """Enter a backup with its digest; without one: that it is no more, or (`there`) that it is being written."""
    at = utc(now)
    row = {"path": str(path), "sha256": sha256, "there": sha256 is not None if there is None else there, "at": at}
    records.add(place, BACKUPS, [row])


def listed_backups(paths: Paths) -> list[Path]:
    """Backups that were made and not destroyed since, whether or not their disk is there now (for an erasure)."""
    return [Path(path) for path in records.read(paths.records, BACKUPS).filter("there")["path"]]


def destroy_backup(place: Place, path: Path, now: datetime) -> None:
    """Remove a backup and record that it is no more."""
    path.unlink()
    note_backup(place, path, None, now)


def home_of(paths: Paths) -> str:
    """What the log says of where a backup was made: a digest of the curated folder's path. A copy has another."""
    return hashlib.sha256(str(paths.curated.resolve()).encode()).hexdigest()


def tables_digest(paths: Paths) -> str | None:
    """The digest of the working database as it lies there, with what is still to be written into it."""
    files = (paths.warehouse, paths.warehouse.with_name(paths.warehouse.name + ".wal"))
    return "+".join(file_digest(path) for path in files if path.exists()) or None


def half_written(paths: Paths) -> frozenset[str]:
    """Names of backups that this site began to write: no other half-written file may be removed."""
    return _logged(paths, "backup_begun", "file")


def copies(paths: Paths) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Backups of this site within reach, listed or not; and with the reason, what is left for a person to look at."""
    made, half, entered = _logged(paths, "backup_made", "sha256"), half_written(paths), listed_backups(paths)
    ours, others = [], []
    for path in dict.fromkeys([*entered, *_near(paths)]):
        whose = _whose(paths, path) if path.is_file() and not path.is_symlink() else False
        if (whose and file_digest(path) in made) or (whose is None and path.name in half):
            ours.append(path)
        elif whose:
            others.append((path, "a backup that the log does not say this site made here, so it is not touched"))
        elif path.exists() and (path in entered or (whose is None and path.name.startswith("hiu-backup-"))):
            others.append((path, "not a backup of this site, or too damaged to say, so it is not touched"))
    return ours, others


def _logged(paths: Paths, kind: str, field: str) -> frozenset[str]:
    """What the log has in a field of the events of a kind that happened where the site lies now."""
    found = (entry["event"] for log in proven(paths.audit) for entry in read(log))
    here = home_of(paths)
    return frozenset(str(one[field]) for one in found if one.get("type") == kind and one.get("home") == here)


def _near(paths: Paths) -> Iterator[Path]:
    """Archives, whole or half written, in every folder that backups were made to."""
    entered = {Path(path).parent for path in records.history(paths.records, BACKUPS)["path"]}
    for folder in sorted({*entered, paths.home.resolve() / "backups"}):
        if folder.is_dir():
            yield from (path for path in sorted(folder.iterdir()) if {".zip", PARTIAL} & set(path.suffixes))


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
