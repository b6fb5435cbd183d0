"""The pack's own drawing is the chart: every mark it draws is a mark of `person_chart`, in the same place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pack_area
import publish_frames as frames
import pytest
from browser_kit import write

from hiu.model import PUBLISHED
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.draw import person_chart
from hiu.publish.charts.headings import recent

READ = """() => [...document.querySelectorAll('.chart g.panel')].map(panel => Object.fromEntries(
  [...panel.children].filter(one => one.tagName === 'g').map(layer => [layer.getAttribute('class'),
    [...layer.children].map(mark => ({tag: mark.tagName, text: mark.textContent, ...Object.fromEntries(
      [...mark.attributes].map(one => [one.name, one.value]))}))])))"""
NEAR = 0.15


def people() -> Iterator[tuple[str, PersonSeries, dict[str, Any]]]:
    """Everybody of a group of 24 months with gaps, and then the shapes that are seldom seen."""
    tables = pack_area.tables(pack_area.plain_names(9))
    for one in pack_area.series(tables):
        yield "usual", one, tables
    young = pack_area.tables(pack_area.plain_names(3), months=8)
    for one in pack_area.series(young, data_to=date(2026, 3, 20)):
        yield "few months, the last a part", one, young
    own = pack_area.tables(pack_area.plain_names(3), months=41)
    fires = [
        {"month": m.start, "dataset": "fire_incident", "source": "fire", "supplied": True} for m in frames.months(41)
    ]
    own["coverage"] = own["coverage"].vstack(frames.frame(PUBLISHED["coverage"], fires))
    for one in pack_area.series(own):
        yield "a source of the site's own", one, own
    loud, quiet, absent = pack_area.series(tables)[:3]
    counts = {name: tuple(None if n is None else n * 137 for n in cells) for name, cells in loud.counts.items()}
    seldom = "large figures, nothing at all, nothing supplied"
    yield seldom, replace(loud, counts=counts, support_end=date(2026, 2, 3)), tables
    yield seldom, replace(quiet, counts=dict.fromkeys(loud.counts, (0,) * 24)), tables
    yield seldom, replace(absent, counts=dict.fromkeys(loud.counts, (None,) * 24)), tables


GROUPS = (
    ("usual", 3),
    ("few months, the last a part", 3),
    ("a source of the site's own", 3),
    ("large figures, nothing at all, nothing supplied", 1),
    pytest.param("usual", 1, marks=pytest.mark.slow),
)


def near(drawn: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> None:
    """The same marks: words equal, places within a pixel's tenth."""
    assert len(drawn) == len(wanted)

    def order(mark: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(str(part) if isinstance(part, str) else round(part, 0) for part in mark)

    for one, other in zip(sorted(drawn, key=order), sorted(wanted, key=order), strict=True):
        for a, b in zip(one, other, strict=True):
            assert a == b if isinstance(a, str) else abs(a - b) <= NEAR, (one, other)


def number(mark: dict[str, str], *names: str) -> tuple[float, ...]:
    return tuple(float(mark[name]) for name in names)


@pytest.mark.parametrize(("group", "every"), GROUPS)
def test_the_pack_draws_what_the_chart_file_draws(
    group: str, every: int, opening: Callable[..., Any], tmp_path: Path
) -> None:
    cases = [(one, tables) for kind, one, tables in people() if kind == group][::every]
    opened = opening(write(tmp_path, cases[0][1], [one for one, _ in cases]))
    for one, _ in cases:
        opened.page.evaluate(f"location.hash = 'person={one.person_id}'")
        opened.page.wait_for_selector(f".chart[aria-label*='{one.person_id}']")
        for split in (False, True):
            panels = opened.page.evaluate(READ)
            same(panels, person_chart(replace(recent(one), name=None), split=split), opened)
            opened.page.click("#split")
    assert opened.said == []


def same(panels: list[dict[str, Any]], spec: dict[str, Any], opened: Any) -> None:
    """Each panel's layers against the specification's data."""
    parts = spec.get("vconcat") or [spec]
    assert len(panels) == len(parts)
    title = (spec.get("title") or parts[0]["title"])["text"]
    said = opened.page.eval_on_selector_all(".chart text.title", "all => all.map(one => one.textContent)")
    assert said == title
    for panel, part, prefix in zip(panels, parts, ("", "bed_"), strict=False):
        data = {name.removeprefix(prefix): rows for name, rows in spec["datasets"].items() if name.startswith(prefix)}
        bars = next(layer for layer in part["layer"] if layer["mark"]["type"] == "bar")
        scale, months = bars["encoding"]["y"]["scale"], bars["encoding"]["x"]["scale"]["domain"]
        foot, top = scale["range"]
        unit = (foot - top) / scale["domain"][1]
        near(
            [number(m, "x", "y", "width", "height") for m in panel["bars"]],
            [
                (
                    (months.index(b["m"]) + 0.09) * 780 / len(months),
                    foot - b["b"] * unit,
                    0.82 * 780 / len(months),
                    (b["b"] - b["a"]) * unit,
                )
                for b in data["bars"]
            ],
        )
        colours = dict(zip(*(bars["encoding"]["color"]["scale"][key] for key in ("domain", "range")), strict=True))
        assert sorted(m["fill"] for m in panel["bars"]) == sorted(colours[b["s"]] for b in data["bars"])
        ticks = [m["text"] for m in panel["ticks"] if m["tag"] == "text"]
        assert ticks == [str(tick) for tick in bars["encoding"]["y"]["axis"]["values"]]
        labels = "".join(m["text"] for m in panel["months"])
        centres = {round((k + 0.5) * 780 / len(months), 2) for k in range(len(months))}
        assert {round(float(m["x"]), 2) for m in panel["months"]} <= centres, (
            "a label stands under its bar, not its edge"
        )
        said_in_all = "".join(m["text"] for layer in ("words", "ticks", "months") for m in panel[layer])
        assert all(ord(char) < 0x180 for char in said_in_all), "no symbol that another font would have to draw"
        assert labels == "".join("".join(label.split()) for label in bars["encoding"]["x"]["axis"]["values"])
        words = [(m["text"], float(m["x"]), float(m["y"]) - 4.2) for m in panel["words"]]
        near(words, [(w["t"], w["x"], w["y"]) for w in data["words"]])
        near(
            [number(m, "x", "y", "width", "height") for m in panel["bands"]],
            [(b["x"], b["y"], b["x2"] - b["x"], b["y2"] - b["y"]) for b in data["bands"]],
        )
        for layer in ("lines", "halos"):
            near(
                [number(m, "x1", "y1", "y2") for m in panel[layer]],
                [(line["x"], line["y"], line["y2"]) for line in data["lines"]],
            )
        near(
            [number(m, "x1", "x2", "y1", "y2") for m in panel["hatches"]],
            [(h["x"], h["x2"], h["y"], h["y2"]) for h in data["hatches"]],
        )
        if not prefix:
            near(
                [
                    (float(m["x"]) + float(m["width"]) / 2, float(m["y"]) + float(m["height"]) / 2, m["fill"])
                    for m in panel["swatches"]
                ],
                [(s["x"], s["y"], s["c"]) for s in data["swatches"]],
            )
            near(
                [tuple(map(float, m["data-at"].split())) for m in panel["diamonds"]],
                [(d["x"], d["y"]) for d in data["diamonds"]],
            )


def test_a_month_without_contacts_keeps_its_place_and_labels_are_whole_months(
    opening: Callable[..., Any], tmp_path: Path
) -> None:
    tables = pack_area.tables(pack_area.plain_names(3))
    whole = pack_area.series(tables)[0]
    quiet = replace(whole, counts=dict.fromkeys(whole.counts, (0,) * 23 + (4,)))
    page = opening(write(tmp_path, tables, [quiet])).page
    page.keyboard.press("j")
    x = float(page.get_attribute(".chart g.bars rect", "x"))
    assert x > 22 * 780 / 24, "the only bar stands in the last month of 24"
    assert re.fullmatch(r"(Mar|Jun|Sep|Dec)", page.eval_on_selector(".chart g.months text", "one => one.textContent"))
