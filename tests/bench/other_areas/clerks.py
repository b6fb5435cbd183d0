"""Agencies at work: an entry is made of a person once, with whatever was wrong that day, and used again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from . import slips
from .dice import Dice
from .families import SINCE
from .names import NICKNAMES, Name
from .people import ROOFLESS, Home, Person
from .profiles import Habits
from .truth import Entry

KNOWN_BEFORE = {"police": 0.12, "ambulance": 0.1, "ed": 0.6, "mh": 0.15}
"""Share of people of whom an agency has an entry from years ago."""


class Clerk:
    """One agency's desk."""

    def __init__(self, dice: Dice, agency: str, habits: Habits, since: date) -> None:
        self.dice, self.agency, self.habits, self.since = dice, agency, habits, since
        self.entries: dict[int, list[Entry]] = {}
        self.issued = 100_000 + dice.below(500_000)

    def describe(self, person: Person, day: date, scene: Home) -> Entry:
        """A row about this person on this day."""
        dice, habits = self.dice, self.habits
        if dice.falls(habits.unknown * (1.5 if person.crisis else 0.8)):
            return self._unknown(person)
        own = self.entries.setdefault(person.number, [])
        if not own and dice.falls(KNOWN_BEFORE[self.agency]):
            self.register(person)
        if own and dice.falls(habits.finds):
            self._refresh(own, person, day)
            return self._seen(own[0] if dice.falls(0.85) else own[-1], person, day, scene)
        if dice.falls(habits.misfiled) and person.kin:
            return self._misfiled(person, day, scene)
        if dice.falls(habits.registers):
            entry = self._entered(person, day)
            if own and self.agency == "police" and dice.falls(0.4):
                entry.number = own[0].number  # known again by fingerprints, whatever the name given
            own.append(entry)
            return self._seen(entry, person, day, scene)
        return self._seen(self._taken_down(person, day), person, day, scene)

    def register(self, person: Person) -> None:
        """Make an entry of somebody on a day before the first file."""
        day = self.dice.day(max(SINCE, person.born), max(self.since, person.born))
        self.entries.setdefault(person.number, []).append(self._entered(person, day))

    def _unknown(self, person: Person) -> Entry:
        """Nobody knows who it is."""
        words = ("Unknown", "UNK", "Unknown Male" if person.sex == "M" else "Unknown Female", "Not Known")
        return Entry(family=self.dice.pick(words), sex=person.sex if self.dice.falls(0.7) else "", face="unknown")

    def _entered(self, person: Person, day: date) -> Entry:
        """A new entry under a number of its own."""
        self.issued += 1 + self.dice.below(3)
        return replace(self._taken_down(person, day), number=str(self.issued))

    def _refresh(self, own: list[Entry], person: Person, day: date) -> None:
        """At the desk they ask now and then whether the address and name still hold."""
        if own[0].face in ("", "changed name", "moved and slip") and self.dice.falls(0.25):
            home, name = person.home_on(day), person.name_on(day)
            changed = bool(own[0].nhs) or own[0].slips == 0
            own[0] = _housed(replace(own[0], family=name.family if changed else own[0].family), home)
            own[0].face = _face(own[0], person, day)

    def _misfiled(self, person: Person, day: date, scene: Home) -> Entry:
        """The row has somebody else's number: at times the whole entry, at times the person's own name."""
        other = self.dice.pick(person.kin)
        theirs = self.entries.setdefault(other.number, [])
        if not theirs:
            theirs.append(self._entered(other, day))
        if self.dice.falls(0.5):
            return replace(theirs[0], face="borrowed")
        mine = self._seen(self._taken_down(person, day), person, day, scene)
        return replace(mine, number=theirs[0].number, nhs=theirs[0].nhs if self.dice.falls(0.5) else mine.nhs)

    def _said(self, person: Person, day: date) -> tuple[Name, date, str]:
        """The name and birth that the person gives, and why they aren't their own."""
        dice, habits, name = self.dice, self.habits, person.name_on(day)
        if person.alias and dice.falls(habits.alias * 0.6):
            return person.alias, person.alias_born or person.born, "alias"
        if person.borrows and dice.falls(habits.alias * 0.5):
            theirs = person.borrows.name_on(day)
            return (theirs, person.borrows.born, "borrowed") if dice.falls(0.6) else (theirs, person.born, "alias")
        if person.known_as and dice.falls(0.75 if self.agency == "police" else 0.35):
            return replace(name, given=person.known_as), person.born, ""
        if name.given in NICKNAMES and dice.falls(0.06):
            return replace(name, given=dice.pick(NICKNAMES[name.given])), person.born, ""
        if person.renamed and dice.falls(0.08):
            name = replace(name, family=person.name.family)  # still called by the name she was born with
        return name, person.born, ""

    def _taken_down(self, person: Person, day: date) -> Entry:
        """What is written the first time: taken from the national register, or from what was said."""
        dice, habits = self.dice, self.habits
        if person.nhs and dice.falls(habits.traced):
            day = day - timedelta(dice.below(500)) if dice.falls(0.3) else day  # the register lags behind
            name, born, face, home = person.name_on(day), person.born, "", person.home_on(day)
            made = Entry(given=name.given, middle=name.middle, family=name.family, born=born, sex=person.sex)
            made = _housed(made, home)
            made.nhs = self._number(person, day)
        else:
            name, born, face = self._said(person, day)
            made = self._typed(person, name, born, day)
        made.face = face or _face(made, person, day)
        return made

    def _number(self, person: Person, day: date) -> str:
        """The person's number, or the other one, or a slip, or somebody's of the household."""
        dice = self.dice
        if person.nhs_other and (person.nhs_merged is None or day < person.nhs_merged) and dice.falls(0.5):
            return person.nhs_other
        if person.kin and dice.falls(0.0025):
            return dice.pick(person.kin).nhs
        return slips.number(dice, person.nhs) if dice.falls(0.004) else person.nhs

    def _typed(self, person: Person, name: Name, born: date, day: date) -> Entry:
        """An entry from what was said, with the slips of whoever typed it."""
        dice, habits, wrong = self.dice, self.habits, 0
        made = Entry(
            given=name.given,
            middle=name.middle if dice.falls(0.3) else "",
            family=name.family,
            born=born,
            sex=person.sex,
        )
        foreign = 1.0 if person.origin == "english" else 1.8
        for field, often in (("given", 1.0), ("family", 1.6)):
            if dice.falls(habits.slip * often * foreign * (1 + 2 * habits.told)):
                setattr(made, field, slips.wrong(dice, getattr(made, field), habits.told))
                wrong += 1
        self._misshapen(made, person)
        if dice.falls(habits.slip * 1.3):
            made.born, wrong = slips.birth(dice, born), wrong + 1
        if dice.falls(habits.number * 0.25) and person.nhs:
            made.nhs = self._number(person, day)
        home = person.home_on(day) if dice.falls(0.85) else person.home_on(day - timedelta(400))
        made = _housed(made, home)
        if dice.falls(habits.slip) and home is not ROOFLESS:
            made.postcode = slips.postcode(dice, made.postcode)
        made.slips = wrong
        return made

    def _misshapen(self, made: Entry, person: Person) -> None:
        """Names put into the wrong boxes, left out, shortened to an initial or swapped; one of two family names."""
        dice, slip = self.dice, self.habits.slip
        if dice.falls(slip * (0.25 if person.origin == "english" else 1.5)):
            made.given, made.family = made.family, made.given
        if dice.falls(slip * 0.5):
            made.given = made.given[:1]
        parts = made.family.replace("-", " ").split()
        if len(parts) > 1 and dice.falls(0.45):
            made.family = dice.pick(parts)
        if person.origin == "punjabi" and made.middle and dice.falls(0.5):
            made.family, made.middle = made.middle, ""
        if person.alias and dice.falls(0.15):
            made.aliases = f"{person.alias.given} {person.alias.family}"

    def _seen(self, entry: Entry, person: Person, day: date, scene: Home) -> Entry:
        """The entry as this row has it: what the system can't hold is lost, and some boxes are left empty."""
        dice, habits = self.dice, self.habits
        row = replace(entry, family=entry.family[: habits.cut])
        if self.agency != "mh":
            plain = slips.marred if self.agency == "police" and dice.falls(0.15) else slips.bare
            row.given, row.middle, row.family = plain(row.given), plain(row.middle), plain(row.family)
        if dice.falls(habits.no_birth):
            row.born = None
        elif dice.falls(habits.age_only):
            row.born, row.age = None, slips.age(dice, person.age_on(day))
        elif dice.falls(0.006):
            row.born = date(1900, 1, 1)
        if dice.falls(habits.event_postcode):
            row = replace(_housed(row, scene), away=True)
        elif dice.falls(habits.no_home):
            row.postcode, row.house, row.street = "", "", ""
        if dice.falls(0.03):
            row.sex = ""
        return row


def _housed(entry: Entry, home: Home) -> Entry:
    return replace(entry, house=home.house, street=home.street, postcode=home.postcode)


def _face(entry: Entry, person: Person, day: date) -> str:
    """Why a row may look like another person's."""
    latest = person.name_on(date.max).family
    if person.renamed and entry.family != latest and person.name_on(day).family != latest:
        return "changed name"
    if entry.nhs and entry.nhs == person.nhs_other:
        return "two numbers"
    moved = entry.postcode != person.homes[-1][1].postcode
    return "moved and slip" if moved and entry.slips else ""
