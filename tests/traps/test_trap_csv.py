"""Hostile and broken text files, each with the one outcome it must have."""

from __future__ import annotations

from pathlib import Path

import pytest
from trapkit import HEADER, Refusal, Rows, check, make_source, read

from hiu.errors import InputRefused

ROW = "{0},SMITH,01/02/1980,9990000018,ok"


def lines(*rows: str, end: str = "\n") -> bytes:
    return (end.join(rows) + end).encode()


def good(*refs: str) -> list[str]:
    return [ROW.format(ref) for ref in refs]


AB = {1: "a", 2: "b"}

TRAPS: dict[str, tuple[bytes, Rows | Refusal]] = {
    "plain": (lines(HEADER, *good("a", "b")), Rows(AB)),
    "no final line end": (lines(HEADER, *good("a", "b"))[:-1], Rows(AB)),
    "crlf": (lines(HEADER, *good("a", "b"), end="\r\n"), Rows(AB)),
    "old mac line ends": (lines(HEADER, *good("a", "b"), end="\r"), Rows(AB)),
    "mixed line ends": (
        lines(HEADER, *good("a"), end="\r\n") + lines(*good("b")),
        Rows(AB, notes=("mixed line ends (CRLF, LF)",)),
    ),
    "utf-8 byte order mark": (b"\xef\xbb\xbf" + lines(HEADER, *good("a", "b")), Rows(AB)),
    "utf-8 byte order mark and a damaged byte": (
        b"\xef\xbb\xbf" + lines(HEADER, *good("a", "b")).replace(b"b,SMITH", b"b,SM\xe9TH"),
        Rows({1: "a"}, {2: "encoding"}),
    ),
    "two byte order marks": (b"\xef\xbb\xbf" * 2 + lines(HEADER, *good("a")), Rows({1: "a"})),
    "utf-16 little endian with mark": (
        b"\xff\xfe" + lines(HEADER, *good("a", "b")).decode().encode("utf-16-le"),
        Rows(AB, notes=("encoding utf-16",)),
    ),
    "utf-16 big endian with mark": (
        b"\xfe\xff" + lines(HEADER, *good("é", "b")).decode().encode("utf-16-be"),
        Rows({1: "é", 2: "b"}, notes=("encoding utf-16",)),
    ),
    "utf-32 with mark": (
        b"\xff\xfe\0\0" + lines(HEADER, *good("a")).decode().encode("utf-32-le"),
        Rows({1: "a"}, notes=("encoding utf-32",)),
    ),
    "utf-16 cut in half a letter": (
        (b"\xff\xfe" + lines(HEADER, *good("a")).decode().encode("utf-16-le"))[:-1],
        Refusal("encoding", ("utf-16",), row=2),
    ),
    "utf-16 without mark": (
        lines(HEADER, *good("a", "b")).decode().encode("utf-16-le"),
        Refusal("nul", ("UTF-16 without a byte order mark", "'utf-16-le' first in"), row=1),
    ),
    "utf-16 big endian without mark": (
        lines(HEADER, *good("a", "b")).decode().encode("utf-16-be"),
        Refusal("nul", ("'utf-16-be' first in",), row=1),
    ),
    "nul in a cell": (
        lines(HEADER, *good("a", "b\0")),
        Rows(
            {1: "a"},
            {2: "encoding"},
            reason="found a NUL, or a byte that the file's encoding does not define; expected text",
        ),
    ),
    "nuls in most lines": (lines(HEADER, *good("a\0", "b\0")), Refusal("nul", ("in many lines",), row=2)),
    "bytes that end a file of long ago": (lines(HEADER, *good("a", "b")) + b"\x1a", Rows(AB)),
    "cp1252": (
        lines(HEADER, *good("a", "b")).replace(b"SMITH", b"SIOB\xc1N"),
        Rows(AB, notes=("encoding cp1252",), cells={"Surname": ["SIOBÁN", "SIOBÁN"]}),
    ),
    "cp1252 curly quotes are letters": (
        lines(HEADER, "a,O\x92NEIL,,,".encode("latin-1").decode("latin-1")).decode().encode("latin-1"),
        Rows({1: "a"}, notes=("encoding cp1252",), cells={"Surname": ["O’NEIL"]}),
    ),
    "neither utf-8 nor cp1252": (
        lines(HEADER, *good("a", "b")).replace(b"b,SMITH", b"b,SM\x81TH"),
        Rows({1: "a"}, {2: "encoding"}),
    ),
    "most rows in neither utf-8 nor cp1252": (
        lines(HEADER, *good("a", "b")).replace(b",SMITH", b",SM\x81TH"),
        Refusal("encoding", ("0x81", "utf-8-sig or cp1252"), row=2),
    ),
    "utf-8 with one row damaged": (
        lines(HEADER, "a,SIÂN ÉLAN,,,", "b,X,,,", "c,ÉVA,,,").replace(b"b,X", b"b,\xe9"),
        Rows({1: "a", 3: "c"}, {2: "encoding"}, reason="found bytes that are not UTF-8 in a file that otherwise is"),
    ),
    "damaged bytes in the header": (
        lines(HEADER + ",Café", "a,ÉVA ÁÉÍ,,,,").replace(b"Ref", b"Ref\xff"),
        Refusal("encoding", ("header",), row=1),
    ),
    "letters encoded twice": (
        lines(HEADER, "a,SIÃ‚N,,,", "b,ZOÃ«,,,"),
        Rows(AB, notes=("encoded twice",), cells={"Surname": ["SIÃ‚N", "ZOÃ«"]}),
    ),
    "letters of many scripts": (
        lines(HEADER, "a,Wójcik-Ó Ceallaigh,,,李", "b,Şahin,,,🙂"),
        Rows(AB, cells={"Note": ["李", "🙂"]}),
    ),
    "empty": (b"", Refusal("empty", ("0 bytes",))),
    "only a byte order mark": (b"\xef\xbb\xbf", Refusal("empty")),
    "only white space": (b"  \r\n\r\n \t\n", Refusal("empty")),
    "header only": (lines(HEADER), Rows({}, notes=("no data rows",))),
    "header missing": (
        lines(*good("a", "b")),
        Refusal("header", ("found 5 filled cells, not known headers", "expected names such as 'Ref', 'Surname'")),
    ),
    "header of another system": (
        lines("Log Reference,Sur name,Birthday,Health no,Free text", *good("a")),
        Refusal("header", ("found: 'Log Reference'", "hiu new trap FILE")),
    ),
    "required column missing": (
        lines("Reff,Surname,DOB,NHS No,Note", *good("a")),
        Refusal(
            "missing_column",
            ("found: 'Reff', 'Surname'", "expected for 'ref' one of 'Ref', 'Log Ref'; did you mean 'Reff'?"),
        ),
    ),
    "headers in other case, spaced, punctuated": (
        lines(" ref ,SURNAME,D.O.B.,nhs_no.,note", *good("a")).replace(b" ref ", b"Ref"),
        Rows({1: "a"}, cells={"D.O.B.": ["01/02/1980"], "nhs_no.": ["9990000018"]}),
    ),
    "two headers for one field": (
        lines("Ref,Surname,DOB,Date of Birth,Note", *good("a")),
        Refusal("ambiguous_column", ("'DOB', 'Date of Birth' all claim 'dob'", '[fields.dob] columns = ["DOB"]')),
    ),
    "the same header twice": (
        lines("Ref,Surname,DOB,D.O.B.,Note", *good("a")),
        Refusal("duplicate_header", ("columns 3 and 4", "'DOB' and 'D.O.B.'"), row=1),
    ),
    "the same header twice where nobody reads it": (
        lines(HEADER + ",Team,Team", "a,S,,,,x,y"),
        Rows({1: "a"}, notes=("second column 'Team' is called 'Team (column 7)'",), cells={"Team (column 7)": ["y"]}),
    ),
    "a column called source_row": (
        lines(HEADER + ",source_row", "a,S,,,,7"),
        Rows({1: "a"}, notes=("second column",), cells={"source_row (column 6)": ["7"]}),
    ),
    "a column without a header": (
        lines(HEADER + ",,Team", "a,S,,,,x,y"),
        Rows({1: "a"}, cells={"column 6": ["x"], "Team": ["y"]}),
    ),
    "an empty column without a header": (lines(HEADER + ",,Team", "a,S,,,,,y"), Rows({1: "a"}, cells={"Team": ["y"]})),
    "every record ends in a delimiter": (lines(HEADER, *(row + "," for row in good("a", "b"))), Rows(AB)),
    "header and records end in delimiters": (lines(HEADER + ",,", *(row + ",," for row in good("a", "b"))), Rows(AB)),
    "only the header ends in delimiters": (lines(HEADER + ",,", *good("a", "b")), Rows(AB)),
    "short row": (
        lines(HEADER, *good("a"), "b,SMITH,01/02/1980", *good("c")),
        Rows({1: "a", 3: "c"}, {2: "width"}, reason="found 3 cells, expected 5"),
    ),
    "long row": (
        lines(HEADER, *good("a"), ROW.format("b") + ",x", *good("c")),
        Rows({1: "a", 3: "c"}, {2: "width"}, reason="found 6 cells, expected 5"),
    ),
    "row shifted by a stray delimiter, last cell empty": (
        lines(HEADER, *good("a"), "b,SMITH,,01/02/1980,9990000018,", *good("c")),
        Rows({1: "a", 3: "c"}, {2: "width"}, reason="found 6 cells, expected 5"),
    ),
    "one-column row": (
        lines(HEADER, *good("a"), "b", *good("c")),
        Rows({1: "a", 3: "c"}, {2: "width"}, reason="found 1 cells, expected 5"),
    ),
    "file cut in its last row": (lines(HEADER, *good("a", "b"))[:-20], Rows({1: "a"}, {2: "width"})),
    "very long row": (
        lines(HEADER, *good("a"), "b" + "," * 5000, *good("c")),
        Rows({1: "a", 3: "c"}, {2: "width"}, reason="found 5001 cells, expected 5"),
    ),
    "most rows of another width": (
        lines(HEADER, *(row + ",x" for row in good("a", "b", "c")), *good("d")),
        Refusal("width", ("3 of 4 rows", "found 6 cells, expected 5"), row=2),
    ),
    "blank rows": (lines("", HEADER, "", *good("a"), ",,,,", "   ", " , ,,,", *good("b"), "", ""), Rows(AB)),
    "title rows": (
        lines("Avon police", "Run on,01/04/2026", "", HEADER, *good("a", "b")),
        Rows(AB, notes=("2 title rows skipped",)),
    ),
    "title with a quoted line break": (
        lines('"OFFICIAL\nSENSITIVE"', HEADER, *good("a"), "b"),
        Rows({1: "a"}, {2: "width"}, notes=("1 title row skipped",), reason="found 1 cells, expected 5"),
    ),
    "excel's sep line": (
        lines("sep=;", HEADER.replace(",", ";"), "a;S;;;1,2"),
        Rows({1: "a"}, notes=("1 title row skipped",), cells={"Note": ["1,2"]}),
    ),
    "trailing total": (lines(HEADER, *good("a", "b"), "Total,2,,,"), Rows(AB, notes=("1 trailing row skipped",))),
    "trailing total of another width, blank row before": (
        lines(HEADER, *good("a", "b"), "", "GRAND TOTAL: 2"),
        Rows(AB, notes=("1 trailing row skipped",)),
    ),
    "trailing disclaimer and end of report": (
        lines(HEADER, *good("a", "b"), "", '"Not to be shared, see the agreement",,,,', "End of report,,,,"),
        Rows(AB, notes=("2 trailing rows skipped",)),
    ),
    "total in the middle is no trailing row, and no record": (
        lines(HEADER, *good("a"), "Total,1,,,", *good("b")),
        Rows(
            {1: "a", 3: "b"},
            {2: "total"},
            reason="a total, an average or a count of other rows, as its words say: it describes nobody",
        ),
    ),
    "a last record whose key starts like a total": (
        lines(HEADER, *good("a"), "Total-7,SMITH,01/02/1980,9990000018,ok", "Totally,S,,,"),
        Rows({1: "a", 2: "Total-7", 3: "Totally"}),
    ),
    "a name alone in the last row is a record": (
        lines(HEADER, *good("a"), ",Mary Ann van der Berg,,,"),
        Rows({1: "a", 2: None}),
    ),
    "blank rows of any width": (lines(HEADER, *good("a"), "," * 9, " ,", *good("b"), "," * 9), Rows(AB)),
    "two-row header": (
        lines("Ref,,,Person,", ",Surname,DOB,NHS No,Note", *good("a")),
        Rows({1: "a"}, notes=("1 title row skipped",)),
    ),
    "header repeated in the middle": (
        lines(HEADER, *good("a"), HEADER, *good("b")),
        Rows({1: "a", 3: "b"}, {2: "header_repeated"}, reason="found the header again, expected a record"),
    ),
    "quoted line break": (
        lines(HEADER, 'a,SMITH,,,"one\ntwo\n\nthree"', "b,S,,,"),
        Rows(AB, cells={"Note": ["one\ntwo\n\nthree", None]}),
    ),
    "quoted crlf": (
        lines(HEADER, 'a,SMITH,,,"one\r\ntwo"', "b,S,,,", end="\r\n"),
        Rows(AB, cells={"Note": ["one\ntwo", None]}),
    ),
    "doubled quotes": (
        lines(HEADER, 'a,S,,,"says ""no"" twice"', 'b,S,,,""""'),
        Rows(AB, cells={"Note": ['says "no" twice', '"']}),
    ),
    "delimiter inside quotes": (
        lines(HEADER, '"a","SMITH, John",,,"x|y;z\tw,"', "b,S,,,"),
        Rows(AB, cells={"Surname": ["SMITH, John", "S"], "Note": ["x|y;z\tw,", None]}),
    ),
    "empty quoted cells are empty": (lines(HEADER, 'a,"","","",""'), Rows({1: "a"}, cells={"Surname": [None]})),
    "white space is kept": (lines(HEADER, "a,  SMITH ,,,"), Rows({1: "a"}, cells={"Surname": ["  SMITH "]})),
    "unclosed quote": (
        lines(HEADER, *good("a"), 'b,SMITH,,,"never closed', *good("c", "d")),
        Refusal("unclosed_quote", ("never closed",), row=3),
    ),
    "quote opened that swallows rows up to the next": (
        lines(HEADER, 'a,"SMITH,,,', 'b,"JONES",,,', *good("c")),
        Refusal("quote", ("after a closing quotation mark",), row=2),
    ),
    "text after a closing quote": (lines(HEADER, *good("a"), 'b,"SMI"TH,,,'), Refusal("quote", (), row=3)),
    "backslash before a quote": (lines(HEADER, 'a,"SMI\\"TH",,,', *good("b")), Refusal("quote", (), row=2)),
    "inches in an unquoted cell": (
        lines(HEADER, *good("a"), 'b,S,,,5" tall', *good("c")),
        Refusal("parsers_disagree", ("quoted and the mark doubled",), row=3),
    ),
    "a pair of marks in an unquoted cell": (
        lines(HEADER, 'a,S,,,5" by 6" wide', *good("b")),
        Rows(AB, cells={"Note": ['5" by 6" wide', "ok"]}),
    ),
    "space before a quote with a delimiter in it": (
        lines(HEADER, 'a, "SMITH, John",,,', *good("b")),
        Rows({2: "b"}, {1: "width"}),
    ),
    "huge cell": (
        lines(HEADER, *good("a"), "b,S,,," + "x" * 200_000),
        Rows({1: "a"}, {2: "huge_cell"}, reason="found a cell of more than 131,072 characters; expected less"),
    ),
    "huge cell of rows that a mark swallowed": (
        lines(HEADER, *good("a"), 'b,S,,,"' + "x,y,,,\n" * 20_000 + '"', *good("c")),
        Refusal("huge_cell", ("131,072", "closing quotation mark"), row=3),
    ),
    "large but lawful cell": (lines(HEADER, "a,S,,," + "x" * 100_000), Rows({1: "a"}, cells={"Note": ["x" * 100_000]})),
    "semicolons": (lines(HEADER.replace(",", ";"), "a;S;01,5;;"), Rows({1: "a"}, cells={"DOB": ["01,5"]})),
    "tabs": (lines(HEADER.replace(",", "\t"), "a\tSMITH, J\t\t\t"), Rows({1: "a"}, cells={"Surname": ["SMITH, J"]})),
    "pipes": (lines(HEADER.replace(",", "|"), 'a|"X|Y"|||'), Rows({1: "a"}, cells={"Surname": ["X|Y"]})),
    "commas in the title, pipes in the table": (
        lines("one,two,three,four,five,six,seven", HEADER.replace(",", "|"), "a|S|||"),
        Rows({1: "a"}, notes=("1 title row",)),
    ),
    "comment sign is no comment": (lines(HEADER, "#a,S,,,"), Rows({1: "#a"})),
    "unit separators in the text": (lines(HEADER, "a,S\x1f,,,\ue000"), Rows({1: "a"}, cells={"Surname": ["S\x1f"]})),
    "vertical tab and line separator end no line": (
        lines(HEADER, "a,S,,,x\x0by\u2028z\x85w"),
        Rows({1: "a"}, cells={"Note": ["x\x0by\u2028z\x85w"]}),
    ),
    "formula-like text is text": (
        lines(HEADER, '=1+1,@S,-,+,"=cmd|x!A1"'),
        Rows({1: "=1+1"}, cells={"Surname": ["@S"]}),
    ),
    "null-like words are text": (lines(HEADER, "NA,NULL,nan,None,NaN"), Rows({1: "NA"}, cells={"Surname": ["NULL"]})),
    "numbers and dates stay as sent": (
        lines(HEADER, "007,S,01/02/26,9.99E+09,1066321000000107", "8,S,1,9990000018.0,TRUE"),
        Rows(
            {1: "007", 2: "8"},
            cells={
                "NHS No": ["9.99E+09", "9990000018.0"],
                "Note": ["1066321000000107", "TRUE"],
                "DOB": ["01/02/26", "1"],
            },
        ),
    ),
    "a web page named csv": (
        b"<html><body>Please log in</body></html>",
        Refusal("not_table", ("without a table", "signing in")),
    ),
    "a zip named csv": (b"PK\x03\x04junk", Refusal("corrupt", ("damaged or cut short",))),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_text_trap(trap: str, tmp_path: Path) -> None:
    data, expected = TRAPS[trap]
    path = tmp_path / "trap.csv"
    path.write_bytes(data)
    check(path, expected)


def write(folder: Path, data: bytes) -> Path:
    path = folder / "trap.csv"
    path.write_bytes(data)
    return path


def test_delimiter_that_the_source_fixes_wrongly(tmp_path: Path) -> None:
    path = write(tmp_path, lines(HEADER.replace(",", "|"), "a|S|||"))
    check(path, Refusal("delimiter", ("found pipes between the cells; expected commas",)), make_source(delimiter=","))


def test_header_row_given(tmp_path: Path) -> None:
    path = write(tmp_path, lines("Ref,Surname", HEADER, *good("a")))
    check(path, Rows({1: "a"}, notes=("1 title row",)), make_source(header_row=2))


def test_header_row_given_wrongly_names_the_right_one(tmp_path: Path) -> None:
    path = write(tmp_path, lines("title", "", HEADER, *good("a")))
    refusal = Refusal("header", ("header_row = 2 holds no known header", "Row 3 looks like the header"), row=2)
    check(path, refusal, make_source(header_row=2))
    check(path, Refusal("header", ("header_row = 60",), row=60), make_source(header_row=60))


def test_encoding_given_for_utf16_without_mark(tmp_path: Path) -> None:
    path = write(tmp_path, lines(HEADER, *good("a")).decode().encode("utf-16-le"))
    check(path, Rows({1: "a"}, notes=("encoding utf-16-le",)), make_source(encodings=["utf-16-le"]))


def test_a_byte_order_mark_wins_over_the_source(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbf" + lines(HEADER, *good("a")).replace(b"SMITH", "SIOBÁN".encode()))
    check(path, Rows({1: "a"}, cells={"Surname": ["SIOBÁN"]}), make_source(encodings=["cp1252"]))


def test_only_utf8_accepted(tmp_path: Path) -> None:
    path = write(tmp_path, lines(HEADER, *good("a")).replace(b"SMITH", b"SIOB\xc1N"))
    check(path, Refusal("encoding", ("0xc1", "expected text in utf-8"), row=2), make_source(encodings=["utf-8"]))


def test_unknown_encoding_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, lines(HEADER, *good("a")))
    check(path, Refusal("encoding", ("'utf-9' is no encoding",)), make_source(encodings=["utf-9"]))


def test_other_footers(tmp_path: Path) -> None:
    path = write(tmp_path, lines(HEADER, *good("a"), "Fin,,,,"))
    check(path, Rows({1: "a", 2: "Fin"}))
    check(path, Rows({1: "a"}, notes=("1 trailing row",)), make_source(footers=["fin"]))


def test_too_large(tmp_path: Path) -> None:
    check(write(tmp_path, b"x" * 5_000_001), Refusal("too_large", ("5,000,001 bytes; expected at most 5,000,000",)))


@pytest.mark.parametrize("name", ["trap [1].csv", "trap ü – 警.csv", "trap{a,b}$HOME.csv", "trap.TXT"])
def test_odd_file_names(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "dépôt [a-z] mars 2026"
    folder.mkdir()
    path = folder / name
    path.write_bytes(lines(HEADER, *good("a")))
    (folder / "trap 1.csv").write_bytes(lines(HEADER, *good("z")))  # what a glob would have read
    check(path, Rows({1: "a"}))


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "trap.csv").mkdir()
    check(tmp_path / "trap.csv", Refusal("unreadable", ("found no plain file", "expected a file with rows")))


def test_messages_hold_no_cells(tmp_path: Path) -> None:
    secret = "ZQXSECRET"
    for rows in (
        [f"{secret},{secret},01/02/1980,999,{secret}"] * 3,
        [HEADER, f'{secret},"{secret}"{secret},,,'],
        [HEADER, f'{secret},{secret},,,5" {secret}'],
        [HEADER, f'{secret},"{secret},,,'],
        [HEADER, *[f"{secret},{secret},,,,{secret}"] * 3],
        ["Reff" + HEADER[3:], f"{secret},{secret},,,"],
    ):
        with pytest.raises(InputRefused) as raised:
            read(write(tmp_path, lines(*rows)))
        assert secret not in f"{raised.value!s}{raised.value.__cause__!s}"
