"""One writer at a time: a lock file, and a note beside it that says who holds it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from hiu.errors import Busy


@contextmanager
def hold(path: Path, what: str, now: datetime) -> Iterator[None]:
    """Hold the site for the length of a job. Raises Busy naming the holder; the system frees a dead holder's lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    note = path.with_suffix(".who")
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"this site is busy: {_holder(note)}. Try again when it has ended.") from None
    try:
        who = {
            "what": what,
            "process": os.getpid(),
            "computer": platform.node(),
            "since": now.isoformat("T", "seconds"),
        }
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
