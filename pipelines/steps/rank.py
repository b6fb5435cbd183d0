"""Rank: this month's list, and what changed since last month's."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from hiu.engine.restated import restated
from hiu.publish.release.working import whole_table
from hiu.rank import changes, rank, recount
from hiu.rank.listing.population import absent
from hiu.rank.listing.reasons import Moves
from pipelines.access.basis import hidden
from pipelines.access.remake import withheld
from pipelines.common.place import published_tables
from pipelines.common.work import Work

Tables = Mapping[str, pl.DataFrame]


def rank_people(work: Work) -> None:
    """The list as at the month's end, with its constants and the unassessed people nearest the cut-off."""
    read, rows, seen = work.warehouse.read, work.warehouse.rows, {"month <": work.month.after}
    ranking = rank(
        month=work.month,
        demand=rows("monthly_demand", where=seen),
        extra=rows("monthly_extra", where=seen),
        coverage=rows("coverage", where=seen),
        people=read("people"),
        support=read("support"),
        gradings=read("risk_grading"),
        settings=work.place.settings,
        missing=rows("missing_count", where=seen),
    )
    work.warehouse.put("ranked", ranking.ranked)
    work.warehouse.put("unassessed", ranking.unassessed)
    constants = json.dumps(ranking.constants, default=str)
    work.warehouse.put("constants", pl.DataFrame({"json": [constants]}))


def _last_month(work: Work, made: Tables) -> pl.DataFrame:
    """The list of the month before, as it would be made of what is known now."""
    month, settings = work.month - 1, work.place.settings
    demand, coverage = (made[name].filter(pl.col("month") < month.after) for name in ("monthly_demand", "coverage"))
    return recount(month=month, demand=demand, coverage=coverage, people=made["people"], settings=settings)


def _moves(work: Work, made: Tables) -> Moves:
    """What tells which parts of a score moved since the month before."""
    people, demand, coverage = made["ranked"]["person_id"], made["monthly_demand"], made["coverage"]
    return Moves.of(people, work.month, demand, coverage, work.place.settings.rank)


def changes_since(work: Work, before: Path | None, made: Tables) -> pl.DataFrame:
    """What differs from the list published for the month before (its folder), restated figures included.

    `made`: ranked, people, monthly_demand and coverage as the warehouse holds them.
    """
    places = work.place.settings.rank.top
    if before is None:
        return changes(made["ranked"], None, month=work.month, places=places)
    aliases = work.warehouse.read("aliases")
    earlier = published_tables(before, ("monthly_demand", "coverage", "ranked", "people"))
    led = earlier["ranked"].filter(pl.col("rank") <= places)
    gone = led.join(made["ranked"], on="person_id", how="anti")["person_id"].to_list()
    demand = _as_before(work, earlier | {"aliases": aliases}, made)
    news = restated(work.warehouse, demand, earlier["coverage"], work.month - 1, aliases)
    return changes(
        made["ranked"],
        earlier["ranked"],
        month=work.month,
        places=places,
        aliases=aliases,
        restated=news,
        earlier=_earlier(work, before),
        recounted=_last_month(work, made) if news.height else None,
        moves=_moves(work, made),
        absent=absent(gone, made["people"], work.month),
    )


def _as_before(work: Work, earlier: Tables, made: Tables) -> pl.DataFrame:
    """The demand published before; of who may be shown to nobody that of today, so that no sentence counts them."""
    on, aliases = work.now.date(), earlier["aliases"]
    was = withheld(work.place, earlier, on)
    now = hidden(work.place, {"people": made["people"], "aliases": aliases}, on)
    old = earlier["monthly_demand"].filter(~pl.col("person_id").is_in(sorted(was)))
    return pl.concat([old, made["monthly_demand"].filter(pl.col("person_id").is_in(sorted(now))).select(old.columns)])


def _earlier(work: Work, before: Path) -> set[str]:
    """Ids among the places of any list published before last month's."""
    found: set[str] = set()
    for month, folder in sorted(work.place.months().items()):
        path = whole_table(work.place.published / folder, "ranked")
        if month < str(work.month - 1) and path.exists() and folder != before.name:
            ranked = pl.scan_parquet(path).filter(pl.col("rank") <= work.place.settings.rank.top)
            found |= set(ranked.select("person_id").collect()["person_id"])
    return found
