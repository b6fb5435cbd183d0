"""Invented areas with skewed demand, and sequences of monthly releases with all that can happen between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import publish_frames as frames
from attacker import JOINED, LEFT, Published, Truth

from hiu.govern.release.cells import SUPPORTED, Cell, to_public
from hiu.model import DATASETS, PUBLISHED
from hiu.month import Month
from hiu.publish.board.data import data_file
from hiu.settings import Settings
from pipelines.access.releases import Past
from pipelines.papers.commissioner.caseload import caseload
from pipelines.papers.commissioner.cells import Released, adult_rows, decide, list_groups, supported_adults
from pipelines.papers.compare.figures import decided

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
    end: dict[int, date]
    declined: dict[int, date]
    """When those who declined an offer, or have not answered it (an odd number), were offered support."""
    demand: pl.DataFrame
    late: pl.DataFrame
    gone: set[int] = field(default_factory=set)
    out: set[int] = field(default_factory=set)
    sets: tuple[str, ...] = tuple(DATASETS)
    first: Month = LAST - 23
    missing: set[tuple[str, Month]] = field(default_factory=set)
    """Months that an agency has not sent yet."""

    def tables(self, month: Month) -> dict[str, pl.DataFrame]:
        """The published tables that a paper reads, as at a month, without those who are left out."""
        left_out = self.gone | self.out
        kept = [at for at in range(len(self.born)) if at not in left_out]
        demand = self.demand.filter(pl.col("month") <= month.start, pl.col("at").is_in(kept))
        for name, when in self.missing:
            demand = demand.filter((pl.col("dataset") != name) | (pl.col("month") != when.start))
        year = demand.filter(pl.col("month") > (month - 12).start, pl.col("n") > 0)
        order = dict(year.group_by("at").agg(pl.col("n").sum()).sort("n", "at", descending=True).rows())
        grown = {at: _grown(self.born[at], month) for at in kept}
        adults = [at for at in order if grown[at]]
        ranked = [
            {
                "person_id": _id(at),
                "list": "adult",
                "rank": rank,
                "access": "supported"
                if self.start.get(at, date.max) <= month.end < self.end.get(at, date.max)
                else "candidate",
                "risk_source": "clinical" if at % 7 == 0 else "not assessed",
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
        support = [
            {"person_id": _id(at), "start": day, "offered": day - timedelta(days=40), "consent": "given", "contacts": 4}
            | {"end": self.end[at] if self.end.get(at, date.max) <= month.end else None}
            | {"capacity_at": day + timedelta(days=60 * (at % 3)), "plan_at": day}
            | {"plan_review_at": day + timedelta(days=180) if at % 2 else None}
            for at, day in self.start.items()
            if at in set(kept)
        ] + [
            {"person_id": _id(at), "offered": day, "consent": None if at % 2 else "refused", "contacts": 0}
            for at, day in self.declined.items()
            if at in set(kept) and at not in self.start and day <= month.end
        ]
        return {
            "ranked": pl.DataFrame(
                ranked, schema={"person_id": str, "list": str, "rank": pl.Int64, "access": str, "risk_source": str}
            ),
            "people": people,
            "support": frames.frame(PUBLISHED["support"], support),
            "monthly_demand": demand.with_columns(person_id=pl.col("at").map_elements(_id, pl.String)).drop("at"),
            "coverage": _coverage(self, month),
        }


def _id(at: int) -> str:
    return f"P{at:06d}"


def _grown(born: date, month: Month) -> bool:
    return (month.end.year - born.year - ((month.end.month, month.end.day) < (born.month, born.day))) >= 18


def _coverage(area: Area, month: Month) -> pl.DataFrame:
    pairs = [(name, when) for name in area.sets for when in area.first.through(month)]
    rows = [
        {"dataset": name, "month": when.start, "supplied": (name, when) not in area.missing} for name, when in pairs
    ]
    return frames.frame(PUBLISHED["coverage"], rows)


def invent(
    people: int, seed: int, *, sets: tuple[str, ...] = tuple(DATASETS), before: int = 23, gaps: bool = True
) -> Area:
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
    end = {at: day + timedelta(days=int(dice.integers(60, 400))) for at, day in start.items() if dice.random() < 0.5}
    asked = dice.integers(0, people, int(dice.integers(0, 12)))
    declined = {int(at): date(2025, 1, 9) + timedelta(days=int(dice.integers(0, 480))) for at in asked}
    late = dice.random(len(demand)) < 0.01
    area = Area(
        born,
        start,
        end,
        declined,
        demand.filter(~pl.Series(late)),
        demand.filter(pl.Series(late)),
        sets=sets,
        first=first,
    )
    if seed % 3 == 0:
        area.missing.add((sets[seed % len(sets)], LAST - int(seed % 7)))
    return area


def happen(area: Area, dice: np.random.Generator) -> list[str]:
    """Between two releases people object, are erased or turn out to be one, and rows or whole months come late."""
    heavy = area.demand.group_by("at").agg(pl.col("n").sum()).sort("n", "at", descending=True)["at"].to_list()

    def somebody() -> int:
        return int(heavy[int(dice.integers(0, 12 if dice.random() < 0.5 else len(heavy)))])

    said = []
    for what, where in (("objection", area.out), ("erasure", area.gone)):
        if dice.random() < 0.7:
            where.add(somebody())
            said.append(what)
    if dice.random() < 0.5:
        one, other = somebody(), somebody()
        moved = pl.when(pl.col("at") == other).then(one).otherwise("at").cast(pl.Int64)
        area.demand, area.late = area.demand.with_columns(at=moved), area.late.with_columns(at=moved)
        if one in area.start or other in area.start:
            area.start[one] = min(area.start.pop(other, date.max), area.start.get(one, date.max))
        said.append("two records were one person")
    if area.late.height and dice.random() < 0.7:
        area.demand, area.late = pl.concat([area.demand, area.late]), area.late.clear()
        said.append("late rows")
    if area.missing and dice.random() < 0.5:
        area.missing.clear()
        said.append("a late month")
    return said


def release(area: Area, month: Month, past: Past) -> tuple[Released, Past]:
    """Decide a month and give it out."""
    tables = area.tables(month)
    made = decide(month, tables, area.sets, SETTINGS, past, caseload(month, tables, SETTINGS))
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


def as_sent(cells: Iterable[Cell]) -> bytes:
    """The data file of what is shown of the cells."""
    return data_file(to_public(cell) for cell in cells if cell.shown is not None)


@dataclass
class Recipient:
    """What somebody is given release by release, as files, and what was so when each month was first in one."""

    past: Past = field(default_factory=Past)
    published: list[Published] = field(default_factory=list)
    truth: Truth = field(default_factory=lambda: Truth(pl.DataFrame()))
    seen: set[tuple[str, str]] = field(default_factory=set)

    def take(self, area: Area, month: Month) -> Released:
        """The next release."""
        tables = area.tables(month)
        made, new = release(area, month, self.past)
        supplied = _supplied(tables)
        self.published.append(Published(as_sent(made.solved.cells), supplied))
        self._note(tables, month, supplied)
        self.past = new
        return made

    def take_bundle(self, area: Area, month: Month) -> Released:
        """The figures of a month for other areas, decided after all that was given before, papers included."""
        tables = area.tables(month)
        made = decided(month, tables, SETTINGS, self.past)
        answers = self.past.answers
        supplied = _supplied(tables)
        self.published.append(Published(as_sent(made.solved.cells), supplied))
        self._note(tables, month, supplied)
        self._note_flow(tables, month)
        self.past = replace(given(made, month, self.past), answers=answers)
        return made

    def _note(self, tables: Mapping[str, pl.DataFrame], month: Month, supplied: frozenset[tuple[str, str]]) -> None:
        rows = adult_rows(month, tables, SETTINGS).with_columns(month=pl.col("month").dt.strftime("%Y-%m"))
        fresh = pl.DataFrame(
            sorted(supplied - self.seen), schema={"dataset": pl.String, "month": pl.String}, orient="row"
        )
        now = rows.join(fresh, on=["dataset", "month"], how="semi")
        self.truth.rows = pl.concat([self.truth.rows, now]) if self.seen else now
        self.seen |= supplied
        listed = tables["ranked"].filter(pl.col("list") == "adult")
        for cell in list_groups(month, tables, SETTINGS):
            people, places = self.truth.groups.get((str(month), cell.group), (0, 0))
            size = (cell.value, places) if cell.measure == "people" else (people, cell.value)
            self.truth.groups[str(month), cell.group] = size
        supported = supported_adults(month, tables, SETTINGS).height
        self.truth.groups.setdefault((str(month), SUPPORTED), (supported, 0))
        for cell in caseload(month, tables, SETTINGS):
            self.truth.groups.setdefault((str(month), cell.group), (cell.value, 0))
        year = rows.filter(pl.col("month") > str(month - 12))["person_id"].n_unique()
        self.truth.groups[str(month), "all"] = (year, listed.height)

    def _note_flow(self, tables: Mapping[str, pl.DataFrame], month: Month) -> None:
        """Who joined and left, as a reader means it: no more joined than are there, and who is not there any more."""
        adults = supported_adults(month, tables, SETTINGS)
        new = tables["support"].filter(pl.col("start") > (month - 12).end)
        groups, when = self.truth.groups, str(month)
        there = groups[when, "supported"][0]
        joined = min(there, adults.join(new, on="person_id", how="semi").height)
        groups.setdefault((when, JOINED), (joined, 0))
        before = groups.get((str(month - 12), "supported"), (0, 0))[0]
        groups.setdefault((when, LEFT), (before + groups[when, JOINED][0] - there, 0))


def _supplied(tables: Mapping[str, pl.DataFrame]) -> frozenset[tuple[str, str]]:
    given_months = tables["coverage"].filter("supplied").select("dataset", pl.col("month").dt.strftime("%Y-%m"))
    return frozenset(given_months.rows())
