"""The commands of the crisis pathway: a part's report of a month, and its list under the gate."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hiu.errors import UsageError
from pipelines.commands.options import Curated, OfMonth, Site, now, open_site
from pipelines.common.progress import out as say

if TYPE_CHECKING:
    import polars as pl

    from hiu.publish.pathway.part import Part
    from hiu.publish.stamp import Stamp
    from pipelines.common.place import Place
    from pipelines.pathway.shown import Shown

Out = Annotated[Path | None, typer.Option(help="Folder to write to (default: exports/pathway in the curated folder)")]
By = Annotated[str | None, typer.Option(help="Who asks for the list; it is recorded")]
WithNames = Annotated[bool, typer.Option("--list", help="The list with names, under the gate, in place of the report")]


def desk(
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: Out = None,
    names: WithNames = False,
    by: By = None,
) -> None:
    """Report a month of the control-room desk, small numbers suppressed; or list exceptions and people, with names."""
    from pipelines.pathway.desk import desk_report
    from pipelines.pathway.desk_list import desk_list
    from pipelines.pathway.shown import open_shown
    from pipelines.pathway.write import counted_tables, stamp_for, tables_of

    place, at = _opened(site, curated, names, by)
    wanted, folder, tables = tables_of(place, month, "desk_log")
    if not tables:
        say(f"{wanted.title}: this site has no source of the control-room desk, so there is nothing of it to show.")
        return
    stamp, shown = stamp_for(place, wanted, folder, at), None
    if names:
        part = _list_for(desk_list, place, tables, stamp, by, at)
    else:
        counted = counted_tables(place, tables, at.date())
        shown = open_shown(place, "desk")
        part = desk_report(counted, stamp=stamp, breaks=place.settings.policy_breaks, shown=shown)
    _write(place, part, out, at, shown=shown)


def s136(
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: Out = None,
    names: WithNames = False,
    by: By = None,
) -> None:
    """Report a month of section 136 and its last annual return, small numbers suppressed; or list rows, with names."""
    from pipelines.pathway.s136.annual import return_csv
    from pipelines.pathway.s136.escalations import escalation_report
    from pipelines.pathway.s136.listing import s136_list
    from pipelines.pathway.s136.report import s136_report
    from pipelines.pathway.shown import open_shown
    from pipelines.pathway.write import counted_tables, plain_tables, stamp_for, tables_of

    place, at = _opened(site, curated, names, by)
    wanted, folder, tables = tables_of(place, month, "s136_pathway")
    escalated = {} if tables or names else tables_of(place, month, "place_escalation")[2]
    if not tables and not escalated:
        say(f"{wanted.title}: this site has no source of the section 136 pathway, so there is nothing of it to show.")
        return
    stamp, more, shown = stamp_for(place, wanted, folder, at), {}, None
    if escalated:
        part = escalation_report(plain_tables(place, escalated), stamp=stamp)
    elif names:
        part = _list_for(s136_list, place, tables, stamp, by, at)
    else:
        counted = counted_tables(place, tables, at.date())
        shown = open_shown(place, "s136")
        part, year = s136_report(counted, stamp=stamp, breaks=place.settings.policy_breaks, shown=shown)
        more = {f"s136-return-{year.title.replace('/', '-')}.csv": return_csv(year)} if year.supplied else {}
    _write(place, part, out, at, more, shown)


def missing(
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: Out = None,
    names: WithNames = False,
    by: By = None,
) -> None:
    """Report a month of people missing from hospital, small numbers suppressed; or list people and rows, with names."""
    from pipelines.pathway.missing.listing import missing_list
    from pipelines.pathway.missing.report import missing_report
    from pipelines.pathway.shown import open_shown
    from pipelines.pathway.write import counted_tables, stamp_for, tables_of

    place, at = _opened(site, curated, names, by)
    wanted, folder, tables = tables_of(place, month, "missing_judged")
    if not tables:
        say(f"{wanted.title}: this site has no source of people missing from hospital, so there is nothing to show.")
        return
    stamp, shown = stamp_for(place, wanted, folder, at), None
    if names:
        part = _list_for(missing_list, place, tables, stamp, by, at)
    else:
        counted = counted_tables(place, tables, at.date())
        shown = open_shown(place, "missing")
        part = missing_report(counted, stamp=stamp, breaks=place.settings.policy_breaks, shown=shown)
    _write(place, part, out, at, shown=shown)


def offers(
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: Out = None,
    names: WithNames = False,
    by: By = None,
) -> None:
    """Report a month of offers short of detention, small numbers suppressed; or list rows and people, with names."""
    from pipelines.common.place import published_tables
    from pipelines.pathway.offers.compared import NEEDED
    from pipelines.pathway.offers.listing import offers_list
    from pipelines.pathway.offers.report import offers_report
    from pipelines.pathway.shown import open_shown
    from pipelines.pathway.write import counted_tables, stamp_for, tables_of

    place, at = _opened(site, curated, names, by)
    wanted, folder, tables = tables_of(place, month, "offer_judged")
    if not tables:
        say(f"{wanted.title}: this site has no source of offers short of detention, so there is nothing to show.")
        return
    stamp, shown = stamp_for(place, wanted, folder, at), None
    if names:
        part = _list_for(offers_list, place, tables, stamp, by, at)
    else:
        counted = counted_tables(place, tables | published_tables(folder, NEEDED), at.date())
        breaks, age = place.settings.policy_breaks, place.settings.rank.minimum_age
        shown = open_shown(place, "offers")
        part = offers_report(counted, stamp=stamp, breaks=breaks, minimum_age=age, shown=shown)
    _write(place, part, out, at, shown=shown)


def senior(
    by: Annotated[str, typer.Option(help="Who asks for the page; it is recorded")],
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: Out = None,
) -> None:
    """Write the senior meeting's governance page: caseload, plans, records, actions, incidents, partners. No names."""
    from pipelines.access.guard import require_named
    from pipelines.common.place import published_tables
    from pipelines.pathway.senior import BESIDE, NEEDED, senior_page
    from pipelines.pathway.write import counted_tables, plain_tables, stamp_for, tables_of

    place, at = open_site(site, curated), now()
    who = require_named(by, "--by")
    wanted, folder, tables = tables_of(place, month, "leg")
    if not set(NEEDED) & set(tables):
        say(f"{wanted.title}: this site has no source of plans, records, incidents or meetings; there is no page.")
        return
    every = tables | published_tables(folder, BESIDE)
    counted = counted_tables(place, every, at.date())
    part = senior_page(
        place, counted, plain_tables(place, every), stamp=stamp_for(place, wanted, folder, at), by=who, now=at
    )
    _write(place, part, out, at)


