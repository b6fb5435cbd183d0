"""Names that name nobody, flags beside a name, two people in a cell, and separators: what intake makes of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from intake_traps import Trap, spring

POLICE = "2026-03/police.csv"
HEADER = "Log,Person seq,Created,Role,Name,DOB,Age,Sex,Postcode"
FIRE = """title = "Fire"
kind = "events"
agency = "fire"
[file]
pattern = "fire*.csv"
[key]
event = ["incident"]
[fields.incident]
columns = ["Incident"]
[fields.start]
columns = ["Call"]
type = "timestamp"
required = true
[fields.name]
columns = ["Person"]
type = "name"
%s
[fields.dob]
columns = ["Born"]
type = "dob"
[fields.sex]
columns = ["Sex"]
type = "sex"
[fields.postcode]
columns = ["Postcode"]
type = "postcode"
[[measures]]
name = "fire_incident"
[counts]
fire_incident = { measures = ["fire_incident"] }
"""
AGREED = '[[agreements]]\nsource = "fire"\nstart = 2026-01-01\nend = 2027-12-31\nreference = "X"\nsigned_by = "Y"\n'


def police(*names: str, dob: str = "01/02/1980") -> dict[str, str]:
    rows = [f'L{at},1,0{at % 9 + 1}/03/2026 10:00,Subject,"{name}",{dob},,F,BS1 4ND' for at, name in enumerate(names)]
    return {POLICE: "\n".join([HEADER, *rows]) + "\n"}


def fire(*people: str) -> dict[str, str]:
    rows = [f'F{at},0{at + 1}/03/2026 11:00,"{row}' for at, row in enumerate(people)]
    return {"2026-03/fire.csv": "\n".join(["Incident,Call,Person,Born,Sex,Postcode", *rows]) + "\n"}


def read(*names: str, **records: list[object]) -> Trap:
    return Trap(files=police(*names), exit=0, rows={POLICE: (len(names), 0)}, records=records)


def nobody(*names: str) -> Trap:
    size = len(names)
    return Trap(
        files=police(*names, dob=""),
        exit=0,
        rows={POLICE: (size, 0)},
        records={"nobody": [True] * size, "given": [None] * size, "family": [None] * size, "aliases": [None] * size},
    )


def burnt(name_keys: str, *people: str, rows: tuple[int, int], exit: int = 0, **more: object) -> Trap:
    return Trap(
        files=fire(*people), exit=exit, rows={"2026-03/fire.csv": rows}, sources={"fire": FIRE % name_keys},
        settings=AGREED, **more,
    )  # type: ignore[arg-type]  # fmt: skip


TRAPS = {
    "codes of appearance": nobody("IC3 FEMALE", "IC-6 male", "Unknown IC4", "IC2M", "IC 5 F"),
    "colour and sex": nobody("White female", "BLACK MALE", "Mixed race youth", "Asian f", "BROWN, Male"),
    "age and sex": nobody("female 50s", "M 25", "male approx 40 yrs", "Teenage boy", "elderly gentleman"),
    "title and unknown": nobody("Mrs Unknown", "MISS UNK", "Mr Unknown Male", "Dr Unidentified"),
    "prefixes of records": nobody("ZZDUMMY", "ZZ TEST", "UNKFEMALE02", "XXTEST", "FNU LNU", "NFN NLN"),
    "kinds of call": nobody("Silent 999", "ACCIDENTAL DIAL", "Hoax", "duplicate log", "Misdial", "ABANDONED"),
    "premises": nobody("Frenchay Hospital", "Reception, Southmead", "Custody suite", "The Red Lion", "Acme Ltd"),
    "staff": nobody("Night Manager", "charge nurse", "Security guard", "Bus driver", "Support Worker", "PC 4411 HALL"),
    "kin and roles": nobody("Mother of JONES", "B/O Patel", "Baby of Khan", "Caller 3", "concerned neighbour"),
    "not for use": nobody("Do not use", "TEST PATIENT 7", "Not known", "refused to give", "NAME WITHHELD"),
    "two firms": nobody("Hughes and Sons", "Ruth and Naomi House", "St Anne and the Angels Church"),
    "surnames that are such words": read(
        "BLACK, Nia", "WHITE, Guy", "YOUNG, Ifor", "MALE, Rhys", "NURSE, Eve", "DRIVER, Jo", "CALL, Ian", "HOUSE, Mo",
        family=["BLACK", "WHITE", "YOUNG", "MALE", "NURSE", "DRIVER", "CALL", "HOUSE"],
        given=["NIA", "GUY", "IFOR", "RHYS", "EVE", "JO", "IAN", "MO"],
    ),
    "a part that is not known": read(
        "PRICE, Unknown", "PRICE, Unknown Female", "FNU PRICE", "LNU Abdul",
        family=["PRICE", "PRICE", "PRICE", None], given=[None, None, None, "ABDUL"],
    ),
    "flags in every kind of bracket": read(
        "REES, Non (DV)", "REES, Non [POISON PEN]", "REES, Non {see file}", "REES, Non (WARNING", "REES, Non <LAC>",
        aliases=[None] * 5, flags=["DV", "POISON PEN", "SEE FILE", "WARNING", "LAC"], given=["NON"] * 5,
    ),
    "flags after marks": read(
        "REES, Non *KNIFE*", "REES, Non # MAPPA 2", "**REES, Non", "*ALERT* REES, Non",
        flags=["KNIFE", "MAPPA 2", None, "ALERT"], family=["REES"] * 4, aliases=[None] * 4,
    ),
    "names in brackets": read(
        "HUGHES, Margaret (Peggy)", "HUGHES, Ann (née LLOYD)", "HUGHES, Bob [AKA Rob]", "HUGHES, Al (formerly PUGH)",
        aliases=["PEGGY HUGHES", "ANN LLOYD", "ROB HUGHES", "AL PUGH"], flags=[None] * 4,
    ),
    "the dead": read(
        "LEWIS, Iris (Dec'd)", "LEWIS, Iris RIP", "DECEASED - LEWIS, Iris", "LEWIS, Iris (? deceased)",
        flags=["DECEASED", "DECEASED", "DECEASED", "? DECEASED"], given=["IRIS"] * 4, family=["LEWIS"] * 4,
    ),
    "a flag and another name": read(
        'LLOYD, Evan ""Ianto"" (VIOLENT)', "LLOYD, Evan AKA Ifan [MARAC]", aliases=["IANTO LLOYD", "IFAN LLOYD"],
        flags=["VIOLENT", "MARAC"],
    ),
    "a site's own words, as sent and as read": Trap(
        files=police("LIDL, Till", "Till LIDL", "till lidl (VIP)", "Lidl", "LIDLE, Tom"), exit=0, rows={POLICE: (5, 0)},
        sources={"police": 'extends = "police"\nunknown_names = ["lidl, till", "lidl"]\n'},
        records={"family": [None, None, None, None, "LIDLE"]},
    ),
    "two people and no word of it": Trap(
        files=police("POWELL Huw and ROSE Mai", "POWELL Huw; ROSE Mai", "POWELL H / ROSE M", "Huw & Mai POWELL",
            "REES, Al"),
        exit=3, rows={POLICE: (1, 4)}, says=("two_people",), silent=("POWELL",), records={"family": ["REES"]},
    ),
    "two people parted by a semicolon": burnt(
        'several = ";"', 'POWELL Huw; ROSE Mai",01/02/1980; 03/04/1985,F,BS1 4ND', 'REES Al",05/06/1970,M,BS1 4ND',
        rows=(3, 0),
        records={
            "source_row": [1, 2, 10_000_001], "family": ["POWELL", "REES", "ROSE"], "sex": [None, "M", None],
            "event_id": ["F0", "F1", "F0"],
        },
    ),
    "three people, one birth": burnt(
        'several = " and "', 'Huw POWELL and Mai ROSE AND Al REES",01/02/1980,F,BS1 4ND', rows=(3, 0),
        records={"family": ["POWELL", "ROSE", "REES"], "dob": [None] * 3, "postcode": ["BS1 4ND"] * 3},
    ),
    "parted, and still two": burnt(
        'several = ";"', 'POWELL Huw and ROSE Mai",01/02/1980,F,BS1 4ND', rows=(0, 1), exit=3, says=("two_people",),
    ),
    "surname, mark, forename": burnt(
        'separator = "/"', 'POWELL/HUW",01/02/1980,M,BS1 4ND', 'ROSE/MAI ANN (DV/MH)",01/02/1981,F,BS1 4ND',
        rows=(2, 0), records={"family": ["POWELL", "ROSE"], "given": ["HUW", "MAI"], "flags": [None, "DV/MH"]},
    ),
    "surname, dash, forename": burnt(
        'separator = " - "', 'Pugh-Rees - Mai",01/02/1980,F,BS1 4ND', rows=(1, 0),
        records={"family": ["PUGH REES"], "given": ["MAI"]},
    ),
    "forename first": burnt(
        'separator = "_"\norder = "given_first"', 'Mai_Rose",01/02/1980,F,BS1 4ND', rows=(1, 0),
        records={"family": ["ROSE"], "given": ["MAI"]},
    ),
    "births that the row contradicts": Trap(
        files={
            POLICE: f"{HEADER}\nL1,1,01/03/2026 10:00,Subject,\"REES, Al\",01/05/2026,,M,BS1 4ND\n"
            'L2,1,02/03/2026 10:00,Subject,"REES, Al",01/05/1990,12,M,BS1 4ND\n'
            'L3,1,03/03/2026 10:00,Subject,"REES, Al",01/05/1990,39,M,BS1 4ND\n'
        },
        exit=3, rows={POLICE: (3, 0)}, says=("DOB: 3 filled, 1 read",),
        records={"doubts": ["born_after", "age", None], "dob": [None, None, date(1990, 5, 1)]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
def test_check_and_run_read_the_names_so(trap: Trap, tmp_path: Path) -> None:
    spring(trap, tmp_path)
