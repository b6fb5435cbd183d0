"""Who is meant: an id as of today, a rank, and why somebody is not on the list."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.site.show.listing import Row, cell_text
from hiu.site.tables import Tables

C = pl.col


def id_at(tables: Tables, rank: int) -> str:
    """The id at a rank of the adults' list."""
    adults = tables._scan("ranked").filter(C("list") == "adult")
    found = adults.filter(C("rank") == rank).select("person_id").collect()
    if found.is_empty():
        most = adults.select(pl.len()).collect().item()
        raise UsageError(f"no rank {rank} in {tables.month.title}: the list has {most} people")
    return str(found.item())


def id_now(tables: Tables, person_id: str) -> str:
    """An id as it is, or the one it was merged into."""
    ids = tables._scan("people").select("person_id").collect()["person_id"]
    if person_id in ids:
        return person_id
    became = tables._table("aliases").filter((C("old_id") == person_id) & (C("kind") == "merge"))
    if became.height:
        return id_now(tables, str(became.sort("month")["person_id"][-1]))
    raise UsageError(
        f"no person '{person_id}' in {tables.month.title}.{did_you_mean(person_id, ids)} "
        "run.ranked() has the ids; 'hiu find NAME' searches by name."
    )


def why_unlisted(tables: Tables, person: Row) -> str:
    """Why somebody has no place on a month's list; `person` is their row of `people`."""
    month = tables.month
    if not person["named"]:
        reason = "the row names nobody, so it counts in totals alone"
    elif person.get("died"):
        reason = "a death is recorded"
    elif person["last_seen"] is None:
        reason = "no contact with a date is known"
    elif person["last_seen"] < (month - 11).start:
        reason = f"nothing was counted since {cell_text(person['last_seen'])}, and the list looks at 12 months"
    else:
        reason = "nothing of the last 12 months counts: .records() has every row and what became of it"
    return f"Not on the list of {month.title}: {reason}."
