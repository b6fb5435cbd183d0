"""JupyterLab as we start it looks up and calls nobody but this computer, kernel included."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_kit import free_port

from pipelines.setup.lab import lab_command, write_settings

ROOT = Path(__file__).resolve().parents[2]
PORT, TOKEN = free_port(), "only-for-this-test"
HERE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "")
WATCH = """
import os, sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        where = args[0] if event == "socket.getaddrinfo" else args[1]
        with open(os.environ["HIU_WATCH"], "a", encoding="utf-8") as file:
            file.write(event + " " + str(where[0] if isinstance(where, tuple) else where) + "\\n")
sys.addaudithook(watch)
"""
"""Written as sitecustomize.py: every Python process of JupyterLab notes whom it calls."""


def ask(path: str, data: dict[str, Any] | None = None) -> Any:
    """An answer of the running JupyterLab, as JSON."""
    body = None if data is None else json.dumps(data).encode()
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def wait(lab: subprocess.Popen[bytes]) -> None:
    """Until JupyterLab answers."""
    end = time.monotonic() + 60
    while time.monotonic() < end and lab.poll() is None:
        try:
            ask("/api/status")
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("JupyterLab did not start")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running JupyterLab in a home of its own; the file in which it notes whom it calls."""
    home = tmp_path_factory.mktemp("home")
    (home / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    noted = home / "calls.txt"
    noted.touch()
    test_only = [
        "--ServerApp.open_browser=False",
        f"--ServerApp.port={PORT}",
        "--ServerApp.port_retries=0",
        "--ServerApp.allow_root=True",
        f"--IdentityProvider.token={TOKEN}",
    ]
    command = [*lab_command(ROOT / "notebooks", write_settings(home)), *test_only]
    here = {"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(home), "HIU_WATCH": str(noted)}
    environment = {**os.environ, **here}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as lab:
        try:
            wait(lab)
            yield noted
        finally:
            lab.terminate()


@pytest.mark.slow
def test_calls_nobody(calls: Path) -> None:
    assert ask("/lab/api/news") == {"news": []}
    assert ask("/lab/api/update") == {"notification": None}
    assert ask("/lab/api/extensions?query=a&page=1&per_page=10") == []
    kernel = ask("/api/kernels", {"name": "python3"})
    assert kernel["name"] == "python3"
    time.sleep(3)
    noted = calls.read_text(encoding="utf-8").splitlines()
    assert noted, "the watch did not work"
    assert [line for line in noted if line.split(" ", 1)[1].strip("b'") not in HERE and "/" not in line] == []


@pytest.mark.slow
def test_settings_are_ours(calls: Path) -> None:
    manager = ask("/lab/api/settings/@jupyterlab/docmanager-extension:plugin")["schema"]["properties"]
    assert manager["defaultViewers"]["default"] == {"python": "Jupytext Notebook"}
    news = ask("/lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"]["properties"]
    assert news["fetchNews"]["default"] == "false" and news["checkForUpdates"]["default"] is False
