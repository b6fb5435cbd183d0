"""The live meeting: what is typed is recorded with who and when, or refused by the workbook's rules; undo; the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest
from areakit import LAST, NOW, run
from meet_kit import Caller, embedded_in, entries, meeting
from pdf_boxes import faults as pdf_faults
from pdf_text import text_of
from workbook_kit import Edited, at

from hiu.errors import Busy
from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.login import login
from hiu.govern.reads import folder_of
from hiu.model.govern import DISCLOSURES
from hiu.model.meeting import MEETING_FIELDS
from hiu.publish.meeting.form import form_fields
from hiu.publish.people import actions_of
from pipelines.access.basis import denial
from pipelines.common.place import Place
from pipelines.papers.meeting.meet import meet


@dataclass
class Sitting:
    """A meeting, the site it is about, and the people in its pack."""

    caller: Caller
    place: Place
    people: list[str]

    def recorded(self, person: str, field: str) -> list[str | None]:
        rows = entries(self.place).filter(person_id=person, field=field)
        return rows.sort("row_version", "entered_at")["value"].to_list()

    def events(self, kind: str) -> list[dict[str, object]]:
        return [entry["event"] for entry in read(self.place.audit) if entry["event"]["type"] == kind]


@pytest.fixture
def sitting(place_after: Place) -> Iterator[Sitting]:
    with meeting(place_after) as caller:
        assert caller.enter() == 200
        yield Sitting(caller, place_after, caller.people())


def test_the_form_has_every_field_that_a_meeting_may_enter() -> None:
    names = [field["name"] for group in form_fields() for field in group["fields"]]  # type: ignore[attr-defined]
    assert sorted(names) == sorted(MEETING_FIELDS)


def test_an_entry_is_in_the_records_and_the_log_with_who_and_when(sitting: Sitting) -> None:
    first = sitting.people[0]
    found = sitting.caller.save(first, decision="Offer support", owner="B. Nurse", next_review="2026-06-01")
    assert found["taken"] == 3 and not found["refused"] and re.fullmatch(r"\d\d:\d\d", found["at"])
    assert found["state"]["entered"]["decision"] == "Offer support" and found["state"]["version"] == 1
    rows = entries(sitting.place)
    assert rows["author"].unique().to_list() == [f"A. Chair ({login()})"]
    assert rows["entered_at"].min() >= NOW.replace(tzinfo=None) and rows["month"].unique().to_list() == [LAST.start]
    [event] = sitting.events("meeting_recorded")
    assert event["by"] == f"A. Chair ({login()})" and event["login"] == login() and event["changes"] == 3
    assert first not in str([*sitting.events("meeting_begun"), event]), "the log never learns who"


def test_who_is_in_the_pack_is_in_the_read_log_before_it_is_shown(sitting: Sitting) -> None:
    files = folder_of(sitting.place.settings, sitting.place.curated).glob("*.jsonl")
    [look] = [entry["event"] for path in files for entry in read(path) if entry["event"]["what"] == "meeting"]
    assert look["people"] >= len(sitting.people) and look["name"] == "A. Chair" and look["purpose"] == "support"
    entry = records.history(sitting.place.records, DISCLOSURES).filter(what="live meeting")
    assert entry.select("people", "recipient").rows() == [(look["people"], "group")]


def test_the_meeting_shows_of_everybody_what_the_pack_shows(sitting: Sitting) -> None:
    folder = sitting.place.published_folder(LAST)
    assert folder
    pack, live = (
        embedded_in(text)["people"] for text in ((folder / "pack.html").read_text("utf-8"), sitting.caller.page())
    )
    assert any(person["alerts"] for person in pack) and live == pack


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"likelihood_clinical": "3", "impact_clinical": ""}, "likelihood_clinical", "half a grading"),
        ({"likelihood_clinical": "9", "impact_clinical": "2"}, "likelihood_clinical", "1 to 5"),
        ({"consent": "given", "consent_at": ""}, "consent", "needs a date"),
        ({"consent": "given", "consent_at": "2031-01-01"}, "consent_at", "not a day on which"),
        ({"next_review": "2031-01-01"}, "next_review", "within 12 months"),
        ({"decision": "Arrest"}, "decision", "expected"),
        ({"notes": "x" * 2001}, "notes", "2001 characters"),
    ],
)
def test_what_the_workbook_refuses_is_refused_here(
    values: dict[str, str], field: str, why: str, sitting: Sitting
) -> None:
    person = sitting.people[0]
    state = sitting.caller.do("state", person=person)["state"]["entered"]
    typed = {name: text for name, text in values.items() if text or state[name]}
    found = sitting.caller.save(person, **typed)
    assert field in [one["field"] for one in found["refused"]]
    assert why in " ".join(one["why"] for one in found["refused"])
    assert sitting.recorded(person, field) == []


def test_support_starts_with_permission_capacity_and_consent_alone(sitting: Sitting) -> None:
    rows = pl.read_parquet(sitting.place.which(None)[1] / "support.parquet")["person_id"]
    person = next(one for one in sitting.people if one not in set(rows))
    found = sitting.caller.save(person, decision="Start support")
    assert found["taken"] == 0 and "support can't start" in found["refused"][0]["why"]
    day = "2026-04-02"
    gates = {"permission": "granted", "capacity": "has capacity", "consent": "given"}
    dated = {**gates, **{f"{gate}_at": day for gate in gates}}
    assert sitting.caller.save(person, decision="Start support", **dated)["taken"] == 7


def test_a_second_window_does_not_overwrite_what_it_has_not_seen(sitting: Sitting) -> None:
    person = sitting.people[0]
    assert sitting.caller.save(person, version=0, decision="Offer support")["taken"] == 1
    late = sitting.caller.save(person, version=0, decision="Wait and review", owner="C. Officer")
    assert late["taken"] == 1 and [one["field"] for one in late["conflicts"]] == ["decision"]
    assert (
        late["conflicts"][0]["recorded"] == "Offer support" and late["state"]["entered"]["decision"] == "Offer support"
    )
    again = sitting.caller.save(person, version=late["state"]["version"], decision="Wait and review")
    assert again["taken"] == 1 and sitting.recorded(person, "decision") == ["Offer support", "Wait and review"]
    assert sitting.caller.do("undo", person=person, version=1)["taken"] == 0, "an undo of what was not seen"


def test_undo_is_an_entry_that_says_the_opposite_and_nothing_is_deleted(sitting: Sitting) -> None:
    person, call = sitting.people[0], sitting.caller
    call.save(person, decision="Offer support", notes="first")
    before = call.save(person, decision="Wait and review")["state"]
    action = {"action": "Ring the GP", "action_owner": "B. Nurse", "action_due": "2026-05-01", "action_done": ""}
    added = call.do("save", person=person, version=before["version"], values={}, action=action)["state"]
    assert added["actions"] == [action] and "Ring" not in added["undo"]
    done = call.do("save", person=person, version=added["version"], values={}, action={**action, "action_done": "yes"})
    state = done["state"]
    seen = []
    while state["undo"]:
        state = call.do("undo", person=person, version=state["version"])["state"]
        seen.append(([one["action"] for one in state["actions"]], state["entered"]["decision"]))
    assert seen == [(["Ring the GP"], "Wait and review"), ([], "Wait and review"), ([], "Offer support"), ([], "")]
    assert state["entered"] | {"notes": ""} == call.do("state", person=person)["state"]["entered"]
    assert actions_of(entries(sitting.place)) == [] and entries(sitting.place).height == 2 * (2 + 1 + 4 + 4)
    assert len(sitting.events("meeting_undone")) == 4
    assert call.do("undo", person=person, version=state["version"])["taken"] == 0


def test_words_that_tell_somebody_else_are_not_kept(sitting: Sitting) -> None:
    people = pl.read_parquet(sitting.place.which(None)[1] / "people.parquet")
    person = sitting.people[0]
    other = people.filter(pl.col("person_id") != person, pl.col("nhs_number").is_not_null()).row(0, named=True)
    own = people.filter(person_id=person)["name_text"][0]
    for text in (other["name_text"], f"number {other['nhs_number'][:3]} {other['nhs_number'][3:]}"):
        found = sitting.caller.do("save", 409, person=person, version=0, values={"notes": f"lives with {text}"})
        assert "Notes: holds what could be a name or number" in found["error"] and text not in found["error"]
    assert entries(sitting.place).is_empty()
    assert sitting.caller.save(person, notes=f"{own} was seen on Monday")["taken"] == 1


def test_who_may_not_be_shown_has_no_form_from_that_moment_on(sitting: Sitting) -> None:
    from hiu.govern import records
    from hiu.model.govern import BASIS

    person, place = sitting.people[0], sitting.place
    row = denial(person, "objection", by="J. Patel", evidence="letter", start=date(2026, 4, 1), now=NOW)
    records.add(place, BASIS, [row])
    assert "may be shown" in sitting.caller.do("state", 409, person=person)["error"]
    sitting.caller.do("save", 409, person=person, version=0, values={"decision": "Offer support"})
    assert person not in sitting.caller.people() and entries(place).is_empty()
    sitting.caller.do("state", 409, person="HIU-AAAAAAAA")


def test_a_match_is_decided_and_undone(sitting: Sitting) -> None:
    found = sitting.caller.do("matches")
    first = found["pairs"][0]
    pair = {"a": first["a"], "b": first["b"]}
    assert sitting.caller.do("decide", **pair, decision="different", note="seen together")["at"]
    assert pair["a"] not in [one["a"] for one in sitting.caller.do("matches")["pairs"] if one["b"] == pair["b"]]
    sitting.caller.do("undecide", **pair)
    assert sitting.caller.do("matches")["pairs"][0]["past"][0].startswith("8 Apr 2026: different")
    sitting.caller.do("decide", 409, a="x", b="y", decision="same")
    sitting.caller.do("decide", 409, **pair, decision="perhaps")


def test_three_conflicts_with_a_returned_workbook_are_settled_cell_by_cell(sitting: Sitting) -> None:
    place, call, person = sitting.place, sitting.caller, sitting.people[0]
    file = next(place.which(None)[1].glob("*.xlsx"))
    call.save(person, decision="Offer support", owner="B. Nurse", next_review="2026-06-01")
    typed = Edited(file.read_bytes()).put(at("decision"), "Wait and review").put(at("owner"), "C. Officer")
    copy = typed.put(at("next_review"), date(2026, 7, 1)).put(at("notes"), "from the copy").file()
    head = {"Content-Type": "application/octet-stream"}
    assert call.call("POST", "/do/look", copy, head)[0] == 200
    import json

    found = json.loads(call.call("POST", "/do/look", copy, head)[2])
    assert found["summary"] == "1 change, 3 conflicts, 0 refused" and entries(place).height == 3
    theirs = [[one["person"], one["ref"]] for one in found["conflicts"] if one["field"] in ("decision", "next_review")]
    done = call.do("take", whose="Dr Roy", theirs=theirs)
    assert done["said"] == "3 changes taken in, 1 left as on record." and done["refused"] == []
    state = call.do("state", person=person)["state"]["entered"]
    assert (state["decision"], state["owner"], state["next_review"]) == ("Wait and review", "B. Nurse", "2026-07-01")
    assert state["notes"] == "from the copy"
    assert sitting.recorded(person, "decision") == ["Offer support", "Wait and review"]
    assert entries(place)["author"].to_list()[-1] == f"Dr Roy, taken in by A. Chair ({login()})"
    call.do("take", 409, whose="", theirs=[])
    assert json.loads(call.call("POST", "/do/look", b"no workbook", head)[2])["error"]


def test_one_meeting_at_a_time_and_only_about_the_latest_list(sitting: Sitting) -> None:
    with pytest.raises(Busy, match="hiu meet 2026-03"):
        meet(sitting.place, None, by="Another", clock=lambda: NOW, opened=print)


def test_the_end_gives_minutes_and_a_pack_with_what_was_decided(place_after: Place) -> None:
    with meeting(place_after) as caller:
        caller.enter()
        person, other = caller.people()[:2]
        caller.save(
            person, decision="Offer support", owner="B. Nurse", next_review="2026-06-01", notes="Prefers mornings"
        )
        caller.save(other, decision="Continue support")
        caller.do("undo", person=other, version=1)
        action = {"action": "Ring the GP", "action_owner": "C. Officer", "action_due": "2026-05-01", "action_done": ""}
        caller.do("save", person=person, version=1, values={}, action=action)
        assert "ended" in caller.do("end", attended="Ann Chair\n\nBo | Lee")["said"]
    outcome = run(place_after)
    assert outcome.changed and outcome.published
    assert pdf_faults((outcome.published / "minutes.pdf").read_bytes()) == []
    text = text_of(outcome.published / "minutes.pdf")
    for part in (
        "Ann Chair, Bo Lee",
        "Offer support",
        "B. Nurse",
        "1 Jun 2026",
        "Prefers mornings",
        "Ring the GP",
        person,
    ):
        assert part in text, (part, text)
    assert "Continue support" not in text and other not in text, "what was undone is not in the minutes"
    pack = (outcome.published / "pack.html").read_text(encoding="utf-8")
    [shown] = [one["recorded"] for one in embedded_in(pack)["people"] if one["id"] == person]
    assert {(place, author.split(" (")[0]) for _, _, place, _, author in shown} == {("Mar 2026 list", "A. Chair")}
    assert "Prefers mornings" in pack
    assert not run(place_after).changed, "nothing changed since"
