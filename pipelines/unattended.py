"""What waits: the files that a schedule waits for, those that no run has taken in, and months to be run again.

Also the backup of what a schedule has published.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from hiu.errors import HiuError, InputRefused
from hiu.extract.files.find import FoundFile, find_deliveries, not_taken
from hiu.extract.months.other_months import MISFILED
from hiu.govern.audit import read
from hiu.govern.basis.agreements import in_force
from hiu.govern.login import login
from hiu.model import REFUSED_FILE
from hiu.model.frames import schema
from hiu.month import Month
from pipelines.back.backup import Backup, backup
from pipelines.common.fingerprint import file_digest
from pipelines.common.place import Place, published_tables
from pipelines.common.work import Row
from pipelines.steps.intake.beside import twins_of
from pipelines.steps.intake.deliver import LoadJob, read_delivery
from pipelines.steps.intake.supply import remarks_on_file

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


def untaken(place: Place, found: Sequence[FoundFile]) -> list[FoundFile]:
    """Files that a run would take in, by what the published ones did: new, moved and changed ones, and those that were
    put in place of what the last run refused.

    What is as it was then is left out. A file is read only where its size and times leave it open whether it changed.
    """
    folders = sorted(set(place.months().values()), key=lambda folder: folder[8:24])
    tables = [published_tables(place.published / folder, ("deliveries",))["deliveries"] for folder in folders]
    taken = {row["delivery_id"]: row for table in tables for row in table.iter_rows(named=True)}
    latest = [row for row in taken.values() if _latest(row, taken.get(row["replaced_by"]), place)]
    as_they_were = {(row["source"], row["source_file"], row["bytes"]): _ran(row["run_id"]) for row in latest}
    digests = {(row["source"], row["source_file"], row["sha256"]) for row in latest}
    refused = dict.fromkeys(last_refused(place)["source_file"], _last_run(place))
    out = []
    for file in found:
        about = file.path.stat()
        since = as_they_were.get((file.source, file.name, about.st_size), refused.get(file.name))
        if since is not None and max(about.st_mtime, about.st_ctime) < since.timestamp():
            continue
        sha = file_digest(file.path)
        job, source = LoadJob(file, sha, "", None), place.sources[file.source]
        if (file.source, file.name, sha) not in digests and not twins_of(place, latest, job, source)[2]:
            out.append(file)
    return out


def _latest(row: Row, by: Row | None, place: Place) -> bool:
    """Whether a delivery is the last of its file: in its place stands nothing, a file of the same bytes, or the one for
    its month of a source that sends whole months."""
    by_period = row["source"] in place.sources and place.sources[row["source"]].key.resend == "period"
    return by is None or (by["source_file"] != row["source_file"] and (by["sha256"] == row["sha256"] or by_period))


def last_refused(place: Place) -> pl.DataFrame:
    """What the run that published the last month refused, and what no source took: source_file, code, reason."""
    folder = max(place.months().items(), default=("", ""))[1]
    path = place.published / folder / f"{REFUSED_FILE.name}.parquet"
    return pl.read_parquet(path) if folder and path.is_file() else pl.DataFrame(schema=schema(REFUSED_FILE))


def _last_run(place: Place) -> datetime | None:
    """When the last run that ended began: what lies there unchanged since is what it saw."""
    started = seen = None
    for entry in read(place.audit):
        kind = entry["event"].get("type")
        started = entry["at"] if kind == "run_started" else started
        seen = started if kind == "run_ended" else seen
    return datetime.fromisoformat(seen) if seen else None


def unfit(place: Place, month: Month, now: datetime) -> tuple[list[str], list[str], list[str]]:
    """Of files that wait to be run with a month: why some would be refused; and which no source takes, though no run
    has said so yet, or lie under a wrong month; last, what the month itself waits for since its file would be refused.
    While the month waits, they can still be sent anew.
    """
    sweep = find_deliveries(place.raw, place.sources, place.settings.ignored_files)
    refused = [f"{link.name}: {link.reason}" for link in sweep.refused]
    before = set(last_refused(place)["source_file"])
    doubtful = not_taken(*(name for name in sweep.unmatched if name not in before))
    lacking: list[str] = []
    for file in untaken(place, sweep.deliveries):
        if (file.period is None or file.period <= month) and not _fresh(file, now):
            try:
                delivery = read_delivery(place, LoadJob(file, "", "", None), now.date())
            except InputRefused as refusal:
                refused.append(str(refusal))
                lacking += [f"a file of {file.source} that can be read"] * (file.period == month)
                continue
            source, rows = place.sources[file.source], delivery.standardised.records
            remarks = remarks_on_file(place, source, file.name, delivery.period, rows)
            doubtful += [f"{file.name} ({file.source}): {line}" for line in remarks if MISFILED in line]
    return refused, doubtful, sorted(set(lacking))


def _ran(run: str) -> datetime:
    """When a run was made, by its name or its folder's."""
    return datetime.strptime(run[8:24], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def outdated(place: Place) -> list[str]:
    """Months published before deliveries came that they count too, or were replaced or taken back: they stay as they
    are until they are run again."""
    months = place.months()
    last = max(months, key=lambda month: months[month][8:24], default=None)
    tables = {
        month: published_tables(place.published / folder, ("deliveries",))["deliveries"].drop_nulls("period")
        for month, folder in months.items()
    }
    out = []
    for month in sorted(set(months) - {last}):
        upto = Month.parse(min(month, str(last))).start
        now, then = (
            set(tables[one].filter(pl.col("period") <= upto, pl.col("replaced_by").is_null())["delivery_id"])
            for one in (str(last), month)
        )
        out += [month] if now != then else []
    return out


def outdated_lines(place: Place) -> list[str]:
    """What is said of those months: a sentence, or none."""
    again = ", ".join(f"hiu run {month}" for month in outdated(place))
    return [f"published before other files of theirs were taken in, and unchanged until run again: {again}"] * bool(
        again
    )


def require_disk(folder: Path | None) -> None:
    """Raises HiuError if the folder for backups is not there, for a disk that is not connected must not be replaced,
    or is another login's."""
    if folder is not None and not folder.is_dir():
        raise HiuError(f"{folder}: the folder for backups is not there, so nothing was run. Is the disk connected?")
    if folder is not None and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise HiuError(
            f"{folder}: this login may not read and write the folder for backups, so nothing was run. Give it the "
            f"folder: sudo chown -R {login()} {folder}"
        )


def back_up(place: Place, folder: Path | None, now: datetime) -> Iterator[Backup]:
    """A backup to `folder`, unless one made since the last publication lies there."""
    if folder is None or not place.current.exists():
        return
    shown = place.current.stat().st_mtime
    if not any(path.stat().st_mtime >= shown for path in folder.glob("hiu-backup-*.zip")):
        yield backup(place, folder, now=now)
