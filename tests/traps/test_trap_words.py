"""Words in place of values: a stay that goes on, what databases write for nothing, and rows that give a birth alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from traps.draftkit import Stranger, drafted
from traps.intake_traps import Trap, counted, spring

from hiu.engine.duckdb import Warehouse
from hiu.extract.values.codes import still_open
from hiu.month import Month
from pipelines.common.place import open_place

OPEN = (
    "Still inpatient", "Current", "Ongoing", "Open", "On ward", "Remains", "Not discharged", "In patient",
    "Still admitted", "CURRENT IP", "not yet discharged", "No discharge date", "Admitted", "Awaiting discharge",
    "00/00/0000", "0000-00-00", "0000-00-00 00:00:00",
)  # fmt: skip
OVER = (
    "Discharged", "No longer inpatient", "Transferred", "TBC", "not current", "Died", "Discharged from open ward",
    "not known", "31/03/2026", "Closed",
)  # fmt: skip
NOTHING = ("\\N", "NULL", "(null)", "<null>", "NaN", "#N/A", "(NULL)", "[null]", "None", "NaT")

WARD = """title = "Ward"
kind = "stays"
agency = "mh"
[file]
pattern = "ward*.csv"
[key]
event = ["start"]
[fields]
nhs_number = { columns = ["NHS No"], type = "nhs_number" }
family = { columns = ["Surname"], type = "family" }
start = { columns = ["Admitted"], type = "date" }
end = { columns = ["Discharged"], type = "date", codes = { "in our care" = "", "eom" = "31/03/2026" } }
[[measures]]
name = "ward_stay"
[counts.ward]
measures = ["ward_stay"]
unit = "net_night"
"""
SEEN = """title = "Seen"
kind = "events"
agency = "seen"
[file]
pattern = "seen*.csv"
[key]
event = ["ref"]
[fields]
ref = { columns = ["Ref"] }
nhs_number = { columns = ["NHS No"], type = "nhs_number" }
family = { columns = ["Surname"], type = "family" }
dob = { columns = ["DOB"], type = "dob" }
sex = { columns = ["Sex"], type = "sex" }
postcode = { columns = ["Postcode"], type = "postcode" }
start = { columns = ["Seen"], type = "date" }
[[measures]]
name = "seen_event"
[counts]
seen_event = { measures = ["seen_event"] }
"""
STAYS = [*OPEN, "In our care", "EOM", "01/03/2026", "Discharged", "-"]
BIRTHS = [*[("22/09/1948", "F", "")] * 4, *[("22/09/1948", "F", "BS1")] * 3, *[("03/04/1951", "", "BS1 4ND")] * 2]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("words")
    ward = "".join(f",ORE{at},{at + 1:02}/02/2026,{end}\n" for at, end in enumerate(STAYS))
    seen = "".join(f"N{at},{null},{null},{null},{null},{null},05/03/2026\n" for at, null in enumerate(NOTHING))
    seen += "".join(f"B{at},,,{dob},{sex},{home},05/03/2026\n" for at, (dob, sex, home) in enumerate(BIRTHS))
    seen += "Z1,,Moss,01/02/1980,F,,05/03/2026\n"
    trap = Trap(
        files={
            "2026-03/ward.csv": "NHS No,Surname,Admitted,Discharged\n" + ward,
            "2026-03/seen.csv": "Ref,NHS No,Surname,DOB,Sex,Postcode,Seen\n" + seen,
        },
        sources={"ward": WARD, "seen": SEEN},
        exit=3,
        rows={"2026-03/ward.csv": (len(STAYS) - 1, 1), "2026-03/seen.csv": (len(NOTHING) + len(BIRTHS) + 1, 0)},
        says=("in a bed now may be among them",),
    )
    spring(trap, folder)
    with counted(open_place(folder / "site"), Month(2026, 3)) as warehouse:
        yield warehouse


def test_a_stay_that_goes_on_is_open(store: Warehouse) -> None:
    ends = [end for (end,) in store.rows("record", "end", where={"source": "ward"}, order=["source_row"]).iter_rows()]
    assert ends[: len(OPEN) + 1] == [None] * (len(OPEN) + 1)
    assert ends[len(OPEN) + 1 :] == [datetime(2026, 3, 31), datetime(2026, 3, 1), None, None]


def test_words_that_say_so_are_told_from_those_that_do_not() -> None:
    words = pl.Series([*OPEN, *OVER]).to_frame("text").select(still_open(pl.col("text"))).to_series()
    assert words.to_list() == [True] * len(OPEN) + [False] * len(OVER)


def test_ditto_marks_take_the_value_above_where_the_source_says_so(tmp_path: Path) -> None:
    rows = 'Moss,2026-03-01\n"""",""""\nditto,do.\n\'\',2026-03-04\nDo,2026-03-05\n'
    seen = SEEN.replace('["ref"]\n[', '["start", "family"]\n[')
    file = {"2026-03/seen.csv": f"Surname,Seen\n{rows}"}
    says = ("Surname: 3 cells hold a ditto mark", "most are ditto marks")
    spring(Trap(files=file, sources={"seen": seen}, exit=3, rows={"2026-03/seen.csv": (3, 2)}, says=says), tmp_path)
    filled = seen.replace("[file]\n", '[file]\nfill_down = ["Surname", "Seen"]\n')
    told = {"name_text": ["Moss"] * 4 + ["Do"], "start": [datetime(2026, 3, day) for day in (1, 1, 1, 4, 5)]}
    trap = Trap(
        files=file,
        sources={"seen": filled},
        exit=0,
        rows={"2026-03/seen.csv": (5, 0)},
        records=told,
        silent=("ditto mark",),
    )
    spring(trap, tmp_path / "filled")


def test_nothing_is_nobody(store: Warehouse) -> None:
    rows = store.rows("record", "nobody", "name_text", "sex", where={"source": "seen"}, order=["source_row"])
    head = rows.head(len(NOTHING))
    assert head["nobody"].all() and head["sex"].null_count() == len(NOTHING)


def test_a_birth_alone_is_many_peoples(store: Warehouse) -> None:
    """Four and three rows of one birth are seven people; a whole postcode beside the birth makes two rows one."""
    links = store.rows("links", "source_row", "person_id", where={"source": "seen"}, order=["source_row"])
    people = links["person_id"].to_list()[len(NOTHING) :]
    assert len(set(people[:7])) == 7
    assert len(set(people[7:9])) == 1


HEADERS = (
    "ED Attendance ID",
    "Pat ID",
    "SU Ref",
    "EM_CARE_ID",
    "MIN ID",
    "Will Ref",
    "VAN DI CON No",
    "REG DES MARK TRACE",
)


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_that_holds_a_given_name_is_a_header(header: str, tmp_path: Path) -> None:
    rows = "".join(f"E{at:04},Moss{chr(97 + at)},{at + 1:02}/03/2026 10:00\n" for at in range(8))
    stranger = Stranger(
        files={"2026-03/ed.csv": f"{header},Surname,Seen at\n{rows}"}, sources={"ward_a": "2026-03/ed.csv"}
    )
    assert f'columns = ["{header}"]' in drafted(stranger, tmp_path)["ward_a"]
