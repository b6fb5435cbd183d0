"""'As caller', 'Self', 'As above' in a patient's name beside a caller's: nobody, said, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.draftkit import draft_of
from traps.intake_traps import Trap, spring

FILE = "2026-03/line.csv"
LINE = """
name = "line"
title = "Line"
kind = "events"
agency = "helpline"
[file]
pattern = "line*"
[key]
event = ["ref"]
[fields.ref]
columns = ["Ref"]
[fields.start]
columns = ["Date"]
type = "timestamp"
formats = ["%d/%m/%Y"]
[fields.name]
columns = ["Patient name"]
type = "name"
[[measures]]
name = "call"
"""
FILLED = LINE.replace("[file]\n", '[file]\nfill_down = ["Patient name"]\n')
SETTINGS = (
    '[[agreements]]\nsource = "line"\nstart = 2020-01-01\nend = 2099-12-31\nreference = "invented"\n'
    'signed_by = "Invented, for tests"\n'
)


def line(caller: str, *cells: str) -> Trap:
    """Nine named rows and those of `cells`, below the header of a caller's column."""
    names = [f"Ada Quill{letter}" for letter in "abcdefghi"] + [*cells]
    rows = [f"{at},{at % 28 + 1:02}/03/2026,Alan Birch,{name}" for at, name in enumerate(names)]
    text = "\n".join([f"Ref,Date,{caller},Patient name", *rows]) + "\n"
    return Trap(files={FILE: text}, exit=0, sources={"line": LINE}, settings=SETTINGS, rows={FILE: (len(names), 0)})


def with_(trap: Trap, **changed: object) -> Trap:
    return Trap(**{**trap.__dict__, **changed})


@pytest.mark.parametrize("word", ["as caller", "Self", "Same as caller", "Patient", "Client", "As above", "Ditto"])
def test_beside_a_caller_they_are_said_and_never_filled_down(word: str, tmp_path: Path) -> None:
    says = (
        "Patient name: 3 cells hold ",
        "'Caller name' stands beside",
        "that the patient is the caller",
        "Ask the sender",
    )
    trap = line("Caller name", word, word, word)
    spring(with_(trap, exit=3, says=says, silent=("fill_down",)), tmp_path)


@pytest.mark.parametrize(("word", "says"), [("Self", "3 cells hold a word that says"), ("As above", "fill_down = [")])
def test_without_a_caller_beside(word: str, says: str, tmp_path: Path) -> None:
    spring(with_(line("Team", word, word, word), exit=3, says=(says,)), tmp_path)


def test_a_line_that_is_written_is_not_advised_again(tmp_path: Path) -> None:
    trap = line("Team", "As above")
    text = trap.files[FILE]
    assert isinstance(text, str)
    first = text.replace("Ada Quilla", "As above")
    spring(
        with_(trap, files={FILE: first}, exit=3, sources={"line": FILLED}, says=("No name stands",),
              silent=("Write fill_down",)), tmp_path)  # fmt: skip


def test_names_alone_are_silent(tmp_path: Path) -> None:
    spring(with_(line("Caller name", "Will Self", "Ann Client"), silent=("cells hold", "cell holds")), tmp_path)


def test_rows_without_a_name_are_not_filled_down_beside_a_caller(tmp_path: Path) -> None:
    trap = line("Caller name", "", "", "", "", "", "")
    spring(with_(trap, silent=("fill_down",)), tmp_path)
    head = "Ref,Date,Caller name,Patient name,Patient DOB\n"
    names = [("Ada Quill", "05/09/1974"), ("", ""), ("Sian Rowan", "19/06/2001"), ("", "")] * 3
    rows = "".join(f"{at},0{at % 9 + 1}/03/2026,Alan Birch,{who},{born}\n" for at, (who, born) in enumerate(names))
    assert "fill_down" not in draft_of("line", FILE, head + rows, tmp_path / "draft")[0]
    assert "fill_down" in draft_of("line", FILE, (head + rows).replace("Caller", "Team"), tmp_path / "team")[0]
