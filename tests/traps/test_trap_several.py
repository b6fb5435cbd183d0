"""Several people in one cell, and one person whose name looks like several: by every separator, in every order."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import polars as pl
import pytest
from traps.intake_traps import Trap, spring
from traps.names_of_people import ONE, ONE_PARTED, TWO, TWO_PARTED

from hiu.extract.values.people.names import read_name
from hiu.extract.values.people.several import MAY_BE_TWO, comma_parts, two_people
from hiu.extract.values.text import tidied_name


def cells(plain: list[str], parted: dict[str, list[str]]) -> list[tuple[str, str]]:
    every = chain(((cell, "") for cell in plain), ((cell, mark) for mark, of in parted.items() for cell in of))
    return [(pl.select(tidied_name(pl.lit(cell))).item(), mark) for cell, mark in every]


@pytest.mark.parametrize(("cell", "mark"), cells(ONE, ONE_PARTED))
def test_one_person_stays_one(cell: str, mark: str) -> None:
    assert not two_people(cell, but=mark)


@pytest.mark.parametrize(("cell", "mark"), cells(TWO, TWO_PARTED))
def test_two_people_are_seen(cell: str, mark: str) -> None:
    assert two_people(cell, but=mark)
    assert pl.select(pl.lit(cell).str.contains(MAY_BE_TWO)).item(), "such a cell would not be looked at"


@pytest.mark.parametrize(
    "cell", ["HUSSAIN SHAH, ALI RAZA", "Hussain Shah, Ali Jones", "LEE SMITH, ANN JONES", "Rose Tyler, Ann Brown",
             "MAY BROWN, ANN JONES"]
)  # fmt: skip
def test_a_column_with_the_family_name_first_says_what_a_comma_parts(cell: str) -> None:
    column = pl.Series([cell, "SMITH, JOHN", "KHAN, SANA", None])
    assert comma_parts(column) == "family_first"
    assert not two_people(cell, comma="family_first")


@pytest.mark.parametrize("cell", ["Smith John, Jones Mary", "SMITH John, JONES Mary", "SMITH, JOHN, JONES, MARY"])
def test_two_people_are_seen_there_too(cell: str) -> None:
    assert two_people(cell, comma="family_first")


PAIRS = (("Olumide", "Khan", "Patrick"), ("Chidi", "Okafor", "Amina"), ("Bukola", "Adeyemi", "Segun"),
         ("Xiu", "Li", "Wei"), ("Ngozi", "Eze", "John"), ("Kevin", "Smith", "Sharon"))  # fmt: skip
FORMS = ("{a} & {b} {f}", "{a} {f}, {b} Ward", "{a} {f} + {b} {f}", "{a} {f} or {b} {f}", "{a} {f} (and {b} {f})",
         "{f} {a} and {b}", "Mr {a} {f} Mrs {b} {f}", "{a}/{b} {f}", "{a} {f} - {b} {f}", "{a} {f}; {b}",
         "{a} {f} and {b}")  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_two_people_of_any_origin_are_seen_in_a_column_of_given_and_family_names(form: str) -> None:
    for a, f, b in PAIRS:
        cell = form.format(a=a, b=b, f=f)
        assert comma_parts(pl.Series([cell, *["Ann Brown"] * 3])) == "people"
        assert two_people(cell, comma="people"), cell
        assert pl.select(pl.lit(cell).str.contains(MAY_BE_TWO)).item()


@pytest.mark.parametrize(
    "cell",
    ["Anna Smith-Jones", "Maria de la Cruz", "Sean O'Neill", "Marek Van Der Berg", "Bob/Robert Smith",
     "Anna Smith - Jones",
     "Kate Smith/Jones", "John Smith; Johnny", "John Smith (Johnny)", "John Smith, Jnr", "Ali Khan or Shah",
     "SMITH/John Paul", "Mohammed/Muhammad Ali", "Ann Smith; DNA", "John Smith - high risk", "Mr John Smith",
     "Dr Mary May",
     "Jo Lee (and two others)", "Jo Lee (and her mother)", "Rui dos Santos e Silva", "Jo Lee; interpreter", "May May",
     "John Smith, Flat 2", "Khan Mr Imran"],
)  # fmt: skip
def test_one_person_stays_one_there(cell: str) -> None:
    assert not two_people(cell, comma="people")


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("SMITH, John and partner", "AND PARTNER"), ("John Smith and mother", "AND MOTHER"),
     ("Smith, John & 2 others", "& 2 OTHERS"), ("SMITH John with his mum", "WITH HIS MUM"),
     ("SMITH, John + carer", "+ CARER"), ("John Smith and family", "AND FAMILY")],
)  # fmt: skip
def test_company_that_is_not_named_is_a_flag(cell: str, flag: str) -> None:
    name = read_name(cell)
    assert (name.given, name.middle, name.family, name.flags) == ("JOHN", None, "SMITH", flag)


@pytest.mark.parametrize("cell", ["The Smith family", "Bar staff and customer", "Mother and baby", "Smith family"])
def test_company_of_nobody_is_nobody(cell: str) -> None:
    assert read_name(cell).unknown


POLICE = "2026-03/police.csv"
CELLS = ("SMITH/John & JONES/Mary", "SMITH/John AND JONES/Mary", "SMITH/John, JONES/Mary", "SMITH/John; JONES/Mary",
         "SMITH/John + JONES/Mary", "SMITH/John / JONES/Mary", "SMITH/JOHN&JONES/MARY", "SMITH/John\nJONES/Mary",
         "SMITH/John with JONES/Mary", "SMITH/John JONES/Mary")  # fmt: skip


@pytest.mark.parametrize("several", ["", " & "])
def test_with_a_separator_no_second_person_is_read_as_a_middle_name(several: str, tmp_path: Path) -> None:
    rows = [f'L{at},1,0{1 + at % 9}/03/2026 10:00,Subject,"{cell}",01/02/1980' for at, cell in enumerate(CELLS)]
    more = 'L98,1,03/03/2026 10:00,Subject,"HUSSAIN SHAH/Ali Raza",01/02/1980'
    text = "\n".join(["Log,Person seq,Created,Role,Name,DOB", *rows, more]) + "\n"
    apart = 1 if several else 0
    spring(
        Trap(
            files={POLICE: text},
            sources={"police": f'extends = "police"\n[fields.name]\nseparator = "/"\nseveral = "{several}"\n'},
            exit=3,
            rows={POLICE: (1 + 2 * apart, 10 - apart)},
            says=("two_people",),
            silent=("JONES",),
            records={"family": ["SMITH", "HUSSAIN SHAH", "JONES"] if several else ["HUSSAIN SHAH"]},
        ),
        tmp_path,
    )


ONES = (
    "VAN DYKE, Marek (Ms)",
    "HUSSAIN SHAH, Ali Raza",
    "AL MASRI, Omar (Mr)",
    "ST JOHN, Priya Fatima",
    "LEE SMITH, Ann (Mrs)",
)


def test_compound_surnames_are_loaded_and_read(tmp_path: Path) -> None:
    rows = [f'L{at},1,0{1 + at % 9}/03/2026 10:00,Subject,"{cell}",01/02/1980' for at, cell in enumerate(ONES)]
    text = "\n".join(["Log,Person seq,Created,Role,Name,DOB", *rows]) + "\n"
    families = ["VAN DYKE", "HUSSAIN SHAH", "AL MASRI", "ST JOHN", "LEE SMITH"]
    given = ["MAREK", "ALI", "OMAR", "PRIYA", "ANN"]
    spring(
        Trap(files={POLICE: text}, exit=0, rows={POLICE: (5, 0)}, records={"family": families, "given": given}),
        tmp_path,
    )
