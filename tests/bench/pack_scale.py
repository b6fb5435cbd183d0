"""Size and speed of the meeting pack and its PDF twin, for 50 and 500 invented people and 42 months.

    python tests/bench/pack_scale.py

Prints, a line a size: bytes of pack.html, CPU seconds to make it, milliseconds until it is ready in Chromium
(parsed, drawn by its script), to change person, to sort and to search (median of ten each); and CPU seconds and
bytes of pack.pdf with 50 charted people, beside the CPU the charts took.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kits"))

import pack_area

from hiu.publish.charts.draw import person_chart, to_svg
from hiu.publish.pack.page import pack_page, pack_view
from hiu.publish.pack.pdf import pack_pdf

MONTHS, REPEATS, CHARTED = 42, 10, 50


def main() -> None:
    """Make, load and time."""
    with tempfile.TemporaryDirectory() as folder:
        for count in (50, 500):
            tables = pack_area.tables(pack_area.plain_names(count), months=MONTHS)
            people = pack_area.series(tables)
            stamp = pack_area.stamp(built=datetime(2026, 4, 8, 9, 12, tzinfo=UTC))
            began = time.process_time()
            view = pack_view(tables, stamp=stamp, settings=pack_area.settings(count))
            text = pack_page(view, people)
            spent = time.process_time() - began
            path = Path(folder) / f"pack-{count}.html"
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{count} people: {path.stat().st_size:,} bytes, made in {spent:.2f} s CPU; {in_browser(path)}")
            if count == CHARTED:
                print(paper(view, people))


def paper(view: Any, people: Any) -> str:
    """The PDF twin, and the charts it shares with the month's folder."""
    began = time.process_time()
    svgs = {one.person_id: to_svg(person_chart(one)) for one in people}
    drawn = time.process_time()
    made = pack_pdf(view, people, svgs)
    return (
        f"pack.pdf, {len(svgs)} people: {len(made):,} bytes, {time.process_time() - drawn:.2f} s CPU "
        f"(the charts before it {drawn - began:.2f} s)"
    )


def in_browser(path: Path) -> str:
    """What a reader waits for."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        return "no browser here"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        ready = []
        for _ in range(REPEATS):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(path.as_uri())
            page.wait_for_selector("html.ready", state="attached")
            timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            ready.append(page.evaluate(timing))
        times = {
            "change of person": _time(page, "key('j')"),
            "sort": _time(page, "document.querySelector('th[data-sort=intensity] button').click()"),
            "search": _time(page, "type('a')"),
        }
        browser.close()
    told = ", ".join(f"{what} {value:.0f} ms" for what, value in times.items())
    return f"ready {statistics.median(ready):.0f} ms (worst {max(ready):.0f}), {told}"


def _time(page: Any, act: str) -> float:
    """Milliseconds of an act and of laying out what it changed."""
    script = f"""() => {{
      const key = name => document.dispatchEvent(new KeyboardEvent('keydown', {{key: name, bubbles: true}}));
      const type = text => {{ const box = document.getElementById('search'); box.value = box.value ? '' : text;
        box.dispatchEvent(new Event('input')); }};
      document.body.dispatchEvent(new Event('x'));
      const began = performance.now(); {act}; document.body.offsetHeight; return performance.now() - began }}"""
    return statistics.median(page.evaluate(script) for _ in range(REPEATS))


if __name__ == "__main__":
    main()
