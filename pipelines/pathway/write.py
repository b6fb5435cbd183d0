"""A part's papers on disk: its tables of a published month, the files, and the line of the audit log."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl

from hiu.disk import write_whole
from hiu.model import PATHWAY
from hiu.month import Month
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.labels import plain_labels
from hiu.publish.pathway.part import Part
from hiu.publish.release.folder import read_manifest
from hiu.publish.stamp import Stamp
from pipelines.access.basis import for_board, hidden
from pipelines.access.pages import stamp_of
from pipelines.access.wording import people_of
from pipelines.common.journal import record
from pipelines.common.place import Place, published_tables
from pipelines.pathway.shown import Shown, keep_shown

BESIDE = ("people", "aliases")


def tables_of(place: Place, month: str | None, needed: str) -> tuple[Month, Path, dict[str, pl.DataFrame]]:
    """A published month, its folder and the tables of the pathway in it; without `needed` there is nothing of the part.

    Raises HiuError for a month that is not published.
    """
    wanted, folder = place.which(month)
    tables = published_tables(folder, (*PATHWAY, *BESIDE))
    return wanted, folder, tables if needed in tables else {}


def counted_tables(place: Place, tables: dict[str, pl.DataFrame], on: date) -> dict[str, pl.DataFrame]:
    """Tables without the people whom the law lets leave even figures, and without labels that name anybody.

    Raises HiuError without a basis for planning."""
    return plain_tables(place, for_board(place, tables, on)[0])


def plain_tables(place: Place, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Tables of a paper that shows nobody, without labels that name anybody."""
    return plain_labels(tables, people_of(place))


def shown_tables(place: Place, tables: dict[str, pl.DataFrame], on: date) -> dict[str, pl.DataFrame]:
    """Tables without the people who may be shown to nobody."""
    gone = sorted(hidden(place, tables, on))
    return {
        name: frame.filter(~pl.col("person_id").is_in(gone)) if "person_id" in frame.columns else frame
        for name, frame in tables.items()
    }


def stamp_for(place: Place, month: Month, folder: Path, now: datetime) -> Stamp:
    """What the papers say of themselves: the run they are of, made now."""
    manifest = read_manifest(folder)
    return stamp_of(place, month, str(manifest["run_id"]), now, str(manifest["settings_version"]))


def write_part(
    place: Place,
    part: Part,
    out: Path | None,
    now: datetime,
    more: Mapping[str, bytes] | None = None,
    shown: Shown | None = None,
) -> list[Path]:
    """Write every form of a part, and `more` files by name, to `out`, else into the site's exports, for their owner
    alone; the files. What is `shown` for the first time is entered before a byte is written."""
    if shown:
        keep_shown(place, part.name, shown, now)
    folder = out or place.curated / "exports" / "pathway" / str(part.stamp.month)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = []
    for name, content in {**files(part), **(more or {})}.items():
        path = folder / name
        path.touch(0o600)
        path.chmod(0o600)
        write_whole(path, content)
        written.append(path)
    record(place, now, "pathway_paper", part=part.name, month=str(part.stamp.month), files=len(written))
    return written
