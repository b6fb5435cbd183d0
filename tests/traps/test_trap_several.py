"""Several people in one cell, and one person whose name looks like several: by every separator, in every order."""

from __future__ import annotations

from itertools import chain

import polars as pl
import pytest
from traps.names_of_people import ONE, ONE_PARTED, TWO, TWO_PARTED

from hiu.extract.values.people.names import read_name
from hiu.extract.values.people.several import MAY_BE_TWO, surname_first, two_people
from hiu.extract.values.text import tidied_name


def cells(plain: list[str], parted: dict[str, list[str]]) -> list[tuple[str, str]]:
    every = chain(((cell, "") for cell in plain), ((cell, mark) for mark, of in parted.items() for cell in of))
    return [(pl.select(tidied_name(pl.lit(cell))).item(), mark) for cell, mark in every]


@pytest.mark.parametrize(("cell", "mark"), cells(ONE, ONE_PARTED))
def test_one_person_stays_one(cell: str, mark: str) -> None:
    assert not two_people(cell, but=mark)


@pytest.mark.parametrize(("cell", "mark"), cells(TWO, TWO_PARTED))
def test_two_people_are_seen(cell: str, mark: str) -> None:
    assert two_people(cell, but=mark)
    assert pl.select(pl.lit(cell).str.contains(MAY_BE_TWO)).item(), "such a cell would not be looked at"


@pytest.mark.parametrize(
    "cell", ["HUSSAIN SHAH, ALI RAZA", "Hussain Shah, Ali Jones", "LEE SMITH, ANN JONES", "Rose Tyler, Ann Brown",
             "MAY BROWN, ANN JONES"]
)  # fmt: skip
def test_a_column_with_the_family_name_first_says_what_a_comma_parts(cell: str) -> None:
    column = pl.Series([cell, "SMITH, JOHN", "KHAN, SANA", None])
    assert surname_first(column)
    assert not two_people(cell, family_first=surname_first(column))


@pytest.mark.parametrize("cell", ["Smith John, Jones Mary", "SMITH John, JONES Mary", "SMITH, JOHN, JONES, MARY"])
def test_two_people_are_seen_there_too(cell: str) -> None:
    assert two_people(cell, family_first=True)


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("SMITH, John and partner", "AND PARTNER"), ("John Smith and mother", "AND MOTHER"),
     ("Smith, John & 2 others", "& 2 OTHERS"), ("SMITH John with his mum", "WITH HIS MUM"),
     ("SMITH, John + carer", "+ CARER"), ("John Smith and family", "AND FAMILY")],
)  # fmt: skip
def test_company_that_is_not_named_is_a_flag(cell: str, flag: str) -> None:
    name = read_name(cell)
    assert (name.given, name.middle, name.family, name.flags) == ("JOHN", None, "SMITH", flag)


@pytest.mark.parametrize("cell", ["The Smith family", "Bar staff and customer", "Mother and baby", "Smith family"])
def test_company_of_nobody_is_nobody(cell: str) -> None:
    assert read_name(cell).unknown
