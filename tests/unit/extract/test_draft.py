"""A drafted mapping: valid, readable, and right about what it claims."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from hiu.errors import InputRefused
from hiu.extract.draft.columns.look import look
from hiu.extract.draft.mapping import draft
from hiu.extract.files.read import read_table
from hiu.sources import Source, merge

BASE: dict[str, Any] = {
    "name": "police",
    "title": "Police",
    "kind": "events",
    "agency": "police",
    "file": {"pattern": "police*.csv"},
    "key": {"event": ["log"]},
    "fields": {
        "log": {"columns": ["STORM Log Ref"], "required": True, "filled": True},
        "start": {"columns": ["Created"], "type": "timestamp", "required": True},
        "name": {"columns": ["Nominal"], "type": "name"},
        "dob": {"columns": ["DOB", "Date of Birth"], "type": "dob"},
        "nhs_number": {"columns": ["NHS Number"], "type": "nhs_number"},
        "postcode": {"columns": ["Postcode"], "type": "postcode"},
        "flag": {"columns": ["S136"], "required": True},
    },
}
NUMBERS = ["9990000018", "999 000 0026", "999-000-0034", "9990000042", "9990000050", "9990000069"]


def base() -> Source:
    return Source.model_validate(BASE)


def write(path: Path, rows: list[list[str]]) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8", newline="")
    return path


def police(path: Path) -> Path:
    head = ["Log Storm Ref", "Created", "Nominals", "DOB", "Health Id", "Home", "Grade"]
    people = [
        [
            f"L{n:04d}",
            f"{13 + n % 15}/02/2026 10:{n:02d}",
            f'"SMITH, Jo{"hn" * (n % 3)}"',
            f"0{1 + n % 9}/11/1980",
            NUMBERS[n % 6],
            f"BS{1 + n % 9} {n % 9}ND",
            "Immediate" if n % 2 else "Priority",
        ]
        for n in range(40)
    ]
    return write(path, [["Incident report March"], head, *people])


def test_over_a_known_source(tmp_path: Path) -> None:
    text = draft("police_north", police(tmp_path / "police_2026-03.csv"), base())
    values = tomllib.loads(text)
    assert values.pop("extends") == "police"
    assert values == {
        "file": {"pattern": "police*.csv", "header_row": 2},
        "fields": {
            "log": {"columns": ["Log Storm Ref"]},
            "name": {"columns": ["Nominals"]},
            "nhs_number": {"columns": ["Health Id"]},
            "postcode": {"columns": ["Home"]},
        },
    }
    for words in (
        "# Drafted from police_2026-03.csv: 40 rows, 7 columns.",
        "# note: 1 title row skipped",
        "sources/police_north.toml",
        "# start <- Created",
        "# dates as %d/%m/%Y %H:%M; day first: ",
        "# dob <- DOB",
        "day first assumed: all",
        "# CHECK: by near 'STORM Log Ref'",
        'columns = ["Health Id"]  # CHECK: by its values',
        "# CHECK: REQUIRED, not found: flag (text); accepted: S136",
        "#   Grade (code, 40 filled, 2 different: Immediate, Priority)",
    ):
        assert words in text, words


def test_what_is_drafted_over_a_source_reads_the_file(tmp_path: Path) -> None:
    path = police(tmp_path / "police_2026-03.csv")
    values = tomllib.loads(draft("police_north", path, base()))
    del values["extends"]
    merged = merge(BASE, values)
    merged["fields"]["flag"]["required"] = False
    raw = read_table(path, Source.model_validate(merged), name=path.name, max_bytes=10**6, max_ratio=200)
    assert raw.received == raw.frame.height == 40


def test_month_first_dates_are_proven_and_written(tmp_path: Path) -> None:
    rows = [["STORM Log Ref", "Date Created", "S136"], *([f"L{n}", f"02/{n + 1:02d}/2026", "Y"] for n in range(28))]
    values = tomllib.loads(draft("police", write(tmp_path / "p.csv", rows), base()))
    assert values["fields"]["start"] == {"columns": ["Date Created"], "formats": ["%m/%d/%Y"]}


def fire(path: Path) -> Path:
    head = ["Incident No", "Date", "Time", "Surname", "First Name", "Date of birth", "Kind"]
    rows = [
        [
            f"F{n:03d}",
            f"{1 + n % 28:02d}-Mar-2026",
            f"{n % 24:02d}:15",
            "JONES",
            "Ann",
            f"{1 + n % 28:02d}/05/1971",
            "Small fire" if n % 3 else "Alarm",
        ]
        for n in range(30)
    ]
    return write(path, [head, *rows])


def test_of_a_new_source_is_a_whole_source(tmp_path: Path) -> None:
    path = fire(tmp_path / "Fire 2026-03.csv")
    text = draft("fire", path, None)
    source = Source.model_validate(tomllib.loads(text))
    assert (source.name, source.file.pattern, source.key.event) == ("fire", "Fire*.csv", ("event",))
    columns = {field: (spec.columns[0], spec.type) for field, spec in source.fields.items()}
    assert columns == {
        "event": ("Incident No", "text"),
        "start": ("Date", "timestamp"),
        "family": ("Surname", "family"),
        "given": ("First Name", "given"),
        "dob": ("Date of birth", "dob"),
        "kind": ("Kind", "code"),
    }
    assert source.fields["start"].time_columns == ("Time",)
    assert source.fields["event"].filled and source.fields["start"].required
    assert source.counts["fire"].measures == ("fire_event",)
    assert source.keep == ("kind",) and "# values: Alarm, Small fire" in text
    raw = read_table(path, source, name=path.name, max_bytes=10**6, max_ratio=200)
    assert raw.received == 30


def test_of_a_workbook_with_several_sheets_names_the_one_that_fits(tmp_path: Path) -> None:
    path = tmp_path / "police_2026-03.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write_column(0, 0, ["About this file", "x"])
        sheet = book.add_worksheet("Logs")
        sheet.write(1, 0, "Log report")
        sheet.write_row(3, 0, ["STORM Log Ref", "Created", "DOB", "S136"])
        for row in range(4, 9):
            sheet.write_row(row, 0, [f"L{row}", "13/02/2026", "01/02/1980", "Y"])
    values = tomllib.loads(draft("police", path, base()))
    assert values == {"extends": "police", "file": {"pattern": "police*.xlsx", "sheet": "Logs", "header_row": 4}}


def test_delimiter_is_told_when_the_source_fixes_another(tmp_path: Path) -> None:
    path = tmp_path / "police.csv"
    path.write_text("STORM Log Ref|Created|S136\nL1|13/02/2026|Y\n", encoding="utf-8")
    fixed = Source.model_validate(merge(BASE, {"file": {"delimiter": ","}}))
    assert tomllib.loads(draft("police", path, fixed))["file"] == {"pattern": "police*.csv", "delimiter": "|"}


def test_awkward_headers_stay_valid_toml(tmp_path: Path) -> None:
    rows = [['"No ""1"""', "Größe\\n", "a#b", "Ref = [x]", '"two\nlines"'], ["1", "2", "3", "4", "5"]]
    source = Source.model_validate(tomllib.loads(draft("odd", write(tmp_path / "odd.csv", rows), None)))
    assert source.fields["event"].columns


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'a,b,c,d\n1,"2,3,4\n')
    with pytest.raises(InputRefused, match="never closed"):
        draft("x", path, None)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (NUMBERS, "nhs_number"),
        (["9990000019", "9990000027", "1234567890"], "key"),
        (["BS1 4ND", "BA12 6JP", "BS16", "ZZ99 3VZ"], "postcode"),
        (["C1", "C2", "C3", "C4"], "key"),
        (["M", "F", "F", "U", "M"], "sex"),
        (["M", "M", "M"], "code"),
        (["SMITH, John", "O'NEIL, Ann", "LEE-KAY, J"], "name"),
        (["01/02/1980", "1/12/80", "1980-01-02"], "date"),
        (["1980-11-07 00:00:00", "1981-11-07 00:00:00"], "date"),
        (["2026-03-01T10:00:00+01:00", "2026-03-01T10:00:00Z"], "timestamp"),
        (["10:47", "1899-12-31 23:05:00"], "time"),
        (["L1", "L2", "L3"], "key"),
        (["L1", "L1", "L2"], "text"),
        (["a", "b"] * 5, "code"),
        ([], "text"),
        ([None, " "], "text"),
    ],
)
def test_looks(cells: list[str | None], kind: str) -> None:
    assert look("x", cells).kind == kind


@pytest.mark.parametrize("number", ["9434765919", "943 476 5919", "943-476-5919"])
def test_nhs_numbers(number: str) -> None:
    assert look("x", [number]).kind == "nhs_number"


@pytest.mark.parametrize("number", ["9434765918", "943476591", "94347659190", "", "x434765919", "1000000010"])
def test_not_nhs_numbers(number: str) -> None:
    assert look("x", [number]).kind != "nhs_number"
