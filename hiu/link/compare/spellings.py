"""Spellings: the level at which two words agree as names, found once for each two words."""

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler, Prefix

from hiu.link.describe.words import Words, exact
from hiu.link.levels import CODE, Codes, Flags, Ints

_TABLE = 4096
"""Pairs of the commonest words are kept in a table of this many squared: 16 MB, and nine pairs in ten."""
_UNKNOWN = 255


class WordLevels:
    """Word codes in, levels out: missing, exact (by band), nickname or part, typo, sound, close, different."""

    def __init__(self, words: Words, kind: str, band: Codes) -> None:
        self.words, self.kind, self.band = words, kind, band
        self.in_list, self.related = words.in_list(kind), words.related(kind)
        self.size = min(len(words), _TABLE)
        self.table = np.full(self.size**2, _UNKNOWN, dtype=np.uint8)

    def __call__(self, left: Ints, right: Ints) -> Codes:
        low, high = np.minimum(left, right), np.maximum(left, right)
        common = high < self.size
        if common.all():
            return self._common(low, high)
        out = np.empty(len(low), dtype=np.uint8)
        out[common] = self._common(low[common], high[common])
        rare = ~common
        distinct, back = np.unique(low[rare] * len(self.words) + high[rare], return_inverse=True)
        out[rare] = self._found(distinct // len(self.words), distinct % len(self.words))[back]
        return out

    def _common(self, low: Ints, high: Ints) -> Codes:
        at = low * self.size + high
        out: Codes = self.table[at]
        new = np.flatnonzero(out == _UNKNOWN)
        if len(new):
            distinct = np.unique(at[new])
            self.table[distinct] = self._found(distinct // self.size, distinct % self.size)
            out[new] = self.table[at[new]]
        return out

    def _found(self, a: Ints, b: Ints) -> Codes:
        """Levels of distinct pairs, a <= b."""
        code, words = CODE[self.kind], self.words
        out = np.full(len(a), code["different"], dtype=np.uint8)
        left, right = words.strings[a], words.strings[b]
        short = np.minimum(words.length[a], words.length[b])
        long = np.maximum(words.length[a], words.length[b])
        slip = _slips(left, right, short, long)
        both_known = self.in_list[a] & self.in_list[b]
        heard = (words.sound[a] == words.sound[b]) & (short >= 3)
        out[slip & both_known] = code["close"]
        out[heard & ~both_known] = code["sound"]
        out[slip & ~both_known] = code["typo"]
        if self.kind == "given":
            begins = process.cpdist(left, right, scorer=Prefix.similarity, dtype=np.int32) == short
            out[begins & (short >= 3)] = code["nickname"]
            out[begins & (short <= 2)] = code["initial"]
        else:
            out[_parts(left, right, short)] = code["part"]
        related = np.isin(a * len(words) + b, self.related) & (out != code.get("initial", _UNKNOWN))
        out[related] = code["nickname"] if self.kind == "given" else code["sound"]
        same = a == b
        out[same] = exact(self.kind)[self.band[a[same]]]
        if self.kind == "given":
            out[same & (long == 1)] = code["initial"]
        out[short == 0] = code["missing"]
        return out


def _slips(left: NDArray[np.object_], right: NDArray[np.object_], short: Ints, long: Ints) -> Flags:
    """Slips of typing: one edit, two in a longer name, three in a long one or in one that begins alike."""
    edits = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=3, dtype=np.int32)
    slip: Flags = (edits == 1) & (short >= 2) & (long >= 3)
    slip |= ((edits == 2) & (short >= 6)) | ((edits <= 3) & (short >= 9))
    at = np.flatnonzero(~slip & (short >= 5) & (edits <= 3))
    alike = process.cpdist(left[at], right[at], scorer=JaroWinkler.similarity, dtype=np.float32)
    slip[at[alike >= 0.93]] = True
    return slip


def _parts(left: NDArray[np.object_], right: NDArray[np.object_], short: Ints) -> Flags:
    """Composite family names that share a part, or are the same when written as one word."""
    out = np.zeros(len(left), dtype=np.bool_)
    spaced = np.fromiter((" " in x or " " in y for x, y in zip(left, right, strict=True)), np.bool_, len(left))
    for k in np.flatnonzero(spaced & (short >= 3)):
        x, y = {p for p in left[k].split() if len(p) > 2}, {p for p in right[k].split() if len(p) > 2}
        out[k] = bool(x & y) or left[k].replace(" ", "") == right[k].replace(" ", "")
    return out
