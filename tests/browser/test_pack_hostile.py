"""Hostile names, and the same in every other free text: all of it is text, none of it does anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pack_area
import polars as pl
import pytest
from browser_kit import write

from hiu.publish.words.text import display_name

SEEDS = (
    "</script><script>window.pwned=1;alert(1)</script>",
    "<script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "'><svg onload=window.pwned=1>",
    "<iframe src=//evil.example/x></iframe>",
    "javascript:window.pwned=1",
    "<a href=javascript:window.pwned=1>x</a>",
    '" onmouseover="window.pwned=1" x="',
    "<!--<script>",
    "]]><![CDATA[<b>",
    "</style><style>*{display:none}</style>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "</bdi></td></tr></table><h1>gone",
    "</textarea></title></noscript><b>bold",
    "&lt;b&gt; &amp; &#60;script&#62;",
    '\\u003cscript\\u003e\\"};window.pwned=1;//',
    "${window.pwned=1} `${1}` {{constructor.constructor('window.pwned=1')()}}",
    "{% raw %}{{ 7*7 }}{# #}",
    '=HYPERLINK("//evil.example","x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)*cmd",
    "\u202eflip\u202c \u2066isolate\u2069",
    "محمد العربي",
    "שלום עולם",
    "Zoë 🙂🚑👩\u200d⚕️ Łukasz",
    "ƒüll ｗｉｄｔｈ 中文字",
    "Z\u0335\u0321a\u0334\u0322l\u0335g\u0336o\u0337",
    "\u0000\u0007\u001b[31m tab\tline\nbreak\r",
    "\u2028\u2029 line and paragraph",
    "__proto__",
    "constructor",
    'O\'Neill & Sons, "the" <third>',
    "#person=HIU-AAAAAAAA&names=hidden",
    "X" * 10_000,
    "🙂" * 5_000,
    "a\u0301" * 5_000,
    "",
)


def hostile(count: int = 200) -> list[str]:
    """Each seed alone, then within and after ordinary names."""
    turns = (
        lambda text, k: text,
        lambda text, k: f"Ann {text}",
        lambda text, k: f"{text} Lee {k}",
        lambda text, k: f"Jo{text}Roe",
        lambda text, k: text.swapcase() + str(k),
    )
    return [turns[k // len(SEEDS) % len(turns)](SEEDS[k % len(SEEDS)], k) for k in range(count)]


FREE = {
    "support": ("cmht", "lead_clinician"),
    "ranked": ("sentence", "label_sentence"),
    "changes": ("what",),
    "meeting_entry": ("author",),
    "review_queue": ("why",),
}
"""Columns that hold what somebody, somewhere, may have typed."""
TAGS = "() => [...new Set([...document.querySelectorAll('*')].map(one => one.tagName))].sort()"
WALK = """async () => {
    const met = new Set(), shown = new Set();
    for (let k = 0; k < document.querySelectorAll("#adults bdi, #minors bdi").length; k++) {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
        if (k % 20 == 0) await new Promise(resolve => setTimeout(resolve));
        document.querySelectorAll("#pane *").forEach(one => met.add(one.tagName));
        shown.add(document.querySelector("#pane").textContent);
    }
    return [[...met], shown.size];
}"""
"""Down the list, a person at a time, and what each one's pane is made of."""
FOREIGN = {"IMG", "IFRAME", "BASE", "LINK", "OBJECT", "EMBED", "FORM", "TEXTAREA", "H5"}


def poisoned(count: int = 200) -> dict[str, pl.DataFrame]:
    """Tables with hostile text wherever somebody outside may have typed it."""
    tables = pack_area.tables(hostile(count))
    for name, columns in FREE.items():
        height = tables[name].height
        tables[name] = tables[name].with_columns(*(pl.Series(one, hostile(height), pl.String) for one in columns))
    free = pl.col("field").is_in(["notes", "action", "owner", "decision"])
    entries = tables["meeting_entry"]
    poison = pl.Series("poison", [text or "x" for text in hostile(entries.height)])
    tables["meeting_entry"] = entries.with_columns(value=pl.when(free).then(poison).otherwise("value"))
    return tables


@pytest.fixture(scope="module", params=[len(SEEDS) * 2, pytest.param(200, marks=pytest.mark.slow)])
def opened(
    opening: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Any]:
    tables = poisoned(request.param)
    opened = opening(write(tmp_path_factory.mktemp("hostile"), tables, pack_area.series(tables)))
    opened.names = hostile(request.param)
    if opened.page.is_visible("#young"):
        opened.page.click("#young")
    yield opened


def test_hostile_names_are_shown_as_they_are(opened: Any) -> None:
    shown = opened.page.eval_on_selector_all("#adults bdi, #minors bdi", "all => all.map(one => one.textContent)")
    assert shown == [display_name(name) for name in opened.names]


def test_nothing_of_it_becomes_part_of_the_page(opened: Any) -> None:
    page = opened.page
    assert not set(page.evaluate(TAGS)) & FOREIGN
    count = "[document.scripts.length, document.styleSheets.length, document.querySelectorAll('h1').length]"
    assert page.evaluate(count) == [1, 1, 1]
    page.keyboard.press("j")
    met, people = page.evaluate(WALK)
    assert not set(met) & FOREIGN and people >= 0.75 * len(opened.names)
    assert page.evaluate("document.querySelectorAll('tr.chosen').length") == 1
    page.click("#split")
    page.click("#hide")
    page.click("#hide")
    assert not set(page.evaluate(TAGS)) & FOREIGN
    attributes = "() => [...document.querySelectorAll('*')].flatMap(one => [...one.attributes].map(a => a.name))"
    assert not [name for name in page.evaluate(attributes) if name.startswith("on") or name in ("style", "srcdoc")]
    assert page.evaluate("typeof window.pwned") == "undefined"
    links = page.eval_on_selector_all("[href], [src]", "all => all.map(one => one.getAttribute('href') || one.src)")
    assert links == ["#pane"]


def test_nothing_was_asked_for_and_nothing_complained(opened: Any) -> None:
    assert len(opened.requests) == 1 and opened.said == []


def test_a_long_name_pushes_nothing_off_the_screen(opened: Any) -> None:
    boxes = "[document.documentElement, ...document.querySelectorAll('#rows, #pane')]"
    assert max(opened.page.evaluate(f"() => {boxes}.map(one => one.scrollWidth - one.clientWidth)")) <= 1
