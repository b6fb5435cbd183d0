"""Which pairs are worth comparing: many cheap keys, each nullable and capped.

A null part makes a null key, and a null key joins nothing. A key shared by more than `limit` nodes says little
(no fixed abode, 'JOHN SMITH') and would cost millions of pairs: it is dropped for that rule only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.link.names import groups

C = pl.col
Pairs = NDArray[np.uint64]
"""Pairs of node numbers a < b, packed a << 32 | b, sorted, each once."""


def pairs(nodes: pl.DataFrame, limit: int, events: pl.DataFrame | None = None) -> Pairs:
    """Every pair that shares at least one key. `events`: columns node, event (shared references)."""
    found = [_within(keys, limit) for keys in _keys(nodes, events)]
    return _once(np.concatenate(found)) if found else np.empty(0, dtype=np.uint64)


def split(packed: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The two node numbers of each packed pair."""
    return (packed >> np.uint64(32)).astype(np.int64), (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)


def join(left: NDArray[np.int64], right: NDArray[np.int64]) -> Pairs:
    """Pack node numbers, smaller first."""
    low, high = np.minimum(left, right).astype(np.uint64), np.maximum(left, right).astype(np.uint64)
    packed: Pairs = (low << np.uint64(32)) | high
    return packed


def _within(keys: pl.DataFrame, limit: int) -> Pairs:
    """All pairs inside each block of 2 to `limit` nodes. `keys`: node, key (a hash)."""
    keys = keys.drop_nulls().unique()
    keys = keys.filter(pl.len().over("key").is_between(2, limit)).sort("key", "node")
    key, node = keys["key"].to_numpy(), keys["node"].to_numpy().astype(np.int64)
    if not len(key):
        return np.empty(0, dtype=np.uint64)
    last = np.flatnonzero(np.append(key[1:] != key[:-1], True))
    end = np.repeat(last, np.diff(np.append(-1, last)))
    follow = end - np.arange(len(key))
    left = np.repeat(np.arange(len(key)), follow)
    start = np.repeat(np.cumsum(follow) - follow, follow)
    right = left + 1 + np.arange(len(left)) - start
    return _once(join(node[left], node[right]))


def _once(values: Pairs) -> Pairs:
    """Sorted and without repeats; sorting beats numpy's hashing here tenfold."""
    ordered = np.sort(values)
    keep = np.ones(len(ordered), dtype=np.bool_)
    keep[1:] = ordered[1:] != ordered[:-1]
    return ordered[keep]


def _key(*parts: str | pl.Expr) -> pl.Expr:
    """A 64-bit key of several parts; null if any part is null or empty."""
    columns = [(C(part) if isinstance(part, str) else part).cast(pl.String).replace("", None) for part in parts]
    return pl.concat_str(columns, separator="|").hash()


def _keys(nodes: pl.DataFrame, events: pl.DataFrame | None) -> Iterator[pl.DataFrame]:
    wide = nodes.with_columns(
        g1=C("given").str.slice(0, 1),
        f1=C("family").str.slice(0, 1),
        g3=C("given").str.slice(0, 3),
        f3=C("family").str.slice(0, 3),
        m1=C("middle").str.extract(r"^(\S+)"),
        low=pl.min_horizontal("day", "month"),
        high=pl.max_horizontal("day", "month"),
        home=pl.when(~C("shared")).then("full_postcode"),
        site=pl.when(~C("shared")).then("address"),
    )
    for parts in _PLAIN:
        yield wide.select("node", key=_key(*parts))
    yield from _name_keys(wide)
    yield from _age_keys(wide)
    ids = wide.select("node", part=C("local_ids").str.split("|")).explode("part")
    yield ids.select("node", key=_key("part"))
    if events is not None:
        yield events.select("node", key=_key("event"))


_PLAIN: tuple[tuple[str, ...], ...] = (
    ("nhs_number",),
    ("dob", "family_sound"),
    ("dob", "given_sound"),
    ("dob", "g1", "f1"),
    ("dob", "home"),
    ("dob", "outward", "g1"),
    ("year", "month", "family_sound", "g1"),
    ("year", "day", "family_sound", "g1"),
    ("month", "day", "family_sound", "g1"),
    ("year", "month", "given_sound", "f1"),
    ("year", "day", "given_sound", "f1"),
    ("month", "day", "given_sound", "f1"),
    ("year", "given_sound", "family_sound"),
    ("year", "g3", "f3"),
    ("year", "low", "high", "g1"),
    ("year", "low", "high", "f1"),
    ("given_sound", "family_sound", "sector"),
    ("given", "family"),
    ("given", "home"),
    ("family", "home"),
    ("g1", "f1", "home"),
    ("year", "home"),
    ("month", "day", "home"),
    ("site", "g1"),
    ("site", "family_sound"),
    ("given", "family", "outward"),
    ("m1", "family", "year"),
    ("m1", "given", "dob"),
)


def _name_keys(wide: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Keys from nicknames, swapped names, parts of composite names and aliases."""
    nick = wide.join(groups("given").rename({"name": "given"}), on="given")
    yield nick.select("node", key=_key("group", "family_sound", "year"))
    yield nick.select("node", key=_key("group", "family_sound", "home"))
    yield nick.select("node", key=_key("group", "dob"))
    whole = wide.filter((C("given") != "") & (C("family") != ""))
    either = pl.when(C("given") < C("family")).then(C("given") + " " + C("family")).otherwise(
        C("family") + " " + C("given"))  # fmt: skip
    yield whole.select("node", key=_key(either, "year"))
    yield whole.select("node", key=_key(either, "home"))
    heard = pl.concat_list("given_sound", "family_sound").list.sort().list.join(" ")
    yield whole.select("node", key=_key(heard, "year"))
    yield whole.select("node", key=_key(heard, "outward"))
    parts = wide.with_columns(part=C("family").str.split(" ")).explode("part")
    yield parts.select("node", key=_key("part", "dob"))
    yield parts.select("node", key=_key("part", "g1", "year", "month"))
    known = pl.concat([
        whole.select("node", "year", "dob", "home", name=C("given") + " " + C("family")),
        wide.filter(C("aliases").is_not_null())
        .select("node", "year", "dob", "home", name=C("aliases").str.split("|"))
        .explode("name"),
    ])  # fmt: skip
    yield known.select("node", key=_key("name", "year"))
    yield known.select("node", key=_key("name", "home"))
    yield known.select("node", key=_key("name"))


def _age_keys(wide: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A date of birth meets an age a year either side."""
    aged = wide.filter(C("birth_year").is_not_null() & C("dob").is_null())
    near = pl.concat_list(C("birth_year") - 1, C("birth_year"), C("birth_year") + 1)
    spread = pl.concat([
        wide.filter(C("year").is_not_null()).with_columns(born=C("year").cast(pl.Int64)),
        aged.with_columns(born=near.cast(pl.List(pl.Int64))).explode("born"),
    ])  # fmt: skip
    yield spread.select("node", key=_key("born", "given_sound", "family_sound"))
    yield spread.select("node", key=_key("born", "home"))
    yield spread.select("node", key=_key("born", "g1", "family_sound", "outward"))
    yield spread.select("node", key=_key("born", "given_sound", "outward", "f1"))
