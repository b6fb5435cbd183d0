"""What was not supplied of the months that a table counts: missing there, not zero."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from hiu.model.words import many
from hiu.month import Month
from hiu.site.tables import Tables

C = pl.col


def lacking(
    run: Tables, months: int = 12, *, sets: Collection[str] | None = None, before: int = 0, last: Month | None = None
) -> list[str]:
    """A sentence of the last months (to `last`), if one lacks a data set (or one of `sets`); and another of as many
    months ending `before` months earlier, which those are compared with, unless that is 0."""
    now = _words(run, last or run.month, months, sets)
    lines = [f"Not supplied, so missing here and not zero: {now}."] if now else []
    earlier = _words(run, run.month - before, months, sets) if before else ""
    if earlier:
        lines.append(f"Not supplied of the months these are compared with, so a rise may be none: {earlier}.")
    return lines


def unnamed(run: Tables, months: int, sets: Collection[str]) -> list[str]:
    """A sentence of the contacts in the last months that name nobody, which no table of people can have."""
    if (totals := run._totals()) is None:
        return []
    recent = C("month").is_between((run.month - (months - 1)).start, run.month.start)
    n = int(totals.filter(recent, C("dataset").is_in(list(sets)))["nobody"].sum())
    return [f"Rows that name nobody are not in it: {n:,} more, which .trend() has."] if n else []


def _words(run: Tables, last: Month, months: int, sets: Collection[str] | None) -> str:
    """How many of the months each data set lacks, also those before the first that it was supplied for."""
    coverage = run._whole("coverage")
    asked = sorted(coverage["dataset"].unique() if sets is None else sets)
    recent = coverage.filter("supplied", C("month").is_between((last - (months - 1)).start, last.start))
    there = dict(recent.group_by("dataset").agg(C("month").n_unique()).iter_rows())
    lack = {name: months - there.get(name, 0) for name in asked}
    lack = {name: n for name, n in lack.items() if n}
    if months == 1:
        return ", ".join(many(name) for name in lack)
    if len(lack) == len(asked) > 1 and len(set(lack.values())) == 1:
        return f"every data set in {next(iter(lack.values()))} of {months} months"
    return ", ".join(f"{many(name)} in {n} of {months} months" for name, n in lack.items())
