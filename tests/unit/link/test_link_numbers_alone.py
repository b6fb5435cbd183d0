"""Rows that give a number and nothing else: many extracts say no more of a person than that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from link_kit import asked_of, groups, matched, people, table, who

import hiu.link.model as shipped
from hiu.link.levels import CODE, FIELDS, NAMES, UNIQUE
from hiu.link.model.scorer import WeightTable
from hiu.link.review.explain import explain_pair
from hiu.settings import Linking

NUMBER, OTHER = "7272571748", "6054742701"
MODEL: dict[str, Any] = json.loads((Path(shipped.__file__).parent / "model.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", [{"nhs": NUMBER}, {"ids": "rio:4711"}])
@pytest.mark.parametrize("rows", [1, 4, 300])
def test_a_number_alone_joins_its_person_whoever_else_describes_them(number: dict[str, str], rows: int) -> None:
    """The person's description without the number says nothing of the row that has it, and so nothing against it."""
    described = [
        who("a", "FADUMO WALKER", "1990-02-17", **number),
        who("b", "FADUMO WALKER", "1990-02-17"),
        who("c", "FADUMO WALKER", "1990-02-17", home="4, HIGH ST, BS1 4ND", sources="ed"),
        who("d", rows=rows, **number),
        who("e", "CABDI HALL", "1968-07-11", nhs=OTHER),
    ]
    assert people(matched(described)) == groups("abcd e")


def test_a_number_that_two_people_carry_joins_its_rows_to_neither_and_a_person_is_asked() -> None:
    rows = [
        who("a", "FADUMO WALKER", "1990-02-17", nhs=NUMBER, rows=5),
        who("b", "CABDI HALL", "1968-07-11", nhs=NUMBER, rows=5),
        who("c", nhs=NUMBER),
    ]
    linked = matched(rows)
    assert people(linked) == groups("a b c")
    pairs = set(map(frozenset, asked_of(linked, table(rows)).select("identity_a", "identity_b").iter_rows()))
    assert pairs & {frozenset("ac"), frozenset("bc")}


def test_numbers_that_differ_or_a_sex_that_differs_are_not_a_number_alone() -> None:
    rows = [
        who("a", nhs=NUMBER, ids="rio:1", sex="F"),
        who("b", nhs=NUMBER, ids="rio:2"),
        who("c", nhs=NUMBER, sex="M"),
        who("d", nhs=NUMBER),
    ]
    levels = {
        pair: explain_pair(table(rows), *pair, settings=Linking()).fields.filter(field="kin")["level"].item()
        for pair in ("ab", "ac", "ad")
    }
    assert levels["ad"] == "number only" and "number only" not in (levels["ab"], levels["ac"])


def test_a_shared_number_weighs_as_much_among_ten_times_as_many_people() -> None:
    """Namesakes grow with an area; numbers that two people happen to share do not."""
    model = WeightTable(MODEL)
    large = model.sized(int(model.reference) * 10)
    levels = np.zeros((len(UNIQUE) + 1, len(NAMES)), dtype=np.uint8)
    for row, (field, level) in enumerate(UNIQUE):
        levels[row, NAMES.index(field)] = CODE[field][level]
    levels[-1, NAMES.index("given")] = CODE["given"]["exact"]
    small, big = (one.contributions(levels).sum(axis=1) for one in (model, large))
    assert np.allclose(small[:-1], big[:-1]) and big[-1] == pytest.approx(small[-1] - 3)
    assert model.table[NAMES.index("nhs_number"), 1] == MODEL["weights"]["nhs_number"]["same"], (
        "the model is not changed"
    )


def test_a_model_made_before_knows_nothing_of_numbers_alone() -> None:
    older = json.loads(json.dumps(MODEL))
    del older["weights"]["kin"]["number_only"]
    table_of = WeightTable(older).table[NAMES.index("kin")]
    assert table_of[FIELDS["kin"].index("number_only")] == 0 and table_of[FIELDS["kin"].index("name_only")] == -3
