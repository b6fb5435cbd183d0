"""Counts of a part as cells that the release solver decides: whole, split by columns, and split crosswise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from hiu.govern.release.bounds import Row
from hiu.govern.release.cells import EVERYBODY, Cell, Key
from hiu.govern.release.disclosure import FEWEST, HIDDEN, event_total
from hiu.govern.release.solver import solve
from hiu.month import Month
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.part import ALL
from pipelines.pathway.shown import Shown, Splits
from pipelines.pathway.years import cells_of

C = pl.col
LEAST_TIMES = f"Hidden where fewer than {FEWEST} people have no more than it, or no less."
"""Beside a median and a 90th percentile."""
_PART = "a part"
BESIDE = "the same paper"
"""What cells are released by that are decided before counts beside them."""


@dataclass(frozen=True)
class Counts:
    """The texts of the cells of one data set, by key."""

    dataset: str
    shown: Mapping[Key, str]
    cells: Sequence[Cell] = ()

    def text(self, month: Month, group: str = EVERYBODY) -> str:
        """A cell as it may be shown; what nothing was counted in is 0."""
        return self.shown.get(("events", self.dataset, group, (str(month),)), "0")

    def number(self, month: Month, group: str = EVERYBODY) -> int | None:
        """The figure shown; None where none is."""
        text = self.text(month, group)
        return int(text) if text.isdigit() else None

    def part(self, month: Month, rows: pl.DataFrame, without: str = "") -> str:
        """How many rows, one a thing, of a month's: hidden where its whole is, which they would bound, or where a
        hidden figure could be worked out from it; `without`: a group that has none of them."""
        text = total(rows)
        if not without or not text.isdigit() or self.text(month) == HIDDEN:
            return text if self.text(month) != HIDDEN else HIDDEN
        each = rows.group_by("person_id").len()["len"].to_list()
        sizes = {"value": sum(each), "people": len(each), "most": max(each, default=0)}
        new = Cell(measure="events", dataset=self.dataset, group=_PART, months=(str(month),), **sizes)
        own = [replace(cell, release=BESIDE) for cell in self.cells if cell.months == new.months]
        found = solve([new], own, partial(_at_most, parts=[_PART, without]))
        return text if found.shown[new.key] == text and not found.refused else HIDDEN

    def quantiles(self, month: Month, rows: pl.DataFrame, group: str = EVERYBODY) -> tuple[str, str]:
        """`quantiles` of rows of a group of a month: hidden where the group's number is, which they would bound."""
        return quantiles(rows) if self.text(month, group) != HIDDEN else (HIDDEN, HIDDEN)

    def share(self, month: Month, group: str, of: str = EVERYBODY) -> str:
        """A per cent of two figures shown, in whole per cents; `not shown` where one of them is hidden."""
        part, whole = self.number(month, group), self.number(month, of)
        if part is None or whole is None:
            return "not shown"
        return f"{min(1.0, part / whole):.0%}" if whole else "nothing to count"


def _at_most(cells: Sequence[Cell], parts: Sequence[str]) -> list[Row]:
    """What a reader reckons with: groups of which no thing is in two are together at most their month's whole. Where
    the rows say otherwise, nothing follows."""
    value = {cell.group: cell.value for cell in cells}
    if sum(value.get(part, 0) for part in parts) > value.get(EVERYBODY, 0):
        return []
    [month] = cells[0].months
    return [({f"all|{month}": 1.0} | {f"{part}|{month}": -1.0 for part in parts}, 0.0, float("inf"))]


def decided(rows: pl.DataFrame, dataset: str, splits: Splits, months: Sequence[Month], shown: Shown) -> Counts:
    """Count `rows` (thing, person_id, month, and the columns that are split by) as cells, and decide what is shown.

    A thing counts once however many rows it has. Every row has a value in every split column: what is not known is a
    value too. Every month has every split, and no cell is of two months: a month that a later report looks back at is
    decided as its own report decided it, so that two reports together tell no more than one, and as it was first shown.
    """
    cells = month_cells(rows, dataset, splits, months, shown)
    return Counts(dataset, texts_of(cells), cells)


def texts_of(cells: Iterable[Cell]) -> dict[Key, str]:
    """The text of each cell that is printed."""
    return {cell.key: cell.shown for cell in cells if cell.shown is not None}


def month_cells(rows: pl.DataFrame, dataset: str, splits: Splits, months: Sequence[Month], shown: Shown) -> list[Cell]:
    """The cells of `decided`, each month's decided by itself."""
    found = ((month, cells_of(rows, dataset, splits, [month])) for month in months)
    return [cell for month, cells in found for cell in shown.cells(month, dataset, splits, cells)]


def cross(
    counts: Counts,
    month: Month,
    down: tuple[str, Mapping[str, str]],
    across: tuple[str, Mapping[str, str]],
    title: str,
    note: str = "",
) -> Grid:
    """A table of two splits with its totals: `down` and `across` are a column and its values in words. Rows and columns
    in which nothing was counted are left out."""
    (row_name, rows), (column_name, columns) = down, across
    rows = {value: words for value, words in rows.items() if counts.text(month, f"{row_name}={value}") != "0"}
    columns = {value: words for value, words in columns.items() if counts.text(month, f"{column_name}={value}") != "0"}
    made = [
        (
            words,
            *(counts.text(month, f"{row_name}={value}&{column_name}={other}") for other in columns),
            counts.text(month, f"{row_name}={value}"),
        )
        for value, words in rows.items()
    ]
    last = (ALL, *(counts.text(month, f"{column_name}={other}") for other in columns), counts.text(month))
    return Grid(title, ("", *columns.values(), ALL), (*made, last), note)


def total(rows: pl.DataFrame) -> str:
    """How many rows, one a thing, as it may be shown by itself.

    It is hidden if fewer than 8 people are behind the rows, or one person has more than half of them.
    """
    return event_total(rows.group_by("person_id").len()["len"].to_list())


def quantiles(rows: pl.DataFrame) -> tuple[str, str]:
    """Median and 90th percentile of minutes, to 5 minutes, each hidden where it would be the value of a few people.

    It says how many have no less and how many no more. Each of the two is a count of its rows, and must be one that
    could be shown: of 8 people at least, none of whom has more than half. So a 90th percentile needs about 80 people.
    """
    own = rows.drop_nulls("minutes")
    return _quantile(own, 0.5), _quantile(own, 0.9)


def _quantile(own: pl.DataFrame, share: float) -> str:
    found = own["minutes"].quantile(share, "linear")
    sides = (own.filter(C("minutes") <= found), own.filter(C("minutes") >= found)) if found is not None else ()
    shown = bool(sides) and all(total(side) not in (HIDDEN, "0") for side in sides)
    return f"{round(found / 5) * 5}" if found is not None and shown else HIDDEN
