"""The site of the docs in Chromium, from a folder: search in few keys, no request beyond it, axe finds nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow  # building the site takes some 16 s of processor time


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it, in a folder whose name has a space; a warning ends it."""
    pytest.importorskip("sphinx", reason="sphinx is not installed")
    made = tmp_path_factory.mktemp("the site")
    line = ["-q", "-W", "--keep-going", "-b", "html", "-c", "docs/site", "-d", str(made / "trees"), "."]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *line, str(made / "out")], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    shutil.move(made / "out", made / "moved elsewhere")
    return made / "moved elsewhere"


@pytest.fixture
def page(chromium: Any, site: Path) -> Iterator[Any]:
    """A page whose requests all stay within the folder, and whose console has no error."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    opened, asked, errors = context.new_page(), [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert asked and [url for url in asked if not url.startswith(site.as_uri())] == [] and errors == []


class Links(HTMLParser):
    """What a page refers to, and the places in it that others may name."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.places: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.targets.add(given["href"])
        elif tag in ("link", "script", "img", "iframe", "source"):
            self.loaded |= {given[name] for name in ("href", "src") if given.get(name)}


def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {path: Links(path) for path in site.rglob("*.html")}
    assert len(pages) > 60
    broken = []
    for path, links in pages.items():
        assert [url for url in links.loaded if urlsplit(url).scheme not in ("", "data")] == []
        for target in links.targets | links.loaded:
            parts = urlsplit(target)
            if parts.scheme:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not file.is_file() or (place and file in pages and place not in pages[file].places):
                broken.append((path.name, target))
    assert broken == []
    for style in site.rglob("*.css"):
        assert "@import" not in (text := style.read_text(encoding="utf-8")) and "@font-face" not in text, style.name


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("bed days", "docs/counting.html#bed-days"),
        ("Why is she above him", "docs/chair.html#why-is-she-above-him"),
        ("exit codes", "docs/operator.html#exit-codes"),
    ],
)
def test_a_search_opens_its_page_in_two_keys_after_typing(words: str, found: str, page: Any, site: Path) -> None:
    page.goto((site / "docs" / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a:focus")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{found}*")
    assert words.lower() in page.inner_text("article").lower()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, page: Any, site: Path) -> None:
    access = pytest.importorskip("test_pack_access", reason="axe-playwright-python is not installed")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site.as_uri()}/index.html")
    page.wait_for_url("**/docs/index.html")  # the first page only leads there
    pages = ("docs/index.html", "docs/chair.html", "docs/operator.html", "docs/sources.html", "README.html")
    for name in (*pages, "search.html?q=bed+days"):
        page.goto(f"{site.as_uri()}/{name}")
        page.wait_for_load_state()
        assert access.violations(page, preload=False) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366
