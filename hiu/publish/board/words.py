"""Words of the board paper: definitions and their sources, the same every month; and the list of what is hidden."""

from collections.abc import Mapping, Sequence

from hiu.govern.release.cells import WITHHELD
from hiu.govern.release.disclosure import HIDDEN
from hiu.month import Month
from hiu.publish.board.paper import Grid, Line
from hiu.publish.words.definitions import BOARD
from hiu.publish.words.text import join_words
from hiu.rank.reports.cost import Costs
from hiu.settings import Settings

UNSEEN = (HIDDEN, WITHHELD)


def definitions(settings: Settings, costs: Costs) -> Grid:
    """What each figure is and where its rule comes from."""
    cost = ("Indicative cost", f"Rounded units times a unit cost; {costs.label}", f"Cost table {costs.version}")
    every = "Every constant is versioned and printed on each output"
    own = (cost, ("Definitions and settings", every, f"Settings {settings.version}"))
    return Grid("Definitions and sources", ("Figure", "What it is", "Source of the rule"), (*BOARD, *own))


def suppressed_list(lines: Sequence[Line], grids: Mapping[str, Grid], answers: Sequence[str]) -> tuple[str, ...]:
    """What was hidden, table by table and month by month: where, never how much."""
    out = []
    for line in lines:
        hidden = [when for when, gap in zip(line.months, line.gaps, strict=True) if gap in UNSEEN]
        if hidden:
            span = f"{Month.of(hidden[0]).title} to {Month.of(hidden[-1]).title}"
            out.append(f"{line.title} by month: {len(hidden)} of {len(line.months)} months, {span}.")
    for name in ("demand", "cost"):
        grid = grids[name]
        for row in grid.rows:
            cells = [title for title, cell in zip(grid.columns, row, strict=True) if cell in UNSEEN]
            if cells:
                out.append(f"{grid.title}: {row[1] if name == 'cost' else row[0]}: {join_words(cells)}.")
    out += _groups(grids["equality"])
    out += [text for text in answers if "can't be shown" in text]
    return tuple(out) or ("Nothing had to be hidden.",)


def _groups(grid: Grid) -> list[str]:
    """Hidden cells of the equality table, a line a characteristic and column."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in grid.rows:
        for title, cell in zip(grid.columns, row, strict=True):
            if cell in UNSEEN and title in grid.columns[2:4]:
                found.setdefault((row[0], title), []).append(row[1])
    return [f"{grid.title}: {what}, '{title}': {join_words(names)}." for (what, title), names in found.items()]
