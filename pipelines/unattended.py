"""A month that a schedule runs: it waits for late files and for files being copied, and backs up what was published."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from hiu.errors import HiuError
from hiu.extract.files.find import FoundFile, find_deliveries
from hiu.govern.basis.agreements import in_force
from hiu.month import Month
from pipelines.back.backup import Backup, backup
from pipelines.common.place import Place, published_tables

STILL = timedelta(minutes=10)
"""For how long a file must lie unchanged before a schedule reads it: a copy may be going on."""
LATELY = 6
"""A source is waited for if it sent a file for one of so many months before."""


def awaited(place: Place, month: Month, now: datetime, until: date) -> list[str]:
    """What a month still waits for: until the day `until` files of sources that usually send; always, ends of copies.

    Empty if the month can be run. A source that is asked by a query is not waited for.
    """
    files = find_deliveries(place.raw, place.sources, place.settings.ignored_files).deliveries
    ours = [file for file in files if file.period == month]
    copied = sorted({f"the end of the copying of {file.name}" for file in ours if _fresh(file, now)})
    if now.date() >= until:
        return copied
    sent = {file.source for file in ours} | {name for name, source in place.sources.items() if source.file.query}
    return [*(f"a file of {name}" for name in sorted(_usual(place, month, now.date()) - sent)), *copied]


def _fresh(file: FoundFile, now: datetime) -> bool:
    """Changed within STILL. A time in the future is another computer's wrong clock, and proves nothing."""
    age = now - datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
    return timedelta() <= age < STILL


def _usual(place: Place, month: Month, today: date) -> set[str]:
    """Sources that sent something lately; before the first published month, those with an agreement in force."""
    senders = {name for name, source in place.sources.items() if source.kind != "register"}
    if not place.months():
        return {name for name in senders if in_force(place.settings, name, today)}
    table = published_tables(place.which(None)[1], ("deliveries",))["deliveries"]
    lately = table.filter(pl.col("period").is_between((month - LATELY).start, (month - 1).start))
    return senders & set(lately["source"])


def require_disk(folder: Path | None) -> None:
    """Raises HiuError if the folder for backups is not there: a disk that is not connected must not be replaced."""
    if folder is not None and not folder.is_dir():
        raise HiuError(f"{folder}: the folder for backups is not there, so nothing was run. Is the disk connected?")


def back_up(place: Place, folder: Path | None, now: datetime) -> Iterator[Backup]:
    """A backup to `folder`, unless one made since the last publication lies there."""
    if folder is None or not place.current.exists():
        return
    shown = place.current.stat().st_mtime
    if not any(path.stat().st_mtime >= shown for path in folder.glob("hiu-backup-*.zip")):
        yield backup(place, folder, now=now)
