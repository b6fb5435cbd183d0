"""With the memory of an earlier run, linking gives exactly what it gives without: month by month and in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from link_kit import decided, table, who

from hiu.engine.duckdb import Warehouse
from hiu.engine.steps import BEFORE_LINK, build_all
from hiu.extract.files.find import find_deliveries
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.link import Linkage, assign_people, ledger, link
from hiu.link.candidates.blocking_keys import FEW
from hiu.link.people.ids import person_id
from hiu.link.people.memory import Memory
from hiu.model import DELIVERIES
from hiu.month import Month
from hiu.settings import Counting, Linking
from hiu.sources import load_sources
from hiu.synth import synthesise
from hiu.synth.site import write_sources
from pipelines.steps.link import _recall, _remember

C = pl.col
KEY = b"a key for tests"
_NAMES = st.sampled_from(["ANN LEE", "ANNE LEE", "JOHN SMITH", "JON SMYTH", "J SMITH", "LEE ANN", "SMITH", "BILL LEE"])
_BORN = st.sampled_from(["1980-11-07", "1980-07-11", "1958-01-30", "1980-01-01", None])
_HOMES = st.sampled_from(["12, OAK ROAD, BS3 1AB", "7, ELM CLOSE, TA1 2CD", None])
_NUMBERS, _EVENTS = st.sampled_from([None, "9994110567", "9997828302"]), st.sampled_from([None, "E1", "E2"])
_ROW = st.tuples(_NAMES, _BORN, _HOMES, _NUMBERS, st.sampled_from([None, "niche:A1", "niche:A2|rio:7"]), _EVENTS)
_ROWS = st.lists(st.tuples(_ROW, st.integers(0, 3)), min_size=1, max_size=16)
_QUICK = settings(max_examples=examples(4, 200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
_CAPPED = Linking(block_limit=10)


def _made(rows: list[Any]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Identities and their events, numbered by place."""
    people = [
        who(f"{k:02}", name, born, nhs=number, ids=ids, **({"home": home} if home else {}))
        for k, (name, born, home, number, ids, _) in rows
    ]
    events = [(f"{k:02}", "police" if k % 2 else "ed", row[5]) for k, row in rows if row[5]]
    return table(people), pl.DataFrame(events, orient="row", schema=["identity_id", "source", "event"]).cast(pl.String)


def _alike(one: Linkage, other: Linkage) -> None:
    assert one.clusters.equals(other.clusters)
    assert one.pairs.equals(other.pairs)
    assert one.memory
    assert other.memory
    assert one.memory.under == other.memory.under
    for name in ("nodes", "pairs", "keys"):
        ours, theirs = getattr(one.memory, name), getattr(other.memory, name)
        assert ours.sort(pl.all()).equals(theirs.sort(pl.all())), name


@_QUICK
@given(_ROWS)
def test_rows_added_in_any_order_give_the_full_answer(rows: list[Any]) -> None:
    numbered = [(k, row) for k, (row, _) in enumerate(rows)]
    memory: Memory | None = None
    for drop in range(4):
        so_far = [one for one, (_, when) in zip(numbered, rows, strict=True) if when <= drop]
        identity, events = _made(so_far)
        found = link(identity, settings=_CAPPED, events=events, cache=memory)
        _alike(found, link(identity, settings=_CAPPED, events=events))
        memory = found.memory


@_QUICK
@given(_ROWS, _ROWS)
def test_rows_that_go_or_change_or_are_repeated_are_seen(rows: list[Any], others: list[Any]) -> None:
    """Any memory, even of other people under the same ids, leaves the answer as it is."""
    first, second = ([(k, row) for k, (row, _) in enumerate(some)] for some in (rows, others))
    identity, events = _made(first)
    memory = link(identity, settings=_CAPPED, events=events).memory
    other, met = _made(second)
    other = other.with_columns(rows=C("rows") + C("identity_id").cast(pl.Int64) % 3)
    _alike(link(other, settings=_CAPPED, events=met, cache=memory), link(other, settings=_CAPPED, events=met))


