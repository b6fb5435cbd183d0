"""Offers of a financial year by service: a month of one service is too few to be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from hiu.govern.release.cells import EVERYBODY, Cell
from hiu.month import Month
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.offers_words import SERVICES
from hiu.publish.pathway.part import ALL
from pipelines.pathway.shown import Shown, Splits
from pipelines.pathway.years import cells_of, decided_after, year_title, year_to

MADE, CONSIDERED = "offered=yes", "considered=yes"
TAKEN, USED = "taken_up", "used"
SPLITS: Splits = (
    (),
    ("service",),
    ("offered",),
    ("taken_up",),
    ("considered",),
    ("used",),
    ("service", "offered"),
    ("service", "taken_up"),
    ("service", "considered"),
    ("service", "used"),
)
TITLES = {TAKEN: "Offers by service", USED: "Section 136, when it was considered, by service"}


@dataclass(frozen=True)
class ServiceYear:
    """A financial year: its title, how many of its months were supplied, and the text of each group."""

    title: str
    supplied: int
    shown: Mapping[str, str]

    def text(self, group: str) -> str:
        """A figure as it may be shown; what nothing was counted in is 0."""
        return self.shown.get(group, "0")

    def share(self, part: str, of: str) -> str:
        """A per cent of two figures shown."""
        n, whole = self.text(part), self.text(of)
        if not (n.isdigit() and whole.isdigit()):
            return "not shown"
        return f"{min(1.0, int(n) / int(whole)):.0%}" if int(whole) else "none"


def service_year(
    rows: pl.DataFrame, earlier: Sequence[Cell], supplied: Sequence[Month], month: Month, shown: Shown
) -> ServiceYear:
    """The last financial year that was over at a month's end, as it was first shown; `earlier`: the cells of the
    months' own reports."""
    year = year_to(month)
    there = [one for one in year if one in set(supplied)]
    if not there:
        return ServiceYear(year_title(year), 0, {})

    def made() -> dict[str, object]:
        within = {(str(one),) for one in there}
        before = [cell for cell in earlier if cell.months in within]
        cells = decided_after(cells_of(rows, "offer", SPLITS, there), before)
        return {"supplied": len(there), "shown": {cell.group: cell.shown or "" for cell in cells}}

    return ServiceYear(year_title(year), **shown.figure(year[-1], "services", made))  # type: ignore[arg-type]


def service_grids(year: ServiceYear) -> list[Grid]:
    """Of each service how many offers were taken up, and how often section 136 was used once considered."""
    names = ("Taken up", "Not taken up", "Not known", "Share taken up")
    used = ("Used", "Not used", "Not known", "Share used")
    return [
        _grid(year, TAKEN, MADE, ("Service", "Contacts", "Offers made", *names)),
        _grid(year, USED, CONSIDERED, ("Service", "Contacts", "Considered", *used)),
    ]


def service_sentence(year: ServiceYear) -> list[str]:
    """How much of the year's offers was taken up; nothing where that can't be shown."""
    taken, made = year.share(f"{TAKEN}=yes", MADE), year.text(MADE)
    if not taken.endswith("%"):
        return []
    used = year.share(f"{USED}=yes", CONSIDERED)
    return [
        f"Financial year {year.title}: about {thousands(made)} offers, {taken} taken up; section 136 used when "
        f"considered: {used}."
    ]


def _grid(year: ServiceYear, split: str, of: str, columns: tuple[str, ...]) -> Grid:
    note = f"Financial year {year.title}, {year.supplied} of its 12 months supplied."
    if not year.supplied:
        return Grid(TITLES[split], columns, (), note)
    there = {name: words for name, words in SERVICES.items() if year.text(f"service={name}") != "0"}
    rows = [_row(year, f"service={name}&", words, split, of) for name, words in there.items()]
    return Grid(TITLES[split], columns, (*rows, _row(year, "", ALL, split, of)), note)


def _row(year: ServiceYear, within: str, words: str, split: str, of: str) -> tuple[str, ...]:
    parts = [year.text(f"{within}{split}={value}") for value in ("yes", "no", "unknown")]
    whole = year.text(within.removesuffix("&") or EVERYBODY)
    return (words, whole, year.text(f"{within}{of}"), *parts, year.share(f"{within}{split}=yes", f"{within}{of}"))
