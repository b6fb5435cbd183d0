"""A part of the crisis pathway as it may be printed: sentences, tables of text, charts. The same in every form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hiu.publish.board.paper import Grid
from hiu.publish.stamp import Stamp


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
    notes: tuple[str, ...] = ()
    shaded: frozenset[str] = frozenset()
    words: Mapping[str, int] = field(default_factory=dict)

    def left(self, grid: Grid) -> int:
        """How many columns of a grid are words."""
        return self.words.get(grid.title, 1)

    def depth(self, grid: Grid, cell: str) -> int:
        """How dark a figure of a shaded grid is, 0 to 5: its share of the largest; of other grids 0."""
        if grid.title not in self.shaded or not cell.isdigit():
            return 0
        largest = max((int(one) for row in grid.rows for one in row[self.left(grid) :] if one.isdigit()), default=0)
        return round(5 * int(cell) / largest) if largest else 0
