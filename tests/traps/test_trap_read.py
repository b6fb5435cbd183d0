"""Cells that were sent and not used: each is told with its counts by check and run, or the file refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.intake_traps import Trap, spring

AMBULANCE = (
    "CAD number,Deployment ID,Call connected,On scene,Outcome,Surname,Forename,DOB,NHS number,Sex,Home postcode\n"
)
POLICE = "URN,Seq,Created,Involvement,Surname,Forename,DOB,S136\n"
ED = "Attendance number,Arrival date,Arrival time,Surname,Forename,Birth date,Attendance category,Discharge status\n"
MHA = "No.,Assessment date,Patient,DOB,Outcome\n"
STAYS = "Ward stay ID,Ward start date,Ward end date,Surname,Forename,DOB,Provider,RiO ID\n"
SHELTER = """
title = "Night shelter"
kind = "events"
agency = "shelter"

[file]
pattern = "shelter*.csv"

[key]
event = ["night"]

[fields.night]
columns = ["Booking"]
required = true

[fields.start]
columns = ["Date"]
type = "date"
required = true

[fields.name]
columns = ["Guest"]
type = "name"

[fields.bed]
columns = ["Bed"]
type = "code"

[fields.bed.codes]
used = "used"
"no show" = "no show"

[[measures]]
name = "shelter_night"
where = { bed = { not_in = ["no show"] } }

[counts]
shelter_night = { measures = ["shelter_night"] }
"""
SURNAMES = ("Quill", "Rowe", "Stone", "Tarn", "Usk", "Vale", "Wren", "Yeo", "Ash", "Birch", "Cole", "Dean")


def ambulance(n: int = 12, **cells: str) -> str:
    """Calls of twelve people, of which a cell may be given for all rows; `{n}` in it is the row's number."""
    usual = {
        "incident": "C{n}", "deployment": "D{n}", "start": "{n:02}/03/2026 10:15", "scene": "10:30",
        "outcome": "Conveyed", "family": "{name}", "given": "Sam", "dob": "{n:02}/05/1981", "nhs": "", "sex": "F",
        "postcode": "BS3 {d}QA",
    }  # fmt: skip
    rows = [
        ",".join((usual | cells)[cell] for cell in usual).format(n=n, d=n % 10, name=SURNAMES[(n - 1) % 12])
        for n in range(1, n + 1)
    ]
    return AMBULANCE + "\n".join(rows) + "\n"


def police(*roles: str, s136: str = "", start: str = "{n:02}/03/2026 21:05", log: str = "U{n}") -> str:
    """A row a role, of different people."""
    rows = [
        f"{log},1,{start},{role},{{name}},Kit,03/04/1977,{s136}".format(n=n % 28 + 1, name=SURNAMES[n % 12])
        for n, role in enumerate(roles)
    ]
    return POLICE + "\n".join(rows) + "\n"


def ed(*status: str, category: str = "1") -> str:
    rows = [
        f"A{n},{n % 28 + 1:02}/03/2026,18:40,{SURNAMES[n % 12]},Kit,03/04/1977,{category},{one}"
        for n, one in enumerate(status)
    ]
    return ED + "\n".join(rows) + "\n"


def mha(*outcomes: str) -> str:
    rows = [
        f'{n},{n + 1:02}/03/2026,"{SURNAMES[n % 12].upper()}, Kit",03/04/1977,{one}' for n, one in enumerate(outcomes)
    ]
    return MHA + "\n".join(rows) + "\n"


def shelter(*beds: str) -> str:
    rows = [f'{n},{n + 1:02}/03/2026,"{SURNAMES[n % 12].upper()}, Kit",{bed}' for n, bed in enumerate(beds)]
    return "Booking,Date,Guest,Bed\n" + "\n".join(rows) + "\n"


AMB, POL, EDS, MHAS, BEDS = (f"2026-03/{name}.csv" for name in ("ambulance", "police", "ed_march", "mha", "mh_stays"))
DEPLOYED, CALLED = ["ambulance_call", "ambulance_deployment"], ["ambulance_call"]

