"""Five more invented registers with the truth, each of another kind, for `link_public.py`.

`patients`: a clinic's people twice over and more, with few errors: birth, sex, e-mail, city. `census`: two counts of
the same households, one row a person in each, where names are misheard and ages are rounded: birth place, occupation,
no day of birth. `customers`: many short accounts with e-mail, city and postcode and no birth at all. `members`: a small
club of families with twins and namesakes, and good records. `passengers`: a large list of people seen once to four
times, by name, age, birth place and occupation alone. Each column is text; `true` is the person. The same for the
same seed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from link_registers import ENDS, SYLLABLES

from hiu.link.describe.names import shares

Row = dict[str, str | None]
WORK = (
    "BAKER", "BOATMAN", "CARPENTER", "CLERK", "COOPER", "DOMESTIC SERVANT", "DRAPER", "FARM LABOURER", "FARMER",
    "GARDENER", "GROCER", "LAUNDRESS", "MASON", "MINER", "NURSE", "SCHOLAR", "SEAMSTRESS", "SHOEMAKER", "TAILOR",
    "TEACHER", "WEAVER",
)  # fmt: skip
HOSTS = ("mail.test", "post.test", "inbox.test", "home.test", "letters.test")
KEYS = {"A": "SQ", "E": "WR", "I": "UO", "O": "IP", "N": "BM", "M": "N", "S": "AD", "T": "RY", "R": "ET", "L": "K"}


def patients(seed: int, people: int = 3000) -> pd.DataFrame:
    """given_name, surname, dob, gender, email, city: one to four rows a person, one value in twenty changed."""
    made = _Made(seed, error=0.05, blank=0.08)
    born = [made.person() for _ in range(people)]
    rows = [made.row(one, "given_name surname dob gender email city") for one in born for _ in range(made.copies(1, 5))]
    return _shuffled(rows, made.rng)


def census(seed: int, households: int = 1500) -> pd.DataFrame:
    """given_name, surname, birth_year, gender, birth_place, occupation, city: two rows a person."""
    made = _Made(seed, error=0.12, blank=0.06)
    born = [one for _ in range(households) for one in made.household(1 + int(made.rng.poisson(2.5)))]
    kept = "given_name surname birth_year gender birth_place occupation city"
    return _shuffled([made.row(one, kept) for one in born for _ in range(2) if not made.chance(0.05)], made.rng)


def customers(seed: int, people: int = 9000) -> pd.DataFrame:
    """given_name, surname, email, city, postcode: one to six rows a person, most of one or two."""
    made = _Made(seed, error=0.08, blank=0.15)
    rows = []
    for _ in range(people):
        one = made.person()
        for _ in range(min(1 + int(made.rng.geometric(0.55)) - 1, 6)):
            rows.append(made.row(one, "given_name surname email city postcode"))
            if made.chance(0.15):
                one = one | made.home()
            if made.chance(0.1):
                one = one | {"email": made.address(one)}
    return _shuffled(rows, made.rng)


def members(seed: int, households: int = 350) -> pd.DataFrame:
    """given_name, surname, dob, gender, postcode: families with twins and fathers' names, few errors."""
    made = _Made(seed, error=0.03, blank=0.03)
    born = [one for _ in range(households) for one in made.household(2 + int(made.rng.poisson(1.2)))]
    kept = "given_name surname dob gender postcode"
    return _shuffled([made.row(one, kept) for one in born for _ in range(made.copies(1, 4))], made.rng)


def passengers(seed: int, people: int = 14000) -> pd.DataFrame:
    """given_name, surname, birth_year, gender, birth_place, occupation: one to four rows, many errors."""
    made = _Made(seed, error=0.14, blank=0.1)
    kept = "given_name surname birth_year gender birth_place occupation"
    rows = []
    for _ in range(people):
        one = made.person()
        rows += [made.row(one, kept) for _ in range(made.copies(1, 5))]
    return _shuffled(rows, made.rng)


KINDS: dict[str, Callable[[int], pd.DataFrame]] = {
    "patients": patients,
    "census": census,
    "customers": customers,
    "members": members,
    "passengers": passengers,
}


def _shuffled(rows: list[Row], rng: np.random.Generator) -> pd.DataFrame:
    table = pd.DataFrame(rows).iloc[rng.permutation(len(rows))].reset_index(drop=True)
    table.index = pd.Index([f"r{k:06}" for k in range(len(table))], name="rec_id")
    return table


