"""Matching spread over tasks gives what matching on one machine gives, whatever the area is like."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl
import pytest
from link_kit import decided, table, who

from hiu.engine.duckdb import Warehouse
from hiu.link import link
from hiu.link.people import cluster
from hiu.link.spread import Common, pairs_there
from hiu.model import IDENTITY_COLUMNS, TABLES
from hiu.model.frames import schema
from hiu.settings import Linking

GIVEN, FAMILY = ("ANN", "ANNE", "JOHN", "JON", "J", "LEE", "BILL", "WILLIAM"), ("LEE", "SMITH", "SMYTH", "JONES LEE")
HOMES = ("12, OAK ROAD, BS3 1AB", "7, ELM CLOSE, TA1 2CD", "1, HOSTEL LANE, BS1 1AA")
BORN = ("1980-11-07", "1980-07-11", "1958-01-30", "1980-01-01", None)
IDS = (None, "niche:A1", "niche:A2|rio:7", "rio:7")


def area(seed: int, size: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Identities of a few names, dates, homes and numbers, so that many share a key; and the events they quote."""
    pick = random.Random(seed)
    people = []
    for k in range(size):
        name = f"{pick.choice(GIVEN)}, {pick.choice(FAMILY)}"
        late = f"19{pick.randint(20, 99)}-0{pick.randint(1, 9)}-11" if pick.random() < 0.5 else None
        born = pick.choice(BORN) or late
        more = {"nhs": pick.choice((None, None, "9994110567", "9997828302")), "ids": pick.choice(IDS)}
        more |= {"home": pick.choice(HOMES)} if pick.random() < 0.6 else {}
        more |= {"aka": "SAM LEE|JO"} if pick.random() < 0.1 else {}
        more |= {"born": 1980} if born is None and pick.random() < 0.5 else {}
        people.append(who(f"{k:016x}", name, born, rows=pick.randint(1, 5), nobody=pick.random() < 0.05, **more))
    events = [(f"{k:016x}", pick.choice(("police", "ed")), f"ed:{pick.randint(1, 9)}") for k in range(0, size, 7)]
    return table(people), pl.DataFrame(events, schema=schema(TABLES["identity_event"]), orient="row")


@pytest.fixture(scope="module")
def store() -> Iterator[Warehouse]:
    with Warehouse(None, memory_limit="500MB", threads=1) as made:
        yield made


@pytest.mark.parametrize(
    ("seed", "settings", "largest"),
    [
        (1, Linking(block_limit=10), 600),
        (2, Linking(shared_addresses=("7 Elm Close, TA1 2CD",), nicknames=("ANN LEE",)), 600),
        (3, Linking(link_at=0.01, untrusted_ids=("rio",)), 6),
    ],
)
def test_people_and_pairs_are_the_same(
    seed: int, settings: Linking, largest: int, store: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hiu.link.site_rules import with_site_names

    monkeypatch.setattr(cluster, "LARGEST", largest)
    identity, events = area(seed, 70)
    decisions = decided(
        (f"{1:016x}", f"{9:016x}", "same"), (f"{3:016x}", f"{4:016x}", "different"), (f"{5:016x}", f"{6:016x}", "same")
    )
    seen = with_site_names(identity, settings)
    here = link(seen, settings=settings, decisions=decisions, events=events)
    elsewhere = partial(pairs_there, store)
    there = link(seen, settings=settings, decisions=decisions, events=events, elsewhere=elsewhere)
    assert here.pairs.height > 20
    assert there.clusters.equals(here.clusters)
    assert there.pairs.equals(here.pairs)
    assert store.tables() == [] and there.memory is None


def test_the_fields_that_are_compared_are_fields_of_an_identity() -> None:
    from hiu.link.describe.nodes import COMPARED

    assert set(COMPARED) <= {column.name for column in IDENTITY_COLUMNS}


def test_a_worker_with_another_hiu_or_polars_is_refused() -> None:
    from hiu.errors import HiuError

    none = np.empty(0, np.uint64)
    with pytest.raises(HiuError, match="another hiu or polars"):
        Common(bands={}, crowd=none, lone=none, numbers_usual=True, under="0.0 1").columns(pl.DataFrame())
