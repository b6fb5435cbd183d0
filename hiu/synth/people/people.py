"""Invented people in households: names, births, numbers, addresses, moves, and those easily confused."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.month import Month
from hiu.synth.lists import Days, Flags, Generator, Ints, Reals, Words, blank, choose, read, some, within, words
from hiu.synth.people.naming import forenames, religious_names, surnames
from hiu.synth.people.numbers import digits, nhs_numbers
from hiu.synth.people.places import NO_FIXED_ABODE, hostels, make_places


@dataclass
class People:
    """Everything true about the people of an area, one array entry a person (NaT: never)."""

    origin: Words
    sex: Words
    dob: Days
    household: Ints
    forename: Words
    middle: Words
    surname: Words
    known_as: Words
    maiden: Words
    alias_forename: Words
    alias_surname: Words
    new_surname: Words
    new_surname_from: Days
    nhs: Words
    nhs_second: Words
    address: Words
    postcode: Words
    address2: Words
    postcode2: Words
    moved: Days
    nfa: Flags
    hostel: Flags
    death: Days
    alike: Words
    """What makes the person easy to confuse: twin, namesake (a parent's name and address), or empty."""

    def __len__(self) -> int:
        return len(self.sex)

    def ids(self) -> Words:
        """The person ids of the truth."""
        return digits(np.arange(len(self), dtype=np.int64), "P", 7)

    def frame(self) -> pl.DataFrame:
        """One row a person, for truth/persons.parquet."""
        columns = {name: pl.Series(name, _plain(values)) for name, values in vars(self).items()}
        return pl.DataFrame([pl.Series("person_id", self.ids().tolist()), *columns.values()])


def _plain(values: NDArray[np.generic]) -> NDArray[np.generic] | list[str]:
    return values.tolist() if values.dtype == object else values


def make_people(rng: Generator, weight: Reals, first: Month, last: Month, *, wide: bool) -> People:
    """People for the expected demands `weight`; heavier demand goes with homelessness and moving home."""
    size = len(weight)
    household, place_in = _households(rng, size)
    origin = _origins(rng, household)
    sex = choose(rng, "F M", size)
    sex = _partners(rng, sex, place_in)
    dob = _births(rng, place_in, last.end, years=(last.after - first.start).days / 365.2425)
    surname, maiden = surnames(rng, origin, sex, household, place_in)
    forename, middle = forenames(rng, origin, sex, dob), forenames(rng, origin, sex, dob)
    alike = _confusable(rng, forename, dob, sex, place_in)
    middle[rng.random(size) < np.where(within(origin, ["british", "irish", "welsh", "caribbean"]), 0.4, 0.8)] = ""
    religious_names(rng, origin, sex, middle, surname)
    nicknames = read("names.toml")["nicknames"]
    known_as = words([nicknames.get(name, name).split()[0] for name in forename])
    known_as = np.where(rng.random(size) < 0.45, known_as, forename)
    alias = some(rng, np.ones(size, dtype=bool), 0.008)
    married = some(rng, (sex == "F") & (dob < np.datetime64("2005")), 0.02)
    nhs = nhs_numbers(rng, size + size // 200 + 1)
    home = _homes(rng, weight, household, first, last, wide=wide)
    never = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
    span = (last.after - first.start).days
    day = np.datetime64(first.start) + rng.integers(span, size=size)
    second = some(rng, np.ones(size, dtype=bool), 0.002)
    dies = rng.random(size) < 0.002 * span / 365 * np.where(weight > 8, 4, 1)
    return People(
        origin=origin,
        sex=sex,
        dob=dob,
        household=household,
        forename=forename,
        middle=middle,
        surname=surname,
        known_as=known_as,
        maiden=maiden,
        alias_forename=np.where(alias, forenames(rng, origin, sex, dob), blank(size)),
        alias_surname=np.where(alias, np.roll(surname, 7), blank(size)),
        new_surname=np.where(married, np.roll(surname, 11), blank(size)),
        new_surname_from=np.where(married, day, never),
        nhs=nhs[:size],
        nhs_second=_spread(second, nhs[size:]),
        death=np.where(dies, day, never),
        alike=alike,
        **home,
    )


def _spread(mask: Flags, values: Words) -> Words:
    out = blank(len(mask))
    at = np.flatnonzero(mask)[: len(values)]
    out[at] = values[: len(at)]
    return out


def _households(rng: Generator, size: int) -> tuple[Ints, Ints]:
    sizes = rng.choice([1, 2, 3, 4, 5], size, p=[0.52, 0.24, 0.12, 0.09, 0.03])
    household = np.repeat(np.arange(size), sizes)[:size]
    first = np.searchsorted(household, household)
    return household, np.arange(size) - first


def _origins(rng: Generator, household: Ints) -> Words:
    groups = {name: group for name, group in read("names.toml").items() if "share" in group}
    homes = int(household.max()) + 1
    origin = choose(rng, list(groups), homes, [group["share"] for group in groups.values()])[household]
    mixed = rng.random(len(household)) < 0.08
    origin[mixed] = "british"
    return origin


def _other(sex: Words) -> Words:
    return np.where(sex == "F", "M", "F").astype(object)


def _partners(rng: Generator, sex: Words, place_in: Ints) -> Words:
    """The second adult of a household is mostly of the other sex."""
    second = np.flatnonzero((place_in == 1) & (rng.random(len(sex)) < 0.92))
    sex = sex.copy()
    sex[second] = _other(sex[second - 1])
    return sex


def _births(rng: Generator, place_in: Ints, now: date, *, years: float) -> Days:
    """First adults aged 18 to 95, partners near them, children 19 to 38 years younger than the first and 12 or more:
    younger ones have no contacts of the kinds that are made here.
    """
    size = len(place_in)
    age = np.clip(18 + rng.gamma(2.4, 12.5, size), 18, 96)
    lead = np.arange(size) - place_in
    age = np.where(place_in == 1, np.clip(age[lead] + rng.normal(-1, 4, size), 18, 96), age)
    # nobody is seen before their birth: the youngest is born before the first month
    gap, youngest = rng.uniform(19, 38, size), max(years + 0.2, 12)
    child = np.minimum(age[lead] - gap, 70)
    child = np.where(child < youngest, youngest + (youngest - child) % 6, child)
    np.maximum.at(age, lead, np.where(place_in >= 2, child + gap, 0))
    age = np.where(place_in >= 2, child, age)
    return (np.datetime64(now) - (age * 365.2425).astype("timedelta64[D]")).astype("datetime64[D]")


def _confusable(rng: Generator, forename: Words, dob: Days, sex: Words, place_in: Ints) -> Words:
    """Makes twins (and half of them start with the same letter) and children with a parent's name, in place."""
    size = len(forename)
    alike = blank(size)
    twin = np.flatnonzero(some(rng, place_in >= 3, 0.09))
    dob[twin] = dob[twin - 1]
    alike[twin] = alike[twin - 1] = "twin"
    close = twin[rng.random(len(twin)) < 0.3]
    sex[close] = sex[close - 1]
    near = {name[0]: name for name in forename.tolist()}
    forename[close] = [near[forename[k - 1][0]] for k in close]
    forename[close] = np.where(forename[close] == forename[close - 1], forename[close] + "e", forename[close])
    lead = np.arange(size) - place_in
    same = np.flatnonzero((place_in >= 2) & (sex == sex[lead]) & (rng.random(size) < 0.05) & (alike == ""))
    forename[same] = forename[lead[same]]
    alike[same] = alike[lead[same]] = "namesake"
    return alike


def _homes(rng: Generator, weight: Reals, household: Ints, first: Month, last: Month, *, wide: bool) -> dict[str, Any]:
    size = len(weight)
    places = make_places(rng, size, wide=wide)
    address, postcode = (column[household] for column in places.draw(rng, int(household.max()) + 1))
    address2, postcode2 = places.draw(rng, size)
    chance = np.minimum(weight, 60) ** 0.8
    residents = min(max(60, size // 125), size // 20)
    chosen = rng.choice(size, residents + max(2, size // 90), replace=False, p=chance / chance.sum())
    hostel, nfa = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    hostel[chosen[:residents]], nfa[chosen[residents:]] = True, True
    address[hostel], postcode[hostel] = hostels(rng, places, residents)
    address[nfa], postcode[nfa] = "NFA", NO_FIXED_ABODE
    span = (last.after - first.start).days
    moves = rng.random(size) < np.minimum(0.05 * span / 365 * np.maximum(weight, 1) ** 0.4, 0.6)
    moved = np.where(moves, np.datetime64(first.start) + rng.integers(span, size=size), np.datetime64("NaT", "D"))
    address2, postcode2 = np.where(moves, address2, address), np.where(moves, postcode2, postcode)
    homes = {"address": address, "postcode": postcode, "address2": address2, "postcode2": postcode2}
    return {**homes, "moved": moved, "nfa": nfa, "hostel": hostel}
