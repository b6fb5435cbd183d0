"""A release: the published tables of one month in a folder of their own, with a manifest.

Written aside, flushed to the disk, listed with digests in MANIFEST.json, then renamed into place: a
reader sees a whole release or none. `verify_release` says whether a folder is still what was written.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from hiu.disk import flush_folder, move, write_whole
from hiu.errors import HiuError
from hiu.model import PUBLISHED, RELEASED, Table
from hiu.model.frames import schema
from hiu.month import Month
from hiu.publish.stamp import Stamp
from hiu.publish.words.text import count_of

MANIFEST = "MANIFEST.json"
FORM = 1
"""The version of what a manifest says and of what pages are made of."""
BUILDING = ".building-"
WORKING = "working"
LATER = tuple(name for name, table in PUBLISHED.items() if table.later)
"""Tables that a month lacks which an earlier version published."""
Files = Mapping[str, bytes]
Manifest = dict[str, Any]
"""MANIFEST.json: the stamp, and digest and size of each file."""


def working_folder(folder: Path) -> Path:
    """Where the working tables of a published folder lie, if it has any."""
    return folder.parent.parent / WORKING / folder.name


def conform(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with exactly the table's columns, order and types, sorted by its key.

    Raises HiuError for a missing column, a type that can't be cast, or a null where none is allowed.
    """
    if lacking := [name for name in table.names if name not in frame.columns]:
        raise HiuError(f"table {table.name}: no column {', '.join(lacking)}; expected {', '.join(table.names)}")
    try:
        out = frame.select(pl.col(name).cast(type_) for name, type_ in schema(table).items())
    except pl.exceptions.PolarsError:
        raise HiuError(f"table {table.name}: a column does not hold the type the model says") from None
    for column in table.columns:
        if not column.nullable and (empty := out[column.name].null_count()):
            raise HiuError(f"table {table.name}, column '{column.name}': {empty} empty; expected none")
    return out.sort(table.key, nulls_last=True)


def publish(
    frames: Mapping[str, pl.DataFrame],
    *,
    folder: Path,
    stamp: Stamp,
    files: Files | Callable[[], Files] | None = None,
    working: Manifest | None = None,
    written: Mapping[str, Path] | None = None,
) -> Path:
    """Write every published table and `files` (relative name -> bytes) as folder/<run id>; the final folder.

    `files` may be a function that makes them: it is called once the tables are written. `working` = what lies in the
    folder of working tables, which the manifest binds. `written` = files that hold just these tables already.

    Raises HiuError if a table is lacking, or the release exists already.
    """
    there = written or {}
    if lacking := [name for name in PUBLISHED if name not in frames]:
        raise HiuError(f"not published: no table {', '.join(lacking)}")
    final, aside = folder / stamp.run_id, folder / f"{BUILDING}{stamp.run_id}"
    if final.exists():
        raise HiuError(f"{final}: this release exists already; releases are never overwritten")
    sweep(folder)
    aside.mkdir(parents=True)
    try:
        given = [table for name, table in RELEASED.items() if name in frames]
        rows = {one.name: _put(one, frames, aside, there.get(one.name)) for one in given}
        made = files() if callable(files) else files or {}
        for name, content in made.items():
            write_whole(inside(aside, name), content)
        seal(aside, stamp, rows, working)
        move(aside, final)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return final


def sweep(folder: Path) -> list[str]:
    """Remove what a killed run left half built (one writer at a time: nobody else is building); names removed."""
    left = sorted(path for path in folder.glob(f"{BUILDING}*") if path.is_dir())
    for path in left:
        shutil.rmtree(path)
    return [path.name for path in left]


def _put(table: Table, frames: Mapping[str, pl.DataFrame], folder: Path, written: Path | None) -> int:
    """Write one table, or copy the file that holds it already; rows written."""
    if written is None:
        return write_table(table, frames[table.name], folder)
    write_whole(folder / f"{table.name}.parquet", written.read_bytes())
    return int(pl.scan_parquet(written).select(pl.len()).collect().item())


def write_table(table: Table, frame: pl.DataFrame, folder: Path) -> int:
    """Write one table as folder/<table>.parquet, flushed to the disk; rows written."""
    out = conform(table, frame)
    write_whole(folder / f"{table.name}.parquet", parquet(out))
    return out.height


