"""Adopting a half-life: one line of site.toml changes, and it is recorded; and how reports print."""

from __future__ import annotations

import tomllib

import polars as pl
import pytest

from hiu.errors import SettingsError
from hiu.publish.charts.reports import trend_chart
from pipelines.common.place import with_value
from pipelines.papers.reports import plain

SITE = """name = "Ours"

# [rank]
# half_life = 3.0   # months

[rank.weights]
s136 = 2.0

[[agreements]]
source = "ed"
"""


@pytest.mark.parametrize(
    "text",
    [
        SITE,
        SITE + "\n[rank]\ntop = 30\n",
        "[rank]\nhalf_life = 2.0  # as before\ntop = 10\n[labels]\nquiet_months = 4\n",
        "[rank]\r\ntop = 10\r\n\r\n[labels]\r\n",
        "",
    ],
)
def test_only_the_half_life_changes(text: str) -> None:
    changed = with_value(text, "rank", "half_life", 6.0, "adopted 2026-04-01 by the group")
    before, after = tomllib.loads(text), tomllib.loads(changed)
    assert after.pop("rank") == {**before.pop("rank", {}), "half_life": 6.0} and after == before
    kept = [line for line in text.splitlines() if line.strip() and not line.startswith("half_life")]
    assert [line for line in changed.splitlines() if line in kept] == kept
    assert ("\r\n" in changed) == ("\r\n" in text) and "by the group" in changed


@pytest.mark.parametrize("text", ["rank = {top = 10}\n", "rank.half_life = 2.0\n"])
def test_a_layout_that_cannot_be_changed_safely_is_left_alone(text: str) -> None:
    with pytest.raises(SettingsError, match="by hand"):
        with_value(text, "rank", "half_life", 6.0, "note")


def test_json_holds_no_infinity() -> None:
    table = pl.DataFrame({"a": [float("inf"), 1.0], "b": ["x", None]})
    assert plain({"t": table, "n": float("nan")}) == {"t": [{"a": None, "b": "x"}, {"a": 1.0, "b": None}], "n": None}


def test_a_trend_chart_is_one_described_picture() -> None:
    table = pl.DataFrame({"month": ["2025-01-01", "2025-02-01"], "n": [3, None], "flags": ["outside the limits", ""]})
    svg = trend_chart(table.with_columns(pl.col("month").str.to_date()), 3, 1, 5, "Police", 'A "sentence".', {}, 2)
    assert svg.startswith('<svg role="img" aria-label=') and "target 2" in svg and "upper limit" in svg
