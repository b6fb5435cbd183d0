"""The monthly report of people missing from hospital: aggregates under disclosure control, nobody in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from hiu.govern.release.disclosure import count_text
from hiu.month import Month
from hiu.publish.board.paper import MARKING, Grid
from hiu.publish.pathway.desk_words import NOT_RECORDED
from hiu.publish.pathway.missing_words import FOUND_BY, KINDS, LEGS, NOTES, PACKS, POOR, RISKS, SITE_BY
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import Stamp
from pipelines.pathway.counts import LEAST_TIMES, Counts, cross, decided, month_cells, texts_of
from pipelines.pathway.missing.rows import KEY, episodes, nights, packs, repeated
from pipelines.pathway.missing.sites import TITLE, site_charts, site_grid, site_year
from pipelines.pathway.shown import Shown
from pipelines.pathway.trends import Breaks, Headline, trends

C = pl.col
DATASET = "missing_episode"
SHOWN = 24
"""Months of a headline's chart."""
SPLITS = [
    (),
    ("kind",),
    ("risk",),
    ("kind", "risk"),
    ("poor",),
    ("site",),
    ("site_by",),
    ("found_by",),
    ("still_missing",),
]
"""What every month is split by, in its own report and in each that looks back at it: so all of them show the same."""


@dataclass(frozen=True)
class Found:
    """What a report is made of: rows of every month and of its own, the figures as they may be shown."""

    tables: Mapping[str, pl.DataFrame]
    own: pl.DataFrame
    counts: Counts
    packs: Counts
    month: Month


def missing_report(
    tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, breaks: Breaks, shown: Shown | None = None
) -> Part:
    """The report of a month from its published tables (missing_judged, site_night, leg and feed_month at least)."""
    shown = shown or Shown()
    month, rows = stamp.month, episodes(tables)
    sent = tables["feed_month"].filter((C("table") == DATASET) & C("supplied"))["month"].sort()
    supplied = [one for one in map(Month.of, sent) if month - (SHOWN - 1) <= one <= month]
    cells = month_cells(rows, DATASET, SPLITS, supplied, shown)
    now = [month] if month in supplied else []
    pack = decided(packs(rows), "grab_pack", [(), ("grab_pack",)], now, shown)
    counts = Counts(DATASET, texts_of(cells), cells)
    found = Found(tables, rows.filter(C("month") == month.start), counts, pack, month)
    year = site_year(rows, nights(tables), cells, supplied, month, shown)
    lines = [
        Headline("Missing episodes a month", counts.number, counts=True),
        Headline("Poor reporting, % of episodes", partial(_share, counts, "poor=yes")),
        Headline("Last seen to report: median minutes", partial(_median, tables, counts, rows)),
    ]
    part = Part(
        name="missing",
        title="Missing from hospital",
        stamp=stamp,
        marking=MARKING,
        lead=tuple(_lead(found)) if now else (f"{month.title} was not supplied.",),
        grids=(*_grids(found), site_grid(year)) if now else (),
        charts=(*site_charts(year), *trends(lines, supplied, month, breaks, shown)) if now else (),
        charts_title="Charts",
        notes=NOTES,
        words={TITLE: 2},
    )
    return shown.edition(part)


def _lead(found: Found) -> Iterator[str]:
    counts, month = found.counts, found.month
    if counts.number(month) is None:
        yield f"How many people were reported missing in {month.title} can't be shown."
    else:
        yield f"About {counts.text(month)} episodes were reported in {month.title}."
    poor, unknown = (counts.share(month, f"poor={value}") for value in ("yes", NOT_RECORDED))
    yield f"Poor reporting, share of all: {poor}; whether it was poor is not known: {unknown}."
    yield f"Not found by the month's end: {counts.text(month, 'still_missing=yes')}."
    repeats = count_text(repeated(found.own).height)
    yield f"People missing in {month.title} who had two episodes or more in 90 days: {repeats}."
    packed = found.packs.share(month, "grab_pack=yes")
    yield f"People who went missing before and had a grab pack ready at the latest episode, share of them: {packed}."
    yield f"'hiu missing {month} --list' names the people for the ward."


def _grids(found: Found) -> Iterator[Grid]:
    counts, month = found.counts, found.month
    yield cross(counts, month, ("kind", KINDS), ("risk", RISKS), "Episodes by kind and risk")
    for name, words, title in (
        ("poor", POOR, "How they were reported"),
        ("found_by", FOUND_BY, "Found by"),
        ("site_by", SITE_BY, "How the site is known"),
    ):
        yield _split(counts, month, (name, words), title, "Episodes")
    yield _split(found.packs, month, ("grab_pack", PACKS), "Grab pack, of people who went missing before", "People")
    rows = [(words, *_times(found, leg)) for leg, words in LEGS.items()]
    columns = ("From and to", "Median", "90th percentile", "Episodes with both times", "Out of order")
    note = f"Hours and minutes, to 5 minutes. {LEAST_TIMES}"
    yield Grid("How long it took", columns, tuple(rows), note)
    names = sorted(found.own["site"].unique(), key=lambda name: (name == NOT_RECORDED, name))
    yield _split(counts, month, ("site", {name: _site(name) for name in names}), "Episodes by site", "Episodes")


def _split(counts: Counts, month: Month, by: tuple[str, Mapping[str, str]], title: str, of: str) -> Grid:
    name, values = by
    rows = [
        (words, counts.text(month, f"{name}={value}"), counts.share(month, f"{name}={value}"))
        for value, words in values.items()
    ]
    return Grid(title, ("", of, "Share of all"), tuple(rows))


def _site(name: str) -> str:
    return "Not known" if name == NOT_RECORDED else name


def _minutes(tables: Mapping[str, pl.DataFrame], own: pl.DataFrame, leg: str) -> pl.DataFrame:
    """person_id and minutes of a leg of the episodes of `own` that have both times."""
    rows = tables["leg"].filter((C("table") == DATASET) & (C("leg") == leg)).select(*KEY, "minutes")
    return own.select("person_id", *KEY).join(rows, on=KEY)


def _times(found: Found, leg: str) -> tuple[str, ...]:
    own = _minutes(found.tables, found.own, leg)
    median, ninth = map(_hours, found.counts.quantiles(found.month, own))
    both = found.counts.part(found.month, own, "" if leg == "to_report" else "still_missing=yes")
    return (median, ninth, both, found.counts.part(found.month, own.filter(C("minutes").is_null())))


def _hours(minutes: str) -> str:
    return f"{int(minutes) // 60} h {int(minutes) % 60:02}" if minutes.isdigit() else minutes


def _share(counts: Counts, group: str, month: Month) -> float | None:
    part, whole = counts.number(month, group), counts.number(month)
    return 100 * part / whole if part is not None and whole else None


def _median(tables: Mapping[str, pl.DataFrame], counts: Counts, rows: pl.DataFrame, month: Month) -> float | None:
    found, _ = counts.quantiles(month, _minutes(tables, rows.filter(C("month") == month.start), "to_report"))
    return float(found) if found.isdigit() else None
