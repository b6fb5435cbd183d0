"""One writer at a time: a lock file and a note of who holds it, and the note of an erasure that was cut off."""

import errno
import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from hiu.disk import NO_ROOM
from hiu.errors import Busy, HiuError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def hold(path: Path, what: str, now: datetime) -> Iterator[None]:
    """Hold the site for the length of a job. Raises Busy naming the holder; the system frees a dead holder's lock.

    What the disk refuses meanwhile is told as a HiuError; the job's own steps leave the site as it was before them.
    """
    with disk_errors(path.parent), _locked(path, what, now):
        yield


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """What the disk refuses (no room, no right, a fault) as a HiuError that says what to do."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, folder) from None


@contextmanager
def emptied_after(folder: Path) -> Iterator[None]:
    """A folder that is gone afterwards, however the job ended (a kill leaves it to the next run)."""
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def disk_error(error: OSError, folder: Path) -> Exception:
    """What to say of an OSError that a person can put right; any other as it is."""
    where = error.filename or folder
    if error.errno in _FULL:
        return HiuError(f"{where}: {NO_ROOM}")
    if error.errno in _CLOSED:
        return HiuError(
            f"{where}: may not be read or written by this login ({error.strerror}). Run as the owner of the site. "
            "If you are, a command of another login (sudo too) made it: give it back with sudo chown -R OWNER SITE"
        )
    if error.errno == errno.EIO:
        return HiuError(f"{where}: the disk reports a fault. Copy the site to another disk before anything else")
    return error


@contextmanager
def _locked(path: Path, what: str, now: datetime) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    note = path.with_suffix(".who")
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"this site is busy: {_holder(note)}. Try again when it has ended.") from None
    try:
        since = now.isoformat("T", "seconds")
        who = {"what": what, "process": os.getpid(), "computer": platform.node(), "since": since}
        note.write_text(json.dumps(who), encoding="utf-8", newline="\n")
        yield
    finally:
        with suppress(OSError):
            note.unlink()
        lock.release()


def holder(path: Path) -> str | None:
    """Who holds the site now; None when nobody does."""
    lock = FileLock(path, timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock:
            return None
    except Timeout:
        return _holder(path.with_suffix(".who"))


def _holder(note: Path) -> str:
    try:
        who = json.loads(note.read_text(encoding="utf-8"))
        return f"'{who['what']}' (process {who['process']} on {who['computer']}) since {who['since']}"
    except (OSError, ValueError, KeyError):
        return "another run"


def unfinished_erasure(note: Path) -> dict[str, str] | None:
    """What an erasure that was cut off was asked to do, from its note; None when there is none."""
    return json.loads(note.read_text(encoding="utf-8")) if note.exists() else None


def require_no_erasure(note: Path) -> None:
    """Raises HiuError while an erasure is unfinished."""
    if note.exists():
        raise HiuError(
            f"{note}: an erasure was cut off, or a restore has not applied newer rights. End it first: "
            "'hiu erase --resume'."
        )
