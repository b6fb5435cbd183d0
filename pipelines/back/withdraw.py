"""Take a published month back for good: it is shown nowhere, its pages are gone, and no run publishes it unasked."""

import shutil
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.disk import move
from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.rights import make_private
from hiu.model import WITHDRAWN_MONTHS
from hiu.month import Month
from hiu.publish.release.folder import BUILDING, working_folder
from hiu.publish.release.pointer import drop_current
from pipelines.access.bound import signed_files
from pipelines.access.mart.kept import renew
from pipelines.access.remake import KEPT, any_hold
from pipelines.back.runs import runs
from pipelines.common.journal import record, utc
from pipelines.common.lock import hold, require_no_erasure
from pipelines.common.place import Paths, Place


def withdraw(place: Place, month: Month, *, reason: str, by: str, now: datetime) -> list[str]:
    """Take a month back; what became of its runs, reports and copies, a sentence each.

    Recorded before the pointer moves and before a file goes: cut off, doing it again ends it. Deliveries stay in force,
    so later months count as before. Raises UsageError for a month that is not there, Busy while a run goes on.
    """
    with hold(place.lock, f"hiu withdraw {month}", now):
        require_no_erasure(place.erasing)
        if (cleared := clear_withdrawn(place, now)) and str(month) not in place.months():
            return cleared
        there = runs(place, month)
        if str(month) not in place.months() and not there:
            raise UsageError(f"{month} is not published. There are: {', '.join(sorted(place.months())) or 'none'}")
        row = {"month": str(month), "away": True, "reason": reason, "by": by, "at": utc(now)}
        records.add(place, WITHDRAWN_MONTHS, [row])
        names = [folder.name for folder in there]
        about = {"month": str(month), "folders": names, "reason": reason, "by": by}
        record(place, now, "month_withdrawn", **about, **signed_files(place))
        drop_current(place.current, month)
        return [*_put_away(place, there), *_papers(place, month, names), *renew(place, now), *_released(place, month)]


def _put_away(paths: Paths, there: list[Path]) -> list[str]:
    """Remove the runs; under a legal hold they are set aside instead."""
    on_hold = any_hold(paths)
    for folder in there:
        if on_hold:
            move(folder, make_private(paths.curated / KEPT) / folder.name)
            continue
        aside = folder.with_name(f"{BUILDING}gone-{folder.name}")
        move(folder, aside)  # a cut leaves a name that the next run sweeps
        shutil.rmtree(aside)
        if (working := working_folder(folder)).is_dir():
            shutil.rmtree(working)
    kept = f"a legal hold keeps it as {KEPT}/{{}}: nothing shows it, and the first run after the hold removes it"
    return [f"published/{folder.name}: " + (kept.format(folder.name) if on_hold else "removed") for folder in there]


def clear_withdrawn(place: Place, now: datetime) -> list[str]:
    """Remove the runs that a legal hold kept, once no record is under one; a sentence each."""
    kept = place.curated / KEPT
    names = sorted(folder.name for folder in kept.iterdir()) if kept.is_dir() and not any_hold(place) else []
    if names:
        record(place, now, "withdrawn_removed", folders=names)
        shutil.rmtree(kept)
    return [f"{KEPT}/{name}: removed, since the legal hold that kept it was lifted" for name in names]


def _papers(paths: Paths, month: Month, names: list[str]) -> list[str]:
    """Remove what was made of the month: reports of its runs, exported charts, the board paper."""
    made = [paths.curated / "reports" / name for name in names]
    kinds = ("charts", "board", "places", "places-people", "pathway")
    made += [paths.curated / "exports" / kind / str(month) for kind in kinds]
    gone = [folder for folder in made if folder.is_dir()]
    for folder in gone:
        shutil.rmtree(folder)
    return [f"{folder.relative_to(paths.curated).as_posix()}: removed" for folder in gone]


def _released(paths: Paths, month: Month) -> list[str]:
    """Copies that left already, which only their recipients can destroy."""
    left = sorted((paths.curated / "releases").glob(f"board-{month}-*"))
    return [f"releases/{folder.name} left already: ask its recipients to destroy it" for folder in left]


def withdrawn_month(paths: Paths, month: Month) -> str | None:
    """When, by whom and why a month was taken back, in words; None if it was not."""
    rows = records.read(paths.records, WITHDRAWN_MONTHS).filter("away", pl.col("month") == str(month))
    return next((f"on {row['at']:%Y-%m-%d} by {row['by']}: {row['reason']}" for row in rows.to_dicts()), None)


def publish_again(place: Place, month: Month, now: datetime) -> None:
    """Record that a month that was taken back may be published after all."""
    if withdrawn_month(place, month):
        about = {"reason": "published again", "by": "hiu run --again", "at": utc(now)}
        records.add(place, WITHDRAWN_MONTHS, [{"month": str(month), "away": False, **about}])
        record(place, now, "month_back", month=str(month), **signed_files(place))
