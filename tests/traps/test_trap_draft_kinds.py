"""A draft reads every kind of file that a run reads, and the file then loads by it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from traps.draftkit import Stranger, draft_of, meet
from traps.test_trap_content import XML, book, cells, packed, xml_row

HEAD = ["Incident number", "Reported", "Surname", "Forename", "Born", "Address", "Post code"]
ROWS = [
    [f"F{at}", f"{at:02}/03/2026 1{at}:00", name, "Ivy", f"0{at}/02/1980", f"{at} Mill Lane", f"BS{at} 4ND"]
    for at, name in enumerate(["TARN", "MERE", "BECK", "FELL"], 1)
]
LINES = [HEAD, *ROWS]
CSV = "".join(",".join(row) + "\n" for row in LINES)
OBJECTS = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
TABLE = f"<table>{cells('th', HEAD)}{''.join(cells('td', row) for row in ROWS)}</table>"
MENU = "<table><tr><td>Menu</td></tr></table>"
KINDS: dict[str, tuple[str, bytes | str]] = {
    "CSV": ("csv", CSV),
    "tabs": ("txt", CSV.replace(",", "\t")),
    "UTF-16": ("csv", CSV.encode("utf-16")),
    "gzip": ("csv.gz", gzip.compress(CSV.encode())),
    "zip": ("zip", packed(("a.csv", CSV))),
    "XLSX": ("xlsx", book(LINES)),
    "JSON": ("json", json.dumps(OBJECTS)),
    "JSON lines": ("json", "\n".join(map(json.dumps, OBJECTS))),
    "page": ("xls", f"<html><body>{TABLE}</body></html>"),
    "page with a document type": ("xls", f"<!DOCTYPE html>\n<html><head><title>x</title></head>{TABLE}</html>"),
    "page of XHTML": ("html", f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">{TABLE}</html>'),
    "page in UTF-16": ("xls", f"<html>{TABLE}</html>".encode("utf-16")),
    "bare table called CSV": ("csv", TABLE),
    "page with a menu": ("xls", f"<html>{MENU}{TABLE}{MENU}</html>"),
    "table within a table": ("xls", f"<table><tr><td>{TABLE}</td></tr></table>"),
    "page with a title row": ("xls", TABLE.replace("<table>", "<table><tr><td colspan=7>Fire calls</td></tr>")),
    "packed page": ("xls.gz", gzip.compress(TABLE.encode())),
    "Excel 2003 XML": ("xml", XML.format("".join(map(xml_row, LINES)))),
    "Excel 2003 XML called XLS": ("xls", XML.format("".join(map(xml_row, LINES)))),
}
SHEETS = XML.replace("</Workbook>", '<Worksheet ss:Name="In"><Table>{}</Table></Worksheet></Workbook>').format(
    "".join(map(xml_row, LINES[:3])), "".join(map(xml_row, [HEAD, *ROWS[2:]]))
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_reads_what_a_run_reads(kind: str, tmp_path: Path) -> None:
    suffix, content = KINDS[kind]
    meet(of(f"2026-03/Fire calls.{suffix}", content), tmp_path)


def test_sheets_of_a_workbook_as_xml_are_read_one_below_another(tmp_path: Path) -> None:
    meet(of("2026-03/Fire calls.xls", SHEETS, 'sheets = "all"'), tmp_path)


def of(name: str, content: bytes | str, *writes: str) -> Stranger:
    return Stranger(
        files={name: content},
        sources={"fire": name},
        writes=writes,
        rows={name: (4, 0)},
        records={"family": ["TARN", "MERE", "BECK", "FELL"]},
    )


NUMBERS = {
    "NHSNumberStatus": "register",
    "Number of children": "register",
    "Number in household": "register",
    "Phone number type": "register",
    "Total weekly units of alcohol": "register",
    "Tenancy count": "register",
    "Number of contacts": "counts",
    "Total A&E attendances": "counts",
    "No of 999 calls": "counts",
    "Times seen": "counts",
    "Count": "counts",
    "Total in month": "counts",
}


@pytest.mark.parametrize("head", NUMBERS)
def test_a_number_of_something_else_counts_no_contacts(head: str, tmp_path: Path) -> None:
    rows = [f"{475806 + 31177 * n},{'TMBF'[n % 4]}ARN,Ivy,0{n % 9 + 1}/02/{1950 + n},{n % 3 + 1}\n" for n in range(50)]
    text = f"Client No,Surname,Forename,DOB,{head}\n{''.join(rows)}"
    assert draft_of("people", "2026-03/people.csv", text, tmp_path)[1]["kind"] == NUMBERS[head]
