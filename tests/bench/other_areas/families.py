"""Families and households: who is kin to whom, who shares a door, and how their lives go on over the years."""

from __future__ import annotations

from datetime import date, timedelta

from .dice import Dice, Weighted
from .names import NICKNAMES, Name, family, full, inflected, keeps_name
from .people import ROOFLESS, Home, Map, Numbers, Person
from .profiles import Profile

SINCE = date(2011, 1, 1)
"""Lives are followed from here: entries that agencies made long ago have the name and home of then."""
LAST_BIRTH = date(2015, 12, 31)
Homes = list[tuple[date, Home]]


class Town:
    """An area's people, made household by household."""

    def __init__(self, dice: Dice, profile: Profile, size: int, last: date) -> None:
        self.dice, self.profile, self.size, self.last = dice, profile, size, last
        self.map = Map(dice, profile.kind, size // 2)
        self.numbers = Numbers(dice)
        self.origins = Weighted(list(profile.origins), list(profile.origins.values()))
        self.people: list[Person] = []
        while len(self.people) < size:
            self._household()

    def _household(self) -> None:
        """One household: a family, or one of the kinds of house that many share."""
        dice, one = self.dice, self.profile
        shared = {"hostel": (one.hostel, 34), "hall": (one.hall, 9), "care": (one.care, 26)}
        draw = dice.share()
        for kind, (share, most) in shared.items():
            draw -= share / most * 3.4  # a household is 1.8 people, a house of many about half of its most
            if draw < 0:
                return self._house_of_many(kind, 3 + dice.below(most))
        draw -= one.roofless * 1.8
        if draw < 0:
            return self._alone([(SINCE, ROOFLESS)], 1955, 2003)
        visitor = dice.falls(one.visitors)
        homes = self._homes(inside=not visitor)
        return self._alone(homes, 1932, 2003) if dice.falls(0.4) else self._family(homes)

    def _house_of_many(self, kind: str, beds: int) -> None:
        """People who share an address and nothing else."""
        years = {"hostel": (1955, 2006), "hall": (1993, 2007), "care": (1930, 1948)}[kind]
        home = self.map.shared(kind)
        for _ in range(beds):
            came = self.dice.day(date(2019, 1, 1), self.last - timedelta(60))
            self._alone([*self._homes(inside=self.dice.falls(0.5)), (came, home)], *years)

    def _homes(self, *, inside: bool = True, busy: float = 1.0) -> Homes:
        """Where a household lives, one home after another."""
        dice, homes = self.dice, [(SINCE, self.map.home(inside=inside))]
        gap = 365 / (self.profile.moves * busy)
        day = SINCE + timedelta(int(dice.rng.exponential(gap)))
        while day < self.last:
            homes.append((day, self.map.home(inside=inside and dice.falls(0.93))))
            day += timedelta(30 + int(dice.rng.exponential(gap)))
        return homes

    def _alone(self, homes: Homes, first: int, last: int) -> None:
        """Somebody without kin here."""
        origin = self.origins.draw(self.dice)
        sex = "M" if self.dice.falls(0.55) else "F"
        self.person(origin, sex, self._birth(first, last), self._line(origin), homes)

    def _line(self, origin: str) -> str:
        return family(self.dice, origin, self.profile.rare)

    def _birth(self, first: int, last: int) -> date:
        return self.dice.day(date(max(first, 1930), 1, 1), min(date(last, 12, 31), LAST_BIRTH))

    def person(self, origin: str, sex: str, born: date, line: str, homes: Homes, given: str = "") -> Person:
        """A new person, with the numbers and habits that don't hang on kin."""
        dice = self.dice
        born = born.replace(month=1, day=1) if origin in ("arabic", "muslim", "nigerian") and dice.falls(0.05) else born
        name = full(dice, origin, sex, born.year, line)
        name = Name(given=given, middle=name.middle, family=name.family) if given else name
        made = Person(number=len(self.people), sex=sex, born=born, origin=origin, name=name, homes=homes)
        made.known_as = self._known_as(name, origin)
        made.nhs = self.numbers.next() if origin in ("english", "welsh") or dice.falls(0.93) else ""
        if made.nhs and dice.falls(0.006 if origin in ("english", "welsh") else 0.02):
            made.nhs_other = self.numbers.next()
            made.nhs_merged = dice.day(date(2022, 1, 1), self.last) if dice.falls(0.6) else None
        old = 2025 - born.year
        if dice.falls(0.0005 * 1.09 ** max(0, old - 30)):
            made.died = dice.day(self.last - timedelta(720), self.last)
        self.people.append(made)
        return made

    def _known_as(self, name: Name, origin: str) -> str:
        dice = self.dice
        if name.given in NICKNAMES and dice.falls(0.35):
            return dice.pick(NICKNAMES[name.given])
        often = 0.6 if origin in ("chinese", "nigerian") else 0.04
        return name.middle if name.middle not in ("", "Singh", "Kaur") and dice.falls(often) else ""

    def _family(self, homes: Homes) -> None:
        """A couple or a lone parent, their children, and what became of those who left."""
        dice, origin = self.dice, self.origins.draw(self.dice)
        line = self._line(origin)
        mother_born = self._birth(1932, 1994)
        kin: list[Person] = []
        if not dice.falls(0.2):
            shift = timedelta(int(dice.rng.normal(-700, 1500)))
            born = min(max(mother_born + shift, date(1930, 1, 2)), date(1999, 1, 1))
            kin.append(self.person(origin, "M", born, line, homes))
        mother = self.person(origin, "F", mother_born, self._line(origin), homes)
        self._wed(mother, line, always=bool(kin))
        kin.append(mother)
        for _ in range(dice.pick((0, 0, 1, 1, 2, 2, 3, 4))):
            self._births(kin, mother_born, origin, line, homes)
        for one in kin:
            one.kin = [other for other in kin if other is not one]

    def _wed(self, bride: Person, line: str, *, always: bool) -> None:
        """A wife takes her husband's name, long ago or lately, and one in nine goes back to her own."""
        dice = self.dice
        if keeps_name(bride.origin) or not dice.falls(0.75 if always else 0.4):
            return
        married = inflected(line, bride.origin, "F")
        if dice.falls(0.06):
            married = f"{bride.name.family}-{married}"
        day = dice.day(SINCE, self.last) if dice.falls(0.3) else date(2000, 1, 1)
        bride.renamed.append((day, married))
        if dice.falls(0.11):
            back = dice.day(max(day, SINCE), self.last)
            bride.renamed.append((back, bride.name.family))

    def _births(self, kin: list[Person], mother_born: date, origin: str, line: str, homes: Homes) -> None:
        """A birth, one in 25 of twins: more than in life, as they are looked for. Names run in families."""
        dice = self.dice
        born = mother_born + timedelta(int(365.25 * dice.between(19, 41)))
        if born > LAST_BIRTH:
            return
        sex = "M" if dice.falls(0.51) else "F"
        parent = next((one for one in kin if one.sex == sex and (born - one.born).days > 5500), None)
        given = parent.name.given if parent and dice.falls(0.045) else ""
        first = self._child(kin, origin, sex, born, line, homes, given)
        if first and dice.falls(0.04):
            other = sex if dice.falls(0.67) else "M" if sex == "F" else "F"
            self._child(kin, origin, other, first.born, line, first.homes, "")

    def _child(
        self, kin: list[Person], origin: str, sex: str, born: date, line: str, homes: Homes, given: str
    ) -> Person | None:
        """A child at home, or a grown-up one who stayed in the area; the others are not seen here."""
        dice, age = self.dice, 2025 - born.year
        leaves = age > 32 or (age > 19 and dice.falls(0.6))
        if leaves and not dice.falls(self.profile.near_kin):
            return None
        child = self.person(origin, sex, born, line, self._left_home(homes, born) if leaves else homes, given)
        if leaves and sex == "F" and age > 22:
            self._wed(child, self._line(self.origins.draw(dice)), always=False)
        kin.append(child)
        return child

    def _left_home(self, homes: Homes, born: date) -> Homes:
        left = max(born + timedelta(int(365 * self.dice.between(18, 28))), SINCE)
        own = [move for move in self._homes() if move[0] > left]
        return [move for move in homes if move[0] < left or move is homes[0]] + [(left, self.map.home()), *own]
