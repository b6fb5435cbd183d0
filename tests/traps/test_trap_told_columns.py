"""A person hears of what a header or the form of a cell says: UTC, cancelled rows, days without a year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from traps.draftkit import Stranger, drafted
from traps.intake_traps import Trap, make_site, spring, take_in
from traps.test_trap_keys import SETTINGS, SOURCE

from hiu.extract.values.codes import read_age
from hiu.month import Month
from hiu.quality.counting import idle_flags
from hiu.quality.reading import names_alone
from hiu.sources import load_sources

MAR = "2026-03/suite.csv"
NAMES = ("Quill, Ada", "Birch, Alan", "Cedar, Kit", "Rowan, Sian", "Vale, Rhys", "Moss, Una")


def sheet(head: str, last: str, form: str = "{day:02d}/03/2026 11:00", flags: str = "------") -> str:
    """Six rows; the last column holds a flag, or nothing for a hyphen."""
    rows = (
        f'K{k},{form.format(day=3 + k)},"{name}",0{1 + k}/04/1960{"," + flag.strip("-") if last else ""}\n'
        for k, (name, flag) in enumerate(zip(NAMES, flags, strict=True))
    )
    return f"No,{head},Name,Born{',' + last if last else ''}\n" + "".join(rows)


def suite(text: str, head: str, exit: int, *says: str, rows: int | None = 6, **more: object) -> Trap:
    source = {"suite": SOURCE["suite"].replace('"Arrived"', f'"{head}"') + str(more.pop("adds", ""))}
    loads = {MAR: (rows, 0)} if rows else {}
    return Trap(files={MAR: text}, sources=source, settings=SETTINGS, exit=exit, rows=loads, says=says, **more)  # type: ignore[arg-type]


def utc(head: str, exit: int = 3, **more: str) -> Trap:
    says = (f"'{head}' says UTC, and its times are read as UK time",) if exit else ()
    return suite(sheet(head, "", **more), head, exit, *says)


def yearless(form: str) -> Trap:
    lacks = "They lack a year, so they can't be loaded: add the year to each date in the sheet, or ask the sender for"
    return suite(sheet("Arrived", "", form), "Arrived", 4, lacks, rows=None, silent=("Add the form",))


def aged(age: str, year: int | None) -> Trap:
    """Two of six births as an age or a year, which tells the year of birth."""
    text = sheet("Arrived", "").replace("01/04/1960", age).replace("02/04/1960", age)
    told = () if year else ("If they are ages, send them in a column of type",)
    records = {"birth_year": [year, year, *[None] * 4], "dob": [None, None, *(date(1960, 4, k) for k in range(3, 7))]}
    return suite(text, "Arrived", 0 if year else 3, *told, silent=("Add the form",), records=records)


TRAPS = {
    "an age in a column of births": aged("about 35", 1991),
    "an age with a letter": aged("35ish", 1991),
    "an age in years": aged("35 years old", 1991),
    "a decade": aged("mid 40s", 1981),
    "a year of birth": aged("1985", 1985),
    "a year that is a guess": aged("c. 1985", 1985),
    "two figures, an age or a year": aged("35", None),
    "UTC in brackets": utc("Call Connect (UTC)"),
    "GMT": utc("Arrived GMT"),
    "Z": utc("arrived_z"),
    "UTC, and each time says its zone": utc("Arrived (UTC)", exit=0, form="2026-03-{day:02d}T11:00:00Z"),
    "a day and a month": yearless("{day}/10"),
    "a weekday before them": yearless("Sat {day:02d}/10"),
    "a month in words": yearless("{day} Oct"),
    "an ordinal": yearless("Mon {day}th Oct"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_what_a_column_says_is_told_by_check_and_run(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)


@pytest.mark.parametrize(
    ("head", "flags", "told"),
    [
        ("Cancelled?", "YNYNYN", "'Cancelled?' has Y in 3 rows"),
        ("Duplicate", "x-----", "'Duplicate' has x in 1 row"),
        ("DNA?", "1-1---", "'DNA?' has 1 in 2 rows"),
        ("VOID", "NNNNNY", "'VOID' has Y in 1 row"),
        ("Rescinded", "Y-----", "'Rescinded' has Y in 1 row"),
        ("Accepted?", "YYNYYN", "'Accepted?' has N in 2 rows"),
        ("Patient seen", "YYNYYY", "'Patient seen' has N in 1 row"),
    ],
)
def test_rows_that_may_be_no_contacts_are_noted(head: str, flags: str, told: str) -> None:
    text = sheet("Arrived", head, flags=flags)
    frame = pl.read_csv(text.encode(), infer_schema=False)
    found = [line.partition("; no rule")[0] for line in idle_flags(frame, {}, [head], load_sources()["s136"])]
    assert found == [told]


def test_a_draft_takes_times_as_utc_where_the_header_says_so(tmp_path: Path) -> None:
    text = sheet("Call Connect (UTC)", "Rescinded", flags="Y-----")
    lines = drafted(Stranger(files={MAR: text}, sources={"calls": MAR}), tmp_path)["calls"].splitlines()
    assert any(line.startswith('zone = "utc"  # CHECK: ') for line in lines), lines
    assert any("CHECK: " in line and "rescinded = " in line for line in lines), lines


def test_a_column_that_counts_the_rows_is_no_key_of_a_draft(tmp_path: Path) -> None:
    text = sheet("Arrived", "")
    for k in reversed(range(6)):
        text = text.replace(f"K{k},", f"{k + 1},")
    draft = drafted(Stranger(files={MAR: text}, sources={"calls": MAR}), tmp_path)["calls"]
    assert 'event = ["start"]  # CHECK: no column numbers the rows' in draft


def test_a_date_that_stands_once_for_the_rows_below_it_is_told_with_fill_down(tmp_path: Path) -> None:
    lines = sheet("Arrived", "").splitlines()
    gone = [line if k < 2 else ",".join([line.split(",")[0], "", *line.split(",")[2:]]) for k, line in enumerate(lines)]
    told = 'fill_down = ["Arrived"]'
    place = make_site(suite("\n".join(gone) + "\n", "Arrived", 3), tmp_path)
    notes = take_in(place, Month.parse("2026-03"))[0].notes
    assert any("'Arrived': empty in most rows below a filled one" in line and told in line for line in notes), notes


NOBODY = ("XXTESTPATIENT, DONOTUSE", "ZZTEST, Patient", "UNKNOWN MALE", "TEST PATIENT", "Not known")


@pytest.mark.parametrize("name", NOBODY)
def test_a_birth_beside_a_name_that_names_nobody_makes_no_person(name: str, tmp_path: Path) -> None:
    text = sheet("Arrived", "").replace("Quill, Ada", name)
    place = make_site(suite(text, "Arrived", 0), tmp_path)
    found = take_in(place, Month.parse("2026-03"))[2]
    assert found["nobody"].to_list() == [True, *[False] * 5]


@pytest.mark.parametrize(("births", "told"), [("", ["6 rows give 2 names several times"]), ("03/04/1960", [])])
def test_a_name_that_comes_again_and_stands_alone_is_noted(births: str, told: list[str]) -> None:
    rows = pl.DataFrame(
        {
            "given": ["Ada", "ADA", "Ada", "Kit", "Kit", "Kit", "Una", None],
            "family": ["Quill", "Quill", "QUILL", None, None, None, "Moss", None],
            "dob": [births or None] * 8,
            "quarantined": [False] * 8,
        }
    ).with_columns(
        pl.lit(None).alias(name) for name in ("birth_year", "nhs_number", "local_ids", "postcode", "house", "street")
    )
    assert [line.partition(" and nothing")[0] for line in names_alone(rows)] == told


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("28", 28),
        ("approx 28", 28),
        ("30s", 35),
        ("25-30", 25),
        ("18 months", 1),
        ("1 year 6 months", 1),
        ("28.0", 28),
        ("1012", None),
        ("12/03/1985", None),
        ("1985", None),
        ("-5", None),
        ("120", None),
        ("9990000018", None),
    ],
)
def test_an_age_is_read_where_it_is_one(text: str, age: int | None) -> None:
    assert read_age(text) == age
