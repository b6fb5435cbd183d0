"""The published runs that are kept: which there are of a month, taking one back, and removing the oldest."""

import shutil
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.disk import move
from hiu.engine import Engine
from hiu.errors import HiuError
from hiu.govern import records
from hiu.model import ROLLED_BACK
from hiu.month import Month
from hiu.publish.release.folder import BUILDING, read_manifest, verify_release
from hiu.publish.release.pointer import set_current
from pipelines.access.remake import NOTE, any_hold
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place


def runs(paths: Paths, month: Month) -> list[Path]:
    """The folders of a month's published runs, oldest first."""
    found: list[Path] = []
    for folder in paths.published.iterdir() if paths.published.is_dir() else ():
        try:
            about = read_manifest(folder) if folder.is_dir() and not folder.name.startswith(".") else {}
        except HiuError:
            continue
        if about.get("month") == str(month):
            found.append(folder)
    return sorted(found, key=_built)


def rolled_back(paths: Paths) -> pl.DataFrame:
    """Runs that were taken back: folder, month, reason, by, at."""
    return records.read(paths.records, ROLLED_BACK).filter("away")


def run_made_before(paths: Paths, warehouse: Engine, month: Month, final: str) -> tuple[Path | None, str | None]:
    """The run that shows exactly these inputs, if it is the month's or was cut off before it became so.

    And why it may not be shown, if it was rolled back; None = it may.
    """
    made = warehouse.rows("release", "folder", where={"fingerprint": final})
    same = set(made["folder"])
    shown, there = paths.published_folder(month), runs(paths, month)
    as_made = {folder.name for folder in there if not (folder / NOTE).exists()}  # one made anew since lacks people
    if shown and shown.name in same & as_made and verify_release(shown) == []:
        return shown, None
    for row in rolled_back(paths).filter(pl.col("folder").is_in(same)).sort("at").iter_rows(named=True):
        why = f"{row['month']} was rolled back on {row['at']:%Y-%m-%d} by {row['by']}: {row['reason']}"
        return paths.published / row["folder"], why
    if there and there[-1].name in same & as_made and verify_release(there[-1]) == []:
        return there[-1], None
    return None, None


def _built(folder: Path) -> tuple[str, str]:
    return str(read_manifest(folder).get("built")), folder.name


def point_to(paths: Paths, month: Month, folder: Path) -> Path:
    """Make a run the month's, unless it is; the folder."""
    if paths.published_folder(month) != folder:
        set_current(paths.current, month, folder.name)
    return folder


def prune(place: Place, warehouse: Engine, month: Month, now: datetime) -> list[str]:
    """Remove a month's oldest runs beyond `keep_runs`, never the one it points to, none under a hold; names removed.

    Each is first renamed to a name that the next run sweeps, so that a cut leaves no part of one.
    """
    there = runs(place, month)
    shown = place.published_folder(month)
    old = [folder for folder in there[: -place.settings.keep_runs] if folder != shown]
    if not old or any_hold(place):
        return []
    for folder in old:
        aside = folder.with_name(f"{BUILDING}gone-{folder.name}")
        move(folder, aside)
        shutil.rmtree(place.working / folder.name, ignore_errors=True)
        warehouse.delete("release", "folder", folder.name)
        shutil.rmtree(aside)
    names = [folder.name for folder in old]
    record(place, now, "old_runs_removed", month=str(month), folders=names)
    return names


def record_rollback(
    place: Place, month: Month, folder: str, *, gone: bool, reason: str, by: str, now: datetime
) -> None:
    """Record that a run is taken back, or may be shown again."""
    at = utc(now)
    row = {"folder": folder, "month": str(month), "away": gone, "reason": reason, "by": by, "at": at}
    records.add(place, ROLLED_BACK, [row])
