"""Dates as other people write them: read rightly, or said; never some rows right and others swapped."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from traps.intake_traps import Trap, spring

POLICE = "Log,Person seq,Created,Role,Surname,Forename,DOB"
CALLS = "2026-03/calls_march.csv"
ED = "2026-03/ed.csv"
STAYS = "2026-03/mh_stays.csv"
FILE = "2026-03/police.csv"

HELPLINE = """
title = "Crisis line"
kind = "events"
agency = "helpline"
[file]
pattern = "calls*.csv"
[key]
event = ["call"]
[fields.call]
columns = ["Call"]
required = true
[fields.start]
columns = ["Call date"]
time_columns = ["Call time"]
type = "timestamp"
required = true
FORMATS
[fields.name]
columns = ["Caller"]
type = "name"
[fields.dob]
columns = ["Born"]
type = "dob"
[[measures]]
name = "helpline_call"
[counts]
helpline_call = { measures = ["helpline_call"] }
"""
AGREED = """
[[agreements]]
source = "calls"
start = 2026-01-01
end = 2027-12-31
reference = "ISA 2026/31"
signed_by = "Trustee"
"""


def police(*created: str, born: str = "01/02/1980") -> str:
    """A police file with a row for each time, of one person."""
    rows = [f'L{at},1,"{time}",Subject,Amble,Jo,{born}' for at, time in enumerate(created, 1)]
    return "\n".join([POLICE, *rows]) + "\n"


def births(*born: str) -> str:
    """A police file of sound times with these dates of birth."""
    rows = [f'L{at},1,0{at % 9 + 1}/03/2026 10:00,Subject,Amble,Jo,"{day}"' for at, day in enumerate(born, 1)]
    return "\n".join([POLICE, *rows]) + "\n"


def calls(
    *rows: str,
    formats: str = "",
    exit: int = 0,
    rows_loaded: int | None = None,
    says: tuple[str, ...] = (),
    records: dict[str, list[object]] | None = None,
) -> Trap:
    """A trap of a source of the site's own: rows of 'date,time,born'."""
    lines = ["Call,Call date,Call time,Born,Caller"]
    for at, row in enumerate(rows, 1):
        lines.append(f'C{at},{row},"Quill, Ada"')
    source = HELPLINE.replace("FORMATS", formats)
    files, sources = {CALLS: "\n".join(lines) + "\n"}, {"calls": source}
    loaded = {CALLS: (rows_loaded, 0)} if rows_loaded else {}
    return Trap(files=files, sources=sources, settings=AGREED, exit=exit, rows=loaded, says=says, records=records or {})


