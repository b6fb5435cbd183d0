"""Which rows of a delivery are set aside as an erased person's: exactly theirs, or perhaps, and what was settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from hiu.govern.erase import near
from hiu.govern.erase.tombstone import CODE, erased_rows, row_token, tokens

ROW = ["delivery_id", "source_row"]


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What is kept of erased people: exact tokens, near digests by erasure, and tokens of somebody else's rows."""

    stones: Sequence[str]
    traits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    released: frozenset[str] = frozenset()


def held_rows(records: pl.DataFrame, marks: Marks, keys: Sequence[bytes], sha256: str | None = None) -> pl.DataFrame:
    """`delivery_id`, `source_row`, `code` of the rows to set aside: 'erased', or 'erased_person?' for a near one.

    `records` has the columns of RECORD; `keys` are the tombstone keys, today's first; `sha256` = digest of the file.
    """
    exact = erased_rows(records, marks.stones, keys, sha256)
    rest = records.join(exact, on=ROW, how="anti")
    perhaps = near.near_rows(rest, marks.traits, keys).select(ROW)
    parts = [exact.with_columns(code=pl.lit(CODE)), perhaps.with_columns(code=pl.lit(near.CODE))]
    found = pl.concat([part.select(*ROW, "code") for part in parts])
    return found.join(_released(records.join(found, on=ROW, how="semi"), marks, keys, sha256), on=ROW, how="anti")


def own_tokens(records: pl.DataFrame, stones: Sequence[str], key: bytes) -> list[str]:
    """Tokens of somebody else's rows by which they are let in from now on: none that is a tombstone itself."""
    return sorted(set(tokens(records, key).filter(pl.col("kind") != "name")["token"]) - set(stones))


def _released(records: pl.DataFrame, marks: Marks, keys: Sequence[bytes], sha256: str | None) -> pl.DataFrame:
    if not marks.released or records.is_empty():
        return records.select(ROW).clear()
    by_token = [tokens(records, key).filter(pl.col("token").is_in(marks.released)).select(ROW) for key in keys]
    places = [row for row in records["source_row"].to_list() if sha256 and _place(sha256, row, keys) & marks.released]
    return pl.concat([*by_token, records.filter(pl.col("source_row").is_in(places)).select(ROW)]).unique()


def _place(sha256: str, row: int, keys: Sequence[bytes]) -> set[str]:
    return {row_token(sha256, row, key) for key in keys}
