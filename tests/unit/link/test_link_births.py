"""How far two dates of birth agree where both stand for a year alone."""

from __future__ import annotations

import pytest
from link_kit import table, who

from hiu.link import explain_pair
from hiu.settings import Linking


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1956-01-01", "1984-01-01", "age_differs"),
        ("1956-01-01", "1957-01-01", "age_agrees"),
        ("1956-01-01", "1986-01-01", "age_differs"),
        ("1977-01-01", "1981-01-01", "age_loose"),
        ("1956-01-01", "1956-01-01", "exact_estimated"),
        ("1956-02-03", "1967-02-03", "two_parts"),
        ("1956-02-03", "1966-02-03", "typo"),
        ("1956-02-03", "1986-02-03", "decade_slip"),
        ("1979-02-03", "1997-02-03", "decade_slip"),
        ("1906-02-03", "2006-02-03", "decade_slip"),
        ("1956-02-03", "1984-02-03", "other_generation"),
    ],
)
def test_the_first_of_january_stands_for_a_year_and_two_of_them_share_no_day_and_month(
    one: str, other: str, level: str
) -> None:
    identity = table([who("a", "SHABANA KHAN", one), who("b", "SHABANA KHATUN", other)])
    found = explain_pair(identity, "a", "b", settings=Linking())
    assert found.fields.filter(field="dob")["level"].to_list() == [level.replace("_", " ")]


@pytest.mark.parametrize(("one", "other", "level"), [(1956, 1956, "age same year"), (1956, 1957, "age agrees")])
def test_two_years_of_birth_say_more_where_they_are_one_year(one: int, other: int, level: str) -> None:
    identity = table([who("a", "SHABANA KHAN", birth_year=one), who("b", "SHABANA KHATUN", birth_year=other)])
    found = explain_pair(identity, "a", "b", settings=Linking())
    assert found.fields.filter(field="dob")["level"].to_list() == [level]
