"""Headers, sheets and files that are called after a person: nothing that is printed, logged or published says so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from traps.intake_traps import Trap, make_site
from traps.test_trap_told import SITE, calls
from traps.trapkit import MAX_BYTES, MAX_RATIO, make_source
from typer.testing import CliRunner

from hiu.errors import InputRefused
from hiu.extract.draft.mapping import draft
from hiu.extract.files.quotable import about_somebody
from hiu.extract.files.read import read_table
from hiu.sources import source_of
from pipelines.cli import app

SOMEBODY = [
    "Desmond Fothergill",
    "FOTHERGILL, Desmond",
    "desmond.fothergill",
    "943 476 5919",
    "NHS9434765919",
    "14/04/1979",
]
SOMEBODY += ["1979-04-14", "14 Apr 1979", "19790414", "DesmondFothergill_call", "14041979"]
NOBODY = [
    "Patient Forename", "Rose Ward", "Victoria Hospital", "Mark as DNA", "Min Max Score", "ED_Attend_20260331",
    "2026-03-31", "Mar-26", "01/04/2026", "Ward 14", "Care Coordinator Name", "202604010930", "2026040109", "St Mary's",
]  # fmt: skip
HEAD = ["Ref", "When", "Name", "DOB", "NHS"]
ROW = ["C1", "02/03/2026 10:00", "Ada Quill", "05/09/1974", "9990000018"]
UNSAID = ("fothergill", "desmond", "9434765919", "943 476 5919", "14/04/1979")
MORE = ["Desmond Fothergill", "943 476 5919", "14/04/1979"]


@pytest.mark.parametrize(
    "name",
    [
        "ed_queen_elizabeth_2026-03.csv",
        "James Cook University Hospital ED 2026-03.csv",
        "St Thomas ED March 2026.csv",
        "Royal Victoria Infirmary.csv",
        "Prince Charles ED.xlsx",
        "Guy's and St Thomas' ED Mar 26.xlsx",
        "John Radcliffe ED 2026-03.csv",
        "Barbara Castle ward 2026-03.csv",
        "Elizabeth Casson House",
        "King George beds",
        "Princess Royal University ED",
    ],
)
def test_a_hospital_that_is_called_after_somebody_is_no_person(name: str) -> None:
    assert not about_somebody(name)


@pytest.mark.parametrize("text", SOMEBODY)
def test_what_is_somebodys(text: str) -> None:
    assert about_somebody(text)


@pytest.mark.parametrize("text", NOBODY)
def test_what_is_nobodys(text: str) -> None:
    assert not about_somebody(text)


def book(*sheets: tuple[str, Sequence[Sequence[str]]]) -> bytes:
    """A workbook with these sheets."""
    made = io.BytesIO()
    workbook = xlsxwriter.Workbook(made)
    for title, rows in sheets:
        sheet = workbook.add_worksheet(title)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    workbook.close()
    return made.getvalue()


def text(*rows: Sequence[str]) -> str:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def packed(member: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(member, text(HEAD, ROW))
    return made.getvalue()


FILES = {
    "2026-03/calls a.csv": text([*HEAD, *MORE], [*ROW, "x", "y", "z"]),
    "2026-03/calls b.xlsx": book(
        ("Desmond Fothergill", [HEAD, ["C2", *ROW[1:]]]), ("FOTHERGILL 943 476 5919", [["Other"], ["1"]])
    ),
    "2026-03/calls Desmond Fothergill.csv": text(HEAD, ["C3", *ROW[1:]]),
    "2026-03/Fothergill, Desmond (943 476 5919).docx": "letter",
    "2026-03/calls c.csv": text(["Desmond", "Fothergill", "943 476 5919", "14/04/1979"], ["C4", "x", "y", "z"]),
    "2026-03/calls d.zip": packed("Desmond Fothergill calls.csv"),
}


def test_no_place_says_whose_header_sheet_or_file_it_is(tmp_path: Path) -> None:
    parquet = io.BytesIO()
    columns = dict(zip(HEAD, [["C5"], *([cell] for cell in ROW[1:])], strict=True))
    pl.DataFrame({**columns, "Desmond Fothergill": [[1, 2]]}).write_parquet(parquet)
    place = make_site(
        Trap(files=FILES | {"2026-03/calls e.parquet": parquet.getvalue()}, exit=3, **SITE), tmp_path / "s"
    )
    site, run = ["--site", str(place.home)], CliRunner()
    printed = [run.invoke(app, ["run", "2026-03", *site])]
    for path in sorted(place.raw.rglob("*.*")):
        printed += [run.invoke(app, line) for line in (["check", str(path), *site], ["new", "fresh", str(path), *site])]
    printed += [run.invoke(app, [verb, *site]) for verb in ("status", "quality")]
    assert any("headers that seem to be about a person are not shown" in each.output for each in printed)
    whole = {"the terminal": "\n".join(each.output + str(each.exception or "") for each in printed)}
    pages = [
        path for path in place.curated.rglob("*") if path.suffix in (".html", ".json", ".jsonl", ".log", ".csv", ".md")
    ]
    whole |= {str(path): path.read_text(encoding="utf-8") for path in pages}
    for frame in place.published.rglob("*.parquet"):
        whole[str(frame)] = pl.read_parquet(frame).write_json()
    assert len(whole) > 20
    # whoever writes a path on the command line has read it; it is said again there and nowhere else
    own = {path.as_posix() for path in place.raw.rglob("*.*")} | {path.name for path in place.raw.rglob("*.*")}
    for where, said in whole.items():
        for name in own if where == "the terminal" else ():
            said = said.replace(name, "")
        assert not [word for word in UNSAID if word in said.casefold()], where


def test_a_hidden_header_and_sheet_can_still_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "calls.xlsx"
    path.write_bytes(
        book(("Desmond Fothergill", [[*HEAD, "Desmond Fothergill"], [*ROW, "7"]]), ("Notes", [["x"], ["y"]]))
    )
    written = draft("calls", path, None)
    assert "sheet number 1" in written and "#   column 6" in written and "Fothergill" not in written
    source = source_of(
        calls(more='note = { columns = ["column 6"] }\n').replace('"calls*"', '"calls*"\nsheet = "sheet number 1"'),
        "calls",
    )
    raw = read_table(path, source, name=path.name, max_bytes=MAX_BYTES, max_ratio=MAX_RATIO)
    assert raw.frame["column 6"].to_list() == ["7"]
    named = source_of(calls(more='note = { columns = ["Desmond Fothergill"] }\n'), "calls")
    assert (
        read_table(path, named, name="x", max_bytes=MAX_BYTES, max_ratio=MAX_RATIO).frame["Desmond Fothergill"][0]
        == "7"
    )


def test_words_of_the_pattern_are_agreed(tmp_path: Path) -> None:
    place = make_site(
        Trap(files={"2026-03/Desmond Fothergill clinic.csv": text(HEAD, ROW)}, exit=0, **SITE), tmp_path / "s"
    )
    toml = place.home / "sources" / "calls.toml"
    toml.write_text(toml.read_text().replace('"calls*"', '"desmond fothergill*"'))
    done = CliRunner().invoke(app, ["check", str(next(place.raw.rglob("*.csv"))), "--site", str(place.home)])
    assert done.exit_code == 0, done.output


def test_a_refusal_for_want_of_a_header_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text(["Notes on number 943 476 5919", "Alpha", "Beta", "Gamma", "Zeta"], ["1", "2", "3", "4", "5"]))
    with pytest.raises(InputRefused) as refusal:
        read_table(path, make_source(), name="x.csv", max_bytes=MAX_BYTES, max_ratio=MAX_RATIO)
    assert "column 1" in str(refusal.value) and "943" not in str(refusal.value)
