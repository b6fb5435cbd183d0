"""What most reports take of a month, also with numbers in place of ids: a fraction of the memory and the time."""

from __future__ import annotations

import ctypes
from contextlib import suppress

import polars as pl

from hiu.rank.listing.population import place_among
from hiu.site.show.listing import Row
from hiu.site.tables import Tables

C = pl.col
DATASET = pl.Categorical(pl.Categories("dataset", physical=pl.UInt16))
_FROM, _BYTES = -3, 4_000_000  # M_MMAP_THRESHOLD
_WHO = ("person_id", "dob", "birth_year", "named", "died")
_COUNTS = ("person_id", "month", "dataset", "n")


def common(run: Tables, *more: str) -> Row:
    """Month, demand, coverage, people (who they are, and `more` columns) and settings."""
    demand, people = run._whole("monthly_demand", *_COUNTS), run._whole("people", *_WHO, *more)
    return _about(run) | {"demand": demand, "people": people}


def numbered_common(run: Tables, *more: str) -> tuple[pl.Series, Row]:
    """The ids in order, and what `common` gives with the place of an id among them as person_id."""
    people = run._whole("people", *_WHO, *more).sort("person_id")
    ids, places = people["person_id"], pl.int_range(pl.len(), dtype=pl.UInt32)
    demand = numbered_table(run, ids, "monthly_demand", *_COUNTS[1:]).with_columns(C("dataset").cast(DATASET))
    return ids, _about(run) | {"demand": demand, "people": people.with_columns(person_id=places)}


def numbered_table(run: Tables, ids: pl.Series, name: str, *only: str, where: pl.Expr | None = None) -> pl.DataFrame:
    """A table about people, or `only` some columns of it, with the place of the id as person_id; ids are read by
    themselves, so that they are not held beside the other columns."""
    place = place_among(run._whole(name, "person_id", where=where)["person_id"], ids)
    return run._whole(name, *only, where=where).with_columns(person_id=place).drop_nulls("person_id")


def _about(run: Tables) -> Row:
    return {"month": run.month, "settings": run.settings, "coverage": run._whole("coverage")}


def give_back() -> None:
    """Large arrays of numpy go back to the machine as soon as nobody needs them, as the memory of Polars does
    (hiu/__init__.py): else the C library of Linux keeps room for the largest there was."""
    with suppress(OSError, AttributeError, TypeError):  # other systems have no such setting
        ctypes.CDLL(None).mallopt(_FROM, _BYTES)
