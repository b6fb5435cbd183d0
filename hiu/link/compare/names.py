"""On names: how far two people's names agree, aliases, nicknames, swaps and slips allowed for."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.link.compare.spellings import WordLevels
from hiu.link.describe.columns import Columns
from hiu.link.levels import CODE, Codes, Flags, Ints

_GIVEN, _FAMILY = CODE["given"], CODE["family"]


def _levels(*named: str) -> dict[str, Flags]:
    """By kind and level: whether it is one of these."""
    return {kind: np.array([name in named for name in CODE[kind]]) for kind in ("given", "family")}


_POOR = _levels("missing", "close", "different")
_GOOD = {kind: ~flags for kind, flags in _levels("missing", "close", "different", "initial").items()}


class NameLevels:
    """Levels of names for pairs of nodes; what was found for two words is kept."""

    def __init__(self, cols: Columns) -> None:
        self.cols = cols
        self.of = {kind: WordLevels(cols.words, kind, cols.bands[kind]) for kind in ("given", "family")}
        self.all_names, self.initials = _AllNames(cols), _Initials(cols)
        marks, letters = _middle_marks(cols)
        self.middle_letter, self.middle_short = letters, marks

    def both(self, a: Ints, b: Ints) -> tuple[Codes, Codes]:
        """Levels of given and of family name."""
        g, f = self.cols.given, self.cols.family
        first, last = self.of["given"](g[a], g[b]), self.of["family"](f[a], f[b])
        self._middles(a, b, first, np.flatnonzero(_POOR["given"][first]))
        poor = np.flatnonzero(_POOR["given"][first])
        self._swaps(a, b, first, last, poor[_POOR["family"][last[poor]]])
        self._aliases(a, b, first, last)
        self._initials(a, b, first, last)
        return first, last

    def middle(self, a: Ints, b: Ints) -> Codes:
        """Level of the middle names."""
        code, full = CODE["middle"], self.cols.middles
        out = np.full(len(a), code["missing"], dtype=np.uint8)
        at = np.flatnonzero((full[a] > 0) & (full[b] > 0))
        x, y = full[a[at]], full[b[at]]
        found = np.full(len(at), code["different"], dtype=np.uint8)
        one = self.middle_short[x] | self.middle_short[y]
        found[(self.middle_letter[x] == self.middle_letter[y]) & one] = code["initial"]
        found[x == y] = code["exact"]
        out[at] = found
        return out

    def _middles(self, a: Ints, b: Ints, first: Codes, at: Ints) -> None:
        """A given name that is the other's middle name."""
        middle, given, nothing = self.cols.middle, self.cols.given, self.cols.words.nothing
        at = at[(middle[a[at]] != nothing) | (middle[b[at]] != nothing)]
        hit = self._good(given[a[at]], middle[b[at]]) | self._good(middle[a[at]], given[b[at]])
        first[at[hit]] = _GIVEN["middle"]

    def _swaps(self, a: Ints, b: Ints, first: Codes, last: Codes, at: Ints) -> None:
        """Given and family name written in each other's place."""
        given, family = self.cols.given, self.cols.family
        at = at[self._good(given[a[at]], family[b[at]])]
        at = at[self._good(family[a[at]], given[b[at]])]
        first[at], last[at] = _GIVEN["swapped"], _FAMILY["swapped"]

    def _aliases(self, a: Ints, b: Ints, first: Codes, last: Codes) -> None:
        """Known-as and former names, compared as sets: the best pairing of either's names counts."""
        has = self.all_names.several
        at = np.flatnonzero(has[a] | has[b])
        at = at[_POOR["given"][first[at]] | _POOR["family"][last[at]]]
        way, left, right = self.all_names.ways(a[at], b[at])
        good = self._good(self.all_names.given[left], self.all_names.given[right])
        way, left, right = way[good], left[good], right[good]
        f = self.of["family"](self.all_names.family[left], self.all_names.family[right])
        won = np.unique(at[way[_GOOD["family"][f]]])
        first[won] = np.where(_POOR["given"][first[won]], _GIVEN["alias"], first[won])
        last[won] = np.where(_POOR["family"][last[won]], _FAMILY["alias"], last[won])

    def _initials(self, a: Ints, b: Ints, first: Codes, last: Codes) -> None:
        """Letters written for a name (G.W., K S) that the other's names begin with: an initial, and no other family."""
        at = np.flatnonzero(last == _FAMILY["different"])
        for short, whole in ((a[at], b[at]), (b[at], a[at])):
            brief = self.initials.brief[short] > 0
            agree = at[brief & (self.initials.brief[short] == self.initials.begins[whole])]
            first[agree] = np.where(first[agree] == 0, _GIVEN["initial"], first[agree])
            last[agree] = 0

    def _good(self, left: Ints, right: Ints) -> Flags:
        """Whether two words agree as given names do."""
        good: Flags = _GOOD["given"][self.of["given"](left, right)]
        return good


class _AllNames:
    """All names of each node, its own first, in order of node."""

    def __init__(self, cols: Columns) -> None:
        node = np.concatenate([np.arange(len(cols)), cols.aliases["node"].to_numpy()])
        order = np.argsort(node, kind="stable")
        self.given = np.concatenate([cols.given, cols.aliases["g"].to_numpy()])[order]
        self.family = np.concatenate([cols.family, cols.aliases["f"].to_numpy()])[order]
        self.count = np.bincount(node, minlength=len(cols))
        self.start = np.cumsum(self.count) - self.count
        self.several = self.count > 1

    def ways(self, a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
        """Every name of one against every name of the other: number of the pair, and the two names."""
        wide = self.count[b]
        size = self.count[a] * wide
        way = np.repeat(np.arange(len(a)), size)
        within = np.arange(len(way)) - np.repeat(np.cumsum(size) - size, size)
        return way, self.start[a][way] + within // wide[way], self.start[b][way] + within % wide[way]


class _Initials:
    """Of each node what its given and family name begin with, and the two letters that are all it has of a family
    name, or of both; 0 where there is none."""

    def __init__(self, cols: Columns) -> None:
        words = cols.words
        letters = words.text.str.replace_all(" ", "", literal=True)
        pair = np.array([ord(word[0]) << 21 | ord(word[1]) if len(word) == 2 else 0 for word in letters], np.int64)
        letter = np.array([ord(word[0]) if word else 0 for word in letters], np.int64)
        given, family = letter[cols.given], letter[cols.family]
        alone = (letters.str.len_chars() == 1).to_numpy()[cols.family]
        self.begins = np.where((given > 0) & (family > 0), given << 21 | family, 0)
        self.brief = np.where(given == 0, pair[cols.family], np.where(alone, self.begins, 0))


def _middle_marks(cols: Columns) -> tuple[Flags, NDArray[np.int64]]:
    """By number of a whole middle name: whether it is one letter, and a number for its first letter."""
    text = cols.middles_text.fill_null("")
    letter = text.str.slice(0, 1).rank("dense").cast(pl.Int64)
    return (text.str.len_chars() == 1).to_numpy(), letter.to_numpy()
