"""JupyterLab as we start it, and a headless browser on it: what a person at the machine sees and does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from pipelines.setup.lab import lab_command, write_settings

TOKEN = "only-for-this-test"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--no-first-run",
]


def free_port() -> int:
    """A port nobody uses just now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def running(notebooks: Path, site: Path, home: Path) -> Iterator[str]:
    """JupyterLab on a folder of notebooks, reading a site; its address."""
    port = free_port()
    test_only = [
        "--ServerApp.open_browser=False",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.allow_root=True",
        f"--IdentityProvider.token={TOKEN}",
    ]
    command = [*lab_command(notebooks, write_settings(home)), *test_only]
    environment = {**os.environ, "HOME": str(home), "USERPROFILE": str(home), "HIU_SITE": str(site)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as lab:
        try:
            _wait(lab, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            lab.terminate()


def _wait(lab: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and lab.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail("JupyterLab did not start")


@contextmanager
def browsing(outside: list[str]) -> Iterator[Any]:
    """A page of a headless browser; addresses it asks for beyond this computer go to `outside`."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: a test that needs a browser")
    from playwright.sync_api import sync_playwright

    def noted(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "file:")):
            outside.append(request.url)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 5000})
        page.on("request", noted)
        yield page
        browser.close()


def run_all(page: Any, address: str, notebook: str) -> None:
    """Open a notebook in JupyterLab anew and run every cell."""
    from playwright.sync_api import TimeoutError

    page.goto(f"{address}/lab/tree/{notebook}.py?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook", timeout=90_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached", timeout=60_000)
    for _ in range(3):  # the menu is there before the kernel hears it
        page.wait_for_timeout(2_500)
        page.click("text=Run >> nth=0")
        page.click("text=Run All Cells")
        with suppress(TimeoutError):
            page.wait_for_function(_DONE, timeout=60_000)
            return
    pytest.fail(f"{notebook} was not run to its end")


_DONE = """() => {
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((each) => each.textContent);
  return prompts.length > 2 && prompts.every((text) => /\\d/.test(text));
}"""
