"""Files that lie about, contacts in a list, and marks between names: what check and run both make of them."""

from pathlib import Path

import pytest
from intake_traps import Trap, make_site, spring, take_in

from hiu.month import Month
from pipelines.common.place import open_warehouse

POLICE = "2026-03/police.csv"
HEAD = "Log,Person seq,Created,Role,Name,DOB\n"
ROWS = "".join(f'L{at},1,0{at}/03/2026 10:00,Subject,"LOWE, Rose",05/06/1980\n' for at in range(1, 6))
BEDS = "2026-03/mh_beds.csv"
STAYS = "Provider,Local patient ID,Surname,Forename,DOB,Spell ID,Ward stay ID,Ward start date,Ward end date\n"
CASES = "Ref,Name,DOB,Date offered,Contact dates\n"


def left(name: str, exit: int, says: tuple[str, ...] = (), silent: tuple[str, ...] = ()) -> Trap:
    return Trap(files={POLICE: HEAD + ROWS, name: HEAD}, exit=exit, rows={POLICE: (5, 0)}, says=says, silent=silent)


def stays(*rows: str, exit: int = 0, **more: object) -> Trap:
    body = "".join(f"RVN,P1{at},Lowe,Rose,05/06/198{at},S{at},W{at},{row}\n" for at, row in enumerate(rows))
    return Trap(files={BEDS: STAYS + body}, exit=exit, rows={BEDS: (len(rows), 0)}, **more)  # type: ignore[arg-type]


def contacts(cell: str, exit: int = 0, staged: int = 1) -> Trap:
    row = f'1,"LOWE, Rose",05/06/1980,01/01/2026,"{cell}"\n'
    return Trap(files={"caseload.csv": CASES + row}, exit=exit, rows={"caseload.csv": (staged, 1 - staged)})


TRAPS = {
    "an unfinished copy": left("2026-03/police.csv.part", 3, ("an unfinished or older copy",)),
    "a temporary copy": left("2026-03/police.csv.tmp", 3, ("an unfinished or older copy",)),
    "an older copy": left("2026-03/police.csv.bak", 3, ("an unfinished or older copy",)),
    "a hidden delivery": left("2026-03/.police.csv", 3, ("a hidden file (its name begins with a dot)",)),
    "what a spreadsheet leaves": left("2026-03/~$police.xlsx", 0),
    "what a system leaves": left("2026-03/Thumbs.db", 0),
    "what another system leaves": left("2026-03/._police.csv", 0),
    "a copy of the same bytes": Trap(
        files={POLICE: HEAD + ROWS, "2026-03/police (1).csv": HEAD + ROWS}, exit=3,
        rows={"2026-03/police (1).csv": (5, 0)}, says=("the same bytes as 2026-03/police (1).csv",),
    ),
    "open and long stays are of the file's month": stays(
        "01/01/2025,", "10/02/2026,10/03/2026", "03/02/2026,", "05/03/2026,09/03/2026", silent=("move it to a folder",)
    ),
    "stays that ended before are of another": stays(
        "01/02/2026,10/02/2026", "03/02/2026,12/02/2026", "05/03/2026,", exit=3, says=("2 of 3 rows are of Feb 2026",)
    ),
    "a slash between the names": Trap(
        files={POLICE: HEAD + ROWS.replace('"LOWE, Rose"', "LOWE/Rose")}, exit=3, rows={POLICE: (5, 0)},
        says=("5 of 5 names have '/' between two parts", 'separator = "/"'),
    ),
    "a dash between the names": Trap(
        files={POLICE: HEAD + ROWS.replace('"LOWE, Rose"', "Lowe - Rose")}, exit=3, rows={POLICE: (5, 0)},
        says=("5 of 5 names have '-' between two parts", 'separator = " - "'),
    ),
    "hyphens are no separators": Trap(
        files={POLICE: HEAD + ROWS.replace("LOWE, Rose", "LOWE-FOX, Rose-Ann")}, exit=0, rows={POLICE: (5, 0)},
        silent=("between two parts",),
    ),
}  # fmt: skip
LISTS = {
    "commas": ("01/02/2026, 15/02/2026", 2),
    "commas, and the police at one": ("01/02/2026, 15/02/2026 (police: yes), 20/02/2026", 3),
    "spaces": ("01/02/2026 15/02/2026 20/02/2026", 3),
    "and": ("01/02/2026 and 15/02/2026", 2),
    "semicolons": ("01/02/2026; 15/02/2026 (police: yes)", 2),
    "days in order of the year": ("2026-02-01, 2026-02-15", 2),
}


@pytest.mark.parametrize("name", TRAPS)
def test_trap(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)


@pytest.mark.parametrize("name", LISTS)
def test_contacts_in_a_list_are_all_contacts(name: str, tmp_path: Path) -> None:
    cell, n = LISTS[name]
    place = make_site(contacts(cell), tmp_path / "site")
    take_in(place, Month.parse("2026-03"))
    with open_warehouse(place) as warehouse:
        assert warehouse.rows("fact", "at", where={"fact": "contact"}).height == n
