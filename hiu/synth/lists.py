"""The lists a synthetic area draws from: names.toml and area.toml, and how they are drawn."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Generator = np.random.Generator
Words = NDArray[np.object_]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Reals = NDArray[np.float64]


@cache
def read(name: str) -> dict[str, Any]:
    """One of the TOML files beside this module, as tables."""
    return tomllib.loads((resources.files(__package__) / name).read_text(encoding="utf-8"))


def words(items: str | list[Any]) -> Words:
    """A list, or a text of words, as an array of objects."""
    items = items.split() if isinstance(items, str) else items
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out


def zipf(rng: Generator, items: Words, size: int, power: float = 0.85) -> Words:
    """`size` draws from a list in order of frequency: the k-th has weight 1 / (k + 4) ^ power."""
    weights = 1 / (np.arange(len(items)) + 5.0) ** power
    return items[rng.choice(len(items), size, p=weights / weights.sum())]


def choose(rng: Generator, items: str | list[Any], size: int, weights: list[float] | None = None) -> Words:
    """`size` draws from a list with the given weights (equal if none are given)."""
    pool = words(items)
    share = None if weights is None else np.array(weights) / sum(weights)
    return pool[rng.choice(len(pool), size, p=share)]


def some(rng: Generator, among: Flags, part: float) -> Flags:
    """A random part of those flagged."""
    return among & (rng.random(len(among)) < part)


def mostly(rng: Generator, among: Flags, usual: list[str], other: list[str]) -> Words:
    """Draws from `usual` for most (85%) of those flagged, and from `other` for all else."""
    chosen = some(rng, among, 0.85)
    return np.where(chosen, choose(rng, usual, len(among)), choose(rng, other, len(among))).astype(object)


def blank(size: int) -> Words:
    """Empty texts."""
    return np.full(size, "", dtype=object)


def within(values: Words, items: list[str] | Words) -> Flags:
    """Which of the texts are among `items` (numpy's own test is quadratic for objects)."""
    texts = pl.Series(values.tolist(), dtype=pl.String)
    return np.asarray(texts.is_in(pl.Series(list(items), dtype=pl.String).unique().implode()).to_numpy(), dtype=bool)
