"""Counts of a person and month at several sites: a number that is not known is never nought, and never a part."""

from __future__ import annotations

from pathlib import Path

from traps.intake_traps import Trap, counted, spring

from hiu.month import Month
from pipelines.common.place import open_place

SITES = """title = "Attenders"
kind = "counts"
agency = "ed"
[file]
pattern = "attenders*.csv"
[key]
event = ["month", "site"]
[fields]
month = { columns = ["Month"] }
n = { columns = ["Visits"] }
site = { columns = ["Site"] }
family = { columns = ["Surname"], type = "family" }
nhs_number = { columns = ["NHS No"], type = "nhs_number" }
[[measures]]
name = "attender_visit"
[counts]
attender_visit = { measures = ["attender_visit"] }
"""
FILE = "2026-03/attenders.csv"
WHO = {
    "known": "9991000003",
    "suppressed": "9991000135",
    "part": "9991000267",
    "empty": "9991000399",
    "siteless": "9991000526",
    "copied": "9991000658",
    "two": "9991000917",
    "thousand": "9991001042",
}
ROWS = """known,YG,4
known,YMW,3
suppressed,YG,<5
part,YG,12*
part,YMW,8
empty,YG,
siteless,,5
siteless,YG,2
copied,YG,6
copied,YG,6
two,YG,6
two,YG,2
thousand,YG,1001
thousand,YMW,1
"""


def test_a_number_that_is_not_known_is_neither_nought_nor_a_part(tmp_path: Path) -> None:
    lines = [row.split(",") for row in ROWS.splitlines()]
    sound = "".join(f",ORE{at},2026-03,YG,1\n" for at in range(21))  # every key has many people
    table = "".join(f"{WHO[who]},{who.upper()},2026-03,{site},{n}\n" for who, site, n in lines)
    trap = Trap(
        files={FILE: "NHS No,Surname,Month,Site,Visits\n" + sound + table},
        sources={"attenders": SITES},
        exit=3,
        rows={FILE: (21 + 7, 7)},
        says=("count_conflict", "count_suppressed", "count_unreadable"),
    )
    spring(trap, tmp_path)
    with counted(open_place(tmp_path / "site"), Month(2026, 3)) as warehouse:
        people = dict(warehouse.rows("people", "person_id", "name_text").iter_rows())
        rows = warehouse.rows("monthly_demand", "person_id", "n", "supplied").iter_rows()
        made = {str(people[who]).lower(): (n, supplied) for who, n, supplied in rows}
    unknown = (None, False)
    assert {who: made.get(who) for who in WHO} == {
        "known": (7, True),
        "suppressed": unknown,
        "part": unknown,
        "empty": unknown,
        "siteless": unknown,
        "copied": (6, True),
        "two": unknown,
        "thousand": unknown,
    }
