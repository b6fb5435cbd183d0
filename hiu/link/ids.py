"""Person ids: the same from any load order, meaningless outside the site, stable as people gain descriptions."""

from __future__ import annotations

import base64
import hashlib
import hmac

import polars as pl

C = pl.col


def assign_people(clusters: pl.DataFrame, identity: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Rows of model.CLUSTER: each identity with its person_id.

    A person is named after the founding identity: the one in the earliest delivery month (registers last), then
    the smallest identity_id; so a merge keeps the older id. `HIU-` + 8 base32 characters of HMAC-SHA256(key,
    founding identity); a collision takes the next counter, older founders first.
    """
    dated = clusters.join(identity.select("identity_id", "first_period"), on="identity_id", how="left")
    founders = (
        dated.sort("first_period", "identity_id", nulls_last=True)
        .unique("cluster", keep="first", maintain_order=True)
        .select("cluster", founder="identity_id")
    )
    named = founders.with_columns(person_id=pl.Series(_names(founders["founder"].to_list(), key), dtype=pl.String))
    return (
        clusters.join(named, on="cluster", how="left")
        .select("identity_id", "person_id", "match_weight", "match_probability", "how")
        .sort("identity_id")
    )


def _names(founders: list[str], key: bytes) -> list[str]:
    taken: set[str] = set()
    out = []
    for founder in founders:
        name, counter = person_id(founder, key), 0
        while name in taken:
            counter += 1
            name = person_id(f"{founder}|{counter}", key)
        taken.add(name)
        out.append(name)
    return out


def person_id(founder: str, key: bytes) -> str:
    """The id of the person whose founding identity this is."""
    digest = hmac.digest(key, founder.encode("utf-8"), hashlib.sha256)
    return "HIU-" + base64.b32encode(digest[:5]).decode("ascii")
