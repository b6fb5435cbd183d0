"""The second stage: hardened encodings (package pprl-core) of the few people whom only an exact value brings near.

Parts of names, of the birth and of the home set bits of a filter, under a key of the pair, of the session and of the
year of birth, so that people born in different years have no bit in common but by chance. The filter is then shuffled,
folded by exclusive or, shuffled again and diffused (each bit becomes that of its neighbours), so that no bit stands for
one part of a name.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.network.blind import keyed, order, with_dummies

Bits = NDArray[np.uint8]
"""Entries x BYTES."""
BYTES = 128
_SIZE = 2 * 8 * BYTES
ALIKE = 0.75
"""Dice coefficient from which two encodings are one person; measured by tests/bench/cross_sites.py."""
_HASHES = {"given": 14, "family": 14, "birth": 34, "sex": 6, "area": 8, "home": 16}
"""Bits that a part of each field sets."""
_FIELDS = ("given", "family", "dob", "sex", "nhs_number", "postcode")


def encoded(people: pl.DataFrame, key: bytes) -> Bits:
    """The encodings of people (SUBJECT's columns), in their order; nothing of somebody without a birth."""
    from bitarray import bitarray
    from pprl_core.bits import random_hash
    from pprl_core.harden import permute, rule_90, xor_fold

    shuffles = [permute(lambda label=label: Random(keyed(key, "shuffle", label))) for label in (1, 2)]
    found = []
    for row in people.select(_FIELDS).iter_rows(named=True):
        filter_ = bitarray(_SIZE)
        for field, part in _parts(row):
            random_hash(filter_, _HASHES[field], Random(keyed(key, "part", row["dob"].year, field, part)))
        for harden in (shuffles[0], xor_fold(), shuffles[1], rule_90()):
            filter_ = harden(filter_)
        found.append(filter_.tobytes())
    return np.frombuffer(b"".join(found), dtype=np.uint8).reshape(-1, BYTES)


def _parts(row: dict[str, object]) -> list[tuple[str, str]]:
    """What of a person sets bits: pairs of letters of the names, the birth, the sex, the postcode and its area."""
    from pprl_core.common import tokenize

    parts = [(field, gram) for field in ("given", "family") if row[field] for gram in tokenize(str(row[field]))]
    parts += [("birth", f"{n}{part}") for n, part in enumerate(str(row["dob"]).split("-"))]
    parts += [("sex", str(row["sex"]))] if row["sex"] else []
    if row["postcode"]:
        parts += [("area", str(row["postcode"]).split(" ")[0]), ("home", str(row["postcode"]))]
    return parts


def invented(people: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """People who are not: a quarter as many, each field of another person, in an order that only the key can tell."""
    extra = with_dummies(people.height) - people.height
    mixed = [people[field].gather(order(people.height, key, field)) for field in _FIELDS]
    nobody = pl.lit("").alias("person_id")
    return pl.DataFrame(mixed).head(extra).with_columns(nobody, other=pl.lit(None, pl.String))


class Match(NamedTuple):
    """Two encodings that are one person: the place of each, and how alike they are."""

    mine: int
    theirs: int
    alike: float


def matches(mine: Bits, theirs: Bits, numbered: tuple[Sequence[bool], Sequence[bool]]) -> list[Match]:
    """Encodings that are alike, one to one, the most alike first; not of two with a number each, who would have met.

    numbered: who of either side has an NHS number.
    """
    if not len(mine) or not len(theirs):
        return []
    ones = [np.unpackbits(side, axis=1).astype(np.float32) for side in (mine, theirs)]
    dice = 2 * (ones[0] @ ones[1].T) / (ones[0].sum(axis=1)[:, None] + ones[1].sum(axis=1)[None, :])
    dice[np.outer(np.array(numbered[0], dtype=bool), np.array(numbered[1], dtype=bool))] = 0
    found, used = [], (set[int](), set[int]())
    places = np.argwhere(dice >= ALIKE)
    for a, b in sorted(places.tolist(), key=lambda at: (-dice[at[0], at[1]], at)):
        if a not in used[0] and b not in used[1]:
            used[0].add(a)
            used[1].add(b)
            found.append(Match(a, b, float(dice[a, b])))
    return found
