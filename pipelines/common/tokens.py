"""Tokens for a recipient: by the key that theirs has been turned to."""

import polars as pl

from hiu.govern import records
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model.govern import KEY_TURNS
from pipelines.common.place import Paths, Place


def current_key(place: Place, recipient: str) -> bytes:
    """The key a recipient's tokens are made with now."""
    return recipient_key(place.key, recipient, turn_of(place, recipient))


def tokens(place: Place, recipient: str, ids: pl.Series) -> pl.Series:
    """A recipient's tokens in place of person ids."""
    key = current_key(place, recipient)
    return pl.Series(ids.name, [pseudonym(one, key) for one in ids], dtype=pl.String)


def turn_of(paths: Paths, recipient: str) -> int:
    """How often a recipient's key was turned: 1 is the first."""
    own = records.read(paths.records, KEY_TURNS).filter(pl.col("recipient") == recipient)
    return max(own["turn"].to_list(), default=1)
