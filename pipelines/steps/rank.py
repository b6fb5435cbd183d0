"""Rank: this month's list, and what changed since last month's."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from hiu.engine.restated import restated
from hiu.month import Month
from hiu.rank import Ranking, changes, rank, recount
from pipelines.work import Work


def rank_people(work: Work) -> None:
    """The list as at the month's end, with its constants and the unassessed people nearest the cut-off."""
    known = _known(work, work.month)
    ranking = rank(
        month=work.month,
        demand=known["monthly_demand"],
        extra=known["monthly_extra"],
        coverage=known["coverage"],
        people=work.warehouse.read("people"),
        support=work.warehouse.read("support"),
        gradings=work.warehouse.read("risk_grading"),
        settings=work.place.settings,
    )
    work.warehouse.put("ranked", ranking.ranked)
    work.warehouse.put("unassessed", ranking.unassessed)
    constants = json.dumps(ranking.constants, default=str)
    work.warehouse.put("constants", pl.DataFrame({"json": [constants]}))


def _known(work: Work, month: Month) -> dict[str, pl.DataFrame]:
    """What is known now of a month (this one, or one before it)."""
    return {
        name: work.warehouse.read(f"select * from {name} where month < $after", after=month.after)
        for name in ("monthly_demand", "monthly_extra", "coverage")
    }


def _last_month(work: Work) -> pl.DataFrame:
    """The list of the month before, as it would be made of what is known now."""
    known = _known(work, work.month - 1)
    return recount(
        month=work.month - 1,
        demand=known["monthly_demand"],
        coverage=known["coverage"],
        people=work.warehouse.read("people"),
        settings=work.place.settings,
    )


def ranking_of(work: Work) -> Ranking:
    """The list as the warehouse holds it."""
    constants = json.loads(work.warehouse.read("constants")["json"][0])
    return Ranking(work.warehouse.read("ranked"), constants, work.warehouse.read("unassessed"))


def changes_since(work: Work, before: Path | None) -> pl.DataFrame:
    """What differs from the list published for the month before (its folder), restated figures included."""
    ranking = ranking_of(work)
    places = work.place.settings.rank.top
    if before is None:
        return changes(ranking, None, month=work.month, places=places)
    news = restated(
        work.warehouse,
        pl.read_parquet(before / "monthly_demand.parquet"),
        pl.read_parquet(before / "coverage.parquet"),
        work.month - 1,
        work.warehouse.read("aliases"),
    )
    return changes(
        ranking,
        pl.read_parquet(before / "ranked.parquet"),
        month=work.month,
        places=places,
        aliases=work.warehouse.read("aliases"),
        restated=news,
        earlier=_earlier(work, before),
        recounted=_last_month(work) if news.height else None,
    )


def _earlier(work: Work, before: Path) -> set[str]:
    """Ids among the places of any list published before last month's."""
    found: set[str] = set()
    for month, folder in sorted(work.place.months().items()):
        path = work.place.published / folder / "ranked.parquet"
        if month < str(work.month - 1) and path.exists() and path.parent != before:
            listed = pl.scan_parquet(path).filter(pl.col("list") == "adult").select("rank", "person_id").collect()
            found |= set(listed.filter(pl.col("rank") <= work.place.settings.rank.top)["person_id"])
    return found
