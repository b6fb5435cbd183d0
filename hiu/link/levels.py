"""The fields two descriptions are compared on, and the levels of agreement of each.

The scorer sees nothing else: levels in, weight and contributions out. A pair's levels are packed
four bits a field into one integer, so that each distinct pattern of agreement is scored once.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

FIELDS: dict[str, tuple[str, ...]] = {
    "given": ("missing", "exact_common", "exact", "exact_rare", "nickname", "middle", "initial", "typo", "sound",
              "alias", "swapped", "close", "different", "exact_frequent"),
    "family": ("missing", "exact_common", "exact", "exact_rare", "part", "typo", "sound", "alias", "swapped",
               "close", "different", "exact_frequent"),
    "middle": ("missing", "exact", "initial", "different"),
    "dob": ("missing", "exact", "day_month_swapped", "typo", "two_parts", "same_year", "different", "age_agrees",
            "age_near", "age_loose", "age_differs", "exact_estimated", "age_same_year", "decade_slip",
            "other_generation"),
    "place": ("missing", "house", "street", "postcode", "same_postcode_other_house", "postcode_typo", "sector",
              "district", "different", "shared"),
    "nhs_number": ("missing", "same", "typo", "different"),
    "sex": ("missing", "same", "different"),
    "local_id": ("missing", "same", "same_crowded", "different", "typo"),
    "kin": ("none", "twin", "parent_child", "namesake", "household", "twin_alike", "name_only",
            "number_only", "generations"),
    "event": ("none", "shared"),
}  # fmt: skip
"""Field -> names of its levels, in code order; code 0 is always 'nothing to compare'."""

LATER = {
    "local_id": {"typo": "different"},
    "kin": {"number_only": "none", "generations": "none"},
    "given": {"exact_frequent": "exact_common"},
    "family": {"exact_frequent": "exact_common"},
    "dob": {"age_same_year": "age_agrees", "decade_slip": "typo", "other_generation": "two_parts"},
}
"""Levels added since models were in use -> the level that their pairs had before, which an older model weighs."""

UNIQUE = (("nhs_number", "same"), ("local_id", "same"), ("event", "shared"))
"""What hardly ever agrees by chance, however many people there are: a number that is given to one person."""

NAMES = tuple(FIELDS)
DECISIVE = ("nhs_number", "local_id", "event")
"""Fields that speak for themselves, whatever else agrees or differs: no other field corrects what they weigh."""
COMBINATIONS = tuple(two for two in combinations(NAMES, 2) if not set(two) & set(DECISIVE))
"""Pairs of fields whose levels may weigh more, or less, together than apart."""
CODE = {field: {level: code for code, level in enumerate(levels)} for field, levels in FIELDS.items()}
_BITS = 4

Levels = NDArray[np.uint8]
Codes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Reals = NDArray[np.float64]
Patterns = NDArray[np.uint64]


def pack(levels: Levels) -> Patterns:
    """Levels [pairs, fields] as one integer a pair."""
    return pack_columns(dict(zip(NAMES, levels.T, strict=True)))


def pack_columns(levels: dict[str, Codes]) -> Patterns:
    """The levels of each field as one integer a pair."""
    packed = np.zeros(len(levels["given"]), dtype=np.uint64)
    for k, name in enumerate(NAMES):
        packed |= levels[name].astype(np.uint64) << np.uint64(_BITS * k)
    return packed


def unpack(packed: Patterns) -> Levels:
    """The inverse of `pack`."""
    columns = [(packed >> np.uint64(_BITS * k)) & np.uint64(2**_BITS - 1) for k in range(len(NAMES))]
    return np.stack(columns, axis=1).astype(np.uint8)


def is_at(packed: Patterns, field: str, level: str) -> Flags:
    """Whether pairs agree on a field to this level."""
    found: Flags = (packed >> np.uint64(_BITS * NAMES.index(field))) & np.uint64(15) == CODE[field][level]
    return found


_SAYS = sum(15 << (_BITS * k) for k, name in enumerate(NAMES) if name not in ("middle", "sex", "kin"))


def is_silent(packed: Patterns) -> Flags:
    """Whether nothing that tells people apart could be compared: neither name, birth, place, number nor event."""
    found: Flags = (packed & np.uint64(_SAYS)) == 0
    return found
