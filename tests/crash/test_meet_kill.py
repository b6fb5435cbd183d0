"""A live meeting killed at 50 points of its work: what was confirmed on the screen is in the records, and the log."""

from __future__ import annotations

import random
import subprocess
import sys
import threading

import pytest
from areakit import REPOSITORY
from meet_kit import Caller, entries

from hiu.govern.audit import read, verify
from pipelines.common.place import Place

POINTS = 50


def begun(place: Place) -> tuple[subprocess.Popen[str], Caller]:
    """A meeting in a process of its own, entered."""
    site = ["--site", str(place.home), "--curated", str(place.curated)]
    line = [sys.executable, "-m", "pipelines.cli", "meet", "--by", "A. Chair", "--no-browser", *site]
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=REPOSITORY
    )
    assert process.stdout and process.stderr
    first = process.stdout.readline()
    assert "http://127.0.0.1:" in first, process.stderr.read()
    caller = Caller(first.split()[-1])
    assert caller.enter() == 303
    return process, caller


def typing(caller: Caller, person: str, turn: int, confirmed: list[str]) -> None:
    """Type entry after entry; note each as soon as it is confirmed, until nobody answers."""
    version = caller.do("state", person=person)["state"]["version"]
    for k in range(10_000):
        words = f"Worker {turn}.{k}"
        try:
            found = caller.do("save", person=person, version=version, values={"owner": words})
        except OSError:
            return
        assert found["taken"] == 1, found
        version = found["state"]["version"]
        confirmed.append(words)


@pytest.mark.slow
def test_no_entry_that_was_confirmed_is_lost_to_a_kill(place_after: Place) -> None:
    dice, confirmed, person = random.Random(1), list[str](), ""
    for turn in range(POINTS):
        process, caller = begun(place_after)
        person = person or caller.people()[0]
        killer = threading.Timer(dice.uniform(0.05, 1.5), process.kill)
        killer.start()
        try:
            typing(caller, person, turn, confirmed)
        except (ConnectionError, ValueError, AssertionError) as error:
            assert process.poll() is not None or killer.is_alive() is False, error
        process.wait(timeout=60)
        killer.join()
    kept = entries(place_after).filter(field="owner")["value"].to_list()
    lost = [words for words in confirmed if words not in kept]
    assert lost == [] and len(confirmed) > POINTS, f"{len(confirmed)} entries confirmed"
    logged = sum(entry["event"]["type"] == "meeting_recorded" for entry in read(place_after.audit))
    assert logged >= len(kept), "the log has every entry, and perhaps one that was cut off before it was kept"
    problems = [one for one in verify(place_after.audit, place_after.key_for("audit")) if "half written" not in one]
    assert problems == []
    print(f"{POINTS} kills, {len(confirmed)} entries confirmed, {len(kept)} kept")
