"""The monthly report of offers short of detention: aggregates under disclosure control, nobody in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from hiu.month import Month
from hiu.publish.board.paper import MARKING, Grid
from hiu.publish.pathway.offers_words import NOTES, OFFERED, REFERRED, TAKEN_UP, WAS_USED
from hiu.publish.pathway.part import ALL, Part
from hiu.publish.stamp import Stamp
from hiu.rules import rules
from pipelines.pathway.counts import LEAST_TIMES, Counts, month_cells, texts_of
from pipelines.pathway.offers.compared import compared_grid, compared_year, sentences
from pipelines.pathway.offers.rows import RULES, contacts
from pipelines.pathway.offers.services import (
    CONSIDERED,
    MADE,
    TAKEN,
    USED,
    service_grids,
    service_sentence,
    service_year,
)
from pipelines.pathway.shown import Shown, Splits
from pipelines.pathway.trends import Breaks, Headline, trends

C = pl.col
SHOWN = 24
"""Months of a headline's chart."""
SPLITS: Splits = (
    (),
    ("offered",),
    ("taken_up",),
    ("considered",),
    ("used",),
    ("onward_referral",),
    ("offered", "taken_up"),
    ("offered", "onward_referral"),
    ("considered", "used"),
    *((code,) for code in RULES),
)
"""What every month is split by, in its own report and in each that looks back at it."""
WHOLE_TAKEN, WHOLE_USED = f"{MADE}&{TAKEN}=yes", f"{CONSIDERED}&{USED}=yes"


@dataclass(frozen=True)
class Found:
    """What a report is made of: the rows of its month, and the figures as they may be shown."""

    own: pl.DataFrame
    counts: Counts
    month: Month


def offers_report(
    tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, breaks: Breaks, minimum_age: int, shown: Shown | None = None
) -> Part:
    """The report of a month from its published tables (offer_judged, feed_month, timeline, coverage and people)."""
    shown = shown or Shown()
    month, rows = stamp.month, contacts(tables)
    sent = tables["feed_month"].filter((C("table") == "offer") & C("supplied"))["month"].sort()
    supplied = [one for one in map(Month.of, sent) if month - (SHOWN - 1) <= one <= month]
    cells = month_cells(rows, "offer", SPLITS, supplied, shown)
    counts = Counts("offer", texts_of(cells))
    services = service_year(rows, cells, supplied, month, shown)
    found = Found(rows.filter(C("month") == month.start), counts, month)
    year = compared_year(tables, month, minimum_age, shown)
    lines = [
        Headline("Offers made a month", partial(counts.number, group=MADE), counts=True),
        Headline("Taken up, % of offers", partial(_share, counts, WHOLE_TAKEN, MADE)),
        Headline("Section 136 used, % of considered", partial(_share, counts, WHOLE_USED, CONSIDERED)),
    ]
    now = month in supplied
    part = Part(
        name="offers",
        title="Offers short of detention",
        stamp=stamp,
        marking=MARKING,
        lead=(*_lead(found), *service_sentence(services), *sentences(year), _hint(month))
        if now
        else (f"{month.title} was not supplied.",),
        grids=(*_grids(found), *service_grids(services), compared_grid(year, month), _wrong(found)) if now else (),
        charts=tuple(trends(lines, supplied, month, breaks, shown)) if now else (),
        notes=NOTES,
        words={"Records to put right": 2},
    )
    return shown.edition(part)


def _lead(found: Found) -> Iterator[str]:
    counts, month = found.counts, found.month
    if counts.number(month, MADE) is None:
        yield f"How many offers were made in {month.title} can't be shown."
    else:
        yield f"About {counts.text(month, MADE)} offers were made in {month.title}."
    yield f"Taken up, share of all offers: {counts.share(month, WHOLE_TAKEN, MADE)}."
    used, of = counts.share(month, WHOLE_USED, CONSIDERED), counts.text(month, CONSIDERED)
    considered = f" (considered at {of} contacts)" if of.isdigit() else ""
    yield f"Section 136 used when it was considered: {used}{considered}."


def _hint(month: Month) -> str:
    return f"'hiu offers {month} --list' names the rows to put right, and people who were offered something again."


def _grids(found: Found) -> Iterator[Grid]:
    counts, month = found.counts, found.month
    for title, of, split, whole, words in (
        ("Offers, and whether they were taken up", MADE, TAKEN, "Offers made", TAKEN_UP),
        ("Section 136, when it was considered", CONSIDERED, USED, "Contacts at which it was considered", WAS_USED),
        ("Referred on, of offers made", MADE, "onward_referral", "Offers made", REFERRED),
    ):
        rows = [
            (name, counts.text(month, group), counts.share(month, group, of))
            for group, name in ((f"{of}&{split}={value}", name) for value, name in words.items())
        ]
        yield Grid(title, ("", "Number", "Share"), ((whole, counts.text(month, of), ""), *rows))
    made = [(words, counts.text(month, f"offered={value}")) for value, words in OFFERED.items()]
    yield Grid("Contacts of these services", ("", "Contacts"), (*made, (ALL, counts.text(month))))
    note = f"Minutes, to 5, as the service sent them. {LEAST_TIMES}"
    columns = ("", "Median", "90th percentile")
    yield Grid("Time at the scene", columns, (("All services", *counts.quantiles(month, found.own)),), note)


def _wrong(found: Found) -> Grid:
    own = rules()["offers"]
    rows = [(one.title, one.sentence, found.counts.text(found.month, f"{one.code}=yes")) for one in own.exceptions]
    return Grid("Records to put right", ("What", "What the rule is", "Contacts"), tuple(rows), own.source)


def _share(counts: Counts, group: str, of: str, month: Month) -> float | None:
    part, whole = counts.number(month, group), counts.number(month, of)
    return 100 * min(1.0, part / whole) if part is not None and whole else None
