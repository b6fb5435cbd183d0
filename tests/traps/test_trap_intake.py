"""Whole deliveries with one right outcome, the same for `hiu check` and for `hiu run`."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.intake_traps import Trap, spring

HEADER = "Log,Person seq,Created,Role,Surname,Forename,DOB\n"
SCENES = ("03/03/2026 10:20", "No", "00:00", "Not attended", "1900-01-01", "Y", "maybe")
ARRIVED = ("03/03/2026 10:20", "Y")

TRAPS = {
    "a plain police file": Trap(
        files={"2026-03/police.csv": HEADER + "L1,1,03/03/2026 10:00,Subject,Amble,Jo,01/02/1980\n"},
        exit=0,
        rows={"2026-03/police.csv": (1, 0)},
        records={"family": ["AMBLE"]},
    ),
    "a row without its log": Trap(
        files={"2026-03/police.csv": HEADER + ",1,03/03/2026 10:00,Subject,Amble,Jo,01/02/1980\n"},
        exit=3,
        rows={"2026-03/police.csv": (0, 1)},
        says=("set aside", "key_missing"),
    ),
    "two stray quotation marks": Trap(
        files={
            "2026-03/police.csv": HEADER
            + 'L1,1,03/03/2026 10:00,Subject,Amble,"Jo,01/02/1980\nL2,1,03/03/2026 11:00,Subject,Amble,Jo,01/02/1980\n'
            'L3,1,03/03/2026 12:00,Subject,Amble,Jo",01/02/1980\n'
        },
        exit=4,
        says=("goes on over 3 lines and holds whole rows",),
    ),
    "an address over two lines is no fault": Trap(
        files={
            "2026-03/police.csv": HEADER.replace("DOB", "DOB,Address")
            + 'L1,1,03/03/2026 10:00,Subject,Amble,Jo,01/02/1980,"4 Low Street,\nBS1 4ND, Bristol"\n'
        },
        exit=0,
        rows={"2026-03/police.csv": (1, 0)},
    ),
    "an ambulance that never arrived": Trap(
        files={
            "2026-03/ambulance.csv": "CAD number,Deployment ID,Call connected,On scene,Outcome,Surname,Forename,DOB\n"
            + "".join(
                f"C{n},D{n},03/03/2026 10:00,{scene},Conveyed,Amble,Jo,01/02/1980\n" for n, scene in enumerate(SCENES)
            )
        },
        exit=3,
        rows={"2026-03/ambulance.csv": (7, 0)},
        says=("On scene: 1 cell is not in the list",),
        records={"measures": [["ambulance_call", *["ambulance_deployment"] * (scene in ARRIVED)] for scene in SCENES]},
    ),
    "words for a deletion": Trap(
        files={
            "2026-03/ed_x.csv": "Attendance ID,Arrival date time,Discharge status,Surname,Forename,DOB,Update type\n"
            + "".join(
                f"A{n},0{n + 1}/03/2026 10:00,treatment completed,Amble,Jo,01/02/1980,{word}\n"
                for n, word in enumerate(("9", "1", "D ", "Cancelled", "purged"))
            )
        },
        exit=3,
        rows={"2026-03/ed_x.csv": (5, 0)},
        says=("Update type: 1 cell is not in the list",),
        records={"deleted": [False, True, True, True, False]},
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
