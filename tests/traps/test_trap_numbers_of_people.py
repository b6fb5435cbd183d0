"""Columns that number people, in drafts and in configured sources: never an age, a band, a count or a date."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from traps.draftkit import Stranger, drafted
from traps.intake_traps import Trap, spring

from hiu.extract.files.header import squash
from hiu.sources import load_sources

LINE = "2026-03/line.csv"
POLICE = "2026-03/police.csv"
FIRST = [
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gus",
    "Hal",
    "Ivy",
    "Jon",
    "Kim",
    "Lou",
    "Mia",
    "Ned",
    "Ola",
    "Pat",
    "Ros",
    "Sid",
    "Tom",
    "Una",
]
LAST = [
    "QUILL",
    "BIRCH",
    "CEDAR",
    "ROWAN",
    "HAZEL",
    "ASPEN",
    "LARCH",
    "MAPLE",
    "ALDER",
    "BEECH",
    "ELDER",
    "HOLLY",
    "OLIVE",
    "SORREL",
    "THORN",
    "WILLOW",
]


def calls(head: str, cell: str, rows: int = 240, born: str = "") -> str:
    """Calls of 200 people with an age of their own; `cell` is a form of the age, or of the person's number."""
    draw = random.Random(7)
    lines = [f"Call Ref,Call date,Surname,Forename{',DOB' * bool(born)},{head}"]
    for at in range(rows):
        who = draw.randrange(200)
        age = 18 + who * 7 % 60
        day = f",0{1 + who % 9}/0{1 + who % 8}/{2026 - age}" * bool(born)
        text = cell.format(age=age, band=age // 10 * 10, top=age // 10 * 10 + 9, who=1000 + who)
        lines.append(
            f"C{at:05d},{1 + at % 28:02d}/03/2026 10:{at % 60:02d},{LAST[who % 16]},{FIRST[who // 16]}{day},{text}"
        )
    return "\n".join(lines) + "\n"


MEASURES = {
    ("Patient Age", "{age}"): "age",
    ("Patient Age", "{age}y"): "age",
    ("Patient Age", "0{age}"): "age",
    ("Pt Age", "{age} yrs"): "age",
    ("PatientAge", "{age}.0"): "age",
    ("Age of Patient", "{age}"): "age",
    ("Patient Age (yrs)", "{age}"): "age",
    ("Service User Age", "{age} years"): "age",
    ("Client Age Band", "{band}-{top}"): None,
    ("Client band", "{band} to {top}"): None,
    ("Person group", "{band}+"): None,
    ("Patient visits", "{age}"): None,
    ("Client Contacts Count", "1{age}"): None,
    ("Client Start Date", "01/02/2024"): None,
}


@pytest.mark.parametrize(("head", "cell"), MEASURES)
def test_a_draft_takes_no_measure_for_a_number(head: str, cell: str, tmp_path: Path) -> None:
    text = drafted(Stranger(files={LINE: calls(head, cell)}, sources={"line": LINE}), tmp_path / "raw")["line"]
    assert 'type = "local_id"' not in text
    field = MEASURES[head, cell]
    assert (f'[fields.age]\ncolumns = ["{head}"]' in text) == (field == "age"), text


@pytest.mark.parametrize(
    "head", ["SU ID", "SU No", "Service User ID", "Service User Number", "Client ID", "Nominal URN", "Patient No"]
)
def test_a_draft_takes_the_number_of_a_person(head: str, tmp_path: Path) -> None:
    text = drafted(Stranger(files={LINE: calls(head, "{who}")}, sources={"line": LINE}), tmp_path / "raw")["line"]
    assert f'[fields.person_id]\ncolumns = ["{head}"]  # CHECK: the number a person goes by' in text


OF_ANOTHER = [
    "CallerTel", "CALLERTEL", "Caller Phone", "Caller Number", "Caller ID", "Informant No", "Reported By Number",
    "Contact number of the caller", "Called by (phone)", "Patient Tel", "Client mobile no",
]  # fmt: skip


@pytest.mark.parametrize("head", OF_ANOTHER)
def test_a_draft_takes_no_telephone_and_no_number_of_who_called(head: str, tmp_path: Path) -> None:
    text = drafted(Stranger(files={LINE: calls(head, "07700 90{who}")}, sources={"line": LINE}), tmp_path / "raw")
    assert 'type = "local_id"' not in text["line"]
    told = re.search(rf"#   (.*): {re.escape(head)} \(", text["line"])
    assert told, text["line"]
    assert told[1] == ("CHECK: looks personal" if head.startswith(("Patient", "Client")) else "of whoever called")


@pytest.mark.parametrize("head", ["Caller name", "Caller", "Informant name", "Reported by"])
def test_a_draft_takes_no_name_or_birth_of_who_called_beside_the_patient(head: str, tmp_path: Path) -> None:
    rows = "".join(
        f"C{at},{1 + at % 28:02d}/03/2026 10:00,{FIRST[at % 20]} {LAST[at % 16]},01/02/19{40 + at},"
        f"{FIRST[at % 7]} {LAST[at % 5]},03/04/19{50 + at}\n"
        for at in range(40)
    )
    whole = f"Call Ref,Call date,{head},Caller DOB,Name of patient,Patient DOB\n{rows}"
    text = drafted(Stranger(files={LINE: whole}, sources={"line": LINE}), tmp_path / "raw")["line"]
    assert 'columns = ["Name of patient"]' in text and 'columns = ["Patient DOB"]' in text, text
    assert f"of whoever called: {head} (" in text and "of whoever called: Caller DOB (" in text, text


CONFIGURED = """name = "line"
title = "Line"
kind = "events"
agency = "line"
[file]
pattern = "line*"
[key]
event = ["event"]
[fields.event]
columns = ["Call Ref"]
required = true
[fields.start]
columns = ["Call date"]
type = "timestamp"
required = true
[fields.family]
columns = ["Surname"]
type = "family"
[fields.given]
columns = ["Forename"]
type = "given"
[fields.dob]
columns = ["DOB"]
type = "dob"
[fields.person_id]
columns = ["Number"]
type = "local_id"
[[measures]]
name = "line_event"
[counts.line]
measures = ["line_event"]
unit = "event"
"""
AGREED = '[[agreements]]\nsource = "line"\nstart = 2020-01-01\nend = 2099-12-31\nreference = "i"\nsigned_by = "I"\n'


@pytest.mark.parametrize(
    ("cell", "born", "says"),
    [
        ("{age} yrs", "", 'If they are ages, write type = "age" under [fields.person_id] in sources/line.toml'),
        ("{age}", "", 'If they are ages, write type = "age" under [fields.person_id] in sources/line.toml'),
        ("0{age}", "yes", "matching does not use them"),
        ("{band}-{top}", "", "If they are ages"),
        ("{band}-{top}", "yes", "If they are ages"),
        ("Team {band}", "", "If the column holds a code, a band or a count, take [fields.person_id]"),
        ("GP0{band}", "yes", "stand beside many different names, so no person goes by them"),
    ],
)
def test_a_configured_number_that_can_number_nobody_is_no_evidence(
    cell: str, born: str, says: str, tmp_path: Path
) -> None:
    trap = Trap(
        files={LINE: calls("Number", cell, born=born)}, sources={"line": CONFIGURED}, settings=AGREED, exit=3,
        rows={LINE: (240, 0)}, says=("Number: ", says), records={"local_ids": [None] * 240},
    )  # fmt: skip
    spring(trap, tmp_path)


@pytest.mark.parametrize("born", ["", "yes"])
def test_a_number_of_people_stays_evidence(born: str, tmp_path: Path) -> None:
    text = calls("Number", "{who}", born=born)
    spring(
        Trap(files={LINE: text}, sources={"line": CONFIGURED}, settings=AGREED, exit=0, rows={LINE: (240, 0)},
             silent=("many different names",)), tmp_path
    )  # fmt: skip


def test_one_placeholder_among_numbers_is_told_and_is_no_evidence(tmp_path: Path) -> None:
    lines = calls("Number", "{who}").splitlines()
    lines[1:21] = [re.sub(r"\d+$", "TEMP99", line) for line in lines[1:21]]
    says = "Number: 1 value in 20 of 240 rows stands beside many different names, so no person goes by it"
    trap = Trap(
        files={LINE: "\n".join(lines) + "\n"}, sources={"line": CONFIGURED}, settings=AGREED, exit=3,
        rows={LINE: (240, 0)}, says=(says, "Ask the sender whether it stands for 'not known'"), silent=("TEMP99",),
    )  # fmt: skip
    spring(trap, tmp_path)


BIRTHS = [("Annette", "Ann", "14/02/1960", "03/09/1984"), ("Ruth", "Kelly", "14/02/1960", "03/09/1966")]


@pytest.mark.parametrize(("one", "other", "born", "later"), BIRTHS)
@pytest.mark.parametrize("number", ["07700 900123", "+447700900123", "0117 496 0123", "ann.quill@example.org"])
def test_a_telephone_of_two_people_is_told_and_is_no_evidence(
    one: str, other: str, born: str, later: str, number: str, tmp_path: Path
) -> None:
    rows = [f"P{at},{1 + at:02d}/03/2026 10:00,QUILL,{one},{born},{number}" for at in range(6)]
    rows += [f"Q{at},{1 + at:02d}/03/2026 11:00,QUILL,{other},{later},{number}" for at in range(6)]
    text = "\n".join(["Call Ref,Call date,Surname,Forename,DOB,Number", *rows]) + "\n"
    says = "Number: 1 value in 12 of 12 rows stands beside several people"
    trap = Trap(
        files={LINE: text}, sources={"line": CONFIGURED}, settings=AGREED, exit=3,
        rows={LINE: (12, 0)}, says=(says,), silent=(number,), records={"local_ids": [None] * 12},
    )  # fmt: skip
    spring(trap, tmp_path)


def test_a_telephone_of_one_person_stays_evidence_through_a_slip_in_the_birth(tmp_path: Path) -> None:
    rows = [f"P{at},{1 + at:02d}/03/2026 10:00,QUILL,Annette,14/02/196{at // 5},07700 900123" for at in range(6)]
    text = "\n".join(["Call Ref,Call date,Surname,Forename,DOB,Number", *rows]) + "\n"
    kept = {"local_ids": ["line:07700900123"] * 6}
    spring(Trap(files={LINE: text}, sources={"line": CONFIGURED}, settings=AGREED, rows={LINE: (6, 0)}, exit=0,
                records=kept, silent=("several people",)), tmp_path)  # fmt: skip


LOGS = [
    ("Occurrence Ref", "Nominal URN"), ("Occurrence No", "Subject URN"), ("OEL ref", "Nominal URN"),
    ("Incident URN", "Person URN"), ("Event ID", "Nominal ID"), ("Crime/Incident No", "Nominal No"),
    ("Occurrence Ref", "Person Ref"), ("Log Ref", "Suspect URN"),
]  # fmt: skip


@pytest.mark.parametrize(("log", "person"), LOGS)
def test_the_number_of_a_person_is_no_number_of_a_log(log: str, person: str, tmp_path: Path) -> None:
    lines = [f"{log},{person},Created,Role,Name,DOB"]
    for at in range(60):
        who = at * 7 % 20
        lines.append(
            f'OCC{at:06d},{3_000_000 + who},{1 + at % 28:02d}/03/2026 10:00,Subject,"{LAST[who % 16]}, {FIRST[who]}",'
            f"01/02/19{60 + who}"
        )
    text = drafted(Stranger(files={POLICE: "\n".join(lines) + "\n"}, sources={"police": POLICE}), tmp_path / "raw")[
        "police"
    ]
    found = load_sources(tmp_path / "sources")["police"]
    assert squash(log) in map(squash, found.fields["log"].columns), text
    assert [spec.type for spec in found.fields.values() if person in spec.columns] == ["local_id"], text


REGISTER = "2026-03/index.csv"


def index(second: int) -> str:
    """Thirty people with two numbers each; the second begins at `second`, the first at 1001."""
    rows = (
        f"{1001 + at},{second + at * 7 % 30},{LAST[at % 16]},{FIRST[at % 20]},01/02/19{50 + at}\n" for at in range(30)
    )
    return f"Person_ID,Local Patient ID,Surname,Forename,DOB\n{''.join(rows)}"


def test_two_numbers_of_a_person_are_drafted_as_two_numberings(tmp_path: Path) -> None:
    drafted(Stranger(files={REGISTER: index(1001)}, sources={"index": REGISTER}), tmp_path / "raw")
    fields = load_sources(tmp_path / "sources")["index"].fields.values()
    assert [spec.scheme for spec in fields if spec.type == "local_id"] == ["index", "index_local_patient_id"]


@pytest.mark.parametrize(("second", "told"), [(1001, True), (1011, True), (5001, False)])
def test_one_scheme_for_two_numberings_is_told(second: int, told: bool, tmp_path: Path) -> None:
    text = drafted(Stranger(files={REGISTER: index(second)}, sources={"index": REGISTER}), tmp_path / "raw")["index"]
    text = text.replace("index_local_patient_id", "index")
    words = "'Person_ID' and 'Local Patient ID' have one scheme"
    says, silent = ((words,), ()) if told else ((), (words,))
    settings = AGREED.replace('"line"', '"index"')
    trap = Trap(files={REGISTER: index(second)}, sources={"index": text}, settings=settings, exit=3 if told else 0,
                rows={REGISTER: (30, 0)}, says=says, silent=silent)  # fmt: skip
    spring(trap, tmp_path)
