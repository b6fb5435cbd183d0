"""A column of whole names without a comma: a draft says which half comes first, by its header or by the names in it."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from draftkit import draft_of

from hiu.extract.draft.columns.concepts import bare_source
from hiu.extract.rates.beside_names import cell_warnings

FAMILY = [
    "Ingham",
    "Eastwood",
    "Haddow",
    "Pemberton",
    "Ollerton",
    "Thackray",
    "Birtwistle",
    "Sugden",
    "Ackroyd",
    "Murgatroyd",
    "Clegg",
    "Ramsbottom",
]
GIVEN = [
    "Niamh",
    "Agnieszka",
    "Jordan",
    "Leanne",
    "Mary",
    "Rhiannon",
    "Peter",
    "Sarah",
    "David",
    "Susan",
    "Michael",
    "Emma",
]


def rows(header: str, *, family_first: bool, upper: bool = True) -> str:
    dice, lines = random.Random(5), [f"Event ref,Occurred,{header},DOB"]
    for n in range(60):
        family, given = dice.choice(FAMILY), dice.choice(GIVEN)
        name = f"{family} {given}" if family_first else f"{given} {family}"
        born = f"{1 + n % 28:02d}/{1 + n % 12:02d}/{1950 + n % 50}"
        lines.append(f"E{1000 + n},{1 + n % 28:02d}/03/2026 10:00,{name.upper() if upper else name},{born}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("header", ["Nominal", "Person", "Name", "Surname Forename", "Name (surname first)"])
@pytest.mark.parametrize("upper", [True, False])
def test_a_family_name_that_stands_first_is_drafted_so(header: str, upper: bool, tmp_path: Path) -> None:
    drafted, _ = draft_of("markers", "Markers 2026-03.csv", rows(header, family_first=True, upper=upper), tmp_path)
    assert 'order = "family_first"  # CHECK' in drafted


@pytest.mark.parametrize("header", ["Nominal", "Person", "Name", "Forename Surname", "First name and surname"])
def test_a_given_name_that_stands_first_needs_no_line(header: str, tmp_path: Path) -> None:
    drafted, _ = draft_of("markers", "Markers 2026-03.csv", rows(header, family_first=False), tmp_path)
    assert "family_first" not in drafted


def warned(names: list[str], **more: str) -> list[str]:
    fields = {"event": {"columns": ["Ref"]}, "name": {"columns": ["Who"], "type": "name", **more}}
    cells = pl.DataFrame({"event": [str(n) for n in range(len(names))], "name": names})
    return [*cell_warnings(cells, bare_source("one", "event", fields, {"pattern": "*"}), {"name": "Who"})]


def sent(*, family_first: bool, upper: bool = True) -> list[str]:
    return [line.split(",")[2] for line in rows("Who", family_first=family_first, upper=upper).splitlines()[1:]]


@pytest.mark.parametrize("upper", [True, False])
def test_a_mapping_without_an_order_is_warned_of_family_names_first(upper: bool) -> None:
    (told,) = warned(sent(family_first=True, upper=upper))
    assert told.startswith("Who: in ") and " of 60 names " in told and 'order = "family_first"' in told


@pytest.mark.parametrize("order", ["family_first", "given_first"])
def test_a_mapping_that_says_the_order_is_not_warned(order: str) -> None:
    assert not warned(sent(family_first=True), order=order)


def test_names_that_are_read_rightly_are_not_warned_of() -> None:
    assert not warned(sent(family_first=False))
    parts = [text.split() for text in sent(family_first=True)]
    assert not warned([f"{family}, {given}" for family, given in parts])
    assert not warned([f"{family.upper()} {given.capitalize()}" for family, given in parts]), "capitals say which it is"
