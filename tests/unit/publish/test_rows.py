"""Tables that are read when one is asked for."""

from __future__ import annotations

import polars as pl
import pytest

from hiu.publish.rows import OnDemand, instead


def test_a_table_is_read_when_it_is_asked_for_and_not_to_say_that_it_is_there() -> None:
    asked: list[str] = []

    def read(name: str) -> pl.DataFrame:
        asked.append(name)
        return pl.DataFrame({"name": [name]})

    tables = instead(OnDemand(("links", "people"), read), {"people": pl.DataFrame({"name": ["another"]})})
    assert "links" in tables and "other" not in tables and list(tables) == ["links", "people"] and len(tables) == 2
    assert tables["people"]["name"].item() == "another" and asked == []
    assert tables["links"]["name"].item() == "links" and asked == ["links"]
    with pytest.raises(KeyError):
        tables["other"]
