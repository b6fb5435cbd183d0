"""Faults that the fuzzers found, and hostile names: each with the one outcome it must have."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from trapkit import HEADER, SOURCE, Refusal, Rows, check, read

from hiu.errors import InputRefused, SettingsError
from hiu.extract.files.find import find_deliveries
from hiu.sources import load_sources

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound workbook with one row."""
    book = xlsxwriter.Workbook(tmp_path / "trap.xlsx")
    sheet = book.add_worksheet()
    for row, cells in enumerate((HEADER.split(","), ["a", "SMITH", "01/02/1980", "9990000018", "ok"])):
        sheet.write_row(row, 0, cells)
    book.close()
    return tmp_path / "trap.xlsx"


def reworded(path: Path, part: str, *changes: tuple[bytes, bytes]) -> Path:
    """The workbook with a part of it changed, packed soundly again."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for old, new in changes:
        assert old in parts[part], old
        parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


XLSX: dict[str, tuple[str, tuple[tuple[bytes, bytes], ...], Rows | Refusal]] = {
    "a cell in the last row and column there is": (
        SHEET,
        ((b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),),
        Refusal("far_cell", ("reaches to row 1,048,576, column 16,384", "delete what lies far below or right of it")),
    ),
    "a far cell in other quotes and a prefix": (
        SHEET,
        ((b"</sheetData>", b"<row><x:c s='0' r='$XFD$1048576'><v>1</v></x:c></row></sheetData>"),),
        Refusal("far_cell"),
    ),
    "far formatting without a value": (
        SHEET,
        ((b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'),),
        Rows({1: "a"}),
    ),
    "a text that is not in the list of texts": (SHEET, ((b"<v>5</v>", b"<v>999999</v>"),), Refusal("corrupt")),
    "a sheet cut off inside": (SHEET, ((b"</sheetData>", b""), (b"</worksheet>", b"")), Refusal("corrupt")),
    "an entity that grows": (
        SHEET,
        (
            (b'standalone="yes"?>', b'standalone="yes"?><!DOCTYPE x [<!ENTITY b "aaaaaaaa">]>'),
            (b"<v>5</v>", b"<v>&b;&b;</v>"),
        ),
        Refusal("corrupt"),
    ),
    "an entity that names a file": (
        "xl/sharedStrings.xml",
        (
            (b'standalone="yes"?>', b'standalone="yes"?><!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
            (b"SMITH", b"&b;"),
        ),
        Refusal("corrupt"),
    ),
    "a part that says it is UTF-16": (SHEET, ((b'"UTF-8"', b'"UTF-16"'),), Refusal("corrupt", ("is not UTF-8",))),
}


@pytest.mark.parametrize("trap", XLSX)
def test_workbook_trap(trap: str, path: Path) -> None:
    part, changes, expected = XLSX[trap]
    check(reworded(path, part, *changes), expected)


def test_a_zip_directory_that_lies_about_where_parts_are(path: Path) -> None:
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    path.write_bytes(data[:end] + data[end:].replace(data[end + 16 : end + 20], (0).to_bytes(4, "little")))
    check(path, Refusal("corrupt"))


def test_a_workbook_cut_at_its_start(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4] + path.read_bytes()[400:])
    check(path, Refusal("corrupt"))


def test_formatting_over_a_whole_tall_sheet_is_no_far_cell(path: Path) -> None:
    """Thirty thousand rows of five cells, one of them in column 100: plausible, and read."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(3, 30_003))
    far = b'<row r="30003"><c r="A30003"><v>1</v></c><c r="CV30003"><v>7</v></c></row>'
    raw = read(reworded(path, SHEET, (b"</sheetData>", rows + far + b"</sheetData>")))
    assert raw.received == 30_002 and "column 100" in raw.headers


def _asks(condition: str) -> str:
    """A mapping with one measure, and its condition."""
    counts = "".join(f'[counts.{name}]\nmeasures = ["x"]\n' for name in ("police_incident", "s136"))
    return f'extends = "police"\n{counts}[[measures]]\nname = "x"\nwhere = {{ name = {condition} }}\n'


