"""Hashes: 64-bit digests of values by whole columns; 0 stands for nothing.

They are the same in every process of one polars version (`probe` tells versions apart), so what is
remembered under them can be found again by a later run.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_ODD, _ODDER, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(31)


def hash_values(values: pl.Series, seed: int = 0) -> Hashes:
    """A digest of each value; 0 for null and for the empty text."""
    out = values.hash(seed).to_numpy().copy()
    out[out == 0] = 1
    nothing = values.is_null()
    if values.dtype == pl.String:
        nothing |= (values == "").fill_null(True)
    out[nothing.to_numpy()] = 0
    return out


def numbers(values: NDArray[np.int64]) -> Hashes:
    """A digest of each number that is not negative; 0 for the others."""
    out = mix(values.astype(np.uint64) + np.uint64(1))
    out[values < 0] = 0
    return out


def mix(values: Hashes) -> Hashes:
    """Every bit of the value spread over the whole digest."""
    out = (values ^ (values >> _HALF)) * _ODD
    out = (out ^ (out >> np.uint64(29))) * _ODDER
    spread: Hashes = out ^ (out >> np.uint64(32))
    return spread


def fold(*parts: Hashes) -> Hashes:
    """One digest of several, in order; nothing counts as a value of its own."""
    whole = parts[0].copy()
    for part in parts[1:]:
        whole ^= whole >> _HALF
        whole *= _ODD
        whole += part
    whole ^= whole >> np.uint64(29)
    whole *= _ODDER
    return whole


def key(*parts: Hashes) -> Hashes:
    """One digest of several, in order; 0 where any of them is nothing."""
    out = fold(*parts)
    out[out == 0] = 1
    for part in parts:
        out[part == 0] = 0
    return out


def probe() -> str:
    """What this machine's hashing gives: another polars may hash otherwise."""
    return f"{int(hash_values(pl.Series(['probe']), 7)[0]):x}{int(hash_values(pl.Series([7]), 7)[0]):x}"
