"""Pages in a real browser: Debian's Chromium, headless. Where there is none, these tests are skipped and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Opened:
    """A page, what it asked the network for, and what its console said."""

    page: Any
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def html(self) -> str:
        """The document as it is now, attributes and all."""
        return str(self.page.evaluate("document.documentElement.outerHTML"))

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def texts(self, selector: str) -> list[str]:
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """One browser for every test."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no browser here (looked for {', '.join(NAMES)}): apt-get install chromium")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def opening(chromium: Any) -> Iterator[Callable[..., Opened]]:
    """Open a file in a page of its own, and wait until it is ready."""
    contexts = []

    def open_(path: Path, *, width: int = 1366, height: int = 768, fragment: str = "", **more: Any) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        context.set_default_timeout(120_000)  # a busy machine is no fault of the page
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.said.append(f"{message.type}: {message.text}"))
        opened.page.on("pageerror", lambda error: opened.said.append(f"error: {error}"))
        opened.page.on("dialog", lambda dialog: (opened.said.append("a dialogue"), dialog.dismiss()))
        opened.page.goto(path.as_uri() + fragment)
        opened.page.wait_for_selector("html.ready", state="attached")
        return opened

    yield open_
    for context in contexts:
        context.close()
