"""Words of agencies that become rows and columns of a paper: none says who somebody is.

A ward, a place or an owner is a free word: whoever types it may type a name. So a label that names somebody on record,
or holds a number as long as theirs, is not shown, and a place that fewer than 8 people stand behind is no row of its
own.
"""

import re
from collections.abc import Callable, Mapping

import polars as pl

from hiu.fold import folded
from hiu.govern.release.canary import People, tells
from hiu.govern.release.disclosure import FEWEST
from hiu.plain import seen

NAMED = "A label that names a person, not shown"
FEW = f"Places of fewer than {FEWEST} people each"
PLACES = ("place", "force_area", "site", "site_key", "reporter_site")
"""Columns of places, by whichever name: what is behind one of them is added up over all."""
_OURS = ("person_id", "delivery_id", "table", "leg", "code", "source")
_LONG = re.compile(r"(?:\d[ .\-/]{0,2}){9,}")


def plain_labels(tables: Mapping[str, pl.DataFrame], everybody: People) -> dict[str, pl.DataFrame]:
    """The tables of a paper with such words replaced; an own number of a sender that tells somebody keeps its rows
    apart by a number of its own."""
    people = _behind(tables)
    found = {name: _replaced(frame, lambda words: _named(words, everybody)) for name, frame in tables.items()}
    few = {key for key, n in people.items() if n < FEWEST}
    return {name: _replaced(frame, lambda words: _rare(words, few), PLACES) for name, frame in found.items()}


def unnamed(frame: pl.DataFrame, everybody: People, *columns: str) -> pl.DataFrame:
    """A table with the labels in some of its columns, or in all, replaced that tell somebody."""
    return _replaced(frame, lambda words: _named(words, everybody), columns)


def _replaced(
    frame: pl.DataFrame, words: Callable[[pl.Series], dict[str, str]], only: tuple[str, ...] = ()
) -> pl.DataFrame:
    own = [name for name, kind in frame.schema.items() if kind == pl.String and name not in _OURS]
    changed = []
    for name in [name for name in own if name in only or not only]:
        if new := words(frame[name].drop_nulls().unique().sort()):
            apart = name.endswith("_id")
            changed.append(
                pl.col(name).replace(
                    {old: f"{new[old]} ({at})" if apart else new[old] for at, old in enumerate(new, 1)}
                )
            )
    return frame.with_columns(changed)


def _named(words: pl.Series, everybody: People) -> dict[str, str]:
    hits = {word: NAMED for word in words if tells(word, everybody) or _LONG.search(folded(word))}
    return hits | {word: seen(word) for word in words if word not in hits and seen(word) != word}


def _rare(words: pl.Series, few: set[str]) -> dict[str, str]:
    return {word: FEW for word in words if _key(word) in few and word != NAMED}


def _key(word: str) -> str:
    """As `bed_site` folds a ward's name: two spellings are one."""
    return re.sub(r"[\W_]+", " ", word.lower()).strip()


def _behind(tables: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """How many people stand behind each place; a row that names nobody is a person of its own."""
    parts = [
        frame.select(
            word=pl.col(column), who=pl.coalesce("person_id", pl.concat_str("delivery_id", "source_row", separator="|"))
        )
        for frame in tables.values()
        if {"person_id", "delivery_id", "source_row"} <= set(frame.columns)
        for column in PLACES
        if column in frame.columns
    ]
    if not parts:
        return {}
    every = pl.concat(parts).drop_nulls().unique()
    keys = every.with_columns(word=pl.col("word").map_elements(_key, return_dtype=pl.String))
    return dict(keys.unique().group_by("word").len().rows())
