"""Whole deliveries with one right outcome, the same for `hiu check` and for `hiu run`."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.intake_traps import Trap, spring

HEADER = "Log,Person seq,Created,Role,Surname,Forename,DOB\n"

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
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
