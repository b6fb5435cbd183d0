"""Sheets of a workbook whose columns were renamed, moved or left out, and headers in the middle of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from traps.intake_traps import Trap, spring
from traps.test_trap_told import SITE
from traps.trapkit import MAX_BYTES, MAX_RATIO, make_source

from hiu.extract.files.read import RawTable, read_table
from hiu.month import Month
from hiu.sources import Source
from pipelines.steps.intake.supply import sheets_left

HEAD = ["Ref", "Surname", "DOB", "NHS No", "Note"]
SPELT = {"Ref": "Log Ref", "DOB": "Date of Birth", "NHS No": "NHS Number"}


def read(path: Path, source: Source) -> RawTable:
    return read_table(path, source, name=path.name, max_bytes=MAX_BYTES, max_ratio=MAX_RATIO)


def book(path: Path, *heads: list[str]) -> Path:
    workbook = xlsxwriter.Workbook(path)
    for at, head in enumerate(heads):
        sheet = workbook.add_worksheet(f"Month {at + 1}")
        sheet.write_row(0, 0, head)
        for row in range(4):
            sheet.write_row(row + 1, 0, [f"{name.split()[0]}-{at}-{row}" for name in (_plain(word) for word in head)])
    workbook.close()
    return path


def _plain(word: str) -> str:
    return {new: old for old, new in SPELT.items()}.get(word, word)


def renamed(*words: str) -> list[str]:
    return [SPELT[word] if word in words else word for word in HEAD]


SHEETS = {
    "the key of the last": (HEAD, HEAD, renamed("Ref")),
    "the birth of the last": (HEAD, HEAD, renamed("DOB")),
    "three columns of the last": (HEAD, HEAD, renamed("Ref", "DOB", "NHS No")),
    "the key of the first": (renamed("Ref"), HEAD, HEAD),
    "three columns of the first": (renamed("Ref", "DOB", "NHS No"), HEAD, HEAD),
    "each in another way": (renamed("Ref"), renamed("DOB"), renamed("NHS No")),
    "another order": (HEAD, HEAD[::-1], renamed("DOB")[::-1]),
    "an optional column is missing": (HEAD, HEAD, HEAD[:-1]),
    "the birth is missing": (HEAD, HEAD, [word for word in HEAD if word != "DOB"]),
}


@pytest.mark.parametrize("what", SHEETS)
def test_every_sheet_is_read_by_its_own_headers(what: str, tmp_path: Path) -> None:
    heads = SHEETS[what]
    raw = read(book(tmp_path / "trap.xlsx", *heads), make_source(sheets="all"))
    assert raw.received == raw.frame.height == 12
    for old, new in {"Ref": "Log Ref", "DOB": "Date of Birth", "Surname": "Surname"}.items():
        (header,) = {old, new} & {*raw.headers}
        there = [at for at, head in enumerate(heads) if {old, new} & {*head}]
        assert raw.frame[header].drop_nulls().to_list() == [f"{old}-{at}-{row}" for at in there for row in range(4)]
    assert not raw.left
    gone = [
        f"sheet 'Month {at + 1}' has no column '{name}', so it is empty there"
        for at, head in enumerate(heads)
        for name in HEAD
        if not {name, SPELT.get(name, name)} & {*head}
    ]
    assert [note for note in raw.notes if "no column" in note] == gone


def test_a_sheet_with_an_unlisted_name_is_told_with_what_it_lacks(tmp_path: Path) -> None:
    source = make_source(sheets="all")
    path = book(tmp_path / "trap.xlsx", HEAD, ["Job", *HEAD[1:]])
    raw = read(path, source)
    (told,) = sheets_left(raw.left, source, path.name, {Month.parse("2026-03")})
    assert told == (
        "sheets that are much like those that are read are not read: 'Month 2' (4 rows) has no column for ref "
        "(accepted: 'Ref', 'Log Ref'). If a column was renamed there, add its new name to columns in "
        "sources/trap.toml; if they are something else, ask for the workbook without them"
    )


@pytest.mark.parametrize("other", [["Team", "Lead", "Phone"], ["Note", "Meaning"], ["Surname", "Team"]])
def test_a_sheet_of_something_else_is_no_sheet_of_the_source(other: list[str], tmp_path: Path) -> None:
    raw = read(book(tmp_path / "trap.xlsx", HEAD, other), make_source(sheets="all"))
    assert raw.frame.height == 4 and not raw.left[0].alike


ROWS = ["a,Ada,01/02/1980,9434765919,x", "b,Bo,02/02/1980,9434765870,y"]


def csv(path: Path, *blocks: tuple[str, list[str]]) -> Path:
    path.write_text("\n".join(line for head, rows in blocks for line in (head, *rows)) + "\n", encoding="utf-8")
    return path


AGAIN = {
    "the same": ("Ref,Surname,DOB,NHS No,Note", "c,Cy,03/02/1980,1,z"),
    "in capitals": ("REF,SURNAME,DOB,NHS NO,NOTE", "c,Cy,03/02/1980,1,z"),
    "another order": ("Surname,Ref,DOB,Note,NHS No", "Cy,c,03/02/1980,z,1"),
    "births and numbers exchanged": ("Ref,Surname,NHS No,DOB,Note", "c,Cy,1,03/02/1980,z"),
    "renamed": ("Log Ref,Surname,Date of Birth,NHS Number,Note", "c,Cy,03/02/1980,1,z"),
    "renamed and in another order": ("NHS Number,Date of Birth,Log Ref,Surname,Note", "1,03/02/1980,c,Cy,z"),
    "backwards": ("Note,NHS No,DOB,Surname,Ref", "z,1,03/02/1980,Cy,c"),
}


@pytest.mark.parametrize("what", AGAIN)
def test_the_rows_below_a_header_are_read_by_it(what: str, tmp_path: Path) -> None:
    head, row = AGAIN[what]
    raw = read(csv(tmp_path / "trap.csv", (",".join(HEAD), ROWS), (head, [row, row])), make_source())
    assert raw.refused.select("source_row", "code").rows() == [(3, "header_repeated")]
    assert raw.frame.rows()[2:] == [("c", "Cy", "03/02/1980", "1", "z", row) for row in (4, 5)]


def test_each_header_holds_to_the_next(tmp_path: Path) -> None:
    blocks = [
        (",".join(HEAD), ROWS),
        AGAIN["backwards"],
        AGAIN["renamed"],
        AGAIN["another order"],
        (",".join(HEAD), ROWS),
    ]
    path = csv(tmp_path / "trap.csv", *((head, rows if isinstance(rows, list) else [rows]) for head, rows in blocks))
    raw = read(path, make_source())
    assert raw.frame["Ref"].to_list() == ["a", "b", "c", "c", "c", "a", "b"]
    assert raw.frame["Note"].to_list() == ["x", "y", "z", "z", "z", "x", "y"]
    assert raw.refused["code"].to_list() == ["header_repeated"] * 4


SAME = "If those are the same, write both names of each: columns ="
LACKING = {
    "Ref,Surname,Born,NHS No,Note": f"'DOB'; it has 'Born'. {SAME} [\"DOB\", \"Born\"] under [fields.dob]",
    "Ref,Surname,NHS No,Note,Team": f"'DOB'; it has 'Team'. {SAME} [\"DOB\", \"Team\"] under [fields.dob]",
    "Job,Surname,DOB,NHS No,Note": f"'Ref'; it has 'Job'. {SAME} [\"Ref\", \"Job\"] under [fields.ref]",
    "Ref URN,Second,Born,Health No,Note": (
        "'Ref', 'Surname', 'DOB', 'NHS No'; it has 'Ref URN', 'Second', 'Born', 'Health No'. "
        f'{SAME} ["Ref", "its other name"] under [fields.ref]'
    ),
    "Job,Last,Birth,Number of NHS,Note": (
        "'Ref', 'Surname', 'DOB', 'NHS No'; it has 'Job', 'Last', 'Birth', 'Number of NHS'. "
        f'{SAME} ["Ref", "its other name"] under [fields.ref]'
    ),
}


@pytest.mark.parametrize("head", LACKING)
def test_rows_below_a_header_that_lacks_a_column_are_set_aside(head: str, tmp_path: Path) -> None:
    raw = read(csv(tmp_path / "trap.csv", (",".join(HEAD), ROWS), (head, ["c,Cy,03/02/1980,1,z"] * 2)), make_source())
    assert raw.frame["Ref"].to_list() == ["a", "b"]
    assert raw.refused["code"].to_list() == ["header_repeated", "other_header", "other_header"]
    told = raw.refused["reason"][1].removeprefix(
        "a header in the middle of the file, above this row, has no column for "
    )
    assert told == LACKING[head] + " in sources/trap.toml"


@pytest.mark.parametrize(
    "row",
    [
        "Ref,Note,01/02/1980,1,x",
        "d,Note,01/02/1980,,Surname",
        "d,Quill,unknown,none,Call back",
        "TBC,Reed,Born abroad,not given,Call log",
        "d,DOB,01/02/1980,1,Ref",
    ],
)
def test_a_record_with_a_word_of_a_header_is_no_header(row: str, tmp_path: Path) -> None:
    raw = read(csv(tmp_path / "trap.csv", (",".join(HEAD), [*ROWS, row])), make_source())
    assert raw.frame.height == 3 and raw.refused.is_empty()


def test_a_table_with_other_columns_is_said_until_a_source_reads_it_or_the_site_ignores_it(tmp_path: Path) -> None:
    path = tmp_path / "wards.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheets = {
        "Calls": [["Ref", "When", "Name", "DOB", "NHS"], ["C1", "02/03/2026", "Ada Quill", "05/09/1974", "9990000018"]],
        "Beds": [["Spell", "Client", "Admitted", "Discharged"], ["S1", "Ada Quill", "03/03/2026", "04/03/2026"]],
        "Codes": [["A", "Attended"], ["B", "Cancelled"]],
    }  # fmt: skip
    for title, rows in sheets.items():
        sheet = workbook.add_worksheet(title)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    workbook.close()
    ignored = {"": 3, 'ignored_files = ["*/Beds"]': 0}
    for at, (settings, code) in enumerate(ignored.items()):
        words = "sheets with other columns are read by no source: 'Beds' (2 rows)"
        trap = Trap(
            files={"2026-03/calls.xlsx": path.read_bytes()},
            sources=SITE["sources"],
            settings=settings or SITE["settings"],
            rows={"2026-03/calls.xlsx": (1, 0)},
            exit=code,
            says=(words,) * (code == 3),
            silent=(words,) * (code == 0),
        )
        spring(trap, tmp_path / str(at))
