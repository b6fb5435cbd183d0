"""A part of the crisis pathway as it may be printed: sentences, tables of text, charts. The same in every form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hiu.publish.board.paper import Grid
from hiu.publish.stamp import Stamp

ALL = "All"
"""The heading of a row or column of totals."""

_FIGURE = re.compile(r"[+-]?\d|\*|not shown")
"""What a cell of a column of figures begins with."""

_WHOLE = re.compile(r"\d\d? [A-Z][a-z]{2} \d{4}( \d\d:\d\d)?|[\d,]+ h( \d\d)?|.{,30}HIU-[A-Z2-7]{8}\)?")


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawn chart: SVG, and what it says in words."""

    svg: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One paper: `marking` says who may read it; of the grids in `shaded` a darker cell is a larger figure.

    `words` = how many columns of each grid, from the left, are words and not figures (1 if it is not named).
    """

    name: str
    title: str
    stamp: Stamp
    marking: str
    lead: tuple[str, ...]
    grids: tuple[Grid, ...]
    charts: tuple[Chart, ...] = ()
    charts_title: str = "Month by month"
    notes: tuple[str, ...] = ()
    shaded: frozenset[str] = frozenset()
    words: Mapping[str, int] = field(default_factory=dict)
    paper_columns: int = 1

    def left(self, grid: Grid) -> int:
        """How many columns of a grid are words."""
        return self.words.get(grid.title, 1)

    def figures(self, grid: Grid, column: int) -> bool:
        """Whether a column is of figures, which stand at its right: not one of words, such as where a rate lies."""
        cells = [row[column] for row in grid.rows]
        return column >= self.left(grid) and any(_FIGURE.match(cell) for cell in cells or ("0",))

    def whole(self, cell: str) -> bool:
        """Whether a cell stands on one line: a time, or somebody's name and id, which nobody reads in two."""
        return bool(_WHOLE.fullmatch(cell))

    def depth(self, grid: Grid, row: int, column: int) -> int:
        """How dark a figure of a shaded grid is, 0 to 5: its share of the largest. Of totals and other grids 0."""
        if grid.title not in self.shaded or self._is_total(grid, row, column):
            return 0
        plain = [[cell.replace(",", "") for cell in cells] for cells in grid.rows]
        inner = [
            int(cell)
            for down, cells in enumerate(plain)
            for across, cell in enumerate(cells)
            if cell.isdigit() and not self._is_total(grid, down, across)
        ]
        cell, largest = plain[row][column], max(inner, default=0)
        return round(5 * int(cell) / largest) if largest and cell.isdigit() else 0

    def _is_total(self, grid: Grid, row: int, column: int) -> bool:
        return column < self.left(grid) or ALL in (grid.rows[row][0], grid.columns[column])
