"""Numbers that start again in each file: keys under which another delivery sent other people, or other dates."""

from collections.abc import Mapping

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.header import quoted
from hiu.sources import Source

FEWEST, SHARE = 3, 5
"""So many keys must be of other rows, and one in so many of the keys that both deliveries have."""
FAR_DAYS = 31
KEYED = ("events", "stays")
"""Kinds of source whose rows have keys that a later delivery may send again."""
COMPARED = ("start", "name_text", "given", "family", "dob", "nhs_number", "local_ids")
"""Columns of a record that say whether two rows of one key are the same event."""


def headers_of(quality: pl.DataFrame) -> dict[str, str]:
    """Field -> its header, of model.FIELD_QUALITY."""
    return dict(quality.select("field", "header").iter_rows())


def pair_keys(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows of two deliveries that have one key: record_id, source_file (of the earlier one), COMPARED of the later
    and, as <name>_before, of the earlier. Both are model.RECORD; rows set aside and deletions are left out.
    """
    earlier, later = (frame.filter(~pl.col("quarantined"), ~pl.col("deleted")) for frame in (before, after))
    named = earlier.select("record_id", "source_file", pl.col(COMPARED).name.suffix("_before"))
    return later.select("record_id", *COMPARED).join(named, on="record_id")


def refuse_reused(pairs: pl.DataFrame, source: Source, headers: Mapping[str, str], name: str) -> None:
    """Raise InputRefused 'keys_reused' if the later rows of `pairs` (pair_keys) would replace rows of other events.

    A row is of another event if it starts more than FAR_DAYS away, or on another day and about somebody else: name,
    birth and numbers are unlike wherever both rows have them. `headers`: field -> its header.
    """
    if pairs.height < FEWEST:
        return
    keys = pairs.group_by("record_id").agg(other=_is_other().all(), file=pl.col("source_file").max())
    others = keys.filter("other")
    if others.height < FEWEST or others.height * SHARE < keys.height:
        return
    fields = source.key.record or source.key.event
    file = others["file"].value_counts().sort("count", "file", descending=[True, False])["file"][0]
    wide = ", ".join(f'"{field}"' for field in dict.fromkeys([*fields, "start"]))
    part = "record" if source.key.record else "event"
    raise InputRefused(
        "keys_reused",
        f"{others.height:,} of {keys.height:,} keys in {quoted(headers.get(field, field) for field in fields)} that "
        f"were sent before are those of other people's rows, or of other dates, as in {file}. The number seems to "
        f"start again in each file, and these rows would replace those. Use a key of several fields, such as {part} = "
        f"[{wide}] under [key] in sources/{source.name}.toml, or ask the sender for a number that is never used again",
        file=name,
    )


def refuse_shared(records: pl.DataFrame, source: Source, headers: Mapping[str, str], name: str) -> None:
    """Raise InputRefused 'keys_reused' if the key of a row, such as a callsign, stands in rows of other events too, and
    those rows of one delivery (model.RECORD) would replace each other: a fifth of the keys, and three at least."""
    sound = records.filter(~pl.col("quarantined"), ~pl.col("deleted"), pl.col("record_id").is_not_null())
    keys = sound.group_by("record_id", "version").agg(pl.col("event_id").n_unique())
    several = keys.filter(pl.col("event_id") > 1).height
    if not source.key.record or several < FEWEST or several * SHARE < keys.height:
        return
    wide = ", ".join(f'"{field}"' for field in dict.fromkeys([*source.key.event, *source.key.record]))
    raise InputRefused(
        "keys_reused",
        f"{several:,} of {keys.height:,} keys in {quoted(headers.get(field, field) for field in source.key.record)} "
        "stand in rows of several events, and these rows would replace each other. Numbers of vehicles or people come "
        f"again: write record = [{wide}] under [key] in sources/{source.name}.toml",
        file=name,
    )


def lost_people(pairs: pl.DataFrame, name: str) -> list[str]:
    """A sentence if rows of `pairs` (pair_keys) say no longer whom they are about and those that they were to replace
    do: these hold. Raises InputRefused 'who_lost' if a fifth of the keys are such, and three at least.
    """
    who = ("given", "family", "nhs_number", "local_ids")
    gone = pl.all_horizontal(pl.col(who).is_null()) & pl.any_horizontal(
        pl.col(f"{one}_before").is_not_null() for one in who
    )
    keys = pairs.group_by("record_id").agg(gone=gone.all(), file=pl.col("source_file").max())
    lost = keys.filter("gone")
    if lost.is_empty():
        return []
    sentence = (
        f"{lost.height:,} of {keys.height:,} rows sent again say no longer whom they are about, as in "
        f"{min(lost['file'])} they did"
    )
    if lost.height >= FEWEST and lost.height * SHARE >= keys.height:
        raise InputRefused(
            "who_lost",
            f"{sentence}. A column of names or numbers may have been renamed or left out: name it under [fields], or "
            "ask the sender for the file with it",
            file=name,
        )
    return [f"{sentence}; the rows sent before hold. Ask the sender whether the person was taken out on purpose"]


def _is_other() -> pl.Expr:
    start, before = pl.col("start"), pl.col("start_before")
    another_day = (start.dt.date() != before.dt.date()).fill_null(True)
    far = ((start - before).abs() > pl.duration(days=FAR_DAYS)).fill_null(False)
    return far | (another_day & _is_somebody_else())


def _is_somebody_else() -> pl.Expr:
    """Whether something says who both rows are about, and nothing that does is alike."""
    same = [pl.col(field) == pl.col(f"{field}_before") for field in ("dob", "nhs_number")]
    alike = [*same, _shared(_names(""), _names("_before")), _shared(_numbers(""), _numbers("_before"))]
    return (pl.max_horizontal(expr.cast(pl.Int8) for expr in alike) == 0).fill_null(False)


def _shared(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether two lists have an item in common; null if either is empty."""
    both = (one.list.len() > 0) & (other.list.len() > 0)
    return pl.when(both).then(one.list.set_intersection(other).list.len() > 0)


def _names(suffix: str) -> pl.Expr:
    text = pl.concat_str([f"{name}{suffix}" for name in COMPARED[1:4]], separator=" ", ignore_nulls=True)
    return text.str.to_lowercase().str.extract_all(r"\p{L}{2,}")


def _numbers(suffix: str) -> pl.Expr:
    return pl.col(f"local_ids{suffix}").fill_null("").str.extract_all(r"[^|\s]+")
