"""A person taken out of files: published runs, what people recorded, and everything else under the curated folder."""

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock

from hiu.disk import move, replace, write_whole
from hiu.errors import HiuError
from hiu.govern.erase.residue import scrub, trace_places, traces_in_name
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.publish.release.folder import BUILDING, MANIFEST, conform, digest, inside, parquet, read_manifest, seal
from hiu.publish.stamp import Stamp
from pipelines.common.journal import record
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.erase.find import Doomed
from pipelines.erase.tables import SOMEBODY, published

NOTE = "REWRITTEN.txt"
OLD = ".erasing-"
MARKER = "erasing.json"
"""The note of an erasure that is going on or was cut off."""


def rewrite_runs(place: Place, doomed: Doomed, erasure: str, now: datetime, report: Reporter) -> list[str]:
    """Write every published run that holds the person anew, under its own name; names of those rewritten."""
    done = []
    _finish_moves(place)
    for folder in sorted(place.published.iterdir()) if place.published.is_dir() else []:
        if folder.is_dir() and not folder.name.startswith(".") and _holds(folder, doomed):
            _rewrite(place, folder, doomed, erasure, now, report)
            event = {"type": "rewritten", "folder": folder.name, "manifest": digest(folder / MANIFEST)}
            record(place, event, now)
            done.append(folder.name)
    return done


def _finish_moves(place: Place) -> None:
    """What a cut-off erasure left: the old folder is put back if the new one has not taken its name, else removed."""
    for old in sorted(place.published.glob(f"{OLD}*")) if place.published.is_dir() else []:
        final = place.published / old.name.removeprefix(OLD)
        if final.exists():
            shutil.rmtree(old)
        else:
            move(old, final)


def _holds(folder: Path, doomed: Doomed) -> bool:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return any(trace_places(path.relative_to(folder).as_posix(), path.read_bytes(), doomed.traces) for path in files)


def _rewrite(place: Place, folder: Path, doomed: Doomed, erasure: str, now: datetime, report: Reporter) -> None:
    """Tables without the person, pages made of them anew, other files only if they do not tell the person."""
    manifest = read_manifest(folder)
    before = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    tables = published(before, doomed)
    aside = folder.with_name(f"{BUILDING}{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    stamp = _stamp(manifest)
    files, lost = _pages(place, tables, stamp, now.date(), report)
    made = {name: content for name, content in files.items() if not trace_places(name, content, doomed.traces)}
    others = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".parquet"]
    for path in others:
        name = path.relative_to(folder).as_posix()
        if name in files or name in (MANIFEST, NOTE):
            continue
        if trace_places(name, path.read_bytes(), doomed.traces) or name.startswith("charts/"):
            lost.append("a chart" if name.startswith("charts/") else name)
        else:
            made[name] = path.read_bytes()
    for name, content in {**made, NOTE: _note(lost, doomed, erasure, now)}.items():
        write_whole(inside(aside, name), content)
    seal(aside, stamp, {name: _write(aside, name, frame) for name, frame in tables.items()})
    old = folder.with_name(f"{OLD}{folder.name}")
    move(folder, old)
    move(aside, folder)
    shutil.rmtree(old)


def _pages(
    place: Place, tables: dict[str, pl.DataFrame], stamp: Stamp, on: date, report: Reporter
) -> tuple[dict[str, bytes], list[str]]:
    from pipelines.steps.publish import pages

    try:
        return pages(place, tables, stamp, report, on=on), []
    except (HiuError, KeyError, pl.exceptions.PolarsError):
        # a run of an earlier version, whose tables today's pages can't be made of
        return {}, ["every page and chart: they can't be made of tables this old"]


def _write(folder: Path, name: str, frame: pl.DataFrame) -> int:
    ours = PUBLISHED.get(name)
    out = conform(ours, frame) if ours and set(ours.names) <= set(frame.columns) else frame
    write_whole(folder / f"{name}.parquet", parquet(out))
    return out.height


def _stamp(manifest: dict[str, Any]) -> Stamp:
    """The stamp a manifest was written from."""
    known = {name: manifest[name] for name in Stamp.__dataclass_fields__ if name in manifest}
    dates = {
        "month": Month.parse(manifest["month"]),
        "built": datetime.fromisoformat(str(manifest["built"]).replace("Z", "+00:00")),
        "data_to": date.fromisoformat(manifest["data_to"]),
    }
    return Stamp(**{**known, **dates})


def _note(lost: list[str], doomed: Doomed, erasure: str, now: datetime) -> bytes:
    text = (
        f"Written anew on {now:%Y-%m-%d}: one person's record was erased (erasure {erasure}).\n"
        "Their place on the list is empty; every other figure is as it was published.\n"
    )
    lost = sorted(name for name in set(lost) if not traces_in_name(name, doomed.traces))
    if lost:
        text += "Withdrawn, since they held the record and can't be made again:\n" + "".join(f"  {n}\n" for n in lost)
    return text.encode()


def rewrite_records(place: Place, doomed: Doomed, token: str) -> int:
    """Take the person out of what people recorded; lines changed or dropped.

    The log of disclosures keeps its lines, under the token: that something was disclosed stays accountable.
    """
    count = 0
    for path in sorted(place.records.glob("*.jsonl")) if place.records.is_dir() else []:
        with FileLock(path.with_suffix(".lock"), timeout=30):
            old = path.read_bytes()
            lines = [_line(path.stem, line, doomed, token) for line in old.splitlines(keepends=True)]
            new = b"".join(line for line in lines if line is not None)
            if new != old:
                count += sum(line != before for line, before in zip(lines, old.splitlines(keepends=True), strict=True))
                replace(path, new)
    return count


def _line(table: str, line: bytes, doomed: Doomed, token: str) -> bytes | None:
    if not trace_places(table, line, doomed.traces):
        return line
    if table != "disclosures":
        return None
    words = [*doomed.traces.names, *doomed.traces.numbers, *doomed.identities]
    row = {name: _clean(value, words, doomed, token) for name, value in json.loads(line).items()}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _clean(value: Any, words: list[str], doomed: Doomed, token: str) -> Any:
    return scrub(scrub(value, doomed.ids, token), words, SOMEBODY) if isinstance(value, str) else value


def drop_others(place: Place, doomed: Doomed, report: Callable[[str], None]) -> list[str]:
    """Remove every other file under the curated folder that tells the person: exports, reports, caches, spill."""
    shutil.rmtree(place.spill, ignore_errors=True)
    gone = []
    for path in others(place):
        name = path.relative_to(place.curated).as_posix()
        if trace_places(name, path.read_bytes(), doomed.traces):
            path.unlink()
            report(f"removed {path.relative_to(place.curated).parent.as_posix()}/...: it held the record")
            gone.append(path.parent.relative_to(place.curated).as_posix())
    return gone


def others(place: Place) -> list[Path]:
    """Files under the curated folder that no other step of an erasure sees to."""
    seen = (place.published, place.records)
    own = {place.warehouse, place.audit, place.current, place.lock, place.curated / MARKER}
    return [
        path
        for path in sorted(place.curated.rglob("*"))
        if path.is_file()
        and path not in own
        and not any(path.is_relative_to(part) for part in seen)
        and not path.name.startswith(place.warehouse.name)
        and path.suffix not in (".lock", ".who")
    ]
