"""Tombstones: how an erased person's rows are known when they are sent again, without keeping who it was.

A token is an HMAC of one thing that tells the person: an NHS number, a local id, a name with a date of birth, or a
whole description. A row whose tokens meet a tombstone is set aside at intake as 'erased'; no value of it is kept.
"""

import hmac
from collections.abc import Collection, Sequence

import polars as pl

from hiu.model import IDENTITY_COLUMNS

CODE = "erased"
REASON = "This person's record was erased here; the row is not taken in again. Ask the sender to leave it out"
_SHARP = "\x1f"
_SHORTEST = 5
_DESCRIBED = tuple(column.name for column in IDENTITY_COLUMNS)


def token(text: str, key: bytes) -> str:
    """32 hex digits of HMAC-SHA256: enough that no two things meet by chance."""
    return hmac.digest(key, text.encode(), "sha256").hex()[:32]


def row_token(sha256: str, row: int, key: bytes) -> str:
    """The token of a row of a file, by the digest of the file: by it a row is known whose values no key can tell."""
    return token(f"row:{sha256}|{row}", key)


def clues(records: pl.DataFrame) -> pl.DataFrame:
    """What tells the person of each row: `delivery_id`, `source_row`, `kind` (nhs, local, name, described), `clue`.

    `records` has the columns of the RECORD table. A row of a name alone is told by its own key, so that namesakes
    are not taken for each other. Names count in either order, aliases too.
    """
    key = ["delivery_id", "source_row"]
    parts = [
        records.select(*key, kind=pl.lit("nhs"), clue=pl.col("nhs_number")),
        _locals(records),
        _names(records),
        records.select(*key, kind=pl.lit("described"), clue=_description()),
    ]
    return pl.concat(parts).drop_nulls("clue").filter(pl.col("clue") != "")


def tokens(records: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """`clues` with the token of each in place of what it says."""
    found = clues(records).with_columns(text=pl.col("kind") + ":" + pl.col("clue"))
    distinct = found["text"].unique()
    made = pl.DataFrame(
        {"text": distinct, "token": [token(text, key) for text in distinct]},
        schema={"text": pl.String, "token": pl.String},
    )
    return found.join(made, on="text").select("delivery_id", "source_row", "kind", "token")


def erased_rows(
    records: pl.DataFrame, stones: Collection[str], keys: Sequence[bytes], sha256: str | None = None
) -> pl.DataFrame:
    """`delivery_id`, `source_row` of the rows that meet a tombstone made with any of the keys.

    `sha256` = digest of the file they are read from: rows of it may be marked by their place.
    """
    row, marked = ["delivery_id", "source_row"], set(stones)
    found = [tokens(records if marked else records.clear(), key).filter(pl.col("token").is_in(marked)) for key in keys]
    places = records["source_row"].to_list() if marked and sha256 else []
    hit = [number for number in places if row_token(str(sha256), number, keys[0]) in marked]
    by_place = records.filter(pl.col("source_row").is_in(hit)).select(row)
    return pl.concat([*(one.select(row) for one in found), by_place]).unique()


def set_aside(quarantine: pl.DataFrame, records: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The quarantine with `rows` of `records` in it as erased, in place of any reason they had.

    `rows` may say `code` and `reason` themselves.
    """
    key = ["delivery_id", "source_row"]
    defaults = {"code": pl.lit(CODE), "reason": pl.lit(REASON)}
    rows = rows.with_columns(**{name: text for name, text in defaults.items() if name not in rows.columns})
    where = records.select(*key, "source", "source_file").join(rows.select(*key, "code", "reason"), on=key)
    more = where.with_columns(line=None, column=pl.lit(None, dtype=pl.String))
    kept = quarantine.join(rows, on=key, how="anti")
    return pl.concat([kept, more.select(kept.columns).cast(kept.schema)])


def local_numbers(records: pl.DataFrame) -> set[str]:
    """Agencies' own numbers of people, without their scheme; shorter than five signs they may be anything."""
    each = records["local_ids"].drop_nulls().unique().str.split("|").explode()
    return {number for one in each if len(number := str(one).rpartition(":")[2]) >= _SHORTEST}


def _locals(records: pl.DataFrame) -> pl.DataFrame:
    ids = pl.col("local_ids").fill_null("").str.split("|")
    return records.select("delivery_id", "source_row", kind=pl.lit("local"), clue=ids).explode("clue")


def _names(records: pl.DataFrame) -> pl.DataFrame:
    """Each name of a row with its date of birth, the parts of the name in alphabetical order."""
    own = pl.concat_str("given", "family", separator=" ")
    names = pl.concat_list(own, pl.col("aliases").fill_null("").str.split("|"))
    dated = records.drop_nulls("dob").select("delivery_id", "source_row", "dob", name=names).explode("name")
    full = dated.filter(pl.col("name").str.contains(" ", literal=True))
    parts = pl.col("name").str.split(" ").list.sort().list.join(" ")
    return full.select(
        "delivery_id", "source_row", kind=pl.lit("name"), clue=parts + " " + pl.col("dob").cast(pl.String)
    )


def _description() -> pl.Expr:
    """A whole description; of one that is a name and nothing else, with the row's own key (as in record_identity)."""
    alone = pl.col("nobody") | ~(
        pl.col("dob").is_not_null()
        | pl.col("nhs_number").is_not_null()
        | pl.col("local_ids").is_not_null()
        | (pl.col("street").is_not_null() & pl.col("house").is_not_null())
        | (pl.col("postcode").str.len_chars().fill_null(0) > 4)
    )
    own = pl.coalesce("record_id", pl.concat_str("delivery_id", "source_row", separator="|"))
    values = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in _DESCRIBED], separator=_SHARP)
    row = pl.concat_str("source", own, separator="|")
    return pl.when(alone).then(row + _SHARP + values).otherwise(values)
