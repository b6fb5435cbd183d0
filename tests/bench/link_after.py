"""Three invented registers made after the rule for the line, for `link_public.py`: nothing was tuned on them.

`school`: pupils by name, day of birth, sex and postcode, a row a term; brothers and sisters share name and home, and a
family in six moves. `crowd`: 10 to 30 versions of each person from a bad scan of old print, letters taken for others
that look alike: name, day of birth or year alone, sex. `three`: name and year of birth and nothing more, one to four
rows a person. Each column is text; `true` is the person. The same for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from link_kinds import _Made, _shuffled

SEEN_AS = {"O": "0", "I": "L", "L": "I", "E": "F", "B": "R", "N": "H", "M": "N", "U": "V", "C": "G", "A": "R", "S": "5"}


def school(seed: int, households: int = 1400) -> pd.DataFrame:
    """given_name, surname, dob, gender, postcode: three to six rows a pupil, few errors."""
    made, rows = _Made(seed, error=0.04, blank=0.04), []
    for _ in range(households):
        moves, later = made.chance(1 / 6), made.home()
        for pupil in made.household(1 + int(made.rng.poisson(1.0))):
            for term in range(made.copies(3, 7)):
                home = {"postcode": later["postcode"]} if moves and term >= 2 else {}
                rows.append(made.row(pupil | home, "given_name surname dob gender postcode"))
    return _shuffled(rows, made.rng)


def crowd(seed: int, people: int = 500) -> pd.DataFrame:
    """given_name, surname, dob, birth_year, gender: 10 to 30 rows a person, one value in four misread."""
    made, rows = _Made(seed, error=0.06, blank=0.1), []
    for _ in range(people):
        one = made.person()
        for _ in range(made.copies(10, 31)):
            row = made.row(one, "given_name surname dob birth_year gender")
            row["dob"] = None if made.chance(0.4) else row["dob"]
            rows.append({**row, **{name: _scanned(made, row[name]) for name in ("given_name", "surname")}})
    return _shuffled(rows, made.rng)


def three(seed: int, people: int = 6000) -> pd.DataFrame:
    """given_name, surname, birth_year: one to four rows a person, one value in ten changed."""
    made = _Made(seed, error=0.1, blank=0.02)
    born = [made.person() for _ in range(people)]
    rows = [made.row(one, "given_name surname birth_year") for one in born for _ in range(made.copies(1, 5))]
    return _shuffled(rows, made.rng)


def _scanned(made: _Made, text: str | None) -> str | None:
    """One letter taken for another that looks alike, in one name of four."""
    at = [k for k, letter in enumerate(text or "") if letter in SEEN_AS]
    if not text or not at or not made.chance(0.25):
        return text
    k = at[int(made.rng.integers(len(at)))]
    return text[:k] + SEEN_AS[text[k]] + text[k + 1 :]


AFTER: dict[str, Callable[[int], pd.DataFrame]] = {"school": school, "crowd": crowd, "three": three}
"""Kind of register -> its maker."""
