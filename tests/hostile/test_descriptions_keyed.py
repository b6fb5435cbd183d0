"""Descriptions: whoever knows a person can compute the id of theirs, so no look shows such ids or answers to them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hostile_kit import Site

import hiu
from hiu.govern.records import read
from hiu.model import DECISIONS, RELEASED
from hiu.publish.release.working import whole_table

HEX = re.compile(r"\b[0-9a-f]{16}\b")
DESCRIBED = ("identity_id", "identity_a", "identity_b")
Edited = Callable[[Callable[[str], str]], Site]


def computed(site: Site) -> frozenset[str]:
    """Ids of descriptions that anybody can compute who knows what was sent."""
    links = pl.read_parquet(whole_table(site.place.which(None)[1], "links"), columns=["identity_id"])
    return frozenset(links["identity_id"].drop_nulls())


def first_pair(site: Site, to: Path) -> tuple[str, str]:
    """The first pair of the queue as a reviewer has it."""
    assert site.hiu("review", "--csv", to).code == 0
    with to.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    return row["identity_a"].removeprefix("id-"), row["identity_b"].removeprefix("id-")


def without_basis(own_settings: Edited) -> Site:
    return own_settings(lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"'))


def test_no_command_shows_an_id_that_can_be_computed_elsewhere(site: Site, tmp_path: Path) -> None:
    """The finding: 6522 of 6522 ids were those of another area with another key."""
    raw, to = computed(site), tmp_path / "queue.csv"
    a, b = first_pair(site, to)
    people = pl.read_parquet(site.place.which(None)[1] / "people.parquet").sort("identities", descending=True)
    lines = (
        ("review", "--top", 50),
        ("explain", people["person_id"][0]),
        ("explain", f"{a},{b}"),
        ("decide", a, b, "different", "--by", "Asha Rao"),
        ("decide", a, b, "same", "--by", "Asha Rao"),
        ("decide", a, a, "same", "--by", "Asha Rao"),
        ("decide", a, b, "--undo", "--by", "Asha Rao"),
        ("decide", a, b, "--undo", "--by", "Asha Rao"),
    )
    told = to.read_text(encoding="utf-8-sig")
    for line in lines:
        said = site.hiu(*line)
        told += said.out + said.err
    assert {a, b} <= set(HEX.findall(told)) and not raw & set(HEX.findall(told))
    kept = read(site.place.records, DECISIONS).row(0, named=True)
    assert {kept["identity_a"], kept["identity_b"]} <= raw, "the matcher honours it by the ids of the tables"


def test_an_id_computed_elsewhere_is_no_answer(site: Site) -> None:
    """It told by 'probability 1.000' whether somebody is on record, and it was of no pair of the queue."""
    one, other = sorted(computed(site))[:2]
    for pair in (f"{one},{other}", f"0000000000000001,{other}", "0000000000000001,0000000000000002"):
        before = len(site.looks())
        said = site.hiu("explain", pair)
        assert said.code == 1 and said.out == "" and "no basis" in said.err and not HEX.search(said.err)
        [look] = site.looks()[before:]
        assert (look["what"], look["people"], look["refused"]) == ("explain of a pair", 2, "no basis")
    assert site.hiu("decide", one, other, "same", "--by", "Asha Rao").code == 2
    assert read(site.place.records, DECISIONS).is_empty()


def test_without_a_basis_a_pair_is_refused_as_one_that_is_unknown(own_settings: Edited, tmp_path: Path) -> None:
    closed = without_basis(own_settings)
    a, b = first_pair(closed, tmp_path / "queue.csv")
    said = []
    for pair in (f"{a},{b}", f"{a},0000000000000001"):
        before = len(closed.looks())
        said.append(closed.hiu("explain", pair))
        [look] = closed.looks()[before:]
        assert look["refused"] == "no basis" and look["what"] == "explain of a pair"
    assert said[0] == said[1] and said[0].code == 1 and said[0].out == ""
    assert closed.hiu("decide", a, b, "unsure", "--by", "Asha Rao").code == 0, "a masked pair can be decided"


@pytest.mark.parametrize("basis", [True, False])
def test_no_table_of_the_library_holds_an_id_that_can_be_computed_elsewhere(
    basis: bool, site: Site, own_settings: Edited
) -> None:
    there = site if basis else without_basis(own_settings)
    raw = computed(there)
    run = hiu.open(there.place.home, curated=there.place.curated).latest
    frames = [run.review().to_polars(), pl.from_pandas(run.review().to_pandas())]
    for name, table in RELEASED.items():
        if columns := [name for name in DESCRIBED if name in table.names]:
            frames += [run.table(name).to_polars(), run.sql(f"select {', '.join(columns)} from {name}").to_polars()]
            frames.append(run.tables(name).to_polars())
    if basis:
        person = run.person(1)
        frames += [person.links().to_polars(), person.records().to_polars(), person.descriptions().to_polars()]
    for frame in frames:
        assert not raw & set(HEX.findall(str(frame.to_dicts())))
    if basis:  # they are those that 'hiu explain' takes, and tables can be joined by them
        pair = run.table("review_queue").row(0, named=True)
        assert there.hiu("explain", f"{pair['identity_a']},{pair['identity_b']}").code == 0
        links, told = run.table("links").to_polars(), run.table("descriptions").to_polars()
        assert links.join(told, on="identity_id").height == links["identity_id"].drop_nulls().len() > 0
    else:
        assert run.table("review_evidence")["identity_a"].drop_nulls().is_empty()


def test_a_refusal_for_earlier_decisions_names_the_chain_by_ids_that_are_shown(site: Site, tmp_path: Path) -> None:
    raw = computed(site)
    a, b = first_pair(site, tmp_path / "queue.csv")
    assert site.hiu("decide", a, b, "same", "--by", "Asha Rao").code == 0
    said = site.hiu("decide", a, b, "different", "--by", "Asha Rao")
    assert said.code == 1 and a in said.err and not raw & set(HEX.findall(said.err))
    review = hiu.open(site.place.home, curated=site.place.curated).latest.review("Asha Rao")
    rows = review.to_polars().select("identity_a", "identity_b").rows()
    assert review.decision(rows.index((a, b))) == "same"
