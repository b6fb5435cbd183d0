"""The pack and assistive technology: axe-core finds nothing, in light and in dark, on the month and on a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_kit import NAMES, made

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

EVERYTHING = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # of what passes one place is named, not each: that is half of the cost
}


def violations(page: Any, **more: object) -> list[str]:
    found = axe.Axe().run(page, options={**EVERYTHING, **more}).response
    assert found["passes"], "axe looked at nothing"
    return [f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe_finds_nothing(scheme: str, opening: Callable[..., Any], tmp_path: Path) -> None:
    # axe is put in from outside, past the page's policy, which would rightly refuse it
    opened = opening(made(tmp_path, NAMES[:10]), color_scheme=scheme, bypass_csp=True)
    page = opened.page
    assert page.get_attribute("#dark", "aria-pressed") == str(scheme == "dark").lower()
    if scheme == "light":
        assert violations(page) == []
    page.keyboard.press("j")
    page.click("#as-table summary")
    page.click("#split")
    if scheme == "dark":
        page.click("#hide")
        page.click("#large")
    assert violations(page) == []


def test_axe_would_find_something(chromium: Any) -> None:
    """The check is alive: a picture without a description is found."""
    with chromium.new_page() as page:
        page.set_default_timeout(120_000)
        page.set_content("<main><h1>A page</h1><img src='data:,'></main>")
        assert any(found.startswith("image-alt") for found in violations(page))


def test_a_dark_page_keeps_its_charts_on_white(opening: Callable[..., Any], tmp_path: Path) -> None:
    page = opening(made(tmp_path, NAMES[:3]), color_scheme="dark").page
    page.keyboard.press("j")
    ground = "getComputedStyle(document.querySelector('.chart')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.getElementById('pane')).backgroundColor") != "rgb(255, 255, 255)"
    assert page.get_attribute(".chart svg rect", "fill") == "#fff"
