"""Whose month a delivery is: paths, rows of other months, histories and years to date, the same for check and run."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.intake_traps import Trap, spring

POLICE = "Log,Person seq,Created,Role,Surname,Forename,DOB\n"
ED = "Attendance ID,Arrival,Surname,First name,Birth date,Discharge status\n"


def police(*days: str) -> str:
    rows = (f"T{n},1,{day} 11:00,Subject,Thorne,Iris,03/04/1971\n" for n, day in enumerate(days))
    return POLICE + "".join(rows)


def ed(*days: str) -> str:
    return ED + "".join(f"A{n},{day} 07:15,Vale,Rhys,09/10/1966,182992009\n" for n, day in enumerate(days))


def named(path: str, *, exit: int = 0, month: str = "2025-11", **more: object) -> Trap:
    """One row of November 2025 at a path."""
    return Trap(files={path: police("12/11/2025")}, exit=exit, rows={path: (1, 0)}, month=month, **more)  # type: ignore[arg-type]


def covering(covers: str) -> dict[str, str]:
    return {"ed": f'extends = "ed"\n[file]\ncovers = "{covers}"\n'}


FINANCIAL = {"police": 'extends = "police"\n[period]\nfinancial_year = true\n'}
YEAR = [f"{day:02d}/{month:02d}/2025" for month in range(1, 12) for day in (3, 28)]

TRAPS = {
    "a month in words": named("November 2025/police.csv"),
    "a short month and year": named("Nov-25/police.csv"),
    "month before year": named("11-2025/police.csv"),
    "nested folders": named("2025/11/police.csv"),
    "nested folders in words": named("2025/11 Nov/police.csv"),
    "a day at the end of the month": named("police to 30.11.2025.csv"),
    "the day of the extract beside the month": named("20251203_drop/police_202511.csv"),
    "a time beside the day": named("police_20251130_201012.csv"),
    "several months": named("Oct-Nov 2025/police.csv", exit=3, says=("names Oct 2025 and Nov 2025: read as Nov 2025",)),
    "folder and name differ": named("2025-10/police_nov25.csv", exit=3, says=("read as Nov 2025, the last named",)),
    "a month of a financial year, declared": named("2025-26 M8/police.csv", sources=FINANCIAL),
    "a month of a financial year, not declared": Trap(
        files={"2025-26 M8/police.csv": police("12/11/2025")},
        exit=4,
        month="2025-11",
        says=("found no month in its path", "financial_year = true"),
    ),
    "a version is no month": Trap(
        files={"v2.2025/police.csv": police("12/11/2025")}, exit=4, month="2025-11", says=("found no month",)
    ),
    "an ordinal is no month": Trap(
        files={"police ward 2025-1st.csv": police("12/11/2025")}, exit=4, month="2025-11", says=("found no month",)
    ),
    "a month that there is not": Trap(
        files={"2025-13/police.csv": police("12/11/2025")}, exit=4, month="2025-11", says=("found no month",)
    ),
    "filed a month late": Trap(
        files={"2025-11/police.csv": police("02/10/2025", "09/10/2025", "30/10/2025", "03/11/2025")},
        exit=3,
        rows={"2025-11/police.csv": (4, 0)},
        month="2025-11",
        says=("3 of 4 rows are of Oct 2025, but the file is filed under Nov 2025", "move it to a folder 2025-10"),
    ),
    "filed under the day of the extract": Trap(
        files={"police_20251103.csv": police("02/10/2025", "30/10/2025")},
        exit=3,
        rows={"police_20251103.csv": (2, 0)},
        month="2025-11",
        says=("2 of 2 rows are of Oct 2025", "not counted until Oct 2025 is supplied", "hiu run 2025-10"),
    ),
    "a late row of a month that was supplied": Trap(
        files={
            "2025-10/police.csv": police("02/10/2025"),
            "2025-11/police.csv": POLICE
            + "X1,1,30/10/2025 11:00,Subject,Thorne,Iris,03/04/1971\n"
            + "X2,1,03/11/2025 11:00,Subject,Thorne,Iris,03/04/1971\n",
        },
        exit=0,
        rows={"2025-10/police.csv": (1, 0), "2025-11/police.csv": (2, 0)},
        month="2025-11",
    ),
    "a late row of a month that was not": Trap(
        files={"2025-11/police.csv": police("30/10/2025", "03/11/2025")},
        exit=3,
        rows={"2025-11/police.csv": (2, 0)},
        month="2025-11",
        says=("1 row of 1 month not supplied by any delivery (Oct 2025) is not counted",),
    ),
    "a history, not declared": Trap(
        files={"2025-11/ed_back.csv": ed(*YEAR)},
        exit=3,
        rows={"2025-11/ed_back.csv": (22, 0)},
        month="2025-11",
        says=("20 rows of 10 months not supplied by any delivery (Jan 2025 to Oct 2025)", 'covers = "from rows"'),
    ),
    "a history, declared": Trap(
        files={"2025-11/ed_back.csv": ed(*YEAR)},
        exit=0,
        rows={"2025-11/ed_back.csv": (22, 0)},
        sources=covering("from rows"),
        month="2025-11",
    ),
    "a history whose last month is begun": Trap(
        files={"2025-11/ed_back.csv": ed("03/08/2025", "30/08/2025", "04/09/2025")},
        exit=3,
        rows={"2025-11/ed_back.csv": (3, 0)},
        sources=covering("from rows"),
        month="2025-11",
        says=("1 row of 1 month not supplied by any delivery (Sep 2025)", "the file ends before the month does"),
    ),
    "a history that no path dates": Trap(
        files={"ed_back.csv": ed("03/08/2025", "30/09/2025")},
        exit=0,
        rows={"ed_back.csv": (2, 0)},
        sources=covering("from rows"),
        month="2025-11",
    ),
    "a history with a mistyped year": Trap(
        files={"2025-11/ed_back.csv": ed("03/08/2015", "03/10/2025", "28/11/2025")},
        exit=3,
        rows={"2025-11/ed_back.csv": (3, 0)},
        sources=covering("from rows"),
        month="2025-11",
        says=("1 row of 1 month not supplied by any delivery (Aug 2015)",),
    ),
    "a year to date that nobody declared": Trap(
        files={"2025-10/ed_a.csv": ed(*YEAR[18:20]), "2025-11/ed_b.csv": ed(*YEAR[18:])},
        exit=3,
        rows={"2025-10/ed_a.csv": (2, 0), "2025-11/ed_b.csv": (4, 0)},
        month="2025-11",
        says=("2 rows are of Oct 2025, which other files supply", 'covers = "cumulative"'),
    ),
    "a few late rows are no year to date": Trap(
        files={"2025-10/ed_a.csv": ed(*YEAR[18:20]), "2025-11/ed_b.csv": ed(YEAR[18], *YEAR[20:] * 2)},
        exit=0,
        rows={"2025-10/ed_a.csv": (2, 0), "2025-11/ed_b.csv": (5, 0)},
        month="2025-11",
    ),
    "a late row of a small file is no year to date": Trap(
        files={
            "2025-09/ed_a.csv": ed("03/09/2025", "20/09/2025"),
            "2025-10/ed_b.csv": ed(*YEAR[18:20]),
            "2025-11/ed_c.csv": ed("04/09/2025", YEAR[20]),
        },
        exit=0,
        rows={"2025-09/ed_a.csv": (2, 0), "2025-10/ed_b.csv": (2, 0), "2025-11/ed_c.csv": (2, 0)},
        month="2025-11",
    ),
    "a year to date": Trap(
        files={"2025-10/ed_ytd.csv": ed(*YEAR[:20]), "2025-11/ed_ytd.csv": ed(*YEAR)},
        exit=0,
        rows={"2025-10/ed_ytd.csv": (20, 0), "2025-11/ed_ytd.csv": (22, 0)},
        sources=covering("cumulative"),
        month="2025-11",
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_whose_month(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
