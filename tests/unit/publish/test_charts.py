"""A person's chart: what the specification holds, and what is drawn of it."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import altair as alt
import polars as pl
import publish_frames as frames
import pytest
import vl_convert
from PIL import Image, ImageChops

from hiu.errors import UsageError
from hiu.model import DATASETS, PUBLISHED
from hiu.month import Month
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries, series
from hiu.publish.charts.draw import chart_files, described_svg, nice_top, person_chart, to_png, to_svg
from hiu.publish.charts.layout import FONT, WIDTH, lay_out
from hiu.publish.words.datasets import STACK
from hiu.publish.words.text import width

ID = frames.IDS[0]
FINDING = "9 contacts in 3 months; 3 would be usual, going by Jan to Dec 2025."


def person(
    figures: dict[str, list[int | None]] | None = None,
    *,
    count: int = 24,
    missing: dict[str, tuple[int, ...]] | None = None,
    name: str | None = None,
    finding: str = FINDING,
    support: dict[str, date] | None = None,
    **more: Any,
) -> PersonSeries:
    """A person's series through the published tables, as a job makes it."""
    gaps = missing or {}
    sets = {k: [None if i in gaps.get(k, ()) else n for i, n in enumerate(v)] for k, v in (figures or {}).items()}
    tables = {
        "monthly_demand": frames.demand({ID: sets}),
        "coverage": frames.coverage(count, gaps),
        "ranked": frames.frame(PUBLISHED["ranked"], [frames.ranked_row(1, ID, label_sentence=finding)]),
        "support": frames.support([{"person_id": ID, **(support or {})}]),
        "people": frames.people({ID: name or ""}),
    }
    return next(series([ID], tables, frames.LAST, show_names=name is not None, **more))


