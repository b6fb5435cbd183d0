"""Nodes: the distinct descriptions that are compared.

Identities that differ only in how the name was typed (case, spacing, titles) are one node, unless a reviewer
decided something about one of them: then each stands by itself, so that the decision binds it alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from hiu.link.describe.hashes import Hashes, fold, hash_values, key
from hiu.link.levels import Flags, Ints, Reals
from hiu.settings import Linking

C = pl.col
COMPARED = (
    "given", "middle", "family", "aliases", "dob", "birth_year",
    "sex", "nhs_number", "postcode", "house", "street", "local_ids",
)  # fmt: skip
_SHARED_DOBS = 8
_SHARED_POSTCODE_DOBS = 40


class Nodes:
    """`frame`: a row a node in order of node_id (its smallest identity); `member`: identity_id -> node (its row)."""

    def __init__(self, frame: pl.DataFrame, member: pl.DataFrame) -> None:
        self._frame, self._member = frame, member

    @property
    def frame(self) -> pl.DataFrame:
        """node, node_id, what it says, shared (its address is many people's), rows, able."""
        return self._frame

    @property
    def member(self) -> pl.DataFrame:
        """identity_id -> node, in order of identity_id."""
        return self._member

    def __len__(self) -> int:
        return self.frame.height


@dataclass(frozen=True)
class CompactNodes(Nodes):
    """Nodes as they come of identities; their tables are made when asked for.

    plain: the identities, as columns() reads them · lead: the row in it of each node's first identity · home: the
    node of each identity, in order of identity_id (`order`: its row) · digest: of what each node says ·
    rows: rows described · able: whether it says enough to be linked.
    """

    plain: pl.DataFrame
    lead: Ints
    order: Ints
    home: Ints
    digest: Hashes
    rows: Reals
    able: Flags

    def __len__(self) -> int:
        return len(self.lead)

    @cached_property
    def node_id(self) -> pl.Series:
        """The smallest identity of each node."""
        return self.plain["identity_id"].gather(self.lead).alias("node_id")

    @cached_property
    def frame(self) -> pl.DataFrame:
        """A row a node: node, node_id, what it says, `shared` (its address is many people's), rows, able."""
        table = self.plain[self.lead].rename({"identity_id": "node_id"})
        rows = pl.Series("rows", self.rows).cast(pl.Int64)
        return table.with_columns(rows, pl.Series("able", self.able)).with_row_index("node")

    @cached_property
    def member(self) -> pl.DataFrame:
        """identity_id -> node, in order of identity_id."""
        return pl.DataFrame({"node": self.home.astype(np.uint32), "identity_id": self.plain["identity_id"][self.order]})


def comparable() -> pl.Expr:
    """An identity that can be linked: somebody, with more than a name alone, in a delivery that is in force."""
    age = C("birth_year").is_not_null() & C("given").is_not_null() & C("family").is_not_null()
    return ~C("nobody") & (C("rows") > 0) & (_says_enough() | age)


def _says_enough() -> pl.Expr:
    """More than a name and an age."""
    named = C("given").is_not_null() & C("family").is_not_null()
    named &= C("postcode").is_not_null() | (C("middle").is_not_null() & C("birth_year").is_not_null())
    full = C("postcode").str.contains(" ", literal=True).fill_null(False)
    address = C("house").is_not_null() & C("street").is_not_null()
    return (
        C("dob").is_not_null() | C("nhs_number").is_not_null() | C("local_ids").is_not_null() | address | full | named
    )


def _is_one() -> pl.Expr:
    """Enough for two rows that say the same to be one description: a birth alone, without a name, is many people's."""
    who = pl.any_horizontal(C("given", "family", "nhs_number", "local_ids").is_not_null())
    home = C("postcode").str.contains(" ", literal=True).fill_null(False)
    home |= C("house").is_not_null() & C("street").is_not_null()
    return _says_enough() & (who | home)


def build(identity: pl.DataFrame, settings: Linking, apart: Collection[str] = ()) -> CompactNodes:
    """Nodes from comparable identities. `apart`: identities about which something was decided."""
    blank = [pl.when(C(c) != "").then(C(c)).alias(c) for c in COMPARED if identity.schema[c] == pl.String]
    plain = identity.select("identity_id", *COMPARED, "nobody", "rows").with_columns(blank)
    alone, able = plain.select(C("identity_id").is_in(list(apart)) | ~_is_one(), able=comparable())
    order = identity_order(plain["identity_id"])
    says = fold(*(hash_values(plain[c], seed) for seed, c in enumerate(COMPARED)))
    group_key = np.where(alone.to_numpy(), fold(says, hash_values(plain["identity_id"])), says)[order]
    _, first, back = np.unique(group_key, return_index=True, return_inverse=True)
    place = np.argsort(first)
    node = np.empty(len(first), dtype=np.int64)
    node[place] = np.arange(len(first))
    home, lead = node[back], order[first[place]]
    rows = np.bincount(home, plain["rows"].to_numpy()[order], len(first)).astype(np.float64)
    mute = np.bincount(home, ~able.to_numpy()[order], len(first)) > 0
    plain = plain.drop("nobody", "rows").with_columns(shared=_shared_addresses(plain, settings))
    return CompactNodes(plain, lead, order, home, says[lead], rows, ~mute)


def identity_order(ids: pl.Series) -> Ints:
    """The rows in order of identity id. Sixteen hex digits, as ours are, sort as numbers: five times as fast."""
    if ids.len() and ids.str.contains(r"^[0-9a-f]{16}$").all():
        letters = np.frombuffer(ids.to_arrow().cast("large_string").buffers()[2], dtype=">u8").reshape(-1, 2)
        return np.lexsort((letters[:, 1].astype(np.uint64), letters[:, 0].astype(np.uint64)))
    return ids.arg_sort().cast(pl.Int64).to_numpy()


def _shared_addresses(plain: pl.DataFrame, settings: Linking) -> pl.Series:
    """An address of many people: named by the site, or seen with many dates of birth."""
    whole = plain.select(pl.when(C("postcode").str.contains(" ", literal=True)).then("postcode")).to_series()
    code, born = hash_values(whole), plain["dob"].to_physical().cast(pl.Int64).fill_null(-(2**40)).to_numpy()
    site = key(hash_values(plain["house"]), hash_values(plain["street"]), code)
    crowded = _many_births(site, born, _SHARED_DOBS) | _many_births(code, born, _SHARED_POSTCODE_DOBS)
    return pl.Series(crowded) | _site_named(plain.select("house", "street", code=whole), settings)


def _site_named(places: pl.DataFrame, settings: Linking) -> pl.Series:
    """An address that the site says is many people's. `places`: house, street, code (the postcode if whole)."""
    named = pl.repeat(False, places.height, eager=True)
    for text in settings.shared_addresses:
        head, _, tail = text.upper().rpartition(",")
        words = " ".join("".join(ch if ch.isalnum() else " " for ch in head).split())
        whole = pl.concat_str(C("house").fill_null(""), pl.lit(" "), C("street").fill_null("")).str.strip_chars()
        same = whole.str.ends_with(words) | pl.lit(words).str.ends_with(whole)
        either = C("house").is_null() | C("street").is_null() | same
        named |= places.select(((C("code") == " ".join(tail.split())) & either).fill_null(False)).to_series()
    return named


def _many_births(place: Hashes, born: Ints, limit: int) -> Flags:
    """Whether each place (0 = none) is seen with more than `limit` dates of birth; none given is one of them."""
    births = pl.DataFrame({"place": place, "born": born}).filter(C("place") != 0).unique()
    crowd = births.group_by("place").len().filter(C("len") > limit)["place"].to_numpy()
    found: Flags = np.isin(place, crowd)
    return found