@pytest.mark.slow
@_QUICK
@given(_ROWS, st.data())
def test_decisions_made_and_undone_are_seen(rows: list[Any], data: st.DataObject) -> None:
    identity, events = _made([(k, row) for k, (row, _) in enumerate(rows)])
    ids = st.sampled_from(identity["identity_id"].to_list())
    memory = None
    for _ in range(3):
        a, b, what = data.draw(ids), data.draw(ids), data.draw(st.sampled_from(["same", "different"]))
        rules = decided((a, b, what)) if a != b else None
        found = link(identity, settings=_CAPPED, events=events, decisions=rules, cache=memory)
        _alike(found, link(identity, settings=_CAPPED, events=events, decisions=rules))
        if rules is not None:
            home = dict(found.clusters.select("identity_id", "cluster").iter_rows())
            assert (home[a] == home[b]) == (what == "same")
        memory = found.memory


@pytest.mark.parametrize("size", [8, 30])
def test_a_key_that_grows_too_common_or_rare_again(size: int) -> None:
    """Sixteen people under one name: the pairs that only the name gave go when it is common, and come back."""
    many = [who(f"{k:02}", "JOHN SMITH", f"19{50 + k}-0{1 + k % 9}-1{k % 10}", postcode="BS3 1AB") for k in range(size)]
    few = table(many[:8])
    memory = link(few, settings=_CAPPED).memory
    grown = link(table(many), settings=_CAPPED, cache=memory)
    _alike(grown, link(table(many), settings=_CAPPED))
    _alike(link(few, settings=_CAPPED, cache=grown.memory), link(few, settings=_CAPPED))


def test_only_what_a_new_description_touches_is_compared() -> None:
    names = [f"{g} {f}" for g in ("ANN", "JO", "SAM", "LEE") for f in ("DAY", "FOX", "OSEI", "REES", "NOWAK")]
    rows = [
        who(f"{k:03}", name, f"19{50 + k % 50}-01-0{1 + k % 9}", postcode="BS3 1AB") for k, name in enumerate(names)
    ]
    before = link(table(rows), settings=Linking())
    after = link(
        table([*rows, who("999", "ANNE DAY", "1950-01-01", postcode="BS3 1AB")]),
        settings=Linking(),
        cache=before.memory,
    )
    assert 0 < after.notes["pairs"] < before.notes["pairs"]
    again = link(table(rows), settings=Linking(), cache=before.memory)
    assert again.notes["pairs"] == 0


def test_a_memory_made_under_other_settings_code_or_model_is_not_used() -> None:
    rows = table([who("a", "ANN LEE", "1980-11-07"), who("b", "ANNE LEE", "1980-11-07")])
    memory = link(rows, settings=Linking(), code="one").memory
    assert link(rows, settings=Linking(), code="one", cache=memory).notes["pairs"] == 0
    assert link(rows, settings=Linking(), code="two", cache=memory).notes["pairs"] == 1
    assert link(rows, settings=_CAPPED, code="one", cache=memory).notes["pairs"] == 1
    assert memory
    spoilt = replace(memory, under="another")
    assert link(rows, settings=Linking(), code="one", cache=spoilt).notes["pairs"] == 1


