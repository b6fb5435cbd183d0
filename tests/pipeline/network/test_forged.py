"""Files of a partner who has the keys and changed the program, and names that are no second pair of eyes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cross_sites import NORTH, SOUTH, Two
from hostile_kit import Said

from hiu.govern import records
from hiu.model.govern import CROSSINGS, DISCLOSURES
from hiu.network import letters
from hiu.network.blind import POINT
from hiu.network.subjects import SLOTS
from pipelines.common.place import Place
from pipelines.network import store
from pipelines.network.partners import seed_of

Fields = Mapping[str, Any]


def places(two: Two, writer: str) -> tuple[Place, Place]:
    """Of the site that writes, and of the one that reads."""
    both = two.north.place, two.south.place
    return both if writer == NORTH else both[::-1]


def take(two: Two, writer: str, path: Path, by: str = "Analyst") -> Said:
    return (two.south if writer == NORTH else two.north).hiu("cross", "--take", path, "--by", by)


def forged(two: Two, writer: str, step: str, change: Callable[[Fields], Fields]) -> Said:
    """What the other site says to a file of a step whose letter was changed, sealed with the writer's own key."""
    from hiu.network.envelope import open_sealed, public_key, read_header, seal

    (own, other), path = places(two, writer), two.written(writer, step)
    content = path.read_bytes()
    letter = open_sealed(content, path.name, seed=seed_of(other), public=public_key(seed_of(own)))
    changed = letter.model_copy(update=change(letter.model_dump()))  # unchecked, as a changed program would
    head = read_header(content, path.name)
    path.write_bytes(seal(head, changed, seed=seed_of(own), public=public_key(seed_of(other))))
    return take(two, writer, path)


def refused(two: Two, reader: Place, said: Said, words: str, session: str) -> None:
    """Refused in words, and nothing of it was kept."""
    assert said.code == 4 and words in said.err, said.err
    kept = store.load(reader, session)
    assert not kept.reviewers.get("there") and not kept.memory.disclosed


@pytest.fixture(scope="module")
def encoded(known: Two, tmp_path_factory: pytest.TempPathFactory) -> tuple[Two, str]:
    """An exchange whose result was written, and not taken in."""
    two = known.copy(tmp_path_factory.mktemp("encoded"))
    return two, two.exchange("encodings")


RESULTS: dict[str, Callable[[Fields, list[str], int], Fields]] = {
    "made-up names": lambda f, refs, near: {"alike": {"ABCDEF012345": 0}},
    "a name at another place": lambda f, refs, near: {"alike": {refs[0]: 1}},
    "one encoding twice": lambda f, refs, near: {"alike": {refs[0]: 0, "ABCDEF012345": 0}},
    "a place beyond": lambda f, refs, near: {"alike": {refs[0]: len(refs)}},
    "more than are near": lambda f, refs, near: {"alike": dict(zip(refs[: near + 1], range(near + 1), strict=True))},
    "another number": lambda f, refs, near: {"decided": f["decided"] + 1},
}


@pytest.mark.parametrize("kind", sorted(RESULTS))
def test_a_result_that_the_site_does_not_find_itself_is_refused(
    kind: str, encoded: tuple[Two, str], tmp_path: Path
) -> None:
    two, session = encoded[0].copy(tmp_path), encoded[1]
    memory = store.load(two.south.place, session).memory
    assert len(set(memory.refs)) == len(memory.refs) > memory.most_alike
    said = forged(two, NORTH, "result", lambda fields: RESULTS[kind](fields, memory.refs, memory.most_alike))
    assert said.code == 4 and "counts other pairs than this site" in said.err
    assert store.load(two.south.place, session).expects == "result"


def _first(fields: Fields) -> tuple[str, int]:
    return min(fields["places"].items())


RELEASES: dict[str, tuple[Callable[[Fields], Fields], str]] = {
    "a pair there is not": (lambda f: {"places": {"ABCDEF012345": 0}, "alike": []}, "that there are not"),
    "the same of the second stage": (lambda f: {"alike": ["ABCDEF012345"]}, "that there are not"),
    "one there is not among others": (lambda f: {"alike": [*f["alike"], "ABCDEF012345"]}, "that there are not"),
    "an entry beyond": (lambda f: {"places": {_first(f)[0]: 200_000}}, "that there are not"),
    "one entry in two pairs": (lambda f: {"places": dict.fromkeys(f["places"], _first(f)[1])}, "one of them twice"),
    "escape characters": (lambda f: {"reviewer": "Dr\x1b[31m North"}, "something else than its step needs"),
    "a turned direction": (lambda f: {"reviewer": "Dr \u202ehtroN"}, "something else than its step needs"),
    "two lines": (lambda f: {"reviewer": "Dr North\nDr South"}, "something else than its step needs"),
    "who took our steps": (lambda f: {"reviewer": "ANALYST"}, "took a step of this exchange here"),
    "nobody": (lambda f: {"reviewer": "your name"}, "who is nobody"),
}


@pytest.mark.parametrize("kind", sorted(RELEASES))
def test_a_forged_release_is_refused_and_keeps_no_name(kind: str, counted: tuple[Two, str]) -> None:
    (two, session), (change, words) = counted, RELEASES[kind]
    two.hiu(NORTH, "--release", session, "--reviewer", "Dr North")
    refused(two, two.south.place, forged(two, NORTH, "release", change), words, session)


