"""The pages of a month, made of its tables for those who may see them: by publishing, and anew by an erasure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from hiu.govern import records
from hiu.govern.audit import head
from hiu.model import SITTING
from hiu.month import Month
from hiu.publish.access import charted
from hiu.publish.charts.data import PersonSeries, series
from hiu.publish.charts.headings import recent
from hiu.publish.meeting.minutes import MINUTES, minutes_pdf
from hiu.publish.pack.page import pack_page, pack_view
from hiu.publish.pack.pdf import pack_pdf
from hiu.publish.pathway.governing import first_lines
from hiu.publish.quality.page import quality_page
from hiu.publish.rows import instead
from hiu.publish.stamp import Stamp
from hiu.publish.workbook.write import workbook, workbook_name
from pipelines.access.basis import for_group
from pipelines.access.draw import Drawing
from pipelines.common.place import Paths, Place
from pipelines.common.progress import Reporter


@dataclass(frozen=True)
class PageCharts:
    """Charts that are being drawn, and the people they are of."""

    people: list[PersonSeries]
    charts: Drawing

    def close(self) -> None:
        """Let go of the processes that draw."""
        self.charts.close()


def stamp_of(place: Place, month: Month, run_id: str, built: datetime, settings_version: str | None = None) -> Stamp:
    """What an output says of itself; under the settings in force unless they are named."""
    return Stamp(
        site=place.settings.name,
        month=month,
        run_id=run_id,
        built=built,
        data_to=month.end,
        settings_version=settings_version or place.settings.version,
        synthetic=place.settings.synthetic,
        audit_head=head(place.audit),
    )


def begin_pages(place: Place, tables: Mapping[str, pl.DataFrame], stamp: Stamp, on: date) -> PageCharts:
    """Start on a month's pages: their charts are drawn beside whatever is done next."""
    people = charted_people(place, for_group(place, tables, on), stamp.month)
    last = place.published_folder(stamp.month)
    return PageCharts(people, Drawing([recent(person) for person in people[: place.settings.rank.charts]], last))


def pages(
    place: Place,
    tables: Mapping[str, pl.DataFrame],
    published: Mapping[str, pl.DataFrame],
    stamp: Stamp,
    report: Reporter,
    *,
    on: date,
    under_way: PageCharts | None = None,
) -> dict[str, bytes]:
    """Everything a month's folder holds beside its tables, made from the tables alone (erasure makes it again).

    `published`: the tables as analysts read them, of which the page of quality is made.
    """
    under_way = under_way or begin_pages(place, tables, stamp, on)
    shown, people = for_group(place, tables, on), under_way.people
    if "timeline" in shown:  # asked for six times
        shown = instead(shown, {"timeline": shown["timeline"]})
    beside = first_lines(published, stamp.month.after)  # as the live meeting reads them
    view = pack_view(shown, stamp=stamp, settings=place.settings, beside=beside)
    files = {
        "pack.html": pack_page(view, people).encode("utf-8"),
        workbook_name(stamp): workbook(shown, stamp=stamp, settings=place.settings, key=place.key_for("workbook")),
        "quality.html": quality_page(published, stamp=stamp).encode("utf-8"),
    }
    if met := sittings(place, stamp.month):
        files[MINUTES] = minutes_pdf(view, shown["meeting_entry"], met)
    svgs, charts = under_way.charts.done(report)
    return {**files, **charts, "pack.pdf": pack_pdf(view, people, svgs)}


def sittings(paths: Paths, month: Month) -> list[dict[str, object]]:
    """The live meetings that were held about a month's list (model.SITTING), oldest first."""
    return records.read(paths.records, SITTING).filter(month=str(month)).sort("began").to_dicts()


def charted_people(place: Place, tables: Mapping[str, pl.DataFrame], month: Month) -> list[PersonSeries]:
    """Everybody whose chart may be shown: the pack draws its own, so only files are limited by `rank.charts`."""
    rank = place.settings.rank
    chosen = charted(tables["ranked"], rank.top, tables["ranked"].height, candidates=rank.candidate_charts)
    return chart_series(place, tables, chosen, month, show_names=True)


def chart_series(
    place: Place, tables: Mapping[str, pl.DataFrame], people: list[str], month: Month, *, show_names: bool
) -> list[PersonSeries]:
    """What the charts of people show, from a month's tables that passed the gate."""
    return list(series(people, tables, month, show_names=show_names, breaks=place.settings.policy_breaks))
