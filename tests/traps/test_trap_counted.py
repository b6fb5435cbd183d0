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


ACROSS = EVENTS.replace('["Seen"]', '["Attendance 1"]').replace('where = { attended = { in = ["true"] } }\n', "")
OF_A_MONTH = WIDE.replace('unpivot = { columns = "Jan-26...Mar-26", month = "%b-%y" }\n', 'covers = "month"\n')
OF_A_MONTH = OF_A_MONTH.replace('month = { columns = ["month"] }\n', "").replace(
    '["n"]', '["Contacts"], type = "integer"'
)
BEFORE = [f"{day:02}/{month:02}/2026" for day in (3, 17) for month in (1, 2, 3)]


def wide(head: str, *cells: str) -> str:
    rows = [f"{at},TARN,01/02/19{50 + at},4,{','.join(cells)}" for at in range(12)]
    return "\n".join([f"Ref,Surname,DOB,Contacts,{head}", *rows]) + "\n"


@pytest.mark.parametrize(
    ("head", "cells", "source", "says"),
    [
        ("Attendance 1,Attendance 2,Attendance 3", BEFORE[2:5], ACROSS, "24 dates beside 'Attendance 1'"),
        ("Attendance 1,Attendance 2,Attendance 3", ["03/03/2026", "04/03/2026", ""], ACROSS, "12 dates beside"),
        ("1st appt,2nd appt,3rd appt,4th appt", [*BEFORE[2:5], ""], "1st appt", "24 dates beside '1st appt'"),
        ("First visit,Second visit,Most recent visit", BEFORE[2:5], "First visit", "24 dates beside 'First visit'"),
        ("Date of incident,Incident 2,Incident 3", BEFORE[2:5], "Date of incident", "24 dates beside 'Date of inc"),
        ("VisitDt_01,VisitDt_02", BEFORE[2:4], "VisitDt_01", "12 dates beside 'VisitDt_01'"),
        ("Visit date,Last visit,Date of birth of child 1", BEFORE[2:5], "Visit date", ""),
        (
            "Seen,Incident dates",
            [BEFORE[2], "02/03/2026; 30/03/2026"],
            "Seen",
            "'Incident dates' holds 24 dates, several in 12 cells",
        ),
        ("Seen,Contacts", [BEFORE[2], '"02/03/2026\n9/3/26"'], "Seen", "24 dates, several in 12"),
        ("Seen,Absent", [BEFORE[2], "02/03/2026 - 30/03/2026"], "Seen", ""),
        ("Attendance 1,Left 1,Booked", BEFORE[2:5], ACROSS, ""),
        ("First attended,Last attended", BEFORE[:2], OF_A_MONTH, "24 dates are not of Mar 2026"),
        ("Consultation 1 Date,Consultation 1 Type", ["03/01/2026", "DNA"], OF_A_MONTH, "12 dates are not of Mar 2026"),
        ("First attended,Last attended", ["03/03/2026", "09/03/2026"], OF_A_MONTH, ""),
        ("Next appointment,Registered", BEFORE[:2], OF_A_MONTH, ""),
    ],
)
def test_contacts_across_a_row_are_said(head: str, cells: list[str], source: str, says: str, tmp_path: Path) -> None:
    spring(
        Trap(
            files={FILE: wide(head, *cells)},
            sources={"practice": source if "\n" in source else ACROSS.replace("Attendance 1", source)},
            exit=3 if says else 0,
            rows={FILE: (12, 0)},
            says=(says,) if says else (),
            silent=("under [where]", *(() if says else ("dates beside", "several in", "are not of"))),
        ),
        tmp_path,
    )


LIST = ACROSS[: ACROSS.index("[[measures]]")].replace('"events"', '"register"')
LIST = LIST.replace('start = { columns = ["Attendance 1"], type = "timestamp" }\n', "")


@pytest.mark.parametrize(
    ("head", "cells", "says"),
    [
        ("Visit 1,Visit 2", BEFORE[2:4], "'Visit 1', 'Visit 2' hold 24 dates"),
        ("Incident dates", ["02/03/2026, 30/03/2026"], "'Incident dates' holds 24 dates, several in 12 cells"),
        ("First visit,Last visit", BEFORE[2:4], "'First visit', 'Last visit' hold 24 dates"),
        ("Next visit,Review 1,Review 2", BEFORE[2:5], ""),
    ],
)
def test_contacts_in_a_list_of_people_are_said(head: str, cells: list[str], says: str, tmp_path: Path) -> None:
    trap = Trap(
        files={FILE: wide(head, *(f'"{cell}"' for cell in cells))},
        sources={"practice": LIST},
        exit=3 if says else 0,
        rows={FILE: (12, 0)},
        says=(says,) if says else (),
        silent=() if says else ("those contacts",),
    )
    spring(trap, tmp_path)
