"""The fit check: a field that slips more often than expected is reported, by source; one that fits is not."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from typing import Any

import numpy as np
import polars as pl

from hiu.link.levels import CODE, NAMES, pack
from hiu.link.model.agreement import PAIR, SEEN, agreement, departures, shares_seen
from hiu.link.model.scorer import WeightTable
from hiu.model import LINK_QUALITY
from hiu.model.frames import schema

BASE: dict[str, Any] = json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
SURE = {"given": "exact", "family": "exact", "dob": "exact", "nhs_number": "same", "sex": "same"}


def patterns(n: int, slips: int) -> np.ndarray[Any, Any]:
    levels = np.zeros((n, len(NAMES)), dtype=np.uint8)
    for field, level in SURE.items():
        levels[:, NAMES.index(field)] = CODE[field][level]
    levels[:, NAMES.index("place")] = CODE["place"]["postcode"]
    levels[:slips, NAMES.index("place")] = CODE["place"]["postcode_typo"]
    return levels


def told(slips: dict[str, int], expected: int) -> list[str]:
    """What departs where pairs of each source slip so often in 1,000, and the model expects `expected`."""
    made = shares_seen(patterns(1000, expected), np.ones(1000), WeightTable(BASE))
    model = WeightTable({**BASE, "expected": made})
    pairs, people = [], []
    for source, often in slips.items():
        ids = [(f"{source}{k}a", f"{source}{k}b", code) for k, code in enumerate(pack(patterns(1000, often)).tolist())]
        pairs += ids
        people += [(one, source) for a, b, _ in ids for one in (a, b)]
    table = pl.DataFrame(
        pairs, schema={"identity_a": pl.String, "identity_b": pl.String, "pattern": pl.UInt64}, orient="row"
    )
    identity = pl.DataFrame(people, schema=["identity_id", "sources"], orient="row")
    found = pl.DataFrame(list(agreement(table, identity, model)), schema=schema(LINK_QUALITY), orient="row")
    assert found.select("measure", "group").is_unique().all()
    assert found.filter(measure=SEEN, group="place: postcode_typo")["n"].item() == 1000 * len(slips)
    return departures(found)


def test_what_slips_three_times_as_often_is_told_and_of_which_source() -> None:
    lines = told({"ed": 20, "police": 100}, 20)
    assert lines == [
        "The postcode or address differs by one letter 3 times as often as the matching model expects (5 times in "
        "pairs with police): run 'hiu train'."
    ]


def drift(now: int, before: int) -> list[str]:
    """What departs where pairs with a new description slip so often in 1,000, and earlier ones so often."""
    made = shares_seen(patterns(1000, 20), np.ones(1000), WeightTable(BASE))
    rows, people = [], []
    for month, often in ((3, now), (2, before)):
        for k, code in enumerate(pack(patterns(1000, often)).tolist()):
            rows.append((f"{month}-{k}a", f"{month}-{k}b", code))
            # a new description beside one of an earlier month is a new pair
            people += [(f"{month}-{k}a", "ed", date(2026, 2, 1)), (f"{month}-{k}b", "ed", date(2026, month, 1))]
    pairs = pl.DataFrame(rows, schema={**dict.fromkeys(PAIR, pl.String), "pattern": pl.UInt64}, orient="row")
    identity = pl.DataFrame(people, schema=["identity_id", "sources", "first_period"], orient="row")
    model = WeightTable({**BASE, "expected": made})
    found = agreement(pairs, identity, model, date(2026, 3, 1))
    return departures(pl.DataFrame(list(found), schema=schema(LINK_QUALITY), orient="row"))


def test_what_slips_more_often_this_month_than_before_is_told() -> None:
    assert drift(60, 15) == [
        "The postcode or address differs by one letter in 60 of 1000 pairs with a description new this month, 4 times "
        "as often as in earlier ones: look at what changed in this month's files. If it stays so, run 'hiu train'."
    ]


def test_a_month_like_the_others_is_not_told() -> None:
    assert drift(22, 15) == []


def test_what_fits_or_slips_less_is_not_told() -> None:
    assert told({"ed": 20, "police": 24}, 20) == []
    assert told({"ed": 2}, 20) == []


def test_the_shipped_model_says_what_it_expects() -> None:
    expected = BASE["expected"]
    assert set(expected) <= set(NAMES)
    for field in ("given", "family", "dob", "place"):
        assert sum(expected[field].values()) > 0.99
        assert set(expected[field]) == set(CODE[field]) - {next(iter(CODE[field]))}