class _Made:
    """People and the mistakes of whoever writes them down, from one stream of chance."""

    def __init__(self, seed: int, *, error: float, blank: float) -> None:
        self.rng = np.random.default_rng(seed)
        self.error, self.blank, self.made = error, blank, 0
        self.names = {kind: self._listed(kind) for kind in ("given", "family")}
        towns = sorted({self.word() for _ in range(160)})
        size = 1 / np.arange(1, len(towns) + 1)
        self.towns, self.sizes = towns, size / size.sum()

    def _listed(self, kind: str) -> tuple[list[str], np.ndarray]:
        weight = np.array(list(shares(kind).values()))
        return list(shares(kind)), weight / weight.sum()

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def copies(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high))

    def word(self) -> str:
        return str(self.rng.choice(SYLLABLES)) + str(self.rng.choice(ENDS))

    def name(self, kind: str, listed: float) -> str:
        names, weight = self.names[kind]
        return str(self.rng.choice(names, p=weight)) if self.chance(listed) else self.word()

    def town(self) -> str:
        return str(self.rng.choice(self.towns, p=self.sizes))

    def home(self) -> Row:
        town = self.town()
        k = self.towns.index(town)
        inward = f"{self.rng.integers(1, 10)}{'ABDEFGHJ'[self.rng.integers(8)]}{'LNPQRSTU'[self.rng.integers(8)]}"
        return {"city": town, "postcode": f"{town[:2]}{1 + k % 20} {inward}"}

    def person(self, **given: str | None) -> Row:
        """Somebody, as they would write themselves."""
        self.made += 1
        day = np.datetime64("1930-01-01") + int(self.rng.integers(0, 28_000))
        one: Row = {
            "true": str(self.made),
            "given_name": self.name("given", 0.97),
            "surname": self.name("family", 0.7),
            "dob": str(day),
            "gender": "F" if self.chance(0.5) else "M",
            "birth_place": self.town(),
            "occupation": str(self.rng.choice(WORK)),
            **self.home(),
            **given,
        }
        one["birth_year"] = str(one["dob"])[:4]
        return one | {"email": self.address(one)}

    def address(self, one: Row) -> str:
        first, last = str(one["given_name"]).lower(), str(one["surname"]).lower()
        number = str(self.rng.integers(1, 100)) if self.chance(0.6) else ""
        ways = (f"{first}.{last}{number}", f"{first[0]}{last}{number}", f"{self.word().lower()}{number}")
        return f"{ways[self.rng.integers(3)]}@{HOSTS[self.rng.integers(5)]}"

    def household(self, size: int) -> list[Row]:
        """People of one name and home; some are twins, some are called as their parent."""
        head = self.person()
        home = {name: head[name] for name in ("surname", "city", "postcode")}
        found = [head]
        for k in range(1, size):
            later = 365 * int(self.rng.integers(18, 40)) + k
            born = {"dob": str(np.datetime64(str(head["dob"])) + later)} if k > 1 else {}
            found.append(self.person(**home, **born))
            if k > 1 and self.chance(0.06):
                found.append(self.person(**home, dob=found[-1]["dob"]))
            if k > 1 and self.chance(0.05):
                found[-1]["given_name"] = head["given_name"]
        return found

    def row(self, one: Row, kept: str) -> Row:
        """One entry: each value may be lacking or wrong."""
        out: Row = {"true": one["true"]}
        for field in kept.split():
            value = None if self.chance(self.blank * (field not in ("given_name", "surname"))) else one[field]
            out[field] = self.wrong(field, value) if value and self.chance(self.error) else value
        if self.chance(self.error / 4):
            out["given_name"], out["surname"] = out["surname"], out["given_name"]
        return out

    def wrong(self, field: str, value: str) -> str:
        """As it is misread, misheard, shortened or replaced."""
        if field == "birth_year":
            return str(int(value) + int(self.rng.choice([-5, -2, -1, -1, 1, 1, 2, 5, 10])))
        if field == "dob":
            year, month, day = value.split("-")
            swapped = f"{year}-{day}-{month}" if int(day) <= 12 else value
            return swapped if self.chance(0.3) else self.slip(value, digits=True)
        if field == "gender":
            return "M" if value == "F" else "F"
        if field in ("city", "birth_place") and self.chance(0.3):
            return self.town()
        if field == "occupation":
            return str(self.rng.choice(WORK)) if self.chance(0.5) else value.split()[0]
        if field == "given_name" and self.chance(0.3):
            return value[: 1 if self.chance(0.5) else max(3, len(value) - 2)]
        if field == "surname" and self.chance(0.15):
            return self.name("family", 0.7)
        return self.slip(value)

    def slip(self, text: str, digits: bool = False) -> str:
        """One letter replaced by a neighbour on the keyboard, left out, or changed in place with the next."""
        at = [k for k, letter in enumerate(text) if letter.isdigit()] if digits else list(range(len(text) - 1))
        if not at:
            return text
        k = int(self.rng.choice(at))
        if digits or text[k].isdigit():
            return text[:k] + str(self.rng.integers(0, 10)) + text[k + 1 :]
        way = int(self.rng.integers(3))
        if way == 0:
            return text[:k] + text[k + 1 :]
        if way == 1:
            return text[:k] + text[k + 1] + text[k] + text[k + 2 :]
        near = KEYS.get(text[k].upper(), "X")
        return text[:k] + near[int(self.rng.integers(len(near)))] + text[k + 1 :]
