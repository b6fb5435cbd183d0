"""Keys of other files: a number that starts again in each file is refused, and an amendment still replaces its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.draftkit import Stranger, drafted
from traps.intake_traps import Trap, spring

SOURCE = {
    "suite": """title = "Suite"
kind = "events"
agency = "police"
[file]
pattern = "suite*"
[key]
event = ["no"]
[fields.no]
columns = ["No"]
[fields.start]
columns = ["Arrived"]
type = "timestamp"
[fields.name]
columns = ["Name"]
type = "name"
[fields.dob]
columns = ["Born"]
type = "dob"
[[measures]]
name = "detention"
where = {}
"""
}
SETTINGS = (
    '[[agreements]]\nsource = "suite"\nstart = 2020-01-01\nend = 2099-12-31\nreference = "invented"\n'
    'signed_by = "Invented, for tests"\n'
)
NAMES = (
    "Quill, Ada",
    "Birch, Alan",
    "Cedar, Kit",
    "Rowan, Sian",
    "Thorne, Iris",
    "Vale, Rhys",
    "Moss, Una",
    "Reed, Jo",
)
FEB, MAR = "2026-02/suite.csv", "2026-03/suite.csv"
NORTH, SOUTH = "2026-03/suite_north.csv", "2026-03/suite_south.csv"


def sheet(month: int, people: str, *, first: int = 1, day: int = 4) -> str:
    """Rows numbered from `first`, one a day from `day` on, about the people whose places in NAMES are given."""
    rows = (
        f'{first + k},{day + k:02d}/{month:02d}/2026 11:00,"{NAMES[int(who)]}",0{1 + int(who)}/04/19{60 + int(who)}\n'
        for k, who in enumerate(people)
    )
    return "No,Arrived,Name,Born\n" + "".join(rows)


def refused(told: str, feb: str, mar: str) -> Trap:
    rows = {FEB: (feb.count("\n") - 1, 0)}
    return Trap(files={FEB: feb, MAR: mar}, sources=SOURCE, settings=SETTINGS, exit=4, rows=rows, says=(told,))


def loads(feb: str, mar: str, **more: object) -> Trap:
    files = {FEB: feb, MAR: mar}
    rows = {name: (text.count("\n") - 1, 0) for name, text in files.items()}
    exit = more.pop("exit", 0)
    return Trap(files=files, sources=SOURCE, settings=SETTINGS, exit=exit, rows=rows, **more)  # type: ignore[arg-type]


TRAPS = {
    "numbered from 1 in each file": refused(
        f"{MAR}: 4 of 4 keys in 'No' that were sent before are those of other people's rows, or of other dates, as in "
        f"{FEB}. The number seems to start again in each file, and these rows would replace those. Use a key of "
        'several fields, such as event = ["no", "start"] under [key] in sources/suite.toml, or ask the sender for a '
        "number that is never used again",
        sheet(2, "01234"),
        sheet(3, "5670"),
    ),
    "the same people under the same numbers on other dates": refused(
        "3 of 3 keys in 'No'", sheet(2, "012"), sheet(3, "012", day=20)
    ),
    "some of the people come again": refused("5 of 6 keys", sheet(2, "012345"), sheet(3, "123405")),
    "an amendment": loads(sheet(2, "01234"), sheet(2, "01234").replace("11:00", "11:20"), exit=3),
    "two slips are no new numbering": loads(sheet(2, "01"), sheet(3, "56")),
    "two files of one month, each numbered from 1": Trap(
        files={NORTH: sheet(3, "01234"), SOUTH: sheet(3, "5670", day=10)},
        sources=SOURCE,
        settings=SETTINGS,
        exit=4,
        rows={NORTH: (5, 0)},
        says=(f"{SOUTH}: 4 of 4 keys in 'No' that were sent before", f"as in {NORTH}"),
    ),
    "two files of one month, the second an amendment": Trap(
        files={NORTH: sheet(3, "01234"), SOUTH: sheet(3, "01234").replace("11:00", "11:20")},
        sources=SOURCE,
        settings=SETTINGS,
        exit=3,
        says=("5 rows of 2026-03/suite_south.csv are in 2026-03/suite_north.csv too, and count once",),
        rows={NORTH: (5, 0), SOUTH: (5, 0)},
    ),
    "two files of one month, numbered on": Trap(
        files={NORTH: sheet(3, "01234"), SOUTH: sheet(3, "5670", first=6)},
        sources=SOURCE,
        settings=SETTINGS,
        exit=0,
        rows={NORTH: (5, 0), SOUTH: (4, 0)},
    ),
    "numbers that go on": loads(sheet(2, "01234"), sheet(3, "5670", first=6)),
}


@pytest.mark.parametrize("name", TRAPS)
def test_keys_of_other_events_are_refused(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)


VEHICLES = ("AB1", "AB2", "CD7", "CD8", "EF3")
CALLS = "2026-03/ambulance.csv"


def calls(vehicle: str = "{call}") -> str:
    """Thirty calls with two vehicles each; the last ten name nobody."""
    lines = ["CAD number,Deployment ID,Call connected,On scene,Patient name,DOB,Outcome"]
    for at in range(60):
        call = at // 2
        sign = vehicle.format(call=f"D{at}", sign=VEHICLES[(call + 3 * (at % 2)) % 5])
        who = f'"{NAMES[call % 8]}",0{1 + call % 8}/04/1960' if call < 20 else "Unknown,"
        lines.append(f"A{call},{sign},{1 + call % 28:02d}/03/2026 09:10,09:2{at % 2},{who},See and treat")
    return "\n".join(lines) + "\n"


def test_callsigns_of_several_calls_are_no_key(tmp_path: Path) -> None:
    says = "5 of 5 keys in 'Deployment ID' stand in rows of several events, and these rows would replace each other."
    spring(Trap(files={CALLS: calls("{sign}")}, exit=4, says=(says,)), tmp_path / "shipped")
    wide = 'extends = "ambulance"\n[key]\nrecord = ["incident", "deployment"]\n'
    trap = Trap(files={CALLS: calls("{sign}")}, sources={"ambulance": wide}, exit=0, rows={CALLS: (60, 0)})
    spring(trap, tmp_path / "mended")
    spring(Trap(files={CALLS: calls()}, exit=0, rows={CALLS: (60, 0)}), tmp_path / "numbered")


def test_a_draft_adds_the_call_to_a_callsign(tmp_path: Path) -> None:
    for vehicle, drafts in (("{sign}", True), ("{call}", False)):
        stranger = Stranger(files={CALLS: calls(vehicle)}, sources={"ambulance": CALLS})
        text = drafted(stranger, tmp_path / vehicle.strip("{}"))["ambulance"]
        assert ('record = ["incident", "deployment"]  # CHECK: Deployment ID comes again' in text) == drafts, text