def unranked(demand: pl.DataFrame, coverage: pl.DataFrame, **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Tables in which nobody is ranked."""
    bare = {"monthly_demand": demand, "coverage": coverage, "ranked": frames.frame(PUBLISHED["ranked"], [])}
    return {**bare, **more}


def texts(svg: str) -> list[str]:
    """Every text drawn."""
    root = ElementTree.fromstring(svg)
    return [" ".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_stack_order_is_police_ambulance_ed_bed_days_from_the_bottom() -> None:
    figures: dict[str, list[int | None]] = {name: [0] * 23 + [k] for k, name in enumerate(STACK, 1)}
    bars = person_chart(person(figures))["datasets"]["bars"]
    assert [(bar["s"], bar["a"], bar["b"]) for bar in bars] == [
        ("police_incident", 0, 1),
        ("ambulance_deployment", 1, 3),
        ("ed_attendance", 3, 6),
        ("mh_bed_day", 6, 10),
    ]


def test_colours_of_the_bars_drawn_are_those_of_the_design() -> None:
    figures: dict[str, list[int | None]] = {name: [2] * 24 for name in STACK}
    svg = to_svg(person_chart(person(figures)))
    for colour in ("#12436D", "#28A197", "#801650", "#F46A25"):
        assert len(re.findall(f'fill="{colour}"', svg)) == 24 + 1  # a bar a month, and the key
    assert 'stroke="white"' in svg


def test_key_is_above_the_bars_in_stack_order() -> None:
    words = texts(to_svg(person_chart(person())))
    key = [
        "Police incidents",
        "Ambulance deployments",
        "ED attendances",
        "MH bed days",
        "s136 detentions, MHA assessments",
    ]
    assert [word for word in words if word in key] == key


@pytest.mark.parametrize("count", [1, 5, 14, 24, 42])
def test_the_whole_calendar_is_on_the_axis_even_without_any_contact(count: int) -> None:
    spec = person_chart(person(count=count))
    domain = next(layer for layer in spec["layer"] if "m" in json.dumps(layer["encoding"]["x"].get("field")))
    assert domain["encoding"]["x"]["scale"]["domain"] == [month.title for month in frames.months(count)]
    assert "Mar 2026" in texts(to_svg(spec))  # the latest month is always labelled


def test_markers_are_diamonds_with_counts_and_never_in_the_stack() -> None:
    figures: dict[str, list[int | None]] = {"s136": [0] * 23 + [7], "mha_assessment": [3] + [0] * 23}
    spec = person_chart(person(figures))
    assert spec["datasets"]["bars"] == []
    assert len(spec["datasets"]["diamonds"]) == 1 + 2  # the key, and one each
    assert {"7", "3"} <= {word["t"] for word in spec["datasets"]["words"]}


def test_a_lane_without_a_marker_says_none_and_one_not_supplied_does_not() -> None:
    def said_none(cells: list[int | None]) -> int:
        words = person_chart(person({"s136": cells, "mha_assessment": [1] * 24}))["datasets"]["words"]
        return sum(word["t"] == "none" for word in words)

    assert [said_none(cells) for cells in ([0] * 24, [0] * 23 + [1], [0] * 23 + [None])] == [1, 0, 0]


@pytest.mark.parametrize(("months", "says"), [(24, False), (42, True)])
def test_the_key_says_where_numbers_stand_without_a_diamond(months: int, says: bool) -> None:
    drawn = person_chart(person({"s136": [0] * (months - 1) + [7]}, count=months))["datasets"]
    assert (len(drawn["diamonds"]) == 1) == says, "the key's alone"
    (key,) = (word["t"] for word in drawn["words"] if word["t"].startswith("s136 detentions, "))
    assert key.endswith("(numbers above the bars)") == says


def test_a_month_not_supplied_is_a_band_with_words_and_never_zero() -> None:
    shown = person({"ambulance_deployment": [1] * 24}, missing={"ambulance_deployment": (20, 21), "s136": (3,)})
    assert shown.counts["ambulance_deployment"][20:23] == (None, None, 1)
    spec = person_chart(shown)
    words = texts(to_svg(spec))
    assert {"Ambulance not supplied", "s136 not supplied", "Not supplied"} <= set(words)
    grey = [band for band in spec["datasets"]["bands"] if band["c"] == "#DCE0E3"]
    step = WIDTH / 24
    assert [(round(band["x"] / step), round(band["x2"] / step)) for band in grey] == [(3, 4), (20, 22)]


def test_a_month_no_source_supplied_stays_on_the_calendar_as_missing() -> None:
    shown = person({"police_incident": [1] * 24}, missing=dict.fromkeys(DATASETS, (5,)))
    assert len(shown.months) == 24
    assert shown.counts["police_incident"][5] is None
    assert "Nothing supplied" in texts(to_svg(person_chart(shown)))


def test_a_month_without_coverage_rows_is_missing_too() -> None:
    coverage = frames.coverage(24)
    dropped = (coverage["dataset"] == "mha_assessment") & (coverage["month"] == date(2025, 1, 1))
    tables = unranked(frames.demand({ID: {"police_incident": [1] * 24}}), coverage.filter(~dropped))
    shown = next(series([ID], tables, frames.LAST))
    assert shown.counts["mha_assessment"][9] is None
    assert shown.finding == "3 contacts in 3 months."


def test_series_of_like_grey_differ_without_colour_and_no_line_reads_as_a_bar() -> None:
    lone: dict[str, list[int | None]] = {"police_incident": [3] + [0] * 23, "ed_attendance": [0, 2] + [0] * 22}
    spec = person_chart(person({**lone, "mh_bed_day": [0] * 23 + [5]}))
    step, bars_top = WIDTH / 24, min(spec["height"] - 230, 200)
    lines = [row for row in spec["datasets"]["hatches"] if row["y"] > bars_top - 1]
    by_month = {month: [row for row in lines if int(row["x"] // step) == month] for month in range(24)}
    assert {month for month, found in by_month.items() if found} == {1, 23}
    assert all(row["y2"] < row["y"] for row in by_month[1]), "ED rises to the right"
    assert all(row["y2"] > row["y"] for row in by_month[23]), "bed days rise to the left"
    for row in lines:
        assert abs(abs(row["y2"] - row["y"]) - (row["x2"] - row["x"])) < 0.3, "slanting, never upright"
        assert row["x2"] - row["x"] > 0.5 and max(row["y"], row["y2"]) <= spec["height"] + 0.1


def test_counts_above_the_bars_never_touch_each_other() -> None:
    for months in (24, 42, 60):
        counts: dict[str, list[int | None]] = {"s136": [12] * months, "mha_assessment": [7] * months}
        drawn = person_chart(person(counts, count=months))["datasets"]
        words = [row for row in drawn["words"] if row["t"].isdigit()]
        for text in ("12", "7"):
            spots = sorted((row["x"], row["x"] + width(text, FONT)) for row in words if row["t"] == text)
            if months == 60 and text == "12":
                assert not spots and len(drawn["diamonds"]) == months + 1, (
                    "no room for the count: a diamond, and the key's"
                )
                continue
            assert len(spots) == months
            assert all(right < left for (_, right), (left, _) in pairwise(spots)), (months, text)


def test_split_puts_bed_days_in_their_own_panel() -> None:
    spec = person_chart(person({"mh_bed_day": [30] * 24, "police_incident": [1] * 24}), split=True)
    assert {bar["s"] for bar in spec["datasets"]["bars"]} == {"police_incident"}
    assert {bar["s"] for bar in spec["datasets"]["bed_bars"]} == {"mh_bed_day"}
    assert {"Contacts in the month", "Bed days in the month"} <= set(texts(to_svg(spec)))


def test_the_title_states_the_finding_and_the_subtitle_measures_and_period() -> None:
    spec = person_chart(person())
    assert spec["title"]["text"] == [FINDING]
    whole = " ".join(spec["title"]["subtitle"])
    assert whole.startswith(f"{ID}: contacts and nights in a bed each month"), "the key names the data sets"
    assert whole.endswith("Apr 2024 to Mar 2026.")


def test_names_are_left_out_unless_asked_for() -> None:
    people = frames.people({ID: "Amelia Brown"})
    tables = unranked(frames.demand({ID: {"s136": [1]}}), frames.coverage(24), people=people)
    hidden = next(series([ID], tables, frames.LAST))
    spec = person_chart(hidden)
    assert "Amelia" not in json.dumps(spec) + to_svg(spec)
    assert person_chart(person(name="Amelia Brown"))["title"]["text"] == ["Amelia Brown", FINDING]


def test_support_and_policy_breaks_are_marked_at_their_day() -> None:
    shown = person(
        frames.busy(1),
        support={"start": date(2025, 4, 1), "end": date(2026, 1, 15)},
        breaks={"Right Care Right Person": date(2024, 10, 1), "Long before": date(2001, 1, 1)},
    )
    spec = person_chart(shown)
    step = WIDTH / 24
    assert {line["k"]: round(line["x"] / step, 2) for line in spec["datasets"]["lines"]} == {
        "start": 12.0,
        "break": 6.0,
        "end": 21.45,
    }
    words = texts(to_svg(spec))
    assert {"Support started 1 Apr 2025", "Support ended 15 Jan 2026", "Right Care Right Person"} <= set(words)
    assert "Long before" not in words


def support_words(figures: dict[str, list[int | None]], start: date, end: date | None = None) -> str:
    """What a chart's subtitle says after its measures and period, of somebody whose support started and ended then."""
    support = {"start": start} | ({"end": end} if end else {})
    whole = " ".join(person_chart(person(figures, support=support))["title"]["subtitle"])
    return whole.partition("Mar 2026. ")[2]


def test_support_is_compared_over_days_in_the_community_where_nights_in_hospital_differ() -> None:
    figures: dict[str, list[int | None]] = {"police_incident": [8] * 12 + [4] * 12, "mh_bed_day": [0] * 18 + [15] * 6}
    assert support_words(figures, date(2025, 4, 1)) == (
        "Support started on 1 Apr 2025, contacts per 30 days outside hospital: 7.9 in the 6 months before (Oct 2024 to "
        "Mar 2025, 0 nights in hospital), 3.9 in the first 6 complete months (Apr to Sep 2025, 0 nights), 7.8 in the "
        "latest 6 (Oct 2025 to Mar 2026, 90 nights). Not causal: this does not show what support changed."
    )


def test_contacts_of_months_on_a_ward_are_none_of_the_days_in_the_community() -> None:
    figures: dict[str, list[int | None]] = {"police_incident": [8] * 12 + [4] * 12, "mh_bed_day": [0] * 18 + [28] * 4}
    figures["mh_bed_day"] += [0, 0]
    words = support_words(figures, date(2025, 4, 1))
    assert (
        "4.1 in the latest 6 (Oct 2025 to Mar 2026, 112 nights, 4 months on a ward with 16 contacts left out)" in words
    )
    figures["mh_bed_day"] = [0] * 12 + [28] * 5 + [10] + [0] * 6
    words = support_words(figures, date(2025, 4, 1))
    assert "too few such days in the first 6 complete months (Apr to Sep 2025, 150 nights), 4 in the latest 6" in words


def test_what_came_right_after_support_began_is_not_left_out() -> None:
    """The board paper compares the first six months: the latest six alone could tell the opposite."""
    figures: dict[str, list[int | None]] = {"police_incident": [2] * 12 + [4] * 6 + [0] * 6}
    assert "4 in the first 6 complete months (Apr to Sep 2025), 0 in the latest 6 (Oct 2025 to Mar 2026). Not" in (
        support_words(figures, date(2025, 3, 26))
    )
    figures = {"police_incident": [8] * 18 + [4] * 6}
    told = support_words(figures, date(2025, 9, 26))
    assert told.endswith(
        ": 8 in the 6 months before (Mar to Aug 2025), 4 in the first 6 complete months (Oct 2025 to Mar 2026). Not "
        "causal: this does not show what support changed."
    )


def test_support_is_compared_only_with_six_complete_months_on_each_side() -> None:
    figures: dict[str, list[int | None]] = {"police_incident": [8] * 12 + [4] * 12}
    told = support_words(figures, date(2025, 4, 10))
    assert told == (
        "Support started on 10 Apr 2025, contacts a month: 8 in the 6 months before (Oct 2024 to Mar 2025), 4 in the "
        "first 6 complete months (May to Oct 2025). Not causal: this does not show what support changed."
    )
    early = support_words(figures, date(2025, 11, 10))
    late = support_words(figures, date(2024, 6, 10))
    assert "not to be compared (fewer than 6 complete months before)" in late and "early" not in late
    assert "too early to say" in early and "because" not in told + early


def test_a_month_stands_in_one_window_and_the_first_of_a_month_begins_one() -> None:
    """Support from the first of a month was there all that month: it is not left out, nor is a month told twice."""
    figures: dict[str, list[int | None]] = {"police_incident": [3] * 14 + [9] + [0] * 9}
    told = support_words(figures, date(2025, 6, 1))
    assert "1.5 in the first 6 complete months (Jun to Nov 2025). Not" in told
    assert "0 in the first 6 complete months (Jul to Dec 2025). Not" in support_words(figures, date(2025, 6, 2))
    figures["police_incident"][16] = None
    assert "(Jun to Dec 2025 without 1)" in support_words(figures, date(2025, 6, 1))


def test_support_that_has_ended_is_told_before_during_and_since() -> None:
    figures: dict[str, list[int | None]] = {"police_incident": [8] * 6 + [2] * 9 + [14] * 9}
    began = date(2024, 10, 10)
    told = support_words(figures, began, date(2025, 6, 10))
    assert told == (
        "Support lasted from 10 Oct 2024 to 10 Jun 2025, contacts a month: 8 in the 6 months before (Apr to Sep 2024), "
        "2 in the first 6 complete months (Nov 2024 to Apr 2025), 14 in the first 6 since it ended (Jul to Dec 2025), "
        "14 in the latest 6 (Oct 2025 to Mar 2026). Not causal: this does not show what support changed."
    )
    told = support_words(figures, began, date(2026, 1, 10))
    assert "since" not in told, "a window of fewer than six months is not told"
    told = support_words(figures, began, date(2024, 12, 1))
    assert (
        "complete months" not in told and "2 in the first 6 since it ended" in told and "14 in the latest 6 (" in told
    )
    risen = support_words({"police_incident": [8] * 6 + [2] * 7 + [20] * 6 + [1] * 5}, began, date(2025, 4, 14))
    assert "20 in the first 6 since it ended (May to Oct 2025), 4.2 in the latest 6 (Oct 2025 to Mar 2026)" in risen


def test_one_contact_is_one_contact() -> None:
    figures: dict[str, list[int | None]] = {"police_incident": [2] * 12 + [1] * 12}
    assert ": 2 in the 6 months before (Oct 2024 to Mar 2025), 1 in the first" in support_words(
        figures, date(2025, 4, 10)
    )


def test_a_comparison_across_a_policy_break_is_flagged() -> None:
    figures: dict[str, list[int | None]] = {"police_incident": [8] * 24}
    shown = person(figures, support={"start": date(2025, 4, 10)}, breaks={"New law": date(2025, 6, 1)})
    assert "the comparison crosses New law" in " ".join(person_chart(shown)["title"]["subtitle"])


def test_a_part_month_says_so() -> None:
    shown = person(frames.busy(3), data_to=date(2026, 3, 14))
    words = texts(to_svg(person_chart(shown)))
    assert "Part month: to 14 Mar 2026" in words and "Mar 2026 (part)" in words
    assert not person(frames.busy(3), data_to=date(2026, 3, 31)).partial


def test_a_site_s_own_data_set_is_stacked_only_when_configured() -> None:
    figures = {**frames.busy(1), "fire_incident": [2] * 24}
    assert "fire_incident" not in json.dumps(person_chart(person(figures)))
    bars = person_chart(person(figures, extra=("fire_incident",)))["datasets"]["bars"]
    assert sum(bar["b"] - bar["a"] for bar in bars if bar["s"] == "fire_incident") == 48


def test_only_drawn_columns_are_in_the_specification() -> None:
    data = person_chart(person(frames.busy(2)), split=True)["datasets"]
    allowed = {
        "bars": {"m", "s", "a", "b"},
        "words": {"x", "y", "t"},
        "swatches": {"x", "y", "c"},
        "diamonds": {"x", "y"},
        "bands": {"x", "x2", "y", "y2", "c"},
        "lines": {"x", "y", "y2", "k"},
        "hatches": {"x", "x2", "y", "y2"},
    }
    for name, rows in data.items():
        for row in rows:
            assert set(row) == allowed[name.removeprefix("bed_")]


@pytest.mark.parametrize("split", [False, True])
def test_the_filled_specification_is_valid_vega_lite(split: bool) -> None:
    spec = person_chart(person(frames.busy(5, 42), count=42, missing={"s136": (1, 2)}), split=split)
    alt.Chart.from_dict(spec, validate=True)
    assert '"@' not in json.dumps(spec)  # no placeholder is left


@pytest.mark.parametrize("name", frames.HOSTILE)
def test_names_are_inert(name: str) -> None:
    spec = person_chart(person(frames.busy(2), name=name, finding=f"Finding {name}"))
    svg = to_svg(spec)
    root = ElementTree.fromstring(svg)
    tags = {node.tag.split("}")[1] for node in root.iter()}
    assert tags <= {"svg", "g", "path", "rect", "line", "text", "tspan", "title", "defs", "clipPath"}
    assert not [key for node in root.iter() for key in node.attrib if key.lower().startswith(("on", "style"))]
    assert len(spec["title"]["text"][0]) <= 60 and "\u202e" not in svg
    assert len(to_png(svg, 0.5)) > 1000


def test_the_svg_is_one_image_with_one_description() -> None:
    shown = person(frames.busy(1))
    svg = to_svg(person_chart(shown))
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img" and root.attrib["aria-label"] == alt_text(shown)
    assert not [node for node in list(root.iter())[1:] if "role" in node.attrib or "aria-label" in node.attrib]


@pytest.mark.parametrize(
    "shown",
    [
        person(),
        person(frames.busy(1, 42, 14, 31), count=42, finding="Long " * 100, support={"start": date(2025, 1, 1)}),
        person(frames.busy(2), missing=dict.fromkeys(DATASETS, (1, 2, 3, 20)), name="Amelia Brown"),
        person({name: [99_999] * 24 for name in DATASETS}, extra=("fire_incident", "street_team_contact")),
        person({"police_incident": [1]}, count=1, finding="."),
    ],
)
def test_alt_text_is_300_to_400_characters_and_tells_what_matters(shown: PersonSeries) -> None:
    said = alt_text(shown)
    assert 300 <= len(said) <= 400
    assert ID in said and "Amelia" not in said
    for name, word in (("s136", "Section 136"), ("mha_assessment", "MHA assessments")):
        assert f"{word} detentions: {shown.total(name)}" in said or f"{word}: {shown.total(name)}" in said
    assert f"{shown.total('police_incident')} police incident" in said


def test_alt_text_gives_the_latest_of_equal_peaks() -> None:
    figures: dict[str, list[int | None]] = {"police_incident": [5] + [0] * 22 + [5]}
    assert "Peak 5 in Mar 2026." in alt_text(person(figures))


@pytest.mark.parametrize("count", [6, 24, 42])
def test_no_note_is_clipped_or_covers_another(count: int) -> None:
    alternate = tuple(range(0, count, 2))
    shown = person(
        frames.busy(1, count),
        count=count,
        missing={"police_incident": alternate, "ed_attendance": (1, 3)},
        support={"start": date(2026, 3, 30), "end": date(2026, 3, 31)},
        breaks={"A policy change": date(2026, 3, 29)},
    )
    words = lay_out(shown, STACK, "Contacts and bed days in the month").words
    spans = [(word["y"], word["x"], word["x"] + width(word["t"], FONT), word["t"]) for word in words]
    for y, left, right, text in spans:
        assert right <= WIDTH + 1, text
        assert left >= 0 or text in ("s136", "MHA")
        others = [span for span in spans if abs(span[0] - y) < 10 and span[3:] != (text,)]
        assert not [other for other in others if left < other[2] and other[1] < right and other[1] != left], text


@pytest.mark.parametrize(("highest", "top"), [(0, 5), (4, 5), (5, 5), (7, 8), (31, 40), (86, 100), (1234, 1500)])
def test_the_scale_is_round_whole_and_holds_the_tallest_bar(highest: int, top: int) -> None:
    found, ticks = nice_top(highest)
    assert found == top and ticks[0] == 0 and ticks[-1] == top and len(ticks) <= 7


def test_an_unknown_person_is_refused_by_id() -> None:
    with pytest.raises(UsageError, match="HIU-ZZZZ9999"):
        next(series(["HIU-ZZZZ9999"], unranked(frames.demand({}), frames.coverage(3)), frames.LAST))


def test_chart_files_are_named_by_person_id_only() -> None:
    svg = to_svg(person_chart(person(frames.busy(1))))
    assert chart_files({ID: svg}) == {f"charts/{ID}.svg": svg.encode("utf-8")}


def test_the_picture_of_a_chart_is_small_and_shows_the_same() -> None:
    svg = to_svg(person_chart(person(frames.busy(9))))
    whole = Image.open(io.BytesIO(vl_convert.svg_to_png(svg, scale=2))).convert("RGB")
    made = to_png(svg)
    ours = Image.open(io.BytesIO(made))
    assert ours.mode == "P" and ours.size == whole.size and len(made) < 80_000
    far = ImageChops.difference(whole, ours.convert("RGB")).getextrema()
    assert max(high for _, high in far) <= 20, "no colour is far from what it was"  # type: ignore[misc]


def test_the_same_person_gives_the_same_bytes() -> None:
    first, second = (to_svg(person_chart(person(frames.busy(9)))) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("name", [*frames.HOSTILE, "\u0100", "W" * 400])
def test_a_letter_stands_for_each_text_while_a_chart_is_drawn_and_the_chart_is_the_same(
    name: str, split: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = person(
        frames.busy(9),
        missing={"s136": (1, 2), "ed_attendance": (20, 21)},
        name=name,
        support={"start": date(2025, 4, 1), "end": date(2026, 1, 15)},
        breaks={name: date(2024, 10, 1), "\u0101": date(2024, 12, 1)},
    )
    spec = person_chart(shown, split=split)
    draws, given = vl_convert.vegalite_to_svg, list[dict[str, Any]]()
    whole = described_svg(draws(spec, vl_version="6.4"), spec["description"])
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda drawn, **how: given.append(drawn) or draws(drawn, **how))
    assert to_svg(spec) == whole
    title = given[0].get("vconcat", given)[0]["title"]
    words = [row["t"] for row in given[0]["datasets"]["words"]]
    assert max(map(len, [*title["text"], *title["subtitle"]])) == 1
    assert sorted({len(word) for word in words if not word.isdigit()} - {0, 1}) == ([60] if "W" in name else [])


def test_the_calendar_ends_with_the_run_s_month() -> None:
    tables = unranked(frames.demand({ID: {"s136": [1] * 24}}), frames.coverage(24))
    shown = next(series([ID], tables, Month(2025, 12)))
    assert shown.months[-1] == Month(2025, 12) and len(shown.counts["s136"]) == 21
