"""The monthly report of offers short of detention: aggregates under disclosure control, nobody in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from hiu.govern.release.disclosure import FEWEST
from hiu.month import Month
from hiu.publish.board.paper import MARKING, Grid
from hiu.publish.pathway.offers_words import NOTES, OFFERED, REFERRED, SERVICES
from hiu.publish.pathway.part import ALL, Part
from hiu.publish.stamp import Stamp
from hiu.rules import rules
from pipelines.pathway.counts import Counts, decided, quantiles
from pipelines.pathway.offers.compared import compared_grid, compared_year, sentences
from pipelines.pathway.offers.rows import RULES, contacts
from pipelines.pathway.shown import Shown, Splits
from pipelines.pathway.trends import Breaks, Headline, trends

C = pl.col
SHOWN = 24
"""Months of a headline's chart."""
SPLITS: Splits = (
    (),
    ("service",),
    ("offered",),
    ("taken_up",),
    ("considered",),
    ("used",),
    ("onward_referral",),
    *((code,) for code in RULES),
    ("service", "offered"),
    ("service", "taken_up"),
    ("offered", "taken_up"),
    ("offered", "onward_referral"),
    ("service", "offered", "taken_up"),
    ("service", "considered"),
    ("service", "used"),
    ("considered", "used"),
    ("service", "considered", "used"),
)
"""What every month is split by, in its own report and in each that looks back at it."""
MADE, CONSIDERED = "offered=yes", "considered=yes"
TAKEN, USED = f"{MADE}&taken_up=yes", f"{CONSIDERED}&used=yes"


@dataclass(frozen=True)
class Found:
    """What a report is made of: the rows of its month, and the figures as they may be shown."""

    own: pl.DataFrame
    counts: Counts
    month: Month

    def part(self, of: str, service: str, split: str, value: str) -> str:
        """A cell of a service, or of all (empty), among those made or considered."""
        within = f"service={service}&{of}" if service else of
        return self.counts.text(self.month, f"{within}&{split}={value}" if split else within)


def offers_report(
    tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, breaks: Breaks, minimum_age: int, shown: Shown | None = None
) -> Part:
    """The report of a month from its published tables (offer_judged, feed_month, timeline, coverage and people)."""
    shown = shown or Shown()
    month, rows = stamp.month, contacts(tables)
    sent = tables["feed_month"].filter((C("table") == "offer") & C("supplied"))["month"].sort()
    supplied = [one for one in map(Month.of, sent) if month - (SHOWN - 1) <= one <= month]
    counts = decided(rows, "offer", SPLITS, supplied, shown)
    found = Found(rows.filter(C("month") == month.start), counts, month)
    year = compared_year(tables, month, minimum_age, shown)
    lines = [
        Headline("Offers made a month", partial(counts.number, group=MADE)),
        Headline("Taken up, % of offers", partial(_share, counts, TAKEN, MADE)),
        Headline("Section 136 used, % of considered", partial(_share, counts, USED, CONSIDERED)),
    ]
    now = month in supplied
    part = Part(
        name="offers",
        title="Offers short of detention",
        stamp=stamp,
        marking=MARKING,
        lead=(*_lead(found), *sentences(year)) if now else (f"{month.title} was not supplied.",),
        grids=(*_grids(found), compared_grid(year, month), _wrong(found)) if now else (),
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
    yield f"Taken up, share of all offers: {counts.share(month, TAKEN, MADE)}."
    used, of = counts.share(month, USED, CONSIDERED), counts.text(month, CONSIDERED)
    yield f"Section 136 used when it was considered: {used} (considered at {of} contacts)."
    yield f"'hiu offers {month} --list' names the rows to put right, and people who were offered something again."


def _grids(found: Found) -> Iterator[Grid]:
    counts, month = found.counts, found.month
    names = ("Taken up", "Not taken up", "Not known", "Share taken up")
    yield _rates(found, "Offers by service", MADE, "taken_up", ("Service", "Contacts", "Offers made", *names))
    names = ("Used", "Not used", "Not known", "Share used")
    yield _rates(
        found, "Section 136, when it was considered", CONSIDERED, "used", ("Service", "Contacts", "Considered", *names)
    )
    rows = [(words, counts.text(month, f"offered={value}")) for value, words in OFFERED.items()]
    yield Grid("Contacts of these services", ("", "Contacts"), (*rows, (ALL, counts.text(month))))
    rows = [(words, counts.text(month, f"{MADE}&onward_referral={value}")) for value, words in REFERRED.items()]
    yield Grid("Referred on, of offers made", ("", "Offers"), tuple(rows))
    times = [(words, *quantiles(found.own.filter(service=name))) for name, words in _services(found).items()]
    note = f"Minutes, to 5, as the service sent them. Hidden where fewer than {FEWEST} people are behind it."
    columns = ("Service", "Median", "90th percentile")
    yield Grid("Time at the scene", columns, (*times, (ALL, *quantiles(found.own))), note)


def _services(found: Found) -> dict[str, str]:
    """The services with a contact in the month."""
    return {name: words for name, words in SERVICES.items() if found.counts.text(found.month, f"service={name}") != "0"}


def _rates(found: Found, title: str, of: str, split: str, columns: tuple[str, ...]) -> Grid:
    """A row a service and one of all: contacts, those that are `of`, what became of them, and the share."""
    counts, month = found.counts, found.month
    rows = [
        (
            words,
            counts.text(month, f"service={name}" if name else "everybody"),
            found.part(of, name, "", ""),
            *(found.part(of, name, split, value) for value in ("yes", "no", "unknown")),
            counts.share(month, *(f"service={name}&{group}" if name else group for group in (f"{of}&{split}=yes", of))),
        )
        for name, words in (_services(found) | {"": ALL}).items()
    ]
    return Grid(title, columns, tuple(rows))


def _wrong(found: Found) -> Grid:
    own = rules()["offers"]
    rows = [(one.title, one.sentence, found.counts.text(found.month, f"{one.code}=yes")) for one in own.exceptions]
    return Grid("Records to put right", ("What", "What the rule is", "Contacts"), tuple(rows), own.source)


def _share(counts: Counts, group: str, of: str, month: Month) -> float | None:
    part, whole = counts.number(month, group), counts.number(month, of)
    return 100 * min(1.0, part / whole) if part is not None and whole else None
