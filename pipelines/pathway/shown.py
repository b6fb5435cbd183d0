"""Figures of a part's papers as they were first shown: two editions of one month laid side by side tell of nobody.

Rows are corrected, come late or are erased after a paper was made. Were the month counted again, the difference of the
two papers would tell of the few people behind it. So a month's figures are taken once, when a paper first shows them,
and every later paper repeats them, as the board paper and the figures by area do. No name or id is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from hiu.govern.release.cells import Cell
from hiu.govern.release.ground import Ground
from hiu.govern.release.solver import solve
from hiu.month import Month
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.part import Chart, Part
from pipelines.access.releases import START, Export, keep_export, kept_export
from pipelines.common.place import Place

T = TypeVar("T")
Splits = Sequence[tuple[str, ...]]
"""The columns of each split, none of them for the whole."""
FIRST = "first edition"
"""What cells that were shown before are released by."""
REPEATED = (
    "The figures of this month are those first shown for it. Its records have changed since, and what changed is not in"
    " them: the difference would tell of single people."
)


@dataclass
class Edition:
    """What was shown of a month: its cells, by which splits each data set was split, and other figures by name."""

    cells: list[Cell] = field(default_factory=list)
    splits: dict[str, list[list[str]]] = field(default_factory=dict)
    figures: dict[str, object] = field(default_factory=dict)


class Shown:
    """The editions of a part's months: what was shown before stays, what is new is taken down.

    `new`: months of which something is shown for the first time; `changed`: those whose records say something else now.
    """

    def __init__(self, before: Callable[[Month], Edition | None] = lambda _: None) -> None:
        self._before = before
        self._editions: dict[Month, Edition] = {}
        self.new: set[Month] = set()
        self.changed: set[Month] = set()

    def cells(self, month: Month, dataset: str, splits: Splits, cells: Sequence[Cell]) -> list[Cell]:
        """The cells of a data set of a month: as they were shown, else as the solver decides them now."""
        edition, wanted = self.of(month), [list(split) for split in splits]
        own = [cell for cell in edition.cells if cell.dataset == dataset]
        if edition.splits.get(dataset) == wanted:
            if {_counted(cell) for cell in own} != {_counted(cell) for cell in cells}:
                self.changed.add(month)
            return own
        # other splits than were shown, by another version: decided after those
        solved = solve(cells, [replace(cell, release=FIRST) for cell in own]).cells
        edition.cells = [*(cell for cell in edition.cells if cell.dataset != dataset), *solved]
        edition.splits[dataset] = wanted
        self.new.add(month)
        return list(solved)

    def figure(self, month: Month, name: str, make: Callable[[], T]) -> T:
        """A figure of a month by its name, in what JSON can hold: as it was shown, else as it is made now."""
        edition = self.of(month)
        if name not in edition.figures:
            edition.figures[name] = make()
            self.new.add(month)
        return edition.figures[name]  # type: ignore[return-value]

    def edition(self, part: Part) -> Part:
        """A month's paper with the figures of its first edition; one that shows nothing is none."""
        if not part.grids:
            return part
        now = _to_rows(part)
        kept = self.figure(part.stamp.month, "paper", lambda: now)
        if kept == now and part.stamp.month not in self.changed:
            return part
        return replace(part, **dict(_from_rows(kept)), notes=(*part.notes, REPEATED))  # type: ignore[arg-type]

    def of(self, month: Month) -> Edition:
        """What was shown of a month."""
        if month not in self._editions:
            self._editions[month] = self._before(month) or Edition()
        return self._editions[month]


def _counted(cell: Cell) -> tuple[object, ...]:
    """What was counted of a cell, whatever was shown of it."""
    return (cell.group, cell.value, cell.people, cell.most)


def _to_rows(part: Part) -> dict[str, object]:
    grids = [[grid.title, list(grid.columns), [list(row) for row in grid.rows], grid.note] for grid in part.grids]
    return {"lead": list(part.lead), "grids": grids, "charts": [[chart.svg, chart.alt] for chart in part.charts]}


def _from_rows(kept: dict[str, object]) -> Iterator[tuple[str, object]]:
    lead, grids, charts = kept["lead"], kept["grids"], kept["charts"]
    assert isinstance(lead, list) and isinstance(grids, list) and isinstance(charts, list)
    yield "lead", tuple(lead)
    yield (
        "grids",
        tuple(Grid(title, tuple(columns), tuple(map(tuple, rows)), note) for title, columns, rows, note in grids),
    )
    yield "charts", tuple(Chart(svg=svg, alt=alt) for svg, alt in charts)


def open_shown(place: Place, part: str) -> Shown:
    """What was shown of a part's months. Reading it raises HiuError if an entry is missing, old or not this site's."""
    return Shown(partial(_kept, place, _register(part)))


def keep_shown(place: Place, part: str, shown: Shown, now: datetime) -> None:
    """Enter what is shown for the first time; before a byte of it is written."""
    for month in sorted(shown.new):
        edition = shown.of(month)
        export = Export(
            recipient=_register(part),
            month=str(month),
            head=START,
            files={},
            cells=edition.cells,
            ground=Ground(str(month), {}, {}),
            answers={"splits": edition.splits, "figures": edition.figures},
        )
        keep_export(place, export, now)


def _register(part: str) -> str:
    return f"pathway-{part}"


def _kept(place: Place, register: str, month: Month) -> Edition | None:
    found = kept_export(place, register, str(month))
    return Edition(list(found.cells), **found.answers) if found else None  # type: ignore[arg-type]
