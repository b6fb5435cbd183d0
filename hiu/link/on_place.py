"""On place: how far two home addresses agree."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hiu.link.levels import CODE, Codes, Ints, coded


def place(nodes: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    code = CODE["place"]
    postcode, sector, outward = (coded(nodes[c]) for c in ("full_postcode", "sector", "outward"))
    house, site = coded(nodes["house"]), coded(nodes["address"])

    def same(values: Ints) -> NDArray[np.bool_]:
        alike: NDArray[np.bool_] = (values[a] == values[b]) & (values[a] >= 0)
        return alike

    out = np.full(len(a), code["different"], dtype=np.uint8)
    out[same(outward)] = code["district"]
    out[same(sector)] = code["sector"]
    out[_postcode_slip(nodes, postcode, a, b)] = code["postcode_typo"]
    out[same(postcode)] = code["postcode"]
    apart = same(postcode) & (house[a] != house[b]) & (house[a] >= 0) & (house[b] >= 0)
    out[apart] = code["same_postcode_other_house"]
    out[same(site) & ~same(postcode)] = code["street"]
    out[same(postcode) & same(house)] = code["house"]
    crowd = nodes["shared"].to_numpy()
    out[(crowd[a] & crowd[b]) & (same(postcode) | same(site))] = code["shared"]
    nothing = ((outward[a] < 0) & (site[a] < 0)) | ((outward[b] < 0) & (site[b] < 0))
    one_kind = ((outward[a] < 0) | (outward[b] < 0)) & ((site[a] < 0) | (site[b] < 0))
    out[nothing | one_kind] = code["missing"]
    return out


def _postcode_slip(nodes: pl.DataFrame, postcode: Ints, a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Full postcodes one edit apart."""
    out = np.zeros(len(a), dtype=np.bool_)
    at = np.flatnonzero((postcode[a] >= 0) & (postcode[b] >= 0) & (postcode[a] != postcode[b]))
    text = np.array(nodes["full_postcode"].str.replace(" ", "").fill_null("").to_list(), dtype=object)
    low, high = np.minimum(postcode[a[at]], postcode[b[at]]), np.maximum(postcode[a[at]], postcode[b[at]])
    _, first, back = np.unique(
        low * ((postcode.max() if len(postcode) else 0) + 1) + high, return_index=True, return_inverse=True
    )
    edits = process.cpdist(text[a[at][first]], text[b[at][first]], scorer=OSA.distance, score_cutoff=1, dtype=np.int32)
    out[at] = (edits <= 1)[back]
    return out
