"""Files as they come: packed, named as something else, no table at all; each is what its content is."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from traps.intake_traps import Trap, intake_exit, make_site, spring, take_in

from hiu.month import Month
from pipelines.commands.messages import print_status
from pipelines.common.place import Place, open_place

HEAD = ["Attendance ID", "Arrival date time", "Surname", "Forename", "DOB", "NHS number"]
ROW = ["E77", "07/03/2026 21:40", "TARN", "Ivy", "05/06/1971", "9990000034"]
CSV = ",".join(HEAD) + "\n" + ",".join(ROW) + "\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def packed(*files: tuple[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def locked(data: bytes) -> bytes:
    """A zip whose files say that they are encrypted."""
    at, central = data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8
    return bytes(byte | 1 if place in (at, central) else byte for place, byte in enumerate(data))


def book(table: list[list[str]], **look: list[int]) -> bytes:
    made = io.BytesIO()
    workbook = xlsxwriter.Workbook(made, {"in_memory": True})
    page = workbook.add_worksheet("Attendances")
    for at, cells in enumerate(table):
        page.write_row(at, 0, cells)
    for row in look.get("rows", []):
        page.set_row(row, None, None, {"hidden": True})
    for column in look.get("columns", []):
        page.set_column(column, column, None, None, {"hidden": True})
    for row in look.get("formulas", []):
        page.write_formula(row, 2, '=UPPER("tarn")', None, "" if "cached" not in look else "TARN")
    workbook.close()
    return made.getvalue()


def loads(name: str, content: bytes | str, *says: str, rows: tuple[int, int] = (1, 0)) -> Trap:
    family = {"family": ["TARN"] * rows[0]}
    return Trap(files={name: content}, exit=3 if rows[1] else 0, rows={name: rows}, says=says, records=family)


def refused(name: str, content: bytes | str, *says: str) -> Trap:
    return Trap(files={name: content}, exit=4, says=says)


def cells(tag: str, words: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{word}</{tag}>" for word in words) + "</tr>"


PAGE = f"<html><table><tr><td>Menu</td></tr></table><table>{cells('th', HEAD)}{cells('td', ROW)}</table></html>"
XML = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet ss:Name="Out"><Table>{}</Table></Worksheet></Workbook>'
)


def xml_row(words: list[str]) -> str:
    return "<Row>" + "".join(f'<Cell><Data ss:Type="String">{word}</Data></Cell>' for word in words) + "</Row>"


SPANNED = (
    '<Row><Cell><Data ss:Type="String">E78</Data></Cell>'
    '<Cell><Data ss:Type="DateTime">2026-03-08T10:00:00.000</Data></Cell>'
    '<Cell ss:Index="5"><Data ss:Type="String">05/06/1971</Data></Cell></Row>'
)
READ = {
    "gzip of a csv": loads("2026-03/ed_a.csv.gz", gzip.compress(CSV.encode())),
    "gzip without its ending": loads("2026-03/ed_a.csv", gzip.compress(CSV.encode())),
    "zip of a csv in a folder": loads("2026-03/ed_a.zip", packed(("out/ed.csv", CSV), ("__MACOSX/._ed.csv", b"x"))),
    "zip of a workbook": loads("2026-03/ed_a.zip", packed(("ed.xlsx", book([HEAD, ROW])))),
    "gzip of a workbook": loads("2026-03/ed_a.gz", gzip.compress(book([HEAD, ROW]))),
    "text that is called xls": loads("2026-03/ed_a.xls", CSV.replace(",", "\t")),
    "a page's table that is called xls": loads("2026-03/ed_a.xls", PAGE),
    "a page's table that is called csv, with a cell that spans rows": loads(
        "2026-03/ed_a.csv",
        f"<TABLE>{cells('td', HEAD)}<tr><td>E1</td><td>07/03/2026 21:40</td>"
        "<td rowspan=2>TARN</td><td rowspan=2>Ivy</td><td>05/06/1971</td><td></td></tr>"
        f"<tr><td>E2<td>08/03/2026 09:15<td>05/06/1971<td></tr></TABLE>",
        rows=(2, 0),
    ),
    "Excel 2003 XML with merged cells": loads(
        "2026-03/ed_a.xls",
        XML.format(
            xml_row(HEAD)
            + xml_row(ROW).replace(
                '<Cell><Data ss:Type="String">TARN', '<Cell ss:MergeDown="1"><Data ss:Type="String">TARN'
            )
            + SPANNED
        ),
        rows=(2, 0),
    ),
    "hidden rows and columns are data": loads(
        "2026-03/ed_a.xlsx", book([HEAD, ROW, ["E78", *ROW[1:]]], rows=[2], columns=[5]), rows=(2, 0)
    ),
    "formulas with their values": loads("2026-03/ed_a.xlsx", book([HEAD, ROW], formulas=[1], cached=[1])),
    "one row with a NUL": loads(
        "2026-03/ed_a.csv", CSV + "E78" + CSV.split("\n")[1][3:].replace("Ivy", "I\0vy") + "\n", "encoding", rows=(1, 1)
    ),
    "one row with a cell of a megabyte": loads(
        "2026-03/ed_a.csv", CSV + "E78,07/03/2026 21:40," + "T" * 1_000_000 + ",Ivy,,\n", "huge_cell", rows=(1, 1)
    ),
}
REFUSED = {
    "formulas without their values": refused(
        "2026-03/ed_a.xlsx",
        book([HEAD, ROW], formulas=[1]),
        "a cell of 'Surname' holds a formula",
        "open the workbook in Excel",
    ),
    "zip of two tables": refused(
        "2026-03/ed_a.zip", packed(("a.csv", CSV), ("b.csv", CSV)), "found 2 files", "put each"
    ),
    "zip of nothing": refused("2026-03/ed_a.zip", packed(), "found no file in the archive"),
    "zip in a zip": refused(
        "2026-03/ed_a.zip", packed(("a.zip", packed(("a.csv", CSV)))), "archive inside the archive"
    ),
    "zip with a password": refused("2026-03/ed_a.zip", locked(packed(("a.csv", CSV))), "the archive has a password"),
    "zip with a path that leads out": refused("2026-03/ed_a.zip", packed(("../../a.csv", CSV)), "leads out of it"),
    "zip that grows": refused("2026-03/ed_a.zip", packed(("a.csv", b"0" * 40_000_000)), "max_unzip_ratio"),
    "gzip that grows": refused("2026-03/ed_a.gz", gzip.compress(b"0" * 40_000_000), "max_unzip_ratio"),
    "gzip cut short": refused("2026-03/ed_a.gz", gzip.compress(CSV.encode())[:-12], "damaged or cut short"),
    "a page to sign in": refused(
        "2026-03/ed_a.csv", "<!DOCTYPE html><html><form>Password</form></html>", "without a table"
    ),
    "a PDF": refused("2026-03/ed_a.csv", b"%PDF-1.7\n%\xe2\xe3", "found a PDF", "CSV or XLSX"),
    "an old workbook": refused(
        "2026-03/ed_a.xls", OLE + "Workbook".encode("utf-16-le"), "an old .xls", "save it as .xlsx"
    ),
    "a message": refused("2026-03/ed_a.msg", OLE + "__substg1.0_".encode("utf-16-le"), "an Outlook message (.msg)"),
    "an old letter": refused("2026-03/ed_a.doc", OLE + "WordDocument".encode("utf-16-le"), "an old Word document"),
    "an e-mail": refused(
        "2026-03/ed_a.eml", "From: a@b\nSubject: March\nMIME-Version: 1.0\n\n" + CSV, "an e-mail", "attached"
    ),
    "a binary workbook": refused(
        "2026-03/ed_a.xlsx", packed(("[Content_Types].xml", "x"), ("xl/workbook.bin", "x")), "a binary workbook (.xlsb)"
    ),
    "a letter": refused(
        "2026-03/ed_a.xlsx", packed(("[Content_Types].xml", "x"), ("word/document.xml", "x")), "(.docx)"
    ),
    "an OpenDocument sheet": refused(
        "2026-03/ed_a.ods", packed(("mimetype", "application/vnd.oasis.opendocument.spreadsheet")), "(.ods)", "as .xlsx"
    ),
    "an Access database": refused(
        "2026-03/ed_a.mdb", b"\0\1\0\0Standard Jet DB\0" + bytes(50), "an Access database (.mdb)"
    ),
    "a picture": refused("2026-03/ed_a.csv", b"\x89PNG\r\n\x1a\n" + bytes(30), "a picture (PNG)"),
    "rich text": refused("2026-03/ed_a.csv", "{\\rtf1 Attendances}", "rich text"),
    "JSON": refused("2026-03/ed_a.csv", '{"a": [{"x": 1}], "b": [{"y": 2}]}', "found JSON"),
    "an SQLite database": refused("2026-03/ed_a.csv", b"SQLite format 3\0" + bytes(90), "an SQLite database"),
    "other XML": refused("2026-03/ed_a.csv", '<?xml version="1.0"?><rows><row/></rows>', "an XML file"),
}
TRAPS = {**READ, **REFUSED}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)


LEFT = {"2026-03/ed_a.csv": CSV, "2026-03/letter.docx": b"PK", "2026-03/ed_b.csv.part": CSV, "notes.txt": "to do"}


def named(place: Place, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """The exit code of a run's intake, what it says, and what the status says."""
    intake, _, _ = take_in(place, Month(2026, 3))
    print_status(place, as_json=False, now=datetime(2026, 4, 8, tzinfo=UTC))
    return intake_exit(intake), "\n".join(intake.warning_lines()), capsys.readouterr().out


def test_a_file_that_no_source_takes_is_named_in_each_run_and_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = make_site(Trap(files=LEFT, exit=3), tmp_path / "site")
    for _ in range(2):
        code, run, status = named(place, capsys)
        assert code == 3
        for words in (
            "2 files for the same reason (2026-03/letter.docx, notes.txt): no source takes this file: no pattern",
            "ed_b.csv.part: an unf",
        ):
            assert words in run and words in status


def test_a_file_that_is_ignored_by_name_is_named_no_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    setting = 'ignored_files = ["*.docx", "NOTES.txt", "2026-03/*.part"]'
    place = make_site(Trap(files=LEFT, exit=0), tmp_path / "site")
    toml = (place.home / "site.toml").read_text(encoding="utf-8")
    (place.home / "site.toml").write_text(f"{setting}\n{toml}", encoding="utf-8")
    code, run, status = named(open_place(place.home), capsys)
    assert (code, run) == (0, "") and "letter" not in status and "notes" not in status
