"""Extracts of systems that write times, versions, parts of events and monthly numbers in ways of their own: as drafted,
with three edited lines at most, each loads exactly."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from traps.draftkit import Stranger, drafted, meet

PEOPLE = (
    ("QUILL", "Ada", date(1974, 9, 5), "F", "9990000018"),
    ("BIRCH", "Alan", date(1961, 2, 14), "M", "9990000026"),
    ("CEDAR", "Kit", date(1990, 12, 31), "M", "9990000034"),
    ("ROWAN", "Sian", date(2001, 6, 19), "F", "9990000042"),
)
WHO = (0, 1, 2, 0, 3, 1, 0, 2, 0, 1, 3, 0)
DAYS = (2, 3, 5, 8, 9, 12, 13, 17, 21, 24, 28, 31)
MOMENTS = [datetime(2026, 3, day, (7 * day) % 24, (13 * day) % 60) for day in DAYS]
ROWS = [(*PEOPLE[who], moment) for who, moment in zip(WHO, MOMENTS, strict=True)]
BIRTHS: list[object] = [row[2] for row in ROWS]
NUMBERS: list[object] = [row[4] for row in ROWS]
STARTS: list[object] = list(MOMENTS)


def table(header: str, rows: Sequence[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def custody() -> str:
    """Days and times in figures alone, SURNAME/FORENAME, a number of the person in one word."""
    rows = (
        f"CC{700 + k}|{family}/{given.upper()}|{born:%d%m%y}|20/10{k % 4}0K|{at:%d%m%y %H%M}|{'YN'[k % 2]}|{sex}"
        for k, (family, given, born, sex, _, at) in enumerate(ROWS)
    )
    return table("CUSTODY_REF|NAME|DOB|PNCID|ARR_DT|HCP_SEEN|GENDER", list(rows))


def warehouse() -> str:
    """A key that numbers each version anew, and rows that were taken back."""
    rows = []
    for k, (family, given, born, _, nhs, at) in enumerate(ROWS):
        for version in (1, 2) if k % 4 == 0 else (1,):
            rows.append((70 + k, version, "false", at, nhs, given, family, born))
    rows.append((99, 1, "true", MOMENTS[0], "9990000018", "Ada", "QUILL", PEOPLE[0][2]))
    lines = (
        f"{9000 + key},{contact},{version},{gone},{at:%Y-%m-%d %H:%M:%S},{nhs},{given},{family},{born}"
        for key, (contact, version, gone, at, nhs, given, family, born) in enumerate(rows)
    )
    head = "fact_key,contact_id,row_version,is_deleted,contact_start,nhs_number,given_name,family_name,birth_dt"
    return table(head, list(lines))


def legs() -> str:
    """Two legs of a call, the second later: one event, when the first began."""
    rows = []
    for k, (family, given, born, _, nhs, at) in enumerate(ROWS):
        for leg in (1, 2) if k % 5 == 0 else (1,):
            begun = at + timedelta(minutes=25 * (leg - 1))
            number = nhs if k % 4 else "Not traced"
            rows.append(f"C-{880 + k},{leg},{begun:%d/%m/%Y %H:%M},{given},{family},{born:%d/%m/%Y},{number}")
    return table("CallRef,Leg,Call Start,PatientForename,PatientSurname,Patient DoB,NHSNumber", rows)


def units() -> str:
    """A list of clients with a number of contacts, a measurement beside it, and no column of the month."""
    rows = [
        f"{5000 + k};{family};{given};{born:%d.%m.%Y};{nhs};{3 * k:02d}.0{k + 1}.2025;{k},0;{30 + 7 * k},{k}"
        for k, (family, given, born, _, nhs) in enumerate(PEOPLE, 1)
    ]
    return table("Client;Family name;Given name;Born;NHS;Episode start;Contacts in month;Units per week", rows)


def vehicles() -> str:
    """The year in front in six figures, the time in four below 'Tm', a vehicle a row."""
    rows = []
    for k, (family, given, born, _, nhs, at) in enumerate(ROWS):
        for vehicle in (1, 2) if k % 3 == 0 else (1,):
            number = nhs if k % 5 else "No trace"
            rows.append(
                f"I{400 + k};A{vehicle};{at:%y%m%d};{at:%H%M};{family};{given};{born:%d/%m/%y};{number};Conveyed"
            )
    return table("Incident;Veh;CallDt;CallTm;PtSurname;PtFirst;PtDOB;PtNHS;Outcome", rows)


def drop_in() -> str:
    """Initials, a client's number and a year of birth are all that says who it was."""
    rows = (
        f"{at:%d.%m.%Y};{given[0]}{family[0]};{born.year};{sex};CL{k % 4:04d};Food"
        for k, (family, given, born, sex, _, at) in enumerate(ROWS)
    )
    return table("Visit date;Initials;Year of birth;Sex;Client no;Service", list(rows))


