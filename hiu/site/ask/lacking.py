"""What was not supplied of the months that a table counts: missing there, not zero."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from hiu.model.words import many
from hiu.month import Month
from hiu.site.tables import Tables

C = pl.col


def lacking(run: Tables, months: int = 12, *, sets: Collection[str] | None = None, before: int = 0) -> list[str]:
    """A sentence of the last months, if one lacks a data set (or one of `sets`); and another of as many months ending
    `before` months earlier, which those are compared with, unless that is 0."""
    now = _words(run, run.month, months, sets)
    lines = [f"Not supplied, so missing here and not zero: {now}."] if now else []
    earlier = _words(run, run.month - before, months, sets) if before else ""
    if earlier:
        lines.append(f"Not supplied of the months these are compared with, so a rise may be none: {earlier}.")
    return lines


def _words(run: Tables, last: Month, months: int, sets: Collection[str] | None) -> str:
    recent = C("month").is_between((last - (months - 1)).start, last.start)
    found = run._whole("coverage").filter(recent, ~C("supplied"))
    found = found if sets is None else found.filter(C("dataset").is_in(list(sets)))
    counted = found.group_by("dataset").len().sort("dataset").iter_rows()
    of = f" of {months} months" if months > 1 else ""
    return ", ".join(f"{many(str(name))} in {n}{of}" if of else many(str(name)) for name, n in counted)
