"""Erased people sent again with slips are held back, other people are not, and somebody can settle whose a row is."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from erased_slips import SLIPS, sent_again

from hiu.govern.erase.held import Marks, held_rows, own_tokens
from hiu.govern.erase.near import CODE, near_rows, traits_of
from hiu.govern.erase.tombstone import row_token, tokens
from hiu.model import RECORD
from hiu.model.frames import schema

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
GIVEN = [
    "MARGARET",
    "SUSAN",
    "MICHAEL",
    "ROBERT",
    "WILLIAM",
    "ANTHONY",
    "REBECCA",
    "ELIZABETH",
    "ANDREW",
    "DANIEL",
    "SIOBHAN",
    "AISHA",
    "ZOFIA",
    "KWAME",
]
FAMILY = [
    "SMITH",
    "JONES",
    "TAYLOR",
    "HARRISON",
    "WHITWORTH",
    "OSHEA",
    "AHMED",
    "NOWAK",
    "MENSAH",
    "PARFITT",
    "CHIVERS",
    "LOVERIDGE",
    "CALDWELL",
    "BAKER",
]


def people(number: int, seed: int) -> list[dict[str, object]]:
    """People with a name, a birth, a home and a number of their own."""
    dice = random.Random(seed)
    return [
        {
            "given": dice.choice(GIVEN),
            "family": dice.choice(FAMILY),
            "dob": date(1935, 1, 1) + timedelta(days=dice.randrange(28_000)),
            "postcode": f"BS{dice.randrange(1, 40)} {dice.randrange(1, 9)}AB",
            "house": str(dice.randrange(1, 90)),
            "nhs_number": f"999{seed:02}{at:05}",
        }
        for at in range(number)
    ]


def frame(rows: list[dict[str, object]], delivery: str = "d") -> pl.DataFrame:
    fixed = {"delivery_id": delivery, "source": "police", "source_file": "f.csv", "quarantined": False}
    fixed |= {"deleted": False, "nobody": False, "measures": []}
    every = [{**fixed, "source_row": at, **row} for at, row in enumerate(rows, 1)]
    return pl.DataFrame(every, schema=schema(RECORD))


def traits(rows: list[dict[str, object]], key: bytes = KEY) -> dict[str, frozenset[str]]:
    return {f"P-{at}": traits_of(frame([row]), key) for at, row in enumerate(rows)}


@pytest.fixture(scope="module")
def erased() -> dict[str, frozenset[str]]:
    """What is kept of a hundred people; it takes most of a second to make."""
    return traits(people(100, 1))


@pytest.mark.parametrize("slip", SLIPS)
def test_who_is_sent_again_with_a_slip_is_held_back(slip: str, erased: dict[str, frozenset[str]]) -> None:
    gone, dice = people(100, 1), random.Random(2)
    again = frame([sent_again(row, slip, dice) for row in gone])
    met = near_rows(again, erased, [OTHER_KEY, KEY])
    right = met.filter(pl.col("erasure") == pl.concat_str(pl.lit("P-"), pl.col("source_row") - 1))
    assert right.height >= 95, f"{slip}: {right.height} of 100"
    assert near_rows(again, erased, [OTHER_KEY]).is_empty(), "another key says nothing"


def test_rows_of_other_people_are_taken_in(erased: dict[str, frozenset[str]]) -> None:
    gone, others = people(100, 1), people(2000, 3)
    births = {(row["given"], row["family"], row["dob"]) for row in gone}
    met = near_rows(frame(others), erased, [KEY])
    strangers = [others[row - 1] for row in met["source_row"] if (*list(others[row - 1].values())[:3],) not in births]
    assert len(strangers) <= 1, f"{len(strangers)} of 2,000"


ANN = {"given": "MARGARET", "family": "CALDWELL", "dob": date(1980, 3, 2), "postcode": "BS1 4ND", "house": "7"}


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ({"family": "CALDWEL", "given": "MARGRET"}, True),
        ({"family": "HARRISON"}, True),  # a new family name at the same birth and home
        ({"family": "HARRISON", "postcode": "BS2 1AA", "house": None}, False),
        ({"given": "M"}, True),
        ({"given": "MURIEL"}, False),  # a twin at home
        ({"given": "ALICE"}, False),
        ({"dob": None}, True),
        ({"dob": None, "birth_year": 1981}, True),
        ({"dob": None, "birth_year": 1950}, False),  # her mother, of the same name
        ({"dob": date(1955, 7, 9)}, False),
        ({"dob": date(1980, 2, 3)}, True),
        ({"dob": date(1983, 3, 2), "postcode": None, "house": None}, True),
        ({"dob": None, "postcode": None, "house": None}, False),  # a name alone is nobody's
        ({"given": "PETER", "family": "SMITH"}, False),
    ],
)
def test_what_meets_and_what_does_not(sent: dict[str, object], held: bool) -> None:
    assert near_rows(frame([{**ANN, **sent}]), traits([ANN]), [KEY]).height == held


def test_nothing_readable_is_kept() -> None:
    kept = " ".join(traits_of(frame([ANN]), KEY))
    assert all(len(word) in (5, 16) and int(word, 16) >= 0 for word in kept.split())
    assert not {"MARGARET", "CALDWELL", "1980", "BS1"} & set(kept.upper().split())


def test_marks_without_near_digests_still_hold_exactly() -> None:
    stones = tokens(frame([ANN]), KEY)["token"].to_list()
    again = frame([{**ANN, "given": "MAGGIE"}, ANN])
    found = held_rows(again, Marks(stones=stones), [KEY])
    assert found.select("source_row", "code").rows() == [(2, "erased")]


def test_what_was_released_is_taken_in_and_its_like_too() -> None:
    twin = {**ANN, "given": "MARGOT", "nhs_number": "9990000123"}
    sent, near = frame([twin, {**twin, "given": "MARGARET"}]), traits([ANN])
    stones = tokens(frame([ANN]), KEY)["token"].to_list()
    marks = Marks(stones=stones, traits=near)
    assert set(held_rows(sent, marks, [KEY])["code"]) <= {CODE, "erased"}
    spared = frozenset(own_tokens(frame([{**twin, "given": "MARGARET"}]), stones, KEY))
    let_in = Marks(stones=stones, traits=near, released=spared)
    assert held_rows(sent, let_in, [KEY]).is_empty(), "by the number, whatever the name"
    alike = Marks(stones=stones, traits=near, released=frozenset([row_token("sha", 2, KEY)]))
    assert 2 not in held_rows(sent, alike, [KEY], "sha")["source_row"].to_list()
    own = own_tokens(frame([ANN]), stones, KEY)
    assert not set(own) & set(stones), "releasing a row never releases what the erased person was"
