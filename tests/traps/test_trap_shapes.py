"""Tables of other shapes: counts in place of events, a column a month, headers of two rows, values that stand once."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
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
        'D101,ORE,Pat,Mar-26,1\nD102,ASH,Kim,March 2026,2\nD103,FIR,Al,03/2026,3\nD104,ELM,Jo,202603,"1,000"\n'
        "D105,OAK,Bo,01/03/2026,5.0\nD106,YEW,Cy,31/03/2026,6\n",
        exit=3,
        rows={"2026-03/dental.csv": (6, 0)},
        says=("1 number of one person and month over 100 (the largest is 1,000)",),
        records={"n": [1, 2, 3, 1000, 5, 6], "start": [MARCH] * 6},
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
        rows={"2026-03/dental.csv": (0, 2)},
        says=("count_conflict",),
    ),
}

WIDE = (
    DENTAL.replace('"Period"', '"month"')
    .replace('"Visits"', '"n"')
    .replace('pattern = "dental*"', 'pattern = "dental*"\nunpivot = { columns = "Jan-26...Mar-26", month = "%b-%y" }')
)


def sheet(rows: list[list[object]], *, merge: tuple[tuple[int, int, int, int], ...] = ()) -> bytes:
    """An XLSX of the rows; `merge` has first row, first column, last row and last column, from 0."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    page, day = book.add_worksheet(), book.add_format({"num_format": "mmm-yy"})
    for at, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            if cell is not None:
                page.write(at, place, cell, day if isinstance(cell, datetime) else None)
    for first, left, last, right in merge:
        page.merge_range(first, left, last, right, rows[first][left])
    book.close()
    return made.getvalue()


def wide(table: str | bytes, name: str = "2026-03/dental.csv", **more: object) -> Trap:
    return Trap(**{"files": {name: table}, "sources": {"dental": WIDE}, "settings": AGREED, **more})  # type: ignore[arg-type]


TOP_WIDE = "Chart no,Last name,First,Jan-26,Feb-26,Mar-26"
MONTHS = [datetime(2026, 1, 1), datetime(2026, 2, 1), MARCH]
UNPIVOTED = {
    "a column a month, with a nought": wide(
        f"{TOP_WIDE}\nD101,ORE,Pat,3,0,7\nD102,ASH,Kim,1,1,2\n",
        exit=0,
        rows={"2026-03/dental.csv": (6, 0)},
        records={"n": [3, 0, 7, 1, 1, 2], "start": MONTHS * 2},
    ),
    "an empty month is missing, a starred one set aside": wide(
        f"{TOP_WIDE}\nD101,ORE,Pat,3,,*\n",
        exit=3,
        rows={"2026-03/dental.csv": (1, 1)},
        says=("count_suppressed",),
        records={"n": [3]},
    ),
    "a month that the mapping leaves out is said": wide(
        f"{TOP_WIDE},Apr-26\nD101,ORE,Pat,3,0,7,2\n",
        exit=3,
        rows={"2026-03/dental.csv": (3, 0)},
        says=("'Apr-26' is a month too", 'columns = "Jan-26...Apr-26"'),
    ),
    "no header is a month": wide(
        "Chart no,Last name,First,Q1,Q2\nD101,ORE,Pat,3,0\n",
        exit=4,
        says=("no header is a month of 'Jan-26...Mar-26' written as %b-%y", "'Q1'"),
    ),
    "headers that Excel made dates": wide(
        sheet(
            [
                ["Chart no", "Last name", "First", *(datetime(2026, month, 1) for month in (1, 2, 3)), "Total"],
                ["D101", "ORE", "Pat", 3, 0, 7, 10],
            ]
        ),
        "2026-03/dental.xlsx",
        exit=0,
        rows={"2026-03/dental.xlsx": (3, 0)},
        records={"n": [3, 0, 7], "start": MONTHS},
    ),
}

POLICE = "Log,Person seq,Created,Role,{}DOB\n"
TWICE = "Log,Person seq,Created,Role,Surname,Forename,DOB,Surname,Forename\n"
PAIR = "L1,1,03/03/2026 10:00,Subject,AMBLE,Jo,01/02/1980,BRAND,Lee\n"


def police(table: str | bytes, mapping: str = "", name: str = "2026-03/police.csv", **more: object) -> Trap:
    sources = {"police": f'extends = "police"\n{mapping}'} if mapping else {}
    return Trap(**{"files": {name: table}, "sources": sources, **more})  # type: ignore[arg-type]


