"""A good file of which one column is damaged, in many ways: no run says nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from traps.intake_traps import Trap, intake_exit, make_site, take_in

from hiu.month import Month

HEADER = ("CDS unique identifier", "Arrival date", "Arrival time", "Surname", "Forename", "Birth date", "NHS number",
          "Postcode", "Gender", "Attendance category", "Discharge status", "Provider", "MRN")  # fmt: skip
PEOPLE = (
    "Alder",
    "Beech",
    "Cedar",
    "Elder",
    "Hazel",
    "Larch",
    "Maple",
    "Oakes",
    "Poplar",
    "Rowan",
    "Willow",
    "Yewtree",
)
NUMBERS = tuple(f"99900000{end}" for end in ("18", "26", "34", "42", "50", "69", "77", "85", "93")) + tuple(
    f"9990000{end}" for end in ("107", "115", "123")
)
STATUS = ("182992009", "1066321000000107", "1077021000000100")


def good() -> list[list[str]]:
    """Twelve attendances of twelve people."""
    return [
        [
            f"77100{n:03}2026{n:05}{n % 9 + 1}", f"{n + 1:02}/03/2026", f"{n + 8:02}:25", name, "Jo",
            f"{n + 14}/07/19{n + 60}", NUMBERS[n], f"BS{n % 8 + 1} 4ND", str(n % 2 + 1), "1", STATUS[n % 3], "RA7",
            f"H{n + 4100}",
        ]
        for n, name in enumerate(PEOPLE)
    ]  # fmt: skip


def _fifteen(text: str) -> str:
    return text[:15] + "0" * (len(text) - 15)


def _month_first(text: str) -> str:
    day, month, year = text.split("/")
    return f"{month}/{day}/{year}"


DAMAGES: dict[str, tuple[str, Callable[[str], str]]] = {
    "keys to fifteen digits": ("CDS unique identifier", _fifteen),
    "keys rounded": ("CDS unique identifier", lambda text: f"{float(text):.2E}"),
    "keys not known": ("CDS unique identifier", lambda text: "Unknown"),
    "keys gone": ("CDS unique identifier", lambda text: ""),
    "days in words": ("Arrival date", lambda text: f"the {text[:2]}th"),
    "days of 1900": ("Arrival date", lambda text: "01/01/1900"),
    "days of the year 3026": ("Arrival date", lambda text: text.replace("2026", "3026")),
    "days gone": ("Arrival date", lambda text: ""),
    "days without a year": ("Arrival date", lambda text: text[:5]),
    "times that are none": ("Arrival time", lambda text: "morning"),
    "times of 25 o'clock": ("Arrival time", lambda text: f"25:{text[3:]}"),
    "surnames not known": ("Surname", lambda text: "UNKNOWN"),
    "births month first": ("Birth date", _month_first),
    "births of 1900": ("Birth date", lambda text: "01/01/1900"),
    "births to come": ("Birth date", lambda text: text[:6] + "2044"),
    "births in nines": ("Birth date", lambda text: "99/99/9999"),
    "births two centuries back": ("Birth date", lambda text: text[:6] + "18" + text[8:]),
    "NHS numbers rounded": ("NHS number", lambda text: "9.99E+09"),
    "NHS numbers cut": ("NHS number", lambda text: text[:-1]),
    "NHS numbers with a digit more": ("NHS number", lambda text: text + "1"),
    "NHS numbers in nines": ("NHS number", lambda text: "9999999999"),
    "NHS numbers with two digits swapped": ("NHS number", lambda text: text[:-2] + text[-1] + text[-2] + ""),
    "NHS numbers out of place": ("NHS number", lambda text: "Elder"),
    "postcodes not known": ("Postcode", lambda text: "ZZ99 3WZ"),
    "postcodes out of place": ("Postcode", lambda text: "14/07/1960"),
    "sexes out of place": ("Gender", lambda text: "BS1 4ND"),
    "sexes not known": ("Gender", lambda text: "X"),
    "categories in words": ("Attendance category", lambda text: "New"),
    "categories with a unit": ("Attendance category", lambda text: f"cat {text}"),
    "statuses to fifteen digits": ("Discharge status", _fifteen),
    "statuses rounded": ("Discharge status", lambda text: f"{float(text):.4E}"),
    "statuses with separators": ("Discharge status", lambda text: f'"{int(text):,}"'),
    "statuses out of place": ("Discharge status", lambda text: "RA7"),
    "local numbers rounded": ("MRN", lambda text: f"{float(text[1:]) * 1e8:.2E}"),
    "local numbers in nines": ("MRN", lambda text: "99999999"),
    "providers gone": ("Provider", lambda text: ""),
}


def outcome(rows: list[list[str]], folder: Path) -> tuple[int, str]:
    text = "\n".join(",".join(row) for row in (list(HEADER), *rows)) + "\n"
    place = make_site(Trap(files={"2026-03/ed_month.csv": text}, exit=0), folder / "site")
    intake, _, _ = take_in(place, Month(2026, 3))
    return intake_exit(intake), "\n".join([*intake.warning_lines(), *map(str, intake.refused)])


def test_the_good_file_has_no_remark(tmp_path: Path) -> None:
    assert outcome(good(), tmp_path) == (0, "")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_column_is_told(damage: str, tmp_path: Path) -> None:
    header, harm = DAMAGES[damage]
    at = HEADER.index(header)
    code, words = outcome([[*row[:at], harm(row[at]), *row[at + 1 :]] for row in good()], tmp_path)
    assert code in (3, 4) and words


def test_columns_that_have_moved_by_one_are_told(tmp_path: Path) -> None:
    code, words = outcome([[row[-1], *row[:-1]] for row in good()], tmp_path)
    assert code == 4 and words
