"""Planted cases of the crisis pathway: rows made whole, with keys and people that no other case has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

PEOPLE = ("", "Test Person One", "Test Person Two", "Test Person Three", "Test Person Four")
Rows = list[dict[str, Any]]


def rows_of(cases: Mapping[str, Any], table: str, keys: tuple[str, ...]) -> Rows:
    """Every row of a table over all cases: a key behind its case's id, a person as a number of the test range."""
    return [row for case in cases["case"] for row in _whole(cases["usual"], case, table, keys)]


def _whole(
    usual: Mapping[str, Any], case: Mapping[str, Any], table: str, keys: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    for row in case.get(table, []):
        whole = usual[table] | row
        whole |= {key: f"{case['id']}/{whole[key]}" for key in keys if whole[key]}
        yield whole | {"NHS number": number_of(case["id"], whole.pop("person", ""))}


def number_of(case: str, who: str) -> str:
    """A number of the test range for each person of each case; none for a row that names nobody."""
    for last in range(10) if who else ():
        digits = f"999{int(case[1:]):03}{PEOPLE.index(who)}{last}0"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11)
    return ""


def sent(rows: Rows, headers: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows as a file has them, under headers that the shipped sources know; a list is joined by |."""
    return [
        {
            headers.get(name, name.replace("_", " ")): "|".join(cell) if isinstance(cell, list) else str(cell)
            for name, cell in row.items()
        }
        for row in rows
    ]
