"""What is in doubt: weak links and what hangs on them, contradictions, people kept apart; in the order that helps."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_kit import asked_of, decided, matched, table, who

from hiu.link.model.scorer import load
from hiu.link.people.decisions import empty
from hiu.link.review.doubts import APART, BRIDGE, NAMESAKE, NUMBERS, RIVAL, TWINS, WEAK, doubts, weak_links, with_ends
from hiu.link.review.namesakes import weighed
from hiu.link.review.queue import chance, order_by_effect, second_sample, shortlist
from hiu.settings import Linking


def inside(*edges: tuple[str, str, float], rows: dict[str, int] | None = None) -> pl.DataFrame:
    """Pairs of one cluster: (a, b, probability)."""
    held = rows or {}
    data = [(a, b, 20 * p, p, 0, True) for a, b, p in edges]
    names = ["identity_a", "identity_b", "match_weight", "match_probability", "pattern", "together"]
    kinds = [pl.String, pl.String, pl.Float64, pl.Float64, pl.Int64, pl.Boolean]
    ids = sorted({name for a, b, _ in edges for name in (a, b)})
    said = [(name, "one", held.get(name, 1), None) for name in ids]
    about = {"identity_id": pl.String, "cluster": pl.String, "rows": pl.Int64, "nhs_number": pl.String}
    return with_ends(
        pl.DataFrame(data, schema=dict(zip(names, kinds, strict=True)), orient="row"),
        pl.DataFrame(said, schema=about, orient="row"),
    )


def told(found: pl.DataFrame) -> dict[str, tuple[str, int]]:
    rows = found.select("identity_a", "identity_b", "why", "moved").iter_rows()
    return {a + b: (why, moved) for a, b, why, moved in rows}


def test_a_weak_link_is_told_with_the_rows_on_its_smaller_side() -> None:
    pairs = inside(("a", "b", 1.0), ("b", "c", 0.9), ("c", "d", 1.0), ("a", "e", 0.8), rows={"a": 5, "c": 2, "d": 1})
    assert told(weak_links(pairs, empty())) == {"bc": (BRIDGE, 3), "ae": (WEAK, 1)}


def test_a_link_with_a_better_way_round_is_no_doubt() -> None:
    assert weak_links(inside(("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 0.6)), empty()).is_empty()


def test_a_decided_link_is_sure() -> None:
    pairs = inside(("a", "b", 1.0), ("b", "c", 0.6))
    assert weak_links(pairs, decided(("c", "b", "same"))).is_empty()


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 99)),
        max_size=40,
        unique_by=lambda e: (min(e[:2]), max(e[:2])),
    ),
    st.lists(st.integers(1, 9), min_size=10, max_size=10),
)
def test_moved_rows_are_those_cut_off_by_taking_the_link_out_of_the_strongest_tree(
    edges: list[tuple[int, int, int]], rows: list[int]
) -> None:
    """Against the plain way: Kruskal, then each link taken out and the rows either side counted."""
    pairs = inside(
        *((str(min(a, b)), str(max(a, b)), p / 100) for a, b, p in edges if a != b),
        rows={str(k): n for k, n in enumerate(rows)},
    )
    group = {str(k): {str(k)} for k in range(10)}
    tree = []
    order = pairs.sort("match_weight", "identity_a", "identity_b", descending=[True, False, False])
    for a, b, p in order.select("identity_a", "identity_b", "match_probability").rows():
        if group[a] is not group[b]:
            tree.append((a, b, p))
            both = group[a] | group[b]
            for member in both:
                group[member] = both
    expected = sorted((p, _smaller(tree, (a, b, p), rows)) for a, b, p in tree if p < 0.9999)
    found = weak_links(pairs, empty())
    assert sorted(found.select("match_probability", "moved").rows()) == expected


def _smaller(tree: list[tuple[str, str, float]], out: tuple[str, str, float], rows: list[int]) -> int:
    def reached(start: str) -> int:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            for edge in tree:
                if edge != out and here in edge[:2]:
                    there = edge[0] if edge[1] == here else edge[1]
                    if there not in seen:
                        seen.add(there)
                        todo.append(there)
        return sum(rows[int(k)] for k in seen)

    return min(reached(out[0]), reached(out[1]))


PLACE = "BS3 1AB"
ROWS = [
    who("a", "JOHN SMITH", "1990-06-01", sex="M", postcode=PLACE, rows=8),
    who("b", "JOHN SMITH", born=1990, sex="M", rows=2),
    who("c", "GRACE OKAFOR", "1988-03-18", sex="F", nhs="9994110567", postcode=PLACE, rows=4),
    who("d", "GRACE OKAFOR", "1988-03-18", sex="F", nhs="9997828302", postcode=PLACE, rows=3),
    who("e", "GRACE OKAFOR", "1988-03-18", sex="F", postcode=PLACE, ids="ed:E1", rows=9),
]


def asked(decisions: pl.DataFrame | None = None) -> pl.DataFrame:
    held = empty() if decisions is None else decisions
    linked = matched(ROWS, decisions=held)
    return asked_of(linked, table(ROWS), held)


def test_the_order_in_which_pairs_and_descriptions_come_bears_on_nothing() -> None:
    linked = matched(ROWS)
    rows = table(ROWS).join(linked.clusters.select("identity_id", "cluster"), on="identity_id")
    found = asked()
    assert found.height
    for seed in range(5):
        pairs, other = (frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (linked.pairs, rows))
        ends = with_ends(pairs, pl.concat([other[:2], other[2:]], rechunk=False))
        assert doubts(ends, rows, empty(), Linking()).equals(found)
        assert doubts(ends, other, empty(), Linking(), weak_links(ends, empty())).equals(found)


def test_people_who_may_be_one_are_asked_about_until_somebody_decides() -> None:
    found = asked().filter(identity_a="a", identity_b="b")
    assert found["why"].item() in (APART, RIVAL)
    assert found["moved"].item() == 2
    for word in ("same", "different"):
        assert asked(decided(("b", "a", word))).filter(identity_a="a").is_empty()
    assert asked(decided(("a", "b", "unsure"))).filter(identity_a="a").height == 1


def test_a_person_with_two_numbers_is_asked_about_or_the_two_are_apart() -> None:
    linked = matched(ROWS)
    home = dict(linked.clusters.select("identity_id", "cluster").iter_rows())
    found = told(asked())
    assert found["cd"][0] == (NUMBERS if home["c"] == home["d"] else RIVAL)


OAK = "12, OAK ROAD, BS3 1AB"


def named(given: str, rows: int = 2, **more: object) -> dict[str, object]:
    """A Highmoor of one birth and home."""
    return {"name": f"{given} HIGHMOOR", "dob": "1990-05-10", "home": OAK, "rows": rows} | more


def twins(*described: dict[str, object], decisions: pl.DataFrame | None = None) -> list[str]:
    """Pairs asked about as two given names of one person."""
    held = empty() if decisions is None else decisions
    rows = [who(letter, **one) for letter, one in zip("abcdefg", described, strict=False)]  # type: ignore[arg-type]
    linked = matched(rows, decisions=held)
    found = asked_of(linked, table(rows), held)
    return [a + b for a, b, why in found.select("identity_a", "identity_b", "why").rows() if why == TWINS]


@pytest.mark.parametrize(
    "other", ["LUCAS", *(pytest.param(name, marks=pytest.mark.slow) for name in ("LUKKE", "LOOK"))]
)
def test_two_like_names_of_one_birth_and_home_are_asked_about_if_nothing_else_joins_them(other: str) -> None:
    assert twins(named("LUKE", 3), named(other, 2)) == ["ab"]
    assert twins(named("LUKE", 3), named(other, 1)) == [], "a slip of somebody's pen"
    same = decided(("a", "b", "same"))
    assert twins(named("LUKE", 3), named(other), named(other, 3, ids="niche:A2"), decisions=same) == []
    for elsewhere in ({"home": None}, {"dob": "1990-10-05"}):
        assert twins(named("LUKE", 3), named(other, **elsewhere)) == []
    for one in ({"nhs": "9994110567"}, {"ids": "niche:A1"}):
        assert twins(named("LUKE", **one), named(other, **one)) == []
        assert twins(named("LUKE", **one), named(other), named(other, **one)) == [], "joined through a third"


def test_two_names_nothing_like_each_other_in_one_person_are_asked_about_however_few_the_rows() -> None:
    """Brought together by a row that is one's by its number and may be the other's by all else."""
    for bridge in (
        {"name": "HIGHMOOR", "dob": "1990-05-10", "sex": "F", "ids": "niche:A1"},
        named("E", 1, sex="F", ids="niche:A1"),
    ):
        for rows in (1, 12):
            emily, edna = named("EMILY", rows, sex="F", ids="niche:A1"), named("EDNA", rows, sex="F")
            assert twins(emily, edna, bridge) == ["ab"]
    assert twins(named("STEPHEN", 1), named("STEVEN", 1), named("SEVEN", 1)) == [], "both are like a third"


def test_no_pair_is_asked_about_twice() -> None:
    found = asked()
    assert found.height == found.unique(["identity_a", "identity_b"]).height


def test_what_surrounds_a_pair_moderates_its_own_probability() -> None:
    pairs = pl.DataFrame(
        {"why": [RIVAL, APART, NUMBERS, TWINS, WEAK], "match_probability": [0.99, 0.4, 0.1, 0.99, 0.6]}
    )
    assert pairs.select(chance()).to_series().to_list() == pytest.approx([0.25, 0.28, 0.75, 0.95, 0.6])


def test_the_side_that_would_leave_a_joined_person_weighs_by_its_rows() -> None:
    pairs = pl.DataFrame(
        {
            "identity_a": ["1", "2"],
            "identity_b": ["x", "x"],
            "person_a": ["top", "top"],
            "person_b": ["top", "top"],
            "chance": [0.8, 0.8],
            "match_probability": [0.8, 0.8],
            "together": [True, True],
            "share": [0.5, 0.01],
            "moved": [10, 1],
        }
    )
    ordered = order_by_effect(pairs, {"top": 30.0}, cut=20.0, next_cut=19.0)
    assert ordered["identity_a"].to_list() == ["1", "2"]
    assert ordered["priority"].to_list() == pytest.approx([0.2 * (30 - 20), 0.0])


def test_the_queue_keeps_all_that_can_move_the_list_and_the_first_of_the_rest() -> None:
    ordered = pl.DataFrame({"priority": [3.0, 1.0, 0.0, 0.0, 0.0], "n": [0, 1, 2, 3, 4], "why": [APART] * 5})
    queue = shortlist(ordered, 1)
    assert queue["n"].to_list() == [0, 1, 2]
    assert queue["place"].to_list() == [1, 2, 3]
    assert shortlist(ordered, 0)["n"].to_list() == [0, 1]


def test_the_double_sample_is_the_share_asked_for_and_never_changes() -> None:
    pairs = pl.DataFrame({"identity_a": [f"{k:016x}" for k in range(4000)], "identity_b": ["f" * 16] * 4000})
    drawn = second_sample(pairs, 0.1)
    assert 340 < drawn.sum() < 460
    assert second_sample(pairs.reverse(), 0.1).to_list() == drawn.reverse().to_list()
    assert not second_sample(pairs, 0.0).any()
    assert second_sample(pairs, 1.0).all()


ALONE = [
    who("a", "DELROY KINGSTON", rows=3),
    who("b", "DELROY KINGSTON", rows=1),
    who("c", "JOHN SMITH", rows=3),
    who("d", "JOHN SMITH", rows=1),
    who("e", "PETRONELLA QUAYLE", middle="ANN", postcode="BS3 1AB"),
    who("f", "PETRONELLA QUAYLE", middle="ZOE", postcode="LS9 9ZZ"),
]


def asked_by_name(decisions: pl.DataFrame | None = None) -> dict[str, tuple[str, int]]:
    """What is asked of ALONE where SQL gave the three pairs of equal names."""
    identity, held = table(ALONE), empty() if decisions is None else decisions
    linked = matched(ALONE, decisions=held)
    rows = identity.join(linked.clusters.select("identity_id", "cluster"), on="identity_id")
    home = dict(rows.select("identity_id", "cluster").iter_rows())
    given = [(a, b, home[a], home[b]) for a, b in ("ab", "cd", "ef")]
    pairs = pl.DataFrame(given, schema=["identity_a", "identity_b", "cluster", "cluster_b"], orient="row")
    alike = weighed(pairs, identity, load(), Linking())
    found = doubts(with_ends(linked.pairs, rows), rows, held, Linking(), namesakes=alike)
    return told(found.filter(why=NAMESAKE))


def test_a_name_without_a_birth_is_asked_about_unless_it_is_common_or_something_differs() -> None:
    assert asked_by_name() == {"ab": (NAMESAKE, 1)}
    for word in ("same", "different"):
        assert asked_by_name(decided(("a", "b", word))) == {}


def test_pairs_of_one_name_alone_never_crowd_the_list() -> None:
    ordered = pl.DataFrame({"priority": [3.0, 2.0, 1.0, 0.0], "why": [NAMESAKE, NAMESAKE, APART, APART]})
    assert shortlist(ordered, 1)["why"].to_list() == [NAMESAKE, APART]


def test_no_pair_of_equal_names_is_no_fault() -> None:
    none = pl.DataFrame(schema=dict.fromkeys(["identity_a", "identity_b", "cluster", "cluster_b"], pl.String))
    assert weighed(none, table(ALONE), load(), Linking()).is_empty()
