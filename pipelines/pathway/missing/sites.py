"""Sites against the limits of a funnel: episodes of a financial year for each thousand occupied bed days."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import sqrt

import polars as pl

from hiu.govern.release.cells import Cell
from hiu.govern.release.solver import solve
from hiu.month import Month
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.desk_words import NOT_RECORDED
from hiu.publish.pathway.missing_chart import Site, site_chart
from hiu.publish.pathway.part import Chart
from hiu.publish.rows import Row
from pipelines.pathway.funnel import FAR, NEAR, place_on, sizes
from pipelines.pathway.shown import Shown
from pipelines.pathway.years import cells_of, decided_after, year_title, year_to

C = pl.col
PER = 1000
SPLITS = [(), ("site",)]
TITLE = "Sites against the funnel"


@dataclass(frozen=True)
class SiteYear:
    """A financial year: its title, how many of its months were supplied, each site's figures as they may be shown."""

    title: str
    supplied: int
    shown: dict[str, tuple[str, str]]

    @property
    def sites(self) -> list[Site]:
        """Sites of which both the episodes and the bed days can be shown, by name."""
        return [
            Site(name, int(n), int(days))
            for name, (n, days) in sorted(self.shown.items())
            if n.isdigit() and days.isdigit() and int(days)
        ]

    @property
    def middle(self) -> float:
        """Episodes for each bed day, over the sites that can be shown."""
        days = sum(site.days for site in self.sites)
        return sum(site.n for site in self.sites) / days if days else 0.0


def site_year(
    rows: pl.DataFrame,
    nights: pl.DataFrame,
    earlier: Sequence[Cell],
    supplied: Sequence[Month],
    month: Month,
    shown: Shown,
) -> SiteYear:
    """The last financial year that was over at a month's end, as it was first shown; `earlier`: the cells of the
    months' own reports."""
    year = year_to(month)
    if not set(year) & set(supplied):
        return SiteYear(year_title(year), 0, {})
    made = shown.figure(year[-1], "year", lambda: asdict(_site_year(rows, nights, earlier, supplied, year)))
    pairs = {name: (n, days) for name, (n, days) in made["shown"].items()}
    return SiteYear(made["title"], made["supplied"], pairs)


def _site_year(
    rows: pl.DataFrame, nights: pl.DataFrame, earlier: Sequence[Cell], supplied: Sequence[Month], year: Sequence[Month]
) -> SiteYear:
    there = [one for one in year if one in set(supplied)]
    within = {(str(one),) for one in there}
    episodes = decided_after(
        cells_of(rows, "missing_episode", SPLITS, there), [cell for cell in earlier if cell.months in within]
    )
    days = solve(cells_of(nights.rename({"nights": "n"}), "bed_day", SPLITS, there, measure="nights")).cells
    found, beds = (
        {cell.group.removeprefix("site="): cell.shown or "" for cell in cells if cell.group.startswith("site=")}
        for cells in (episodes, days)
    )
    names = sorted({*found, *beds} - {NOT_RECORDED})
    return SiteYear(year_title(year), len(there), {name: (found.get(name, "0"), beds.get(name, "")) for name in names})


def limits(expected: float) -> dict[str, float]:
    """Limits of a count about what is expected, by the square root of a Poisson count."""
    middle = sqrt(expected + 3 / 8)

    def at(errors: float) -> float:
        return max(0.0, max(0.0, middle + errors / 2) ** 2 - 3 / 8)

    return {"low": at(-NEAR), "high": at(NEAR), "far_low": at(-FAR), "far_high": at(FAR)}


def standing(site: Site, middle: float) -> str:
    """Where a site lies against the limits, in words. Above a limit is problematic volume."""
    return place_on(limits(middle * site.days), site.n, above="problematic volume: above")


def site_grid(year: SiteYear) -> Grid:
    """Every site with its episodes, bed days, rate and place against the limits; in the order of their names."""
    sure = {site.name: site for site in year.sites}
    rows = []
    for name, (n, days) in sorted(year.shown.items()):
        rate = f"{PER * sure[name].n / sure[name].days:.1f}" if name in sure else "not shown"
        words = (
            standing(sure[name], year.middle)
            if name in sure
            else ("not shown" if days else "no bed days of it were sent")
        )
        rows.append((name, words, n, days or "none sent", rate))
    limits = f"Limits about the rate of these sites, {PER * year.middle:.1f} for each 1,000 occupied bed days"
    note = (
        f"Financial year {year.title}, {year.supplied} of its 12 months supplied. "
        f"{limits if sure else 'No site can be shown, so there are no limits'}."
    )
    columns = ("Site", "Where it lies", "Episodes", "Occupied bed days", "For each 1,000 bed days")
    return Grid(TITLE, columns, tuple(rows), note)


def site_charts(year: SiteYear) -> Iterator[Chart]:
    """The funnel, where at least three sites can be shown."""
    if len(year.sites) < 3:
        return
    largest = max(site.days for site in year.sites)
    lines: list[Row] = [
        {"days": n, "middle": PER * year.middle}
        | {name: PER * value / n for name, value in limits(year.middle * n).items()}
        for n in sizes(largest, least=10)
    ]
    yield site_chart(year.sites, lines, year.title)
