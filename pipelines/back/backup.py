"""Backup: one file with everything the site holds but the key and the partners' drops, read back and compared.

In it: site.toml, sources/, places/, expectations/, and of the curated folder the warehouse, the records, the audit log,
the read logs that lie there, the registers of what papers showed, CURRENT.json and every published run that it points
to. The key is kept apart: who finds both has everything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import normalize

from hiu.disk import move
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.house import FOLDERS
from hiu.govern.rights import make_private
from hiu.model import TABLES
from hiu.publish.release.folder import WORKING
from pipelines.access.releases import REGISTERS
from pipelines.back import archive
from pipelines.common.backups import PARTIAL, half_written, home_of, note_backup, tables_digest
from pipelines.common.fingerprint import file_digest
from pipelines.common.journal import record
from pipelines.common.lock import disk_errors, hold, require_no_erasure
from pipelines.common.place import Paths, Place

CURATED = "curated/"
RECORDS = f"{CURATED}records/"
_NO_NAME = r"(^|/)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *(\.[^/]*)?(/|$)|[ .](/|$)|[\0-\x1f]"


@dataclass(frozen=True)
class Backup:
    """A backup: its file, how many files it holds, their bytes, and its digest."""

    path: Path
    files: int
    bytes: int
    sha256: str


def backup(place: Place, to: Path | None, *, now: datetime) -> Backup:
    """Copy the site into one file in a folder (default: backups/ beside site.toml), read back and compared.

    Raises UsageError if there is nothing to copy or the folder lies in the data, HiuError if what was written is not
    what was read, Busy while a run goes on. What fails leaves nothing; a kill leaves a `.partial` file that the next
    backup, or an erasure, removes.
    """
    folder = (to or place.home / "backups").resolve()
    _refuse(place, folder)
    path = folder / f"hiu-backup-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    with hold(place.lock, "hiu backup", now):
        require_no_erasure(place.erasing)
        records.sweep(place.records)
        if path.exists():
            raise UsageError(f"{path}: exists already; a backup is never overwritten")
        if not folder.exists():
            make_private(folder)
        for left in folder.glob(f"hiu-backup-*.zip{PARTIAL}"):
            if left.name in half_written(place):
                left.unlink()
        aside = path.with_name(path.name + PARTIAL)
        record(place, now, "backup_begun", file=aside.name, home=home_of(place), warehouse=tables_digest(place))
        # noted first: what a cut leaves must be one that an erasure finds
        note_backup(place, aside, None, now, there=True)
        about = {"site": place.settings.name, "at": now.isoformat("T", "seconds")}
        try:
            with disk_errors(folder):  # a full disk is named as the one that is written to, not as the site's
                files = archive.write(aside, contents(place), about, place.key_for("backup"))
            require_parts(archive.check(aside), aside)
            sha256 = file_digest(aside)
            record(place, now, "backup_made", sha256=sha256, files=len(files), home=home_of(place))
            note_backup(place, path, sha256, now)
            move(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        note_backup(place, aside, None, now)
    return Backup(path, len(files), path.stat().st_size, sha256)


def contents(paths: Paths) -> Iterator[tuple[str, bytes | Path]]:
    """Name in the backup, and bytes or path, of everything that is copied.

    What may grow meanwhile (records, audit) is taken as it is at one moment.
    """
    yield "site.toml", (paths.home / "site.toml").read_bytes()
    for part in FOLDERS:
        yield from _tree(paths.home / part, f"{part}/")
    wal = paths.warehouse.with_name(paths.warehouse.name + ".wal")
    yield from ((CURATED + path.name, path) for path in (paths.warehouse, wal) if path.exists())
    logs = (*sorted(paths.curated.glob("audit*.jsonl")), *sorted(paths.curated.glob("reads/*.jsonl")))
    for path in (*logs, paths.current, *sorted(paths.records.glob("*.jsonl"))):
        if path.is_file() and not path.is_symlink():
            yield CURATED + path.relative_to(paths.curated).as_posix(), path.read_bytes()
    for register in REGISTERS:
        yield from _tree(paths.curated / register, f"{CURATED}{register}/")
    for folder in sorted(set(paths.months().values())):
        yield from _tree(paths.published / folder, f"{CURATED}published/{folder}/")
        yield from _tree(paths.working / folder, f"{CURATED}{WORKING}/{folder}/")


def part_of_site(name: str) -> bool:
    """Whether a name is that of a part of a site as backups hold it: data that is read, in files of known kinds."""
    if re.fullmatch(r"site\.toml|sources/[^/]+\.toml|places/[^/]+\.csv|expectations/[^/]+\.json", name):
        return True
    if name.startswith(RECORDS):
        return name.endswith(".jsonl") and name.removeprefix(RECORDS).removesuffix(".jsonl") in TABLES
    inside = name.removeprefix(CURATED)
    if inside == name:
        return False
    whole = r"hiu\.duckdb|hiu\.duckdb\.wal|CURRENT\.json|audit[^/]*\.jsonl|reads/[^/]+\.jsonl"
    register = rf"({'|'.join(REGISTERS)})/[\w-]+/[\w.-]+\.(json|txt)"
    return inside.startswith(("published/", f"{WORKING}/")) or bool(re.fullmatch(f"{whole}|{register}", inside))


def require_parts(files: Iterable[str], file: Path) -> None:
    """Raises HiuError for a backup that holds what is no part of a site, since somebody else made or changed it, or
    names that Windows can't hold."""
    names = [normalize("NFC", name).casefold() for name in files]
    odd = [name for name in names if re.search(_NO_NAME, name) or names.count(name) > 1]
    what = "has no site.toml" if "site.toml" not in names else ""
    if more := [name for name in files if not part_of_site(name)]:
        what = f"holds {len(more)} files that are no part of a site"
    elif odd:
        what = f"holds {odd[0]!r}, a name that Windows keeps for itself, or that two of its files have there"
    if what:
        raise HiuError(f"{file}: not a backup of hiu as it makes them: it {what}; nothing was changed")


def _tree(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = prefix + path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and part_of_site(name):
            yield name, path


def _refuse(paths: Paths, folder: Path) -> None:
    paths.require_file("backup")
    if not paths.warehouse.exists():
        raise UsageError(f"{paths.warehouse}: nothing to copy yet; 'hiu run MONTH' makes it")
    for data in (paths.raw, paths.curated):
        if folder.is_relative_to(data.resolve()):
            raise UsageError(
                f"{folder} lies in {data}, which it is to save; name a folder elsewhere, best on another disk"
            )