def formulas() -> str:
    """Texts written as formulas, so that a spreadsheet keeps their noughts."""
    rows = (
        f'="{900 + k}";{at:%d/%m/%Y %H:%M};{family};{given};="{born:%d/%m/%Y}";="{nhs}"'
        for k, (family, given, born, _, nhs, at) in enumerate(ROWS)
    )
    return "sep=;\n" + table("Call ID;Call time;Surname;Forename;DOB;NHS", list(rows))


def clocks_first() -> str:
    """The time of day before the date, as radio logs have it."""
    rows = (
        f"{at:%H%M}hrs {at:%d%b%y},L{300 + k},{given} {family},{born:%d %b %Y}".upper()
        for k, (family, given, born, _, _, at) in enumerate(ROWS)
    )
    return table("When,Log,Person,DOB", list(rows))


def sheets(*months: str) -> bytes:
    """A workbook with a sheet for each month, which all have the same columns."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed)
    for name in months:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["Incident No", "Date", "Time", "Name", "DOB"])
        month = ["Jan", "Feb", "Mar", "Apr"].index(name[:3]) + 1
        for k, (family, given, born, _, _, at) in enumerate(ROWS[:6], 1):
            day = at.replace(month=month)
            cells = [f"{name[:3]}{k}", f"{day:%d/%m/%Y}", f"{day:%H:%M}", f"{given} {family}", f"{born:%d/%m/%Y}"]
            sheet.write_row(k, 0, cells)
    book.close()
    return packed.getvalue()


def repeated(values: list[object], times: int, every: int) -> list[object]:
    """The values, each `every`th so many times."""
    return [value for k, value in enumerate(values) for _ in range(times if k % every == 0 else 1)]


LEGS = [at + timedelta(minutes=25 * leg) for k, at in enumerate(MOMENTS) for leg in ((0, 1) if k % 5 == 0 else (0,))]

VEHICLES = (
    "7,02/03/2026 10:00,02/03/2026 10:20,K1,CONV,Quill,Ada,05/09/1974",
    "7,02/03/2026 10:00,,K2,stood down,Quill,Ada,05/09/1974",
    "8,14/03/2026 10:00,14/03/2026 10:20,K1,S&T,Birch,Alan,14/02/1961",
    "9,30/03/2026 10:00,30/03/2026 10:20,K2,CONV,Birch,Alan,14/02/1961",
    "9,30/03/2026 10:00,,K3,stood down,Birch,Alan,14/02/1961",
)
STAYS = (
    '4410,"Quill, Ada",05/09/1974,S1,Oak,28/01/2026,13/02/2026',
    '4410,"Quill, Ada",05/09/1974,S1,Elm,13/02/2026,20/02/2026',
    '4411,"Birch, Alan",14/02/1961,S2,Elm,02/03/2026,31/03/2026',
    '4412,"Lane, Jo",15/02/1971,S3,Elm,02/01/2026,30/01/2026',
    '4413,"Marsh, Al",16/02/1981,S4,Oak,20/03/2026,',
    "Elm sub-total,,,,,,",
)

STRANGERS = {
    "custody in figures": Stranger(
        files={"2026-03/CUSTODY_HC.dat": custody()},
        sources={"custody": "2026-03/CUSTODY_HC.dat"},
        writes=('formats = ["%d%m%y"]', 'separator = "/"', 'columns = ["PNCID"]'),
        rows={"2026-03/CUSTODY_HC.dat": (12, 0)},
        records={"start": STARTS, "dob": BIRTHS},
    ),
    "a warehouse with versions and rows taken back": Stranger(
        files={"2026-03/fct.csv": warehouse()},
        sources={"fct": "2026-03/fct.csv"},
        writes=('columns = ["contact_id"]', 'version = "version"', 'deleted = { taken_back = ["yes"] }'),
        rows={"2026-03/fct.csv": (16, 0)},
        records={"deleted": [False] * 15 + [True]},
    ),
    "legs of a call": Stranger(
        files={"2026-03/calls.csv": legs()},
        sources={"calls": "2026-03/calls.csv"},
        writes=('record = ["event", "part_no"]',),
        rows={"2026-03/calls.csv": (15, 0)},
        records={"start": list(LEGS)},
    ),
    "numbers of the path's month": Stranger(
        files={"2026-03/clients.csv": units()},
        sources={"clients": "2026-03/clients.csv"},
        writes=('kind = "counts"', 'covers = "month"', 'columns = ["Contacts in month"]'),
        checks=("no column holds the month of the numbers",),
        rows={"2026-03/clients.csv": (4, 0)},
        records={"n": [1, 2, 3, 4], "start": [datetime(2026, 3, 1)] * 4},
    ),
    "vehicles of an incident": Stranger(
        files={"2026-03/epcr.csv": vehicles()},
        sources={"epcr": "2026-03/epcr.csv"},
        writes=('formats = ["%y%m%d"]', 'time_columns = ["CallTm"]', 'columns = ["PtNHS"]'),
        rows={"2026-03/epcr.csv": (16, 0)},
        records={"start": repeated(STARTS, 2, 3), "dob": repeated(BIRTHS, 2, 3)},
    ),
    "a year of birth": Stranger(
        files={"2026-03/visits.csv": drop_in()},
        sources={"visits": "2026-03/visits.csv"},
        writes=('columns = ["Year of birth"]',),
        rows={"2026-03/visits.csv": (12, 0)},
        exit=3,
        says=("no row names anybody",),
        records={"birth_year": [row[2].year for row in ROWS], "dob": [None] * 12},
    ),
    "texts as formulas": Stranger(
        files={"2026-03/line.csv": formulas()},
        sources={"line": "2026-03/line.csv"},
        rows={"2026-03/line.csv": (12, 0)},
        records={"start": STARTS, "dob": BIRTHS, "nhs_number": NUMBERS},
    ),
    "the time before the date": Stranger(
        files={"2026-03/radio.csv": clocks_first()},
        sources={"radio": "2026-03/radio.csv"},
        rows={"2026-03/radio.csv": (12, 0)},
        records={"start": STARTS, "dob": BIRTHS},
    ),
    "legs of a call without their numbers": Stranger(
        files={
            "2026-03/ambulance.csv": table("CAD no,Call received,Arrived,Callsign,Dispo,Surname,Forename,DOB", VEHICLES)
        },
        sources={"ambulance": "2026-03/ambulance.csv"},
        writes=('record = ["incident", "deployment"]', 'columns = ["Callsign"]'),
        rows={"2026-03/ambulance.csv": (5, 0)},
        records={"record_id": ["7|K1", "7|K2", "8|K1", "9|K2", "9|K3"]},
        exit=0,
    ),
    "ward stays that nothing numbers": Stranger(
        files={"2026-03/mh_ward list.csv": table("RiO No,Name,DOB,Spell ID,Ward,Admitted,Discharged", STAYS)},
        sources={"mh_beds": "2026-03/mh_ward list.csv"},
        writes=('event = ["spell_id", "start"]', 'columns = ["Discharged"]', 'covers = "from rows"'),
        rows={"2026-03/mh_ward list.csv": (5, 1)},
        records={
            "end": [
                None if not row.split(",")[-1] else datetime.strptime(row.split(",")[-1], "%d/%m/%Y")
                for row in STAYS[:5]
            ]
        },
        exit=3,
    ),
    "a sheet a month": Stranger(
        files={"2026-03/log.xlsx": sheets("Jan 26", "Feb 26", "Mar 26")},
        sources={"log": "2026-03/log.xlsx"},
        writes=('sheets = "all"', 'covers = "from rows"'),
        checks=("the sheets Mar 26, Jan 26, Feb 26 have the same columns, and are read one below another",),
        rows={"2026-03/log.xlsx": (18, 0)},
    ),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_extract_loads_exactly(name: str, tmp_path: Path) -> None:
    meet(STRANGERS[name], tmp_path)


def test_a_sheet_of_next_month_is_read_in_place_of_this_ones(tmp_path: Path) -> None:
    from hiu.extract.files.read import read_table
    from hiu.sources import load_sources

    stranger = STRANGERS["a sheet a month"]
    (tmp_path / "sources").mkdir()
    text = drafted(stranger, tmp_path / "raw")["log"].replace('sheets = "all"', 'sheet = "Mar 26"')
    (tmp_path / "sources" / "log.toml").write_text(text)
    path = tmp_path / "log.xlsx"
    path.write_bytes(sheets("Mar 26", "Apr 26"))
    source = load_sources(tmp_path / "sources")["log"]
    table = read_table(path, source, name="2026-04/log.xlsx", max_bytes=10**7, max_ratio=200.0)
    assert table.frame["Incident No"].to_list() == [f"Apr{k}" for k in range(1, 7)]
    assert any("the one of the file's month" in note for note in table.notes)


REMARKS = {
    "days without a year": (
        "No,Date,Name,DOB\n1,03/03,Ada Quill,05/09/1974\n2,17/03,Alan Birch,14/02/1961\n",
        "its values, days without a year, which can't be loaded: add the year, or ask the sender for whole dates",
    ),
    "nights that no row of an event adds up": (
        "Admission ID,Name,DOB,Admitted,Nights\nA1,Ada Quill,05/09/1974,03/03/2026,4\n"
        "A2,Alan Birch,14/02/1961,17/03/2026,6\n",
        "looks like a number of events or nights, which no row of an event adds up: Nights",
    ),
    "a cancellation in a column of its own": (
        "Ref,When,Name,DOB,Cancelled\nA1,03/03/2026,Ada Quill,05/09/1974,Y\nA2,17/03/2026,Alan Birch,14/02/1961,N\n",
        '# cancelled = { not_in = ["Y"] }',
    ),
    "rows that a state takes back": (
        "Ref,When,Name,DOB,Record Status\nA1,03/03/2026,Ada Quill,05/09/1974,Deleted\n"
        "A2,17/03/2026,Alan Birch,14/02/1961,New\n",
        'deleted = { taken_back = ["Deleted"] }',
    ),
}


@pytest.mark.parametrize(("header", "values"), [("Marital status", "SMDW"), ("Type", "DAB")])
def test_a_letter_of_another_list_takes_no_row_back(header: str, values: str, tmp_path: Path) -> None:
    text = table(
        f"Ref,When,Name,DOB,{header}",
        [f"A{k},{k + 1:02d}/03/2026,{PEOPLE[k][1]} Quill,05/09/1974,{value}" for k, value in enumerate(values)],
    )
    stranger = Stranger(files={"2026-03/list.csv": text}, sources={"list": "2026-03/list.csv"})
    assert "taken_back" not in drafted(stranger, tmp_path)["list"]


def test_letters_of_changes_take_rows_back(tmp_path: Path) -> None:
    text = table(
        "Ref,When,Name,DOB,Record action",
        [f"A{k},{k + 1:02d}/03/2026,{PEOPLE[k][1]} Quill,05/09/1974,{value}" for k, value in enumerate("IUDI")],
    )
    stranger = Stranger(files={"2026-03/list.csv": text}, sources={"list": "2026-03/list.csv"})
    assert 'deleted = { taken_back = ["D"] }' in drafted(stranger, tmp_path)["list"]


@pytest.mark.parametrize("name", REMARKS)
def test_a_draft_says_what_is_to_be_settled(name: str, tmp_path: Path) -> None:
    text, words = REMARKS[name]
    stranger = Stranger(files={"2026-03/list.csv": text}, sources={"list": "2026-03/list.csv"})
    whole = drafted(stranger, tmp_path)["list"]
    assert any(words in line for line in whole.splitlines() if "CHECK: " in line), whole


def test_six_figures_that_number_rows_are_no_dates() -> None:
    from hiu.extract.draft.columns.look import look

    numbers = [f"1102{k:02d}" for k in range(20)]
    assert look("Log No", numbers).kind != "date"
    assert look("Seen", [f"{k:02d}0326" for k in range(1, 21)]).formats == ("%d%m%y",)
