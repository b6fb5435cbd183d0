"""The desk's list for the service manager: exceptions row by row, and people at the desk again. Under the gate."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from hiu.month import Month
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.desk_words import WHY
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import count_of, day
from hiu.rules import rules
from pipelines.access.disclose import Disclosure
from pipelines.common.place import Place
from pipelines.pathway.desk_rows import logs, repeated
from pipelines.pathway.named import Named, named

C = pl.col
LIST = Disclosure(
    what="desk list",
    recipient="group",
    purpose="support",
    necessity="The service manager puts right what did not keep to the procedure, and sees who needs the desk again.",
    proportionality="Rows of one month that break a rule, and people with two logs or more; nothing else of them.",
)
NOTES = (
    "A row breaks a rule only where that is recorded; what is not recorded is not known.",
    "People withheld: no basis lets the group see them, so neither they nor their rows are here.",
    "A log here adds nothing to anybody's demand or place on the list.",
)


def desk_list(place: Place, tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, by: str, now: datetime) -> Part:
    """The list of a month; who is on it was entered before. Raises HiuError if that can't be written."""
    month = stamp.month
    broken = tables["desk_exception"].filter(C("at").dt.truncate("1mo").dt.date() == month.start)
    again = repeated(logs(tables).filter(C("month") == month.start))
    nobody = set(tables["desk_log"].filter("nobody")["person_id"]) | _unnamed(tables)
    whom = (set(broken["person_id"]) | set(again["person_id"])) - nobody
    seen = named(place, tables, whom, LIST, month=month, by=by, now=now)
    exceptions = _exceptions(broken, seen, nobody)
    return Part(
        name="desk-list",
        title="Control-room desk: exceptions and people at the desk again",
        stamp=stamp,
        marking=MARKING,
        lead=(f"{count_of(len(exceptions.rows), 'exception')} in {month.title}; {seen.left_out}.",),
        grids=(exceptions, _again(again, seen, month)),
        notes=NOTES,
        words={exceptions.title: len(exceptions.columns)},
    )


def _unnamed(tables: Mapping[str, pl.DataFrame]) -> set[str]:
    return set(tables["referral"].filter("nobody")["person_id"]) if "referral" in tables else set()


def _exceptions(broken: pl.DataFrame, seen: Named, nobody: set[str]) -> Grid:
    about = {one.code: one for one in rules()["desk"].exceptions}
    order = {code: place for place, code in enumerate(about)}
    rows = [
        (
            about[row["code"]].title + (f": {WHY[row['why']]}" if row["why"] else ""),
            row["log_id"] or "",
            row["referral_id"] or "",
            f"{day(row['at'].date())} {row['at']:%H:%M}" if row["at"] else "",
            "nobody named" if row["person_id"] in nobody else seen.words(row["person_id"]),
        )
        for row in sorted(broken.to_dicts(), key=lambda row: (order[row["code"]], str(row["at"]), str(row["log_id"])))
        if row["person_id"] in nobody or row["person_id"] in seen.ids
    ]
    return Grid(
        "Exceptions",
        ("Exception", "Log", "Referral", "When", "Person"),
        tuple(rows),
        "None this month." if not rows else "",
    )


def _again(again: pl.DataFrame, seen: Named, month: Month) -> Grid:
    rows = [(seen.words(who), str(n)) for who, n in again.select("person_id", "logs").iter_rows() if who in seen.ids]
    note = f"Two logs or more in {month.title}." if rows else f"Nobody had two logs in {month.title}."
    return Grid("People at the desk again", ("Person", "Logs"), tuple(rows), note)
