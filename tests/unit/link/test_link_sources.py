"""What a source is called is no evidence: renaming sources, in whatever order they then sort, moves nobody."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from link_kit import groups, people, table, who

from hiu.link import Linkage, link
from hiu.link.site_rules import link_under_site_rules
from hiu.settings import Linking

OURS = ("ambulance", "ed", "mh_beds", "police")
THEIRS = (*OURS, "a_force", "zz_hospital")
_NAMES = st.sampled_from(["ANN LEE", "ANNE LEE", "JOHN SMITH", "JON SMYTH", "J SMITH", "LEE ANN", "SMITH", "BILL LEE"])
_BORN = st.sampled_from(["1980-11-07", "1980-07-11", "1980-01-01", None])
_HOMES = st.sampled_from(["12, OAK ROAD, BS3 1AB", "7, ELM CLOSE, TA1 2CD", None])
_NUMBERS = st.sampled_from([None, "9994110567", "9997828302"])
_SOURCES = st.lists(st.sampled_from(OURS), min_size=1, max_size=2, unique=True)
_EVENTS = st.lists(st.sampled_from(["ambulance:C1", "ambulance:C2", "police:L1"]), max_size=2, unique=True)
_ROWS = st.lists(
    st.tuples(_NAMES, _BORN, _HOMES, _NUMBERS, st.integers(1, 9), _SOURCES, _EVENTS), min_size=2, max_size=14
)
_RENAMED = st.permutations(THEIRS).map(lambda names: dict(zip(OURS, names, strict=False)))
_QUICK = settings(max_examples=examples(5, 250), deadline=None, suppress_health_check=[HealthCheck.too_slow])
_SWAPPED = {"ambulance": "zz_hospital", "ed": "police", "mh_beds": "ambulance", "police": "a_force"}


def _made(rows: list[Any], called: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Identities and their events, each source under the name it is called by."""
    people = [
        who(
            f"{k:02}",
            name,
            born,
            nhs=number,
            rows=n,
            sources="|".join(sorted(called[s] for s in sources)),
            **({"home": home} if home else {}),
        )
        for k, (name, born, home, number, n, sources, _) in enumerate(rows)
    ]
    events = [
        (f"{k:02}", called[source], _event(event, called))
        for k, row in enumerate(rows)
        for source in row[5]
        for event in row[6]
    ]
    return table(people), pl.DataFrame(events, orient="row", schema=["identity_id", "source", "event"]).cast(pl.String)


def _event(event: str, called: dict[str, str]) -> str:
    source, _, reference = event.partition(":")
    return f"{called[source]}:{reference}"


def _alike(one: Linkage, other: Linkage) -> None:
    assert one.clusters.equals(other.clusters)
    assert one.pairs.equals(other.pairs)


@_QUICK
@given(_ROWS, _RENAMED)
@pytest.mark.slow
def test_what_sources_are_called_never_changes_clusters(rows: list[Any], called: dict[str, str]) -> None:
    """Without a memory, and with the memory of a run under the former names."""
    identity, events = _made(rows, {name: name for name in OURS})
    before = link(identity, settings=Linking(), events=events)
    renamed, met = _made(rows, called)
    _alike(link(renamed, settings=Linking(), events=met), before)
    _alike(link(renamed, settings=Linking(), events=met, cache=before.memory), before)


@_QUICK
@given(_ROWS, _RENAMED, st.permutations(OURS))
def test_a_rule_about_sources_holds_alike_under_their_new_names(
    rows: list[Any], called: dict[str, str], order: list[str]
) -> None:
    """linking.never_shared, its names renamed with the sources."""
    apart = ((order[0], order[1]), (order[1], order[2]))
    kept = tuple((called[a], called[b]) for a, b in apart)
    (identity, events), (renamed, met) = _made(rows, {name: name for name in OURS}), _made(rows, called)
    before = link_under_site_rules(identity, settings=Linking(never_shared=apart), events=events)
    _alike(link_under_site_rules(renamed, settings=Linking(never_shared=kept), events=met), before)


@pytest.mark.parametrize("called", [{name: name for name in OURS}, _SWAPPED], ids=["ours", "theirs"])
@pytest.mark.parametrize("other", ["ed", "mh_beds", "police"])
def test_an_event_that_another_source_quotes_joins_whatever_the_two_are_called(
    called: dict[str, str], other: str
) -> None:
    rows = table([who("a", "JOHN SMITH", "1990-06-01"), who("b", "JOHN SMITH", born=1990)])
    assert people(link(rows, settings=Linking())) == groups("a b")
    for sources in ((other, "ambulance"), ("ambulance", other)):
        met = [(one, called[source], f"{called['ambulance']}:C1") for one, source in zip("ab", sources, strict=True)]
        events = pl.DataFrame(met, schema=["identity_id", "source", "event"], orient="row")
        assert people(link(rows, settings=Linking(), events=events)) == groups("ab")
