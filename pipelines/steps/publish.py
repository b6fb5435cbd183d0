"""Publish: the tables, pages and charts of a month, written aside, sealed and pointed to."""

import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from hiu.govern import records
from hiu.govern.audit import head
from hiu.model import PUBLISHED
from hiu.publish.access import charted
from hiu.publish.charts.data import PersonSeries, series
from hiu.publish.pack.page import pack_page, pack_view
from hiu.publish.pack.pdf import pack_pdf
from hiu.publish.quality.page import quality_page
from hiu.publish.release.folder import publish as seal
from hiu.publish.release.folder import sweep
from hiu.publish.release.pointer import set_current
from hiu.publish.stamp import Stamp
from hiu.publish.workbook.write import workbook, workbook_name
from pipelines.access.basis import for_group
from pipelines.access.disclose import note_published
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.common.work import Work
from pipelines.govern.retain import freeze_dead
from pipelines.steps.draw import Drawing
from pipelines.steps.ingest import Intake
from pipelines.steps.rank import changes_since
from pipelines.steps.review import quality_of_links, review_queue
from pipelines.steps.traced import traced

LISTED = ("ranked", "changes", "aliases", "people", "support", "monthly_demand", "coverage")


def publish(work: Work, intake: Intake, fingerprint: str, before: Path | None) -> Path:
    """Write the month's folder, point CURRENT.json to it, and remember what it was made from; the folder."""
    stamp, on = _stamp(work), work.now.date()
    freeze_dead(work.place, work.warehouse, work.now)
    listed = _listed(work, before)
    with closing(begin(work.place, listed, stamp, on)) as begun:
        tables = gather(work, listed)
        # noted first: a cut after the folder has its name leaves one that the next run knows, and points to
        row = {"month": str(work.month), "folder": work.run_id, "fingerprint": fingerprint}
        work.warehouse.append("release", pl.DataFrame([row]))
        folder = seal(
            tables,
            folder=work.place.published,
            stamp=stamp,
            # the tables are written while the charts are drawn
            files=lambda: pages(work.place, tables, stamp, work.report, on=on, begun=begun),
        )
    note_published(work.place, tables, folder, work.now)
    set_current(work.place.current, work.month, folder.name)
    return folder


@dataclass(frozen=True)
class Begun:
    """Whose charts are shown, and those under way."""

    people: list[PersonSeries]
    charts: Drawing

    def close(self) -> None:
        """Let go of the processes that draw."""
        self.charts.close()


def begin(place: Place, tables: Mapping[str, pl.DataFrame], stamp: Stamp, on: date) -> Begun:
    """Start on a month's pages: their charts are drawn beside whatever is done next. Needs the tables of LISTED."""
    people = _people(place, for_group(place, tables, on), stamp)
    return Begun(people, Drawing(people[: place.settings.rank.charts]))


def pages(
    place: Place,
    tables: Mapping[str, pl.DataFrame],
    stamp: Stamp,
    report: Reporter,
    *,
    on: date,
    begun: Begun | None = None,
) -> dict[str, bytes]:
    """Everything a month's folder holds beside its tables, made from the tables alone (erasure makes it again)."""
    begun = begun or begin(place, tables, stamp, on)
    shown, people = for_group(place, tables, on), begun.people
    view = pack_view(shown, stamp=stamp, settings=place.settings)
    files = {
        "pack.html": pack_page(view, people).encode("utf-8"),
        workbook_name(stamp): workbook(shown, stamp=stamp, settings=place.settings, key=place.key_for("workbook")),
        "quality.html": quality_page(tables, stamp=stamp).encode("utf-8"),
    }
    svgs, charts = begun.charts.done(report)
    return {**files, **charts, "pack.pdf": pack_pdf(view, people, svgs)}


def _listed(work: Work, before: Path | None) -> dict[str, pl.DataFrame]:
    """The tables that say who is listed and what their charts show, as at the month."""
    aliases = work.warehouse.read(
        "select * from aliases where month <= $month order by month, old_id", month=work.month.start
    )
    # the largest comes in order: the engine sorts it in half the time that `conform` would take
    made = {"monthly_demand": work.warehouse.read("select * from monthly_demand order by person_id, month, dataset")}
    made |= {name: work.warehouse.read(name) for name in LISTED if name not in ("changes", "aliases", *made)}
    made |= {"changes": changes_since(work, before, made), "aliases": aliases}
    return {name: made[name] for name in LISTED}


def gather(work: Work, listed: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every published table as at the month."""
    month, queue = work.month.start, review_queue(work)
    links = work.warehouse.read("links")
    made = {
        **listed,
        "links": links,
        "review_queue": queue,
        "link_quality": quality_of_links(work, links, listed["people"]),
        "deliveries": work.warehouse.read(
            "select * from deliveries where period is null or period <= $month order by period, source_file, source",
            month=month,
        ),
        "quarantine": work.warehouse.read(
            "select q.* from quarantine q join current c on c.delivery_id = q.delivery_id "
            "order by q.source_file, q.source, q.source_row"
        ),
        "meeting_entry": work.warehouse.read(
            "select * from meeting_entry where month <= $month order by entered_at, person_id, field", month=month
        ),
        **traced(work),
    }
    return {name: made[name] if name in made else work.warehouse.read(name) for name in PUBLISHED}


def tidy(place: Place) -> None:
    """Remove what a cut-off run left half written."""
    sweep(place.published)
    records.sweep(place.records)
    shutil.rmtree(place.spill, ignore_errors=True)


def _people(place: Place, tables: Mapping[str, pl.DataFrame], stamp: Stamp) -> list[PersonSeries]:
    """Everybody whose chart may be shown: the pack draws its own, so only files are limited by `rank.charts`."""
    rank = place.settings.rank
    chosen = charted(tables["ranked"], rank.top, tables["ranked"].height, candidates=rank.candidate_charts)
    return list(series(chosen, tables, stamp.month, show_names=True, breaks=place.settings.policy_breaks))


def _stamp(work: Work) -> Stamp:
    settings = work.place.settings
    return Stamp(
        site=settings.name,
        month=work.month,
        run_id=work.run_id,
        built=work.now,
        data_to=work.month.end,
        settings_version=settings.version,
        synthetic=settings.synthetic,
        audit_head=head(work.place.audit),
    )
