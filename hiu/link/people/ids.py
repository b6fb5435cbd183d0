"""Person ids: the same from any load order, meaningless outside the site, stable as people gain descriptions."""

import base64
import hmac

import polars as pl

C = pl.col


def assign_people(clusters: pl.DataFrame, identity: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Rows of model.CLUSTER: each identity with its person_id.

    A person is named after the founding identity: the one in the earliest delivery month (registers last), then
    the smallest identity_id; so a merge keeps the older id. `HIU-` + 8 base32 characters of HMAC-SHA256(key,
    founding identity); a collision takes the next counter, older founders first.
    """
    first = identity.select("identity_id", "first_period")
    dated = clusters.join(first, on="identity_id", how="left", maintain_order="left")
    if not dated["identity_id"].is_sorted():
        dated = dated.sort("identity_id")
    founders = (
        # the sort is stable: of one month they stay in order of identity
        dated.select("first_period", "cluster", founder="identity_id")
        .sort("first_period", nulls_last=True, maintain_order=True)
        .unique("cluster", keep="first", maintain_order=True)
    )
    names = pl.Series("person_id", _names(founders["founder"].to_list(), key), dtype=pl.String)
    return dated.join(founders.select("cluster", names), on="cluster", how="left", maintain_order="left").select(
        "identity_id", "person_id", "match_weight", "match_probability", "how"
    )


def _names(founders: list[str], key: bytes) -> list[str]:
    out = person_ids(founders, key)
    if len(set(out)) == len(out):
        return out
    taken: set[str] = set()
    for place, founder in enumerate(founders):
        counter = 0
        while out[place] in taken:
            counter += 1
            out[place] = person_id(f"{founder}|{counter}", key)
        taken.add(out[place])
    return out


def person_ids(founders: list[str], key: bytes) -> list[str]:
    """The ids of the people whose founding identities these are."""
    heads = [hmac.digest(key, founder.encode("utf-8"), "sha256")[:5] for founder in founders]
    # five bytes are eight characters, so many can be spelt at once
    text = base64.b32encode(b"".join(heads)).decode("ascii")
    return [f"HIU-{text[k : k + 8]}" for k in range(0, len(text), 8)]


def person_id(founder: str, key: bytes) -> str:
    """The id of the person whose founding identity this is."""
    return person_ids([founder], key)[0]
