"""The assurance pack's page in Chromium: axe finds nothing, nothing is asked for, and it fits a laptop's screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from assurance_kit import FACTS

from hiu.publish.assurance.content import Line, documents
from hiu.publish.assurance.render import page


@pytest.mark.parametrize("width", [1366, pytest.param(1920, marks=pytest.mark.slow)])
def test_axe_finds_nothing_and_nothing_is_asked_for(width: int, chromium: Any, tmp_path: Path) -> None:
    access = pytest.importorskip("test_pack_access", reason="axe-playwright-python is not installed")
    lines = [Line(kind="figures", text="female: no difference found", evidence=("table:equality",))]
    path = tmp_path / "assurance.html"
    path.write_bytes(page(documents(FACTS, {"equality": lines, "month": lines}, {"03-safety-case.cso": "Dr A"}), FACTS))
    context = chromium.new_context(viewport={"width": width, "height": 768}, bypass_csp=True)
    context.set_default_timeout(120_000)
    try:
        opened, asked = context.new_page(), []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(path.as_uri())
        assert access.violations(opened) == []
        assert asked == [path.as_uri()]
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        links = opened.eval_on_selector_all("nav a", "all => all.map(one => one.getAttribute('href').slice(1))")
        there = opened.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
        assert links and [there.count(link) for link in links] == [1] * len(links)
    finally:
        context.close()
