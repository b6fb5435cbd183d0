"""The list of offers for the services that make them: under the gate."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from hiu.publish.board.paper import Grid
from hiu.publish.pathway.offers_words import SERVICES
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import count_of, day
from hiu.rules import rules
from pipelines.access.disclose import Disclosure
from pipelines.common.place import Place
from pipelines.pathway.named import Named, named
from pipelines.pathway.offers.rows import contacts, offered_again

C = pl.col
LIST = Disclosure(
    what="offers list",
    recipient="group",
    purpose="support",
    necessity="The services put contradictory records right, and see whom several of them offer something.",
    proportionality="Rows of one month that contradict themselves, and people offered something twice; nothing else.",
)
NOTES = (
    "A row contradicts itself only where both its cells are filled; what is not recorded is not known.",
    "Not taking an offer is a choice, which counts for or against nobody.",
    "People withheld: no basis lets the group see them, so neither they nor their rows are here.",
    "An offer adds nothing to anybody's demand or place on the list.",
)


def offers_list(place: Place, tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, by: str, now: datetime) -> Part:
    """The list of a month; who is on it was entered before. Raises HiuError if that can't be written."""
    month = stamp.month
    own = contacts(tables).filter(C("month") == month.start).sort("at", "thing")
    again = offered_again(own)
    wrong = {one.title: own.filter(C(one.code) == "yes") for one in rules()["offers"].exceptions}
    nobody = set(own.filter("nobody")["person_id"])
    whom = set(again["person_id"]).union(*(rows["person_id"] for rows in wrong.values())) - nobody
    seen = named(place, tables, whom, LIST, month=month, by=by, now=now)
    grids = (_wrong(wrong, seen, nobody), _again(again, seen))
    return Part(
        name="offers-list",
        title="Offers short of detention: records to put right, and people offered something again",
        stamp=stamp,
        marking=MARKING,
        lead=(
            f"{count_of(len(grids[0].rows), 'row')} to put right, {count_of(len(grids[1].rows), 'person', 'people')} "
            f"offered something again in {month.title}; {seen.left_out}.",
        ),
        grids=grids,
        notes=NOTES,
        words={grids[0].title: len(grids[0].columns)},
    )


def _wrong(wrong: Mapping[str, pl.DataFrame], seen: Named, nobody: set[str]) -> Grid:
    rows = [
        (
            title,
            str(row["thing"]),
            f"{day(row['at'].date())} {row['at']:%H:%M}",
            SERVICES[row["service"]],
            "nobody named" if row["person_id"] in nobody else seen.words(row["person_id"]),
        )
        for title, found in wrong.items()
        for row in found.iter_rows(named=True)
        if row["person_id"] in nobody or row["person_id"] in seen.ids
    ]
    columns = ("What", "Offer", "When", "Service", "Person")
    return Grid("Records to put right", columns, tuple(rows), "" if rows else "None this month.")


def _again(again: pl.DataFrame, seen: Named) -> Grid:
    rows = [(seen.words(who), str(n), str(taken)) for who, n, taken in again.iter_rows() if who in seen.ids]
    note = "" if rows else "Nobody was offered something twice this month."
    return Grid("People offered something again", ("Person", "Offers", "Taken up"), tuple(rows), note)
