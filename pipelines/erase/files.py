"""A person taken out of files: published runs, what people recorded, and everything else under the curated folder."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
from filelock import FileLock

from hiu.disk import replace
from hiu.govern.erase.others import may_tell, redacted
from hiu.govern.erase.residue import trace_places, traces_in_name
from hiu.model import REFUSED_FILE, TABLES, Table
from hiu.month import Month
from hiu.publish.release.folder import working_folder
from pipelines.access.mart.kept import renew
from pipelines.access.remake import (
    Remaking,
    as_published,
    clear_halves,
    folders,
    remake,
    take_away,
    whole_tables,
    withdrawn,
)
from pipelines.common.place import Paths, Place
from pipelines.common.progress import Reporter
from pipelines.erase.find import ErasureScope
from pipelines.erase.tables import without_names, without_person


def rewrite_runs(place: Place, scope: ErasureScope, erasure: str, now: datetime, report: Reporter) -> list[str]:
    """Write every published run that holds the person anew, under its own name; names of those rewritten or, where one
    is not as it was published, removed."""
    clear_halves(place)
    found = [folder for folder in folders(place) if _holds(folder, scope)]

    def tells(name: str, content: bytes) -> bool:
        return bool(trace_places(name, content, scope.traces))

    def note(lost: list[str]) -> str:
        return _note([name for name in lost if not traces_in_name(name, scope.traces)], erasure, now)

    for folder in found:
        if not as_published(place, folder):  # to make it anew would seal whatever was changed in it
            report.say(take_away(place, folder, now, keep=False))
            continue
        before = whole_tables(folder)
        how = Remaking(tells=tells, note=note, report=report, now=now)
        remake(place, folder, before, without_person(before, scope, Month.parse(folder.name[:7])), how)
    for line in renew(place, now):
        report.say(line)
    return [folder.name for folder in found]


def _holds(folder: Path, scope: ErasureScope) -> bool:
    files = sorted(path for part in (folder, working_folder(folder)) for path in part.rglob("*") if path.is_file())
    if any(trace_places(path.name, path.read_bytes(), scope.traces) for path in files):
        return True
    refused = [pl.read_parquet(path) for path in files if path.name == f"{REFUSED_FILE.name}.parquet"]
    return any(not without_names(frame, scope).equals(frame) for frame in refused)


def _note(lost: list[str], erasure: str, now: datetime) -> str:
    return (
        f"Written anew on {now:%Y-%m-%d}: one person's record was erased (erasure {erasure}).\n"
        "Their place on the list is empty, and no count holds them; every other figure is as it was published.\n"
    ) + withdrawn(lost)


def rewrite_records(paths: Paths, scope: ErasureScope, token: str) -> int:
    """Take the person out of what people recorded; lines changed or dropped (hiu.govern.erase.others says which)."""
    count = 0
    for path in sorted(paths.records.glob("*.jsonl")) if paths.records.is_dir() else []:
        with FileLock(path.with_suffix(".lock"), timeout=30):
            old = path.read_bytes()
            before = old.splitlines(keepends=True)
            lines = redacted(_table(path.stem), before, scope.traces, token)
            new = b"".join(line for line in lines if line is not None)
            if new != old:
                count += sum(line != was for line, was in zip(lines, before, strict=True))
                replace(path, new)
    return count


def doubtful_lines(paths: Paths, scope: ErasureScope) -> Iterator[str]:
    """A sentence for every file of records in which a title stands with the family name alone: the person, or somebody
    else of that name. Who signs is staff."""
    for path in sorted(paths.records.glob("*.jsonl")) if paths.records.is_dir() else []:
        lines = list(enumerate(path.read_bytes().splitlines(), 1))
        if found := [number for number, line in lines if may_tell(line, scope.traces)]:
            what = "holds a title with the family name, which may be somebody else's: read it, line"
            yield f"records/{path.name} {what} {', '.join(map(str, found))}"


def _table(name: str) -> Table:
    """The table a file of records holds; one that this version does not know has no columns of its own."""
    return TABLES.get(name) or Table(name=name, meaning="", key=(), columns=(), layer="records")


def drop_others(paths: Paths, scope: ErasureScope, report: Callable[[str], None]) -> list[str]:
    """Remove every other file under the curated folder that tells the person: exports, reports, caches, spill."""
    shutil.rmtree(paths.spill, ignore_errors=True)
    gone = []
    for path in others(paths):
        name = path.relative_to(paths.curated).as_posix()
        if trace_places(name, path.read_bytes(), scope.traces):
            path.unlink()
            report(f"removed {path.relative_to(paths.curated).parent.as_posix()}/...: it held the record")
            gone.append(path.parent.relative_to(paths.curated).as_posix())
    for folder in named_folders(paths, scope):
        if not any(folder.iterdir()):
            folder.rmdir()
    return gone


def named_folders(paths: Paths, scope: ErasureScope) -> list[Path]:
    """Folders under the curated folder whose own name tells the person, the innermost first."""
    every = sorted((path for path in paths.curated.rglob("*") if path.is_dir()), reverse=True)
    return [path for path in every if traces_in_name(path.name, scope.traces)]


def beside(paths: Paths, scope: ErasureScope) -> list[Path]:
    """Files in the site's own folder that tell the person, such as a sheet or a list that was written there: they are
    somebody's to remove. The raw folder is looked through by row, the curated one is cleared, backups are known."""
    own = {path.resolve() for path in (paths.raw, paths.curated, paths.home / "backups", paths.home / "keys")}
    found = []
    for top in sorted(path for path in paths.home.iterdir() if ".before-restore-" not in path.name):
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and not own & {path.resolve(), *path.resolve().parents}:
                name = path.relative_to(paths.home).as_posix()
                found += [path] if trace_places(name, path.read_bytes(), scope.traces) else []
    return found


def others(paths: Paths) -> list[Path]:
    """Files under the curated folder that no other step of an erasure sees to."""
    logs = (paths.curated / "reads", *paths.curated.glob("reads-until-*"), *paths.curated.glob("audit-until-*"))
    seen = (paths.published, paths.records, paths.working, *logs)
    own = {paths.warehouse, paths.audit, paths.current, paths.lock, paths.erasing}
    return [
        path
        for path in sorted(paths.curated.rglob("*"))
        if path.is_file()
        and path not in own
        and not any(path.is_relative_to(part) for part in seen)
        and not path.name.startswith(paths.warehouse.name)
        and path.suffix not in (".lock", ".who")
    ]
