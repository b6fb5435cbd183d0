"""Nobody's support starts on a review whose outcome nobody recorded, or where capacity is lacking without a decision in
their best interests with its day, which never stands in for consent; source, workbook and pages use the same words."""

from __future__ import annotations

from datetime import date

import polars as pl
import publish_frames as frames
import pytest
from workbook_kit import Edited, at, made, refusals

from hiu.govern.basis.due import due
from hiu.govern.basis.start import Gate, gates_on_record, lacking
from hiu.model.govern import BASIS, FAMILY_CONSENTS, OVERRIDES
from hiu.model.meeting import CHOICES
from hiu.publish.pack.people import gates_of
from hiu.rank.listing.population import access
from hiu.settings import Settings
from hiu.sources import load_sources

DAY, ON = date(2026, 3, 2), date(2026, 4, 10)
DECIDED = "lacks capacity: best-interests decision"
ROW = {"person_id": frames.IDS[0], "permission": "granted", "permission_at": DAY, "capacity_at": DAY, "start": DAY}


def missing(**words: tuple[str, date | None]) -> set[str]:
    gates = {"permission": Gate(word="granted", at=DAY)}
    gates |= {gate: Gate(word=word, at=day) for gate, (word, day) in words.items()}
    return set(lacking(gates, ended=None, on=ON))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"consent": ("given", DAY), "capacity": ("has capacity", DAY)}, set()),
        ({"consent": ("given", DAY), "capacity": ("lacks capacity", DAY)}, {"capacity"}),
        ({"consent": ("given", DAY), "capacity": ("reviewed", DAY)}, {"capacity"}),
        ({"consent": ("given", DAY), "capacity": ("review needed", DAY)}, {"capacity"}),
        ({"capacity": (DECIDED, DAY)}, {"consent"}),
        ({"consent": ("given", DAY), "capacity": (DECIDED, DAY)}, set()),
        ({"capacity": (DECIDED, None)}, {"capacity", "consent"}),
        ({"consent": ("refused", DAY), "capacity": (DECIDED, DAY)}, {"consent"}),
        ({"capacity": ("has capacity", DAY)}, {"consent"}),
    ],
)
def test_what_opens_a_start_of_support(words: dict[str, tuple[str, date | None]], found: set[str]) -> None:
    assert missing(**words) == found


def test_the_workbook_and_the_meeting_offer_the_outcomes_and_ask_for_the_day_of_each_that_opens() -> None:
    assert CHOICES["capacity"] == ("has capacity", DECIDED, "lacks capacity", "review needed")
    copy = Edited(made()).put(at("capacity"), DECIDED)
    assert refusals(copy.verdict(on=ON)) == [(at("capacity"), "undated")]
    whole = copy.put(at("capacity_at"), DAY).put(at("permission"), "granted").put(at("permission_at"), DAY)
    assert whole.put(at("decision"), "Start support").verdict(on=ON).refused, "nobody consented"
    given = whole.put(at("consent"), "given").put(at("consent_at"), DAY)
    assert not given.put(at("decision"), "Start support").verdict(on=ON).refused
    lacks = Edited(made()).put(at("capacity"), "lacks capacity")
    assert len(lacks.verdict(on=ON).changes) == 1, "what closes a gate needs no day"


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ("Has capacity", "has capacity"),
        ("Yes", "has capacity"),
        ("Lacks capacity", "lacks capacity"),
        ("No", "lacks capacity"),
        ("Best interests decision", DECIDED),
        ("Reviewed", "reviewed"),
        ("Review needed", "review needed"),
    ],
)
def test_the_list_s_capacity_outcome_is_read(sent: str, word: str) -> None:
    [capacity] = [one for one in load_sources()["caseload"].facts if one.fact == "capacity"]
    codes = {key.casefold(): value for key, value in capacity.codes.items()}
    assert codes[sent.casefold()] == word


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"capacity": "has capacity"}, {"consent"}),
        ({"capacity": DECIDED}, {"consent"}),
        ({"capacity": DECIDED, "consent": "given"}, set()),
        ({"capacity": DECIDED, "consent": "refused"}, {"consent"}),
        ({"capacity": "lacks capacity", "consent": "given"}, {"capacity"}),
    ],
)
def test_pack_and_list_of_what_is_due_say_the_same(change: dict[str, str], words: set[str]) -> None:
    table = frames.support([ROW | {"notice_at": DAY, "plan_at": DAY} | change])
    records = [frames.frame(one, []) for one in (FAMILY_CONSENTS, BASIS, OVERRIDES)]
    assert set(due(Settings(name="x"), table, *records, [], ON)["what"]) == words
    shown = gates_of(table.row(0, named=True), frames.LAST, Settings(name="x"))
    assert {title.split()[0].lower() for title, _, late, _ in shown if late} == words


def test_a_best_interests_decision_shows_nobody_as_supported_who_did_not_consent() -> None:
    table = frames.support([ROW | {"capacity": DECIDED}, ROW | {"person_id": frames.IDS[1], "consent": "given"}])
    assert access(frames.LAST, table)["person_id"].to_list() == [frames.IDS[1]]


def test_a_review_without_its_outcome_says_so_and_an_older_release_is_read() -> None:
    table = frames.support([ROW | {"capacity": "reviewed"}])
    shown = {title: value for title, value, _, _ in gates_of(table.row(0, named=True), frames.LAST, Settings(name="x"))}
    assert shown["Capacity"] == "reviewed, outcome not recorded, 2 Mar 2026"
    assert (
        gates_on_record(table.with_columns(capacity=pl.lit(None, pl.String)))[frames.IDS[0]]["capacity"].word
        == "reviewed"
    )