TRAPS = {
    "NHS numbers rounded by a spreadsheet": Trap(
        files={AMB: ambulance(nhs="4.5E+09")},
        exit=3,
        rows={AMB: (12, 0)},
        says=("NHS number: 12 filled, 0 read", "9.99E+09", "as text"),
        records={"nhs_number": [None] * 12},
    ),
    "NHS numbers with a wrong check digit": Trap(
        files={AMB: ambulance(nhs="943476591{n}")},
        exit=3,
        rows={AMB: (12, 0)},
        says=("NHS number: 12 filled,", "wrong check digit"),
    ),
    "births month first": Trap(
        files={AMB: ambulance(dob="05/2{d}/1981")},
        exit=3,
        rows={AMB: (12, 0)},
        says=("DOB: 12 filled, 0 read", "month first", '[fields.dob]: formats = ["%m/%d/%Y"]'),
        records={"dob": [None] * 12},
    ),
    "births after the contact": Trap(
        files={AMB: ambulance(dob="14/05/2031")},
        exit=3,
        rows={AMB: (12, 0)},
        says=("DOB: 12 filled, 0 read", "12 are not believed: after the contact"),
    ),
    "births that are all 1 January 1900": Trap(
        files={AMB: ambulance(dob="01/01/1900")},
        exit=3,
        rows={AMB: (12, 0)},
        says=("DOB: 12 filled, 0 read: 12 say 'not known'",),
    ),
    "postcodes of another country": Trap(
        files={AMB: ambulance(postcode="900{n:02}")},
        exit=3,
        rows={AMB: (12, 0)},
        says=("Home postcode: 12 filled, 0 read", "99999"),
    ),
    "sexes in words that nobody knows": Trap(
        files={AMB: ambulance(sex="Frau")},
        exit=3,
        rows={AMB: (12, 0)},
        says=("Sex: 12 filled, 0 read",),
        silent=("Frau",),
    ),
    "sexes of which one is not known": Trap(
        files={AMB: ambulance(sex="Not stated") + ambulance(1).splitlines()[1].replace("C1,D1", "C99,D99") + "\n"},
        exit=3,
        rows={AMB: (13, 0)},
        says=("Sex: 13 filled, 1 read: 12 say 'not known'",),
    ),
    "an outcome that the list lacks is no deployment": Trap(
        files={AMB: ambulance(2, outcome="Left on scene by choice")},
        exit=3,
        rows={AMB: (2, 0)},
        says=("Outcome: Left on scene by choice 2 are not in the list: add them to [fields.outcome.codes]",),
        records={"measures": [CALLED, CALLED]},
    ),
    "an outcome that is empty, or not known, counts as ever": Trap(
        files={AMB: ambulance(1, outcome="") + ambulance(2, outcome="Not recorded").splitlines()[2] + "\n"},
        exit=0,
        rows={AMB: (2, 0)},
        records={"measures": [DEPLOYED, DEPLOYED]},
    ),
    "an arrival that says not known is none": Trap(
        files={AMB: ambulance(6, scene="Unknown")},
        exit=3,
        rows={AMB: (6, 0)},
        says=("On scene: 6 filled, 0 read: 6 say 'not known'",),
        records={"measures": [CALLED] * 6},
    ),
    "roles of another force": Trap(
        files={POL: police(*["NOM"] * 3, "Subject", *["ATT"] * 2)},
        exit=3,
        rows={POL: (6, 0)},
        says=("Involvement: NOM 3, ATT 2 are not in the list: add them to [fields.role.codes]",),
        records={"measures": [[], [], [], ["police_subject"], [], []]},
    ),
    "a role that the site adds": Trap(
        files={POL: police("NOM", "Subject")},
        exit=0,
        rows={POL: (2, 0)},
        sources={"police": 'extends = "police"\n[fields.role.codes]\nNOM = "subject"\n'},
        records={"measures": [["police_subject"], ["police_subject"]]},
    ),
    "a flag that no code knows": Trap(
        files={POL: police("Subject", "Subject", s136="X")},
        exit=3,
        rows={POL: (2, 0)},
        says=("S136: X 2 are neither yes nor no: add them to [fields.s136.codes]",),
        records={"measures": [["police_subject"], ["police_subject"]]},
    ),
    "a flag that the site explains": Trap(
        files={POL: police("Subject", s136="X") + police("Subject", "Subject", s136="N").splitlines()[2] + "\n"},
        exit=0,
        rows={POL: (2, 0)},
        sources={"police": 'extends = "police"\n[fields.s136.codes]\nX = "yes"\n'},
        records={"measures": [["police_subject", "s136_police"], ["police_subject"]]},
    ),
    "starts that are hardly read": Trap(
        files={POL: police(*["Subject"] * 6, start="the {n:02} of March")},
        exit=4,
        says=("Created: 6 filled, 0 read",),
    ),
    "one start of one row sets the row aside": Trap(
        files={POL: police("Subject", start="yesterday at {n}")},
        exit=3,
        rows={POL: (0, 1)},
        says=("date_unreadable",),
    ),
    "keys rounded by a spreadsheet": Trap(
        files={POL: police(*["Subject"] * 6, log="2.0261E+1{n}")},
        exit=4,
        says=("URN: 6 filled, 0 read", "as text"),
    ),
    "keys of which a spreadsheet kept fifteen digits": Trap(
        files={POL: police(*["Subject"] * 6, log="20260300000{n:04}000")},
        exit=4,
        says=("URN: 6 filled, 0 read", "fifteen digits"),
    ),
    "a log that says not known is no log": Trap(
        files={POL: police("Subject", "Subject", log="Not known")},
        exit=4,
        says=("no row has what names its event", "'URN'"),
    ),
    "one log of two that says not known": Trap(
        files={POL: police("Subject", "Subject", log="Not known").replace("Not known", "L1", 1)},
        exit=3,
        rows={POL: (1, 1)},
        says=("key_missing",),
    ),
    "nothing that says who can be read": Trap(
        files={BEDS: STAYS + "".join(f"W{n},0{n}/03/2026,,?,?,99/99/99,RVX,0000000\n" for n in range(1, 7))},
        exit=3,
        rows={BEDS: (6, 0)},
        says=("RiO ID: 6 filled, 0 read: 6 say 'not known'",),
    ),
    "numbers and births that nobody can read, and no name": Trap(
        files={BEDS: STAYS + "".join(f"W{n},0{n}/03/2026,,,,some time {n},RVX,1.2E+0{n}\n" for n in range(1, 7))},
        exit=4,
        says=("nothing that says whom a row is about can be read", "RiO ID: 6 filled, 0 read"),
    ),
    "a file without a column for anybody": Trap(
        files={EDS: "Attendance number,Arrival date,Arrival time,Sex\nA1,02/03/2026,11:00,1\nA2,03/03/2026,12:00,2\n"},
        exit=4,
        says=("no column names a person", "[expect] names = false"),
    ),
    "a file without a column for anybody, by design": Trap(
        files={EDS: "Attendance number,Arrival date,Arrival time,Sex\nA1,02/03/2026,11:00,1\nA2,03/03/2026,12:00,2\n"},
        exit=0,
        rows={EDS: (2, 0)},
        sources={"ed": 'extends = "ed"\n[expect]\nnames = false\n'},
        records={"nobody": [True, True]},
    ),
    "a pseudonym alone": Trap(
        files={
            EDS: "Attendance number,Arrival date,Provider,Token person ID\n"
            "A1,02/03/2026,RA7,PX77\nA2,03/03/2026,RA7,PX78\n"
        },
        exit=3,
        rows={EDS: (2, 0)},
        says=("no row names anybody: only 'Token person ID'", 'scheme = "pseudonym:ra7"'),
        records={"local_ids": ["pseudonym:ra7:PX77", "pseudonym:ra7:PX78"]},
    ),
    "local numbers whose provider is not sent": Trap(
        files={EDS: "Attendance number,Arrival date,Surname,MRN\nA1,02/03/2026,Quill,M777\nA2,03/03/2026,Rowe,M778\n"},
        exit=3,
        rows={EDS: (2, 0)},
        says=("MRN: 2 filled, 0 read", "'ed:{provider}' needs the value of that field"),
    ),
    "statuses at departure in words": Trap(
        files={EDS: ed("Treatment completed", "Left care setting before initial assessment", "Sent round the corner")},
        exit=3,
        rows={EDS: (3, 0)},
        says=("Discharge status: 1 cell is not in the list",),
        records={"measures": [["ed_requiring_treatment"], ["left_before_treatment"], []]},
    ),
    "statuses at departure of which a spreadsheet kept fifteen digits": Trap(
        files={EDS: ed("1066301000000100", "1066321000000100", "182992009")},
        exit=3,
        rows={EDS: (3, 0)},
        says=("Discharge status: 2 cells are not in the list",),
        records={"measures": [[], [], ["ed_requiring_treatment"]]},
    ),
    "an attendance category nobody knows": Trap(
        files={EDS: ed("182992009", category="Q")},
        exit=3,
        rows={EDS: (1, 0)},
        says=("Attendance category: Q 1 is not in the list",),
        records={"measures": [[]]},
    ),
    "outcomes of assessments": Trap(
        files={MHAS: mha("Section 2", "Informal admission", "s.3", "Wrong room", "Not completed - no access", "")},
        exit=3,
        rows={MHAS: (6, 0)},
        says=("Outcome: 1 cell is not in the list",),
        records={"measures": [["mha_completed"]] * 3 + [[], ["mha_not_completed"], ["mha_completed"]]},
    ),
    "outcomes that words for an untraced number would fit": Trap(
        files={MHAS: mha("Section 2", "Not found", "Pending", "Awaiting", "No trace", "")},
        exit=3,
        rows={MHAS: (6, 0)},
        says=("Not found 1", "Pending 1"),
        records={"measures": [["mha_completed"], [], [], [], [], ["mha_completed"]]},
    ),
    "an assessment that was refused is no completed one": Trap(
        files={MHAS: mha("Section 2", "Refused", "Declined")},
        exit=3,
        rows={MHAS: (3, 0)},
        says=("Declined 1", "Refused 1"),
        records={"measures": [["mha_completed"], [], []]},
    ),
    "words of a source of one's own": Trap(
        files={"2026-03/shelter.csv": shelter("Used", "Held over", "No show", "")},
        exit=3,
        rows={"2026-03/shelter.csv": (4, 0)},
        sources={"shelter": SHELTER},
        says=("Bed: 1 cell is not in the list: add them to [fields.bed.codes]",),
        records={"measures": [["shelter_night"], [], [], ["shelter_night"]]},
    ),
    "a name in the column of a code is not quoted": Trap(
        files={"2026-03/shelter.csv": shelter('"TARN, Kit"', '"TARN, Kit"', "Used")},
        exit=3,
        rows={"2026-03/shelter.csv": (3, 0)},
        sources={"shelter": SHELTER},
        says=("Bed: 2 cells are not in the list",),
        silent=("TARN",),
    ),
    "consent in words that the register's list lacks": Trap(
        files={
            "caseload.csv": "Ref,Name,DOB,Consent,Consent date\n1,\"QUILL, Sam\",14/05/1981,Given 01/02/2026,\n"
            '2,"ROWE, Kit",14/05/1982,Yes,01/02/2026\n'
        },
        exit=3,
        rows={"caseload.csv": (2, 0)},
        says=("Consent: 1 of 2 filled are not in the codes of [[facts]] consent",),
        silent=("Given 01/02/2026",),
    ),
    "a file that no source takes": Trap(
        files={"2026-03/letters.csv": "a,b\n1,2\n"},
        exit=3,
        says=("2026-03/letters.csv: no source takes this file", "hiu new SOURCE FILE"),
    ),
    "a source without an agreement on an invented site": Trap(
        files={"2026-03/shelter.csv": shelter("Used")},
        exit=0,
        rows={"2026-03/shelter.csv": (1, 0)},
        sources={"shelter": SHELTER},
        silent=("agreement",),
    ),
    "a file for no month": Trap(files={"police.csv": police("Subject")}, exit=4, says=("found no month in its path",)),
    "a source that asks for less": Trap(
        files={AMB: ambulance(dob="born in May 8{d}")},
        exit=0,
        rows={AMB: (12, 0)},
        sources={"ambulance": 'extends = "ambulance"\n[expect]\nread = 0\n'},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
