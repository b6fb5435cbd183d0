"""The quality report: nothing fetched, nothing run, nobody named; and whose chart is drawn at all."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import publish_frames as frames

import hiu.publish
from hiu.model import PUBLISHED
from hiu.publish.access import charted
from hiu.publish.quality.page import quality_page
from hiu.publish.stamp import Stamp

STAMP = Stamp(
    site="Area <1>",
    month=frames.LAST,
    run_id="2026-03-20260408T091200-abc123",
    built=frames.STAMPED,
    data_to=date(2026, 3, 31),
    settings_version="1a2b3c4d",
)


class Seen(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(key, value or "") for key, value in attrs]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(part for part in self.said if part)


def hostile() -> dict[str, pl.DataFrame]:
    return frames.published(6, dict(zip(frames.IDS, frames.HOSTILE, strict=False)))


def test_charts_follow_the_list_and_can_be_withheld_from_candidates() -> None:
    rows = [frames.ranked_row(1, frames.IDS[0]), frames.ranked_row(2, frames.IDS[1], access="supported")]
    ranked = frames.frame(PUBLISHED["ranked"], rows)
    assert charted(ranked, 2, 50) == list(frames.IDS[:2])
    assert charted(ranked, 2, 1) == [frames.IDS[0]]
    assert charted(ranked, 2, 50, candidates=False) == [frames.IDS[1]]


def test_a_synthetic_area_says_so() -> None:
    made_up = Stamp(**{**STAMP.__dict__, "synthetic": True})
    assert "every person on this page is invented" in quality_page(frames.published(), stamp=made_up)


def test_a_feed_that_did_not_come_is_said_aloud() -> None:
    tables = {**frames.published(), "coverage": frames.coverage(24, {"ed_attendance": (23,)})}
    assert "ED attendances NOT SUPPLIED Mar 2026" in Seen(quality_page(tables, stamp=STAMP)).text


def test_fields_that_were_not_read_whole_are_on_the_page_and_the_others_counted() -> None:
    of = {"delivery_id": "d1", "source": "police", "source_file": "2026-03/police.csv", "rows": 9, "missing": 0}
    whole = {"field": "log", "header": "URN", "filled": 9, "read": 9, "unreadable": 0, "unknown": 0, "out_of_range": 0}
    codes = {**whole, "field": "role", "header": "Involvement", "read": 5, "unknown": 4, "words": "NOM 3, <b> 1"}
    births = {**whole, "field": "dob", "header": "Born", "read": 2, "unreadable": 7, "looks": "99/99/9999"}
    quality = frames.frame(PUBLISHED["field_quality"], [of | one for one in (whole, codes, births)])
    text = Seen(quality_page({**frames.published(), "field_quality": quality}, stamp=STAMP)).text
    assert "the other 1 were read whole" in text
    assert "dob Born 9 2 0 7 0 99/99/9999" in text and "role Involvement 9 5 0 0 4 NOM 3, <b> 1" in text
    assert text.index("Born") < text.index("Involvement") and "URN" not in text
    tables = {name: table for name, table in frames.published().items() if name != "field_quality"}
    assert "Every filled cell of the month's 0 fields was read" in Seen(quality_page(tables, stamp=STAMP)).text


def test_a_page_runs_nothing_and_fetches_nothing() -> None:
    text = quality_page(hostile(), stamp=STAMP)
    seen = Seen(text)
    assert not {"script", "iframe", "object", "embed", "form", "link", "img", "image", "foreignobject"} & set(seen.tags)
    for key, value in seen.attributes:
        assert not key.startswith("on") and key not in ("style", "src", "xlink:href", "action")
        assert key != "href" or value == "#top"
    assert "url(" not in text and "@import" not in text


def test_the_policy_allows_only_the_page_s_own_style_sheet() -> None:
    text = quality_page(frames.published(), stamp=STAMP)
    css = re.search(r"<style>(.*?)</style>", text, re.S)
    assert css
    digest = base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()
    policy = dict(Seen(text).attributes)["content"] and re.search(
        r'http-equiv="Content-Security-Policy" content="([^"]*)"', text
    )
    assert policy
    rules = policy[1].replace("&#39;", "'")
    assert rules.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in rules


def test_an_empty_list_is_a_page_too() -> None:
    empty = {name: frames.frame(table, []) for name, table in PUBLISHED.items()}
    assert "received 0 = staged 0 + quarantined 0" in Seen(quality_page(empty, stamp=STAMP)).text


def test_the_quality_report_accounts_for_every_row_and_names_nobody() -> None:
    tables = frames.published()
    text = quality_page(tables, stamp=STAMP)
    said = Seen(text).text
    assert "received 20 = staged 19 + quarantined 1" in said
    assert "date_unreadable" in said and "-17%" in said
    assert "Sample" not in said
    assert "Amelia" not in text and "1980" not in text


def test_rows_that_do_not_add_up_are_said_aloud() -> None:
    tables = frames.published()
    tables["deliveries"] = tables["deliveries"].with_columns(staged=pl.col("staged") - 1)
    assert "received 20 IS NOT staged 17 + quarantined 1" in Seen(quality_page(tables, stamp=STAMP)).text


def test_deliveries_replaced_are_left_out_of_the_totals() -> None:
    tables = frames.published()
    old = frames.frame(PUBLISHED["deliveries"], [frames.delivery("d0", "police", replaced_by="d1")])
    tables["deliveries"] = pl.concat([tables["deliveries"], old])
    assert "received 20 = staged 19" in Seen(quality_page(tables, stamp=STAMP)).text


def test_match_rates_are_by_source_and_of_rows_that_name_somebody() -> None:
    tables = frames.published()
    rows = [
        frames.link("d1", 1, frames.IDS[0]),
        frames.link("d2", 1, frames.IDS[0], "ed", "model"),
        frames.link("d1", 2, frames.IDS[1], how="single"),
        frames.link("d1", 3, "HIU-X", how="nobody"),
    ]
    tables["links"] = frames.frame(PUBLISHED["links"], rows)
    said = Seen(quality_page(tables, stamp=STAMP)).text
    # source, rows, not readable, naming nobody, joined, also elsewhere
    assert "police 3 0 1 50.0% 50.0% " in said and "ed 1 0 0 100.0% 100.0% " in said


def test_templates_let_only_our_own_style_sheet_and_charts_through_unescaped() -> None:
    folder = Path(hiu.publish.__file__).parent / "templates"
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.j2")))
    assert sorted(re.findall(r"\{\{ *([\w.]+)\|safe", text)) == ["chart.svg", *["css"] * 5, "data", "script"]
    assert text.count("|safe") == 8 and "autoescape" not in text
