"""Counts and months that were not supplied: suppressed, absurd and conflicting numbers, months misread, gaps."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from traps.intake_traps import Trap, spring

CLINIC = """title = "Clinic"
kind = "counts"
agency = "clinic"
[file]
pattern = "clinic*.csv"
[fields]
month = { columns = ["Month"] }
n = { columns = ["Visits"] }
number = { columns = ["Chart"], type = "local_id", scheme = "clinic" }
family = { columns = ["Surname"], type = "family" }
[[measures]]
name = "clinic_visit"
[counts]
clinic_visit = { measures = ["clinic_visit"] }
"""
FILE, TOP = "2026-03/clinic.csv", "Chart,Surname,Month,Visits\n"
WIDE = CLINIC.replace('"Month"', '"month"').replace('"Visits"', '"n"')
LOG = "Log no,Person seq,Created,Role,Surname,Forename,DOB\n"


def told(text: str, key: str, more: str) -> str:
    """The definition with a line more under [file], or a section more at its end."""
    return f"{text}{more}" if key == "end" else text.replace("[file]\n", f"[file]\n{more}\n")


def long(table: str, *, source: str = CLINIC, **more: object) -> Trap:
    return Trap(files={FILE: TOP + table}, sources={"clinic": source}, **more)  # type: ignore[arg-type]


def wide(table: str, form: str = "%b-%y", columns: str = "Jan-26...Mar-26", **more: object) -> Trap:
    source = told(WIDE, "file", f'unpivot = {{ columns = "{columns}", month = "{form}" }}')
    return Trap(files={FILE: table}, sources={"clinic": source}, **more)  # type: ignore[arg-type]


def logs(*days: str) -> str:
    return LOG + "".join(f"L{at},1,{day}/2026 10:00,subject,Amble,Rose,05/06/1980\n" for at, day in enumerate(days))


def police(rule: str, files: dict[str, str], **more: object) -> Trap:
    source = f'extends = "police"\n[file]\n{rule}\n'
    return Trap(files=files, sources={"police": source} if rule else {}, **more)  # type: ignore[arg-type]


MARCH_FIRST = "D101,ORE,03/01/2026,3\nD102,ASH,02/01/2026,3\nD103,FIR,01/01/2026,2\n"
JAN, FEB, MAR = (datetime(2026, month, 1) for month in (1, 2, 3))
TWO = CLINIC.replace('month = { columns = ["Month"] }', 'month = { columns = ["Month"], formats = ["%m/%d/%Y"] }')

TRAPS = {
    "a suppressed number": long(
        "D101,ORE,2026-03,<5\nD102,ASH,2026-03,6\n", exit=3, rows={FILE: (1, 1)}, says=("count_suppressed",)
    ),
    "an empty number": long(
        "D101,ORE,2026-03,\nD102,ASH,2026-03,6\n", exit=3, rows={FILE: (1, 1)}, says=("count_missing",)
    ),
    "an empty number of a sender who leaves out noughts": long(
        "D101,ORE,2026-03,\nD102,ASH,2026-03,6\n",
        source=told(CLINIC, "file", 'empty_cells = "nought"'),
        exit=0,
        rows={FILE: (2, 0)},
        records={"n": [0, 6]},
    ),
    "a date for a number": long(
        "D101,ORE,2026-03,20260301\nD102,ASH,2026-03,6\n", exit=3, rows={FILE: (1, 1)}, says=("count_over_limit",)
    ),
    "an absurd number": long(
        "D101,ORE,2026-03,1104\nD102,ASH,2026-03,6\n", exit=3, rows={FILE: (1, 1)}, says=("count_over_limit",)
    ),
    "an unusual number": long(
        "D101,ORE,2026-03,400\nD102,ASH,2026-03,6\n",
        exit=3,
        rows={FILE: (2, 0)},
        says=("1 number of one person and month over 100 (the largest is 400)", "count_unusual"),
    ),
    "a number that the source says is usual": long(
        "D101,ORE,2026-03,400\nD102,ASH,2026-03,6\n",
        source=told(CLINIC, "end", "[expect]\ncount_unusual = 500\n"),
        exit=0,
        rows={FILE: (2, 0)},
    ),
    "months month first": long(MARCH_FIRST, exit=4, says=("month first", 'formats = ["%m/%d/%Y"]')),
    "months month first, as the source says": long(
        MARCH_FIRST, source=TWO, exit=0, rows={FILE: (3, 0)}, records={"start": [MAR, FEB, JAN]}
    ),
    "last days of months, month first": long(
        "D101,ORE,03/31/2026,3\nD102,ASH,02/28/2026,3\n", exit=4, says=("can only be month first",)
    ),
    "months in both orders": long(
        "D101,ORE,03/31/2026,3\nD102,ASH,28/02/2026,3\n", exit=4, says=("cannot be month first", "cannot be day first")
    ),
    "dates of months in neither order": long(
        "D101,ORE,05/03/2026,3\nD102,ASH,07/02/2026,3\n", exit=4, says=("in neither order",)
    ),
    "months day first": long(
        "D101,ORE,01/03/2026,3\nD102,ASH,01/02/2026,3\n", exit=0, rows={FILE: (2, 0)}, records={"start": [MAR, FEB]}
    ),
    "headings month first": wide(
        "Chart,Surname,02/01/2026,03/01/2026\nD101,ORE,1,2\n",
        form="%d/%m/%Y",
        columns="*/2026",
        exit=4,
        says=("two headers name the same month",),
    ),
    "one heading month first": wide(
        "Chart,Surname,03/01/2026\nD101,ORE,2\n",
        form="%d/%m/%Y",
        columns="*/2026",
        exit=4,
        says=('month = "%m/%d/%Y"',),
    ),
    "two equal columns": wide(
        "Chart,Surname,Jan-26,Feb-26,Mar-26,Mar-26\nD101,ORE,1,9,2,3\n",
        exit=4,
        says=("two headers name the same month: 'Mar-26', 'Mar-26 (column 6)'",),
    ),
    "the next quarter": wide(
        "Chart,Surname,Apr-26,May-26\nD101,ORE,1,9\n", exit=4, says=('columns = "Apr-26...May-26"',)
    ),
    "a column that is left out": wide(
        "Chart,Surname,Dec-25,Jan-26,Feb-26,Mar-26\nD101,ORE,1,9,2,3\n",
        exit=3,
        rows={FILE: (3, 0)},
        says=("'Dec-25' is a month too", 'columns = "Dec-25...Mar-26"'),
    ),
    "a column without any number": wide(
        "Chart,Surname,Jan-26,Feb-26,Mar-26\nD101,ORE,1,,2\nD102,ASH,0,,3\n",
        exit=3,
        rows={FILE: (4, 0)},
        says=("no row is of Feb 2026",),
    ),
    "a person twice under two names": long(
        "D101,ORE,2026-03,3\nD101,ORRE,2026-03,4\n", exit=3, rows={FILE: (0, 2)}, says=("count_conflict",)
    ),
    "rows that the key tells apart": long(
        "D101,ORE,2026-03,3\nD101,ORRE,2026-03,4\n",
        source=told(CLINIC, "end", '[key]\nevent = ["month", "number", "family"]\n'),
        exit=0,
        rows={FILE: (2, 0)},
        records={"n": [3, 4]},
    ),
    "a gap in a history": police(
        'covers = "from rows"',
        {"police_2026-03.csv": logs("04/01", "30/01", "02/03", "31/03")},
        exit=3,
        rows={"police_2026-03.csv": (4, 0)},
        says=("no row is of Feb 2026", 'empty = "no events"'),
    ),
    "a gap in a history without events": police(
        'covers = "from rows"\nempty = "no events"',
        {"police_2026-03.csv": logs("04/01", "30/01", "02/03", "31/03")},
        exit=0,
        rows={"police_2026-03.csv": (4, 0)},
        silent=("no row is of",),
    ),
    "a gap in a year to date": police(
        'covers = "cumulative"',
        {"2026-03/police.csv": logs("04/01", "30/01", "02/03", "31/03")},
        exit=3,
        rows={"2026-03/police.csv": (4, 0)},
        says=("no row is of Feb 2026",),
    ),
    "a header and no rows": police(
        "",
        {"2026-03/police.csv": LOG},
        exit=3,
        rows={"2026-03/police.csv": (0, 0)},
        says=("its month is not supplied",),
    ),
    "a header and no events": police(
        'empty = "no events"', {"2026-03/police.csv": LOG}, exit=0, rows={"2026-03/police.csv": (0, 0)}
    ),
    "withdrawals": police(
        'covers = "cumulative"',
        {
            "2026-02/police.csv": logs(*(f"{day:02}/02" for day in range(1, 9))),
            "2026-03/police.csv": logs("01/02", "02/02").replace("L1", "LX")
            + "LM,1,03/03/2026 10:00,subject,Amble,Rose,\n",
        },
        exit=3,
        rows={"2026-02/police.csv": (8, 0), "2026-03/police.csv": (3, 0)},
        says=("restates Feb 2026: 1 new, 7 of 8 sent before no longer sent",),
    ),
    "a path of two months, the second the earlier": police(
        "",
        {"2026-03/police Feb 2026.csv": logs("03/02", "27/02")},
        exit=3,
        rows={"2026-03/police Feb 2026.csv": (2, 0)},
        says=("its path names Mar 2026 and Feb 2026: read as Feb 2026",),
    ),
    "a month that has not begun": police(
        "",
        {"2030-01/police.csv": LOG + "L1,1,03/01/2030 10:00,subject,Amble,Rose,\n"},
        month="2030-01",
        exit=3,
        rows={"2030-01/police.csv": (1, 0)},
        says=("filed under 2030-01, a month that has not begun",),
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
