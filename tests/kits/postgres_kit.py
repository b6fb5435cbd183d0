"""A PostgreSQL server of the tests' own: an ordinary user's, in a folder of its own, on this machine alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "Never-Shown-9f3"
"""Of the user `reader`, who may read and nothing else."""


@dataclass(frozen=True)
class Server:
    """A running server: its programs, port and the user it runs as (None: the tests' own)."""

    programs: Path
    folder: Path
    port: int
    user: str | None

    def dsn(self, *, user: str = "reader", password: str = PASSWORD, database: str = "postgres") -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str) -> None:
        """Statements as the server's owner."""
        command = [
            self.programs / "psql",
            "-h",
            self.folder,
            "-p",
            str(self.port),
            "-U",
            "owner",
            "-v",
            "ON_ERROR_STOP=1",
        ]
        _call([*command, "-q", "-d", "postgres", "-c", sql], self.user)


def programs() -> Path | None:
    """Where Debian or another system keeps the server's programs, if it has them."""
    found = shutil.which("initdb")
    homes = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return homes[-1] if homes and (homes[-1] / "initdb").exists() else None


@contextmanager
def server(home: Path) -> Iterator[Server]:
    """A server that ends with the tests. The superuser of a machine may not run it, so another user does then."""
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="hiupg"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = Server(home, folder, port, user)
    data = folder / "data"
    try:
        _call([home / "initdb", "-D", data, "-U", "owner", "-E", "UTF8", "--no-locale", "--auth-local=trust",
               "--auth-host=scram-sha-256", "--no-sync"], user)  # fmt: skip
        options = f"-p {port} -k {folder} -h 127.0.0.1 -F"
        _call([home / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"], user)
        started.run(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        yield started
    finally:
        subprocess.run(
            [home / "pg_ctl", "-D", data, "-m", "immediate", "stop"], user=user, capture_output=True, check=False
        )
        shutil.rmtree(folder, ignore_errors=True)


def _call(command: list[object], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr
