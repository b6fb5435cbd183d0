"""Person ids stay the same; merges and splits are recorded, with reasons."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
from link_kit import decided, table, who

from hiu.link import assign_people, ledger
from hiu.link.people.ids import person_id
from hiu.link.people.ledger import carry_over
from hiu.model import TABLES
from hiu.month import Month

KEY = b"a key for tests"
MARCH = Month(2026, 3)


def _clusters(**cluster: str) -> pl.DataFrame:
    rows = [(identity, name, None, None, "model") for identity, name in cluster.items()]
    return pl.DataFrame(
        rows,
        orient="row",
        schema={
            "identity_id": pl.String,
            "cluster": pl.String,
            "match_weight": pl.Float64,
            "match_probability": pl.Float64,
            "how": pl.String,
        },
    )


def _identity(**first: date | None) -> pl.DataFrame:
    return table([who(identity, "ANN LEE", first_period=period) for identity, period in first.items()])


def test_a_person_is_named_after_the_earliest_description_registers_last() -> None:
    seen = _identity(a=None, b=date(2025, 2, 1), c=date(2025, 1, 1))
    found = assign_people(_clusters(a="a", b="a", c="a"), seen, KEY)
    assert found["person_id"].unique().to_list() == [person_id("c", KEY)]
    assert found.columns == TABLES["cluster"].names


def test_an_id_has_the_promised_form_and_depends_on_the_key() -> None:
    one = person_id("a", KEY)
    assert len(one) == 12
    assert one.startswith("HIU-")
    assert one != person_id("a", b"another key")


def test_a_merge_keeps_the_older_id() -> None:
    seen = _identity(a=date(2025, 2, 1), b=date(2025, 1, 1))
    apart = assign_people(_clusters(a="a", b="b"), seen, KEY)
    joined = assign_people(_clusters(a="a", b="a"), seen, KEY)
    older = apart.filter(pl.col("identity_id") == "b")["person_id"].item()
    assert set(joined["person_id"]) == {older}


def test_a_collision_takes_the_next_counter(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import hiu.link.people.ids as ids

    def same(founders: list[str], key: bytes) -> list[str]:
        return ["HIU-SAME" if "|" not in founder else f"HIU-{founder}" for founder in founders]

    monkeypatch.setattr(ids, "person_ids", same)
    seen = _identity(a=date(2025, 2, 1), b=date(2025, 1, 1))
    found = ids.assign_people(_clusters(a="a", b="b"), seen, KEY)
    assert dict(found.select("identity_id", "person_id").rows()) == {"b": "HIU-SAME", "a": "HIU-a|1"}


def _held(**person: str) -> pl.DataFrame:
    return pl.DataFrame({"identity_id": list(person), "person_id": list(person.values())})


def test_a_merge_and_a_split_are_recorded_with_reasons() -> None:
    merged = ledger(_held(a="P1", b="P2"), _held(a="P1", b="P1"), MARCH)
    assert merged.columns == TABLES["aliases"].names
    assert merged.select("old_id", "person_id", "kind").rows() == [("P2", "P1", "merge")]
    split = ledger(
        _held(a="P1", b="P1", c="P1"), _held(a="P1", b="P1", c="P3"), MARCH, decided(("a", "c", "different"))
    )
    assert split.select("old_id", "person_id", "kind").rows() == [("P1", "P3", "split")]
    assert "reviewer" in split["reason"].item()


def test_a_split_that_a_reviewer_caused_says_so_of_every_description_that_went() -> None:
    """c is in no decision: it went alone because the description that held it was parted from the person."""
    before, now = _held(a="P1", b="P1", c="P1"), _held(a="P1", b="P3", c="P4")
    apart = ledger(before, now, MARCH, decided(("a", "b", "different")))
    assert apart.height == 2 and apart["reason"].str.ends_with("a reviewer decided so").all()
    undone = decided(("a", "b", "same")).with_columns(undone_at=pl.lit(datetime(2026, 3, 20)))
    assert ledger(before, now, MARCH, undone)["reason"].str.contains("decision was undone").all()
    past = undone.with_columns(undone_at=pl.lit(datetime(2025, 3, 20)))
    assert ledger(before, now, MARCH, past)["reason"].str.contains("newer data show").all()
    still = ledger(before, _held(a="P1", b="P1", c="P4"), MARCH, undone)
    assert still["reason"].str.contains("newer data show").all(), "a and b are one person all the same"
    joined = ledger(_held(a="P1", b="P2"), _held(a="P1", b="P1"), MARCH, decided(("a", "b", "same")))
    assert (
        joined["reason"].item() == "one more set of name and details was found to be this person: a reviewer decided so"
    )


def test_nothing_is_recorded_when_nothing_changed_or_there_is_no_past() -> None:
    assert ledger(_held(a="P1"), _held(a="P1", b="P2"), MARCH).is_empty()
    assert ledger(None, _held(a="P1"), MARCH).is_empty()


def test_an_id_that_went_to_two_people_is_a_merge_into_the_larger_and_a_split() -> None:
    found = ledger(_held(a="P1", b="P1", c="P1"), _held(a="P2", b="P2", c="P3"), MARCH)
    assert found.select("person_id", "kind").rows() == [("P2", "merge"), ("P3", "split")]


def test_a_month_run_again_forgets_no_id_that_was_published() -> None:
    """P1 was published, then P2, then P3 for the same person and month: both lead to P3, until P1 is back."""
    one, two, three = _held(a="P1"), _held(a="P2"), _held(a="P3")
    nothing = ledger(None, one, MARCH)
    second = carry_over(nothing, ledger(one, two, MARCH, again=True), nothing, two)
    assert second.select("old_id", "person_id", "kind").rows() == [("P1", "P2", "merge")]
    third = carry_over(nothing, ledger(two, three, MARCH, again=True), second, three)
    assert third.select("old_id", "person_id").rows() == [("P1", "P3"), ("P2", "P3")]
    back = carry_over(nothing, ledger(three, one, MARCH, again=True), third, one)
    assert back.select("old_id", "person_id").rows() == [("P2", "P1"), ("P3", "P1")]