def workbook(*starts: str | date) -> bytes:
    """A police workbook: dates as Excel's own, text as text."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Logs")
        sheet.write_row(0, 0, POLICE.split(","))
        shown = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for at, start in enumerate(starts, 1):
            sheet.write_row(at, 0, [f"L{at}", "1"])
            if isinstance(start, date):
                sheet.write_datetime(at, 2, start, shown)
            else:
                sheet.write_string(at, 2, start)
            sheet.write_row(at, 3, ["Subject", "Amble", "Jo", "01/02/1980"])
    return data.getvalue()


def starts(*times: tuple[int, int, int]) -> dict[str, list[object]]:
    """Starts in March 2026, by day, hour and minute."""
    return {"start": [datetime(2026, 3, *time) for time in times]}


TEN, TWO = (14, 22, 10), (2, 0, 0)
WHOLE = {FILE: (2, 0)}

REFUSED = {
    "month first with rows that may be either": (
        police("03/14/2026 10:00", "03/02/2026 11:00", "03/25/2026 09:15"),
        ("2 of 3 rows (lines 2 and 4) cannot be day first", "all 3 read month first", '"%m/%d/%Y %H:%M"'),
    ),
    "month first, none of which may be day first": (
        police("3/14/26 1:05 PM", "3/25/26 11:00 AM"),
        ("2 of 2 rows", '"%m/%d/%y %I:%M %p"'),
    ),
    "both orders and rows that may be either": (
        police("14/03/2026 10:00", "03/15/2026 10:00", "02/03/2026 10:00"),
        (
            "1 of 3 rows (line 3) cannot be day first",
            "cannot be month first",
            "write every date of the column the same way",
        ),
    ),
    "month first with dashes": (
        police("03-14-2026", "03-02-2026", "03-30-2026"),
        ("cannot be day first", '"%m-%d-%Y"'),
    ),
    "month first, which only the month of the folder shows": (
        police("03/01/2026 10:00", "03/02/2026 10:00", "03/05/2026 10:00", "03/09/2026 10:00"),
        ("0 of 4 rows fall in 2026-03", "%m/%d/%Y"),
    ),
    "the year in front with two figures": (police("26/03/14", "26/03/15", "26/03/19"), ("fall in 2026-03", "%y/%m/%d")),
    "the year, the day and then the month": (
        police("2026-14-03 10:00", "2026-15-03 10:00", "2026-02-03 10:00"),
        ("%Y-%d-%m",),
    ),
    "a month without a day": (police("2026-03", "2026-03"), ("hold a month without a day", "counts")),
    "serial numbers of 1904": (police("44632", "44633.5", "44640", "44650"), ("fall in 2026-03", "excel1904")),
}

TRAPS: dict[str, Trap] = {
    name: Trap(files={FILE: text}, exit=4, says=says) for name, (text, says) in REFUSED.items()
} | {
    "iso beside day first is no conflict": Trap(
        files={FILE: police("2026-03-14 22:10", "02/03/2026 00:00")},
        exit=0,
        rows=WHOLE,
        records=starts(TEN, TWO) | {"start_day_only": [False, False]},
    ),
    "weekdays, ordinals and whole months": Trap(
        files={FILE: police("Saturday 14th March 2026 at 22:10", "Mon 2nd of Mar 2026 00:00")},
        exit=0,
        rows=WHOLE,
        records=starts(TEN, TWO),
    ),
    "a weekday that belies its date": Trap(
        files={FILE: police("Sat 14/03/2026 22:10", "Mon 03/03/2026 10:00")},
        exit=3,
        rows={FILE: (1, 1)},
        says=("date_unreadable",),
        records=starts(TEN),
    ),
    "compact stamps": Trap(
        files={FILE: police("202603142210", "20260302 0000")}, exit=0, rows=WHOLE, records=starts(TEN, TWO)
    ),
    "an offset of two figures, as a database writes it": Trap(
        files={FILE: police("2026-03-14 22:10:00+00", "2026-03-01T23:00:00-01")},
        exit=0,
        rows=WHOLE,
        records=starts(TEN, TWO),
    ),
    "summer time is converted": Trap(
        files={FILE: police("2026-03-30T23:30:00Z", "2026-03-14T22:10:00.250Z")},
        exit=0,
        rows=WHOLE,
        records={"start": [datetime(2026, 3, 31, 0, 30), datetime(2026, 3, 14, 22, 10)]},
    ),
    "an american name of the month": Trap(
        files={FILE: police("March 14, 2026 10:10 PM", "Mar 2, 2026 12:00 AM")},
        exit=0,
        rows=WHOLE,
        records=starts(TEN, TWO),
    ),
    "times of a log": Trap(
        files={FILE: police("14/03/2026 2210hrs", "02/03/2026 noon", "03/03/2026 9.30am", "04/03/2026 13h30")},
        exit=0,
        rows={FILE: (4, 0)},
        records=starts(TEN, (2, 12, 0), (3, 9, 30), (4, 13, 30)),
    ),
    "a time that there is not keeps its day": Trap(
        files={FILE: police("14/03/2026 22:10", "02/03/2026 25:61")},
        exit=3,
        rows=WHOLE,
        says=("Created: the time of day can't be read in 1 of 2 rows (line 3)",),
        records=starts(TEN, TWO) | {"start_day_only": [False, True]},
    ),
    "24:00 is the end of its day": Trap(
        files={FILE: police("14/03/2026 22:10", "01/03/2026 24:00")}, exit=0, rows=WHOLE, records=starts(TEN, TWO)
    ),
    "a spreadsheet's midnight is a day alone": Trap(
        files={FILE: police("2026-03-14 00:00:00", "2026-03-02 00:00:00")},
        exit=0,
        rows=WHOLE,
        records=starts((14, 0, 0), TWO) | {"start_day_only": [True, True]},
    ),
    "births month first are not used where they may be either": Trap(
        files={FILE: births("12/25/1980", "07/04/1990", "01/31/1975", "05/06/1999")},
        exit=3,
        rows={FILE: (4, 0)},
        says=("4 filled, 2 read day first, but 2 of 4 rows (lines 2 and 4) cannot be", "%m/%d/%Y", "not used"),
        silent=("1980", "1990"),
        records={"dob": [None] * 4},
    ),
    "births of both orders: those that can only be day first are used": Trap(
        files={FILE: births("25/12/1980", "07/04/1990", "01/31/1975")},
        exit=3,
        rows={FILE: (3, 0)},
        says=("1 can be read both ways", "not used"),
        records={"dob": [date(1980, 12, 25), None, None]},
    ),
    "births in a form of their own": Trap(
        files={FILE: births("1980.12.25", "1990.04.07")},
        exit=3,
        rows=WHOLE,
        says=("DOB: 2 filled, 0 read; the rest are in none of the source's forms", '["%Y.%m.%d"]'),
    ),
    "words in a column of dates": Trap(
        files={FILE: police("Subject", "Witness")}, exit=4, says=("2 filled, 0 read",)
    ),
    "a workbook whose dates were swapped where they could be": Trap(
        files={"2026-03/police.xlsx": workbook(date(2026, 2, 3), "14/03/2026", date(2026, 11, 3), "25/03/2026")},
        exit=4,
        says=("day and month swapped",),
    ),
    "a workbook opened with the other order": Trap(
        files={"2026-03/police.xlsx": workbook("03/14/2026 10:00", date(2026, 5, 3), "03/25/2026", date(2026, 7, 3))},
        exit=4,
        says=("day and month swapped",),
    ),
    "a workbook of true dates beside text of the same month": Trap(
        files={"2026-03/police.xlsx": workbook(date(2026, 3, 2), "14/03/2026 22:10", date(2026, 3, 4), "25/03/2026")},
        exit=0,
        rows={"2026-03/police.xlsx": (4, 0)},
        records=starts(TWO, TEN, (4, 0, 0), (25, 0, 0)),
    ),
    "a column of times": calls(
        "14/03/2026,1330hrs,01/02/1980", "02/03/2026,0.30,01/02/1980", "03/03/2026,13.30,", "04/03/2026,,",
        rows_loaded=4,
        records=starts((14, 13, 30), (2, 0, 30), (3, 13, 30), (4, 0, 0))
        | {"start_day_only": [False, False, False, True]},
    ),
    "a column of a spreadsheet's fractions": calls(
        "14/03/2026,0.5625,", "02/03/2026,0.75,",
        rows_loaded=2,
        records=starts((14, 13, 30), (2, 18, 0)),
    ),
    "a time column that says 24:00, midday and teatime": calls(
        "13/03/2026,24:00,", "02/03/2026,midday,", "03/03/2026,teatime,", "04/03/2026,13:30 am,",
        exit=3,
        rows_loaded=4,
        says=("the time of day can't be read in 2 of 4 rows (lines 4 and 5)",),
        records=starts((14, 0, 0), (2, 12, 0), (3, 0, 0), (4, 0, 0))
        | {"start_day_only": [False, False, True, True]},
    ),
    "formats of both orders take the one that fits": calls(
        "03/02/2026,10:00,", "03/14/2026,10:00,",
        formats='formats = ["%d/%m/%Y", "%m/%d/%Y"]',
        rows_loaded=2,
        records=starts((2, 10, 0), (14, 10, 0)),
    ),
    "a format with am and pm": calls(
        "03/02/2026 01:05 PM,,", "03/14/2026 12:00 AM,,",
        formats='formats = ["%m/%d/%Y %I:%M %p"]',
        rows_loaded=2,
        records=starts((2, 13, 5), (14, 0, 0)),
    ),
    "a mapping that is month first and a file that is not": calls(
        "14/03/2026,10:00,", "02/03/2026,10:00,",
        formats='formats = ["%m/%d/%Y"]',
        exit=4,
        says=("1 of 2 rows (line 2) cannot be month first", "all 2 read day first", '"%d/%m/%Y"'),
    ),
    "a slip of the pen among very many": Trap(
        files={FILE: police(*["14/03/2026 10:00"] * 110, "03/14/2026 10:00", "02/03/2026 10:00")},
        exit=3,
        rows={FILE: (111, 1)},
        says=("Created: 1 of 112 rows (line 112) cannot be day first and is not read",),
    ),
    "an end of a stay month first": Trap(
        files={
            STAYS: "Ward stay ID,Spell ID,Provider,NHS number,Surname,Forename,DOB,"
            "Start date ward stay,Start time ward stay,End date ward stay,End time ward stay\n"
            "A,S1,RXX,9990000018,QUILL,Ada,05/09/1974,03/03/2026,10:00,03/14/2026,09:00\n"
            "B,S2,RXX,9990000018,QUILL,Ada,05/09/1974,03/03/2026,10:00,03/04/2026,09:00\n"
        },
        exit=4,
        says=("column 'End date ward stay': 1 of 2 rows (line 2) cannot be day first",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
