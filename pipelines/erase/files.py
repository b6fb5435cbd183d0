"""A person taken out of files: published runs, what people recorded, and everything else under the curated folder."""

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
from filelock import FileLock

from hiu.disk import move, replace, write_whole
from hiu.govern.erase.others import redacted
from hiu.govern.erase.residue import trace_places, traces_in_name
from hiu.model import PUBLISHED, TABLES, Table
from hiu.publish.release.folder import (
    BUILDING,
    FORM,
    MANIFEST,
    conform,
    digest,
    inside,
    parquet,
    read_manifest,
    seal,
    stamp_in,
)
from hiu.publish.release.working import keep_whole, whole_table, without, working_folder
from pipelines.access.basis import hidden
from pipelines.access.pages import pages
from pipelines.common.journal import record
from pipelines.common.place import Paths, Place
from pipelines.common.progress import Reporter
from pipelines.erase.find import ErasureScope
from pipelines.erase.tables import without_person

NOTE = "REWRITTEN.txt"
OLD = ".erasing-"
TOO_OLD = "every page and chart: they can't be made of tables this old"


def rewrite_runs(place: Place, scope: ErasureScope, erasure: str, now: datetime, report: Reporter) -> list[str]:
    """Write every published run that holds the person anew, under its own name; names of those rewritten."""
    done = []
    _finish_moves(place)
    for folder in sorted(place.published.iterdir()) if place.published.is_dir() else []:
        if folder.is_dir() and not folder.name.startswith(".") and _holds(folder, scope):
            _rewrite(place, folder, scope, erasure, now, report)
            record(place, now, "rewritten", folder=folder.name, manifest=digest(folder / MANIFEST))
            done.append(folder.name)
    return done


def _finish_moves(paths: Paths) -> None:
    """What a cut-off erasure left: the old folder is put back if the new one has not taken its name, else removed."""
    for old in sorted(paths.published.glob(f"{OLD}*")) if paths.published.is_dir() else []:
        final = paths.published / old.name.removeprefix(OLD)
        if final.exists():
            shutil.rmtree(old)
        else:
            move(old, final)


def _holds(folder: Path, scope: ErasureScope) -> bool:
    files = sorted(path for part in (folder, working_folder(folder)) for path in part.rglob("*") if path.is_file())
    return any(trace_places(path.name, path.read_bytes(), scope.traces) for path in files)


def _rewrite(place: Place, folder: Path, scope: ErasureScope, erasure: str, now: datetime, report: Reporter) -> None:
    """Tables without the person, pages made of them anew, other files only if they do not tell the person."""
    manifest = read_manifest(folder)
    before = {path.stem: pl.read_parquet(whole_table(folder, path.stem)) for path in sorted(folder.glob("*.parquet"))}
    tables = without_person(before, scope)
    shown = without(tables, hidden(place, tables, now.date()))
    aside = folder.with_name(f"{BUILDING}{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    stamp = stamp_in(manifest)
    today = _of_today(manifest, before)
    files = pages(place, tables, stamp, report, on=now.date()) if today else {}
    lost = [] if today else [TOO_OLD]
    made = {name: content for name, content in files.items() if not trace_places(name, content, scope.traces)}
    others = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".parquet"]
    for path in others:
        name = path.relative_to(folder).as_posix()
        if name in files or name in (MANIFEST, NOTE):
            continue
        if trace_places(name, path.read_bytes(), scope.traces) or name.startswith("charts/"):
            lost.append("a chart" if name.startswith("charts/") else name)
        else:
            made[name] = path.read_bytes()
    for name, content in {**made, NOTE: _note(lost, scope, erasure, now)}.items():
        write_whole(inside(aside, name), content)
    seal(aside, stamp, {name: _write(aside, name, frame) for name, frame in shown.items()})
    keep_whole(folder, tables, shown)
    old = folder.with_name(f"{OLD}{folder.name}")
    move(folder, old)
    move(aside, folder)
    shutil.rmtree(old)


def _of_today(manifest: Mapping[str, object], tables: dict[str, pl.DataFrame]) -> bool:
    """Whether today's pages can be made of a run: it has the form and every published column that this version has."""
    whole = all(name in tables and set(ours.names) <= set(tables[name].columns) for name, ours in PUBLISHED.items())
    return whole and manifest.get("manifest") == FORM


def _write(folder: Path, name: str, frame: pl.DataFrame) -> int:
    ours = PUBLISHED.get(name)
    out = conform(ours, frame) if ours and set(ours.names) <= set(frame.columns) else frame
    write_whole(folder / f"{name}.parquet", parquet(out))
    return out.height


def _note(lost: list[str], scope: ErasureScope, erasure: str, now: datetime) -> bytes:
    text = (
        f"Written anew on {now:%Y-%m-%d}: one person's record was erased (erasure {erasure}).\n"
        "Their place on the list is empty; every other figure is as it was published.\n"
    )
    lost = sorted(name for name in set(lost) if not traces_in_name(name, scope.traces))
    if lost:
        text += "Withdrawn, since they held the record and can't be made again:\n" + "".join(f"  {n}\n" for n in lost)
    return text.encode()


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
    return gone


def others(paths: Paths) -> list[Path]:
    """Files under the curated folder that no other step of an erasure sees to."""
    seen = (paths.published, paths.records, paths.working, paths.curated / "reads")
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
