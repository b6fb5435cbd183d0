"""The annual return of section 136: detentions of a financial year by what they are split by, small figures hidden.

A year's figures are decided after those of its months' own reports, which stay as they were shown, so that neither
tells what the other hides. A year is returned when it is over: no two returns overlap.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from hiu.govern.release.cells import EVERYBODY, Cell, from_row, to_row
from hiu.month import Month
from hiu.plain import inert
from hiu.publish.pathway.s136_charts import Spot
from hiu.publish.pathway.s136_words import RECORDED, RETURNED, VALUES
from pipelines.pathway.shown import Shown
from pipelines.pathway.years import cells_of, decided_after, year_title, year_to

C = pl.col
DATASET = "s136_detention"
SPLITS = [(), *((name,) for name in RETURNED), ("over",), ("place", "over")]
"""What a year is split by: the return, and for the funnel places by whether they kept to the limit."""
COLUMNS = ("from", "to", "months_supplied", "split", "value", "detentions")


@dataclass(frozen=True)
class Year:
    """A financial year: its months, those supplied, and its cells, as they are and as they may be shown."""

    months: Sequence[Month]
    supplied: Sequence[Month]
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """2025/26."""
        return year_title(self.months)

    @property
    def starts(self) -> list[object]:
        """The first day of each supplied month."""
        return [month.start for month in self.supplied]

    @property
    def supplied_words(self) -> str:
        """How much of the year was supplied."""
        return (
            f"{len(self.supplied)} of its 12 months supplied" if len(self.supplied) < 12 else "all 12 months supplied"
        )

    @cached_property
    def shown(self) -> Mapping[str, str]:
        """The text of each group."""
        return {cell.group: cell.shown or "" for cell in self.cells}

    def text(self, group: str = EVERYBODY) -> str:
        """A figure as it may be shown; what nothing was counted in is 0."""
        return self.shown.get(group, "0")

    def spots(self) -> tuple[list[Spot], float]:
        """Places whose detentions and share over the limit can be shown, by name; and the share of all of these."""
        names = [
            cell.group.removeprefix("place=")
            for cell in self.cells
            if cell.group.startswith("place=") and "&" not in cell.group
        ]
        pairs = [(name, self.text(f"place={name}"), self.text(f"place={name}&over=yes")) for name in sorted(names)]
        sure = [
            (RECORDED.get(name, name), int(n), int(over))
            for name, n, over in pairs
            if n.isdigit() and over.isdigit() and int(n)
        ]
        every = sum(n for _, n, _ in sure)
        middle = min(1.0, sum(over for *_, over in sure) / every) if every else 0.0
        return [Spot(name, n, min(1.0, over / n)) for name, n, over in sure], middle


def year_of(rows: pl.DataFrame, earlier: Sequence[Cell], supplied: Sequence[Month], month: Month, shown: Shown) -> Year:
    """The last financial year that was over at a month's end, as it was first shown; `earlier`: the cells of the
    months' own reports."""
    months = year_to(month)
    there = [one for one in months if one in set(supplied)]
    if not there:
        return Year(months, (), ())
    made = shown.figure(months[-1], "year", lambda: _year(rows, earlier, there))
    cells = tuple(from_row(row) for row in made["cells"])  # type: ignore[arg-type]
    return Year(months, [Month.parse(one) for one in made["supplied"]], cells)  # type: ignore[arg-type]


def _year(rows: pl.DataFrame, earlier: Sequence[Cell], there: Sequence[Month]) -> dict[str, list[object]]:
    within = {(str(one),) for one in there}
    cells = cells_of(rows, DATASET, SPLITS, there)
    decided = decided_after(cells, [cell for cell in earlier if cell.months in within])
    return {"supplied": [str(one) for one in there], "cells": [_register_row(to_row(cell)) for cell in decided]}


def _register_row(row: dict[str, object]) -> dict[str, object]:
    """A cell's row as it comes back from the register."""
    return row | {"months": list(row["months"])}  # type: ignore[call-overload]


def return_csv(year: Year) -> bytes:
    """The return as CSV: a line of each value of each split, in the order of the return; `*` is a hidden figure."""
    target = io.StringIO()
    write = csv.writer(target, lineterminator="\r\n")
    write.writerow(COLUMNS)
    if not year.supplied:
        return target.getvalue().encode("utf-8-sig")
    ends = (str(year.supplied[0]), str(year.supplied[-1]), str(len(year.supplied)))
    write.writerow((*ends, "All detentions", "", year.text()))
    for name, title in RETURNED.items():
        for value, words in _values(year, name).items():
            write.writerow((*ends, title, inert(words), year.text(f"{name}={value}")))
    return target.getvalue().encode("utf-8-sig")


def _values(year: Year, name: str) -> Mapping[str, str]:
    """The values of a split, in their order: those of its code list, else those that there are."""
    if name in VALUES:
        return VALUES[name]
    start = f"{name}="
    found = sorted(
        cell.group.removeprefix(start) for cell in year.cells if cell.group.startswith(start) and "&" not in cell.group
    )
    return {value: RECORDED.get(value, value) for value in found}
