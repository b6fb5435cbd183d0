"""Compare: the level of agreement of each field, for many pairs at once.

Words are compared once for each two words (rapidfuzz), everything else by whole columns of small numbers.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from hiu.link.candidates.block import Pairs, split
from hiu.link.compare import relatives
from hiu.link.compare.birth import BirthLevels
from hiu.link.compare.names import NameLevels
from hiu.link.compare.numbers import NumberLevels, event_level, event_pairs
from hiu.link.compare.place import PlaceLevels
from hiu.link.describe.columns import Columns, columns
from hiu.link.levels import Levels, Patterns, pack_columns, unpack

_AT_ONCE = 2**18
"""Pairs compared at a time: few enough to stay in the processor's cache."""
_THREADS = 2


def compare(nodes: pl.DataFrame, pairs: Pairs, events: pl.DataFrame | None = None) -> Levels:
    """Levels [pairs, fields] in the order of levels.NAMES. `nodes` as built by nodes.build."""
    found = [pattern for _, pattern in Comparing(columns(nodes, events)).chunks(pairs)]
    return unpack(np.concatenate(found) if found else np.empty(0, np.uint64))


class Comparing:
    """The nodes, ready to be compared."""

    def __init__(self, cols: Columns) -> None:
        self.names, self.birth, self.place = NameLevels(cols), BirthLevels(cols), PlaceLevels(cols)
        self.numbers, self.met = NumberLevels(cols), event_pairs(cols.events)
        self.year = np.where(cols.year > 0, cols.year.astype(np.float64), np.nan)

    def chunks(self, pairs: Pairs) -> Iterator[tuple[Pairs, Patterns]]:
        """The pattern of agreement of each pair (packed levels), some pairs at a time, in order. `pairs` sorted."""
        cut = [pairs[start : start + _AT_ONCE] for start in range(0, len(pairs), _AT_ONCE)]
        with ThreadPoolExecutor(_THREADS) as pool:
            yield from zip(cut, pool.map(self.pattern, cut), strict=True)

    def pattern(self, pairs: Pairs) -> Patterns:
        """The pattern of each pair."""
        a, b = split(pairs)
        given, family = self.names.both(a, b)
        levels = {
            "given": given,
            "family": family,
            "middle": self.names.middle(a, b),
            "dob": self.birth(a, b),
            "place": self.place(a, b),
            "nhs_number": self.numbers.nhs_number(a, b),
            "sex": self.numbers.sex(a, b),
            "local_id": self.numbers.local_id(a, b),
            "event": event_level(pairs, self.met),
        }
        levels["kin"] = relatives.kin_level(levels, self.year[a], self.year[b], self.numbers.one_each(a, b))
        return pack_columns(levels)
