"""The first N of a list: the first N people on it who may be shown. `rank` is the meeting's place, and those of others
stay empty, so who is first is counted over the people and never read off a rank."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.site.tables import Tables


def shown_places(tables: Tables, own: str = "adult") -> pl.DataFrame:
    """Who of a list may be shown, in its order: rank, person_id."""
    wanted = tables._scan("ranked").filter(pl.col("list") == own).select("rank", "person_id")
    return wanted.sort("rank").collect()


def first_of(tables: Tables, top: int, own: str = "adult", what: str = "") -> str:
    """The first N (of what) in words, with how many places between them are empty."""
    ranks = shown_places(tables, own)["rank"].head(top)
    empty = int(ranks[-1]) - len(ranks) if len(ranks) else 0
    others = f"{empty:,} places belong to people" if empty > 1 else "1 place belongs to somebody"
    return f"the first {top}{what}" + (f" who may be shown ({others} who may not)" if empty else "")


def checked_top(tables: Tables, what: str, top: int | str | None, own: str = "adult", more: str = "") -> int:
    """How many of the first of a list: as many as the settings say if none is given. Raises UsageError for anything but
    a whole number from 1, and for more than there are; `more` is what else may be given."""
    if top is None:
        return tables.settings.rank.top
    there = shown_places(tables, own).height
    usual = tables._opened.settings.rank.top if tables._opened else 0  # a list may be shorter than its first N
    if isinstance(top, bool) or not isinstance(top, int) or not 1 <= top <= max(there, usual):
        are = "1 person" if there == 1 else f"{there:,} people"
        most = f"{max(there, usual)}{more}"
        raise UsageError(f"{what}({top!r}): the list has {are}: give a whole number from 1 to {most}")
    return top
