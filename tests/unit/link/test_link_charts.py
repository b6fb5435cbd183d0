"""Charts of matching: a waterfall that adds up and says so in words, and a threshold chart."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import polars as pl
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from link_kit import table, who

from hiu.link import explain_pair
from hiu.publish.charts.matching import steps, threshold_chart, to_png, waterfall
from hiu.settings import Linking

ROWS = [
    who("a", "WILLIAM CHARLWOOD", "1980-11-07", sex="M", postcode="BS3 1AB", nhs="9994110567"),
    who("b", "BILL CHARLWOOD", "1980-11-07", sex="F", postcode="BS3 1AB", nhs="9997828302"),
]


def explained() -> pl.DataFrame:
    return explain_pair(table(ROWS), "a", "b", settings=Linking()).fields


def test_each_step_starts_where_the_last_ended_and_the_whole_is_the_weight() -> None:
    said = explain_pair(table(ROWS), "a", "b", settings=Linking())
    bars = steps(said.fields)
    assert bars[0]["title"] == "Before any evidence"
    assert bars[0]["start"] == 0
    for last, bar in pairwise(bars[:-1]):
        assert bar["start"] == pytest.approx(last["end"], abs=0.01)
    assert bars[-1]["end"] == pytest.approx(said.weight, abs=0.01)
    assert {bar["kind"] for bar in bars[:-1]} == {"for", "against"}


@settings(max_examples=examples(20))
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=9))
def test_a_waterfall_of_any_weights_ends_at_their_sum(weights: list[float]) -> None:
    fields = pl.DataFrame(
        {"field": [f"f{k}" for k in range(len(weights))], "title": "T", "level": "exact", "weight": weights}
    )
    assert steps(fields)[-1]["end"] == pytest.approx(sum(weights), abs=0.01)


def test_the_drawing_is_svg_with_every_step_in_its_description_and_no_value_of_a_person() -> None:
    svg = waterfall(explained(), "a sentence")
    root = ET.fromstring(svg)
    told = root.attrib["aria-label"]
    for words in ("a sentence", "Given name: nickname +", "Sex: different -", "NHS number: different -"):
        assert words in told
    for value in ("CHARLWOOD", "BILL", "9994110567", "BS3", "1980"):
        assert value not in svg
    assert to_png(svg, 1).startswith(b"\x89PNG")


def test_how_common_names_and_places_are_is_said_without_naming_them() -> None:
    rarity = explain_pair(table(ROWS), "a", "b", settings=Linking()).rarity
    assert any(line.startswith("family name: about 1 person in ") for line in rarity)
    assert "postcode: 1 date of birth seen there" in rarity
    assert not any(word in " ".join(rarity) for word in ("CHARLWOOD", "BS3"))


def test_the_threshold_chart_says_which_line_is_which() -> None:
    rows = pl.DataFrame(
        {
            "model": ["in force", "candidate"] * 2,
            "threshold": [0.1, 0.1, 0.9, 0.9],
            "precision": [0.9, 0.92, 0.99, 0.99],
            "recall": [0.99, 0.99, 0.9, 0.91],
        }
    )
    text = " ".join(ET.fromstring(threshold_chart(rows, 0.5)).itertext())
    assert "Dashed: the model in force" in text
    assert "linking.link_at, 0.5" in text
