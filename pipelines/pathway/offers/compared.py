"""Contacts after offers of a year beside those of people not offered anything, as they may be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import polars as pl

from hiu.govern.release.disclosure import BASE, HIDDEN, count_text
from hiu.govern.release.disclosure import FEWEST as FEWEST_SHOWN
from hiu.month import Month
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import Grid
from hiu.rank.reports.beside import FEWEST, After, Beside, Records, beside
from pipelines.pathway.shown import Shown
from pipelines.pathway.years import year_to

TITLE = "Contacts after an offer, beside people not offered anything"
NEEDED = ("timeline", "coverage")
EACH_ROUNDED = f"Each figure, a difference too, is rounded to {BASE} by itself."
PER = 100
NO_CAUSE = "This does not show cause."
FOR_EACH = f"Contacts for each {PER} people"


def offer_year(month: Month) -> list[Month]:
    """The twelve months to February of the last financial year that was over: the 30 days of their offers are over by
    its end, so what is said of a year never changes with the month of the report."""
    return [one - 1 for one in year_to(month)]


def compared_year(tables: Mapping[str, pl.DataFrame], month: Month, minimum_age: int, shown: Shown) -> Beside:
    """The comparison of the year that was over at a month's end, as it was first shown."""
    year = offer_year(month)
    made = tables["offer_judged"].filter(pl.col("at") >= year[0].start, pl.col("at") < year[-1].after)
    if made.is_empty():
        return Beside(offered=0, others=0, alone=0)
    kept = shown.figure(year[-1], "year", lambda: asdict(_compared(tables, year, minimum_age)))
    return Beside(**kept | {"after": tuple(After(**one) for one in kept["after"])})


def _compared(tables: Mapping[str, pl.DataFrame], year: Sequence[Month], minimum_age: int) -> Beside:
    own = {name: tables[name] for name in (*NEEDED, "people")}
    records = Records(judged=tables["offer_judged"], end=(year[-1] + 1).after, **own)
    return beside(records, year, minimum_age)


def compared_grid(found: Beside, month: Month) -> Grid:
    """The comparison as a table: contacts for each 100 people, to 5."""
    year = offer_year(month)
    if not found.offered + found.alone:
        none = f"No offers from {year[0].title} to {year[-1].title} were sent."
        return Grid(TITLE, (FOR_EACH,), (), none)
    offered, others, alone = (thousands(count_text(n)) for n in (found.offered, found.others, found.alone))
    sides = f"{offered} people were offered something and {others} were not"
    note = (
        f"First offers from {year[0].title} to {year[-1].title}: {sides}. Offers with no contact within the day "
        f"before, which are not compared: {alone}. The difference does not show cause."
    )
    if not found.after:
        few = f"Too few people to compare: {FEWEST} on each side are needed."
        return Grid(TITLE, (FOR_EACH,), (), f"{few} {note}")
    columns = (FOR_EACH, "Offered something", "Alike, not offered", "Difference", "95% interval")
    return Grid(TITLE, columns, tuple(_row(one) for one in found.after), f"{note} {EACH_ROUNDED}")


def _row(one: After) -> tuple[str, ...]:
    low, high = (_per(one, value, signed=True) for value in (one.low, one.high))
    means = _per(one, one.offered), _per(one, one.others), _per(one, one.difference, signed=True)
    return (f"In the next {one.days} days", *means, f"{low} to {high}" if low != HIDDEN else HIDDEN)


def _per(one: After, value: float, *, signed: bool = False) -> str:
    if one.fewest < FEWEST_SHOWN or one.largest > 1 / 2:
        return HIDDEN
    found = round(value * PER / BASE) * BASE
    return f"{found:+d}" if signed and found else str(found)


def sentences(found: Beside) -> Sequence[str]:
    """What the comparison says, in words; nothing where it can't be shown."""
    rows = [(one.days, *_row(one)[1:]) for one in found.after[-1:]]
    return [
        f"In the {days} days after an offer there were {offered} contacts for each {PER} people; of people alike who "
        f"were not offered anything, {others} (difference {difference}, 95% interval {interval}). {NO_CAUSE}"
        for days, offered, others, difference, interval in rows
        if offered != HIDDEN
    ]
