"""What the board paper may say: figures about the cohort after disclosure control, and nothing about anybody.

A `Board` holds text and rounded numbers only. Frames come in through `aggregate`, which takes exactly the columns of
its allow-list: there is no way for a table of people to reach a page, a slide or a chart.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from hiu.errors import HiuError
from hiu.govern.release.cells import WITHHELD
from hiu.govern.release.disclosure import BASE, FEWEST, HIDDEN
from hiu.month import Month
from hiu.publish.board.variation import Icon
from hiu.rank.reports.xmr import Limits

ALLOWED: Mapping[str, tuple[str, ...]] = {"coverage": ("month", "dataset", "supplied", "whole")}
"""Columns a frame may have that comes in; every count comes in as the text of a cell."""

MARKING = "OFFICIAL: aggregate figures under disclosure control"
HIDDEN_NOTE = (
    f"* = one or more, not shown: fewer than {FEWEST} people or events, one person with more than half of them, or a "
    "figure from which such a one could be worked out"
)
UNSEEN = (HIDDEN, WITHHELD)
"""Texts of cells that are not shown."""
ROUNDED_NOTE = (
    f"{HIDDEN_NOTE}. Other figures are rounded to {BASE}, and shares are worked out from the rounded figures."
)

_PERSONAL = re.compile(
    r"HIU-[A-Z2-7]{8}|\bP[A-Z2-7]{4}-[A-Z2-7]{16}|\b\d{3} ?\d{3} ?\d{4}\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
)
"""Ids, pseudonyms, NHS numbers and postcodes: none can come of the figures; found all the same, it is a fault."""


@dataclass(frozen=True)
class Grid:
    """A table as it may be shown: text cells."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A data set's months after disclosure control: None where hidden or not supplied (`gaps` says which)."""

    dataset: str
    title: str
    months: tuple[date, ...]
    values: tuple[int | None, ...]
    gaps: tuple[str, ...]
    flags: tuple[str, ...]
    mean: float
    lower: float
    upper: float
    sentence: str
    alt: str
    drawn: bool
    """Enough months can be shown for a line and its limits to be honest."""
    limits: tuple[Limits, ...] = ()
    """Mean and limits at each month: worked out anew from each policy break on."""
    icon: Icon | None = None
    """What the latest month says, if a chart is drawn and the month can be shown."""
    colours: tuple[str, ...] = ()
    """Of each month the colour of its special cause; empty where there is none."""


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars of a chart: categories, and for each series its values (None = not shown)."""

    title: str
    categories: tuple[str, ...]
    series: Mapping[str, tuple[int | None, ...]]
    alt: str
    caption: str = ""
    ranges: tuple[tuple[int, int] | None, ...] = ()
    """Of each category the range that chance leaves to it, if one is drawn."""

    @property
    def any_shown(self) -> bool:
        """One value at least may be shown."""
        return any(value is not None for values in self.series.values() for value in values)


@dataclass(frozen=True, kw_only=True)
class Board:
    """The whole paper. `suppressed` lists what was left out; `rules` how."""

    site: str
    month: Month
    built: datetime
    run_id: str
    settings_version: str
    synthetic: bool
    basis: str
    headline: tuple[str, ...]
    fairness: tuple[str, ...]
    asks: tuple[str, ...]
    trust: tuple[str, ...]
    harm: tuple[str, ...]
    actions: tuple[str, ...]
    lines: tuple[Line, ...]
    change: Grid
    recent: Grid
    caseload: Grid
    demand: Grid
    demand_bars: Bars
    equality: Grid
    evaluation: tuple[str, ...]
    evaluation_bars: Bars | None
    cost: Grid
    cost_bars: Bars
    target: tuple[str, ...]
    unusual: tuple[str, ...]
    coverage: Grid
    definitions: Grid
    rules: tuple[str, ...]
    suppressed: tuple[str, ...]

    @property
    def grids(self) -> dict[str, Grid]:
        """Its tables by name; without that of the months supplied where it would say yes alone, as a sentence does."""
        names = ("caseload", "change", "recent", "demand", "cost", "equality", "coverage", "definitions")
        gaps = any(cell != "yes" for row in self.coverage.rows for cell in row[1:])
        return {name: getattr(self, name) for name in names if gaps or name != "coverage"}

    @property
    def bars(self) -> dict[str, Bars]:
        """Its bar charts by name."""
        named = {"demand": self.demand_bars, "cost": self.cost_bars, "evaluation": self.evaluation_bars}
        return {name: bars for name, bars in named.items() if bars}

    @property
    def sections(self) -> dict[str, tuple[str, ...]]:
        """Its sentences under their headings, in the order in which they are read."""
        return {
            "In short": self.headline,
            "Did support work?": self.evaluation,
            "Section 136 target": self.target,
            "What this paper asks of you": self.asks,
            "Who is discussed first?": self.fairness,
            "How far to trust the figures": self.trust,
            "Harm and complaints": self.harm,
            "Actions from the last paper": self.actions,
            "Unusual months": self.unusual,
            "Small numbers": tuple(self.undrawn),
            "What is not shown": self.suppressed,
            "How to read this paper": self.rules,
        }

    @property
    def undrawn(self) -> list[str]:
        """What is said of data sets too small for a chart."""
        return [line.sentence for line in self.lines if not line.drawn]

    def texts(self) -> Iterable[str]:
        """Every piece of text of the paper."""
        yield self.basis
        yield from (text for texts in self.sections.values() for text in texts)
        for grid in self.grids.values():
            yield from (grid.title, grid.note, *grid.columns, *(cell for row in grid.rows for cell in row))
        for line in self.lines:
            yield from (line.title, line.sentence, line.alt)
        for bars in self.bars.values():
            yield from (bars.title, bars.alt, bars.caption, *bars.categories, *bars.series)


def legend(rows: Iterable[Sequence[str]]) -> str:
    """What `*` means, for a table that has one; empty for one that has none."""
    cells = [cell for row in rows for cell in row]
    withheld = f" '{WITHHELD}': not even whether there was any." if WITHHELD in cells else ""
    return f"{HIDDEN_NOTE}.{withheld}" if HIDDEN in cells else withheld.strip()


def aggregate(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of figures, if it has exactly the columns of its allow-list. Raises HiuError otherwise."""
    if set(frame.columns) != set(ALLOWED[name]):
        extra = sorted(set(frame.columns) ^ set(ALLOWED[name]))
        raise HiuError(f"board paper, figures '{name}': columns {', '.join(extra)} don't belong; nothing was written")
    return frame.select(ALLOWED[name])


def sound(board: Board) -> Board:
    """The paper, if nothing in it looks like an id, a number or a postcode of a person. Raises HiuError."""
    for text in board.texts():
        if _PERSONAL.search(text):
            raise HiuError(
                "board paper: something in it looks like a person's id, number or postcode; nothing was "
                "written. Look at names of teams and data sets in the settings."
            )
    return board
