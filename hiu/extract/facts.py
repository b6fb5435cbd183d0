"""Dated facts of a register, taken out of its cells: gradings, consent, contacts and the like."""

import re
from collections.abc import Mapping

import polars as pl

from hiu.extract.files.columns import fact_key
from hiu.extract.values.codes import YES_NO
from hiu.extract.values.dates import NEVER, read_dates
from hiu.extract.values.text import by_word, tidied
from hiu.sources import Packed, Source

_TEXT = ("value", "grade", "police", "likelihood", "impact")
_DAY = r"(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})\b|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
_GRADES = by_word(Low="L,Low", Medium="M,Med,Medium", High="H,High")
SCHEMA = {
    "source_row": pl.Int64,
    "fact": pl.String,
    "at": pl.Date,
    "value": pl.String,
    "role": pl.String,
    "likelihood": pl.Int64,
    "impact": pl.Int64,
    "grade": pl.String,
    "police_present": pl.Boolean,
    "column": pl.String,
    "readable": pl.Boolean,
    "at_sent": pl.String,
}


def read_facts(frame: pl.DataFrame, source: Source, columns: Mapping[str, str]) -> pl.DataFrame:
    """One row a fact: source_row, fact, position (from 1), at, value, role, likelihood, impact, grade,
    police_present; `readable` is false for a piece of a cell that the pattern or the date formats do not fit,
    `column` the header it came from, `at_sent` its date as sent.
    """
    parts = [
        _packed(frame, packed, columns[fact_key(index)], columns.get(fact_key(index, at=True)))
        for index, packed in enumerate(source.facts)
        if fact_key(index) in columns
    ]
    found = pl.concat([pl.DataFrame(schema=SCHEMA), *parts])
    order = pl.int_range(1, pl.len() + 1).over("source_row", "fact").alias("position")
    return found.with_columns(order)


def _packed(frame: pl.DataFrame, packed: Packed, header: str, at_header: str | None) -> pl.DataFrame:
    at_cell = tidied(pl.col(at_header)) if at_header else pl.lit(None, pl.String)
    pieces = frame.select("source_row", tidied(pl.col(header)).alias("cell"), at_cell.alias("at_cell"))
    pieces = pieces.filter(pl.col("cell").is_not_null())
    if packed.split:
        pieces = (
            pieces.with_columns(_dates_apart(pl.col("cell"), packed))
            .with_columns(pl.col("cell").str.split(packed.split.strip() or packed.split))
            .explode("cell")
        )
    pieces = pieces.with_columns(tidied(pl.col("cell"))).filter(pl.col("cell").is_not_null())
    whole = f"^(?:{packed.pattern})$"
    named = re.compile(whole).groupindex
    groups = pl.col("cell").str.extract_groups(whole)
    found = {name: groups.struct.field(name) if name in named else pl.lit(None, pl.String) for name in (*_TEXT, "at")}
    pieces = pieces.with_columns(pl.col("cell").str.contains(whole).alias("matched"), **found)
    pieces = pieces.with_columns(tidied(pl.coalesce("at", "at_cell")).alias("at"))
    day = read_dates(pieces["at"], packed.formats)
    return _typed(pieces.with_columns(day.alias("day")), packed, header)


def _dates_apart(cell: pl.Expr, packed: Packed) -> pl.Expr:
    """A cell whose dates are parted by commas, semicolons, 'and' or spaces, with the source's own mark between them."""
    mark = (packed.split or "").strip() or str(packed.split)
    parted = cell.str.replace_all(rf"\s*(?:[,;&\n]|\band\b)\s*({_DAY})", f"{mark} $1")
    for _ in range(2):  # of three dates in a row the middle one ends a pair and begins one
        parted = parted.str.replace_all(rf"({_DAY})\s+({_DAY})", f"$1{mark} $2")
    return parted.alias("cell")


def _typed(pieces: pl.DataFrame, packed: Packed, header: str) -> pl.DataFrame:
    police = pl.col("police").str.to_lowercase().replace_strict(YES_NO, default=None) == "yes"
    score = {name: pl.col(name).cast(pl.Int64, strict=False) for name in ("likelihood", "impact")}
    grade = tidied(pl.col("grade")).str.to_titlecase().replace(_GRADES)
    sound = pl.col("matched") & (pl.col("at").is_null() | pl.col("day").is_not_null())
    for name, figure in score.items():
        sound &= pl.col(name).is_null() | figure.is_between(1, 5)
    # half a grading is none: it is told as unreadable, never filled up
    sound &= pl.col("likelihood").is_null() == pl.col("impact").is_null()
    sound &= grade.is_null() | grade.is_in(_GRADES.values())
    kept = pieces.with_columns(_worded(packed).alias("value")).filter((pl.col("value") != "").fill_null(True))
    return kept.select(
        "source_row",
        pl.lit(packed.fact).alias("fact"),
        pl.when(~pl.col("day").is_in(NEVER)).then("day").alias("at"),
        "value",
        pl.lit(packed.role, pl.String).alias("role"),
        *(figure.alias(name) for name, figure in score.items()),
        grade.alias("grade"),
        police.fill_null(pl.lit(packed.police, pl.Boolean)).alias("police_present"),
        pl.lit(header).alias("column"),
        sound.fill_null(False).alias("readable"),
        pl.col("at").alias("at_sent"),
    )


def _worded(packed: Packed) -> pl.Expr:
    codes = {sent.lower(): ours for sent, ours in packed.codes.items()}
    value = pl.coalesce(tidied(pl.col("value")), pl.lit(packed.value or None, pl.String))
    return value.str.to_lowercase().replace_strict(codes, default=value, return_dtype=pl.String) if codes else value
