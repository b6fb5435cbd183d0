"""A run reports of a file what a check reports: facts of the future, months typed as days, words for 'not traced',
several sources that take one file, columns that nothing reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from traps.intake_traps import Trap, make_site, spring, take_in

from hiu.month import Month

_CALLS = """
title = "Calls"
kind = "events"
agency = "calls"
{file}
[key]
event = ["ref"]

[fields]
ref = {{ columns = ["Ref"], required = true }}
start = {{ columns = ["When"], type = "timestamp", required = true }}
name = {{ columns = ["Name"], type = "name" }}
dob = {{ columns = ["DOB"], type = "dob" }}
nhs_number = {{ columns = ["NHS"], type = "nhs_number" }}
{more}
[[measures]]
name = "call"

[counts]
calls = {{ measures = ["call"] }}
"""
_AGREED = (
    '[[agreements]]\nsource = "{}"\nstart = 2020-01-01\nend = 2099-12-31\n'
    'reference = "invented"\nsigned_by = "Invented, for tests"\n'
)
CASELOAD = "Ref,Surname,Forename,DOB,Consent,Consent date\n"


def calls(file: str = "calls*", more: str = "", head: str = "") -> str:
    """A source of calls that takes `file`."""
    return head + _CALLS.format(file=f'\n[file]\npattern = "{file}"\n', more=more)


def rows(*cells: str, head: str = "Ref,When,Name,DOB,NHS") -> str:
    return "\n".join([head, *cells]) + "\n"


UNTRACED = ("Not traced", "NHS no. not known", "No trace", "TBC", "(awaiting trace)", "NHS number not found")
ONE = "2026-03/calls.csv"
SITE = {"sources": {"calls": calls()}, "settings": _AGREED.format("calls")}

WIDE = (("Key", "Day", "Who"), ("C1", "01/03/2026", "Ada Quill"), ("C2", "02/03/2026", "Alan Birch"))

TRAPS = {
    "words for no number are no unreadable numbers": Trap(
        files={
            ONE: rows(
                *(f"C{n},0{n}/03/2026 10:00,Ada Quill,05/09/1974,{word}" for n, word in enumerate(UNTRACED, 1)),
                *(f"D{n},1{n}/03/2026 10:00,Alan Birch,14/02/1961,9990000026" for n in range(8)),
            )
        },
        exit=0,
        rows={ONE: (14, 0)},
        records={"nhs_number": [None] * 6 + ["9990000026"] * 8},
        silent=("not read",),
        **SITE,
    ),
    "a column of first days of months": Trap(
        files={ONE: rows(*(f"C{n},2026-03-01,Ada Quill,05/09/1974,9990000018" for n in range(6)))},
        exit=3,
        rows={ONE: (6, 0)},
        says=("When: all 6 dates are the first day of a month",),
        **SITE,
    ),
    "a month left as a date": Trap(
        files={
            ONE: rows(
                *("04.03.2026,3,Ada Quill,05/09/1974,9990000018", "17.03.2026,0,Alan Birch,14/02/1961,9990000026"),
                head="Last,n,Name,DOB,NHS",
            )
        },
        sources={
            "calls": calls()
            .replace('kind = "events"', 'kind = "counts"')
            .replace('[key]\nevent = ["ref"]\n', "")
            .replace('ref = { columns = ["Ref"], required = true }\n', 'n = { columns = ["n"], type = "integer" }\n')
            .replace(
                'start = { columns = ["When"], type = "timestamp", required = true }',
                'month = { columns = ["Last"], type = "date", formats = ["%d.%m.%Y"] }',
            )
        },
        settings=_AGREED.format("calls"),
        exit=0,
        rows={ONE: (2, 0)},
        records={"n": [3, 0], "start": [datetime(2026, 3, 1)] * 2},
    ),
    "columns of a fixed width": Trap(
        files={ONE: "".join(f"{a:<8}{b:<14}{c:<14}\n" for a, b, c in WIDE)},
        exit=4,
        says=("the columns are lined up by spaces",),
        **SITE,
    ),
    "a title with gaps above other headers": Trap(
        files={ONE: "Calls   of   March\n" + rows("C1,01/03/2026,Ada Quill,x,y", head="Key,Day,Who,Came,Went")},
        exit=4,
        says=("no header in the first",),
        silent=("lined up by spaces",),
        **SITE,
    ),
    "a year of birth after the event": Trap(
        files={
            ONE: rows(
                "C1,01/03/2026 10:00,Ada Quill,1974,9990000018",
                "C2,02/03/2026 10:00,Alan Birch,2062,9990000026",
                head="Ref,When,Name,Born in,NHS",
            )
        },
        sources={"calls": calls(more='age = { columns = ["Born in"], type = "age" }\n')},
        settings=_AGREED.format("calls"),
        exit=3,
        rows={ONE: (2, 0)},
        says=("Born in: 2 filled, 1 read",),
        records={"birth_year": [1974, None], "doubts": [None, "born_after"]},
    ),
    "years that nobody is born in, in a column of births": Trap(
        files={
            ONE: rows(
                "C1,01/03/2026 10:00,Ada Quill,1974,9990000018",
                "C2,02/03/2026 10:00,Alan Birch,2062,9990000026",
                "C3,03/03/2026 10:00,Alan Birch,1901,9990000026",
            )
        },
        exit=3,
        rows={ONE: (3, 0)},
        says=("DOB: 3 filled, 1 read (2 not read, 2 are not believed: after the contact, or too long ago)",),
        records={"birth_year": [1974, None, None], "doubts": [None, "born_after", None]},
        **SITE,
    ),
    "a consent of next year": Trap(
        files={
            "caseload.csv": CASELOAD
            + "C1,Quill,Ada,05/09/1974,given,01/02/2026\nC2,Birch,Alan,14/02/1961,given,01/02/2027\n"
        },
        exit=3,
        rows={"caseload.csv": (2, 0)},
        says=("1 date of consent is after today (line 3)",),
    ),
    "postcodes whose end was cut off": Trap(
        files={
            ONE: rows(
                *(
                    f"C{n},0{n}/03/2026 10:00,Ada Quill,05/09/1974,,{code}"
                    for n, code in enumerate(("SW1A1", "SW1A", "BS8 1", "BS8 1A", "GL501A"), 1)
                ),
                head="Ref,When,Name,DOB,NHS,Post",
            )
        },
        sources={"calls": calls(more='postcode = { columns = ["Post"], type = "postcode" }\n')},
        settings=_AGREED.format("calls"),
        exit=0,
        rows={ONE: (5, 0)},
        records={"postcode": ["SW1A", "SW1A", "BS8", "BS8", "GL50"]},
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_file_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)


def test_each_source_that_takes_a_file_says_why_it_refuses_it(tmp_path: Path) -> None:
    """Both the check and the run name both sources, and not the first alone."""
    sources = {"calls": calls(), "lines": calls("*.csv")}
    settings = "\n".join(_AGREED.format(name) for name in sources)
    files = {ONE: rows("C1,01/03/2026", head="Key,Day")}
    trap = Trap(files=files, sources=sources, settings=settings, exit=4, says=("'Ref'",))
    spring(trap, tmp_path)
    intake, *_ = take_in(make_site(trap, tmp_path / "again"), Month(2026, 3))
    assert len(intake.refused) == 2


def test_a_run_names_columns_of_a_person_that_nothing_reads(tmp_path: Path) -> None:
    table = rows(
        *(f"C{n},0{n}/03/2026 10:00,Ada Quill,05/09/1974,,X" for n in range(1, 4)),
        head="Ref,When,Name,DOB,NHS,Maiden name",
    )
    place = make_site(Trap(files={ONE: table}, exit=0, **SITE), tmp_path)
    intake, *_ = take_in(place, Month(2026, 3))
    assert any("columns about a person that nothing reads: 'Maiden name'" in note for note in intake.notes)


def test_a_run_names_rows_below_a_value_that_stands_once(tmp_path: Path) -> None:
    cells = [
        f"C{n},0{n}/03/2026 10:00," + ("Ada Quill,05/09/1974,9990000018" if n % 3 == 1 else ",,") for n in range(1, 8)
    ]
    place = make_site(Trap(files={ONE: rows(*cells)}, exit=0, **SITE), tmp_path)
    intake, *_ = take_in(place, Month(2026, 3))
    assert any('fill_down = ["Name", "DOB", "NHS"]' in note for note in intake.notes)


def test_plain_numbers_of_a_workbook_that_counts_from_1904_are_refused(tmp_path: Path) -> None:
    import xlsxwriter

    from hiu.errors import InputRefused
    from hiu.extract.files.read import read_table
    from hiu.sources import load_sources

    book = xlsxwriter.Workbook(tmp_path / "calls.xlsx", {"date_1904": True})
    sheet = book.add_worksheet()
    for row, cells in enumerate((["Ref", "When", "Name", "DOB", "NHS"], ["C1", 44632, "Ada Quill", "05/09/1974", ""])):
        sheet.write_row(row, 0, cells)
    book.close()
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "calls.toml").write_text(calls())
    source = load_sources(tmp_path / "sources")["calls"]
    with pytest.raises(InputRefused, match="four years out") as refusal:
        read_table(tmp_path / "calls.xlsx", source, name="calls.xlsx", max_bytes=10**7, max_ratio=200.0)
    assert refusal.value.column == "When"
    assert refusal.value.code == "date_1904"


def test_two_files_of_one_month_with_most_rows_in_both(tmp_path: Path) -> None:
    first = [f"C{n},{n:02}/03/2026 10:00,Ada Quill,05/09/1974,9990000018" for n in range(1, 9)]
    later = "2026-03/calls corrected.csv"
    two = Trap(
        files={ONE: rows(*first), later: rows(*first[2:], "C9,09/03/2026 10:00,Ada Quill,05/09/1974,9990000018")},
        exit=3,
        rows={later: (7, 0), ONE: (8, 0)},
        says=(
            f"6 rows of {ONE} are in {later} too, and count once",
            "1 more of",
            "If one file is to replace the other",
        ),
        **SITE,
    )
    spring(two, tmp_path / "two")
    apart = Trap(
        files={ONE: rows(*first[:5]), later: rows(*first[4:])},
        exit=0,
        rows={later: (4, 0), ONE: (5, 0)},
        silent=("are in",),
        **SITE,
    )
    spring(apart, tmp_path / "apart")
