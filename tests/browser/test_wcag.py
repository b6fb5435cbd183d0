"""Criteria of WCAG 2.2 that a browser can try and axe does not: reflow, text spacing, zoom, focus, targets, traps.

Each on small pages of the product: the pack, the assurance pack, the quality page, a person's own data, the governance
page, and a page of the pathway; `test_meet_browser.py` has the live meeting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from assurance_kit import FACTS
from browser_kit import NAMES, made
from test_other_pages_access import PAGES
from wcag_kit import by_rule, keyboard_faults, narrow_faults, spacing_faults

from hiu.publish.assurance.content import documents
from hiu.publish.assurance.render import page as assurance_page

KINDS = ("pack", "assurance", *PAGES)


@pytest.fixture(params=KINDS)
def open_at(request: pytest.FixtureRequest, chromium: Any, tmp_path: Path) -> Iterator[Callable[[int, int], Any]]:
    """Open the page in a window of that width and height."""
    if request.param == "pack":
        path = made(tmp_path, NAMES[:6])
    else:
        path = tmp_path / "page.html"
        one = PAGES.get(request.param, lambda: assurance_page(documents(FACTS, {}, {}), FACTS))
        path.write_bytes(one())
    contexts = []

    def open_(width: int, height: int) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()


def test_it_is_read_without_scrolling_sideways_at_320_pixels(open_at: Callable[[int, int], Any]) -> None:
    """1.4.10; tables and charts may be wider, in a box of their own that scrolls."""
    assert narrow_faults(open_at(320, 512)) == []


def test_it_is_whole_at_twice_the_size(open_at: Callable[[int, int], Any]) -> None:
    """1.4.4: a window of half the width and height is what zoom to 200% leaves."""
    assert narrow_faults(open_at(683, 384)) == []


def test_nothing_is_cut_off_where_text_is_spaced_out(open_at: Callable[[int, int], Any]) -> None:
    """1.4.12."""
    assert spacing_faults(open_at(1366, 768)) == []


def test_by_keyboard_focus_is_seen_is_covered_by_nothing_and_is_never_trapped(
    open_at: Callable[[int, int], Any],
) -> None:
    """2.1.2, 2.4.7 and 2.4.11."""
    assert keyboard_faults(open_at(1366, 768)) == []


def test_targets_are_24_pixels_or_have_room(open_at: Callable[[int, int], Any]) -> None:
    """2.5.8."""
    assert by_rule(open_at(1366, 768), "target-size") == []


def test_names_of_controls_have_the_words_that_are_seen(open_at: Callable[[int, int], Any]) -> None:
    """2.5.3."""
    assert by_rule(open_at(1366, 768), "label-content-name-mismatch") == []


FAULTY = """<!DOCTYPE html><title>A page</title><main><h1>A page</h1>
<p style="width:900px">Wide</p><p style="height:1.2em;width:9em;overflow:hidden">Words that are cut off when spaced</p>
<style>a:focus{outline:none}</style><a href="#x" style="position:fixed;top:0;left:0">Under</a>
<div style="position:fixed;top:0;left:0;width:300px;height:90px;background:#fff"></div>
<button style="width:9px;height:9px;padding:0">a</button><button style="width:9px;height:9px;padding:0">b</button>
<button aria-label="Something else">Send it</button>
<input onkeydown="if (event.key === 'Tab') event.preventDefault()"></main>"""


def test_each_fault_would_be_found(chromium: Any) -> None:
    with chromium.new_page() as page:
        page.set_default_timeout(120_000)
        page.set_viewport_size({"width": 320, "height": 512})
        page.set_content(FAULTY)
        assert narrow_faults(page) and by_rule(page, "target-size")
        assert by_rule(page, "label-content-name-mismatch")
        found = " ".join(keyboard_faults(page))
        assert "no focus is seen" in found and "covered" in found and "trapped" in found
        assert spacing_faults(page)
