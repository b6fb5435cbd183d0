"""Publish: the tables, pages and charts of a month, written aside, sealed and pointed to."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import polars as pl
from polars import selectors

from hiu.govern import records
from hiu.govern.rights import make_private
from hiu.model import PATHWAY, PUBLISHED, RECORDED, RELEASED
from hiu.publish.release.folder import publish as seal
from hiu.publish.release.folder import write_table
from hiu.publish.release.pointer import set_current
from hiu.publish.release.working import keep_whole, whole_table, without
from hiu.publish.rows import OnDemand
from hiu.rank.reports.equality.audit import audit_of_list
from pipelines.access.basis import hidden
from pipelines.access.disclose import note_published
from pipelines.access.pages import begin_pages, pages, stamp_of
from pipelines.access.remake import clear_halves
from pipelines.common.fingerprint import code_digest, digest, file_digest
from pipelines.common.place import Place
from pipelines.common.work import Work
from pipelines.steps.intake.supply import with_remarks
from pipelines.steps.kept import not_shown
from pipelines.steps.places import place_tables
from pipelines.steps.rank import changes_since
from pipelines.steps.review import quality_of_links, review_queue
from pipelines.steps.trace_tables import trace_tables

LISTED_TABLES = ("ranked", "changes", "aliases", "people", "support", "monthly_demand", "coverage", "missing_count")

KEPT = ("links", "review_queue", "link_quality", "descriptions", "review_evidence", "timeline", "traits", "event_place")
"""Tables that nothing bears on but the steps, the crosswalk, the sources' definitions and second opinions."""

OF_STEPS = ("ranked", "people", "monthly_demand", "monthly_extra")
"""Large tables that stand in the warehouse as they are published: their files are kept with KEPT."""


def kept_mark(work: Work, folder: Path, steps: str) -> str:
    """What tells whether KEPT, as a folder has them, are what would be made now: of what they were made, and that they
    are as they were written. `steps`: the fingerprint of the last step."""
    made_of = [source.digest for _, source in sorted(work.place.sources.items())], work.place.crosswalk.rows.rows()
    second = work.warehouse.rows("second_opinions", order=RECORDED["second_opinions"].names).rows()
    own = code_digest(publish.__module__)
    files = [(name, file_digest(path)) for name, path in _files(folder).items()]
    return digest(steps, own, work.place.settings.version, *made_of, second, not_shown(work), files)


def _files(folder: Path) -> dict[str, Path]:
    """The files with every row of KEPT and of OF_STEPS, as far as there are such."""
    paths = {name: whole_table(folder, name) for name in (*KEPT, *OF_STEPS)}
    return {name: path for name, path in paths.items() if path.exists()}


def _person_ids(path: Path) -> pl.DataFrame:
    """Of a file the ids of people alone, if it has any."""
    return pl.scan_parquet(path).select(selectors.by_name("person_id", require_all=False)).collect()


def publish(work: Work, fingerprint: str, before: Path | None, *, same: Path | None = None) -> Path:
    """Write the month's folder, point CURRENT.json to it, and remember what it was made from; the folder. `same`: the
    folder so far, where KEPT would be made as they are in it (`kept_mark`)."""
    stamp, on = stamp_of(work.place, work.month, work.run_id, work.now), work.now.date()
    list_tables = _listed_tables(work, before)
    with closing(begin_pages(work.place, list_tables, stamp, on)) as under_way:
        files = _files(same) if same else _tables_of_steps(work, list_tables)
        small = _month_tables(work, list_tables)
        names = {**files, **small}
        tables = OnDemand(names, lambda name: small[name] if name in small else pl.read_parquet(files[name]))
        roles = bool(work.place.settings.roles)
        ids = OnDemand(names, lambda name: small[name] if name in small else _person_ids(files[name]))
        shown = without(tables, hidden(work.place, ids, on), work.month, apart=roles)
        # the working tables first: a published folder without them would lack people for good
        apart = keep_whole(work.place.published / work.run_id, tables, shown)
        # noted first: a cut after the folder has its name leaves one that the next run knows, and points to
        row = {"month": str(work.month), "folder": work.run_id, "fingerprint": fingerprint}
        work.warehouse.append("release", pl.DataFrame([row]))
        folder = seal(
            shown,
            folder=work.place.published,
            stamp=stamp,
            working=apart,
            written={name: path for name, path in files.items() if f"{name}.parquet" not in apart},
            # the tables are written while the charts are drawn
            files=lambda: pages(work.place, tables, shown, stamp, work.report, on=on, under_way=under_way),
        )
    note_published(work.place, tables, folder, work.now)
    set_current(work.place.current, work.month, folder.name)
    return folder