def parquet(frame: pl.DataFrame) -> bytes:
    """A table as published. In memory first: a full disk is then told by the system, not as a fault of polars."""
    whole = io.BytesIO()
    # level 1: as small as the usual 3 on these tables, at two thirds of its cost
    frame.write_parquet(whole, compression="zstd", compression_level=1, statistics=True)
    return whole.getvalue()


def inside(folder: Path, name: str) -> Path:
    """The path of a file in a release. Raises HiuError for a name that would leave it."""
    parts = name.split("/")
    if not all(parts) or {".", ".."} & set(parts) or set(name) & set('\\:*?"<>|') or name == MANIFEST:
        raise HiuError(f"'{name}' is not a name for a file of a release")
    return folder.joinpath(*parts)


def seal(folder: Path, stamp: Stamp, rows: Mapping[str, int], working: Manifest | None = None) -> Manifest:
    """Write MANIFEST.json over everything in the folder and over its working tables, and flush the folder itself."""
    files = {name: describe(folder / name, rows.get(Path(name).stem)) for name in _names(folder)}
    manifest = {"manifest": 1, **stamp.as_dict(), "files": files, WORKING: dict(working or {})}
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    write_whole(folder / MANIFEST, text.encode("utf-8"))
    for sub in sorted({(folder / name).parent for name in files} | {folder}):
        flush_folder(sub)
    return manifest


def describe(path: Path, rows: int | None = None) -> dict[str, object]:
    """Digest and size of a file; rows if it is a table."""
    about: dict[str, object] = {"sha256": digest(path), "bytes": path.stat().st_size}
    return {**about, "rows": rows} if path.suffix == ".parquet" and rows is not None else about


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release. Raises HiuError if there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise HiuError(f"{folder}: no {MANIFEST}: not a whole release") from None
    except (ValueError, OSError):
        raise HiuError(f"{folder / MANIFEST}: not readable as JSON") from None
    if not isinstance(found, dict) or not isinstance(files := found.get("files"), dict):
        raise HiuError(f"{folder / MANIFEST}: not a manifest")
    if not all(isinstance(about, dict) for about in files.values()):
        raise HiuError(f"{folder / MANIFEST}: not a manifest")
    return found


def stamp_in(manifest: Manifest) -> Stamp:
    """The stamp a manifest was written from."""
    fields = {name: manifest[name] for name in Stamp.__dataclass_fields__ if name in manifest}
    dates = {
        "month": Month.parse(manifest["month"]),
        "built": datetime.fromisoformat(str(manifest["built"]).replace("Z", "+00:00")),
        "data_to": date.fromisoformat(manifest["data_to"]),
    }
    return Stamp(**{**fields, **dates})


def verify_release(folder: Path, *, apart: bool = True) -> list[str]:
    """What is wrong with a release, a sentence each; empty if it is exactly what was written. `apart` = with the
    working tables that lie apart."""
    try:
        manifest = read_manifest(folder)
    except HiuError as error:
        return [str(error)]
    files, working = manifest["files"], manifest.get(WORKING)
    problems = _differing(folder, files)
    lacking = [name for name in PUBLISHED if f"{name}.parquet" not in files and name not in LATER]
    problems += [f"{name}.parquet: not in the manifest" for name in lacking]
    if apart and isinstance(working, dict):  # an earlier version wrote none
        problems += [f"{WORKING}/{folder.name}/{problem}" for problem in _differing(working_folder(folder), working)]
    return problems


def _differing(folder: Path, files: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Files of a folder that are missing, too many, or not what a manifest has."""
    present = set(_names(folder)) - {MANIFEST}
    problems = [f"{name}: missing" for name in files if name not in present]
    problems += [f"{name}: not in the manifest" for name in sorted(present - set(files))]
    for name, about in files.items():
        if name in present:
            problems += _changed(folder / name, name, about)
    return problems


def _changed(path: Path, name: str, about: Mapping[str, object]) -> list[str]:
    if path.stat().st_size != about.get("bytes"):
        return [f"{name}: {count_of(path.stat().st_size, 'byte')}; {about.get('bytes')} were written"]
    if digest(path) != about.get("sha256"):
        return [f"{name}: its bytes have changed since it was written"]
    if path.suffix == ".parquet" and pl.scan_parquet(path).select(pl.len()).collect().item() != about.get("rows"):
        return [f"{name}: rows differ from the manifest"]
    return []


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
