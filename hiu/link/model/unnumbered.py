"""Unnumbered: descriptions with a number as they would be without one, to teach a model what those need.

Whoever asks for a number asks for the birth and the home as well, so labelled pairs say far more than the ones in
doubt do: a model learned from them alone is too sure of a name and too doubtful of the little that other sources give.
"""

import polars as pl

from hiu.link.describe.nodes import comparable

C = pl.col
DESCRIBED = (
    "given",
    "middle",
    "family",
    "aliases",
    "dob",
    "birth_year",
    "sex",
    "postcode",
    "house",
    "street",
    "local_ids",
)
_DRAW = 7


def as_unnumbered(identity: pl.DataFrame, owned: pl.DataFrame) -> list[pl.DataFrame]:
    """The identities twice: one half of the owned ones says no more than those without a number do, then the other.

    identity: columns of model.IDENTITY · owned: identity_id of those with a trusted number. Each takes after another
    description, drawn by a digest: what that one lacks is left out, and a date of birth that gives way to an age leaves
    its year. Empty if there is no description without a number.
    """
    draw = C("identity_id").hash(_DRAW)
    able = identity.filter(comparable()).sort(draw, "identity_id")
    lacking = able.filter(C("nhs_number").is_null())
    if lacking.is_empty():
        return []
    mine = able.join(owned, on="identity_id", how="semi", maintain_order="left")
    return [_with_gaps(identity, mine.filter(draw % 2 == half), lacking) for half in (0, 1)]


def _with_gaps(identity: pl.DataFrame, some: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    """The identities, where some of them lack what the first, second ... of others lack."""
    take = pl.Series(range(some.height), dtype=pl.UInt32) % like.height
    year = pl.coalesce("birth_year", C("dob").dt.year().cast(pl.Int64))
    gaps = {name: pl.when(like[name][take].is_not_null()).then(name) for name in DESCRIBED}
    left = some.with_columns(birth_year=year).with_columns(**gaps)
    left = left.with_columns(birth_year=pl.when(C("dob").is_null()).then("birth_year"))
    return pl.concat([identity.join(left, on="identity_id", how="anti"), left])
