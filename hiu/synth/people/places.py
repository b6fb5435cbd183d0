"""Where invented people live: postcodes, houses, hostels, and no fixed abode."""

from dataclasses import dataclass

import numpy as np

from hiu.synth.lists import Generator, Ints, Words, read, words, zipf

NO_FIXED_ABODE = "ZZ99 3VZ"
NOT_KNOWN = "ZZ99 3WZ"
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Places:
    """Postcodes of the area, with the street each lies in."""

    postcodes: Words
    streets: Words

    def draw(self, rng: Generator, size: int) -> tuple[Words, Words]:
        """`size` addresses and their postcodes; one in five is a flat."""
        at = rng.integers(len(self.postcodes), size=size)
        house, flat = rng.integers(1, 120, size), rng.integers(1, 40, size)
        flats = rng.random(size) < 0.2
        text = np.empty(size, dtype=object)
        text[:] = [
            f"Flat {unit}, {number} {street}" if is_flat else f"{number} {street}"
            for unit, number, street, is_flat in zip(flat, house, self.streets[at], flats, strict=True)
        ]
        return text, self.postcodes[at]


def make_places(rng: Generator, people: int, *, wide: bool) -> Places:
    """About one postcode for every dozen people, over the districts of an area (or of a region if `wide`)."""
    area = read("area.toml")["places"]
    districts = words(area["districts"] + (" " + area["region"] if wide else ""))
    size = max(60, people // 12)
    district = zipf(rng, districts, size, 0.5)
    letters = words(list(_LETTERS))
    parts = zip(
        district, rng.integers(10, size=size), *(letters[rng.integers(20, size=size)] for _ in "ab"), strict=True
    )
    codes = words(sorted({f"{out} {digit}{first}{second}" for out, digit, first, second in parts}))
    names, kinds = words(area["streets"]), words(area["kinds"])
    streets = zipf(rng, names, len(codes), 0.4) + " " + zipf(rng, kinds, len(codes), 0.6)
    return Places(codes, streets)


def hostels(rng: Generator, places: Places, residents: int) -> tuple[Words, Words]:
    """Addresses and postcodes of hostel residents: the first hostel holds up to 60, and so on."""
    names = words(read("area.toml")["places"]["hostels"])
    which: Ints = np.arange(residents) // 60
    count = int(which.max(initial=0)) + 1
    at = rng.choice(len(places.postcodes), count, replace=count > len(places.postcodes))
    number = rng.integers(1, 90, count)
    address = words([f"{names[k % len(names)]}, {number[k]} {places.streets[at[k]]}" for k in range(count)])
    return address[which], places.postcodes[at][which]
