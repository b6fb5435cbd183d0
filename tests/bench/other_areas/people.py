"""Who there is and where they live: persons, what is true of them on a day, and streets whose doors many share."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .dice import Dice
from .names import Name

STOCK = tomllib.loads((Path(__file__).parent / "places.toml").read_text(encoding="utf-8"))
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """An address; a postcode takes in a stretch of one street."""

    house: str
    street: str
    postcode: str
    kind: str = "house"


ROOFLESS = Home(house="", street="No fixed abode", postcode="ZZ99 3VZ", kind="none")


class Map:
    """The streets of an area and of the towns that people come from or go to."""

    def __init__(self, dice: Dice, kind: str, households: int) -> None:
        self.dice = dice
        first, second = STOCK["streets"]["first"].split(), STOCK["streets"]["second"].split()
        names = [f"{one} {other}" for one in first for other in second]
        self.inside = [self._street(names, STOCK["areas"][kind]) for _ in range(max(8, households // 22))]
        self.outside = [self._street(names, STOCK["areas"]["elsewhere"]) for _ in range(max(8, households // 40))]

    def _street(self, names: list[str], codes: list[str]) -> tuple[str, str]:
        sector = f"{self.dice.pick(codes)} {1 + self.dice.below(9)}"
        return self.dice.pick(names), sector + self.dice.pick(LETTERS)

    def home(self, *, inside: bool = True) -> Home:
        """A house, or one of the flats in a house."""
        street, unit = self.dice.pick(self.inside if inside else self.outside)
        number = str(1 + self.dice.below(90))
        house = f"Flat {1 + self.dice.below(12)}, {number}" if self.dice.falls(0.18) else number
        return Home(house=house, street=street, postcode=unit + LETTERS[int(number) // 15])

    def shared(self, kind: str) -> Home:
        """A house of many: a hostel, a hall, a care home or rooms let one by one."""
        at = self.home()
        words = {"hostel": "Hostel", "hall": "Hall", "care": "Care Home"}
        number = at.house.split()[-1]
        house = f"{at.street.split()[0]} {words[kind]}, {number}" if kind in words else number
        return Home(house=house, street=at.street, postcode=at.postcode, kind=kind)


@dataclass(kw_only=True, slots=True)
class Person:
    """One invented person, with all that changes in a life."""

    number: int
    sex: str
    born: date
    origin: str
    name: Name
    homes: list[tuple[date, Home]]
    known_as: str = ""
    died: date | None = None
    renamed: list[tuple[date, str]] = field(default_factory=list)  # family names from a day on, the first by marriage
    nhs: str = ""
    nhs_other: str = ""  # a second number, given by mistake
    nhs_merged: date | None = None  # from when the second is no longer used
    alias: Name | None = None  # a name given on purpose
    alias_born: date | None = None
    borrows: Person | None = None  # whose details are given at times
    kin: list[Person] = field(default_factory=list)  # of one household or family
    rate: float = 0.0  # contacts a year
    crisis: bool = False

    def name_on(self, day: date) -> Name:
        """The name in law on a day."""
        family = self.name.family
        for since, later in self.renamed:
            family = later if day >= since else family
        return Name(given=self.name.given, middle=self.name.middle, family=family)

    def home_on(self, day: date) -> Home:
        """Where the person lives on a day."""
        found = self.homes[0][1]
        for since, later in self.homes[1:]:
            found = later if day >= since else found
        return found

    def age_on(self, day: date) -> int:
        """Whole years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


class Numbers:
    """NHS numbers of the range for tests (999), each once, with a right check digit."""

    def __init__(self, dice: Dice) -> None:
        start, step = dice.below(1_000_000), 10 * dice.below(90_000) + 100_003  # a step that visits every number once
        self.order = ((start + step * at) % 1_000_000 for at in range(1_000_000))

    def next(self) -> str:
        """A number that nobody has yet."""
        for number in self.order:
            body = f"999{number:06d}"
            check = 11 - sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
            if check != 10:
                return body + str(check % 11)
        raise ValueError("All 999 numbers are used up: an area holds at most 900,000 people.")
