"""The figures by area as cells: declared from exact sums, with what a reader knows of how they make each other up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from hiu.govern.release.bounds import Row, terms
from hiu.govern.release.cells import Cell, Measure
from hiu.govern.release.solver import Solved, solve
from hiu.month import Month
from hiu.places.demand import PERIOD, REPEAT, persons, shared_people

LEVELS = {"incident": ("command_unit", "borough"), "home": ("command_unit", "borough"), "provider": ("trust",)}
"""By which areas each of the three is shown."""
DATASET, WHOLE, UNKNOWN = "areas", "whole", "not known"
PRINTED = ("contacts", "mental_health", "repeat", "first")
"""Events that are printed, each within the one before, but for `first`, which is within mental_health."""
REST = {"other": ("contacts", "mental_health"), "once": ("mental_health", "repeat"), "rest": ("mental_health", "first")}
"""What a reader can take from another: never printed, and protected as if it were."""
PEOPLE, SHARED = "repeat", "shared"


@dataclass(frozen=True, order=True)
class Part:
    """A place of one of the three areas: `level` and `name`; of two levels both are joined by |."""

    area: str
    level: str
    name: str

    def group(self, what: str) -> str:
        """The group of a cell; ': ' in it says that its events are one sum of the whole period."""
        return f"{self.area} {self.level}: {self.name}, {what}"


TOTAL = Part("any", "area", WHOLE)


def decide(places: pl.DataFrame, month: Month) -> Solved:
    """Every figure by area, and what of it may be shown."""
    months = tuple(map(str, (month - (PERIOD - 1)).through(month)))
    made = _Cells(places, months)
    return solve(made.cells.values(), facts=lambda _: made.facts())


class _Cells:
    """The cells of a period, and how they make each other up."""

    def __init__(self, places: pl.DataFrame, months: tuple[str, ...]) -> None:
        self.places, self.months = places, months
        self.cells: dict[tuple[Part, Measure, str], Cell] = {}
        self.nested: dict[Part, list[Part]] = {}
        self._add(TOTAL, persons(places, "home", WHOLE), shown="")
        for area, levels in LEVELS.items():
            for level in levels:
                self.nested.setdefault(TOTAL, [])
                self._level(area, level)
            if len(levels) > 1:
                self._within(area, levels)
        self._shared()

    def _level(self, area: str, level: str) -> None:
        for name, own in _by_place(persons(self.places, area, level), (level,)):
            self._add(Part(area, level, name), own, shown="")

    def _within(self, area: str, levels: tuple[str, ...]) -> None:
        """What units and boroughs share: of a borough that is in several units each part is a cell, never printed."""
        both = [(name.split("|"), own) for name, own in _by_place(persons(self.places, area, *levels), levels)]
        wider, finer = levels
        alone = [borough for (_, borough), _ in both]
        for (unit, borough), own in both:
            part = Part(area, finer, borough)
            if alone.count(borough) > 1:
                part = Part(area, "|".join(levels), f"{unit}|{borough}")
                self._add(part, own, shown=None)
                self.nested.setdefault(Part(area, finer, borough), []).append(part)
            self.nested.setdefault(Part(area, wider, unit), []).append(part)

    def _add(self, part: Part, own: pl.DataFrame, *, shown: str | None) -> None:
        for what in PRINTED:
            self._cell(part, "events", what, own[what].to_list(), shown)
        for what, (of, less) in REST.items():
            self._cell(part, "events", what, (own[of] - own[less]).to_list(), None)
        self._cell(part, "people", PEOPLE, [min(n, 1) for n in own[PEOPLE]], shown)

    def _cell(self, part: Part, measure: Measure, what: str, parts: Sequence[int], shown: str | None) -> None:
        given = [n for n in parts if n > 0]
        self.cells[part, measure, what] = Cell(
            measure=measure,
            dataset=DATASET,
            group=part.group(what),
            months=self.months,
            value=sum(given),
            people=len(given),
            most=max(given, default=0),
            shown=shown,
        )

    def _shared(self) -> None:
        for unit, trust, people in shared_people(self.places).rows():
            self._cell(Part(SHARED, "command_unit", f"{unit}|{trust}"), "people", SHARED, [1] * people, "")

    def facts(self) -> list[Row]:
        """Rows of the solver: parts make up their whole, and people are no more than their contacts."""
        rows: list[Row] = []
        for area, levels in LEVELS.items():
            for level in levels:
                rows += self._made_up(
                    TOTAL, [part for part, _, _ in self.cells if (part.area, part.level) == (area, level)]
                )
        for whole, parts in self.nested.items():
            rows += self._made_up(whole, parts) if parts else []
        for part in dict.fromkeys(part for part, _, _ in self.cells):
            rows += self._of_shared(part) if part.area == SHARED else self._within_itself(part)
        return rows

    def _within_itself(self, part: Part) -> Iterator[Row]:
        """Of one place: what is printed less what is within it, and no more people than contacts of theirs."""
        for what, (of, less) in REST.items():
            yield {**self._name(part, of), **self._name(part, less, -1), **self._name(part, what, -1)}, 0, 0
        fewest = REPEAT if part == TOTAL else 1
        yield {**self._name(part, PEOPLE), **self._name(part, PEOPLE, -fewest, "people")}, 0, float("inf")

    def _of_shared(self, part: Part) -> Iterator[Row]:
        """Whoever a unit and a trust share had a contact with each."""
        unit, trust = part.name.split("|")
        for whole in (Part("incident", "command_unit", unit), Part("provider", "trust", trust)):
            yield {**self._name(whole, "contacts"), **self._name(part, SHARED, -1, "people")}, 0, float("inf")

    def _made_up(self, whole: Part, parts: Sequence[Part]) -> Iterator[Row]:
        own = list(dict.fromkeys(parts))
        for what in ("contacts", "mental_health", "repeat"):
            yield {**self._name(whole, what), **_merged(self._name(part, what, -1) for part in own)}, 0, 0
        people = self._name(whole, PEOPLE, -1, "people")
        yield {**people, **_merged(self._name(part, PEOPLE, 1, "people") for part in own)}, 0, float("inf")
        for part in own:
            yield {**self._name(whole, PEOPLE, 1, "people"), **self._name(part, PEOPLE, -1, "people")}, 0, float("inf")

    def _name(self, part: Part, what: str, sign: int = 1, measure: Measure = "events") -> dict[str, float]:
        return {name: sign * one for name, one in terms(self.cells[part, measure, what]).items()}


def _by_place(own: pl.DataFrame, levels: tuple[str, ...]) -> Iterator[tuple[str, pl.DataFrame]]:
    named = own.with_columns(pl.col(level).fill_null(UNKNOWN) for level in levels)
    for names, rows in named.group_by(levels, maintain_order=True):
        yield "|".join(map(str, names)), rows


def _merged(parts: Iterable[dict[str, float]]) -> dict[str, float]:
    return {name: sign for part in parts for name, sign in part.items()}
