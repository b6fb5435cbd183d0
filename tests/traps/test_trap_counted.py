"""Deliveries that load and count nothing, or less than they seem to: each is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.intake_traps import Trap, spring

from pipelines.common.place import open_place, open_warehouse

FILE = "2026-03/practice.csv"
WIDE = """title = "Practice"
kind = "counts"
agency = "practice"
[file]
pattern = "practice*.csv"
unpivot = { columns = "Jan-26...Mar-26", month = "%b-%y" }
[fields]
month = { columns = ["month"] }
n = { columns = ["n"] }
family = { columns = ["Surname"], type = "family" }
dob = { columns = ["DOB"], type = "dob" }
[[measures]]
name = "visit"
[counts]
visit = { measures = ["visit"] }
"""
LONG = WIDE.replace('unpivot = { columns = "Jan-26...Mar-26", month = "%b-%y" }\n', "").replace('"month"]', '"Month"]')
EVENTS = """title = "Visits"
kind = "events"
agency = "visits"
[file]
pattern = "practice*.csv"
[key]
event = ["ref"]
[fields]
ref = { columns = ["Ref"] }
start = { columns = ["Seen"], type = "timestamp" }
family = { columns = ["Surname"], type = "family" }
attended = { columns = ["Attended"], type = "boolean" }
[[measures]]
name = "visit"
where = { attended = { in = ["true"] } }
[counts]
visit = { measures = ["visit"] }
"""

TRAPS = {
    "one person lacks a month that others have": Trap(
        files={FILE: "Surname,DOB,Jan-26,Feb-26,Mar-26\nAmble,01/02/1980,3,0,7\nBirch,02/03/1981,1,1,\n"},
        sources={"practice": WIDE},
        exit=3,
        rows={FILE: (5, 1)},
        says=("count_missing",),
        records={"n": [3, 0, 7, 1, 1]},
    ),
    "whole numbers with a decimal comma": Trap(
        files={FILE: 'Surname,DOB,Month,n\nAmble,01/02/1980,2026-03,"3,0"\nBirch,02/03/1981,2026-03,"1,104"\n'},
        sources={"practice": f"{LONG}[expect]\ncount_limit = 2000\ncount_unusual = 2000\n"},
        exit=0,
        rows={FILE: (2, 0)},
        records={"n": [3, 1104]},
    ),
    "a condition that no row meets": Trap(
        files={FILE: "Ref,Seen,Surname,Attended\n" + "".join(f"V{n},0{n}/03/2026,Amble,Yes\n" for n in range(1, 7))},
        sources={"practice": EVENTS},
        exit=3,
        rows={FILE: (6, 0)},
        says=("none of 6 rows counts as anything", "'attended'"),
    ),
}
NOTHING = Trap(
    files={FILE: "Surname,DOB,Month,n\nAmble,01/02/1980,2026-03,few\nBirch,02/03/1981,2026-03,*\n"},
    sources={"practice": LONG},
    exit=3,
    rows={FILE: (0, 2)},
    says=("count_unreadable",),
)


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)


def test_a_delivery_of_which_nothing_loads_supplies_no_month(tmp_path: Path) -> None:
    spring(NOTHING, tmp_path)
    with open_warehouse(open_place(tmp_path / "site")) as warehouse:
        row = warehouse.read("deliveries").row(0, named=True)
    assert row["covers_to"] < row["covers_from"]
