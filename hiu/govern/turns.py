"""Keys of recipients that were turned: the key that a recipient's tokens are made with now."""

from pathlib import Path

import polars as pl

from hiu.govern import records
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model.govern import KEY_TURNS


def turn_of(records_folder: Path, recipient: str) -> int:
    """How often a recipient's key was turned, by the site's records: 1 is the first."""
    own = records.read(records_folder, KEY_TURNS).filter(pl.col("recipient") == recipient)
    return max(own["turn"].to_list(), default=1)


def current_key(site_key: bytes, records_folder: Path, recipient: str) -> bytes:
    """The key that a recipient's tokens are made with now."""
    return recipient_key(site_key, recipient, turn_of(records_folder, recipient))


def pseudonyms(ids: pl.Series, key: bytes) -> pl.Series:
    """Tokens in place of person ids."""
    return pl.Series(ids.name, [pseudonym(one, key) for one in ids], dtype=pl.String)
