"""The first stage: private set intersection by blinded points, on libsodium's Ristretto group (package rbcl).

Each value becomes a point by a hash under the pair's key. One site multiplies its points by its secret, the other by
its own, in either order with the same result: equal values meet, and neither can undo the other's secret. What returns
is in an order of the other site's, so a site that changes nothing sees how many of its people are there too, and
not whose, until the other releases them (docs/network.md: what is known not to hold).
Missing values and invented people are points of nothing, like any other to look at.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.errors import InputRefused
from hiu.network.subjects import SLOTS

Points = NDArray[np.uint8]
"""People x slots x 32 bytes."""
POINT = 32
DUMMIES = 0.25
"""Invented entries beside the real ones, as a share of these."""


def keyed(key: bytes, *words: object) -> bytes:
    """64 bytes of HMAC-SHA512 of some words under a key."""
    return hmac.new(key, "|".join(map(str, words)).encode(), hashlib.sha512).digest()


def with_dummies(real: int) -> int:
    """How many entries stand for `real` people, the invented ones included."""
    return real + ceil(real * DUMMIES)


def order(size: int, key: bytes, label: str) -> list[int]:
    """An order of `size` entries that only who has the key can know."""
    return sorted(range(size), key=lambda one: keyed(key, label, one))


def blinded(values: pl.DataFrame, *, pair: bytes, secret: bytes) -> Points:
    """The points of people and of the invented ones after them, multiplied by the site's secret.

    values: a column for each slot. pair: the key of both sites for this session. secret: the site's own.
    """
    import rbcl

    rows, scalar = values.rows(), _scalar(secret)

    def point(place: tuple[int, int]) -> bytes:
        person, slot = place
        value = rows[person][slot] if person < len(rows) else None
        if value is None:  # a point of nothing is as good as one that was multiplied
            return bytes(rbcl.crypto_core_ristretto255_from_hash(keyed(secret, "nobody", person, slot)))
        own = rbcl.crypto_core_ristretto255_from_hash(keyed(pair, SLOTS[slot], value))
        return bytes(rbcl.crypto_scalarmult_ristretto255(scalar, own))

    places = [(person, slot) for person in range(with_dummies(len(rows))) for slot in range(len(SLOTS))]
    return _stacked(_each(point, places))


def multiplied(points: Points, secret: bytes) -> Points:
    """Every point multiplied by a site's secret. Raises InputRefused for bytes that are no point of the group."""
    import rbcl

    scalar = _scalar(secret)
    flat = points.reshape(-1, POINT)
    try:
        found = _each(lambda one: bytes(rbcl.crypto_scalarmult_ristretto255(scalar, one.tobytes())), list(flat))
    except RuntimeError:
        raise InputRefused(
            "network_points", "holds something that is no point of the group; nothing was used"
        ) from None
    return _stacked(found).reshape(points.shape)


def _scalar(secret: bytes) -> bytes:
    import rbcl

    return bytes(rbcl.crypto_core_ristretto255_scalar_reduce(keyed(secret, "scalar")))


def _each(job: Callable[[Any], bytes], items: Sequence[Any]) -> list[bytes]:
    """The answers in order; the library lets go of the interpreter while it multiplies, so threads share the work."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        size = max(1, len(items) // 64)
        parts = pool.map(lambda at: [job(one) for one in items[at : at + size]], range(0, len(items), size))
        return [one for part in parts for one in part]


def _stacked(points: Iterable[bytes]) -> Points:
    return np.frombuffer(b"".join(points), dtype=np.uint8).reshape(-1, len(SLOTS), POINT)
