"""Publish: the tables, pages and charts of a month, written aside, sealed and pointed to."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from hiu.govern.audit import head
from hiu.model import DATASETS, PUBLISHED
from hiu.publish.access import charted
from hiu.publish.chart_data import PersonSeries, all_series
from hiu.publish.charts import chart_files, person_chart, to_svg
from hiu.publish.pointer import set_current
from hiu.publish.quality_page import quality_page
from hiu.publish.ranked_list import ranked_page
from hiu.publish.release import publish as seal
from hiu.publish.release import sweep
from hiu.publish.stamp import Stamp
from pipelines.ingest import Intake
from pipelines.place import Place
from pipelines.plan import Work
from pipelines.rank import changes_since
from pipelines.review import review_queue


def publish(work: Work, intake: Intake, fingerprint: str, before: Path | None) -> Path:
    """Write the month's folder, point CURRENT.json to it, and remember what it was made from; the folder."""
    tables = gather(work, before)
    stamp = _stamp(work)
    people = _people(work, tables)
    svgs = {person.person_id: to_svg(person_chart(person)) for person in work.report.track(people, "charts")}
    files = chart_files(svgs)
    files["ranked-list.html"] = ranked_page(
        tables, stamp=stamp, settings=work.place.settings, charted=people, svgs=svgs
    ).encode("utf-8")
    files["quality.html"] = quality_page(tables, stamp=stamp).encode("utf-8")
    folder = seal(tables, folder=work.place.published, stamp=stamp, files=files)
    set_current(work.place.current, work.month, folder.name)
    row = {"month": str(work.month), "folder": folder.name, "fingerprint": fingerprint}
    work.warehouse.append("release", pl.DataFrame([row]))
    return folder


def gather(work: Work, before: Path | None) -> dict[str, pl.DataFrame]:
    """Every published table as at the month."""
    month = work.month.start
    made = {
        "changes": changes_since(work, before),
        "review_queue": review_queue(work),
        "deliveries": work.warehouse.read(
            "select * from deliveries where period is null or period <= $month order by period, source_file, source",
            month=month,
        ),
        "quarantine": work.warehouse.read(
            "select q.* from quarantine q join current c on c.delivery_id = q.delivery_id "
            "order by q.source_file, q.source, q.source_row"
        ),
        "aliases": work.warehouse.read(
            "select * from aliases where month <= $month order by month, old_id", month=month
        ),
    }
    return {name: made[name] if name in made else work.warehouse.read(name) for name in PUBLISHED}


def tidy(place: Place) -> None:
    """Remove what a cut-off run left half written."""
    sweep(place.published)
    shutil.rmtree(place.spill, ignore_errors=True)


def _people(work: Work, tables: dict[str, pl.DataFrame]) -> list[PersonSeries]:
    rank = work.place.settings.rank
    chosen = charted(tables["ranked"], rank.top, rank.charts)
    return list(
        all_series(
            chosen, demand=tables["monthly_demand"], coverage=tables["coverage"], ranked=tables["ranked"],
            last=work.month, support=tables["support"], people=tables["people"], show_names=True,
            breaks=work.place.settings.policy_breaks,
            extra=tuple(sorted(set(tables["coverage"]["dataset"]) - set(DATASETS))),
        )
    )  # fmt: skip


def _stamp(work: Work) -> Stamp:
    settings = work.place.settings
    return Stamp(
        site=settings.name, month=work.month, run_id=work.run_id, built=work.now, data_to=work.month.end,
        settings_version=settings.version, synthetic=settings.synthetic, audit_head=head(work.place.audit),
    )  # fmt: skip
