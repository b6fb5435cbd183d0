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
_COLUMNS: Mapping[str, str] = {
    "Supported: events": "the events of people being supported",
    "Others: events": "the events of everybody else",
    "All: events": "the events of all adults",
    "All: people": "the number of people",
    **dict.fromkeys(("Units", "Low", "Central", "High"), "the units and what they cost"),
}
"""What a column holds, said of one row of it."""


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
            first, last = (Month.of(when).title for when in (hidden[0], hidden[-1]))
            when = f"in {first}" if first == last else f"the first in {first}, the last in {last}"
            out.append(f"{line.title} by month: {len(hidden)} of {len(line.months)} months ({when}).")
    for name, at in (("demand", 0), ("cost", 1)):
        grid = grids[name]
        for row in grid.rows:
            cells = [_COLUMNS[title] for title, cell in zip(grid.columns, row, strict=True) if cell in UNSEEN]
            if cells:
                out.append(f"{grid.title}: for {row[at]}, {join_words(list(dict.fromkeys(cells)))}.")
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
    return [
        f"Equality, by {what.lower()}: how many are {title[0].lower()}{title[1:]}, for {join_words(names)}."
        for (what, title), names in found.items()
    ]
