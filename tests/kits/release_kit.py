"""Invented areas with skewed demand, and sequences of monthly releases with all that can happen between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import polars as pl
import publish_frames as frames

from hiu.govern.release.cells import Cell
from hiu.model import DATASETS, PUBLISHED
from hiu.month import Month
from hiu.settings import Settings
from pipelines.access.releases import Past
from pipelines.papers.commissioner.cells import Released, decide

SETTINGS = Settings(name="Invented area")
LAST = Month(2026, 3)
RATES = {
    "police_incident": 0.12,
    "ambulance_deployment": 0.09,
    "ed_attendance": 0.14,
    "mh_bed_day": 0.006,
    "s136": 0.004,
    "mha_assessment": 0.005,
}
NIGHTS = 9


@dataclass
class Area:
    """People, their support, and what each had by month; `gone` were erased, `out` objected, `late` rows wait."""

    born: list[date]
    start: dict[int, date]
    demand: pl.DataFrame
    late: pl.DataFrame
    gone: set[int] = field(default_factory=set)
    out: set[int] = field(default_factory=set)
    sets: tuple[str, ...] = tuple(DATASETS)
    first: Month = LAST - 23

    def tables(self, month: Month) -> dict[str, pl.DataFrame]:
        """The published tables that a paper reads, as at a month, without those who are left out."""
        missing = self.gone | self.out
        kept = [at for at in range(len(self.born)) if at not in missing]
        demand = self.demand.filter(pl.col("month") <= month.start, pl.col("at").is_in(kept))
        year = demand.filter(pl.col("month") > (month - 12).start, pl.col("n") > 0)
        order = dict(year.group_by("at").agg(pl.col("n").sum()).sort("n", "at", descending=True).rows())
        grown = {at: _grown(self.born[at], month) for at in kept}
        adults = [at for at in order if grown[at]]
        ranked = [
            {
                "person_id": _id(at),
                "list": "adult",
                "rank": rank,
                "access": "supported" if self.start.get(at, date.max) <= month.end else "candidate",
            }
            for rank, at in enumerate(adults, 1)
        ]
        people = pl.DataFrame(
            {
                "person_id": [_id(at) for at in kept],
                "dob": [self.born[at] for at in kept],
                "birth_year": [self.born[at].year for at in kept],
                "sex": [("F", "M")[at % 2] if at % 41 else "X" for at in kept],
            },
            schema_overrides={"dob": pl.Date, "birth_year": pl.Int64},
        )
        support = [{"person_id": _id(at), "start": day} for at, day in self.start.items() if at in set(kept)]
        return {
            "ranked": pl.DataFrame(ranked, schema={"person_id": str, "list": str, "rank": pl.Int64, "access": str}),
            "people": people,
            "support": pl.DataFrame(support, schema={"person_id": str, "start": pl.Date}),
            "monthly_demand": demand.with_columns(person_id=pl.col("at").map_elements(_id, pl.String)).drop("at"),
            "coverage": _coverage(self.sets, self.first, month),
        }


def _id(at: int) -> str:
    return f"P{at:06d}"


def _grown(born: date, month: Month) -> bool:
    return (month.end.year - born.year - ((month.end.month, month.end.day) < (born.month, born.day))) >= 18


def _coverage(sets: tuple[str, ...], first: Month, month: Month) -> pl.DataFrame:
    months = first.through(month)
    rows = [{"dataset": name, "month": when.start, "supplied": True} for name in sets for when in months]
    return frames.frame(PUBLISHED["coverage"], rows)


def invent(people: int, seed: int, *, sets: tuple[str, ...] = tuple(DATASETS), before: int = 23) -> Area:
    """An area as at three months after LAST - 2: a few people have most of everything, and a tenth are under 18."""
    dice = np.random.default_rng(seed)
    level = np.clip(dice.pareto(1.3, people), 0.05, 25.0)
    first = LAST - before
    span = first.through(LAST + 2)
    parts = []
    for name in sets:
        rate = RATES[name]
        n = dice.poisson(np.minimum(level[:, None] * rate * dice.gamma(1.0, 1.0, (people, len(span))), 20.0))
        n *= dice.integers(1, NIGHTS * 2, n.shape) if name == "mh_bed_day" else 1
        who, when = np.nonzero(n)
        values = {"at": who, "month": [span[at].start for at in when], "n": n[who, when]}
        parts.append(
            pl.DataFrame(values, schema_overrides={"at": pl.Int64, "n": pl.Int64}).with_columns(dataset=pl.lit(name))
        )
    demand = pl.concat(parts)
    young = dice.random(people) < 0.1
    born = [
        date(int(2008 + at % 8 if is_young else 1950 + at % 55), 1 + at % 12, 3) for at, is_young in enumerate(young)
    ]
    chosen = np.argsort(-level)[: int(dice.integers(6, 30))]
    start = {int(at): date(2025, 1 + int(dice.integers(0, 12)), 5) for at in chosen if dice.random() < 0.6}
    start |= {int(at): (LAST + int(dice.integers(1, 3))).start for at in chosen if int(at) not in start}
    late = dice.random(len(demand)) < 0.01
    return Area(born, start, demand.filter(~pl.Series(late)), demand.filter(pl.Series(late)), sets=sets, first=first)


def happen(area: Area, dice: np.random.Generator) -> list[str]:
    """Between two releases: a person of much or little demand objects, another is erased, and late rows come."""
    heavy = area.demand.group_by("at").agg(pl.col("n").sum()).sort("n", "at", descending=True)["at"].to_list()
    said = []
    for what, where in (("objection", area.out), ("erasure", area.gone)):
        if dice.random() < 0.7:
            where.add(heavy[int(dice.integers(0, 12 if dice.random() < 0.5 else len(heavy)))])
            said.append(what)
    if area.late.height and dice.random() < 0.7:
        area.demand, area.late = pl.concat([area.demand, area.late]), area.late.clear()
        said.append("late rows")
    return said


def release(area: Area, month: Month, past: Past) -> tuple[Released, Past]:
    """Decide a month and give it out."""
    made = decide(month, area.tables(month), area.sets, SETTINGS, past)
    return made, given(made, month, past)


def given(made: Released, month: Month, past: Past) -> Past:
    """What the recipient has after a release."""
    name = f"board-{month}"
    cells: Mapping[object, Cell] = {cell.key: cell for cell in past.cells} | {
        cell.key: cell if cell.release else _named(cell, name) for cell in made.solved.cells
    }
    as_at = str(month) if past.renews_equality(month) else past.answers["equality"]
    return Past(tuple(cells.values()), made.ground, {"equality": as_at})


def _named(cell: Cell, name: str) -> Cell:
    return replace(cell, release=name)