LIST = ["Log", "Person seq", "Created", "Role", "Surname", "Forename", "DOB"]
HEADERS = {
    "equal headers are refused, and how to say which": police(
        TWICE + PAIR, exit=4, says=("columns 5 and 8 have the same header", 'columns = ["Surname (1)"]')
    ),
    "the second of equal headers, by its turn": police(
        TWICE + PAIR,
        '[fields.family]\ncolumns = ["Surname (2)"]\n[fields.given]\ncolumns = ["Forename (2)"]\n',
        exit=0,
        rows={"2026-03/police.csv": (1, 0)},
        records={"family": ["BRAND"], "given": ["LEE"]},
    ),
    "the first of equal headers, by its column": police(
        TWICE + PAIR,
        '[fields.family]\ncolumns = ["Surname (column 5)"]\n[fields.given]\ncolumns = ["Forename (column 6)"]\n',
        exit=0,
        rows={"2026-03/police.csv": (1, 0)},
        records={"family": ["AMBLE"], "given": ["JO"]},
    ),
    "two rows of headers in text": police(
        "Incident,,,,Person,,,Officer\nLog,Person seq,Created,Role,Surname,Forename,DOB,Surname\n"
        "L1,1,03/03/2026 10:00,Subject,AMBLE,Jo,01/02/1980,BRAND\n",
        '[file]\nheader_rows = 2\n[fields.log]\ncolumns = ["Incident Log"]\n[fields.start]\n'
        'columns = ["Incident Created"]\n[fields.person_seq]\ncolumns = ["Incident Person seq"]\n'
        '[fields.role]\ncolumns = ["Incident Role"]\n[fields.family]\ncolumns = ["Person Surname"]\n'
        '[fields.given]\ncolumns = ["Person Forename"]\n[fields.dob]\ncolumns = ["Person DOB"]\n',
        exit=0,
        rows={"2026-03/police.csv": (1, 0)},
        records={"family": ["AMBLE"], "given": ["JO"]},
    ),
    "an upper header merged over two columns only": police(
        sheet(
            [
                ["", "", "", "", "Person", None, "", "Officer"],
                [*LIST, "Surname"],
                ["L1", 1, "03/03/2026 10:00", "Subject", "AMBLE", "Jo", "01/02/1980", "BRAND"],
            ],
            merge=((0, 4, 0, 5),),
        ),
        '[file]\nheader_rows = 2\n[fields.family]\ncolumns = ["Person Surname"]\n[fields.given]\n'
        'columns = ["Person Forename"]\n',
        "2026-03/police.xlsx",
        exit=0,
        rows={"2026-03/police.xlsx": (1, 0)},
        records={"family": ["AMBLE"], "given": ["JO"], "dob": [date(1980, 2, 1)]},
    ),
}

FILL = '[file]\nfill_down = ["Surname", "Forename", "DOB"]\n'
FILLED = {
    "a person stands once above their rows": police(
        POLICE.format("Surname,Forename,") + "L1,1,03/03/2026 10:00,Subject,AMBLE,Jo,01/02/1980\n"
        "L2,1,04/03/2026 10:00,Subject,,,\nL3,1,05/03/2026 10:00,Subject,BRAND,Lee,\n"
        "L4,1,06/03/2026 10:00,Subject,,,\n",
        FILL,
        exit=0,
        rows={"2026-03/police.csv": (4, 0)},
        records={
            "family": ["AMBLE", "AMBLE", "BRAND", "BRAND"],
            "dob": [date(1980, 2, 1), date(1980, 2, 1), None, None],
        },
    ),
    "nothing is filled without the key": police(
        POLICE.format("Surname,Forename,") + "L1,1,03/03/2026 10:00,Subject,AMBLE,Jo,01/02/1980\n"
        "L2,1,04/03/2026 10:00,Subject,,,\n",
        exit=0,
        rows={"2026-03/police.csv": (2, 0)},
        records={"family": ["AMBLE", None]},
    ),
    "a value that stands in a row set aside fills no other": police(
        POLICE.format("Surname,Forename,") + "L1,1,03/03/2026 10:00,Subject,AMBLE,Jo,01/02/1980\n"
        "L2,1,04/03/2026 10:00,Subject,BRAND,Lee,01/02/1990,x\nL3,1,05/03/2026 10:00,Subject,,,\n",
        FILL,
        exit=3,
        rows={"2026-03/police.csv": (1, 2)},
        says=("fill_down", "width"),
        records={"family": ["AMBLE"]},
    ),
    "a header to fill that is not there": police(
        POLICE.format("Surname,Forename,") + "L1,1,03/03/2026 10:00,Subject,AMBLE,Jo,01/02/1980\n",
        '[file]\nfill_down = ["Patient"]\n',
        exit=4,
        says=("fill_down names 'Patient'",),
    ),
    "cells merged down hold for the rows they span": police(
        sheet(
            [
                LIST,
                ["L1", 1, "03/03/2026 10:00", "Subject", "AMBLE", "Jo", "01/02/1980"],
                ["L2", 1, "04/03/2026 10:00", "Subject"],
                ["L3", 1, "05/03/2026 10:00", "Subject"],
                ["L4", 1, "06/03/2026 10:00", "Subject", "BRAND", "Lee", "01/02/1990"],
            ],
            merge=((1, 4, 3, 4), (1, 5, 3, 5), (1, 6, 3, 6)),
        ),
        name="2026-03/police.xlsx",
        exit=0,
        rows={"2026-03/police.xlsx": (4, 0)},
        records={"family": ["AMBLE", "AMBLE", "AMBLE", "BRAND"], "given": ["JO", "JO", "JO", "LEE"]},
    ),
    "merged cells beyond the last row make no rows": police(
        sheet([LIST, ["L1", 1, "03/03/2026 10:00", "Subject", "AMBLE", "Jo", "01/02/1980"]], merge=((1, 3, 8, 3),)),
        name="2026-03/police.xlsx",
        exit=0,
        rows={"2026-03/police.xlsx": (1, 0)},
    ),
}
TRAPS = {**COUNTS, **UNPIVOTED, **HEADERS, **FILLED}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