def test_the_reviewers_of_the_two_sites_are_two_people_who_took_no_step(counted: tuple[Two, str]) -> None:
    two, session = counted
    for who in ("Analyst", "dr  analyst", "\uff21nalyst"):
        said = two.north.hiu("cross", "--release", session, "--reviewer", who)
        assert said.code == 2 and "can't review it here" in said.err, who
    for who in ("Dr\x1b[2J North", "Dr\u200b North", "D", "D" * 121):
        assert two.north.hiu("cross", "--release", session, "--reviewer", who).code == 2, who
    two.hiu(NORTH, "--release", session, "--reviewer", "Dr North")
    assert take(two, NORTH, two.written(NORTH, "release")).code == 0
    said = two.south.hiu("cross", "--release", session, "--reviewer", "North, Dr")
    assert said.code == 2 and "reviewed it at the other site" in said.err
    two.hiu(SOUTH, "--release", session, "--reviewer", "Dr South")
    said = take(two, SOUTH, two.written(SOUTH, "release"), by="Dr North")
    assert said.code == 2 and "who reviewed an exchange can't take its steps" in said.err
    said = forged(two, SOUTH, "release", lambda _: {"reviewer": "dr north"})
    refused(two, two.north.place, said, "reviewed here too", session)


def test_a_release_is_entered_when_it_leaves_by_its_reviewer_and_taken_once(counted: tuple[Two, str]) -> None:
    two, session = counted

    def lines(place: Place) -> list[tuple[str, int, str]]:
        rows = records.read(place.records, DISCLOSURES).filter(what="pair revealed with another area")
        return rows.select("by", "people", "person_id").rows()

    two.hiu(NORTH, "--release", session, "--reviewer", "Dr North")
    memory = store.load(two.north.place, session).memory
    assert sum(people for _, people, _ in lines(two.north.place)) == memory.pairs
    assert {person for *_, person in lines(two.north.place)} == {None, *memory.alike.values()}
    said = take(two, NORTH, two.written(NORTH, "release"))
    assert "--release" in said.out and lines(two.south.place) == []
    rows = records.history(two.south.place.records, CROSSINGS).height
    again = take(two, NORTH, two.written(NORTH, "release"))
    assert again.code == 4 and "releases nothing more" in again.err
    assert records.history(two.south.place.records, CROSSINGS).height == rows
    two.hiu(SOUTH, "--release", session, "--reviewer", "Dr South")
    said = take(two, SOUTH, two.written(SOUTH, "release"), by="Clerk")
    assert "every pair was released here" in said.out and "--release" not in said.out
    for site, who in ((two.north, "Dr North"), (two.south, "Dr South")):
        kept, entered = store.load(site.place, session).memory, lines(site.place)
        assert {by for by, *_ in entered} == {who}
        assert set(kept.revealed().values()) <= {person for *_, person in entered}
    assert two.north.hiu("cross", "--show", session).code == 2, "whoever is shown people gives a name"


def _points(fields: Fields, change: Callable[[np.ndarray], None]) -> Fields:
    points = letters.unpack(fields["mine"]["points"], len(SLOTS), POINT).copy()
    change(points)
    return {"mine": letters.Entries(points=letters.pack(points), numbered=fields["mine"]["numbered"])}


def _fill(points: np.ndarray, rows: slice, slots: slice) -> None:
    points[rows, slots] = points[0, slots]


ASKS: dict[str, tuple[Callable[[Fields], Fields], str]] = {
    "one person alone": (lambda f: _points(f, lambda p: _fill(p, slice(None), slice(None))), "an entry twice"),
    "one entry twice": (lambda f: _points(f, lambda p: _fill(p, slice(1, 2), slice(None))), "an entry twice"),
    "one person, a value changed": (lambda f: _points(f, lambda p: _fill(p, slice(None), slice(0, 9))), "one value in"),
    "an agreement with escapes": (lambda f: {"agreement": "ISA\x1b]0;x\x07"}, "something else than its step needs"),
    "a purpose with escapes": (lambda f: {"purpose": "support\x00"}, "something else than its step needs"),
}


@pytest.mark.parametrize("kind", sorted(ASKS))
def test_a_list_that_is_nobody_s_and_text_that_steers_a_terminal_are_refused(
    kind: str, asked: Two, tmp_path: Path
) -> None:
    two, (change, words) = asked.copy(tmp_path), ASKS[kind]
    said = forged(two, NORTH, "ask", change)
    assert said.code == 4 and words in said.err and store.sessions(two.south.place) == [], said.err


def test_withdrawals_of_a_day_are_a_file_for_each_purpose_and_a_card_says_that_an_agreement_is_in_force(
    asked: Two, tmp_path: Path
) -> None:
    two = asked.copy(tmp_path)
    card = tmp_path / "card.json"
    read_out = two.hiu(NORTH, "--card", card).out.split("telephone: ")[1].strip()
    said = two.hiu(SOUTH, "--trust", card, "--fingerprint", read_out, "--by", "Officer").out
    assert "Agreements in force: " in said and "needed" not in said
    for purpose in ("support", "planning"):
        two.hiu(NORTH, SOUTH, "--purpose", purpose, "--withdraw", "--by", "Officer")
    assert len(list(store.folder(two.north.place).glob("out/*-withdrawal.hiucross"))) == 2


@pytest.mark.slow
def test_the_measurement_says_how_it_is_used() -> None:
    path = Path(__file__).parents[2] / "bench" / "cross_sites.py"
    said = subprocess.run([sys.executable, path, "--help"], capture_output=True, text=True, check=False)
    assert said.returncode == 0 and "people" in said.stdout
