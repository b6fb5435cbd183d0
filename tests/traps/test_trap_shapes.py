"""Tables of other shapes: counts in place of events, a column a month, headers of two rows, values that stand once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from traps.intake_traps import Trap, spring

DENTAL = """title = "Urgent dental visits"
kind = "counts"
agency = "dental"
[file]
pattern = "dental*"
[fields.month]
columns = ["Period"]
[fields.n]
columns = ["Visits"]
[fields.local]
columns = ["Chart no"]
type = "local_id"
scheme = "dental"
[fields.family]
columns = ["Last name"]
type = "family"
[fields.given]
columns = ["First"]
type = "given"
[[measures]]
name = "dental_visit"
[counts]
dental_visit = { measures = ["dental_visit"] }
"""
AGREED = """[[agreements]]
source = "dental"
start = 2026-01-01
end = 2027-12-31
reference = "ISA 9"
signed_by = "Chair"
"""
TOP = "Chart no,Last name,First,Period,Visits\n"
MARCH = datetime(2026, 3, 1)


def dental(table: str, **more: object) -> Trap:
    files, sources = {"2026-03/dental.csv": TOP + table}, {"dental": DENTAL}
    return Trap(**{"files": files, "sources": sources, "settings": AGREED, **more})  # type: ignore[arg-type]


COUNTS = {
    "person, month and number": dental(
        "D101,ORE,Pat,2026-03,4\nD102,ASH,Kim,2026-03,0\n",
        exit=0,
        rows={"2026-03/dental.csv": (2, 0)},
        records={"n": [4, 0], "start": [MARCH, MARCH], "family": ["ORE", "ASH"]},
    ),
    "months as they are written": dental(
        'D101,ORE,Pat,Mar-26,1\nD102,ASH,Kim,March 2026,2\nD103,FIR,Al,03/2026,3\nD104,ELM,Jo,202603,"1,204"\n'
        "D105,OAK,Bo,01/03/2026,5.0\nD106,YEW,Cy,31/03/2026,6\n",
        exit=0,
        rows={"2026-03/dental.csv": (6, 0)},
        records={"n": [1, 2, 3, 1204, 5, 6], "start": [MARCH] * 6},
    ),
    "numbers that are not sent": dental(
        "D101,ORE,Pat,2026-03,\nD102,ASH,Kim,2026-03,<5\nD103,FIR,Al,2026-03,*\nD104,ELM,Jo,2026-03,-2\n"
        "D105,OAK,Bo,2026-03,1.5\nD106,YEW,Cy,2026-03,7\n",
        exit=3,
        rows={"2026-03/dental.csv": (1, 5)},
        says=("count_missing", "count_suppressed", "count_unreadable"),
        records={"n": [7]},
    ),
    "a month that is none": dental(
        "D101,ORE,Pat,2026-03,4\nD102,ASH,Kim,Q4,2\n",
        exit=3,
        rows={"2026-03/dental.csv": (1, 1)},
        says=("date_unreadable",),
        records={"n": [4]},
    ),
    "a person sent twice with other numbers is said": dental(
        "D101,ORE,Pat,2026-03,4\nD101,ORE,Pat,2026-03,2\n",
        exit=3,
        rows={"2026-03/dental.csv": (2, 0)},
        says=("the same record key more than once in the file; the later row holds",),
    ),
}
TRAPS = {**COUNTS}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