def test_the_warehouse_keeps_a_memory_as_it_was() -> None:
    rows = table([who(f"{k}", "ANN LEE", f"1980-11-0{1 + k % 3}", postcode="BS3 1AB") for k in range(20)])
    memory = link(rows, settings=_CAPPED).memory
    assert memory
    with Warehouse(None, memory_limit="1GB") as warehouse:
        work = cast(Any, SimpleNamespace(warehouse=warehouse))
        assert _recall(work) is None
        _remember(work, memory)
        back = _recall(work)
    assert back
    assert back.under == memory.under
    assert back.nodes.equals(memory.nodes)
    assert back.pairs.equals(memory.pairs)
    assert back.keys.sort(pl.all()).equals(memory.keys.sort(pl.all()))


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Twenty-four months of a small area, as they came."""
    folder = tmp_path_factory.mktemp("drops")
    synthesise(folder, people=150, months=24, seed=4, last_month=Month(2026, 3))
    write_sources(folder)
    sources, records, deliveries = load_sources(folder / "sources"), [], []
    for number, found in enumerate(find_deliveries(folder / "raw", sources).deliveries):
        told: dict[str, Any] = {"delivery_id": f"d{number:05}", "source_file": found.name, "period": found.period}
        seen = read_table(found.path, sources[found.source], name=found.name, max_bytes=10**9, max_ratio=200)
        records.append(standardise(seen, sources[found.source], synthetic=True, **told).records)
        period = found.period.start if found.period else None
        deliveries.append(dict.fromkeys(DELIVERIES.names) | told | {"source": found.source, "period": period})
    warehouse = Warehouse(None, memory_limit="1GB")
    warehouse.put("record", pl.concat(records))
    warehouse.put("deliveries", pl.DataFrame(deliveries, infer_schema_length=None))
    return warehouse


@pytest.mark.slow
def test_24_monthly_drops_give_the_full_answer_and_the_same_ids(drops: Warehouse) -> None:
    memory, before, kept, people, renamed = None, None, 0, 0, 0
    for month in Month(2024, 4).through(Month(2026, 3)):
        build_all(drops, BEFORE_LINK, month, Counting())
        identity, events = drops.read("identity"), drops.read("identity_event")
        found = link(identity, settings=Linking(), events=events, cache=memory)
        _alike(found, link(identity.sample(fraction=1, shuffle=True, seed=1), settings=Linking(), events=events))
        now = assign_people(found.clusters, identity, KEY)
        if before is not None:
            told = ledger(before, now, month)
            gone = set(before["person_id"]) - set(now["person_id"])
            assert gone <= set(told["old_id"]), "an id went without a word"
            people, kept = people + before["person_id"].n_unique(), kept + len(set(before["person_id"]) - gone)
            renamed += told.height
        memory, before = found.memory, now
    print(f"{kept} of {people} ids stayed from month to month; {renamed} merges and splits recorded")
    assert kept >= 0.995 * people


def test_a_month_run_again_with_more_renames_and_says_so() -> None:
    """Two descriptions of the founding month: which is first depends on their digests, not on which file came first."""
    first, later = sorted(["0a", "0b"])
    seen = table([who(i, "ANN LEE", "1980-11-07", first_period=date(2026, 3, 1)) for i in (first, later)])
    alone = assign_people(link(seen.filter(C("identity_id") == later), settings=Linking()).clusters, seen, KEY)
    both = assign_people(link(seen, settings=Linking()).clusters, seen, KEY)
    assert set(both["person_id"]) == {person_id(first, KEY)}
    told = ledger(alone, both, Month(2026, 3), again=True)
    assert told.select("old_id", "person_id", "kind").rows() == [
        (person_id(later, KEY), person_id(first, KEY), "merge")
    ]
    assert "run again" in told["reason"].item()


def test_a_name_borne_by_too_many_for_a_wide_key_is_compared_by_it_no_more() -> None:
    def rows(bearers: int) -> pl.DataFrame:
        own = [who(f"{k:02}", "PETRONELLA ZYWIEC", postcode=f"BS3 {k % 9}A{chr(65 + k)}") for k in range(bearers)]
        return table([*own, who("zz", "PETRONELA ZYWIEK", "1980-11-07")])

    for before, after in ((FEW - 2, FEW + 4), (FEW + 4, FEW - 2)):
        earlier = link(rows(before), settings=Linking())
        _alike(link(rows(after), settings=Linking(), cache=earlier.memory), link(rows(after), settings=Linking()))
