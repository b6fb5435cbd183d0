"""The forms by which a name or a birth that was written with a slip is still known: what tombstones are made of.

As the matcher compares: nickname, sound, one slip of typing, swapped names, day and month swapped, one wrong digit.
Two spellings that are one letter apart share a form, since each has a form for every letter left out.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache

import polars as pl

from hiu.extract.values.people.given import given_groups
from hiu.extract.values.people.sound import sound

Name = tuple[str, str]
"""Folded given and family name; either may be empty."""

_SHORTEST = 3
"""Letters a name needs to be known by its sound, its beginning or one letter left out."""


@cache
def _groups() -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for number, group in enumerate(given_groups()):
        for name in group:
            found.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


class Forms:
    """Forms of the given and family names of some rows; how each sounds is worked out once for all of them."""

    def __init__(self, names: Iterable[Name]) -> None:
        words = sorted(
            {part for name in names for word in name for part in (word, *word.split(), word.replace(" ", ""))}
        )
        heard = pl.DataFrame({"word": words}, schema={"word": pl.String}).select(sound(pl.col("word")))
        self._heard = dict(zip(words, heard.to_series(), strict=True))

    def given(self, word: str, *, erased: bool, loose: bool) -> set[str]:
        """Forms of a given name; `loose` = with those of one slip of typing. A lone letter is an initial."""
        if not word:
            return set()
        if len(word) == 1:
            return {f"initial {word}"} | ({f"initial of {word}"} if erased else set())
        found = self._same(word, loose=loose) | {f"variant {group}" for group in _groups().get(word, ())}
        begins = [word[:size] for size in range(_SHORTEST, len(word))]
        return found | self._beginnings(word, begins, erased=erased) | self._initial(word, erased=erased)

    def family(self, word: str, *, loose: bool) -> set[str]:
        """Forms of a family name, of each of its parts, and of them written as one word."""
        parts = {word, word.replace(" ", ""), *(part for part in word.split() if len(part) >= _SHORTEST)}
        return {form for part in parts if part for form in self._same(part, loose=loose)}

    def _same(self, word: str, *, loose: bool) -> set[str]:
        found = {f"is {word}"}
        if len(word) >= _SHORTEST:
            found |= {f"sounds {self._heard[word]}"} if self._heard.get(word) else set()
            found |= {f"near {form}" for form in _one_left_out(word)} if loose else set()
        return found

    def _beginnings(self, word: str, begins: list[str], *, erased: bool) -> set[str]:
        """Ben and Benjamin: the erased name's beginnings meet the other's whole name, and the other way about."""
        whole, starts = ("long", "short") if erased else ("short", "long")
        return {f"{whole} {word}"} | {f"{starts} {begin}" for begin in begins}

    def _initial(self, word: str, *, erased: bool) -> set[str]:
        """A whole name meets an initial, never another whole name with the same first letter."""
        return {f"initial {word[0]}"} if erased else {f"initial of {word[0]}"}


def _one_left_out(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def swapped(born: date) -> date | None:
    """Day and month in each other's place, None where that is no other date."""
    return born.replace(month=born.day, day=born.month) if born.day <= 12 and born.day != born.month else None


def one_digit_wrong(born: date) -> list[str]:
    """The date with each of its digits left open in turn, the century's two excepted."""
    text = born.isoformat()
    return [f"{text[:at]}?{text[at + 1 :]}" for at in (2, 3, 5, 6, 8, 9)]


def two_parts(born: date) -> list[str]:
    """Two of year, month and day."""
    text = born.isoformat()
    return [text[:8] + "?", text[:5] + "?" + text[7:], "?" + text[4:]]
