"""Finding a person by a scrap of what is known, and explaining a pair."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from link_kit import matched, table, who

from hiu.errors import UsageError
from hiu.link import explain_pair, find
from hiu.link.review.explain import conflicts, holding_links
from hiu.link.review.find import parse_query
from hiu.link.review.queue import order_by_effect
from hiu.settings import Linking

PEOPLE = pl.DataFrame(
    {
        "person_id": ["HIU-AAAAAAAA", "HIU-BBBBBBBB", "HIU-CCCCCCCC", "HIU-DDDDDDDD"],
        "name_text": ["Jonathan Smith", "Siân Wójcik", "Mohammed Hussain", "Joan Smith"],
        "aliases": [None, "SIAN EVANS", None, None],
        "dob": [date(1984, 5, 6), date(1962, 4, 2), None, date(1950, 1, 31)],
        "birth_year": [None, None, 1990, None],
        "nhs_number": ["9994110567", None, "9997828302", None],
        "postcode": ["BS3 1AB", "TA1 2CD", None, "BS3 1AB"],
    }
)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("jon smyth 1984", "HIU-AAAAAAAA"),
        ("sian wojcik", "HIU-BBBBBBBB"),
        ("evans 02/04/1962", "HIU-BBBBBBBB"),
        ("muhammad husain", "HIU-CCCCCCCC"),
        ("999 782 8302", "HIU-CCCCCCCC"),
        ("smith bs3 1ab 31/01/1950", "HIU-DDDDDDDD"),
        ("HIU-BBBB", "HIU-BBBBBBBB"),
    ],
)
def test_a_scrap_finds_the_person(query: str, first: str) -> None:
    assert find(query, PEOPLE)["person_id"].first() == first


def test_nothing_near_gives_nothing() -> None:
    assert find("xquzbury", PEOPLE).is_empty()
    assert find("", PEOPLE).is_empty()


def test_a_query_is_taken_apart() -> None:
    got = parse_query("o'brien, Pat 3/4/1971 BS16 5YE")
    assert got.words == ["OBRIEN", "PAT"]
    assert got.born == date(1971, 4, 3)
    assert got.postcode == "BS16 5YE"


ROWS = [
    who("a", "WILLIAM CHARLWOOD", "1980-11-07", sex="M", postcode="BS3 1AB", nhs="9994110567"),
    who("b", "BILL CHARLWOOD", "1980-11-07", sex="M", postcode="BS3 1AB"),
    who("c", "WILL CHARLWOOD", "1980-11-07", sex="M", postcode="TA1 2CD", nhs="9997828302"),
]


def test_an_explanation_adds_up_and_matches_the_link() -> None:
    said = explain_pair(table(ROWS), "a", "b", settings=Linking())
    assert said.weight == pytest.approx(said.fields["weight"].sum())
    levels = dict(said.fields.select("field", "level").rows())
    assert levels["given"] == "nickname"
    assert levels["dob"] == "exact"
    assert "one person" in said.sentence
    linked = matched(ROWS).pairs.filter(identity_a="a", identity_b="b")
    assert linked["match_weight"].item() == pytest.approx(said.weight)


def test_an_unknown_description_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        explain_pair(table(ROWS), "a", "nope", settings=Linking())


def test_what_holds_a_cluster_is_its_strongest_tree_and_its_conflicts_are_named() -> None:
    pairs = pl.DataFrame(
        {
            "identity_a": ["a", "a", "b"],
            "identity_b": ["b", "c", "c"],
            "match_weight": [9.0, 2.0, 5.0],
            "together": [True] * 3,
        }
    )
    held = holding_links(pairs, ["a", "b", "c"])
    assert held["match_weight"].to_list() == [9.0, 5.0]
    assert conflicts(table(ROWS), ["a", "b", "c"]) == {"nhs_number": ["9994110567", "9997828302"]}


def test_effect_on_the_list_orders_the_queue() -> None:
    pairs = pl.DataFrame(
        {
            "identity_a": ["1", "2", "3", "4"],
            "identity_b": ["x"] * 4,
            "person_a": ["near", "top", "low", "low"],
            "person_b": ["near2", "top2", "low2", "top"],
            "match_probability": [0.4, 0.4, 0.5, 0.3],
            "together": [False] * 4,
        }
    )
    score = {"near": 8.0, "near2": 7.0, "top": 30.0, "top2": 20.0, "low": 1.0, "low2": 1.0}
    ordered = order_by_effect(pairs, score, cut=10.0, next_cut=9.0)
    assert ordered["identity_a"].to_list() == ["2", "1", "3", "4"] or ordered["identity_a"].to_list() == [
        "2",
        "1",
        "4",
        "3",
    ]
    assert ordered["priority"].to_list()[:2] == pytest.approx([0.4 * 9.0, 0.4 * 5.0])
    assert ordered["priority"].to_list()[2:] == [0.0, 0.0]
    assert ordered["identity_a"].to_list()[2] == "4"
