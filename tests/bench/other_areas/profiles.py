"""What an area is like: who lives there, how they come and go, and how its agencies write them down."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .dice import Dice

KINDS = {101: "city", 102: "rural", 103: "coast"}
"""The three areas that are named; of any other seed the kind goes by its remainder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """How one agency writes people down; all are probabilities."""

    unknown: float  # nobody knows who it is
    finds: float  # the person's entry is found, if there is one
    registers: float  # an entry is made for somebody who has none or whose entry wasn't found
    traced: float  # name, birth and number are taken from the national register
    number: float  # an NHS number is written down at all
    told: float  # the name is taken down by ear, not from a document
    slip: float  # a slip in one field that is typed
    age_only: float  # an age stands where the birth should
    no_birth: float
    event_postcode: float  # the place of the event stands where the home should
    no_home: float
    alias: float  # somebody who goes by another name says so here
    misfiled: float  # the row is put on somebody else's entry
    cut: int  # letters that the family name's field holds


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """An area."""

    kind: str
    origins: dict[str, float]  # share of families by where their names are from
    moves: float  # moves a year
    hostel: float  # share of people who live in hostels
    hall: float  # in halls and rooms let one by one
    care: float  # in care homes
    roofless: float
    visitors: float  # live elsewhere and are seen here
    rare: float  # English family names that hardly anybody else bears
    near_kin: float  # grown-up children who stayed in the area
    frequent: float  # share of people in very frequent contact
    calm: float  # mean contacts a year of everybody else
    habits: dict[str, Habits]


LIKELY = ("finds", "traced", "number")
USUAL = tomllib.loads((Path(__file__).parent / "profiles.toml").read_text(encoding="utf-8"))


def kind_of(seed: int) -> str:
    """The kind of area that a seed makes."""
    return KINDS.get(seed, ("city", "rural", "coast")[seed % 3])


def _habits(dice: Dice, usual: dict[str, float]) -> Habits:
    """An agency's habits: the usual ones, each up to two fifths more or fewer; of a likely one its failures are."""
    drawn = {name: value * dice.between(0.6, 1.4) for name, value in usual.items() if name not in (*LIKELY, "cut")}
    likely = {name: 1 - (1 - usual[name]) * dice.between(0.6, 1.4) for name in LIKELY if usual[name]}
    return Habits(**drawn, **dict.fromkeys(LIKELY, 0.0) | likely, cut=int(usual["cut"]))


def profile(dice: Dice, kind: str) -> Profile:
    """An area of this kind, no two alike."""
    lives = {name: value * dice.between(0.75, 1.3) for name, value in USUAL["lives"][kind].items()}
    return Profile(
        kind=kind,
        origins={name: value * dice.between(0.7, 1.4) for name, value in USUAL["origins"][kind].items()},
        frequent=dice.between(0.012, 0.02),
        calm=dice.between(1.1, 1.6),
        habits={agency: _habits(dice, usual) for agency, usual in USUAL["habits"].items()},
        **lives,
    )
