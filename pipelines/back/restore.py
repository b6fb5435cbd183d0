"""Restore: a backup's files into an empty folder, or in place of a site that is named; checked before they count.

Everything is written aside and flushed first. Then the parts are named one by one, site.toml last: a folder without
it is no site, so a restore that was cut off is never mistaken for one, and doing it again begins anew. What people
recorded since the backup is kept (pipelines/back/rights.py), and a backup writes nowhere but into the folder named.
"""

import os
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hiu.disk import flush_folder, move, write_whole
from hiu.errors import Busy, HiuError, UsageError
from hiu.govern.house import FOLDERS
from hiu.govern.init import KEY_FILE
from hiu.govern.keys import derive, load_key, site_key
from hiu.govern.rights import make_private
from hiu.publish.release.pointer import ERASING
from hiu.settings import Settings, load
from hiu.sources import load_sources
from pipelines.access.bound import added_records, lost_records, signed_files, unproven_tables
from pipelines.access.remake import as_published, folders, take_away
from pipelines.back import archive
from pipelines.back.backup import CURATED, require_parts
from pipelines.back.rights import carry, note_source, rights_folder
from pipelines.common.fingerprint import file_digest
from pipelines.common.journal import record
from pipelines.common.lock import disk_errors, holder
from pipelines.common.place import HELD_BACK, Place

BUILDING = ".restoring"
SITE = "site.toml"
RESTORED = "restored.json"
IN_BACKUP = "site.toml.in-backup"
KEYS = KEY_FILE.split("/", maxsplit=1)[0]
"""Where a site has its key. With the key there beforehand a restore proves the backup and ends what is to be done."""
Say = Callable[[str], None]


def restore(
    file: Path,
    folder: Path,
    *,
    replace: bool,
    now: datetime,
    rights: Path | None = None,
    say: Say = lambda _: None,
    unsigned: bool = False,
) -> list[str]:
    """Make a site in `folder` of a backup; what a person has to do next, a sentence each.

    `folder` is empty (but for the site's key, if it was put there beforehand) or absent; with `replace` it may be a
    site, whose settings, sources and curated folder are set aside under a name with the time and never removed. The raw
    folder and the key of a site are not touched. What was recorded since the backup (in the site replaced, or in
    `rights`) is told by `say` before anything happens, and kept.
    Raises UsageError if the folder holds something else, HiuError if the backup is damaged, or is not signed with the
    key of the site that is replaced (`unsigned`: somebody answers for it): nothing is changed then.
    """
    require_parts(archive.check(file), file)
    replacing = _require(folder, replace)
    say(_signed(file, folder, unsigned=unsigned))
    with disk_errors(folder):
        return _restore(file, folder, replacing, now, rights, say)


def _signed(file: Path, folder: Path, *, unsigned: bool) -> str:
    """Whether a backup is as this site made it, in a sentence."""
    try:
        there = (folder / SITE).exists()
        whole = (
            site_key(load(folder / SITE, synthetic=False), folder) if there else load_key(folder / KEY_FILE, outside=())
        )
        key = derive(whole, "backup")
    except (HiuError, OSError):
        return "without the site's key in its place nobody can say whether the backup is as the site made it"
    if archive.signed_with(file, key):
        return "the backup is as this site made it"
    if unsigned:
        return "the backup is not signed with this site's key: taken as it is, as was asked"
    raise HiuError(
        f"{file}: not signed with this site's key: made by an earlier hiu or under another key, or changed since. "
        "Nothing was changed. Whoever knows where it comes from takes it with --unsigned WHY --by NAME; the log has it"
    )


def _restore(file: Path, folder: Path, replacing: bool, now: datetime, rights: Path | None, say: Say) -> list[str]:
    aside = folder / BUILDING
    with archive.open_backup(file) as (zipped, files):
        settings = _settings(folder, b"".join(archive.read(zipped, SITE, files[SITE])), replacing)
        curated = _curated(folder, settings)
        if running := holder(curated / "run.lock") if curated.is_dir() else None:
            raise Busy(f"this site is busy: {running}. Try again when it has ended.")
        source = rights_folder(rights) if rights else _rights_here(curated)
        make_private(folder)
        shutil.rmtree(aside, ignore_errors=True)
        try:
            for name in files:
                _extract(zipped, files, name, aside / name)
            sentences = _keep_rights(zipped, files, source, aside, say)
            load_sources(aside / "sources")
        except HiuError:
            shutil.rmtree(aside, ignore_errors=True)
            if not any(folder.iterdir()):
                folder.rmdir()
            raise
    _hold_back(aside / CURATED)
    note_source(aside, file, file_digest(file), now)
    write_whole(aside / CURATED / RESTORED, b"{}\n")
    sentences += _keep_settings(folder, aside, settings)
    old = _set_aside(folder, curated, now) if replacing else []
    _place(folder, aside, curated)
    return [*sentences, *old, *_next(folder)]


