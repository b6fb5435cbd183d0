"""The monthly report of the section 136 pathway: aggregates under disclosure control, nobody in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from hiu.govern.release.cells import Cell
from hiu.month import Month
from hiu.publish.board.paper import MARKING, Grid
from hiu.publish.pathway.part import Chart, Part
from hiu.publish.pathway.s136_charts import Leg, funnel_chart, way_chart
from hiu.publish.pathway.s136_words import (
    CONSULTED,
    CONVEYED,
    FIRST,
    LEGS,
    NOTES,
    OUTCOMES,
    OVER,
    REASONS,
    RECORDED,
    STEPS,
    STILL_OPEN,
)
from hiu.publish.stamp import Stamp
from hiu.rules import rules
from pipelines.pathway.counts import LEAST_TIMES, Counts, month_cells, texts_of
from pipelines.pathway.s136.annual import DATASET, Year, year_of
from pipelines.pathway.s136.escalations import escalation_grids
from pipelines.pathway.s136.figures import funnel_lines, hours_of_police, standing, target_of
from pipelines.pathway.s136.rows import RULES, detentions, minutes
from pipelines.pathway.shown import Shown
from pipelines.pathway.trends import Breaks, Headline, trends

C = pl.col
STANDS = "Where it stands"
SHOWN = 24
"""Months of a headline's chart."""
SPLITS = (
    "over",
    "consulted",
    "first_place",
    "force_area",
    "conveyance",
    "police_conveyance_reason",
    "outcome",
    "place",
    "counted",
    *RULES,
)
"""What every month is split by, in its own report and in each that looks back at it: so all of them show the same."""


@dataclass(frozen=True)
class Month136:
    """What a report is made of: rows of every month, those of the month, its figures as they may be shown."""

    tables: Mapping[str, pl.DataFrame]
    rows: pl.DataFrame
    own: pl.DataFrame
    counts: Counts
    supplied: Sequence[Month]
    month: Month


def supplied_months(tables: Mapping[str, pl.DataFrame], month: Month, table: str = "s136_pathway") -> list[Month]:
    """Months of the pathway that were supplied, the last SHOWN to the month."""
    sent = tables["feed_month"].filter((C("table") == table) & C("supplied"))["month"].sort()
    return [one for one in map(Month.of, sent) if month - (SHOWN - 1) <= one <= month]


def cells_by_month(rows: pl.DataFrame, supplied: Sequence[Month], shown: Shown) -> list[Cell]:
    """Every cell of every month's report, each month's decided by itself."""
    splits: list[tuple[str, ...]] = [(), *((name,) for name in SPLITS), ("over", "longest")]
    return month_cells(rows, DATASET, splits, supplied, shown)


def s136_report(
    tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, breaks: Breaks, shown: Shown | None = None
) -> tuple[Part, Year]:
    """The report of a month from its published tables, and the last financial year that was over at its end."""
    shown = shown or Shown()
    month, rows = stamp.month, detentions(tables)
    supplied = supplied_months(tables, month)
    cells = cells_by_month(rows, supplied, shown)
    year = year_of(rows, cells, supplied, month, shown)
    now = month in supplied
    own = rows.filter(C("month") == month.start)
    found = Month136(tables, rows, own, Counts(DATASET, texts_of(cells), cells), supplied, month)
    grids = [*_grids(found), *_places(found, year), _target(found)] if now else []
    part = Part(
        name="s136",
        title="Section 136: the clock and places of safety",
        stamp=stamp,
        marking=MARKING,
        lead=tuple(_lead(found)) if now else (f"{month.title} was not supplied.",),
        grids=(*grids, *escalation_grids(tables, month)),
        charts=tuple(_charts(found, year, breaks, shown)) if now else (),
        charts_title="Charts",
        notes=NOTES,
        words={grid.title: 2 for grid in grids if grid.columns[1] in ("What the rule is", "Where it lies", STANDS)},
    )
    return shown.edition(part) if now else part, year


def _lead(found: Month136) -> Iterator[str]:
    counts, month = found.counts, found.month
    yield (
        f"About {counts.text(month)} detentions began in {month.title}."
        if counts.number(month)
        else f"How many detentions began in {month.title} can't be shown."
    )
    shares = {"over=yes": "Over the limit", "consulted=yes": "consulted before", "first_place=ed": "ED as first place"}
    shares |= {"conveyance=police": "taken in a police vehicle"}
    yield "; ".join(f"{words}: {counts.share(month, group)}" for group, words in shares.items()) + "."
    median, ninth = counts.quantiles(month, minutes(found.tables, found.own, "handover"))
    if median.isdigit():
        most = f", and {ninth} or less in nine of ten" if ninth.isdigit() else ""
        yield f"Police waited {median} minutes or less in half of handovers{most}."
    unknown = counts.text(month, "over=unknown")
    yield f"Against the limit can't be judged: {unknown}. 'hiu s136 {month} --list' names the rows to put right."
    joined, apart = (counts.text(month, f"counted={answer}") for answer in ("yes", "no"))
    yield f"Also in the counts of section 136, and demand only there: {joined}; not in them: {apart}."


