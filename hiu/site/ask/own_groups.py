"""The site's own groups of people, such as ethnic group or deprivation: a CSV with person_id and a column for each."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.site.ids import followed, ids_and_merges
from hiu.site.looks import asked_for
from hiu.site.tables import Tables

C = pl.col
SOURCED = ("sex", "age")
"""Characteristics that come from the agencies' rows, and from no file."""


def read_groups(path: str | Path, taken: Collection[str] = SOURCED) -> pl.DataFrame:
    """Further characteristics of people, as text: a row a person, a column a characteristic.

    Raises UsageError naming the file, the line and the column, for a column that is `taken` too.
    """
    found = csv_of(path, "person_id")
    if len(again := (~found["person_id"].is_first_distinct()).arg_true()):
        raise UsageError(
            f"{path}, line {again[0] + 2}, column person_id: expected one row a person; found one of the person again"
        )
    if doubled := set(taken) & set(found.columns):
        raise UsageError(f"{path}: column {min(doubled)}: it comes from the agencies' rows; leave it out or rename it")
    return found


def csv_of(path: str | Path, *needed: str) -> pl.DataFrame:
    """A CSV as text that has these columns and another. Raises UsageError naming those that it has."""
    try:
        found = pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        where = "" if Path(path).is_absolute() else " in the working folder"
        raise UsageError(f"{path}: there is no such file{where}") from None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"{path}: not readable as CSV ({type(error).__name__})") from None
    if lacks := [name for name in needed if name not in found.columns]:
        raise UsageError(f"{path}: expected a column {lacks[0]}; found {', '.join(found.columns)}")
    return found


def own_groups(run: Tables, path: str | Path, taken: Collection[str]) -> tuple[pl.DataFrame, str]:
    """The groups of whoever the analyst may look at, under the ids of today, and a sentence on rows that are of nobody
    else. Where two rows are of one person since and differ, the person is in no group of that column."""
    found = read_groups(path, {*SOURCED, *taken} - {"person_id"})
    ids, became = ids_and_merges(run)
    here = frozenset(ids)
    today = {one: followed(one, here, became) for one in found["person_id"].drop_nulls() if one not in here}
    may = run._askable(here)
    own = found.with_columns(C("person_id").replace(today), pl.exclude("person_id").str.strip_chars().replace("", None))
    own = own.filter(C("person_id").is_in(may))
    each = pl.exclude("person_id").drop_nulls()
    one_row = own.group_by("person_id").agg(pl.when(each.n_unique() == 1).then(each.first()))
    for person in one_row["person_id"]:
        asked_for(person)
    left = found.height - own.height
    rows = "1 row is" if left == 1 else f"{left:,} rows are"
    return one_row, f"{Path(path).name}: {rows} of nobody here whom you may look at" if left else ""
