"""Events of many rows each, which a number of each row tells apart: drafted so that each counts once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from traps.draftkit import Stranger, drafted, meet
from traps.intake_traps import counted

from hiu.month import Month
from pipelines.common.place import open_place

PARTS = "2026-03/parts.csv"
PEOPLE = ("QUILL,Ada,05/09/1974", "BIRCH,Alan,14/02/1961", "CEDAR,Kit,31/12/1990", "ROWAN,Sian,19/06/2001")
HEADS: Mapping[str, tuple[Callable[[int], str], Callable[[int], str], int]] = {
    "Enquiry Ref,Entry": (lambda at: f"EN/{at:05d}", str, 7),
    "SessionID,Row": (lambda at: f"{60 + at}", str, 4),
    "Dispatch No,Callsign": (lambda at: f"D{800 + 7 * at}", lambda part: f"AB{part}", 5),
    "Thread,Post": (lambda at: f"th-{at:06d}", lambda part: str(part - 1), 6),
    "Occurrence Number,Seq": (lambda at: f"{4400000 + at}", lambda part: f"{part:02d}", 9),
}
"""The headers of the event and of its part -> how each is written, and how many parts an event has."""


def table(head: str, apart: timedelta = timedelta(minutes=3), nobody: int = 0) -> str:
    """Twelve events of four people, one every other day; `apart` is the time between their parts. The last `nobody`
    events name nobody."""
    event, part, parts = HEADS[head]
    lines = [f"{head},Surname,Forename,DOB,Time of contact"]
    for at in range(12):
        who = PEOPLE[at % 4] if at < 12 - nobody else "Anonymous,,"
        begun = datetime(2026, 3, 1 + 2 * at, 9, 10)
        for turn in range(1, parts + 1):
            when = begun + (turn - 1) * apart
            lines.append(f"{event(at)},{part(turn)},{who},{when:%d/%m/%Y %H:%M}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("head", HEADS)
def test_each_event_counts_once(head: str, tmp_path: Path) -> None:
    parts = HEADS[head][2]
    stranger = Stranger(
        files={PARTS: table(head)},
        sources={"parts": PARTS},
        writes=('event = ["event"]', 'record = ["event", "part_no"]'),
        rows={PARTS: (12 * parts, 0)},
        records={"event_id": [HEADS[head][0](at) for at in range(12) for _ in range(parts)]},
    )
    meet(stranger, tmp_path)


@pytest.mark.parametrize("head", HEADS)
def test_contacts_of_one_case_weeks_apart_are_events(head: str, tmp_path: Path) -> None:
    text = table(head, timedelta(days=9))
    draft = drafted(Stranger(files={PARTS: text}, sources={"parts": PARTS}), tmp_path / "raw")["parts"]
    assert 'event = ["start"' in draft, draft


@pytest.mark.parametrize("head", HEADS)
def test_an_event_that_names_nobody_is_one_in_the_total(head: str, tmp_path: Path) -> None:
    parts = HEADS[head][2]
    text = table(head, nobody=5)
    stranger = Stranger(files={PARTS: text}, sources={"parts": PARTS}, rows={PARTS: (12 * parts, 0)})
    meet(stranger, tmp_path)
    with counted(open_place(tmp_path / "site"), Month(2026, 3)) as warehouse:
        total = warehouse.read("monthly_total").filter(dataset="parts", month=datetime(2026, 3, 1).date())
    assert total.select("n", "nobody").rows() == [(7, 5)]
