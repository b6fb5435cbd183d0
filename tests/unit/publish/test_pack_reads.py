"""What the pack costs: a list twice as long takes twice the work, and no table of everybody is read for each person."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pack_area
import polars as pl
import publish_frames as frames
import pytest

from hiu.model import PUBLISHED
from hiu.publish.pack import people
from hiu.publish.pack.alerts import beside
from hiu.publish.pack.page import pack_view
from hiu.publish.rows import OnDemand

FEW, MANY = 6, 24
LARGE = ("links", "descriptions", "timeline")


def area(count: int) -> dict[str, pl.DataFrame]:
    """So many people, each of whom has a match in doubt, with the rows behind it."""
    tables = pack_area.tables(pack_area.plain_names(count), minors=0)
    ids = tables["ranked"]["person_id"].to_list()
    numbers = {"match_weight": 1.0, "match_probability": 0.7, "priority": 0.8, "place": 1, "chance": 0.7}
    pairs = [
        {
            "identity_a": f"a{one}",
            "identity_b": f"b{one}",
            "person_a": one,
            "person_b": one,
            "together": True,
            "moved": 1,
        }
        for one in ids
    ]
    queue = [{**pair, **numbers, "why": "weak evidence", "double": False} for pair in pairs]
    link = {**dict.fromkeys(PUBLISHED["links"].names), "source": "police", "status": "counted"}
    rows = [{**link, "person_id": one, "event_id": one, "identity_id": f"a{one}"} for one in ids]
    sent = dict.fromkeys(PUBLISHED["descriptions"].names)
    described = [{**sent, "person_id": one, "identity_id": f"a{one}", "given": "EVE", "rows": 1} for one in ids]
    event = {"source": "police", "dataset": "police_incident", "counted": True, "start": datetime(2026, 3, 1)}
    told = [{**event, "person_id": one, "event_id": one} for one in ids]
    found = {"review_queue": queue, "links": rows, "descriptions": described, "timeline": told}
    return {**tables, **{name: frames.frame(PUBLISHED[name], some) for name, some in found.items()}}


def reads(count: int) -> dict[str, int]:
    """How often each of the large tables is read for the alerts of so many people."""
    tables, asked = area(count), Counter[str]()

    def read(name: str) -> pl.DataFrame:
        asked[name] += 1
        return tables[name]

    found = beside(OnDemand(list(tables), read), tables["ranked"], frames.LAST)
    assert all("it is about 1 row from police" in dict(own)["match"] for own in found.alerts.values())
    return {name: asked[name] for name in LARGE}


def test_no_table_of_everybody_is_read_for_each_pair_in_doubt() -> None:
    assert reads(MANY) == reads(FEW)


def names_put_in_form(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    asked, how = Counter[str](), people.display_name

    def counted(name: str | None, *more: Any) -> str:
        asked["names"] += 1
        return how(name, *more)

    with monkeypatch.context() as patch:
        patch.setattr(people, "display_name", counted)
        pack_view(area(count), stamp=pack_area.stamp(), settings=pack_area.settings(count))
    return asked["names"]


def test_nobody_s_name_is_held_against_everybody_else_s(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (names_put_in_form(count, monkeypatch) for count in (FEW, MANY))
    assert many <= few * MANY / FEW