def _grids(found: Month136) -> Iterator[Grid]:
    counts, month = found.counts, found.month
    rows = [(words, *_leg(found, leg)) for leg, words in LEGS.items()]
    columns = ("Minutes", "Median", "90th percentile", "Detentions with both times", "Out of order")
    yield Grid("Steps of the way", columns, tuple(rows), f"To 5 minutes. {LEAST_TIMES}")
    yield _split(counts, month, "over", OVER, "Against the limit")
    long = [(words, counts.text(month, f"over=yes&longest={leg}")) for leg, words in STEPS.items()]
    yield Grid("Over the limit, by the longest step", ("Longest step", "Detentions"), tuple(long))
    about = {one.code: one for one in rules()["s136"].exceptions}
    broken = [(about[code].title, about[code].sentence, counts.text(month, f"{code}=yes")) for code in RULES]
    yield Grid(
        "Records to put right", ("What", "What the rule is", "Detentions"), tuple(broken), rules()["s136"].source
    )
    for name, values, title in (
        ("consulted", CONSULTED, "Consulted before the detention"),
        ("conveyance", CONVEYED, "How people were taken there"),
        ("police_conveyance_reason", REASONS, "Why a police vehicle"),
        ("first_place", FIRST, "First place of safety"),
        ("outcome", OUTCOMES, "How it ended"),
    ):
        yield _split(counts, month, name, values, title)


def _split(counts: Counts, month: Month, name: str, values: Mapping[str, str], title: str) -> Grid:
    rows = [
        (words, counts.text(month, f"{name}={value}"), counts.share(month, f"{name}={value}"))
        for value, words in values.items()
    ]
    return Grid(title, ("", "Detentions", "Share of all"), tuple(rows))


def _leg(found: Month136, leg: str) -> tuple[str, ...]:
    own = minutes(found.tables, found.own, leg)
    both = found.counts.part(found.month, own, f"outcome={STILL_OPEN}" if leg == "assessed_to_ended" else "")
    late = found.counts.part(found.month, own.filter(C("minutes").is_null()))
    return (*found.counts.quantiles(found.month, own), both, late)


def _names(values: pl.Series) -> dict[str, str]:
    """Names of places or areas in the order of their letters."""
    return {
        name: RECORDED.get(name, name) for name in sorted(values.unique(), key=lambda name: (name in RECORDED, name))
    }


def _places(found: Month136, year: Year) -> Iterator[Grid]:
    counts, month = found.counts, found.month
    waits = minutes(found.tables, found.own, "handover")
    hours = hours_of_police(waits, month)
    rows = [
        (
            words,
            counts.text(month, f"place={name}"),
            hours.text(month, f"place={name}"),
            *counts.quantiles(month, waits.filter(place=name), f"place={name}"),
        )
        for name, words in _names(found.own["place"]).items()
    ]
    every = ("All", counts.text(month), hours.text(month), *counts.quantiles(month, waits))
    columns = ("Place", "Detentions", "Police hours", "Median wait, minutes", "90th percentile")
    yield Grid(
        "Waits for handover, by place",
        columns,
        (*rows, every),
        f"From arrival to the release of the police. {LEAST_TIMES}",
    )
    spots, middle = year.spots()
    shown = {spot.name: spot for spot in spots}
    judged = [
        (name, standing(spot.share, middle, spot.n), str(spot.n), f"{spot.share:.0%}")
        if (spot := shown.get(name))
        else (name, "not shown", year.text(f"place={value}"), "not shown")
        for value, name in _names(found.rows.filter(C("month").is_in(year.starts))["place"]).items()
    ]
    limits = (
        f"Limits about the share of these places, {middle:.0%}"
        if spots
        else "No place can be shown, so there are no limits"
    )
    note = f"Financial year {year.title}: {year.supplied_words}. {limits}."
    yield Grid(
        "Places against the funnel", ("Place", "Where it lies", "Detentions", "Over the limit"), tuple(judged), note
    )


def _target(found: Month136) -> Grid:
    groups = {"everybody": "All"} | {
        f"force_area={name}": words for name, words in _names(found.rows["force_area"]).items()
    }
    rows = [
        (
            words,
            target_of(found.month, found.supplied, {one: found.counts.number(one, group) for one in found.supplied}),
        )
        for group, words in groups.items()
    ]
    note = "From the monthly figures as shown. The interval allows for the ups and downs of the months before."
    begin = (found.month - 5).title
    return Grid(f"Target: 15% fewer in 6 months from {begin}", ("Area", STANDS), tuple(rows), note)


def _charts(found: Month136, year: Year, breaks: Breaks, shown: Shown) -> Iterator[Chart]:
    counts = found.counts
    took = [
        (words, *counts.quantiles(found.month, minutes(found.tables, found.own, leg))) for leg, words in LEGS.items()
    ]
    if legs := [
        Leg(words, int(median), int(ninth) if ninth.isdigit() else None)
        for words, median, ninth in took
        if median.isdigit()
    ]:
        yield way_chart(legs)
    spots, middle = year.spots()
    if len(spots) > 1:
        yield funnel_chart(spots, funnel_lines(middle, max(spot.n for spot in spots)), f"financial year {year.title}")
    lines = [Headline("Detentions a month", counts.number, counts=True)]
    groups = {"over=yes": "Over the limit", "consulted=yes": "consulted before", "first_place=ed": "ED as first place"}
    lines += [Headline(f"{words}, % of detentions", partial(_share, counts, group)) for group, words in groups.items()]
    lines += [Headline(f"{words}: median minutes", partial(_median, found, leg)) for leg, words in LEGS.items()]
    yield from trends(lines, found.supplied, found.month, breaks, shown)


def _share(counts: Counts, group: str, month: Month) -> float | None:
    part, whole = counts.number(month, group), counts.number(month)
    return 100 * part / whole if part is not None and whole else None


def _median(found: Month136, leg: str, month: Month) -> float | None:
    median, _ = found.counts.quantiles(month, minutes(found.tables, found.rows.filter(C("month") == month.start), leg))
    return float(median) if median.isdigit() else None
