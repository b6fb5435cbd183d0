"""Returned workbooks: each way a copy can come back, and exactly what becomes of each cell."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import publish_frames as frames
import pytest
import workbook_kit as kit
from workbook_kit import Edited, at, changed, entries, made, recorded, refusals

from hiu.errors import HiuError, InputRefused
from hiu.govern.basis.start import gates_on_record
from hiu.publish.people import actions_of, entries_of
from hiu.publish.words.terms import ENTERED
from hiu.publish.workbook.back.judge import grades
from hiu.publish.workbook.back.judge import records as rows_of
from hiu.publish.workbook.back.verdict import Change, Verdict
from hiu.publish.workbook.book import FORMAT
from hiu.publish.workbook.listing import SHOWN
from hiu.publish.workbook.values import Unfit, value_of

ONE, TWO, THREE, FOUR = frames.IDS[:4]


@pytest.fixture(scope="module")
def sent() -> bytes:
    return made()


def test_an_untouched_copy_changes_nothing(sent: bytes) -> None:
    verdict = Edited(sent).verdict()
    assert verdict.summary == "0 changes, 0 conflicts, 0 refused" and not verdict.notes


def test_edited_cells_are_changes_at_their_places(sent: bytes) -> None:
    copy = Edited(sent).put(at("likelihood_clinical"), 4).put(at("impact_clinical"), 5)
    copy.put(at("consent", 7), "refused").put(at("next_review", 8), date(2026, 6, 1)).put(at("notes", 9), "Ring first")
    verdict = copy.verdict()
    assert verdict.summary == "5 changes, 0 conflicts, 0 refused"
    assert changed(verdict) == [
        (at("likelihood_clinical"), "", "4"),
        (at("impact_clinical"), "", "5"),
        (at("consent", 7), "", "refused"),
        (at("next_review", 8), "", "2026-06-01"),
        (at("notes", 9), "", "Ring first"),
    ]
    assert grades(verdict, copy.back()) == [f"{ONE}: clinical grade none to High"]


def test_what_is_recorded_says_who_when_from_which_pack_and_what_it_was(sent: bytes) -> None:
    copy = Edited(sent).put(at("decision"), "Offer support")
    row = recorded(copy).row(0, named=True)
    assert row == {
        "person_id": ONE,
        "field": "decision",
        "value": "Offer support",
        "old_value": None,
        "author": "Ann",
        "entered_at": datetime(2026, 4, 9, 10),
        "pack_id": kit.stamp().pack_id,
        "month": date(2026, 3, 1),
        "row_version": 1,
    }


def test_a_cleared_cell_is_a_change_to_empty(sent: bytes) -> None:
    tables = frames.published(4)
    tables["meeting_entry"] = recorded(Edited(sent).put(at("owner"), "Sam"))
    copy = Edited(made(tables)).put(at("owner"), None)
    assert changed(copy.verdict(tables["meeting_entry"])) == [(at("owner"), "Sam", "")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("impact_clinical", 6),
        ("impact_clinical", 0),
        ("likelihood_public_safety", "four"),
        ("likelihood_clinical", "2.5"),
        ("consent", "perhaps"),
        ("decision", "Arrest"),
        ("next_review", date(2027, 6, 1)),
        ("next_review", date(2026, 4, 7)),
        ("next_review", "soon"),
        ("owner", "x" * 81),
        ("notes", "x" * 2001),
    ],
)
def test_what_a_cell_may_not_hold_is_refused_there_and_its_neighbours_are_taken(
    sent: bytes, field: str, value: str | int | date
) -> None:
    other = "permission"
    verdict = Edited(sent).put(at(field), value).put(at(other), "not granted").verdict()
    assert refusals(verdict) == [(at(field), "value")] and changed(verdict) == [(at(other), "", "not granted")]
    assert not any(str(value) in one.why for one in verdict.refused if field in ("notes", "owner"))


@pytest.mark.parametrize("field", [name for name in SHOWN if name != "person_id"])
def test_a_changed_read_only_cell_is_named_and_its_row_is_not_taken(sent: bytes, field: str) -> None:
    copy = Edited(sent).put(at(field), "Somebody else").put(at("consent"), "refused").put(at("consent", 7), "refused")
    verdict = copy.verdict()
    assert refusals(verdict) == [(at(field), "read_only"), (at("consent"), "row")]
    assert changed(verdict) == [(at("consent", 7), "", "refused")]


def test_a_changed_person_refuses_the_row(sent: bytes) -> None:
    copy = Edited(sent).put(at("person_id"), "HIU-ZZZZ2222").put(at("consent"), "refused")
    verdict = copy.verdict()
    assert refusals(verdict) == [(at("person_id"), "read_only")] and not verdict.changes


def test_rows_sorted_whole_are_as_good_as_before(sent: bytes) -> None:
    copy = Edited(sent).put(at("decision", 6), "Wait and review").order([9, 7, 6, 8])
    assert changed(copy.verdict()) == [(at("decision", 8), "", "Wait and review")]
    assert copy.verdict().changes[0].person_id == ONE and not copy.verdict().refused


def test_rows_mixed_by_sorting_some_columns_are_refused_both(sent: bytes) -> None:
    copy = Edited(sent).put(at("decision", 6), "Wait and review").swap("rank", "last", (6, 8))
    verdict = copy.put(at("consent", 7), "refused").verdict()
    assert refusals(verdict) == [(at("person_id", 6), "swapped"), (at("person_id", 8), "swapped")]
    assert changed(verdict) == [(at("consent", 7), "", "refused")]


def test_a_row_twice_is_taken_once_if_it_says_the_same_and_not_at_all_if_not(sent: bytes) -> None:
    copy = Edited(sent).put(at("consent"), "refused").twice(6, 20)
    verdict = copy.verdict()
    assert changed(verdict) == [(at("consent"), "", "refused")] and "taken once" in verdict.notes[0]
    differs = copy.put(at("consent", 20), "withdrawn").verdict()
    assert refusals(differs) == [(at("person_id", 6), "duplicate"), (at("person_id", 20), "duplicate")]
    assert not differs.changes


def test_a_missing_row_is_told_and_records_nothing(sent: bytes) -> None:
    verdict = Edited(sent).drop(7).put(at("consent"), "refused").verdict()
    assert verdict.notes == [f"{TWO}: the row is missing; nothing is recorded for them"]
    assert len(verdict.changes) == 1 and not verdict.refused


def test_an_added_row_and_a_row_without_its_check_are_refused(sent: bytes) -> None:
    copy = Edited(sent).put(at("person_id", 12), "HIU-NEWW2222").put(at("consent", 12), "refused")
    assert refusals(copy.verdict()) == [(at("person_id", 12), "unknown")]
    cleared = Edited(sent).put(at("check"), None).put(at("consent"), "refused").verdict()
    assert refusals(cleared) == [(at("person_id"), "check")] and not cleared.changes
    forged = Edited(sent).put(at("check"), "A" * 32).put(at("consent"), "refused").verdict()
    assert refusals(forged) == [(at("person_id"), "check")]


def test_two_copies_are_merged_cell_by_cell_and_the_first_stands(sent: bytes) -> None:
    first = Edited(sent).put(at("consent"), "refused").put(at("owner"), "Sam").put(at("decision", 7), "Offer support")
    held = recorded(first)
    other = Edited(sent).put(at("consent"), "withdrawn").put(at("owner"), "Sam").put(at("permission"), "not granted")
    verdict = other.verdict(held)
    assert verdict.summary == "1 change, 1 conflict, 0 refused"
    clash = verdict.conflicts[0]
    assert (clash.ref, clash.recorded, clash.new, clash.author) == (
        f"Entry!{at('consent')}",
        "refused",
        "withdrawn",
        "Ann",
    )
    after = recorded(other, held, author="Ben", hour=11)
    latest = {row["field"]: row for row in entries_of(after)[ONE]}
    assert latest["consent"]["value"] == "refused" and latest["permission"]["row_version"] == 2
    assert entries_of(after)[TWO][0]["value"] == "Offer support"


def test_the_same_copy_again_changes_nothing(sent: bytes) -> None:
    copy = Edited(sent).put(at("consent"), "refused").put("A6", None)
    assert Edited(sent).put(at("consent"), "refused").verdict(
        recorded(Edited(sent).put(at("consent"), "refused"))
    ).summary == ("0 changes, 0 conflicts, 0 refused")
    assert copy.verdict().refused


def test_an_outdated_copy_is_refused_cell_by_cell_unless_asked_for(sent: bytes) -> None:
    copy = Edited(sent).put(at("consent"), "refused").put(at("owner"), "Sam")
    verdict = copy.verdict(outdated="a later month is out")
    assert refusals(verdict) == [(at("consent"), "outdated"), (at("owner"), "outdated")] and not verdict.changes
    assert len(copy.verdict().changes) == 2


def test_support_starts_only_with_permission_capacity_and_consent(sent: bytes) -> None:
    gates = {"permission": "granted", "capacity": "has capacity", "consent": "given"}
    for lacking in gates:
        copy = Edited(sent).put(at("decision"), "Start support")
        for name in gates.keys() - {lacking}:
            copy.put(at(name), gates[name]).put(at(f"{name}_at"), date(2026, 4, 1))
        verdict = copy.verdict()
        assert refusals(verdict) == [(at("decision"), "gate")] and len(verdict.changes) == 4
        assert ENTERED[lacking].lower() in verdict.refused[0].why
    whole = Edited(sent).put(at("decision"), "Start support")
    for name, word in gates.items():
        whole.put(at(name), word).put(at(f"{name}_at"), date(2026, 4, 1))
    assert len(whole.verdict().changes) == 7
    for name, word in (("permission", "not granted"), ("capacity", "review needed"), ("consent", "withdrawn")):
        assert refusals(whole.put(at(name), word).verdict()) == [(at("decision"), "gate")]
        whole.put(at(name), gates[name])


def test_gates_the_register_holds_count_and_refusing_is_never_refused() -> None:
    """Of a candidate they count unseen (G18, G57); of a supported person they are in the cells."""
    tables = frames.published(4)
    gates = {"permission": "granted", "consent": "given", "capacity": "has capacity"}
    gates |= dict.fromkeys(("permission_at", "consent_at", "capacity_at"), date(2026, 2, 2))
    tables["support"] = frames.support([{"person_id": one, **gates} for one in (ONE, TWO)])
    supported = pl.when(pl.col("person_id") == TWO).then(pl.lit("supported")).otherwise("access")
    tables["ranked"] = tables["ranked"].with_columns(access=supported)
    sent, register = made(tables), gates_on_record(tables["support"])
    for line, person, seen in ((6, ONE, ("", "", "")), (7, TWO, ("granted", "given", "has capacity"))):
        copy = Edited(sent)
        [row] = [row for row in copy.back().rows if row.person_id == person]
        assert tuple(row.cells[name].text or "" for name in ("permission", "consent", "capacity")) == seen
        copy.put(at("decision", line), "Start support")
        assert changed(copy.verdict(on_record=register)) == [(at("decision", line), "", "Start support")]
        copy.put(at("consent", line), "withdrawn")
        assert refusals(copy.verdict(on_record=register)) == [(at("decision", line), "gate")]
    assert refusals(Edited(sent).put(at("decision"), "Start support").verdict()) == [(at("decision"), "gate")]
    no = Edited(sent).put(at("consent"), "refused").put(at("decision"), "Person does not want support").verdict()
    assert len(no.changes) == 2 and not no.refused and not no.notes


def test_a_candidate_s_gates_go_out_as_a_meeting_recorded_them_while_they_hold() -> None:
    feb = {
        "month": date(2026, 2, 1),
        "author": "Ann",
        "pack_id": "p",
        "entered_at": datetime(2026, 3, 9),
        "row_version": 1,
    }
    said = {"permission": "granted", "consent": "given", "capacity": "review needed"}
    tables = frames.published(2)
    tables["meeting_entry"] = entries(
        [{"person_id": ONE, "field": name, "value": value, **feb} for name, value in said.items()]
    )
    tables["support"] = frames.support(
        [{"person_id": ONE, "permission": "granted", "consent": "withdrawn", "capacity_at": date(2025, 2, 1)}]
    )
    row = Edited(made(tables)).back().rows[0]
    assert [row.cells[name].text or "" for name in said] == ["granted", "", ""], "the register withdrew consent since"


def test_actions_are_new_changed_done_or_missing(sent: bytes) -> None:
    pick = f"1. Sample 0 ({ONE})"
    copy = Edited(sent).put("A6", pick, "Actions").put("B6", "Ring the GP", "Actions").put("C6", "Sam", "Actions")
    copy.put("D6", date(2026, 5, 1), "Actions").put("A7", pick, "Actions").put("B7", "Visit", "Actions")
    verdict = copy.verdict()
    assert verdict.summary == "4 changes, 0 conflicts, 0 refused"
    held = recorded(copy)
    found = actions_of(held)
    assert [(one.action, one.owner, one.due, one.done) for one in found] == [
        ("Ring the GP", "Sam", "2026-05-01", ""),
        ("Visit", "", "", ""),
    ]
    tables = frames.published(4) | {"meeting_entry": held}
    later = Edited(made(tables)).put("E6", "yes", "Actions").drop(7, "Actions")
    verdict = later.verdict(held)
    assert [(one.ref, one.field, one.new) for one in verdict.changes] == [("Actions!E6", "action_done", "yes")]
    assert "stays open" in verdict.notes[0]
    after = recorded(later, held, hour=12)
    assert [(one.action, one.done) for one in actions_of(after)] == [("Ring the GP", "yes"), ("Visit", "")]
    clash = (
        Edited(made(tables))
        .put("C6", "Ben", "Actions")
        .verdict(recorded(Edited(made(tables)).put("C6", "Cat", "Actions"), held, hour=13))
    )
    assert [(one.field, one.recorded, one.new) for one in clash.conflicts] == [("action_owner", "Cat", "Ben")]


def test_an_action_for_nobody_or_without_words_is_refused(sent: bytes) -> None:
    copy = Edited(sent).put("A6", "Somebody", "Actions").put("B6", "Ring", "Actions")
    copy.put("A7", f"1. Sample 0 ({ONE})", "Actions").put("C7", "Sam", "Actions")
    copy.put("A8", f"1. Sample 0 ({ONE})", "Actions").put("B8", "Visit", "Actions").put("D8", "later", "Actions")
    verdict = copy.verdict()
    assert [(one.ref, one.code) for one in verdict.refused] == [
        ("Actions!A6", "unknown"),
        ("Actions!B7", "value"),
        ("Actions!D8", "value"),
    ]
    assert [one.field for one in verdict.changes] == ["action"]


def test_another_sites_key_a_changed_hidden_sheet_and_no_workbook_are_refused_whole(sent: bytes) -> None:
    with pytest.raises(InputRefused, match="not made by this site"):
        Edited(sent).back(key=b"x" * 32)
    for ref in ("C1", "D1", "C2", "D3"):
        with pytest.raises(InputRefused, match="not made by this site"):
            Edited(sent).put(ref, "{}", "_meta").back()
    with pytest.raises(InputRefused, match="not made by this site"):
        Edited(sent).drop(3, "_meta").back()
    with pytest.raises(InputRefused, match="lacks the column Consent"):
        Edited(sent).put(at("consent", 5), "Agreed?").back()
    with pytest.raises(InputRefused):
        kit.read_back(b"PK\x03\x04 cut", "cut.xlsx", kit.KEY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("back.returned.SHOWN", SHOWN | {"points": "Points"}),
        ("back.returned.ENTERED", ENTERED | {"venue": "Venue"}),
        ("back.returned.FORMAT", FORMAT + 1),
    ],
    ids=["a column shown", "a column to fill in", "another format"],
)
def test_a_copy_made_before_a_column_was_added_is_refused_in_plain_words(
    sent: bytes, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(f"hiu.publish.workbook.{name}", value)
    with pytest.raises(InputRefused, match=r"made before this version's columns.*'hiu run 2026-03'") as refused:
        Edited(sent).back()
    assert refused.value.code == "older_columns"


def test_a_row_of_an_older_pack_pasted_in_is_refused(sent: bytes) -> None:
    other = Edited(made(run="2026-03-20260501T091200Z-fff999"))
    foreign = other.back().sent[ONE].check
    assert refusals(Edited(sent).put(at("check"), foreign).put(at("consent"), "refused").verdict()) == [
        (at("person_id"), "check")
    ]


def test_hostile_names_and_notes_come_back_as_they_went_and_change_nothing() -> None:
    names = (*frames.HOSTILE[:5], "=cmd|' /C calc'!A0", "@SUM(1+1)", "_x0041_ _x000D_", "-2+3", "+44")
    for turn in range(0, len(names), 5):
        tables = frames.published(5, dict(zip(frames.IDS, names[turn : turn + 5], strict=False)))
        copy = Edited(made(tables)).put(at("notes"), '=HYPERLINK("http://x","y")')
        verdict = copy.verdict()
        assert verdict.summary == "1 change, 0 conflicts, 0 refused", verdict.refused
        held = recorded(copy)
        again = Edited(made(tables | {"meeting_entry": held}))
        assert again.back().rows[0].cells["notes"].text.startswith("=HYPERLINK")
        formulas = again.parts[again.sheet("Entry")].count(b"<f>")
        assert formulas == 10 and b"HYPERLINK" not in b"".join(
            part for name, part in again.parts.items() if "sheet" in name
        )


def test_the_words_of_dates_and_lists() -> None:
    built = date(2026, 4, 8)
    for text in ("2026-06-01 00:00:00", "1/6/2026", "01.06.2026", "1 June 2026", "1 Jun 2026"):
        assert value_of("next_review", text, built) == "2026-06-01"
    assert value_of("consent", " GIVEN ") == "given" and value_of("notes", " a \n b ") == "a b"
    for wrong in ("31/02/2026", "2026-13-01", "6/2026"):
        with pytest.raises(Unfit):
            value_of("next_review", wrong, built)


@pytest.mark.parametrize("scores", [{"likelihood_clinical": "4"}, {"likelihood_clinical": "4", "impact_clinical": ""}])
def test_half_a_grading_is_no_record_whoever_made_the_verdict(sent: bytes, scores: dict[str, str]) -> None:
    changes = [Change(ref="R6", person_id=ONE, field=name, old="", new=new) for name, new in scores.items()]
    with pytest.raises(HiuError, match="half a grading"):
        rows_of(Verdict(changes=changes), Edited(sent).back(), entries(), author="A", now=datetime(2026, 4, 9))
    whole = {"likelihood_clinical": "4", "impact_clinical": "5"}
    changes = [Change(ref="R6", person_id=ONE, field=name, old="", new=new) for name, new in whole.items()]
    assert len(rows_of(Verdict(changes=changes), Edited(sent).back(), entries(), author="A", now=frames.STAMPED)) == 2
