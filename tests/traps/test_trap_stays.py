"""Stays and section 136 records as agencies send them: what check and run say, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from traps.intake_traps import Trap, counted, spring

from hiu.month import Month
from hiu.publish.quality.stays import open_stays
from pipelines.common.place import open_place

BEDS = (
    "Ward stay ID,Spell ID,Provider,NHS number,Surname,Forename,DOB,Start date ward stay,End date ward stay,"
    "Discharge date,Leave start date,Leave end date\n"
)
MOSS = "9990000018,Moss,Ada,02/02/1981"
VALE = "9990000026,Vale,Tom,03/03/1982"
POLICE = "Log,Person seq,Created,Role,Surname,Forename,DOB,NHS number,S136,Closing code 1,Closing code 2\n"
SHEET = "Ref,Date of detention,Surname,First name,DOB,NHS No,STORM log\n"
ADA = "Moss,Ada,02/02/1981,9990000018"
TOM = "Vale,Tom,03/03/1982,9990000026"
ONCE = {"mh_beds": 'extends = "mh_beds"\n[file]\nopen_stays = "once"\n'}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A trap and what is counted: (name, month, data set) -> n; how stays ended; rows that an event linked."""

    trap: Trap
    n: dict[tuple[str, str, str], int]
    ended: dict[str, str] = field(default_factory=dict)
    by_event: int = 0
    warned: tuple[str, ...] = ()


def beds(*rows: str) -> str:
    return BEDS + "".join(f"{row}\n" for row in rows)


def stays(files: dict[str, str], *, exit: int = 0, says: tuple[str, ...] = (), once: bool = False) -> Trap:
    files = {f"{month}/mh_wards.csv" if "/" not in month else month: text for month, text in files.items()}
    rows = {name: (text.count("\n") - 1, 0) for name, text in files.items()}
    return Trap(files=files, exit=exit, rows=rows, says=says, sources=ONCE if once else {})


def detention(police: str, sheet: str, *, later: str = "", exit: int = 0) -> Trap:
    files = {"2026-03/s136_sheet.csv": SHEET + sheet}
    if police:
        files["2026-03/police.csv"] = POLICE + police
    if later:
        files["2026-04/police.csv"] = POLICE + later
    rows = {name: (text.count("\n") - 1, 0) for name, text in files.items()}
    return Trap(files=files, exit=exit, rows=rows, month="2026-04" if later else "2026-03")


def nights(name: str, **months: int) -> dict[tuple[str, str, str], int]:
    return {(name, f"{month[1:5]}-{month[5:]}", "mh_bed_day"): n for month, n in months.items()}


def held(*names: str, month: str = "2026-03") -> dict[tuple[str, str, str], int]:
    return {(name, month, "s136"): 1 for name in names}


FLAG = f"K-17,1,09/03/2026 21:10,Subject,{ADA},Y,,\n"

