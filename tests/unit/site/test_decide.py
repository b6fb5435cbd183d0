"""Deciding: kept for good, in one order, never contradictory, reversible, all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signed import Signed

from hiu.errors import ContradictoryDecision, UsageError
from hiu.govern.records import read
from hiu.link.people.decisions import Book, in_force
from hiu.model import SECOND_OPINIONS
from hiu.site.review import decide as desk
from hiu.site.review.decide import Refused, Verdict

AT = datetime(2026, 4, 8, 9, tzinfo=UTC)


def said(records: Path) -> list[tuple[str, str, str, str]]:
    columns = ("identity_a", "identity_b", "decision", "reviewer")
    return desk.in_force(records).select(columns).rows()


def test_a_pair_is_kept_smaller_first_with_who_when_in_utc_and_why(tmp_path: Path) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    desk.decide(Signed(tmp_path), "b2", "a1", "same", reviewer="  Asha   Rao ", at=noon, note="checked by phone")
    row = desk.in_force(tmp_path).row(0, named=True)
    assert (row["identity_a"], row["identity_b"], row["reviewer"]) == ("a1", "b2", "Asha Rao")
    assert row["decided_at"] == datetime(2026, 7, 1, 11)
    assert row["note"] == "checked by phone"


@pytest.mark.parametrize("name", ["your name", "<Your name>", "TBC", "reviewer", "Test", "...", "x" * 0, "n/a"])
def test_nobodys_name_is_no_reviewer(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="reviewer's name"):
        desk.decide(Signed(tmp_path), "a", "b", "same", reviewer=name, at=AT)
    with pytest.raises(UsageError, match="reviewer's name"):
        desk.second_opinion(Signed(tmp_path), [Verdict("a", "b", "same")], reviewer=name, at=AT)
    assert desk.in_force(tmp_path).is_empty()


def test_a_contradiction_is_refused_with_the_chain_and_nothing_is_kept(tmp_path: Path) -> None:
    desk.decide(Signed(tmp_path), "a", "b", "same", reviewer="A", at=AT)
    desk.decide(Signed(tmp_path), "b", "c", "different", reviewer="A", at=AT)
    with pytest.raises(ContradictoryDecision) as found:
        desk.decide(Signed(tmp_path), "c", "a", "same", reviewer="B", at=AT)
    assert found.value.chain == ["b", "a", "c"]
    assert "b = a = c" in str(found.value)
    assert len(said(tmp_path)) == 2


def test_an_undone_decision_binds_no_longer_but_stays_on_record(tmp_path: Path) -> None:
    desk.decide(Signed(tmp_path), "a", "b", "different", reviewer="A", at=AT)
    desk.undo(Signed(tmp_path), "b", "a", reviewer="Chief", at=AT + timedelta(days=1))
    assert said(tmp_path) == []
    desk.decide(Signed(tmp_path), "a", "b", "same", reviewer="A", at=AT)
    assert said(tmp_path) == [("a", "b", "same", "A")]
    past = desk.earlier(tmp_path, "b", "a")
    assert past["decision"].to_list() == ["different", "same"]
    assert past["undone_by"].to_list() == ["Chief", None]


def test_nothing_in_force_cannot_be_undone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no decision in force about these two"):
        desk.undo(Signed(tmp_path), "b", "a", reviewer="A", at=AT)


@pytest.mark.parametrize(
    ("a", "b", "what", "who", "why"),
    [
        ("a", "b", "sam", "A", "Did you mean 'same'"),
        ("a", "a", "same", "A", "itself"),
        ("a", " ", "same", "A", "two identity ids"),
        ("a", "b", "same", "  ", "reviewer's name"),
    ],
)
def test_what_is_no_decision_is_refused(tmp_path: Path, a: str, b: str, what: str, who: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        desk.decide(Signed(tmp_path), a, b, what, reviewer=who, at=AT)
    assert said(tmp_path) == []


def test_several_are_taken_all_or_none_with_a_line_for_each_that_is_wrong(tmp_path: Path) -> None:
    rows = [
        Verdict("a", "b", "same"),
        Verdict("b", "c", "same"),
        Verdict("a", "c", "different"),
        Verdict("x", "y", "maybe"),
        Verdict("b", "a", "same"),
    ]
    with pytest.raises(Refused) as found:
        desk.decide_all(Signed(tmp_path), rows, reviewer="A", at=AT)
    assert [at for at, _ in found.value.lines] == [2, 3, 4]
    assert "a = b = c" in found.value.lines[0][1]
    assert said(tmp_path) == []
    desk.decide_all(Signed(tmp_path), rows[:2], reviewer="A", at=AT, dry_run=True)
    assert said(tmp_path) == []
    desk.decide_all(Signed(tmp_path), rows[:2], reviewer="A", at=AT)
    assert len(said(tmp_path)) == 2


def test_a_second_opinion_binds_nothing_and_is_somebody_elses(tmp_path: Path) -> None:
    desk.decide(Signed(tmp_path), "a", "b", "same", reviewer="A", at=AT)
    with pytest.raises(Refused, match="nobody decided"):
        desk.second_opinion(Signed(tmp_path), [Verdict("a", "z", "same")], reviewer="B", at=AT)
    with pytest.raises(Refused, match="somebody else"):
        desk.second_opinion(Signed(tmp_path), [Verdict("a", "b", "same")], reviewer="A", at=AT)
    desk.second_opinion(Signed(tmp_path), [Verdict("b", "a", "different")], reviewer="B", at=AT)
    assert said(tmp_path) == [("a", "b", "same", "A")]
    assert read(tmp_path, SECOND_OPINIONS).select("decision", "reviewer").rows() == [("different", "B")]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["same", "different"])), max_size=30))
def test_the_book_keeps_exactly_what_does_not_contradict(steps: list[tuple[int, int, str]]) -> None:
    """Against the plain way: groups by repeated union, every `different` pair looked up after each step."""
    book, kept = Book(), list[tuple[str, str, str]]()
    for a, b, what in steps:
        trial = [*kept, (str(a), str(b), what)]
        try:
            book.add(str(a), str(b), what)
        except ContradictoryDecision as refused:
            assert not _holds(trial)
            assert len(refused.chain) >= 1
        else:
            assert _holds(trial)
            kept = trial


def _holds(rows: list[tuple[str, str, str]]) -> bool:
    group = {str(n): {str(n)} for n in range(8)}
    for a, b, what in rows:
        if what == "same":
            both = group[a] | group[b]
            for member in both:
                group[member] = both
    return not any(what == "different" and b in group[a] for a, b, what in rows)


def test_ten_thousand_decisions_are_read() -> None:
    at = AT.replace(tzinfo=None)
    n = 10_000
    table = pl.DataFrame(
        {
            "identity_a": [f"a{k // 3}" for k in range(n)],
            "identity_b": [f"b{k}" for k in range(n)],
            "decision": ["same" if k % 2 else "different" for k in range(n)],
            "decided_at": [at] * n,
            "undone_at": pl.Series([None] * n, dtype=pl.Datetime("us")),
        }
    )
    assert len(in_force(table).same) == n // 2
