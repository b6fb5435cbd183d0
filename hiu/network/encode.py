"""The second stage: hardened encodings (package pprl-core) of the few people whom only an exact value brings near.

Parts of names, of the birth and of the home set bits of a filter, under a key of the pair, of the session and of the
month of birth, so that people born in different months have no bit in common but by chance. The filter is then
shuffled, folded by exclusive or, shuffled again and diffused (each bit becomes that of its neighbours), so that no bit
stands for one part of a name.
"""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.network.blind import keyed, order, with_dummies

Bits = NDArray[np.uint8]
"""Entries x BYTES."""
BYTES = 128
_SIZE = 2 * 8 * BYTES
ALIKE = 0.73
"""Dice coefficient from which two encodings are one person; measured by tests/bench/cross_sites.py."""
_BITS = {"given": 170, "family": 130, "day": 80, "month": 50, "sex": 20, "area": 8, "home": 24}
"""Bits that each field sets, shared among its parts: the same for every person, however long a name is."""
FEWEST_INVENTED = 20
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
        for field, parts in _parts(row).items():
            for part in parts:
                seed = keyed(key, "part", row["dob"].year, row["dob"].month, field, part)
                random_hash(filter_, round(_BITS[field] / len(parts)), Random(seed))
        for harden in (shuffles[0], xor_fold(), shuffles[1], rule_90()):
            filter_ = harden(filter_)
        found.append(filter_.tobytes())
    return np.frombuffer(b"".join(found), dtype=np.uint8).reshape(-1, BYTES)


def _parts(row: dict[str, Any]) -> dict[str, list[str]]:
    """What of a person sets bits, by field: pairs of letters of the names, the birth, the sex, the home and its area.

    What a person lacks is made up of all that is there, so that it sets as many bits and agrees with nobody's.
    """
    from pprl_core.common import tokenize

    home = row["postcode"] or ""
    values = {
        "day": row["dob"].day,
        "month": row["dob"].month,
        "sex": row["sex"],
        "area": home.split(" ")[0],
        "home": home,
    }
    parts = {field: sorted(tokenize(row[field])) for field in ("given", "family") if row[field]}
    parts |= {field: [str(value)] for field, value in values.items() if value}
    return {field: parts.get(field) or [f"none|{sorted(parts.items())}"] for field in _BITS}


def invented(people: pl.DataFrame, real: int, key: bytes) -> pl.DataFrame:
    """People who are not, beside `real` ones: each field is another person's, in an order that the key makes."""
    extra = max(FEWEST_INVENTED, with_dummies(real) - real)
    born = people.filter(pl.col("dob").is_not_null())
    mixed = [born[field].gather(order(born.height, key, field)[:extra]) for field in _FIELDS]
    nobody = {"person_id": pl.lit(""), "other": pl.lit(None, pl.String)}
    return pl.DataFrame(mixed).with_columns(**nobody).select(people.columns)


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