TRAPS = {
    "closed, then open, in one file": Counted(
        trap=stays(
            {
                "2026-01": beds(f"A1,P1,RQ1,{MOSS},05/01/2026,09/01/2026,,,", f"A1,P1,RQ1,{MOSS},05/01/2026,,,,"),
                "2026-03": beds(f"B1,P2,RQ1,{VALE},30/03/2026,31/03/2026,,,"),
            }
        ),
        n=nights("Ada Moss", m202601=4) | nights("Tom Vale", m202603=1),
        ended={"A1": "sent", "B1": "sent"},
    ),
    "open, then closed, in one file": Counted(
        trap=stays({"2026-03": beds(f"A1,P1,RQ1,{MOSS},05/03/2026,,,,", f"A1,P1,RQ1,{MOSS},05/03/2026,09/03/2026,,,")}),
        n=nights("Ada Moss", m202603=4),
        ended={"A1": "sent"},
    ),
    "an end far in the future is no end": Counted(
        trap=stays(
            {
                "2026-03": beds(
                    f"A1,P1,RQ1,{MOSS},05/03/2026,08/03/2026,,,", f"A1,P1,RQ1,{MOSS},05/03/2026,31/12/9999,,,"
                )
            }
        ),
        n=nights("Ada Moss", m202603=3),
        ended={"A1": "sent"},
    ),
    "the discharge of the spell is an end too": Counted(
        trap=stays({"2026-03": beds(f"A1,P1,RQ1,{MOSS},05/03/2026,,07/03/2026,,", f"A1,P1,RQ1,{MOSS},05/03/2026,,,,")}),
        n=nights("Ada Moss", m202603=2),
        ended={"A1": "spell"},
    ),
    "an end that the next file takes back": Counted(
        trap=stays(
            {
                "2026-02": beds(f"A1,P1,RQ1,{MOSS},20/02/2026,25/02/2026,,,"),
                "2026-03": beds(f"A1,P1,RQ1,{MOSS},20/02/2026,,,,"),
            }
        ),
        n=nights("Ada Moss", m202602=9, m202603=31),
        ended={"A1": "open"},
    ),
    "an open stay that is not sent again": Counted(
        trap=stays(
            {
                "2025-12": beds(f"A1,P1,RQ1,{MOSS},20/12/2025,,,,", f"B1,P2,RQ1,{VALE},30/12/2025,,,,"),
                "2026-01": beds(f"B1,P2,RQ1,{VALE},30/12/2025,,,,", f"A1,P1,RQ1,{MOSS},20/12/2025,,,,"),
                "2026-02": beds(f"B1,P2,RQ1,{VALE},30/12/2025,02/02/2026,,,"),
                "2026-03": beds(f"B2,P3,RQ1,{VALE},01/03/2026,02/03/2026,,,"),
            }
        ),
        n=nights("Ada Moss", m202512=12, m202601=31) | nights("Tom Vale", m202512=2, m202601=31, m202602=1, m202603=1),
        ended={"A1": "open_not_resent", "B1": "sent", "B2": "sent"},
        warned=("mh_beds: 1 open stay is left out", "open_not_resent; last sent in Jan 2026 1", 'open_stays = "once"'),
    ),
    "the same from a sender that sends changes only": Counted(
        trap=stays(
            {
                "2026-02": beds(f"A1,P1,RQ1,{MOSS},20/02/2026,,,,"),
                "2026-03": beds(f"B1,P2,RQ1,{VALE},01/03/2026,02/03/2026,,,"),
            },
            once=True,
        ),
        n=nights("Ada Moss", m202602=9, m202603=31) | nights("Tom Vale", m202603=1),
        ended={"A1": "open", "B1": "sent"},
    ),
    "left out of one file, and back in the next": Counted(
        trap=stays(
            {
                "2026-01": beds(f"A1,P1,RQ1,{MOSS},30/01/2026,,,,"),
                "2026-02": beds(f"B1,P2,RQ1,{VALE},01/02/2026,02/02/2026,,,"),
                "2026-03": beds(f"A1,P1,RQ1,{MOSS},30/01/2026,,,02/03/2026,03/03/2026"),
            }
        ),
        n=nights("Ada Moss", m202601=2, m202602=28, m202603=30) | nights("Tom Vale", m202602=1),
        ended={"A1": "open", "B1": "sent"},
    ),
    "another trust's file says nothing of this one's": Counted(
        trap=stays(
            {
                "2026-02/mh_north.csv": beds(f"A1,P1,RN1,{MOSS},27/02/2026,,,,"),
                "2026-03/mh_south.csv": beds(f"B1,P2,RS1,{VALE},01/03/2026,02/03/2026,,,"),
            }
        ),
        n=nights("Ada Moss", m202602=2, m202603=31) | nights("Tom Vale", m202603=1),
        ended={"A1": "open", "B1": "sent"},
    ),
    "the old ward was never closed, and the spell goes on in another": Counted(
        trap=stays(
            {
                "2026-02": beds(f"A1,P1,RQ1,{MOSS},27/02/2026,,,,"),
                "2026-03": beds(f"A2,P1,RQ1,{MOSS},02/03/2026,05/03/2026,,,"),
            }
        ),
        n=nights("Ada Moss", m202602=2, m202603=3),
        ended={"A1": "open_not_resent", "A2": "sent"},
    ),
    "a ward stay after the spell's discharge": Counted(
        trap=stays(
            {
                "2026-03": beds(
                    f"A1,P1,RQ1,{MOSS},02/03/2026,05/03/2026,05/03/2026,,", f"A2,P1,RQ1,{MOSS},29/03/2026,,,,"
                )
            }
        ),
        n=nights("Ada Moss", m202603=6),
        ended={"A1": "sent", "A2": "open"},
    ),
    "leave that ends before it starts": Counted(
        trap=stays(
            {"2026-03": beds(f"A1,P1,RQ1,{MOSS},02/03/2026,12/03/2026,,08/03/2026,05/03/2026")},
            exit=3,
            says=("line 2: leave_end is before leave_start",),
        ),
        n=nights("Ada Moss", m202603=10),
    ),
    "leave with a return and no start": Counted(
        trap=stays(
            {"2026-03": beds(f"A1,P1,RQ1,{MOSS},02/03/2026,12/03/2026,,,05/03/2026")},
            exit=3,
            says=("line 2: leave_end without leave_start",),
        ),
        n=nights("Ada Moss", m202603=10),
    ),
    "leave outside the stay": Counted(
        trap=stays(
            {
                "2026-03": beds(
                    f"A1,P1,RQ1,{MOSS},12/03/2026,14/03/2026,,02/03/2026,05/03/2026",
                    f"B1,P2,RQ1,{VALE},12/03/2026,14/03/2026,,20/03/2026,",
                )
            },
            exit=3,
            says=("2 rows (lines 2 and 3): the leave lies outside its stay",),
        ),
        n=nights("Ada Moss", m202603=2) | nights("Tom Vale", m202603=2),
    ),
    "a spell discharged before its ward stay ended": Counted(
        trap=stays(
            {"2026-03": beds(f"A1,P1,RQ1,{MOSS},12/03/2026,14/03/2026,13/03/2026,,")},
            exit=3,
            says=("line 2: spell_end is before the end of the ward stay",),
        ),
        n=nights("Ada Moss", m202603=2),
    ),
    "identical rows are one stay": Counted(
        trap=stays({"2026-03": beds(*[f"A1,P1,RQ1,{MOSS},12/03/2026,14/03/2026,,13/03/2026,14/03/2026"] * 4)}),
        n=nights("Ada Moss", m202603=1),
    ),
    "nobody's sheet row, one flagged on the log": Counted(
        trap=detention(FLAG, "R1,09/03/2026 23:40,Unknown,Male,,,K-17\n"), n=held("Ada Moss"), by_event=1
    ),
    "an initial only, and the log typed otherwise": Counted(
        trap=detention(FLAG, "R1,09/03/2026 23:40,Moss,A,,,k 017\n"), n=held("Ada Moss"), by_event=1
    ),
    "another name that nothing else goes with": Counted(
        trap=detention(FLAG, "R1,10/03/2026,Mosse,,,,K/17\n"), n=held("Ada Moss"), by_event=1
    ),
    "two flagged on the log: each has one, and nobody guesses": Counted(
        trap=detention(
            FLAG + f"K-17,2,09/03/2026 21:10,Subject,{TOM},Y,,\n", "R1,09/03/2026 23:40,Unknown,Male,,,K-17\n"
        ),
        n=held("Ada Moss", "Tom Vale"),
    ),
    "a caller of the log is not flagged": Counted(
        trap=detention(
            FLAG + f"K-17,2,09/03/2026 21:10,Caller,{TOM},N,,\n", "R1,09/03/2026 23:40,Unknown,Male,,,K-17\n"
        ),
        n=held("Ada Moss"),
        by_event=1,
    ),
    "the sheet names somebody else, by number": Counted(
        trap=detention(FLAG, "R1,09/03/2026 23:40,Vale,Tom,03/03/1982,9990000026,K-17\n"), n=held("Tom Vale")
    ),
    "the log was closed as a duplicate": Counted(
        trap=detention(
            FLAG + f"K-18,1,09/03/2026 21:15,Subject,{ADA},Y,duplicate of log,k17\n",
            "R1,09/03/2026 23:40,Unknown,Male,,,K18\n",
        ),
        n=held("Ada Moss"),
        by_event=1,
    ),
    "a second sheet row of a detention that is recorded": Counted(
        trap=detention(
            FLAG, "R1,09/03/2026 23:40,Moss,Ada,02/02/1981,,K-17\nR2,09/03/2026 23:45,Unknown,Female,,,K-17\n"
        ),
        n=held("Ada Moss"),
    ),
    "a log number of another month": Counted(
        trap=detention(FLAG, "R1,29/03/2026 23:40,Unknown,Male,,,K-17\n"), n=held("Ada Moss")
    ),
    "nobody on either side": Counted(
        trap=detention(
            "K-17,1,09/03/2026 21:10,Subject,Unknown,Male,,,Y,,\n", "R1,09/03/2026 23:40,Unknown,Male,,,K-17\n"
        ),
        n={},
    ),
    "the police come a month later": Counted(
        trap=detention(
            f"K-1,1,01/03/2026 10:00,Subject,{TOM},N,,\n",
            "R1,09/03/2026 23:40,Unknown,Male,,,K-17\n",
            later=FLAG,
            exit=3,
        ),
        n=held("Ada Moss"),
        by_event=1,
    ),
    "the police know nobody, the sheet does": Counted(
        trap=detention(
            "K-17,1,09/03/2026 21:10,Subject,Unknown,Male,,,Y,,\n",
            "R1,11/03/2026 23:40,Moss,Ada,02/02/1981,9990000018,K-17\n",
        ),
        n=held("Ada Moss"),
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_is_read_and_counted_as_it_must_be(name: str, tmp_path: Path) -> None:
    case = TRAPS[name]
    spring(case.trap, tmp_path)
    place, month = open_place(tmp_path / "site"), Month.parse(case.trap.month)
    with counted(place, month) as warehouse:
        people = dict(warehouse.rows("people", "person_id", "name_text", where={"named": True}).iter_rows())
        demand = warehouse.rows("monthly_demand", "person_id", "month", "dataset", "n")
        made = {(people[who], f"{day:%Y-%m}", what): n for who, day, what, n in demand.iter_rows() if n}
        stay = warehouse.read("stay")
        by_event = warehouse.rows("links", "source_row", where={"how": "event"}).height
    wanted = {"mh_bed_day", "s136"}
    assert {key: n for key, n in made.items() if key[2] in wanted} == case.n
    if case.ended:
        assert dict(stay.select("event_id", "ended").iter_rows()) == case.ended
    assert by_event == case.by_event
    said = "\n".join(open_stays(stay, month))
    assert all(words in said for words in case.warned)
    assert bool(said) == ("open_not_resent" in case.ended.values())


def test_a_stay_that_ends_earlier_on_the_day_that_it_starts_is_told(tmp_path: Path) -> None:
    rows = (("08/03/2026 16:15", "08/03/2026 12:00"), ("08/03/2026 16:15", "08/03/2026"),
            ("08/03/2026 09:00", "08/03/2026 12:00"), ("08/03/2026 16:15", "09/03/2026 12:00"))  # fmt: skip
    text = beds(*(f"W{at},S{at},RXX,{MOSS},{start},{end},,," for at, (start, end) in enumerate(rows)))
    says = "line 2: the stay ends on the day that it starts, at an earlier time: it has no night"
    spring(stays({"2026-03": text}, exit=3, says=(says,)), tmp_path)
