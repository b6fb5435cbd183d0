"""Hostile and broken workbooks, each with the one outcome it must have."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from trapkit import HEADER, Refusal, Rows, check, make_source, read

COLUMNS = HEADER.split(",")
A = ["a", "SMITH", "01/02/1980", "9990000018", "ok"]
B = ["b", *A[1:]]
AB = {1: "a", 2: "b"}
Table = Sequence[Sequence[Any] | None]


def workbook(path: Path, sheets: dict[str, Table], after: Callable[[Any], None] | None = None) -> Path:
    """An XLSX with text, numbers, dates and times as Excel keeps them; None is a blank row."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
    day, clock = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "hh:mm"})
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells or ()):
                form = day if isinstance(cell, date) else clock if isinstance(cell, time) else None
                if cell is not None:
                    sheet.write(row, column, cell, form)
    if after:
        after(book)
    book.close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trap.xlsx"


TRAPS: dict[str, tuple[dict[str, Table], Rows | Refusal]] = {
    "plain": ({"Sheet1": [COLUMNS, A, B]}, Rows(AB)),
    "title, blank and stray blank rows": (
        {"Sheet1": [None, ["Place of safety log"], ["Run", date(2026, 4, 1)], None, COLUMNS, A, None, [" "], B, None]},
        Rows(AB, notes=("2 title rows skipped",)),
    ),
    "table that starts in column C, row 5": (
        {"Sheet1": [None, None, None, None, [None, None, *COLUMNS], [None, None, *A], [None, None, *B]]},
        Rows(AB),
    ),
    "header only": ({"Sheet1": [COLUMNS]}, Rows({}, notes=("no data rows",))),
    "one-column rows": ({"Sheet1": [COLUMNS, A, ["b"]]}, Rows(AB, cells={"Surname": ["SMITH", None]})),
    "cells beyond the header": ({"Sheet1": [COLUMNS, [*A, "x"], B]}, Rows(AB, cells={"column 6": ["x", None]})),
    "trailing total and disclaimer": (
        {"Sheet1": [COLUMNS, A, B, None, ["Total", 2], ["Data are provisional and must not be shared"]]},
        Rows(AB, notes=("2 trailing rows skipped",)),
    ),
    "header repeated": (
        {"Sheet1": [COLUMNS, A, COLUMNS, B]},
        Rows({1: "a", 3: "b"}, {2: "header_repeated"}, reason="found the header again, expected a record"),
    ),
    "numbers as text and text as numbers": (
        {"Sheet1": [COLUMNS, [1, "S", "", 9990000018, 7.5], ["007", "S", "", "999 000 0018", True]]},
        Rows({1: "1", 2: "007"}, cells={"NHS No": ["9990000018", "999 000 0018"], "Note": ["7.5", "true"]}),
    ),
    "whole and very large numbers are written out": (
        {"Sheet1": [COLUMNS, ["a", "S", "", 9990000018.0, 1e15], ["b", "S", "", 9.990000018e9, 1e-7]]},
        Rows(AB, cells={"NHS No": ["9990000018", "9990000018"], "Note": ["1000000000000000", "0.0000001"]}),
    ),
    "spaced NHS number late in a column of numbers": (
        {
            "Sheet1": [
                COLUMNS,
                *([f"r{n}", "S", "", 9990000018, n] for n in range(1500)),
                ["z", "S", "", "999 000 0018", "x"],
            ]
        },
        Rows(
            {**{n + 1: f"r{n}" for n in range(1500)}, 1501: "z"},
            cells={"NHS No": [*["9990000018"] * 1500, "999 000 0018"]},
        ),
    ),
    "dates, times and moments": (
        {"Sheet1": [COLUMNS, ["a", time(10, 47), date(1980, 11, 7), datetime(2026, 3, 29, 1, 30), "7.11.80"]]},
        Rows(
            {1: "a"},
            cells={
                "Surname": ["1899-12-31 10:47:00"],
                "DOB": ["1980-11-07 00:00:00"],
                "NHS No": ["2026-03-29 01:30:00"],
                "Note": ["7.11.80"],
            },
        ),
    ),
    "line breaks in a header and in a cell": (
        {"Sheet1": [["Ref", "Surname", "DOB", "NHS\nNo", "Note"], ["a", "S", "", "", "one\ntwo"]]},
        Rows({1: "a"}, cells={"NHS No": [None], "Note": ["one\ntwo"]}),
    ),
    "no header": ({"Sheet1": [A, B]}, Refusal("header", ("sheet 'Sheet1': no header", "found 5 filled cells"))),
    "empty sheet": ({"Sheet1": []}, Refusal("sheet", ("no visible sheet",))),
    "the same header twice": (
        {"Sheet1": [["Ref", "Surname", "DOB", "dob", "Note"], A]},
        Refusal("duplicate_header", (), 1),
    ),
    "required column missing": (
        {"Sheet1": [["Reff", *COLUMNS[1:]], A]},
        Refusal("missing_column", ("did you mean 'Reff'?",)),
    ),
    "several sheets, one fits": (
        {"Read me": [["How to fill this in"]], "Data": [COLUMNS, A, B], "Codes": [["Surname", "Code"], ["x", 1]]},
        Rows(AB, notes=("sheet 'Data' chosen by its header",)),
    ),
    "several sheets fit equally": (
        {"Mar": [COLUMNS, A], "Apr": [COLUMNS, B]},
        Refusal("sheet", ("'Mar', 'Apr' fit equally well", '[file] sheet = "Mar"')),
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_workbook_trap(trap: str, path: Path) -> None:
    sheets, expected = TRAPS[trap]
    check(workbook(path, sheets), expected)


@pytest.mark.parametrize("title", ["MHA assessments", "mha_assessments ", "MHA assesments (2)"])
def test_sheet_is_found_by_a_name_like_its_own(title: str, path: Path) -> None:
    source = make_source(sheet="MHA assessments")
    workbook(path, {"S136 detentions": [COLUMNS, B], title: [COLUMNS, A]})
    raw = read(path, source)
    assert raw.frame["Ref"].to_list() == ["a"]
    assert raw.notes == ([] if title != "MHA assesments (2)" else [f"sheet '{title}' taken for 'MHA assessments'"])


def test_sheet_missing_names_what_is_there(path: Path) -> None:
    workbook(path, {"S136 detentions": [COLUMNS, A], "Notes": [["x"]]})
    refusal = Refusal("sheet", ("found sheets 'S136 detentions', 'Notes'; expected 'MHA assessments'",))
    check(path, refusal, make_source(sheet="MHA assessments"))


def test_hidden_sheet_is_not_chosen_but_may_be_named(path: Path) -> None:
    def hide(book: Any) -> None:
        book.get_worksheet_by_name("Old").hide()

    workbook(path, {"New": [COLUMNS, A], "Old": [COLUMNS, B]}, hide)
    check(path, Rows({1: "a"}, notes=("hidden sheets are not read",)))
    check(path, Rows({1: "b"}), make_source(sheet="Old"))


def test_merged_title_cells(path: Path) -> None:
    def merge(book: Any) -> None:
        book.get_worksheet_by_name("Sheet1").merge_range(0, 0, 1, 4, "Section 136 detentions")

    check(workbook(path, {"Sheet1": [None, None, COLUMNS, A, B]}, merge), Rows(AB, notes=("1 title row skipped",)))


def test_header_merged_over_two_rows(path: Path) -> None:
    def merge(book: Any) -> None:
        sheet = book.get_worksheet_by_name("Sheet1")
        sheet.merge_range(0, 0, 1, 0, "Ref")  # downwards: its text is in the upper row
        sheet.merge_range(0, 1, 0, 3, "Person")

    rows = [None, [None, "Surname", "DOB", "NHS No", "Note"], A, B]
    check(workbook(path, {"Sheet1": rows}, merge), Rows(AB, notes=("1 title row",), cells={"Surname": ["SMITH"] * 2}))


def test_excel_errors_are_empty_and_said(path: Path) -> None:
    def fault(book: Any) -> None:
        book.get_worksheet_by_name("Sheet1").write_formula(1, 4, "=NA()", None, "#N/A")

    check(
        workbook(path, {"Sheet1": [COLUMNS, A[:4]]}, fault),
        Rows({1: "a"}, notes=("1 cells hold an Excel error",), cells={"Note": [None]}),
    )


def test_zip_bomb(path: Path) -> None:
    workbook(path, {"Sheet1": [COLUMNS, A]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(4_900_000))
    check(path, Refusal("zip_ratio", ("times its size; expected at most 200 times",)))


def test_unpacks_to_too_much(path: Path) -> None:
    workbook(path, {"Sheet1": [COLUMNS, A]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(range(256)) * 20_000)
        archive.writestr("xl/media/image2.png", b"x" * 30_000, zipfile.ZIP_STORED)
    check(path, Refusal("too_large", ("unpacks to", "at most 5,000,000")))


def test_zip_that_lies_about_its_size(path: Path) -> None:
    workbook(path, {"Sheet1": [COLUMNS, A]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(4_000_000))
    data = path.read_bytes()
    path.write_bytes(data.replace((4_000_000).to_bytes(4, "little"), (4_000).to_bytes(4, "little")))
    check(path, Refusal("corrupt"))


def test_encrypted(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    check(path, Refusal("encrypted", ("has a password", "save it unprotected")))


def test_old_xls(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"))
    check(path, Refusal("not_xlsx", ("old .xls", "open it in Excel and save it as .xlsx")))


def test_text_named_xlsx_is_read_as_text(path: Path) -> None:
    path.write_bytes(b"Ref,Surname\na,b\n")
    check(path, Rows({1: "a"}, notes=("the name ends in .xlsx but the content is text",)))


@pytest.mark.parametrize(("data", "code"), [(b"<html><table></table></html>", "not_table"), (b"\x00\x01\x02", "nul")])
def test_other_content_named_xlsx(data: bytes, code: str, path: Path) -> None:
    path.write_bytes(data)
    check(path, Refusal(code, (), 1 if code == "nul" else None))


def test_workbook_named_csv_is_still_a_workbook(tmp_path: Path) -> None:
    check(workbook(tmp_path / "trap.csv", {"Sheet1": [COLUMNS, A]}), Rows({1: "a"}))


def test_zip_of_one_table_is_that_table(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trap.csv", "Ref\na\n")
    check(path, Rows({1: "a"}, notes=("'trap.csv' read from the archive", "the name ends in .xlsx")))


def test_sheets_that_fit_nearly_equally(path: Path) -> None:
    sheets: dict[str, Table] = {"Mar": [COLUMNS, A], "Apr": [COLUMNS[:-1], A[:-1]]}
    check(workbook(path, sheets), Refusal("sheet", ("'Mar', 'Apr' fit equally well",)))


def test_empty_file(path: Path) -> None:
    path.write_bytes(b"")
    check(path, Refusal("empty"))


def test_cut_short(path: Path) -> None:
    data = workbook(path, {"Sheet1": [COLUMNS, A]}).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    check(path, Refusal("corrupt", ("have it sent again",)))


def test_damaged_part(path: Path) -> None:
    data = bytearray(workbook(path, {"Sheet1": [COLUMNS, *[A] * 50]}).read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    data[start + 80] ^= 0xFF
    path.write_bytes(data)
    check(path, Refusal("corrupt"))


def test_workbook_whose_parts_make_no_sense(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<not a workbook")
    check(path, Refusal("corrupt", ("can't be opened",)))


def test_header_row_given(path: Path) -> None:
    workbook(path, {"Sheet1": [None, ["Ref", "Surname", "DOB", "NHS No", "Note", "Old"], COLUMNS, A]})
    check(path, Rows({1: "a"}, notes=("1 title row",)), make_source(header_row=3))
