"""Nodes: the distinct descriptions that are compared, with everything derived that comparing and blocking need.

Identities that differ only in how the name was typed (case, spacing, titles) are one node, unless a reviewer
decided something about one of them: then each stands by itself, so that the decision binds it alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.link.names import sound
from hiu.settings import Linking

C = pl.col
_COMPARED = ("given", "middle", "family", "aliases", "dob", "birth_year", "sex", "nhs_number", "postcode", "house",
             "street", "local_ids")  # fmt: skip
_SHARED_DOBS = 8
_SHARED_POSTCODE_DOBS = 40


@dataclass(frozen=True)
class Nodes:
    """`frame`: a row a node in order of node_id (its smallest identity); `member`: identity_id -> node (its row)."""

    frame: pl.DataFrame
    member: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    @property
    def rows(self) -> NDArray[np.float64]:
        """Rows described by each node."""
        return self.frame["rows"].to_numpy().astype(np.float64)


def comparable() -> pl.Expr:
    """An identity that can be linked: somebody, with more than a name alone, in a delivery that is in force."""
    age = C("birth_year").is_not_null() & C("given").is_not_null() & C("family").is_not_null()
    return ~C("nobody") & (C("rows") > 0) & (_sound() | age)


def _sound() -> pl.Expr:
    """More than a name and an age: two rows that say this are the same description."""
    full = C("postcode").str.contains(" ").fill_null(False)
    address = C("house").is_not_null() & C("street").is_not_null()
    return C("dob").is_not_null() | C("nhs_number").is_not_null() | C("local_ids").is_not_null() | address | full


def build(identity: pl.DataFrame, settings: Linking, apart: Collection[str] = ()) -> Nodes:
    """Nodes from comparable identities. `apart`: identities about which something was decided."""
    plain = identity.with_columns(C(c).replace("", None) for c in _COMPARED if identity.schema[c] == pl.String)
    alone = pl.when(C("identity_id").is_in(list(apart)) | ~_sound()).then(C("identity_id"))
    marked = plain.sort("identity_id").with_columns(alone=alone)
    keys = [*_COMPARED, "alone"]
    grouped = marked.group_by(keys, maintain_order=True).agg(
        node_id=C("identity_id").first(), rows=C("rows").sum(), ids=C("identity_id"), able=comparable().all()
    )
    frame = grouped.sort("node_id").with_row_index("node")
    member = frame.select("node", identity_id="ids").explode("identity_id")
    return Nodes(_derive(frame.drop("ids", "alone"), settings), member)


def _derive(frame: pl.DataFrame, settings: Linking) -> pl.DataFrame:
    postcode = C("postcode").str.contains(" ")
    frame = frame.with_columns(
        given=C("given").fill_null(""),
        family=C("family").fill_null(""),
        middle=C("middle").fill_null(""),
        full_postcode=pl.when(postcode).then("postcode"),
        outward=C("postcode").str.extract(r"^(\S+)"),
        sector=C("postcode").str.extract(r"^(\S+ \d)"),
        address=C("house") + "|" + C("street"),
        year=C("dob").dt.year().cast(pl.Int32),
        month=C("dob").dt.month().cast(pl.Int32),
        day=C("dob").dt.day().cast(pl.Int32),
    ).with_columns(
        given_sound=sound(C("given")),
        family_sound=sound(C("family")),
        site=C("address") + "|" + C("full_postcode"),
    )
    return frame.with_columns(shared=_shared(settings))


def _shared(settings: Linking) -> pl.Expr:
    """An address of many people: named by the site, or seen with many dates of birth."""
    named = pl.lit(False)
    for text in settings.shared_addresses:
        head, _, tail = text.upper().rpartition(",")
        code = " ".join(tail.split())
        words = " ".join("".join(ch if ch.isalnum() else " " for ch in head).split())
        whole = pl.concat_str(C("house").fill_null(""), pl.lit(" "), C("street").fill_null("")).str.strip_chars()
        same = whole.str.ends_with(words) | pl.lit(words).str.ends_with(whole)
        named = named | ((C("full_postcode") == code) & (C("address").is_null() | same))
    many = C("site").is_not_null() & (C("dob").n_unique().over("site") > _SHARED_DOBS)
    crowded = C("full_postcode").is_not_null() & (C("dob").n_unique().over("full_postcode") > _SHARED_POSTCODE_DOBS)
    return (named | many | crowded).fill_null(False)
