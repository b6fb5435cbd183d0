"""On numbers: NHS numbers, local identifiers, sex and shared event references."""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hiu.link.block import Pairs
from hiu.link.levels import CODE, Codes, Ints, coded

C = pl.col


def nhs_number(nodes: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    code = CODE["nhs_number"]
    number = coded(nodes["nhs_number"])
    out = np.full(len(a), code["different"], dtype=np.uint8)
    at = np.flatnonzero((number[a] >= 0) & (number[b] >= 0) & (number[a] != number[b]))
    text = np.array(nodes["nhs_number"].fill_null("").to_list(), dtype=object)
    edits = process.cpdist(text[a[at]], text[b[at]], scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
    out[at[edits <= 2]] = code["typo"]
    out[number[a] == number[b]] = code["same"]
    out[(number[a] < 0) | (number[b] < 0)] = code["missing"]
    return out


def sex(nodes: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    sex = coded(nodes["sex"].replace("X", None))
    out = np.where(sex[a] == sex[b], CODE["sex"]["same"], CODE["sex"]["different"]).astype(np.uint8)
    out[(sex[a] < 0) | (sex[b] < 0)] = CODE["sex"]["missing"]
    return out


def local_id(nodes: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    """Local identifiers, compared within their own scheme."""
    code = CODE["local_id"]
    out = np.zeros(len(a), dtype=np.uint8)
    ids = nodes.select("node", "dob", one=C("local_ids").str.split("|")).explode("one").drop_nulls("one")
    if ids.is_empty():
        return out
    ids = ids.with_columns(
        scheme=C("one").str.extract(r"^([^:]*):"), crowd=C("dob").n_unique().over("one") > 3
    ).with_columns(C("one").rank("dense").cast(pl.Int64), C("scheme").rank("dense").cast(pl.Int64))
    single = ids.group_by("node").agg(C("one", "scheme", "crowd").first(), n=pl.len())
    one, scheme, crowd, n = (np.full(nodes.height, -1, dtype=np.int64) for _ in range(4))
    at = single["node"].to_numpy()
    for target, name in ((one, "one"), (scheme, "scheme"), (crowd, "crowd"), (n, "n")):
        target[at] = single[name].cast(pl.Int64).to_numpy()
    out[(scheme[a] == scheme[b]) & (scheme[a] >= 0)] = code["different"]
    equal = (one[a] == one[b]) & (one[a] >= 0)
    out[equal] = np.where(crowd[a[equal]] > 0, code["same_crowded"], code["same"])
    many = np.flatnonzero(((n[a] > 1) & (n[b] > 0)) | ((n[b] > 1) & (n[a] > 0)))
    out[many] = _several(ids, a[many], b[many])
    return out


def _several(ids: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    """The same where a node carries several identifiers."""
    code = CODE["local_id"]
    pair = pl.DataFrame({"pair": np.arange(len(a)), "a": a, "b": b})
    held = ids.select(C("node").cast(pl.Int64), "one", "scheme", "crowd")
    met = pair.join(held, left_on="a", right_on="node").join(held, left_on="b", right_on="node", suffix="_b")
    found = met.group_by("pair").agg(
        same=((C("one") == C("one_b")) & ~C("crowd")).any(),
        crowded=((C("one") == C("one_b")) & C("crowd")).any(),
        scheme=(C("scheme") == C("scheme_b")).any(),
    )
    level = (
        pl.when("same").then(code["same"]).when("crowded").then(code["same_crowded"])
        .when("scheme").then(code["different"]).otherwise(code["missing"])
    )  # fmt: skip
    got = found.select("pair", level=level)
    out = np.zeros(len(a), dtype=np.uint8)
    out[got["pair"].to_numpy()] = got["level"].to_numpy()
    return out


def event(pairs: Pairs, events: pl.DataFrame | None) -> Codes:
    """Pairs whose rows of different sources quote the same event. `events`: node, event, source."""
    if events is None or events.is_empty():
        return np.zeros(len(pairs), dtype=np.uint8)
    met = events.join(events, on="event", suffix="_b").filter(
        (C("node") < C("node_b")) & (C("source") != C("source_b")))  # fmt: skip
    packed = (met["node"].cast(pl.UInt64) * 2**32 + met["node_b"].cast(pl.UInt64)).unique().to_numpy()
    return np.isin(pairs, packed).astype(np.uint8) * np.uint8(CODE["event"]["shared"])
