"""Writing that survives a crash: files flushed before they are named, names changed in one step.

On Windows a virus scanner or an open reader can hold a name for a moment: renaming tries again.
"""

import errno
import os
import stat
import sys
import time
from pathlib import Path

from hiu.errors import HiuError, SettingsError

NO_ROOM = (
    "no room left on the disk. Nothing is lost: make room there (old backups and what a restore set aside can go), "
    "then run the same command again"
)
ATTEMPTS = 8
_FIRST_WAIT = 0.05


def read_small(path: Path, most: int = 1_000_000) -> bytes:
    """The bytes of a plain file that is read whole. Raises SettingsError for a device, a pipe, a folder or one that is
    larger, FileNotFoundError for none."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode) or about.st_size > most:
        found = f"{about.st_size:,} bytes" if stat.S_ISREG(about.st_mode) else "a device, a pipe or a folder"
        raise SettingsError(f"{path}: expected a plain file of at most {most:,} bytes; found {found}")
    return path.read_bytes()


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes, for their owner alone, and flush them to the disk; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb", opener=_own) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _own(path: str, flags: int) -> int:
    try:
        return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise HiuError(f"{path}: is a link, and nothing is written through one; remove it and run again") from None
        raise


def replace(path: Path, content: bytes) -> None:
    """Put new content under a name in one step: a reader sees the old or the new, never a part."""
    aside = path.with_name(f".{path.name}.new")
    write_whole(aside, content)
    _give_back(aside, path if path.exists() else path.parent)
    try:
        move(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _give_back(path: Path, like: Path) -> None:
    """What root writes among another login's files is that login's, who could not change it otherwise."""
    if sys.platform == "win32":
        return
    if os.geteuid() == 0:
        about = like.stat()
        os.chown(path, about.st_uid, about.st_gid)


def move(old: Path, new: Path) -> None:
    """Rename a file (over another) or a folder (to a free name) and flush the folder it is in.

    Raises HiuError when the name stays in use.
    """
    for attempt in range(ATTEMPTS):
        try:
            old.replace(new)
            break
        except PermissionError:
            if attempt == ATTEMPTS - 1:
                raise HiuError(f"{new}: in use by another program; close it and run again") from None
            time.sleep(_FIRST_WAIT * 2**attempt)
    flush_folder(new.parent)


def flush_folder(folder: Path) -> None:
    """Flush a folder's list of names, where the system can (Windows does it by itself)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
