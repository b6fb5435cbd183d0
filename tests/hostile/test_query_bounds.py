"""A notebook's query keeps to the site's memory and time, whatever it asks for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hostile_kit import Site

import hiu
from hiu.engine.analyst import query
from hiu.engine.bounded import Bounds
from hiu.errors import HiuError

SMALL = Bounds("200MB", 20)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="one long value is bounded on Linux alone")


@pytest.fixture(autouse=True)
def guard() -> Iterator[None]:
    """Should a bound not hold, the test fails and not the machine: 4 GB beside what there is."""
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + 4 * 2**30, hard))
    try:
        yield
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == now + 4 * 2**30, "the limit before is put back"
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def ask(text: str, bounds: Bounds = SMALL) -> pl.DataFrame:
    return query(text, {}, lambda name: pl.DataFrame(), bounds)[0]


@pytest.mark.parametrize(
    "text",
    [
        "select unnest(range(1000000000))",
        "select unnest(range(1000000000)) limit 1",
        "select length(repeat('x', 3000000000))",
        "select list_transform(range(100000), lambda x: range(100000))",
        "with a as (select repeat('x', 1000000) s), b as (select s||s||s||s||s||s||s||s s from a), "
        "c as (select s||s||s||s||s||s||s||s s from b), d as (select s||s||s||s||s||s||s||s s from c) "
        "select length(s||s||s||s||s||s||s||s) from d",
    ],
)
@LINUX
def test_one_long_value_is_refused(text: str) -> None:
    with pytest.raises(HiuError, match=r"memory_limit in site\.toml"):
        ask(text)


CROSS = "with r as (select unnest(range(5000)) i) select {} from r a, r b{}"


def test_a_long_answer_is_refused_with_what_to_do() -> None:
    with pytest.raises(HiuError, match=r"larger than 50 MB \(after [\d,]+ rows\).*count or group"):
        ask(CROSS.format("a.i, b.i as j", ""))
    assert ask(CROSS.format("count(*) as n", ""))["n"][0] == 25_000_000


def test_a_query_without_end_is_stopped() -> None:
    with pytest.raises(HiuError, match=r"stopped after 0\.5 seconds.*query_seconds"):
        ask(CROSS.format("count(*)", ", r c, r d"), Bounds("200MB", 0.5))


@LINUX
def test_a_process_without_a_limit_has_none_afterwards() -> None:
    import resource

    within = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (within[1], within[1]))
    try:
        assert ask("select 1 as one")["one"][0] == 1
        assert resource.getrlimit(resource.RLIMIT_AS) == (within[1], within[1])
    finally:
        resource.setrlimit(resource.RLIMIT_AS, within)


@pytest.mark.parametrize(
    ("written", "meant"), [("3GB", 3 * 10**9), ("500 MB", 5 * 10**8), ("1.5GiB", 15 * 10**8), ("80%", 3 * 10**9)]
)
def test_the_limit_is_read_as_the_engine_writes_it(written: str, meant: int) -> None:
    assert Bounds(written).bytes == meant


def test_a_site_s_own_limits_hold(site: Site) -> None:
    settings = site.place.settings.model_copy(update={"query_seconds": 0.3})
    month = hiu.open(site.place.home, curated=site.place.curated).latest
    object.__setattr__(month.opened, "settings", settings)
    with pytest.raises(HiuError, match="query_seconds"):
        month.sql("select count(*) from monthly_demand a, monthly_demand b, monthly_demand c, monthly_demand d")
    assert month.sql("select count(*) as n from people")["n"][0] > 0
