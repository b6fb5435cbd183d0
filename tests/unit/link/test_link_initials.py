"""Initials written in place of a name: where they are somebody's, they do not speak against that person."""

from __future__ import annotations

from typing import Any

import pytest
from link_kit import groups, matched, people, who

A = "9994110567"
OAK = "12, OAK ROAD, BS3 1AB"
WRITTEN: dict[str, dict[str, Any]] = {
    "G.W.": {"family": "G W"},
    "GW": {"family": "GW"},
    "G W": {"given": "G", "family": "W"},
    "Gareth W": {"given": "GARETH", "family": "W"},
}
OF_ANOTHER = {"J.C.": {"family": "J C"}, "JC": {"family": "JC"}}


def linked(written: dict[str, Any], **more: Any) -> set[frozenset[str]]:
    whole = who("a", "GARETH WILLIAMS", "1965-04-12", sex="M", nhs=A, home=OAK, rows=3)
    return people(matched([whole, who("b", **more) | written]))


@pytest.mark.parametrize("written", WRITTEN, ids=str)
@pytest.mark.parametrize("dob", [None, "1965-04-12"])
def test_initials_with_the_number_join_as_a_row_without_a_name_does(written: str, dob: str | None) -> None:
    assert linked(WRITTEN[written], dob=dob, nhs=A) == linked({}, dob=dob, nhs=A) == groups("ab")


@pytest.mark.parametrize("written", OF_ANOTHER, ids=str)
def test_initials_of_another_name_speak_against_it(written: str) -> None:
    assert linked(OF_ANOTHER[written], nhs=A) == groups("a b")


@pytest.mark.parametrize("written", [*WRITTEN][:3], ids=str)
def test_initials_alone_join_nobody(written: str) -> None:
    assert linked(WRITTEN[written], home=OAK) == groups("a b")


def test_a_family_name_of_two_letters_is_still_a_name() -> None:
    rows = [who("a", "MEI NG", "1990-02-05", sex="F", nhs=A), who("b", "NG", "1990-02-05", sex="F", nhs=A)]
    assert people(matched(rows)) == groups("ab")
