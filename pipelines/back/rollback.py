"""Roll a published month back: its pointer goes to an earlier run, and the run taken back is not published again."""

from datetime import datetime
from pathlib import Path

from hiu.errors import HiuError, UsageError
from hiu.month import Month
from hiu.publish.release.folder import verify_release
from hiu.publish.release.pointer import set_current
from pipelines.access.remake import as_published, refused_since, withhold
from pipelines.back.runs import record_rollback, rolled_back, runs
from pipelines.common.journal import record
from pipelines.common.lock import hold
from pipelines.common.place import Paths, Place
from pipelines.common.progress import Reporter


def rollback(
    place: Place, month: Month, *, reason: str, by: str, now: datetime, to: str | None = None, redo: bool = False
) -> Path:
    """Show an earlier run of a month (`to`, else the one before); with `redo`, the run last taken back. Its folder.

    A run that would publish the same again says so instead. Raises UsageError if there is no such run, HiuError if
    it is not whole, Busy while a run goes on. People who forbade it after that run are taken out of it first;
    if they cannot be, HiuError. Recorded before the pointer moves: if it is cut off, the same command ends it.
    """
    with hold(place.lock, f"hiu rollback {month}", now):
        shown = place.published_folder(month)
        if shown is None:
            raise UsageError(f"{month} is not published. There are: {', '.join(sorted(place.months())) or 'none'}")
        wanted = _taken_back(place, month) if redo else _earlier(place, month, shown, to)
        if not as_published(place, wanted):
            what = (verify_release(wanted) or ["its manifest is not the one in the audit log"])[0]
            raise HiuError(f"{wanted} is not as it was published: {what}. Nothing was changed")
        made_anew = withhold(place, now, Reporter(quiet=True), only=wanted)
        if refused_since(place, wanted, now.date()):
            raise HiuError(f"{'. '.join(made_anew)}. {shown.name} is still shown")
        gone = set(rolled_back(place)["folder"])
        if wanted.name in gone:
            record_rollback(place, month, wanted.name, gone=False, reason=reason, by=by, now=now)
        for later in [] if redo else runs(place, month):
            if later.name not in gone and _after(place, month, later, wanted):
                record_rollback(place, month, later.name, gone=True, reason=reason, by=by, now=now)
        if wanted != shown:
            record(place, now, "rolled_back", month=str(month), **{"from": shown.name}, to=wanted.name, by=by)
            set_current(place.current, month, wanted.name)
    return wanted


def _after(paths: Paths, month: Month, one: Path, other: Path) -> bool:
    order = [folder.name for folder in runs(paths, month)]
    return order.index(one.name) > order.index(other.name)


def _earlier(paths: Paths, month: Month, shown: Path, to: str | None) -> Path:
    there = runs(paths, month)
    if to is not None:
        if named := [folder for folder in there if folder.name == to]:
            return named[0]
        names = ", ".join(folder.name for folder in there)
        raise UsageError(f"{month} has no run '{to}'. There are: {names}")
    gone = set(rolled_back(paths)["folder"])
    order = [folder for folder in there if folder.name not in gone or folder == shown]
    before = order[: order.index(shown)]
    if not before:
        raise UsageError(f"{month} has no earlier run than {shown.name}; nothing was changed")
    return before[-1]


def _taken_back(paths: Paths, month: Month) -> Path:
    there = {folder.name: folder for folder in runs(paths, month)}
    gone = rolled_back(paths).filter(month=str(month)).sort("at", "folder")["folder"].to_list()
    left = [there[name] for name in gone if name in there]
    if not left:
        raise UsageError(f"no run of {month} that was rolled back is still here; nothing was changed")
    return max(left, key=lambda folder: list(there).index(folder.name))
