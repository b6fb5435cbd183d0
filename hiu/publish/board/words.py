"""Words of the board paper: definitions, sources and rules, the same every month; and the list of what is hidden."""

from collections.abc import Mapping, Sequence

from hiu.govern.release.disclosure import HIDDEN
from hiu.month import Month
from hiu.publish.board.paper import Grid, Line
from hiu.publish.words.text import listed
from hiu.rank.reports.cost import Costs
from hiu.settings import Settings

RULES = (
    "Nobody is named, and no identifier or pseudonym of a person is in this paper or in the files beside it.",
    "A figure is hidden (*) where fewer than 8 people or events are behind it, or where one person accounts for more "
    "than half of it.",
    "Other figures are rounded to the nearest 5. Totals are worked out before rounding, so parts need not add up.",
    "Where one hidden figure of a row could be worked out from the others, a second is hidden with it.",
    "Means, limits, costs and percentages are worked out from the rounded figures, or rounded themselves.",
    "A group this small stays recognisable to people who know its members, whatever is left out: pass this paper on "
    "with that in mind. A named person checks it before it is released.",
)

_DEFINED = (
    ("Police incidents", "Incidents of all types in which a person is involved, witnesses left out", "Guide G57"),
    (
        "Ambulance deployments",
        "Incidents with at least one resource arriving; several vehicles count once",
        "Guide G57",
    ),
    (
        "ED attendances",
        "Unplanned attendances requiring treatment, by attendance category and discharge status",
        "Guide G57; NHS England ECDS crisis dashboard rules",
    ),
    (
        "MH bed days",
        "Nights in a mental-health bed, day of discharge and leave excluded",
        "NHS England monthly MH statistics rules",
    ),
    (
        "Section 136 detentions",
        "Police and health records of one detention within 24 hours count once",
        "MHSDS; police",
    ),
    ("MHA assessments", "Completed Mental Health Act assessments", "AMHP services"),
    ("Control chart", "Mean +/- 2.66 x mean moving range; special-cause rules", "NHS England, Making Data Count (XmR)"),
    (
        "Being supported",
        "The person agreed, support has started, and there were at least 3 contacts with the team",
        "Guide G18, G57",
    ),
    (
        "Evaluation",
        "Seen contacts against those expected of people with the same past, adjusted for everyone's drift",
        "docs/evaluation.md",
    ),
    (
        "Equality",
        "First places against the whole list; hypergeometric mid-p, false discovery rate 10%",
        "docs/equality.md",
    ),
)


def definitions(settings: Settings, costs: Costs) -> Grid:
    """What each figure is and where its rule comes from."""
    own = (
        ("Indicative cost", f"Rounded units times a unit cost; {costs.label}", f"Cost table {costs.version}"),
        (
            "Definitions and settings",
            "Every constant is versioned and printed on each output",
            f"Settings {settings.version}",
        ),
    )
    return Grid("Definitions and sources", ("Figure", "What it is", "Source of the rule"), (*_DEFINED, *own))


def suppressed_list(lines: Sequence[Line], grids: Mapping[str, Grid], said: Sequence[str]) -> tuple[str, ...]:
    """What was hidden, table by table and month by month: where, never how much."""
    out = []
    for line in lines:
        hidden = [when for when, gap in zip(line.months, line.gaps, strict=True) if gap == HIDDEN]
        if hidden:
            span = f"{Month.of(hidden[0]).title} to {Month.of(hidden[-1]).title}"
            out.append(f"{line.title} by month: {len(hidden)} of {len(line.months)} months, between {span}.")
    for name in ("demand", "cost"):
        grid = grids[name]
        for row in grid.rows:
            cells = [title for title, cell in zip(grid.columns, row, strict=True) if cell == HIDDEN]
            if cells:
                out.append(f"{grid.title}: {row[1] if name == 'cost' else row[0]}: {listed(cells)}.")
    out += _groups(grids["equality"])
    out += [text for text in said if "can't be shown" in text]
    return tuple(out) or ("Nothing had to be hidden.",)


def _groups(grid: Grid) -> list[str]:
    """Hidden cells of the equality table, a line a characteristic and column."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in grid.rows:
        for title, cell in zip(grid.columns, row, strict=True):
            if cell == HIDDEN:
                found.setdefault((row[0], title), []).append(row[1])
    return [f"{grid.title}: {what}, '{title}': {listed(names)}." for (what, title), names in found.items()]