def _opened(site: Path | None, curated: Path | None, names: bool, by: str | None) -> tuple["Place", datetime]:
    """The site and the time of a command that reports or lists. Raises UsageError for a name that nothing asks for."""
    if by and not names:
        raise UsageError("--by is for the list: add --list, or leave it out")
    return open_site(site, curated), now()


def _list_for(
    listing: "Callable[..., Part]",
    place: "Place",
    tables: "dict[str, pl.DataFrame]",
    stamp: "Stamp",
    by: str | None,
    at: datetime,
) -> "Part":
    """A list with names: of the people who may be shown, for somebody who says who they are."""
    from pipelines.access.guard import require_named
    from pipelines.pathway.write import shown_tables

    who = require_named(by, "--by")
    return listing(place, shown_tables(place, tables, at.date()), stamp=stamp, by=who, now=at)


def _write(
    place: "Place",
    part: "Part",
    out: Path | None,
    at: datetime,
    more: Mapping[str, bytes] | None = None,
    shown: "Shown | None" = None,
) -> None:
    """Write a part, and say where and what comes first in it."""
    from pipelines.pathway.write import write_part

    for path in write_part(place, part, out, at, more, shown):
        say(str(path))
    for line in part.lead:
        say(line)


COMMANDS = (desk, s136, missing, offers, senior)
