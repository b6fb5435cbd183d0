"""How an agency's system describes people: the truth, as written down with slips.

A person has a few descriptions in a system (a record is copied more often than keyed anew), so rows repeat them.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiu.synth.lists import Days, Flags, Generator, Ints, Words, blank, some
from hiu.synth.people import slips as slip
from hiu.synth.people.people import People
from hiu.synth.people.places import NO_FIXED_ABODE, NOT_KNOWN
from hiu.synth.people.slips import Slips

_PLACEHOLDERS = np.array(["1900-01-01", "1901-01-01", "1970-01-01"], dtype="datetime64[D]")


@dataclass
class Descriptions:
    """Rows as a system describes their people; empty text or NaT where nothing is written."""

    given: Words
    middle: Words
    family: Words
    other: Words
    """A further name: 'AKA x' or 'nee x', or empty."""
    dob: Days
    age: Words
    sex: Words
    nhs: Words
    address: Words
    postcode: Words
    local_id: Words
    style: NDArray[np.float64]
    """A draw from 0 to 1 that stays with the description: how its clerk writes."""
    named: Flags
    evidence: Words

    @property
    def linkable(self) -> Flags:
        """The row holds more than a name."""
        return np.asarray((self.evidence != "name_only") & (self.evidence != "none"), dtype=bool)

    def forget(self, rows: Flags, name: Words) -> None:
        """Rows about somebody unknown: `name` in place of a name, and nothing else that could identify."""
        for column in (self.given, self.middle, self.other, self.nhs, self.address, self.postcode, self.local_id):
            column[rows] = ""
        self.family[rows] = name[rows]
        self.dob[rows] = np.datetime64("NaT")
        self.named[rows], self.evidence[rows] = False, "none"


class Clerk:
    """One system's clerks: writes descriptions of people, and counts the slips made.

    `trusted`: the system's own number counts as strong evidence in the truth (a hospital number doesn't).
    """

    def __init__(
        self,
        rng: Generator,
        people: People,
        slips: Slips,
        mess: Counter[str],
        *,
        ids: Words,
        second: Words,
        trusted: bool,
    ) -> None:
        self.rng, self.people, self.slips, self.mess = rng, people, slips, mess
        self.ids, self.second, self.trusted = ids, second, trusted

    def describe(self, who: Ints, day: Days) -> Descriptions:
        """Rows about `who` on `day` (local date)."""
        p, rng = self.people, self.rng
        version = np.minimum(rng.geometric(0.6, len(who)) - 1, 7)
        moved = day >= np.where(np.isnat(p.moved), np.datetime64("9999-01-01"), p.moved)[who]
        renamed = day >= np.where(np.isnat(p.new_surname_from), np.datetime64("9999-01-01"), p.new_surname_from)[who]
        keys, back = np.unique(((who * 8 + version) * 2 + moved) * 2 + renamed, return_inverse=True)
        self.weight = np.bincount(back, minlength=len(keys))
        person = keys // 32
        card = self._card(person, (keys // 2 % 2).astype(bool), (keys % 2).astype(bool))
        out = Descriptions(**{name: column[back] for name, column in card.items()})
        self._ages(out, who, day)
        return out

    def _some(self, kind: str, among: Flags, part: float) -> Flags:
        """A random part of the descriptions flagged, counted in rows under `kind`."""
        chosen = some(self.rng, among, part)
        if count := int(self.weight[chosen].sum()):
            self.mess[kind] += count
        return chosen

    def _card(self, person: Ints, moved: Flags, renamed: Flags) -> dict[str, NDArray[Any]]:
        names, genuine = self._names(person, renamed)
        dob, dob_true, only_age = self._births(person)
        nhs, nhs_own = self._nhs(person)
        local, local_own = self._local(person)
        address, postcode = self._home(person, moved)
        named = names["family"] != ""
        strong, whole = nhs_own | local_own, genuine & named
        where = (address != "") | ((postcode != "") & (postcode != NO_FIXED_ABODE) & (postcode != NOT_KNOWN)) | only_age
        evidence = np.select(
            [strong, whole & dob_true, whole & where, named], ["strong", "demographic", "weak", "name_only"], "none"
        )
        births = {"dob": dob, "age": np.where(only_age, "?", ""), "sex": self._sexes(person)}
        home = {"address": address, "postcode": postcode, "style": self.rng.random(len(person))}
        evidence = evidence.astype(object)
        return {**names, **births, **home, "nhs": nhs, "local_id": local, "named": named, "evidence": evidence}

    def _names(self, person: Ints, renamed: Flags) -> tuple[dict[str, Words], Flags]:
        p, s, rng = self.people, self.slips, self.rng
        given, family = p.forename[person], np.where(renamed, p.new_surname[person], p.surname[person])
        middle = p.middle[person]
        middle = np.where(some(rng, middle != "", s.middle), middle, "").astype(object)
        self.mess["name_changed"] += int(self.weight[renamed].sum())
        other = blank(len(person))
        used = self._some("nickname", p.known_as[person] != given, s.nickname)
        aka = self._some("aka", p.known_as[person] != given, s.aka)
        other[aka] = "AKA " + p.known_as[person][aka]
        given = np.where(used & ~aka, p.known_as[person], given)
        maiden = self._some("maiden_name", p.maiden[person] != "", s.maiden)
        nee = maiden & (rng.random(len(person)) < 0.5) & ~aka
        other[nee] = "nee " + p.maiden[person][nee]
        family = np.where(maiden & ~nee, p.maiden[person], family)
        false = self._some("false_name", p.alias_surname[person] != "", s.alias)
        given = np.where(false, p.alias_forename[person], given)
        family = np.where(false, p.alias_surname[person], family)
        real_name = some(rng, false, 0.3)
        other[real_name] = "AKA " + p.forename[person][real_name] + " " + p.surname[person][real_name]
        given, family = self._misspelt(given.astype(object), family.astype(object))
        short = self._some("initial_only", given != "", s.initial)
        given[short] = [name[0] for name in given[short]]
        alone = self._some("family_name_only", given != "", s.family_only)
        given[alone] = middle[alone] = ""
        crossed = self._some("names_swapped", given != "", s.swapped)
        given, family = np.where(crossed, family, given), np.where(crossed, given, family)
        return {"given": given, "middle": middle, "family": family, "other": other}, ~false & ~short & ~alone

    def _misspelt(self, given: Words, family: Words) -> tuple[Words, Words]:
        s, every = self.slips, np.ones(len(given), dtype=bool)
        for column in (given, family):
            accented = np.fromiter((not name.isascii() for name in column), dtype=bool, count=len(column))
            self._change(column, "accents_lost", accented, s.plain, slip.plain)
            self._change(column, "other_spelling", every, s.spelling, lambda names: slip.spellings(self.rng, names))
            self._change(column, "typing_slip", every, s.typo, lambda names: slip.typos(self.rng, names))
            self._change(column, "letter_as_digit", every, s.scan, lambda names: slip.scans(self.rng, names))
        double = np.fromiter(("-" in name for name in family), dtype=bool, count=len(family))
        half = self._some("half_of_double_name", double, s.half_of_double)
        family[half] = [name.rsplit("-", 1)[-1] for name in family[half]]
        loose = self._some("hyphen_lost", double & ~half, 0.15)
        family[loose] = [name.replace("-", " ") for name in family[loose]]
        return given, family

    def _change(self, column: Words, kind: str, among: Flags, part: float, by: Callable[[Words], Words]) -> None:
        at = np.flatnonzero(some(self.rng, among & (column != ""), part))
        after = by(column[at])
        self.mess[kind] += int(self.weight[at[after != column[at]]].sum())
        column[at] = after

    def _births(self, person: Ints) -> tuple[Days, Flags, Flags]:
        s, true = self.slips, self.people.dob[person]
        dob, every = true.copy(), np.ones(len(person), dtype=bool)
        crossed = self._some("dob_swapped", slip.swapped(true) != true, s.dob_swapped)
        dob[crossed] = slip.swapped(true[crossed])
        mistyped = self._some("dob_typing_slip", every & ~crossed, s.dob_typo)
        dob[mistyped] = slip.dates(self.rng, true[mistyped])
        placeholder = self._some("dob_placeholder", every, s.dob_placeholder)
        dob[placeholder] = self.rng.choice(_PLACEHOLDERS, int(placeholder.sum()), p=[0.7, 0.15, 0.15])
        missing = self._some("dob_missing", every, s.dob_missing)
        only_age = self._some("age_only", ~missing, s.age_only)
        dob[missing | only_age] = np.datetime64("NaT")
        return dob, dob == true, only_age

    def _nhs(self, person: Ints) -> tuple[Words, Flags]:
        s, p, size = self.slips, self.people, len(person)
        nhs, every = p.nhs[person].copy(), np.ones(size, dtype=bool)
        second = self._some("second_nhs_number", p.nhs_second[person] != "", 0.4)
        nhs[second] = p.nhs_second[person][second]
        stray = self._some("nhs_of_another", every, s.nhs_other)
        nhs[stray] = p.nhs[(person[stray] + self.rng.choice([-1, 1, 97], int(stray.sum()))) % len(p)]
        mistyped = self._some("nhs_typing_slip", every, s.nhs_typo)
        nhs[mistyped] = slip.digit_slips(self.rng, nhs[mistyped])
        repeated = self._some("nhs_placeholder", every, s.nhs_repeated)
        nhs[repeated] = "0000000000"
        missing = self._some("nhs_missing", every, s.nhs_missing)
        nhs[missing] = ""
        own = ~(stray | mistyped | repeated | missing)
        spaced = self._some("nhs_spaced", nhs != "", s.nhs_spaced)
        nhs[spaced] = [f"{n[:3]} {n[3:6]} {n[6:]}" for n in nhs[spaced]]
        decimal = self._some("nhs_decimal", (nhs != "") & ~spaced, s.nhs_decimal)
        nhs[decimal] = nhs[decimal] + ".0"
        return nhs, own

    def _local(self, person: Ints) -> tuple[Words, Flags]:
        s, every = self.slips, np.ones(len(person), dtype=bool)
        local = self.ids[person].copy()
        second = self._some("second_local_id", every & (person % 11 == 3), s.id_second * 5)
        local[second] = self.second[person[second]]
        stray = self._some("local_id_of_another", every, s.id_other)
        local[stray] = self.ids[(person[stray] + 1) % len(self.ids)]
        missing = self._some("local_id_missing", every, s.id_missing)
        local[missing] = ""
        return local, ~stray & (local != "") & self.trusted

    def _home(self, person: Ints, moved: Flags) -> tuple[Words, Words]:
        s, p, every = self.slips, self.people, np.ones(len(person), dtype=bool)
        moved = moved & ~self._some("address_out_of_date", moved, s.address_old)
        address = np.where(moved, p.address2[person], p.address[person]).astype(object)
        postcode = np.where(moved, p.postcode2[person], p.postcode[person]).astype(object)
        self.mess["no_fixed_abode"] += int(self.weight[address == "NFA"].sum())
        self.mess["hostel"] += int(self.weight[p.hostel[person] & ~moved].sum())
        short = self._some("address_shortened", every, s.address_short)
        address[short] = slip.shortened(address[short])
        address[self._some("address_missing", every, s.address_missing)] = ""
        real = postcode != NO_FIXED_ABODE
        mistyped = self._some("postcode_typing_slip", real, s.postcode_typo)
        postcode[mistyped] = slip.postcodes(self.rng, postcode[mistyped])
        part = self._some("postcode_part", real, s.postcode_part)
        postcode[part] = [code.split()[0] for code in postcode[part]]
        joined = self._some("postcode_joined", real & ~part, s.postcode_joined)
        postcode[joined] = [code.replace(" ", "") for code in postcode[joined]]
        missing = self._some("postcode_missing", every, s.postcode_missing)
        postcode[missing] = np.where(self.rng.random(int(missing.sum())) < 0.2, NOT_KNOWN, "")
        return address, postcode

    def _sexes(self, person: Ints) -> Words:
        sex, every = self.people.sex[person].copy(), np.ones(len(person), dtype=bool)
        wrong = self._some("sex_wrong", every, self.slips.sex_wrong)
        sex[wrong] = np.where(sex[wrong] == "F", "M", "F")
        sex[self._some("sex_missing", every, self.slips.sex_missing)] = ""
        return sex

    def _ages(self, out: Descriptions, who: Ints, day: Days) -> None:
        years = (day - self.people.dob[who]).astype(np.int64) / 365.2425
        years = np.maximum(years + np.round(self.rng.normal(0, 0.8, len(who))), 0).astype(np.int64)
        text = years.astype("U3").astype(object)
        out.age = np.where(out.age == "?", text, "").astype(object)
