"""Support starts on gates of this support, each with its day; a gate without one, or half a grading, is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import publish_frames as frames
import pytest
from workbook_kit import Edited, at, changed, entries, made, recorded, refusals

from hiu.engine.meeting import meeting_facts
from hiu.govern.basis.start import Gate, gates_on_record, lacking, support_ended
from hiu.model import ALIASES
from hiu.model.meeting import GATE_DATES, NEEDED_TO_START
from hiu.publish.pack.people import gates_of
from hiu.settings import Settings

ONE = frames.IDS[0]
ON = date(2026, 4, 10)
LONG_AGO, ENDED = date(2024, 3, 1), date(2025, 6, 1)


@pytest.fixture(scope="module")
def sent() -> bytes:
    return made()


def on_record(**more: object) -> pl.DataFrame:
    row = {"permission": "granted", "consent": "given", "capacity": "has capacity", "person_id": ONE}
    row |= dict.fromkeys(("permission_at", "consent_at", "capacity_at"), LONG_AGO)
    return frames.support([row | more])


def start(sent: bytes, support: pl.DataFrame, held: pl.DataFrame | None = None) -> list[tuple[str, str]]:
    known = entries() if held is None else held
    verdict = (
        Edited(sent)
        .put(at("decision"), "Start support")
        .verdict(known, on_record=gates_on_record(support), ended=support_ended(support, known, ON), on=ON)
    )
    return refusals(verdict)


def test_gates_of_support_that_has_ended_do_not_open_a_new_start(sent: bytes) -> None:
    over = on_record(start=date(2024, 3, 2), end=ENDED)
    assert start(sent, over) == [(at("decision"), "gate")]
    assert not start(sent, on_record()), "the same gates of somebody who was never supported"


@pytest.mark.parametrize("gate", NEEDED_TO_START)
def test_one_gate_of_the_support_that_ended_is_enough_to_refuse(sent: bytes, gate: str) -> None:
    after = ENDED + timedelta(days=30)
    days = dict.fromkeys(GATE_DATES.values(), after)
    back = on_record(start=date(2024, 3, 2), end=ENDED, **days)
    assert not start(sent, back), "all three asked for anew"
    assert start(sent, on_record(start=date(2024, 3, 2), end=ENDED, **days | {GATE_DATES[gate]: ENDED}))


def test_an_end_that_a_meeting_decided_ends_the_gates_too(sent: bytes) -> None:
    decided = {"person_id": ONE, "field": "decision", "value": "Support ended by the person", "author": "Ann"}
    decided |= {"entered_at": datetime(2025, 6, 1, 10), "pack_id": "p", "month": date(2025, 5, 1), "row_version": 0}
    assert start(sent, on_record(), entries([decided])) == [(at("decision"), "gate")]


@pytest.mark.parametrize("gate", ["permission", "consent"])
def test_a_gate_without_a_day_on_record_opens_nothing(sent: bytes, gate: str) -> None:
    assert start(sent, on_record(**{GATE_DATES[gate]: None})) == [(at("decision"), "gate")]


def test_each_reason_is_said() -> None:
    gates = {
        "permission": Gate(word="granted", at=None),
        "consent": Gate(word="given", at=LONG_AGO),
        "capacity": Gate(word="has capacity", at=ON + timedelta(days=1)),
    }
    found = lacking(gates, ended=ENDED, on=ON)
    assert "no date" in found["permission"] and "ask for it again" in found["consent"] and "ahead" in found["capacity"]
    assert set(lacking({}, ended=None, on=ON)) == set(NEEDED_TO_START)


@pytest.mark.parametrize(("gate", "word"), [(gate, word) for gate, words in NEEDED_TO_START.items() for word in words])
def test_the_workbook_asks_for_the_day_of_each_gate(sent: bytes, gate: str, word: str) -> None:
    bare = Edited(sent).put(at(gate), word).verdict(on=ON)
    assert refusals(bare) == [(at(gate), "undated")] and "needs a date" in bare.refused[0].why and not bare.changes
    dated = Edited(sent).put(at(gate), word).put(at(GATE_DATES[gate]), date(2026, 4, 1))
    assert len(dated.verdict(on=ON).changes) == 2
    ahead = Edited(sent).put(at(gate), word).put(at(GATE_DATES[gate]), ON + timedelta(days=1)).verdict(on=ON)
    assert {code for _, code in refusals(ahead)} == {"value", "undated"} and not ahead.changes
    alone = Edited(sent).put(at(GATE_DATES[gate]), date(2026, 4, 1)).verdict(on=ON)
    assert refusals(alone) == [(at(GATE_DATES[gate]), "undated")]


def test_a_day_does_not_pass_from_one_word_to_the_next_and_can_not_be_taken_away() -> None:
    tables = frames.published(2)
    held = recorded(Edited(made()).put(at("consent"), "withdrawn").put(at("consent_at"), date(2026, 4, 1)))
    tables["meeting_entry"] = held
    again = Edited(made(tables))
    assert refusals(again.put(at("consent"), "given").verdict(held, on=ON)) == [(at("consent"), "undated")]
    given = recorded(Edited(made()).put(at("consent"), "given").put(at("consent_at"), date(2026, 4, 1)))
    tables["meeting_entry"] = given
    bare = Edited(made(tables)).put(at("consent_at"), None).verdict(given, on=ON)
    assert refusals(bare) == [(at("consent_at"), "undated")]


@pytest.mark.parametrize("word", ["refused", "withdrawn"])
def test_a_no_is_taken_without_a_day_and_dated_by_its_record(sent: bytes, word: str) -> None:
    copy = Edited(sent).put(at("consent"), word)
    assert changed(copy.verdict(on=ON)) == [(at("consent"), "", word)]
    [found] = facts(recorded(copy)).rows(named=True)
    assert (found["value"], found["at"]) == (word, date(2026, 4, 9))


def facts(held: pl.DataFrame) -> pl.DataFrame:
    return meeting_facts(held, frames.frame(ALIASES, []), frames.LAST + 1)


def test_what_is_recorded_has_the_day_that_was_entered_and_says_who(sent: bytes) -> None:
    copy = Edited(sent).put(at("consent"), "given").put(at("consent_at"), date(2026, 3, 20))
    [found] = facts(recorded(copy)).rows(named=True)
    assert found["at"] == date(2026, 3, 20), "not the day of the meeting, nor the month's end"
    assert found["evidence"] == "meeting on the Mar 2026 list, Ann"


def test_an_old_record_without_a_day_is_given_none(sent: bytes) -> None:
    row = {"person_id": ONE, "field": "consent", "value": "given", "author": "Ann", "pack_id": "p"}
    row |= {"entered_at": datetime(2026, 4, 9), "month": frames.LAST.start, "row_version": 1}
    [found] = facts(entries([row])).rows(named=True)
    assert (found["value"], found["at"]) == ("given", None)


@pytest.mark.parametrize("role", ["clinical", "public_safety"])
@pytest.mark.parametrize("half", ["likelihood", "impact"])
def test_half_a_grading_is_refused_in_the_workbook_and_makes_none_in_the_records(
    sent: bytes, half: str, role: str
) -> None:
    field = f"{half}_{role}"
    verdict = Edited(sent).put(at(field), 4).put(at("owner"), "Sam").verdict(on=ON)
    assert refusals(verdict) == [(at(field), "half")] and [one.field for one in verdict.changes] == ["owner"]
    row = {"person_id": ONE, "field": field, "value": "4", "author": "Ann", "pack_id": "p"}
    row |= {"entered_at": datetime(2026, 4, 9), "month": frames.LAST.start, "row_version": 1}
    assert facts(entries([row])).is_empty()


def test_one_score_changed_is_recorded_with_the_other_of_its_grading() -> None:
    """The grading on record came from the register: its other half is in no meeting's record."""
    tables = frames.published(2)
    grading = {"person_id": ONE, "at": LONG_AGO, "role": "clinical", "likelihood": 4, "impact": 5, "source": "caseload"}
    tables["risk_grading"] = frames.frame(frames.PUBLISHED["risk_grading"], [grading])
    held = recorded(Edited(made(tables)).put(at("impact_clinical"), 2))
    [found] = facts(held).rows(named=True)
    assert (found["likelihood"], found["impact"]) == (4, 2)
    cleared = Edited(made(tables)).put(at("impact_clinical"), None).verdict(on=ON)
    assert refusals(cleared) == [(at("impact_clinical"), "half")]


