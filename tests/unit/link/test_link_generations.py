"""Two people of one name whose births share day and month: parent and child, namesakes, or one digit of the year wrong.

What is uncertain is kept apart and asked about, or joined and asked about; it is never joined in silence.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
from link_kit import asked_of, groups, matched, people, table, who

from hiu.link.model.scorer import WeightTable

OAK, ASH, FAR = "12, OAK ROAD, BS3 1AB", "40, ASH LANE, BS3 9XY", "7, ELM CLOSE, TA1 2CD"
ONE, TWO = {"ids": "niche:3000002"}, {"ids": "niche:7100543"}
NEXT = {"ids": "niche:3000003"}
RARE, COMMON = "TOBIAS PENHALLOW", "DAVID JONES"
Form = tuple[str, str, str, dict[str, Any], dict[str, Any]]

TWO_PEOPLE: dict[str, Form] = {
    "15 years, same house, unlike numbers": (RARE, "1979-04-14", "1994-04-14", {**ONE}, {**TWO}),
    "20 years, same house, unlike numbers": (RARE, "1985-04-14", "2005-04-14", {**ONE}, {**TWO}),
    "27 years, same house, numbers that follow": (RARE, "1979-04-14", "2006-04-14", {**ONE}, {**NEXT}),
    "27 years, same house, no numbers": (RARE, "1979-04-14", "2006-04-14", {}, {}),
    "mother and daughter, 27 years, same house": (
        "ISOLDE QUENNELL",
        "1979-04-14",
        "2006-04-14",
        {"sex": "F"},
        {"sex": "F"},
    ),
    "40 years, other house near by, unlike numbers": (RARE, "1966-04-14", "2006-04-14", {**ONE}, {**TWO, "home": ASH}),
    "55 years, other house, no numbers": (RARE, "1951-04-14", "2006-04-14", {}, {"home": ASH}),
    "55 years, another town": (RARE, "1951-04-14", "2006-04-14", {}, {"home": FAR}),
    "27 years, same house, other sex": (RARE, "1979-04-14", "2006-04-14", {**ONE}, {**TWO, "sex": "F"}),
    "27 years, common name, same house": (COMMON, "1979-04-14", "2006-04-14", {}, {}),
    "30 years by one digit, same house, unlike numbers": (RARE, "1966-04-14", "1996-04-14", {**ONE}, {**TWO}),
    "30 years by one digit, other house": (RARE, "1966-04-14", "1996-04-14", {}, {"home": ASH}),
    "30 years by one digit, other sex": (RARE, "1966-04-14", "1996-04-14", {}, {"sex": "F"}),
    "18 years by two digits exchanged, other house": (RARE, "1979-04-14", "1997-04-14", {**ONE}, {**TWO, "home": ASH}),
    "27 years, same house, an initial": (RARE, "1979-04-14", "2006-04-14", {}, {"given": "T"}),
    "27 years, same house, no given name": (RARE, "1979-04-14", "2006-04-14", {}, {"given": None}),
}
PHONE = {"ids": "line:07700900123"}
TWO_PEOPLE |= {
    "24 years, one telephone, like names": (
        "ANN QUILL",
        "1960-02-14",
        "1984-09-03",
        PHONE,
        {**PHONE, "given": "ANNETTE"},
    ),
    "24 years, one telephone, one name": (RARE, "1960-02-14", "1984-09-03", PHONE, PHONE),
}
ONE_PERSON: dict[str, Form] = {
    "1 year": (RARE, "1979-04-14", "1978-04-14", {}, {}),
    "2 years, unlike numbers": (RARE, "1979-04-14", "1977-04-14", {**ONE}, {**TWO}),
    "10 years by one digit": (RARE, "1983-04-14", "1993-04-14", {}, {}),
    "10 years by one digit, unlike numbers": (RARE, "1983-04-14", "1993-04-14", {**ONE}, {**TWO}),
    "10 years by one digit, other house": (RARE, "1983-04-14", "1993-04-14", {}, {"home": ASH}),
}
ASKED: dict[str, Form] = {
    "30 years by one digit, nothing against": (RARE, "1966-04-14", "1996-04-14", {}, {}),
    "a century, nothing against": (RARE, "1906-04-14", "2006-04-14", {}, {}),
    "27 years, one number of the agency": (RARE, "1979-04-14", "2006-04-14", {**ONE}, {**ONE}),
    "27 years, one NHS number": (RARE, "1979-04-14", "2006-04-14", {"nhs": "9994110567"}, {"nhs": "9994110567"}),
}


def both(form: Form, rows: int = 6) -> list[dict[str, Any]]:
    name, one, other, mine, theirs = form
    usual: dict[str, Any] = {"sex": "M", "home": OAK, "rows": rows}
    return [who("a", name, one, **usual | mine), who("b", name, other, **usual | theirs)]


@pytest.mark.parametrize("form", TWO_PEOPLE, ids=str)
@pytest.mark.parametrize("rows", [1, 12])
def test_another_generation_is_another_person(form: str, rows: int) -> None:
    assert people(matched(both(TWO_PEOPLE[form], rows))) == groups("a b")


@pytest.mark.parametrize("form", ONE_PERSON, ids=str)
def test_a_slip_of_a_few_years_is_one_person(form: str) -> None:
    assert people(matched(both(ONE_PERSON[form]))) == groups("ab")


@pytest.mark.parametrize("form", ASKED, ids=str)
def test_what_is_joined_across_a_generation_is_asked_about(form: str) -> None:
    rows = both(ASKED[form])
    linked = matched(rows)
    assert people(linked) == groups("ab")
    assert asked_of(linked, table(rows))["why"].to_list() == ["one person with two dates of birth"]


@pytest.mark.parametrize(
    "form", ["27 years, same house, no numbers", "30 years by one digit, same house, unlike numbers"]
)
def test_what_is_kept_apart_and_may_be_one_person_is_asked_about(form: str) -> None:
    rows = both(TWO_PEOPLE[form])
    assert asked_of(matched(rows), table(rows))["why"].to_list() == ["may be one person, kept apart"]


def of_the_agency(several: int) -> list[dict[str, Any]]:
    """A hundred people with a number of the agency; so many of them have two."""
    days = [f"19{50 + k % 50}-0{1 + k % 9}-1{k // 50}" for k in range(100)]
    rows = [who(f"p{k}", f"ADA NAME{k}", day, ids=f"niche:{k}") for k, day in enumerate(days)]
    return rows + [who(f"q{k}", f"ADA NAME{k}", day, ids=f"niche:9{k}") for k, day in enumerate(days[:several])]


@pytest.mark.parametrize("number", [TWO, NEXT], ids=["unlike", "the next"])
@pytest.mark.parametrize(("several", "apart"), [(0, True), (5, True), (6, False)])
def test_unlike_numbers_without_a_birth_part_where_the_agency_gives_a_person_one(
    number: dict[str, str], several: int, apart: bool
) -> None:
    usual: dict[str, Any] = {"sex": "M", "home": OAK, "rows": 6}
    rows = [who("a", RARE, **usual, **ONE), who("b", RARE, **usual, **number), *of_the_agency(several)]
    linked = matched(rows)
    assert ({"a", "b"} in people(linked)) != apart
    asked = asked_of(linked, table(rows)).filter(identity_a="a")["why"].to_list()
    assert asked == (["may be one person, kept apart"] if apart else [])


@pytest.mark.parametrize(
    "number", [{}, {"ids": "niche:5200001"}, {"ids": "rio:52"}], ids=["none", "a third", "another's"]
)
def test_a_row_without_a_birth_does_not_join_parent_and_child(number: dict[str, str]) -> None:
    rows = [*both(TWO_PEOPLE["27 years, same house, numbers that follow"]), who("c", RARE, sex="M", home=OAK, **number)]
    linked = matched(rows)
    assert not any({"a", "b"} <= group for group in people(linked))
    asked = set(asked_of(linked, table(rows)).select("identity_a", "identity_b").rows())
    assert asked & {("a", "c"), ("b", "c")}


@pytest.mark.parametrize(("name", "vague"), [("DONNA YOUNG", {"born": 1945}), (RARE, {"born": 1945}), (RARE, {})])
def test_two_nhs_numbers_without_a_birth_to_compare_stay_apart_in_another_home(name: str, vague: Any) -> None:
    mine: dict[str, Any] = {"sex": "F", "nhs": "9994110567", "postcode": "BS4 4NY"}
    rows = [
        who("a", name, "1947-03-25", **mine, rows=14),
        who("b", name, born=1947, **mine, rows=5),
        who("c", name, sex="F", nhs="9997828302", postcode="BS14 4NY", **vague),
    ]
    linked = matched(rows)
    assert people(linked) == groups("ab c")
    assert asked_of(linked, table(rows))["why"].to_list() == ["may be one person, kept apart"]


def test_a_model_made_before_these_levels_weighs_such_pairs_as_it_did() -> None:
    values = json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
    for field, level in (("dob", "decade_slip"), ("dob", "other_generation"), ("kin", "generations")):
        del values["weights"][field][level]
    rows = both(TWO_PEOPLE["27 years, same house, no numbers"])
    assert people(matched(rows, model=WeightTable(values | {"together": {}}))) == groups("ab")
