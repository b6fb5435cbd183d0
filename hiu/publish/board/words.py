"""Words of the board paper: definitions and their sources, the same every month; and the list of what is hidden."""

from collections.abc import Mapping, Sequence

from hiu.publish.board.paper import UNSEEN, Grid, Line
from hiu.publish.words.definitions import POLICIES, board
from hiu.publish.words.text import join_words
from hiu.rank.reports.cost import Costs
from hiu.settings import Settings

AT_SECOND_HAND = "† As other documents cite it: the guide itself was not read for this paper."
COUNTED, SHOWN = "Number", "can't be shown"
_COLUMNS: Mapping[str, str] = {
    "Supported: events": "the events of people being supported",
    "Others: events": "the events of everybody else",
    "All: events": "the events of all adults",
    "People behind all": "the number of people",
    COUNTED: "the number of people",
    **dict.fromkeys(("Units", "Low", "Central", "High"), "the units and what they cost"),
}
"""What a column holds, said of one row of it."""


def definitions(settings: Settings, costs: Costs) -> Grid:
    """What each figure is and where its rule comes from."""
    bare = ", ".join(costs.unsourced)
    source = f"Cost table {costs.version}" + (f"; no document is on record for: {bare}" if bare else "")
    cost = ("Indicative cost", f"Rounded units times a unit cost; {costs.label}", source)
    every = "All settings have one version, at the foot of each page; the owner of this paper has their list"
    policy = [(name, *POLICIES[name]) for name in settings.policy_breaks if name in POLICIES]
    last = ("Definitions and settings", every, f"Settings {settings.version}")
    ruled = [(name, what, source.replace(" (not read here)", "†")) for name, what, source in board(settings.counting)]
    rows = (*ruled, cost, *policy, last)
    return Grid("Definitions and sources", ("Figure", "What it is", "Source of the rule"), rows, AT_SECOND_HAND)


def suppressed_list(lines: Sequence[Line], grids: Mapping[str, Grid], answers: Sequence[str]) -> tuple[str, ...]:
    """What was hidden, table by table and month by month: where, never how much."""
    out = []
    hidden = [
        f"{line.title} ({n} of {len(line.months)})" for line in lines if (n := sum(g in UNSEEN for g in line.gaps))
    ]
    if hidden:
        out.append(f"Single months: of {join_words(hidden)}.")
    for name, at in (("caseload", 0), ("demand", 0), ("cost", 1)):
        out += _rows(grids[name], at)
    out += _groups(grids["equality"])
    out += [f"{text.partition(SHOWN)[0]}{SHOWN}." for text in answers if SHOWN in text]
    return (NOT_COUNTED, *(out or ("Nothing else had to be hidden.",)))


NOT_COUNTED = (
    "Not counted for this paper: how many people the meetings discussed, as their notes say what was decided and not "
    "whom they talked about; how many began support lately, how long people waited for it, who got "
    "worse under it and why it ended; safeguarding concerns; which share of an agency's whole work these contacts are."
)


def _rows(grid: Grid, at: int) -> list[str]:
    """Hidden cells of a table, a line for all rows of which the same is hidden."""
    found: dict[str, list[str]] = {}
    for row in grid.rows:
        cells = [_COLUMNS[title] for title, cell in zip(grid.columns, row, strict=True) if cell in UNSEEN]
        if cells:
            found.setdefault(join_words(list(dict.fromkeys(cells))), []).append(row[at])
    return [f"{grid.title}: {what}, for {join_words(names)}." for what, names in found.items()]


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
