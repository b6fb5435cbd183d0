"""What a site adds: its own names, the numbers it does not trust, and sources that never share a person."""

from __future__ import annotations

import pytest
from link_kit import decided, groups, people, table, who
from pydantic import ValidationError

from hiu.errors import HiuError
from hiu.link.site_rules import link_under_site_rules, with_site_names
from hiu.settings import Linking

HOME = "12, HIGH STREET, BS3 1AB"


def linked(rows: list[dict[str, object]], settings: Linking, **more: object) -> set[frozenset[str]]:
    return people(link_under_site_rules(table(rows), settings=settings, **more))


def test_a_sites_own_nickname_joins_what_the_list_does_not_know() -> None:
    rows = [who("a", "ZEBEDEE CHARLWOOD", "1980-11-07"), who("b", "BOING CHARLWOOD", "1980-11-07")]
    assert linked(rows, Linking()) == groups("a b")
    assert linked(rows, Linking(nicknames=("Boing Zebedee",))) == groups("ab")


def test_a_sites_own_spelling_of_a_family_name_joins() -> None:
    rows = [who("a", "JOHN TSIEN", "1980-11-07"), who("b", "JOHN KWAN", "1980-11-07")]
    assert linked(rows, Linking()) == groups("a b")
    assert linked(rows, Linking(spellings=("KWAN TSIEN",))) == groups("ab")


def test_own_names_are_added_to_the_aliases_there_are() -> None:
    rows = [who("a", "ZEBEDEE LEE", aka="ANN ROE"), who("b", "ANN LEE"), who("c", "", nobody=True)]
    made = with_site_names(table(rows), Linking(nicknames=("ZEBEDEE BOING",)))
    assert made["aliases"].to_list() == ["ANN ROE|BOING LEE", None, None]
    assert made["identity_id"].to_list() == ["a", "b", "c"]


def test_a_local_number_that_is_not_trusted_is_no_evidence_and_the_others_stay() -> None:
    rows = [who("a", "ANN LEE", ids="ed:E1|police:P1"), who("b", "JOE ROE", ids="police:P1"), who("c", "SAM POE")]
    made = with_site_names(table(rows), Linking(untrusted_ids=("police",)))
    assert made["local_ids"].to_list() == ["ed:E1", None, None]
    same = [who("a", "ANN LEE", born=1980, ids="police:P1"), who("b", "ANN LEA", born=1980, ids="police:P1")]
    assert linked(same, Linking()) == groups("ab")
    assert linked(same, Linking(untrusted_ids=("police",))) == groups("a b")


APART = [
    who("a", "ANN CHARLWOOD", "1980-11-07", home=HOME, sources="prison"),
    who("b", "ANNE CHARLWOOD", "1980-11-07", home=HOME, sources="school"),
    who("c", "ANN CHARLWOOD", "1980-11-07", home=HOME, sex="F", sources="ed"),
]


def test_sources_that_never_share_a_person_are_kept_apart_through_a_third_too() -> None:
    assert linked(APART, Linking()) == groups("abc")
    for pair in (("prison", "school"), ("school", "prison")):
        found = linked(APART, Linking(never_shared=(pair,)))
        assert not any({"a", "b"} <= group for group in found)
        assert any("c" in group and len(group) == 2 for group in found)


def test_a_rule_that_can_not_be_made_to_hold_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiu.link.site_rules._PASSES", 1)
    with pytest.raises(HiuError, match=r"never_shared: after 1 rounds of parting found \d+ pairs"):
        linked(APART, Linking(never_shared=(("prison", "school"),)))


def test_a_reviewer_goes_before_the_rule() -> None:
    found = linked(APART, Linking(never_shared=(("prison", "school"),)), decisions=decided(("a", "b", "same")))
    assert any({"a", "b"} <= group for group in found)


def test_a_rule_names_two_sources() -> None:
    with pytest.raises(ValidationError):
        Linking(never_shared=(("prison",),))
