"""A live meeting killed at 50 points of its work: what was confirmed on the screen is in the records, and the log."""

from __future__ import annotations

import http.client
import multiprocessing
import random
import threading
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from meet_kit import Caller, entries

from hiu.govern.audit import read, verify
from pipelines.common.place import Place, open_place
from pipelines.papers.meeting.meet import meet

POINTS = 50


def serve(home: Path, curated: Path, told: Connection) -> None:
    """A meeting in a process of its own."""
    meet(open_place(home, curated=curated), None, by="A. Chair", clock=lambda: datetime.now(UTC), opened=told.send)


def typing(caller: Caller, person: str, turn: int, confirmed: list[str]) -> None:
    """Type entry after entry; note each as soon as it is confirmed, until nobody answers."""
    try:
        version = caller.do("state", person=person)["state"]["version"]
        for k in range(10_000):
            found = caller.do("save", person=person, version=version, values={"owner": f"Worker {turn}.{k}"})
            assert found["taken"] == 1, found
            confirmed.append(f"Worker {turn}.{k}")
            version = found["state"]["version"]
    except (OSError, http.client.HTTPException):
        return


@pytest.mark.slow
def test_no_entry_that_was_confirmed_is_lost_to_a_kill(place_after: Place) -> None:
    # a server of forks has everything imported: a new process for each kill would take seconds to start
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
    context.set_forkserver_preload(["pipelines.papers.meeting.meet"])
    dice, confirmed, person = random.Random(1), list[str](), ""
    for turn in range(POINTS):
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(place_after.home, place_after.curated, theirs))
        process.start()
        assert ours.poll(180), "the meeting does not open"
        caller = Caller(ours.recv())
        assert caller.enter() == 200
        person = person or caller.people()[0]
        killer = threading.Timer(dice.uniform(0.05, 1.5), process.kill)
        killer.start()
        typing(caller, person, turn, confirmed)
        killer.join()
        process.join(60)
        assert process.exitcode and process.exitcode != 1
    kept = entries(place_after).filter(field="owner")["value"].to_list()
    assert [words for words in confirmed if words not in kept] == [] and confirmed
    logged = sum(entry["event"]["type"] == "meeting_recorded" for entry in read(place_after.audit))
    assert logged >= len(kept), "the log has every entry, and perhaps one that was cut off before it was kept"
    problems = [one for one in verify(place_after.audit, place_after.key_for("audit")) if "half written" not in one]
    assert problems == []
    print(f"{POINTS} kills, {len(confirmed)} entries confirmed, {len(kept)} kept, {logged} in the log")