def _listed_tables(work: Work, before: Path | None) -> dict[str, pl.DataFrame]:
    """The tables that say who is listed and what their charts show, as at the month."""
    seen = {"month <=": work.month.start}
    aliases = work.warehouse.rows("aliases", where=seen, order=["month", "old_id"])
    # the largest comes in order: the engine sorts it in half the time that `conform` would take
    made = {"monthly_demand": work.warehouse.rows("monthly_demand", order=["person_id", "month", "dataset"])}
    made |= {name: work.warehouse.read(name) for name in LISTED_TABLES if name not in ("changes", "aliases", *made)}
    made |= {"changes": changes_since(work, before, made), "aliases": aliases}
    return {name: made[name] for name in LISTED_TABLES}


def _month_tables(work: Work, list_tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every published table as at the month but KEPT."""
    month = work.month.start
    deliveries = work.warehouse.rows("deliveries", order=["period", "source_file", "source"])
    seen = deliveries.filter(pl.col("period").is_null() | (pl.col("period") <= month))
    seen = with_remarks(work.place, work.warehouse, work.month, work.run_id, seen)
    quality = work.warehouse.rows("field_quality", order=["delivery_id", "field"])
    made = {
        **list_tables,
        "equality": audit_of_list(
            month=work.month,
            ranked=list_tables["ranked"],
            people=list_tables["people"],
            top=work.place.settings.rank.top,
        ),
        "deliveries": seen,
        "field_quality": quality.join(seen, on="delivery_id", how="semi"),
        "quarantine": work.warehouse.ask("quarantine_seen"),
        "meeting_entry": work.warehouse.rows(
            "meeting_entry", where={"month <=": month}, order=["entered_at", "person_id", "field"]
        ),
    }
    made |= {name: work.warehouse.read(name) for name in PATHWAY if work.warehouse.exists(name)}
    always = [name for name in PUBLISHED if name not in made and name not in KEPT]
    return {**made, **{name: work.warehouse.read(name) for name in always}}


def _tables_of_steps(work: Work, list_tables: Mapping[str, pl.DataFrame]) -> dict[str, Path]:
    """KEPT, made anew and each written as soon as it is made: together they would take the most memory of a run."""
    folder = work.place.spill
    make_private(folder)

    def written(made: Mapping[str, pl.DataFrame]) -> dict[str, Path]:
        for name, frame in made.items():
            write_table(RELEASED[name], frame, folder)
        return {name: folder / f"{name}.parquet" for name in made}

    def of_links() -> dict[str, pl.DataFrame]:
        queue, links = review_queue(work), work.warehouse.read("links")
        quality = quality_of_links(work, links, list_tables["people"])
        return {"review_queue": queue, "links": links, "link_quality": quality}

    parts: tuple[Callable[[], dict[str, pl.DataFrame]], ...] = (
        of_links,
        lambda: trace_tables(work),
        lambda: place_tables(work),
    )
    return {name: path for part in parts for name, path in written(part()).items()}


def tidy(place: Place) -> None:
    """Remove what a cut-off run left half written."""
    clear_halves(place)
    records.sweep(place.records)
    shutil.rmtree(place.spill, ignore_errors=True)
