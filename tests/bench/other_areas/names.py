"""Names by the customs of where a family is from: who takes whose name, and how many names there are."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .dice import Dice, Weighted, ranked

STOCK = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
ORIGINS = tuple(STOCK)
UNRELATED = {"muslim", "arabic"}
"""Children of one family often bear no common family name."""
NICKNAMES = {
    word.split(":")[0]: word.split(":")[1].split(",")
    for word in " ".join(STOCK["english"]["nicknames"].split()).split()
}


@dataclass(kw_only=True, slots=True)
class Name:
    """A name as its bearer writes it."""

    given: str
    middle: str
    family: str


@cache
def _words(origin: str, kind: str) -> Weighted[str]:
    return ranked(STOCK[origin][kind].split())


@cache
def _parts() -> tuple[list[str], list[str]]:
    return STOCK["english"]["starts"].split(), STOCK["english"]["ends"].split()


def family(dice: Dice, origin: str, rare: float = 0.4) -> str:
    """A family name; in a share of English families one that hardly anybody else bears."""
    if origin != "english" or not dice.falls(rare):
        return _words(origin, "family").draw(dice)
    starts, ends = _parts()
    made = dice.pick(starts) + dice.pick(ends)
    return f"{made}-{_words(origin, 'family').draw(dice)}" if dice.falls(0.04) else made


def given(dice: Dice, origin: str, sex: str, year: int) -> str:
    """A given name; English ones change with the decade, and children of all families may have one."""
    kind = "male" if sex == "M" else "female"
    settled = {"welsh": 0.45, "chinese": 0.1, "nigerian": 0.1}.get(origin, 0.04)
    if origin == "english" or dice.falls(settled if year < 1995 else settled + 0.12):
        age = 1930 if year < 1948 else 1950 if year < 1966 else 1970 if year < 1985 else 1990
        return _words("english", f"{kind}_{age}").draw(dice)
    return _words(origin, kind).draw(dice)


def inflected(name: str, origin: str, sex: str) -> str:
    """A Polish woman's form of a family name."""
    if origin == "polish" and sex == "F" and name.endswith(("ski", "cki", "dzki")):
        return name[:-1] + "a"
    return name


def full(dice: Dice, origin: str, sex: str, year: int, line: str) -> Name:
    """A person's name in a family whose name is the line."""
    first = given(dice, origin, sex, year)
    middle = given(dice, origin, sex, year) if dice.falls(0.6) else ""
    if origin == "punjabi":
        own = "Singh" if sex == "M" else "Kaur"
        return Name(given=first, middle="" if line == own else own, family=line)
    if origin == "portuguese":
        return Name(given=first, middle="", family=f"{_words(origin, 'family').draw(dice)} {line}")
    if origin == "chinese":
        english = dice.pick(STOCK[origin]["western"].split()) if dice.falls(0.35) else ""
        return Name(given=first, middle=english, family=line)
    if origin in UNRELATED and dice.falls(0.35):
        own = _words(origin, "family").draw(dice) if sex == "M" else dice.pick(("Begum", "Bibi", "Khatun", "Akhtar"))
        return Name(given=first, middle="", family=own if origin == "muslim" else line)
    return Name(
        given=first, middle="" if origin in ("polish", "romanian") else middle, family=inflected(line, origin, sex)
    )


def keeps_name(origin: str) -> bool:
    """Whether a wife keeps the name she was born with."""
    return origin in ("chinese", "arabic", "muslim", "punjabi")
