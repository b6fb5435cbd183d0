"""Name cells as systems and hurried people fill them: read rightly, set aside, or said by check and by run."""

from pathlib import Path

import pytest
from intake_traps import Trap, spring

POLICE = "2026-03/police.csv"
HEADER = "Log,Person seq,Created,Role,Name,DOB,Address"
TAKEN_OFF = "which is taken off and not used; ask for it in a column of its own"
DAMAGED = "letters that were damaged on the way"


def names(*cells: str, address: str = "1 High Street") -> bytes:
    rows = [
        f'L{at},1,0{at % 9 + 1}/03/2026 10:00,Subject,"{cell}",01/02/1980,{address}' for at, cell in enumerate(cells)
    ]
    return ("\n".join([HEADER, *rows]) + "\n").encode()


def trap(*cells: str, exit: int = 0, aside: int = 0, **more: object) -> Trap:
    return Trap(files={POLICE: names(*cells)}, exit=exit, rows={POLICE: (len(cells) - aside, aside)}, **more)  # type: ignore[arg-type]


TRAPS = {
    "HL7 carets": trap(
        "SMITH^JOHN^^MR", "LOWE^ROSE^MAY", records={"given": ["JOHN", "ROSE"], "family": ["SMITH", "LOWE"]}
    ),
    "escapes of a web page": trap(
        "LOWE%2C%20Rose", "O&#39;DEA, Ann", records={"given": ["ROSE", "ANN"], "family": ["LOWE", "ODEA"]}
    ),
    "a date in the name": trap(
        "LOWE, Rose DOB 05/06/1980", "FOX, Ann", exit=3,
        says=(f"Name: 1 cell holds more than a name (a date in 1), {TAKEN_OFF}",),
        silent=("05/06/1980",), records={"family": ["LOWE", "FOX"], "middle": [None, None]},
    ),
    "a telephone number in the name": trap(
        "LOWE, Rose 07700 900123", "FOX, Ann (tel 01179 496000)", exit=3,
        says=("Name: 2 cells hold more than a name (a telephone number in 2)",), silent=("07700",),
        records={"family": ["LOWE", "FOX"], "flags": [None, None]},
    ),
    "an NHS number in the name": trap(
        "LOWE, Rose NHS 9990000018", exit=3, says=("(an NHS number in 1)",), records={"nhs_number": [None]},
    ),
    "damaged letters": trap(
        "Sm?th, John", "FOX, Ann", exit=3, says=(f"Name: 1 cell holds {DAMAGED}",), records={"given": ["JOHN", "ANN"]},
    ),
    "a question mark by itself is no damage": trap("LOWE, Rose?", "FOX, Ann (?)", records={"family": ["LOWE", "FOX"]}),
    "letters of DOS": Trap(
        files={POLICE: names("LOWE, René", "FOX, Zoë").decode().encode("cp850")}, exit=3, rows={POLICE: (2, 0)},
        says=(f"Name: 2 cells hold {DAMAGED}", 'encodings = ["cp850"]'),
    ),
    "letters of DOS, and the source says so": Trap(
        files={POLICE: names("LOWE, René", "FOX, Zoë").decode().encode("cp850")}, exit=0, rows={POLICE: (2, 0)},
        sources={"police": 'extends = "police"\n[file]\nencodings = ["cp850"]\n'},
        records={"given": ["RENE", "ZOE"]},
    ),
    "UTF-8 decoded twice is put right": trap(
        "LOWE, ZoÃƒÂ«", "FOX, RenÃ©", records={"given": ["ZOE", "RENE"]}, silent=(DAMAGED,)
    ),
    "UTF-8 as DOS shows it": trap("LOWE, Zo├½", exit=3, says=(f"Name: 1 cell holds {DAMAGED}",)),
    "a replaced letter in an address": Trap(
        files={POLICE: names("LOWE, Rose", address="1 H\ufffdgh Street")}, exit=3, rows={POLICE: (1, 0)},
        says=(f"Address: 1 cell holds {DAMAGED}",),
    ),
    "a professional is not the patient": trap(
        "PC Plum", "Sgt Smith", "Dr Patel", "Nurse Jones", records={"family": [None] * 4, "given": [None] * 4}
    ),
    "kin told by the person's name": trap(
        "John's mother", "wife of John Lowe", "LOWE, Rose's son", records={"family": [None] * 3, "given": [None] * 3}
    ),
    "on behalf of somebody": trap(
        "LOWE, Rose OBO FOX, Ann", "REES, Al", exit=3, aside=1, says=("two_people",), silent=("LOWE",),
        records={"family": ["REES"]},
    ),
    "two first names": trap("Romeo and Juliet", "REES, Al", exit=3, aside=1, says=("two_people",)),
    "two names with a comma": trap("Lowe Rose, Fox Ann", "REES, Al", exit=3, aside=1, says=("two_people",)),
    "a remark between the names": trap(
        "Lowe - do not visit, Rose", records={"given": ["ROSE"], "family": ["LOWE"], "flags": ["DO NOT VISIT"]}
    ),
    "people called None, No and Null": trap(
        "NONE, Harry", "NO, Kim", "NULL, Jennifer", records={"family": ["NONE", "NO", "NULL"]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_trap(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)
