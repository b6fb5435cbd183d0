"""Words: every word that stands in a name, as a small number, with what comparing and blocking need to know of it.

The commonest words have the smallest numbers, so that most pairs of words fall in a small table.
"""

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.extract.values.people.sound import sound
from hiu.link.describe.hashes import Hashes, hash_values
from hiu.link.describe.names import groups, listed_names, shares
from hiu.link.levels import CODE, Codes, Ints

C = pl.col
KINDS = ("given", "family")
_RARE, _COMMON, _FREQUENT = 0.0002, 0.0025, 0.01
LIST_WEIGHS, UNLISTED = 20_000, 0.00005
"""How many rows the list of common names counts for, and the share of a name that isn't on it."""
USUAL, RARE, COMMON, FREQUENT = range(4)


class Words:
    """The words of some columns of names. '' is one of them."""

    def __init__(self, columns: list[pl.Series]) -> None:
        uses = pl.concat([column.alias("word").value_counts() for column in columns])
        ranked = uses.group_by("word").agg(C("count").sum()).sort("count", "word", descending=[True, False])
        text = ranked["word"]
        self.text = text if "" in text else pl.concat([text, pl.Series("word", [""])])
        self._enum = pl.Enum(self.text)
        self.nothing = self.text.index_of("") or 0

    def __len__(self) -> int:
        return len(self.text)

    def codes(self, values: pl.Series) -> Ints:
        """The number of each word."""
        return values.cast(self._enum).to_physical().cast(pl.Int64).to_numpy()

    @cached_property
    def strings(self) -> NDArray[np.object_]:
        """The words themselves."""
        return np.array(self.text.to_list(), dtype=object)

    @cached_property
    def length(self) -> Ints:
        """Letters of each word."""
        return self.text.str.len_chars().cast(pl.Int64).to_numpy()

    @cached_property
    def sounds(self) -> pl.Series:
        """How each word sounds."""
        return self.text.to_frame().select(sound(C("word")))["word"]

    @cached_property
    def sound(self) -> Hashes:
        """A digest of how each word sounds."""
        return hash_values(self.sounds)

    @cached_property
    def digest(self) -> Hashes:
        """A digest of each word."""
        return hash_values(self.text)

    def first(self, letters: int) -> Hashes:
        """A digest of the first letters of each word."""
        return hash_values(self.text.str.slice(0, letters))

    def in_list(self, kind: str) -> NDArray[np.bool_]:
        """Whether a list knows the word as a name of the kind."""
        return self.text.is_in(list(listed_names(kind))).to_numpy()

    def related(self, kind: str) -> Ints:
        """Pairs of words of one group of the kind, packed low * words + high, sorted."""
        entries = groups(kind).join(pl.DataFrame({"name": self.text, "code": np.arange(len(self))}), on="name")
        met = entries.join(entries, on="group", suffix="_b").filter(C("code") <= C("code_b"))
        return np.unique(met["code"].to_numpy() * len(self) + met["code_b"].to_numpy())

    def band(self, kind: str, word: Ints, born: Ints) -> Codes:
        """How common each word is as a name of the kind: the list's share, outweighed by the people at hand.

        word, born: the name of each node in its own place, and its date of birth (0 = none), which tells
        people apart. Bands, so that a month's new rows hardly ever move one.
        """
        has_birth = born > 0
        width = born.max(initial=0) + 1
        people = np.sort(word[has_birth] * width + born[has_birth])
        people = people[np.flatnonzero(np.diff(people, prepend=-1))] // width
        births = np.bincount(people, minlength=len(self)).astype(np.float64)
        list_share = shares(kind)
        prior = np.full(len(self), UNLISTED)
        at = np.flatnonzero(self.text.is_in(list(list_share)).to_numpy())
        prior[at] = [list_share[self.text[int(k)]] for k in at]
        share = (prior * LIST_WEIGHS + births) / (LIST_WEIGHS + births.sum())
        band = np.full(len(self), USUAL, dtype=np.uint8)
        band[share < _RARE], band[share > _COMMON], band[share > _FREQUENT] = RARE, COMMON, FREQUENT
        return band


def exact(kind: str) -> Codes:
    """The level of two equal names by band."""
    return np.array(
        [CODE[kind][name] for name in ("exact", "exact_rare", "exact_common", "exact_frequent")], dtype=np.uint8
    )
