"""The list of people missing from hospital, for the ward and the police's liaison: under the gate."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from hiu.publish.board.paper import Grid
from hiu.publish.pathway.desk_words import NOT_RECORDED
from hiu.publish.pathway.missing_words import KINDS, RISKS
from hiu.publish.pathway.part import Part
from hiu.publish.rows import Row
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import count_of, day
from hiu.rules import rules
from pipelines.access.disclose import Disclosure
from pipelines.common.place import Place
from pipelines.pathway.missing.rows import episodes, packs, repeated
from pipelines.pathway.named import Named, named

C = pl.col
LIST = Disclosure(
    what="missing list",
    recipient="group",
    purpose="support",
    necessity="The ward plans with people who go missing again, has a grab pack ready, and puts reports right.",
    proportionality="Episodes of one month that a rule names, and people with a repeat; nothing else of them.",
)
NOTES = (
    "A repeat is two episodes or more in 90 days, the latest of them this month.",
    "What is not recorded is not known: a row is here only where it is shown.",
    "People withheld: no basis lets the group see them, so neither they nor their rows are here.",
    "An episode adds nothing to anybody's demand or place on the list.",
)


def missing_list(place: Place, tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, by: str, now: datetime) -> Part:
    """The list of a month; who is on it was entered before. Raises HiuError if that can't be written."""
    month = stamp.month
    own = episodes(tables).filter(C("month") == month.start).sort("reported_at", "thing")
    again, broken = repeated(own), _broken(own)
    nobody = set(own.filter("nobody")["person_id"])
    whom = (set(again["person_id"]) | {str(row["person_id"]) for _, row in broken}) - nobody
    seen = named(place, tables, whom, LIST, month=month, by=by, now=now)
    grids = (_again(again, own, seen), _rows(broken, seen, nobody))
    return Part(
        name="missing-list",
        title="Missing from hospital: people and reports to look at",
        stamp=stamp,
        marking=MARKING,
        lead=(
            f"{count_of(len(grids[0].rows), 'person', 'people')} with a repeat, {count_of(len(grids[1].rows), 'row')} "
            f"to look at in {month.title}; {seen.left_out}.",
        ),
        grids=grids,
        notes=NOTES,
        words={grids[1].title: len(grids[1].columns), grids[0].title: 2},
    )


def _broken(own: pl.DataFrame) -> list[tuple[str, Row]]:
    """Code and episode of each row that a rule names, in the order of the rules."""
    lacking = set(packs(own).filter(grab_pack="no")["person_id"])
    latest = own.filter(C("person_id").is_in(sorted(lacking))).unique("person_id", keep="last", maintain_order=True)
    found = {
        "poor_reporting": own.filter(poor="yes"),
        "no_grab_pack": latest,
        "still_missing": own.filter(still_missing="yes"),
    }
    return [(code, row) for code, rows in found.items() for row in rows.iter_rows(named=True)]


def _rows(broken: list[tuple[str, Row]], seen: Named, nobody: set[str]) -> Grid:
    titles = {one.code: one.title for one in rules()["missing"].exceptions}
    rows = [
        (
            titles[code],
            str(row["thing"]),
            f"{day(row['reported_at'].date())} {row['reported_at']:%H:%M}",
            "not known" if row["site"] == NOT_RECORDED else str(row["site"]),
            f"{KINDS[row['kind']]}; risk {RISKS[row['risk']].lower()}",
            "nobody named" if row["person_id"] in nobody else seen.words(row["person_id"]),
        )
        for code, row in broken
        if row["person_id"] in nobody or row["person_id"] in seen.ids
    ]
    columns = ("What", "Episode", "Reported", "Site", "Kind and risk", "Person")
    return Grid("To look at", columns, tuple(rows), "" if rows else "None this month.")


def _again(again: pl.DataFrame, own: pl.DataFrame, seen: Named) -> Grid:
    sites = {
        who: ", ".join(sorted(set(part["site"]) - {NOT_RECORDED})) or "not known"
        for (who,), part in own.group_by("person_id")
    }
    rows = [(seen.words(who), sites[who], str(n)) for who, n in again.iter_rows() if who in seen.ids]
    note = "" if rows else "Nobody has a repeat this month."
    return Grid("People missing again", ("Person", "Sites this month", "Episodes in 90 days"), tuple(rows), note)
