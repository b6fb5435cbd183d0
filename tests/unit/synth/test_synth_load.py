"""A synthetic area loads by its configuration alone: every row arrives, and only planted rows are set aside."""

from __future__ import annotations

import polars as pl
import pytest

from hiu.extract.files.find import find_deliveries
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.month import Month
from hiu.settings import load
from hiu.sources import load_sources
from hiu.synth import synthesise, write_site

KEY = ["source", "source_file", "source_row"]
Loaded = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Records, facts, quarantine and the truth of an area of 2,500 people over 10 months."""
    folder = tmp_path_factory.mktemp("area")
    synthesise(folder, people=2500, months=10, seed=5, last_month=Month(2026, 3))
    settings, sources = load(write_site(folder)), load_sources(folder / "sources")
    sweep = find_deliveries(settings.raw, sources)
    assert not sweep.unmatched and not sweep.refused
    parts = []
    for delivery in sweep.deliveries:
        source = sources[delivery.source]
        raw = read_table(delivery.path, source, name=delivery.name, max_bytes=10**9, max_ratio=settings.max_unzip_ratio)
        done = standardise(
            raw,
            source,
            delivery_id=f"{delivery.name}/{source.name}",
            source_file=delivery.name,
            period=delivery.period,
            synthetic=settings.synthetic,
        )
        assert raw.received == done.records.filter(~pl.col("quarantined")).height + done.quarantine.height
        parts.append(done)
    truth = pl.read_parquet(folder / "truth" / "rows.parquet")
    records, facts, quarantine = (
        pl.concat([getattr(part, name) for part in parts]) for name in ("records", "facts", "quarantine")
    )
    return records, facts, quarantine, truth


def test_every_row_is_loaded_or_set_aside(loaded: Loaded) -> None:
    records, _, quarantine, truth = loaded
    arrived = pl.concat([records.select(KEY), quarantine.select(KEY)]).unique()
    assert arrived.sort(KEY).equals(truth.select(KEY).sort(KEY))


def test_only_planted_rows_are_set_aside(loaded: Loaded) -> None:
    _, _, quarantine, truth = loaded
    planted = truth.filter(pl.col("planted").is_not_null())
    assert planted.height >= 6
    assert quarantine.select(KEY).sort(KEY).equals(planted.select(KEY).sort(KEY))


def test_rows_that_name_nobody_are_those_without_evidence(loaded: Loaded) -> None:
    records, _, _, truth = loaded
    both = records.join(truth, on=KEY)
    assert both.filter("nobody").height > 20
    assert both.filter(pl.col("nobody") != (pl.col("evidence") == "none")).is_empty()


def test_rows_of_strong_evidence_carry_a_number(loaded: Loaded) -> None:
    records, _, _, truth = loaded
    strong = records.join(truth.filter(evidence="strong"), on=KEY)
    assert strong.filter(pl.col("nhs_number").is_null() & pl.col("local_ids").is_null()).is_empty()


def test_events_counted_from_the_records_are_those_of_the_truth(loaded: Loaded) -> None:
    """Ambulance deployments and police incidents of one delivery's rows, by the measures the shipped rules give."""
    records, _, _, truth = loaded
    both = records.join(truth, on=KEY)
    arrived = both.filter(source="ambulance").with_columns(
        pl.col("measures").list.contains("ambulance_deployment").alias("got")
    )
    assert arrived.filter(~pl.col("quarantined") & (pl.col("got") != pl.col("counted"))).is_empty()
    roles = ["police_subject", "police_caller", "police_victim", "police_suspect", "police_missing"]
    police = both.filter(source="police").with_columns(
        pl.col("measures").list.set_intersection(roles).list.len().alias("got")
    )
    assert police.filter(~pl.col("quarantined") & ((pl.col("got") > 0) != pl.col("counted"))).is_empty()


def test_a_months_rows_fall_in_the_month_of_the_truth(loaded: Loaded) -> None:
    records, _, _, truth = loaded
    both = records.filter(~pl.col("quarantined")).join(truth, on=KEY).filter(pl.col("source") != "caseload")
    wrong = both.filter(pl.col("start").dt.strftime("%Y-%m") != pl.col("month"))
    assert wrong.is_empty()


def test_the_caseload_gives_every_kind_of_fact(loaded: Loaded) -> None:
    facts = loaded[1]
    kinds = {
        "offered",
        "consent",
        "permission",
        "capacity",
        "notice",
        "start",
        "plan",
        "plan_review",
        "contact",
        "grading",
        "cmht",
        "lead_clinician",
    }
    assert kinds <= set(facts["fact"].unique())
    gradings = facts.filter(fact="grading")
    assert set(gradings["role"].unique()) == {"clinical", "public_safety"}
    assert gradings.select(pl.col("likelihood", "impact").is_between(1, 5).all()).row(0) == (True, True)
    assert set(facts.filter(fact="contact")["police_present"].unique()) == {True, False}
    assert set(facts.filter(fact="consent")["value"].unique()) >= {"given", "refused"}
