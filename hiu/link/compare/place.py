"""On place: how far two home addresses agree."""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hiu.link.describe.columns import Columns
from hiu.link.describe.hashes import Hashes
from hiu.link.levels import CODE, Codes, Ints


class PlaceLevels:
    """Levels of addresses for pairs of nodes."""

    def __init__(self, cols: Columns) -> None:
        self.code, self.house, self.address, self.crowd = cols.postcode, cols.house, cols.address, cols.shared
        text = cols.postcodes
        whole = text.str.contains(" ", literal=True).fill_null(False)
        plain = pl.select(pl.when(whole).then(text).str.replace(" ", "", literal=True)).to_series()
        # of each postcode: is it whole, its sector, its district; 0 = none
        self.whole = whole.to_numpy()
        self.sector, self.outward = _coded(text, r"^(\S+ \d)"), _coded(text, r"^(\S+)")
        self.text = np.array(plain.fill_null("").to_list(), dtype=object)
        self.letters = _letters(self.text)

    def __call__(self, a: Ints, b: Ints) -> Codes:
        code = CODE["place"]
        x, y = self.code[a], self.code[b]
        outward, sector = self.outward[x], self.sector[x]
        site, house = self.address[a], self.house[a]
        site_b, house_b = self.address[b], self.house[b]
        outward_b = self.outward[y]
        whole = self.whole[x] & self.whole[y]
        same_code, same_site = whole & (x == y), (site == site_b) & (site > 0)
        same_house, housed = house == house_b, (house > 0) & (house_b > 0)
        out = np.full(len(a), code["different"], dtype=np.uint8)
        out[(outward == outward_b) & (outward > 0)] = code["district"]
        out[(sector == self.sector[y]) & (sector > 0)] = code["sector"]
        self._slips(x, y, np.flatnonzero(whole & (x != y)), out)
        out[same_code] = code["postcode"]
        out[same_code & ~same_house & housed] = code["same_postcode_other_house"]
        out[same_site & ~same_code] = code["street"]
        out[same_code & same_house & housed] = code["house"]
        out[(self.crowd[a] & self.crowd[b]) & (same_code | same_site)] = code["shared"]
        no_code, no_site = (outward == 0) | (outward_b == 0), (site == 0) | (site_b == 0)
        nothing = ((outward == 0) & (site == 0)) | ((outward_b == 0) & (site_b == 0))
        out[nothing | (no_code & no_site)] = code["missing"]
        return out

    def _slips(self, x: Ints, y: Ints, at: Ints, out: Codes) -> None:
        """Whole postcodes one edit apart."""
        left, right = self.letters[x[at]], self.letters[y[at]]
        # one edit changes at most one letter of the set on either side: few pairs need the distance itself
        near = (np.bitwise_count(left & ~right) <= 1) & (np.bitwise_count(right & ~left) <= 1)
        at = at[near]
        edits = process.cpdist(self.text[x[at]], self.text[y[at]], scorer=OSA.distance, score_cutoff=1, dtype=np.int32)
        out[at[edits <= 1]] = CODE["place"]["postcode_typo"]


def _coded(text: pl.Series, pattern: str) -> Ints:
    return text.str.extract(pattern).rank("dense").cast(pl.Int64).fill_null(0).to_numpy()


def _letters(text: NDArray[np.object_]) -> Hashes:
    """The set of letters and digits of each text, a bit each."""
    return np.array([sum({1 << (ord(letter) & 63) for letter in one}) for one in text], dtype=np.uint64)