def test_every_page_shows_a_gate_with_its_day_and_where_it_is_written() -> None:
    row = on_record(consent_evidence="caseload, row 12").row(0, named=True)
    shown = {words: (value, where) for words, value, _, where in gates_of(row, frames.LAST, Settings(name="x"))}
    assert shown["Consent"] == ("given, 1 Mar 2024", "caseload, row 12")
    came = [{"at": date(2026, 3, day), "position": day, "police_present": day > 9} for day in (2, 9, 10, 11)]
    seen = gates_of(row, frames.LAST, Settings(name="x"), pl.DataFrame(came))[-1][:2]
    assert seen == (
        "Visits and calls by the team",
        f"{row['contacts']}, latest 11 Mar 2026; police at 2 of the latest 3",
    )
    row["permission_at"] = None
    shown = {words: (value, where) for words, value, _, where in gates_of(row, frames.LAST, Settings(name="x"))}
    assert shown["Lead clinician permission"][0] == "granted, no date recorded"


def test_the_workbook_shows_it_too_and_says_what_is_of_support_that_ended() -> None:
    tables = frames.published(2)
    tables["support"] = on_record(consent_evidence="caseload, row 12", start=date(2024, 3, 2), end=ENDED)
    tables["ranked"] = tables["ranked"].with_columns(access=pl.lit("supported"))
    text = Edited(made(tables)).back().rows[0].cells["gates"].text
    assert "Consent: given, 1 Mar 2024 (caseload, row 12), of support that ended on 1 Jun 2025" in text
