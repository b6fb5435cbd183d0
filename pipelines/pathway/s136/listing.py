"""The list for the section 136 lead: detentions over their limit, and records to put right. Under the gate."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import polars as pl

from hiu.publish.board.paper import Grid
from hiu.publish.pathway.part import Part
from hiu.publish.pathway.s136_words import MAIN, RECORDED, STEPS
from hiu.publish.rows import Row
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import count_of, day
from hiu.rules import rules
from pipelines.access.disclose import Disclosure
from pipelines.common.place import Place
from pipelines.pathway.named import Named, named
from pipelines.pathway.s136.rows import KEY, detentions

C = pl.col
LIST = Disclosure(
    what="s136 list",
    recipient="group",
    purpose="support",
    necessity="The section 136 lead looks at each detention over its limit, and puts right the records that are wrong.",
    proportionality="Detentions of one month that a rule names, with the times of their steps; nothing else of them.",
)
NOTES = (
    "Why is what took most of the clock: one of the steps, or what none of those written accounts for.",
    "People withheld: no basis lets the group see them, so neither they nor their rows are here.",
    "A detention here adds nothing to anybody's demand or place on the list.",
)


def s136_list(place: Place, tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, by: str, now: datetime) -> Part:
    """The list of a month; who is on it was entered before. Raises HiuError if that can't be written."""
    month = stamp.month
    rows = detentions(tables).filter(C("month") == month.start)
    found = tables["s136_exception"].join(rows, left_on="detention_id", right_on="thing", how="semi")
    nobody = set(rows.filter("nobody")["person_id"])
    seen = named(place, tables, set(found["person_id"]) - nobody, LIST, month=month, by=by, now=now)
    about = _about(tables, rows)
    grids = tuple(_grids(found, about, seen, nobody))
    return Part(
        name="s136-list",
        title="Section 136: detentions to look at",
        stamp=stamp,
        marking=MARKING,
        lead=(f"{count_of(sum(len(grid.rows) for grid in grids), 'row')} in {month.title}; {seen.left_out}.",),
        grids=grids,
        notes=NOTES,
        words={grid.title: len(grid.columns) for grid in grids},
    )


def _about(tables: Mapping[str, pl.DataFrame], rows: pl.DataFrame) -> dict[str, Row]:
    """What a row says of each detention, with the minutes of the main legs."""
    leg = tables["leg"].filter(C("table") == "s136_detention", C("leg").is_in(list(MAIN)))
    times = leg.select(*KEY, "leg", "minutes").sort("leg").pivot("leg", index=KEY, values="minutes", sort_columns=True)
    joined = tables["s136_detention"].select(*KEY, thing="detention_id").join(times, on=KEY, how="left").drop(KEY)
    clock = tables["s136_clock"].select("limit_hours", "clock_minutes", "still_open", thing="detention_id")
    whole = rows.join(clock, on="thing").join(joined, on="thing", how="left")
    return {str(row["thing"]): row for row in whole.iter_rows(named=True)}


def _grids(found: pl.DataFrame, about: Mapping[str, Row], seen: Named, nobody: set[str]) -> Iterator[Grid]:
    """The detentions over their limit with every step, then those that the other rules name."""
    shown = found.filter(C("person_id").is_in(sorted({*seen.ids, *nobody}))).sort("at", "detention_id")
    who = dict.fromkeys(nobody, "nobody named") | {one: seen.words(one) for one in seen.ids}
    over = [_over(about[row["detention_id"]], who) for row in shown.filter(code="over_limit").iter_rows(named=True)]
    heads = ("Detention", "Person", "Began", "Place", "Limit", "Clock", *MAIN.values(), "Why")
    yield Grid("Over the limit", heads, tuple(over), "" if over else "None this month.")
    titles = {one.code: (at, one) for at, one in enumerate(rules()["s136"].exceptions)}
    others = sorted(
        shown.filter(C("code") != "over_limit").iter_rows(named=True), key=lambda row: titles[row["code"]][0]
    )
    rows = [
        (titles[row["code"]][1].title, row["detention_id"], who[row["person_id"]], _when(row["at"]), _place(about, row))
        for row in others
    ]
    note = "" if rows else "None this month."
    yield Grid("Records to put right", ("What", "Detention", "Person", "Began", "Place"), tuple(rows), note)


def _over(row: Row, who: Mapping[str, str]) -> tuple[str, ...]:
    limit = f"{row['limit_hours']} h" if row["limit_hours"] else "24 or 36 h"
    clock = _hours(row["clock_minutes"]) + (", still open" if row["still_open"] else "")
    steps = (_hours(row.get(leg)) for leg in MAIN)
    why = STEPS[str(row["longest"])]
    place = RECORDED.get(str(row["place"]), str(row["place"]))
    return (str(row["thing"]), who[str(row["person_id"])], _when(row["at"]), place, limit, clock, *steps, why)


def _place(about: Mapping[str, Row], row: Row) -> str:
    place = str(about[str(row["detention_id"])]["place"])
    return RECORDED.get(place, place)


def _when(at: object) -> str:
    return f"{day(at.date())} {at:%H:%M}" if isinstance(at, datetime) else "not known"


def _hours(minutes: object) -> str:
    return f"{minutes // 60} h {minutes % 60:02}" if isinstance(minutes, int) else "not known"
