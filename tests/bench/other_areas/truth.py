"""What is true of every row, and the traps: people who look alike, and one person who looks like two."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

from .people import Person

JOINED = ("alias", "changed name", "two numbers", "moved and slip")


def checks(number: str) -> bool:
    """Whether an NHS number has the right check digit."""
    return (
        bool(number)
        and sum(int(digit) * weight for digit, weight in zip(number, range(10, 0, -1), strict=True)) % 11 == 0
    )


@dataclass(kw_only=True, slots=True)
class Entry:
    """What a row says of a person; the truth about it stands beside."""

    number: str = ""  # the agency's own
    given: str = ""
    middle: str = ""
    family: str = ""
    aliases: str = ""
    born: date | None = None
    age: int | None = None
    sex: str = ""
    nhs: str = ""
    house: str = ""
    street: str = ""
    postcode: str = ""
    away: bool = False  # the address is where it happened
    face: str = ""  # alias, borrowed, changed name, two numbers, moved and slip: why the row may look like another's
    slips: int = 0

    def linkable(self) -> bool:
        """Whether anybody could tell whose the row is: by number, or a full name with a birth, entry or home."""
        born = self.born and self.born.year > 1900
        home = self.house and self.postcode and not self.away
        named = self.family and self.given and (born or self.number or home)
        return self.face not in ("borrowed", "unknown") and bool(checks(self.nhs) or named)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """The person whom one row is of."""

    source: str
    file: str
    row: int
    person: int
    linkable: bool
    face: str


def write_truth(folder: Path, facts: list[Fact], people: list[Person]) -> None:
    """Write rows.csv (row to person) and traps.csv (pairs to be kept apart, faces to be joined)."""
    folder.mkdir(parents=True, exist_ok=True)
    header = ("source", "source_file", "source_row", "person", "linkable", "face")
    rows = ((one.source, one.file, one.row, one.person, int(one.linkable), one.face) for one in facts)
    _table(folder / "rows.csv", header, rows)
    seen = {one.person for one in facts if one.linkable}
    _table(folder / "traps.csv", ("trap", "kind", "person", "other"), (*splits(people, seen), *joins(facts)))


def _table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def splits(people: list[Person], seen: set[int]) -> Iterator[tuple[object, ...]]:
    """Pairs of people, both seen, who look alike: twins, parent and child of one name, namesakes of about one age."""
    for one in people:
        for other in one.kin:
            if one.number < other.number and {one.number, other.number} <= seen:
                if one.born == other.born:
                    yield "split", "twins", one.number, other.number
                elif one.name.given == other.name.given and one.sex == other.sex:
                    yield "split", "parent and child", one.number, other.number
    named: dict[tuple[str, str, str], list[Person]] = defaultdict(list)
    for one in people:
        if one.number in seen:
            named[one.name.given, one.name.family, one.sex].append(one)
    for alike in named.values():
        for one, other in combinations(alike, 2):
            if other not in one.kin and abs((one.born - other.born).days) < 550:
                yield "split", "namesakes", one.number, other.number


def joins(facts: list[Fact]) -> Iterator[tuple[object, ...]]:
    """People with linkable rows both under another face and under their own."""
    faces: dict[int, set[str]] = defaultdict(set)
    for one in facts:
        if one.linkable:
            faces[one.person].add(one.face)
    for person in sorted(faces):
        if "" in faces[person]:
            yield from (("join", face, person, "") for face in JOINED if face in faces[person])
