"""Papers on data protection say that witnesses are left out only while the last police file says who they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from hiu.publish.words.definitions import police_rule
from hiu.settings import Counting
from hiu.sources import load_sources
from pipelines.govern import processing

MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ({"feb": (date(2026, 2, 1), None, 9), "march": (MARCH, None, 9)}, True),
        ({"feb": (date(2026, 2, 1), None, 9), "march": (MARCH, None, 0)}, False),
        ({"march": (MARCH, "again", 9), "again": (MARCH, None, 0)}, False),
        ({}, True),
    ],
)
def test_the_last_file_in_force_decides(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, tuple[date, str | None, int]], read: bool
) -> None:
    sent = [
        {"delivery_id": one, "source": "police", "period": period, "replaced_by": by}
        for one, (period, by, _) in files.items()
    ]
    fields = [{"delivery_id": one, "field": "role", "read": n} for one, (_, _, n) in files.items()]
    kinds = {"delivery_id": pl.String, "source": pl.String, "period": pl.Date, "replaced_by": pl.String}
    tables = {
        "deliveries": pl.DataFrame(sent, schema=kinds),
        "field_quality": pl.DataFrame(fields, schema={"delivery_id": pl.String, "field": pl.String, "read": pl.Int64}),
    }
    monkeypatch.setattr(processing, "published_tables", lambda *_: tables)
    place = SimpleNamespace(sources=load_sources(), months=lambda: ["2026-03"], which=lambda _: ("", Path()))
    found = processing.parts_read(cast(Any, place))
    assert found is read and ("are left out" in police_rule(Counting(), parts_read=found)) is read


def test_a_site_whose_source_asks_for_no_part_says_so(tmp_path: Path) -> None:
    """As sources.md has it for a force that leaves witnesses out with the column."""
    page = (Path(__file__).parents[3] / "docs/sources.md").read_text(encoding="utf-8")
    own = page.split("### A police file without the part")[1].split("```toml\n")[1].split("```")[0]
    (tmp_path / "police.toml").write_text(own, encoding="utf-8")
    place = SimpleNamespace(sources=load_sources(tmp_path), months=dict)
    assert not processing.parts_read(cast(Any, place))
