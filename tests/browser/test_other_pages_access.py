"""Pages beside the pack and assistive technology: axe finds nothing on any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import publish_frames as frames
import pytest
from pack_area import stamp

from hiu.publish.board.paper import Grid
from hiu.publish.charts.reports import trend_chart
from hiu.publish.duties.person_file import Part, PersonFile, Withheld, as_page
from hiu.publish.pages import render
from hiu.publish.pathway.forms import page
from hiu.publish.pathway.part import Chart
from hiu.publish.pathway.part import Part as Paper
from hiu.publish.quality.page import quality_page

AT = datetime(2026, 4, 8, 9, 12, tzinfo=UTC)


def quality() -> bytes:
    return quality_page(frames.published(), stamp=replace(stamp(), synthetic=True)).encode()


def own_data() -> bytes:
    rows = [{"month": "2026-03-01", "measure": "police_incident", "n": 3}]
    wide = [{f"column_{k}": k for k in range(12)}]
    parts = [
        Part(chapter="What agencies sent", title="Months", table="monthly_demand", place="2026-03", rows=rows),
        Part(chapter="What agencies sent", title="Rows", table="", place="the agencies' files", rows=wide),
    ]
    file = PersonFile(
        person_id="HIU-AAAAAAAA",
        site="Anywhere",
        asked_by="the person",
        made_by="Officer",
        harm="Opinion.",
        at=AT,
        synthetic=True,
        about={"Your rights": ["You may have what is wrong put right."]},
        parts=parts,
        withheld=[Withheld(what="notes", times=2, ground="another person")],
    )
    return as_page(file)


def governance() -> bytes:
    chapters = {"Breaches": ["Entered: 0."], "Lawful basis": ["None is in force."], "Proof": ["Audit log: 1 line."]}
    return render("governance.html.j2", chapters=chapters, site="Anywhere", at="8 Apr 2026", synthetic=True).encode()


def pathway() -> bytes:
    months = [date(2026, month, 1) for month in range(1, 9)]
    table = pl.DataFrame({"month": months, "n": [float(n) for n in range(8)], "flags": ["", "beyond"] * 4})
    made = Paper(
        name="desk",
        title="Control-room desk",
        stamp=replace(stamp(), synthetic=True),
        marking="OFFICIAL",
        lead=("About 245 logs were opened.",),
        grids=(Grid("What was sent", ("", "Yes", "All"), (("Somebody", "10", "20"), ("All", "10", "20"))),),
        charts=(Chart(svg=trend_chart(table, 3, 1, 5, "Logs", "Usual.", {}), alt="Logs, month by month."),),
        notes=("A log is counted once.",),
        shaded=frozenset({"What was sent"}),
    )
    return page(made)


PAGES: dict[str, Callable[[], bytes]] = {
    "quality": quality,
    "own data": own_data,
    "governance": governance,
    "pathway": pathway,
}


@pytest.fixture(scope="module")
def browser_page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, browser_page: Any, tmp_path: Path) -> None:
    access = pytest.importorskip("test_pack_access", reason="axe-playwright-python is not installed")
    path = tmp_path / "page.html"
    path.write_bytes(PAGES[name]())
    browser_page.emulate_media(color_scheme="light")
    browser_page.goto(path.as_uri())
    assert access.violations(browser_page) == []
    browser_page.emulate_media(color_scheme="dark")
    assert access.violations(browser_page, runOnly=["color-contrast"]) == [], "in dark colours alone could differ"
