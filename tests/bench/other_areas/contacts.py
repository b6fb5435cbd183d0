"""Who has contact with which agency, and when: most people seldom, a few in crises that four agencies see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .dice import Dice
from .families import Town
from .names import NICKNAMES, Name, family, given
from .people import ROOFLESS, Person


@dataclass(kw_only=True, slots=True)
class Contact:
    """One agency's contact with one person; what followed from what has the same crisis."""

    agency: str  # police, ambulance, ed, s136, stay
    person: Person
    at: datetime
    crisis: int
    role: str = "Subject"
    until: datetime | None = None


def temper(town: Town, months: int) -> None:
    """Give everybody a rate of contact, and those in frequent contact the troubles that go with it."""
    dice, one = town.dice, town.profile
    for person in town.people:
        kind = person.homes[-1][1].kind
        likely = {"hostel": 12.0, "none": 18.0}.get(kind, 1.0) * (0.15 if person.age_on(town.last) < 16 else 1.0)
        person.crisis = dice.falls(min(0.5, one.frequent * likely))
        if person.crisis:
            total = min(300.0, 12 * max(dice.share(), 0.004) ** -0.75)
            person.rate = total * 12 / months
        else:
            person.rate = one.calm * float(dice.rng.gamma(0.55, 1.0)) / 0.55 * min(likely, 2.0)
        _troubles(town, person)


def _troubles(town: Town, person: Person) -> None:
    """Moves, other names and borrowed ones."""
    dice = town.dice
    if person.crisis and dice.falls(0.5):
        moved = dice.day(town.last - timedelta(700), town.last)
        home = ROOFLESS if dice.falls(0.3) else town.map.shared("hostel") if dice.falls(0.3) else town.map.home()
        person.homes = [move for move in person.homes if move[0] < moved] + [(moved, home)]
    if dice.falls(0.25 if person.crisis else 0.01):
        own = person.name
        first = given(dice, person.origin, person.sex, person.born.year)
        first = dice.pick(NICKNAMES.get(own.given, [own.given])) if dice.falls(0.5) else first
        person.alias = Name(given=first, middle="", family=family(dice, person.origin))
        off = timedelta(dice.pick((-365, 365, -31, 31, 10, 1000)))
        person.alias_born = person.born + off if dice.falls(0.5) else person.born
    alike = [one for one in person.kin if one.sex == person.sex and abs((one.born - person.born).days) < 5000]
    if alike and dice.falls(0.15 if person.crisis else 0.02):
        person.borrows = dice.pick(alike)


def contacts(town: Town, first: date) -> list[Contact]:
    """All contacts of the area from the first day on, by day."""
    dice, made, crisis = town.dice, [], 0
    years = (town.last - first).days / 365.25
    for person in town.people:
        for _ in range(dice.count(person.rate * years / (2.1 if person.crisis else 1.35))):
            day = dice.day(max(first, person.born), min(town.last, person.died or town.last))
            crisis += 1
            if first <= day <= town.last:
                made += _crisis(dice, person, day, crisis, town.last)
    return sorted(made, key=lambda one: (one.at, one.crisis, one.agency))


def _crisis(dice: Dice, person: Person, day: date, crisis: int, last: date) -> list[Contact]:
    """What one bad day leads to: often one contact, in a crisis several."""
    at = datetime(day.year, day.month, day.day, dice.below(24), dice.below(60))

    def contact(agency: str, hours: float, role: str = "Subject", until: datetime | None = None) -> Contact:
        when = min(at + timedelta(minutes=int(60 * hours)), datetime(last.year, last.month, last.day, 23, 59))
        return Contact(agency=agency, person=person, at=when, crisis=crisis, role=role, until=until)

    start = dice.share()
    chain = []
    if start < (0.42 if person.crisis else 0.3):
        role = (
            "Subject"
            if person.crisis and dice.falls(0.7)
            else dice.pick(("Caller", "Victim", "Witness", "Subject", "Suspect"))
        )
        chain.append(contact("police", 0, role))
        if person.crisis and role == "Subject" and dice.falls(0.14) and person.age_on(day) > 14:
            chain.append(contact("s136", dice.between(0.5, 6)))
    ill = start > 0.3 or dice.falls(0.4)
    if ill and dice.falls(0.45):
        chain.append(contact("ambulance", 0.6))
    if ill and (not chain or dice.falls(0.6)):
        chain.append(contact("ed", dice.between(1.2, 3)))
    admitted = 0.3 if any(one.agency == "s136" for one in chain) else 0.07 if person.crisis else 0.004
    if dice.falls(admitted) and person.age_on(day) > 15:
        until = at + timedelta(days=dice.between(0.3, 4) * dice.between(0, 20), hours=30)
        chain.append(contact("stay", 24, until=until))
    return chain
