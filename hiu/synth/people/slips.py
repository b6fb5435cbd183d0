"""Slips people make when they write a name, a number, a date or an address down."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiu.synth.lists import Generator, Words, read, words

_NEAR = dict(zip("abcdefghiklmnorstuvwyz", "svxsrghjolknmitarybeux", strict=True))
"""Letter -> the key beside it."""
_ALIKE = {"o": "0", "O": "0", "l": "1", "i": "1", "I": "1", "s": "5", "S": "5", "b": "6", "B": "8", "g": "9", "z": "2"}
_FOLDED = {"ł": "l", "Ł": "L", "ø": "o", "đ": "d"}


@dataclass(frozen=True)
class Slips:
    """How often each slip is made in a system, per description of a person (0 to 1; of those it can befall)."""

    typo: float = 0.025
    scan: float = 0.006
    nickname: float = 0.25
    spelling: float = 0.1
    swapped: float = 0.012
    initial: float = 0.012
    family_only: float = 0.006
    middle: float = 0.3
    plain: float = 0.5
    half_of_double: float = 0.15
    maiden: float = 0.05
    aka: float = 0.0
    alias: float = 0.0
    dob_missing: float = 0.04
    dob_swapped: float = 0.01
    dob_placeholder: float = 0.012
    dob_typo: float = 0.014
    age_only: float = 0.0
    nhs_missing: float = 0.08
    nhs_other: float = 0.004
    nhs_typo: float = 0.006
    nhs_spaced: float = 0.06
    nhs_decimal: float = 0.004
    nhs_repeated: float = 0.002
    postcode_missing: float = 0.05
    postcode_part: float = 0.02
    postcode_joined: float = 0.06
    postcode_typo: float = 0.012
    address_missing: float = 0.05
    address_old: float = 0.15
    address_short: float = 0.2
    sex_missing: float = 0.015
    sex_wrong: float = 0.004
    id_missing: float = 0.02
    id_second: float = 0.06
    id_other: float = 0.002

    @classmethod
    def of(cls, system: str) -> Slips:
        """Those of a system, as area.toml has them."""
        return cls(**read("area.toml")["slips"][system])


def typos(rng: Generator, names: Words) -> Words:
    """One keying slip in each: a letter dropped, doubled, swapped with the next, or the key beside it."""
    where, kind = rng.random(len(names)), rng.integers(4, size=len(names))
    return words([_typo(name, int(at * len(name)), way) for name, at, way in zip(names, where, kind, strict=True)])


def _typo(name: str, at: int, way: int) -> str:
    if len(name) < 3:
        return name
    at = max(at, 1)
    if way == 0:
        return name[:at] + name[at + 1 :]
    if way == 1:
        return name[:at] + name[at] + name[at:]
    if way == 2 and at + 1 < len(name):
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + _NEAR.get(name[at], "e") + name[at + 1 :]


def scans(rng: Generator, names: Words) -> Words:
    """A letter read as the digit it looks like, where there is one."""
    return words([_scan(name, pick) for name, pick in zip(names, rng.random(len(names)), strict=True)])


def _scan(name: str, pick: float) -> str:
    at = [k for k, letter in enumerate(name) if letter in _ALIKE]
    if not at:
        return name
    k = at[int(pick * len(at))]
    return name[:k] + _ALIKE[name[k]] + name[k + 1 :]


def spellings(rng: Generator, names: Words) -> Words:
    """Another spelling or transliteration, where one is listed."""
    pick = rng.random(len(names))
    split = {name: text.split() for name, text in read("names.toml")["spellings"].items()}
    return words([split[n][int(p * len(split[n]))] if n in split else n for n, p in zip(names, pick, strict=True)])


def plain(names: Words) -> Words:
    """Without accents: Łukasz becomes Lukasz."""
    return words([_plain(name) for name in names])


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", "".join(_FOLDED.get(letter, letter) for letter in name))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def digit_slips(rng: Generator, numbers: Words) -> Words:
    """One digit of a number mistyped (never the first three)."""
    at, up = rng.integers(3, 10, len(numbers)), rng.integers(1, 10, len(numbers))
    changed = zip(numbers, at, up, strict=True)
    return words([f"{n[:k]}{(int(n[k]) + int(d)) % 10}{n[k + 1 :]}" if len(n) == 10 else n for n, k, d in changed])


def dates(rng: Generator, days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """A date a keying slip away: a day or ten, a month, or a year or ten off."""
    step = rng.choice(np.array([-3653, -366, -31, -10, -1, 1, 10, 30, 365, 3652]), len(days))
    return np.asarray(days + step.astype("timedelta64[D]"), dtype="datetime64[D]")


def swapped(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Day and month exchanged, where that is a date."""
    month = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]")
    day, number = (days - month).astype(np.int64) + 1, (month - year).astype(np.int64) + 1
    can = (day <= 12) & (day != number)
    other = (year.astype("datetime64[M]") + (day - 1)).astype("datetime64[D]") + (number - 1)
    return np.asarray(np.where(can, other, days))


def postcodes(rng: Generator, codes: Words) -> Words:
    """The last letter of a postcode mistyped."""
    letters = words(list("ABDEFGHJLNPQRSTUWXYZ"))[rng.integers(20, size=len(codes))]
    return words([code[:-1] + letter if code else code for code, letter in zip(codes, letters, strict=True)])


def shortened(addresses: Words) -> Words:
    """Street kinds abbreviated: Road to Rd."""
    kinds = read("area.toml")["places"]["shortened"]
    out = []
    for address in addresses:
        head, _, kind = address.rpartition(" ")
        out.append(f"{head} {kinds[kind]}" if kind in kinds else address)
    return words(out)
