"""A process that has everything imported and nothing computed: each job runs in a fork of it and is cut off as asked.

One JSON object a line in, one out. A job is {"call": name of a function of crashjobs, "with": its arguments,
"cut": how to cut it}. Cuts: {"at": n} kills at the nth step that touches the site (`"torn": true`: what is being
written is left half written; `"power": true`: what was not flushed is gone, see powercut.py), {"after": seconds}
kills from outside, {"full": n} says the disk is full at the nth step and ever after, {"largest": bytes} refuses
files above a size, {} cuts nothing. POSIX only: Windows has no fork.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import pkgutil
import resource
import signal
import stat
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from powercut import Disk

TOUCHES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def warm() -> None:
    """Import all there is, so that a fork starts at once. Nothing may be computed: threads don't survive a fork."""
    import great_expectations  # noqa: F401
    import vl_convert  # noqa: F401

    import hiu
    import pipelines

    for package in (hiu, pipelines):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    importlib.import_module("crashjobs")


class Cutter:
    """Counts the steps that touch the site, and acts at the one asked for."""

    def __init__(self, under: str, cut: dict[str, Any], told: int) -> None:
        self.under, self.cut, self.told = under, cut, told
        self.count, self.trace = 0, []  # type: int, list[str]
        self.quiet = False
        self.sizes: dict[str, int] = {}
        self.disk = Disk()

    def step(self, what: str) -> None:
        """One step; may not return."""
        if self.quiet:
            return
        self.count += 1
        self.trace.append(what)
        if self.count == self.cut.get("at"):
            if self.cut.get("power"):
                self.quiet = True  # what is undone is no step, and not written by the job
                self.disk.lose()
            os.write(self.told, json.dumps({"step": what}).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)
        if self.count >= self.cut.get("full", sys.maxsize) and not what.startswith(("os.remove", "os.rmdir")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), what)

    def hear(self, event: str, about: tuple[Any, ...]) -> None:
        """An audit hook: steps of Python's own file calls under the site."""
        if self.quiet or event not in TOUCHES or not about:
            return
        path = about[0]
        if event == "open" and not (isinstance(about[2], int) and about[2] & WRITES):
            return
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        if name.startswith(self.under):
            if event == "open":
                there = Path(name).stat().st_size if Path(name).is_file() else 0
                self.sizes[name] = 0 if about[2] & os.O_TRUNC else there
            self.step(f"{event} {Path(name).name}")
            self.disk.about_to(event, name, about)

    def listen(self) -> None:
        """From now on every step counts: Python's file calls, fsync, and each statement of the warehouse."""
        from hiu.engine.duckdb import Warehouse

        real_sync, real_run = os.fsync, Warehouse._run

        def fsync(handle: int) -> None:
            self._tear(handle)
            self.step("fsync before")
            real_sync(handle)
            self.disk.flushed(handle)
            self.step("fsync after")

        def run(warehouse: Warehouse, statement: str, values: Any = None) -> list[Any]:
            word = " ".join(statement.split()[:3])
            if word.startswith(("SELECT", "PRAGMA")):
                return real_run(warehouse, statement, values)
            self.step(f"sql {word}")
            found = real_run(warehouse, statement, values)
            if word == "COMMIT":
                self.step("sql committed")
            return found

        os.fsync = fsync
        Warehouse._run = run  # type: ignore[method-assign]
        sys.addaudithook(self.hear)

    def _tear(self, handle: int) -> None:
        """Half of what was written to a file since it was opened goes, when the next step is the one that kills."""
        if self.cut.get("torn") and self.count + 1 == self.cut.get("at"):
            size, before = os.fstat(handle).st_size, self._before(handle)
            if size > before and stat.S_ISREG(os.fstat(handle).st_mode):
                os.ftruncate(handle, before + (size - before) // 2)

    def _before(self, handle: int) -> int:
        return self.sizes.get(str(Path(f"/proc/self/fd/{handle}").readlink()), 0)


def child(job: dict[str, Any], told: int) -> int:
    """Run the job in this process; its exit code."""
    import crashjobs

    from hiu.errors import HiuError

    cut = job.get("cut", {})
    cutter = Cutter(job["with"]["under"], cut, told)
    if "largest" in cut:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (cut["largest"], cut["largest"]))
    out: dict[str, Any] = {}
    try:
        cutter.listen()
        out = getattr(crashjobs, job["call"])(**job["with"])
        code = int(out.get("code", 0))
    except HiuError as error:
        out, code = {"error": str(error), "kind": type(error).__name__}, error.exit_code
    except BaseException as error:
        trace = traceback.format_exc().splitlines()
        out, code = {"fault": type(error).__name__, "trace": trace[-12:]}, 70
    cutter.quiet = True
    os.write(
        told, json.dumps({"steps": cutter.count, "trace": cutter.trace if job.get("trace") else [], **out}).encode()
    )
    return code


def serve() -> None:
    """Answer jobs until the input ends."""
    warm()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(one(json.loads(line))), flush=True)


def one(job: dict[str, Any]) -> dict[str, Any]:
    """Fork, run, cut, and say what became of it."""
    read, write = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            code = child(job, write)
        except BaseException:
            code = 71
        os._exit(code)
    os.close(write)
    if "after" in job.get("cut", {}):
        time.sleep(job["cut"]["after"])
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(pid, 0)
    found: dict[str, Any] = {"seconds": round(time.monotonic() - began, 3)}
    for text in said.splitlines():
        found |= json.loads(text)
    killed = os.WIFSIGNALED(status)
    return found | {"killed": killed, "exit": None if killed else os.WEXITSTATUS(status)}


if __name__ == "__main__":
    serve()