def enter(place: Place, name: str, now: datetime, **about: str) -> list[str]:
    """Enter a restore in the log of the site, with what its files of records are now, and which runs it shows; what a
    person has to look at. `about`: who answers for a backup that is not signed, and why.

    Records that are not as the log has them are not entered: a named person accepts them, or brings others.
    """
    differs = [*lost_records(place), *added_records(place)]
    bound = {} if differs else signed_files(place)
    record(place, now, "restored", backup=name, shown=place.months(), **about, **bound)
    return [*differs, *unproven_tables(place)]


def altered_runs(place: Place, now: datetime) -> list[str]:
    """Take away every run of the backup that is not as it was published; a sentence each."""
    return [take_away(place, folder, now) for folder in folders(place) if not as_published(place, folder)]


def _keep_rights(
    zipped: zipfile.ZipFile, files: archive.Files, source: Path | None, aside: Path, say: Say
) -> list[str]:
    if source is not None:
        for line in carry(zipped, files, source, aside).lines():
            say(line)
        return []
    since = archive.made_at(zipped)
    return [
        f"what was recorded after {since} (objections, holds, consents, decisions, erasures) is not in the backup, and "
        "no other copy was named. If the old site or its curated folder is anywhere, restore again with --rights FOLDER"
    ]


def _hold_back(curated: Path) -> None:
    """Put what was published where nothing reads it, if people in it have to be erased again or may have forbidden it
    since: 'hiu erase --resume' puts it back, without them."""
    if (curated / ERASING).exists() and (curated / "published").is_dir():
        move(curated / "published", curated / HELD_BACK)


def _rights_here(curated: Path) -> Path | None:
    """The curated folder that is replaced, or the one that a cut-off restore has set aside already."""
    aside = sorted(curated.parent.glob(f"{curated.name}.before-restore-*")) if curated.parent.is_dir() else []
    there = [
        path for path in (curated, *reversed(aside)) if (path / "records").is_dir() or (path / "audit.jsonl").exists()
    ]
    return there[0] if there else None


def _settings(folder: Path, saved: bytes, replacing: bool) -> bytes:
    """The settings that hold: those of the site that is replaced, if they can be read, else the backup's.

    Agreements, the basis and who is left out stand in them, and rights never go back in time. Raises UsageError if the
    backup's would put the site's folders or key elsewhere than into the folder.
    """
    path = folder / SITE
    if replacing and path.exists():
        try:
            load(path)
            return path.read_bytes()
        except HiuError:
            pass
    values = _values(saved)
    governance = values.get("governance")
    read_log = governance.get("read_log") if isinstance(governance, dict) else None
    named = {name: values.get(name) for name in ("raw", "curated", "key_file", "model")} | {"read_log": read_log}
    for name, value in named.items():
        to = folder / str(value or ".")
        if not to.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"the backup's {SITE} puts '{name}' outside the folder that was named; nothing was changed. "
                "A restore writes into that folder alone: restore over the site it was made of (--replace)"
            )
    return saved


def _values(settings: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(settings.decode("utf-8"))
    except (ValueError, UnicodeDecodeError):
        raise HiuError(f"the backup's {SITE} can't be read; nothing was changed") from None


def _keep_settings(folder: Path, aside: Path, settings: bytes) -> list[str]:
    """Put the settings that hold in place, the backup's beside them if they differ."""
    saved = (aside / SITE).read_bytes()
    if saved == settings:
        return []
    write_whole(folder / IN_BACKUP, saved)
    write_whole(aside / SITE, settings)
    return [f"{SITE} is today's, with its basis and agreements; the backup's is beside it as {IN_BACKUP}"]


def _require(folder: Path, replace: bool) -> bool:
    """Whether something is to be set aside. Raises UsageError when the folder is not one to restore into."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    cut_off = BUILDING in there and SITE not in there
    if not there - {BUILDING, KEYS} or cut_off:
        return cut_off
    if not replace:
        raise UsageError(
            f"{folder} is not empty. Name a folder that is empty (it may hold '{KEYS}'), or add --replace to set its "
            "site aside"
        )
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


def _curated(folder: Path, settings: bytes) -> Path:
    """Where the settings put the curated folder, in the new place."""
    curated = Path(str(_values(settings).get("curated", Settings.model_fields["curated"].default)))
    return curated if curated.is_absolute() else folder / curated


def _set_aside(folder: Path, curated: Path, now: datetime) -> list[str]:
    """Give what is replaced another name, site.toml first: from then on there is no site until the restore ends."""
    moved = []
    for path in (folder / SITE, *(folder / name for name in FOLDERS), curated):
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
    for name, to in ((CURATED, curated), *((name, folder / name) for name in FOLDERS)):
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
