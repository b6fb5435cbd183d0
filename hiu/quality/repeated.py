"""Rows of one delivery with one key: what falls away with the rows that do not hold, and in what they differ."""

import polars as pl

from hiu.extract.files.header import quoted
from hiu.sources import Source

_PERSON = ("nhs_number", "dob", "family", "given")
_MOST = 20
"""Rows of one key that are each held against the others; of more, only those that describe the person alike."""


def repeated_rows(records: pl.DataFrame, sent: pl.DataFrame, source: Source) -> list[str]:
    """A sentence if rows fall away for a later row with their key about the same person, and are not the same as it.

    People on one key each keep their row, and so do rows that a version tells apart. `sent` holds the cells as sent by
    source_row: the sentence names the columns in which the rows differ, and what they could have counted as.
    """
    pairs = _pairs(records)
    if pairs.is_empty():
        return []
    headers = [header for header in sent.columns if header != "source_row" and header not in _ends(source)]
    both = pairs.join(sent, on="source_row").join(
        sent.rename({"source_row": "source_row_holds"}), on="source_row_holds", suffix="_holds"
    )
    differs = [pl.col(header).ne_missing(pl.col(f"{header}_holds")).alias(header) for header in headers]
    rows = both.select("lost", *differs).filter(pl.any_horizontal(headers))
    if rows.is_empty():
        return []
    which = [header for header in headers if rows[header].any()]
    lost = sorted(set(rows["lost"].explode().drop_nulls()))
    gone = rows.filter(pl.col("lost").list.len() > 0).height
    counts = f", and {gone:,} may count as {', '.join(lost)}, which that row may not" if lost else ""
    return [
        f"{rows.height:,} of {records.height:,} rows will not count: each is replaced by a later row with the same "
        f"person and the same key. They differ from it in {quoted(which, 6)}{counts}. If each row is an event or a "
        "part of its own, name the column that tells them apart in [key] record (of one event) or event in "
        f"sources/{source.name}.toml"
    ]


def _pairs(records: pl.DataFrame) -> pl.DataFrame:
    """source_row of rows that fall away, source_row_holds of the last row of the key, version and person, and lost:
    what the first may count as and the second may not."""
    keys = ["record_id", "version"]
    sound = records.filter(~pl.any_horizontal("quarantined", "deleted", "nobody"), pl.col("record_id").is_not_null())
    size = pl.len().over(keys)
    rows = sound.filter(size > 1).select(*keys, "source_row", *_PERSON, "measures", size=size)
    if rows.is_empty():
        return rows
    few, many = rows.filter(pl.col("size") <= _MOST), rows.filter(pl.col("size") > _MOST)
    pairs = few.join(few, on=keys, suffix="_holds", nulls_equal=True)
    same = [pl.col(one).eq(pl.col(f"{one}_holds")).fill_null(True) for one in _PERSON]
    holding = many.unique([*keys, *_PERSON], keep="last", maintain_order=True)
    alike = many.join(holding, on=[*keys, *_PERSON], suffix="_holds", nulls_equal=True)
    kept = ("source_row", "source_row_holds", "measures", "measures_holds")
    found = pl.concat([pairs.filter(same).select(kept), alike.select(kept)])
    later = found.filter(pl.col("source_row") < pl.col("source_row_holds"))
    last = later.sort("source_row", "source_row_holds").unique("source_row", keep="last", maintain_order=True)
    lost = pl.col("measures").list.set_difference("measures_holds")
    return last.select("source_row", "source_row_holds", lost=lost)


def _ends(source: Source) -> frozenset[str]:
    """Headers of the end of a stay: a row that closes it holds over one that leaves it open, wherever it stands."""
    fields = ("end", "spell_end") if source.kind == "stays" else ()
    return frozenset(header for name in fields if name in source.fields for header in source.fields[name].columns)
