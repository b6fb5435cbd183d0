"""The ranked list and the quality report: who is shown, nothing fetched, nothing run, nothing clipped of meaning."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import publish_frames as frames
import pytest

import hiu.publish
from hiu.model import PUBLISHED
from hiu.publish.access import charted, visible
from hiu.publish.charts import all_series, person_chart, to_svg
from hiu.publish.quality_page import quality_page, quality_text
from hiu.publish.ranked_list import flat_settings, ranked_page
from hiu.publish.stamp import Stamp
from hiu.settings import Agreement, Rank, Settings

STAMP = Stamp("Area <1>", frames.LAST, "2026-03-20260408T091200-abc123", frames.STAMPED, date(2026, 3, 31), "1a2b3c4d")
SETTINGS = Settings(
    name="Area",
    raw=Path("secret/raw"),
    rank=Rank(top=2),
    agreements=(
        Agreement(source="police", start=date(2024, 1, 1), end=date(2027, 1, 1), reference="R", signed_by="S"),
    ),
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


def page(tables: Mapping[str, pl.DataFrame], *, show_names: bool = True, settings: Settings = SETTINGS) -> str:
    """The ranked list as a job makes it."""
    ids = charted(tables["ranked"], settings.rank.top, settings.rank.charts)
    people = list(all_series(ids, demand=tables["monthly_demand"], coverage=tables["coverage"],
                             ranked=tables["ranked"], last=frames.LAST))  # fmt: skip
    svgs = {person.person_id: to_svg(person_chart(person)) for person in people}
    return ranked_page(tables, stamp=STAMP, settings=settings, charted=people, svgs=svgs, show_names=show_names)


def hostile() -> dict[str, pl.DataFrame]:
    return frames.published(6, dict(zip(frames.IDS, frames.HOSTILE, strict=False)))


def with_ranked(*rows: dict[str, object], size: int = 6) -> dict[str, pl.DataFrame]:
    return {**frames.published(size), "ranked": frames.frame(PUBLISHED["ranked"], list(rows))}


def test_only_supported_people_and_candidates_in_the_top_n_are_shown() -> None:
    access = ["candidate", "candidate", "candidate", "supported"]
    tables = with_ranked(*(frames.ranked_row(k, frames.IDS[k - 1], access=a) for k, a in enumerate(access, 1)))
    shown = Seen(page(tables)).text
    assert "Sample 0" in shown and "Sample 1" in shown and "Sample 3" in shown
    assert "Sample 2" not in shown and frames.IDS[2] not in shown
    assert visible(tables["ranked"], 2)["rank"].to_list() == [1, 2, 4]


def test_charts_follow_the_list_and_can_be_withheld_from_candidates() -> None:
    rows = [frames.ranked_row(1, frames.IDS[0]), frames.ranked_row(2, frames.IDS[1], access="supported")]
    ranked = frames.frame(PUBLISHED["ranked"], rows)
    assert charted(ranked, 2, 50) == list(frames.IDS[:2])
    assert charted(ranked, 2, 1) == [frames.IDS[0]]
    assert charted(ranked, 2, 50, candidates=False) == [frames.IDS[1]]


def test_under_18s_are_listed_apart() -> None:
    tables = with_ranked(frames.ranked_row(1, frames.IDS[0]), frames.ranked_row(1, frames.IDS[1], list="under_18"))
    said = Seen(page(tables)).text
    assert said.index("Sample 0") < said.index("Under 18, listed apart") < said.rindex("Sample 1")
    assert "Under 18, listed apart" not in Seen(page(frames.published())).text


def test_someone_who_left_the_list_is_given_by_id_alone() -> None:
    rows = [{"kind": "left", "person_id": frames.IDS[5], "what": "No contact in 12 months", "rank_before": 2}]
    tables = {**with_ranked(frames.ranked_row(1, frames.IDS[0])), "changes": frames.frame(PUBLISHED["changes"], rows)}
    said = Seen(page(tables)).text
    assert f"{frames.IDS[5]} : No contact in 12 months (was 2)" in said and "Sample 5" not in said


def test_supported_people_who_are_not_listed_are_named_by_id() -> None:
    going = [{"person_id": frames.IDS[4], "start": date(2025, 1, 1)},
             {"person_id": frames.IDS[3], "start": date(2025, 1, 1), "end": date(2025, 6, 1)}]  # fmt: skip
    tables = {**with_ranked(frames.ranked_row(1, frames.IDS[0])), "support": frames.support(going)}
    said = Seen(page(tables)).text
    assert frames.IDS[4] in said and frames.IDS[3] not in said


def test_header_feeds_definitions_and_settings_are_on_the_page() -> None:
    said = Seen(page(frames.published())).text
    for part in ("OFFICIAL-SENSITIVE: patient data", "data to 31 Mar 2026", "built 8 Apr 2026 09:12 UTC", STAMP.run_id,
                 "settings 1a2b3c4d", "Dec 2025, Jan 2026", "Definitions", "rank.half_life", "3.0"):  # fmt: skip
        assert part in said
    assert "invented" not in said


def test_a_synthetic_area_says_so() -> None:
    made_up = Stamp(**{**STAMP.__dict__, "synthetic": True})
    assert "every person on this page is invented" in quality_page(frames.published(), stamp=made_up)
    assert "every person is invented" in quality_text(frames.published(), stamp=made_up)


def test_a_feed_that_did_not_come_is_said_aloud() -> None:
    tables = {**frames.published(), "coverage": frames.coverage(24, {"ed_attendance": (23,)})}
    for said in (Seen(page(tables)).text, Seen(quality_page(tables, stamp=STAMP)).text):
        assert "ED attendances NOT SUPPLIED Mar 2026" in said


def test_every_setting_that_bears_on_a_figure_is_listed_and_no_folder_or_key() -> None:
    flat = dict(flat_settings(SETTINGS))
    assert flat["rank.top"] == "2" and flat["labels.escalating_3"] == "0.99"
    assert flat["policy_breaks.Right Care Right Person"] == "2023-07-26"
    assert not [key for key in flat if key.startswith(("raw", "curated", "key_file", "agreements", "linking"))]
    assert "secret" not in page(frames.published())


@pytest.mark.parametrize("make", [lambda: page(hostile()), lambda: quality_page(hostile(), stamp=STAMP)])
def test_a_page_runs_nothing_and_fetches_nothing(make: object) -> None:
    text = make()  # type: ignore[operator]
    seen = Seen(text)
    assert not {"script", "iframe", "object", "embed", "form", "link", "img", "image", "foreignobject"} & set(seen.tags)
    for key, value in seen.attributes:
        assert not key.startswith("on") and key not in ("style", "src", "xlink:href", "action")
        assert key != "href" or re.fullmatch(r"#(top|person-\d+)", value)
    assert "url(" not in text and "@import" not in text


def test_the_policy_allows_only_the_page_s_own_style_sheet() -> None:
    text = page(frames.published())
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


def test_hostile_names_are_shown_as_text_and_cut() -> None:
    seen = Seen(page(hostile(), settings=Settings(name="Area")))
    assert "</script><script>alert(1)</script>" in seen.said
    assert "O'Neill & Sons <b>bold</b> {{ 7 * 7 }} {% raw %}" in seen.said
    assert "evil tab line break" in seen.said and "محمد العربي" in seen.said
    assert "X" * 200 not in page(frames.published(1, {frames.IDS[0]: "X" * 10_000}))


def test_hidden_names_are_nowhere_in_the_page() -> None:
    text = page(frames.published(), show_names=False)
    assert "Sample 0" not in text and frames.IDS[0] in text
    assert "Sample 0" in page(frames.published())


def test_every_chart_has_a_description_and_a_table_instead() -> None:
    text = page(frames.published())
    seen = Seen(text)
    assert seen.attributes.count(("role", "img")) == 2 == text.count("<svg ") == text.count("<details>")
    labels = [value for key, value in seen.attributes if key == "aria-label"]
    assert len(labels) == 2 and all(300 <= len(label) <= 400 for label in labels)
    assert text.count('<svg aria-hidden="true"') == 2
    assert "not supplied" in seen.text


def test_a_first_month_without_certainty_or_changes_reads_well() -> None:
    row = frames.ranked_row(1, frames.IDS[0], certainty=None, rank_low=None, rank_high=None, risk_band=None,
                            risk_source="not assessed", rank_if_low=9, rank_if_high=1, presets="",
                            contacts_3=None)  # fmt: skip
    said = Seen(page({**with_ranked(row), "changes": frames.frame(PUBLISHED["changes"], [])})).text
    assert "None" not in said
    assert "Not assessed rank 1 if High, 9 if Low" in said and "no list last month to compare with" in said


def test_an_empty_list_is_a_page_too() -> None:
    empty = {name: frames.frame(table, []) for name, table in PUBLISHED.items()}
    assert "0 shown" in Seen(page(empty)).text
    assert "received 0 = staged 0 + quarantined 0" in Seen(quality_page(empty, stamp=STAMP)).text
    assert "received 0 = staged 0 + quarantined 0" in quality_text(empty, stamp=STAMP)


def test_the_quality_report_accounts_for_every_row_and_names_nobody() -> None:
    tables = frames.published()
    text, plain = quality_page(tables, stamp=STAMP), quality_text(tables, stamp=STAMP)
    for said in (Seen(text).text, plain):
        assert "received 20 = staged 19 + quarantined 1" in said
        assert "date_unreadable" in said and "-17%" in said
        assert "Sample" not in said
    assert "Amelia" not in text + plain and "1980" not in text + plain


def test_rows_that_do_not_add_up_are_said_aloud() -> None:
    tables = frames.published()
    tables["deliveries"] = tables["deliveries"].with_columns(staged=pl.col("staged") - 1)
    assert "received 20 IS NOT staged 17 + quarantined 1" in quality_text(tables, stamp=STAMP)
    assert "received 20 IS NOT staged 17 + quarantined 1" in Seen(quality_page(tables, stamp=STAMP)).text


def test_deliveries_replaced_are_left_out_of_the_totals() -> None:
    tables = frames.published()
    old = frames.frame(PUBLISHED["deliveries"], [frames.delivery("d0", "police", replaced_by="d1")])
    tables["deliveries"] = pl.concat([tables["deliveries"], old])
    assert "received 20 = staged 19" in quality_text(tables, stamp=STAMP)


def test_match_rates_are_by_source_and_of_rows_that_name_somebody() -> None:
    tables = frames.published()
    rows = [frames.link("d1", 1, frames.IDS[0]), frames.link("d2", 1, frames.IDS[0], "ed", "model"),
            frames.link("d1", 2, frames.IDS[1], how="single"), frames.link("d1", 3, "HIU-X", how="nobody")]  # fmt: skip
    tables["links"] = frames.frame(PUBLISHED["links"], rows)
    lines = quality_text(tables, stamp=STAMP).splitlines()
    assert next(line for line in lines if line.split()[:2] == ["police", "3"]).split() == [
        "police",
        "3",
        "1",
        "50.0%",
        "50.0%",
    ]
    assert next(line for line in lines if line.split()[:2] == ["ed", "1"]).split() == [
        "ed",
        "1",
        "0",
        "100.0%",
        "100.0%",
    ]


def test_templates_let_only_our_own_style_sheet_and_charts_through_unescaped() -> None:
    folder = Path(hiu.publish.__file__).parent / "templates"
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.j2")))
    assert sorted(re.findall(r"\{\{ *([\w.]+)\|safe", text)) == ["css", "person.svg"]
    assert text.count("|safe") == 2 and "autoescape" not in text
