"""The matcher: decisions are absolute, order never matters, duplicates change nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from link_kit import decided, groups, matched, people, table, who

from hiu.errors import ContradictoryDecision
from hiu.link import link
from hiu.link.candidates.block import Blocking, join, split
from hiu.link.candidates.blocking_keys import FEW
from hiu.link.compare.pairs import compare
from hiu.link.describe.columns import columns
from hiu.link.describe.nodes import build
from hiu.link.levels import FIELDS, NAMES
from hiu.link.people.decisions import check, in_force
from hiu.settings import Linking

SAME = [
    who("a", "WILLIAM CHARLWOOD", "1980-11-07", sex="M", postcode="BS3 1AB"),
    who("b", "BILL CHARLWOOD", "1980-11-07", sex="M", postcode="BS3 1AB"),
    who("c", "WILL CHARLWOOD", "1980-11-07", sex="M", postcode="BS3 1AB"),
]
OTHER = [
    who("d", "GRACE OKAFOR", "1988-03-18", sex="F", nhs="9994110567"),
    who("e", "DENNIS PARFITT", "1951-12-07", sex="M", nhs="9997828302"),
]


def test_a_different_decision_parts_what_the_model_joins() -> None:
    assert people(matched(SAME)) == groups("abc")
    parted = people(matched(SAME, decisions=decided(("a", "b", "different"))))
    assert not any({"a", "b"} <= group for group in parted)


def test_a_different_decision_parts_two_identical_descriptions() -> None:
    twins = [who("a", "ANN LEE", "1980-11-07", sex="F"), who("b", "ANN LEE", "1980-11-07", sex="F")]
    assert people(matched(twins)) == groups("ab")
    assert people(matched(twins, decisions=decided(("a", "b", "different")))) == groups("a b")


def test_a_same_decision_joins_what_the_model_parts_and_says_so() -> None:
    linked = matched(OTHER, decisions=decided(("d", "e", "same")))
    assert people(linked) == groups("de")
    assert set(linked.clusters["how"]) == {"decision"}


def test_a_same_decision_joins_even_a_row_that_names_nobody() -> None:
    rows = [who("a", nobody=True), who("b", nobody=True), *OTHER]
    assert people(matched(rows, decisions=decided(("a", "d", "same")))) == groups("ad b e")


def test_a_bare_name_that_a_reviewer_placed_draws_nobody_else_in() -> None:
    rows = [*SAME, who("d", "GRACE OKAFOR", "1988-03-18", nhs="9994110567"), who("n", "BILL CHARLWOOD", nobody=True)]
    assert people(matched(rows, decisions=decided(("d", "n", "same")))) == groups("abc dn")


def test_different_holds_through_a_chain_of_same() -> None:
    rules = decided(("a", "d", "same"), ("d", "b", "different"))
    found = people(matched([*SAME, *OTHER], decisions=rules))
    home = next(group for group in found if "a" in group)
    assert "d" in home
    assert "b" not in home


def test_an_undone_or_unsure_decision_changes_nothing() -> None:
    undone = decided(("a", "b", "different")).with_columns(undone_at=pl.col("decided_at"))
    assert people(matched(SAME, decisions=undone)) == groups("abc")
    assert people(matched(SAME, decisions=decided(("a", "b", "unsure")))) == groups("abc")


def test_a_decision_about_a_description_no_longer_there_is_kept_and_ignored() -> None:
    assert people(matched(SAME, decisions=decided(("a", "gone", "different")))) == groups("abc")


def test_a_contradiction_is_refused_with_the_chain() -> None:
    before = decided(("a", "b", "same"), ("b", "c", "same"))
    with pytest.raises(ContradictoryDecision) as refused:
        check(before, "a", "c", "different")
    assert refused.value.chain == ["a", "b", "c"]
    with pytest.raises(ContradictoryDecision):
        check(decided(("a", "b", "same"), ("a", "c", "different")), "b", "c", "same")
    with pytest.raises(ContradictoryDecision):
        in_force(decided(("a", "b", "same"), ("b", "a", "different")))
    check(before, "a", "d", "different")


def test_the_answer_has_a_line_for_every_identity_with_how_and_weight() -> None:
    rows = [*SAME, *OTHER, who("n", nobody=True)]
    found = matched(rows).clusters
    how = dict(found.select("identity_id", "how").rows())
    assert how == {"a": "model", "b": "model", "c": "model", "d": "single", "e": "single", "n": "nobody"}
    joined = found.filter(pl.col("how") == "model")
    assert joined["match_probability"].min() > 0.9
    assert found.filter(pl.col("how") != "model")["match_weight"].null_count() == 3


def test_a_join_by_number_is_said_to_be_by_number() -> None:
    rows = [who("a", "RUTH PENROSE", "1985-05-05", nhs="9994110567"), who("b", "RUTH CALLOWAY", nhs="9994110567")]
    assert matched(rows).clusters["how"].to_list() == ["number", "number"]


def test_no_identities_give_no_people() -> None:
    assert matched([]).clusters.is_empty()


_NAMES = st.sampled_from(
    ["ANN LEE", "ANNE LEE", "JOHN SMITH", "JON SMYTH", "J SMITH", "GRACE OKAFOR", "LEE ANN", "SMITH"]
)
_BORN = st.sampled_from(["1980-11-07", "1980-07-11", "1958-01-30", "1980-01-01", None])
_HOMES = st.sampled_from(["12, OAK ROAD, BS3 1AB", "7, ELM CLOSE, TA1 2CD", None])
_NUMBERS = st.sampled_from([None, "9994110567", "9997828302"])
_ROWS = st.lists(st.tuples(_NAMES, _BORN, _HOMES, _NUMBERS, st.integers(1, 9)), min_size=1, max_size=12)
_QUICK = settings(max_examples=examples(6, 375), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _made(rows: list[tuple[str, str | None, str | None, str | None, int]]) -> pl.DataFrame:
    return table(
        [
            who(f"{k:02}", name, born, nhs=number, rows=n, **({"home": home} if home else {}))
            for k, (name, born, home, number, n) in enumerate(rows)
        ]
    )


@_QUICK
@given(_ROWS, st.randoms(use_true_random=False))
def test_row_order_never_changes_clusters(
    rows: list[tuple[str, str | None, str | None, str | None, int]], chance
) -> None:  # type: ignore[no-untyped-def]
    frame = _made(rows)
    order = list(range(frame.height))
    chance.shuffle(order)
    first, second = link(frame, settings=Linking()), link(frame[order], settings=Linking())
    assert first.clusters.equals(second.clusters)
    assert first.pairs.equals(second.pairs)


@_QUICK
@given(_ROWS)
def test_the_same_description_again_never_changes_the_other_clusters(
    rows: list[tuple[str, str | None, str | None, str | None, int]],
) -> None:
    """A second identity that says the same (typed otherwise) joins the first, and nobody else moves.

    How many rows carry a number counts, so the first has one row more before.
    """
    frame = _made(rows)
    sound = frame.filter(pl.col("dob").is_not_null() | pl.col("nhs_number").is_not_null())
    once = pl.lit(1, dtype=pl.Int64)
    first = pl.col("identity_id").is_in(sound["identity_id"].head(1).to_list())
    again = sound.head(1).with_columns(identity_id=pl.lit("zz"), name_text=pl.lit("typed otherwise"), rows=once)
    one_more = frame.with_columns(rows=pl.col("rows") + first.cast(pl.Int64))
    before = link(one_more, settings=Linking()).clusters.select("identity_id", "cluster")
    after = link(pl.concat([frame, again.select(frame.columns)]), settings=Linking()).clusters
    assert after.filter(pl.col("identity_id") != "zz").select("identity_id", "cluster").equals(before)


@_QUICK
@given(_ROWS, st.data())
def test_decisions_always_hold_directly_and_through_chains(
    rows: list[tuple[str, str | None, str | None, str | None, int]], data: st.DataObject
) -> None:
    frame = _made(rows)
    ids = frame["identity_id"].to_list()
    asked = data.draw(
        st.lists(
            st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.sampled_from(["same", "different"])), max_size=6
        )
    )
    taken: list[tuple[str, str, str]] = []
    for a, b, what in asked:
        try:
            check(decided(*taken), a, b, what)
        except ContradictoryDecision:
            continue
        taken.append((a, b, what))
    home = dict(
        link(frame, settings=Linking(), decisions=decided(*taken)).clusters.select("identity_id", "cluster").rows()
    )
    for a, b, what in taken:
        assert (home[a] == home[b]) == (what == "same"), (a, b, what)


def test_another_name_beside_several_family_names_is_nobodys_evidence() -> None:
    alone = [who("a", "AMY BROWN", "1990-12-12"), who("b", "SUE GREEN", "1990-12-12")]
    both = [{**row, "aliases": "SEE NOTES"} for row in alone]
    assert people(matched(both)) == people(matched(alone))
    one = [who("a", "AMY BROWN", "1990-12-12", aka="ANN BAKER"), who("b", "ANN BAKER", "1990-12-12")]
    assert len(people(matched(one))) == 1


@pytest.mark.parametrize(("bearers", "compared"), [(2, True), (FEW, True), (FEW + 1, False)])
def test_a_name_that_few_bear_is_compared_without_a_birth_or_a_place_in_common(bearers: int, compared: bool) -> None:
    rows = [who(f"{k:02}", "PETRONELLA ZYWIEC", postcode=f"BS3 {k % 9}A{chr(65 + k)}") for k in range(bearers - 1)]
    cols = columns(build(table([*rows, who("zz", "PETRONELA ZYWIEK", "1980-11-07")]), Linking()).frame)
    left, right = split(Blocking(cols, limit=400).every().pairs)
    assert bool(((left == bearers - 1) | (right == bearers - 1)).any()) is compared


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("rio:7284710", "rio:7284710", "same"),
        ("rio:7284710", "rio:7287410", "typo"),
        ("rio:8009122", "rio:8000122", "typo"),
        ("rio:7284710", "rio:7387410", "different"),
        ("rio:7284710", "niche:7287410", "missing"),
    ],
)
def test_a_local_number_mistyped_once_is_a_level_of_its_own(one: str, other: str, level: str) -> None:
    nodes = build(
        table([who("a", "ANN LEE", "1980-11-07", ids=one), who("b", "ANN LEE", "1980-11-08", ids=other)]), Linking()
    )
    levels = compare(nodes.frame, join(np.array([0]), np.array([1])))
    assert FIELDS["local_id"][levels[0, NAMES.index("local_id")]] == level


def test_who_has_no_number_is_torn_between_two_only_where_numbers_are_usual() -> None:
    rows = [who("a", "ANN LEE", "1980-11-07"), who("b", "BETH LEE", "1980-11-08")]
    numbered = [who(f"n{k}", "CAROL OKAFOR", f"19{60 + k}-03-18", ids=f"rio:{k}00") for k in range(9)]
    usual = [columns(build(table(some), Linking()).frame).numbers_usual for some in (rows, [*rows, *numbered])]
    assert usual == [False, True]


@pytest.mark.parametrize("name", ["JOHN PAUL SMITH", "ZEBEDEE QUILL FARTHINGALE", "MARY ANN JANE JONES", "JOHN SMITH"])
@pytest.mark.parametrize("born", [("1980-02-01", "1961-11-07"), ("1980-02-01",), ()])
def test_a_name_alone_joins_nobody_however_many_parts_it_has(name: str, born: tuple[str, ...]) -> None:
    said = [who(str(at), name, dob, home="4, MILL LANE, BS1 4ND") for at, dob in enumerate(born)]
    bare = [who("x", name), who("y", name), who("z", name, sex="M")]
    assert people(matched([*said, *bare])) == {frozenset(str(at)) for at in range(len(born))} | groups("x y z")