MAPPINGS = {
    "a name that is a number": ("name = 7\n", "'name': found 7; expected a name in quotes"),
    "a name that is a list": ('name = ["police"]\n', "expected a name in quotes"),
    "extends a list": ('extends = ["police"]\n', "'extends': found \\['police'\\]"),
    "extends nothing known": ('extends = "polise"\n', "which is no shipped source. Did you mean 'police'"),
    "extends a table": ("[extends]\nx = 1\n", "'extends'"),
    "not TOML": ("name = \n", "not readable as TOML"),
    "not text": ("\udcff", "not readable as TOML"),
    "a pattern that is no pattern": ('extends = "police"\n[period]\npath = "(?P<year>"\n', "period.path"),
    "a format that is a number": ('extends = "police"\n[fields.start]\nformats = [7]\n', "formats"),
    "a condition that is none": (_asks('"presnt"'), "measures.0.where.name': expected present, absent"),
    "a condition of another kind": (_asks('{ matched = ["a"] }'), "'matched': expected in, not_in, matches"),
    "a condition without a kind": (_asks("{}"), "expected at least one of in"),
    "a condition's pattern that is no pattern": (_asks('{ matches = ["("] }'), "not a pattern: unclosed group"),
    "a condition that looks around": (_asks('{ matches = ["a(?=b)"] }'), "look-around"),
    "a condition without a pattern": (_asks("{ not_matches = [] }"), "'not_matches': expected at least one pattern"),
    "a fact's pattern that looks around": (
        'extends = "police"\n[[facts]]\ncolumns = ["x"]\nfact = "consent"\npattern = "(?P<at>a(?=b))"\n',
        "facts.0.pattern",
    ),
    "a measure that is not there": (
        'extends = "police"\n[counts.s136]\nmeasures = ["police_subjects"]\n',
        r"police.toml: 's136' counts 'police_subjects', which is no measure. Did you mean 'police_subject'\?$",
    ),
    "a key twice": ('extends = "police"\nextends = "ed"\n', "not readable as TOML"),
}


@pytest.mark.parametrize("trap", MAPPINGS)
def test_mapping_trap(trap: str, tmp_path: Path) -> None:
    text, words = MAPPINGS[trap]
    (tmp_path / "police.toml").write_bytes(text.encode("utf-8", errors="surrogateescape"))
    with pytest.raises(SettingsError, match=words) as refusal:
        load_sources(tmp_path)
    assert "police.toml" in str(refusal.value)


NAMES = [
    "trap 2026-03; rm -rf ~.csv",
    "trap-2026-03-$(id).csv",
    "trap 2026-03 %s%n.csv",
    "trap 2026-03 *?[a-z].csv",
    "--site=trap 2026-03.csv",
    "trap 2026-03 <script>.csv",
]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_only_names(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(f"{HEADER}\na,S,,,\n", encoding="utf-8")
    sources = {"trap": SOURCE.model_copy(update={"file": SOURCE.file.model_copy(update={"pattern": "*trap*"})})}
    [found] = find_deliveries(tmp_path, sources).deliveries
    assert found.name == name and str(found.period) == "2026-03"
    check(found.path, Rows({1: "a"}))
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
@pytest.mark.parametrize(
    "name", ["trap\n2026-03.csv", "trap\x1b[2J2026-03.csv", "trap\r2026-03.csv", "trap\u202e2026-03.csv"]
)
def test_a_name_that_would_forge_a_line_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(f"{HEADER}\na,S,,,\n", encoding="utf-8")
    sources = {"trap": SOURCE.model_copy(update={"file": SOURCE.file.model_copy(update={"pattern": "*trap*"})})}
    found = find_deliveries(tmp_path, sources)
    [refused] = found.refused
    assert not found.deliveries and "control characters" in refused.reason and refused.name.isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "trap 2026-03.csv")
    sweep = find_deliveries(tmp_path, {"trap": SOURCE})
    assert [refused.code for refused in sweep.refused] == ["link"] and not sweep.deliveries
    with pytest.raises(InputRefused):
        read(tmp_path / "trap 2026-03.csv")
