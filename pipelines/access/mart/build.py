"""A mart written: aside, then put in the place of the one before, for its owner alone."""

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from hiu.disk import move, write_whole
from hiu.engine.connection import pack
from hiu.errors import HiuError
from hiu.govern.rights import has_bits, make_private
from hiu.model import MART, TABLES
from hiu.month import Month
from hiu.plain import inert
from hiu.publish.release.folder import BUILDING, conform, digest, parquet
from pipelines.access.mart.members import Members, members, named
from pipelines.access.mart.tables import READ, built
from pipelines.common.lock import emptied_after
from pipelines.common.place import Paths, Place, published_tables

VERSION = 2
"""Of the tables: raised when a column goes or means another thing; a new column or table raises nothing."""
ABOUT = "mart.json"
DATABASE = "mart.duckdb"
NAMES = "identifiable"
"""Folder of the one table that says who a token is; it is never copied or loaded anywhere."""
PLAIN = tuple(name for name in MART if name != "mart_name")
"""Tables that are copied and loaded."""
COPIED = frozenset({DATABASE, *(f"{name}.{kind}" for name in PLAIN for kind in ("parquet", "csv"))})
"""Files that a copy in a folder may have."""
FOLDER = "folder:"
_OLD = ".replaced-"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How a mart was asked for, where copies of it are, and which run it is of: what it is made anew by."""

    recipient: str
    month: str
    months: int = 12
    tokens_of: str
    csv: bool = False
    duckdb: bool = False
    names: bool = False
    copies: tuple[str, ...] = ()
    """`folder:PATH` of folders outside, and databases as `postgres:CONNECTION` or `sqlserver:CONNECTION`."""
    stale: tuple[str, ...] = ()
    """Of these the databases that hold an earlier making."""
    at: str = ""
    """Where it was made: copies are this mart's, and not those of a site that was restored or copied elsewhere."""
    run: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def folder(self, paths: Paths) -> Path:
        """Where it lies."""
        return marts(paths) / self.recipient / self.month


def marts(paths: Paths) -> Path:
    """The folder of every mart of a site."""
    return paths.curated / "mart"


def kept_in(folder: Path) -> Kept:
    """What a mart's folder says of itself. Raises HiuError if that can't be read."""
    try:
        found = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        here = found["at"] == str(folder.resolve())
        own = {name: tuple(found[name]) if here else () for name in ("copies", "stale")}
        return Kept(**{**found, **own})
    except (OSError, ValueError, TypeError, KeyError):
        raise HiuError(f"{folder / ABOUT}: damaged or missing; remove the folder and give 'hiu mart' again") from None


def keep(folder: Path, about: Kept) -> None:
    """Write down what a mart is."""
    write_whole(folder / ABOUT, (json.dumps(asdict(about), indent=1) + "\n").encode())


def sources_of(
    place: Place, about: Kept, on: date
) -> tuple[Path, dict[str, pl.DataFrame], tuple[Month, Month], Members]:
    """The published folder that a mart is made of, its tables, its first and last month, and who may be in it."""
    last, folder = place.which(about.month)
    tables = published_tables(folder, READ)
    months = (last - (about.months - 1), last)
    return folder, tables, months, members(place, tables, months, on=on, tokens_of=about.tokens_of)


def write_mart(place: Place, about: Kept, on: date) -> Kept:
    """Write a mart of a published month; what is kept of it. Copies in databases are stale from then on."""
    source, tables, months, who = sources_of(place, about, on)
    folder = about.folder(place)
    make_private(folder.parent)
    aside = folder.with_name(f"{BUILDING}{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    make_private(aside)
    with emptied_after(place.spill), built(place, tables, months, who) as engine:
        engine.put("mart_about", _about(about, source.name, months, who))
        for name in PLAIN:
            engine.export(name, aside / f"{name}.parquet")
    _forms(aside, about)
    if about.names:
        _names(aside, tables, who, named(place, who, on).ids)
    for path in aside.rglob("*") if has_bits() else ():
        path.chmod(0o700 if path.is_dir() else 0o600)
    files = {path.name: digest(path) for path in sorted(aside.iterdir()) if path.is_file()}
    made = replace(about, at=str(folder.resolve()), run=source.name, files=files, stale=databases_of(about))
    keep(aside, made)
    _put_in_place(aside, folder)
    return made


def folders_of(about: Kept) -> list[Path]:
    """Copies of a mart in folders outside."""
    return [Path(one.removeprefix(FOLDER)) for one in about.copies if one.startswith(FOLDER)]


def databases_of(about: Kept) -> tuple[str, ...]:
    """Copies of a mart in databases, as `postgres:CONNECTION`."""
    return tuple(one for one in about.copies if not one.startswith(FOLDER))


def copy_out(folder: Path, target: Path) -> None:
    """Put a mart's tables, without names, in the place of an earlier copy. Raises HiuError where other things are."""
    if target.exists() and any(target.iterdir()) and not (target / "mart_about.parquet").exists():
        raise HiuError(f"{target}: holds something else already; name an empty folder")
    make_private(target)
    made = {path.name: path for path in folder.iterdir() if path.name in COPIED}
    for name in sorted(
        made, key=lambda name: name.startswith("mart_about")
    ):  # last, so that a copy that was cut off lacks it
        aside = target / f".{name}.new"
        shutil.copy2(made[name], aside)
        move(aside, target / name)
    remove_copy(target, COPIED - made.keys())


def remove_copy(target: Path, names: Collection[str]) -> None:
    """Remove a mart's own files from a folder outside; whatever else somebody keeps there stays."""
    for name in names:
        (target / name).unlink(missing_ok=True)


def _put_in_place(aside: Path, folder: Path) -> None:
    old = folder.with_name(f"{_OLD}{folder.name}")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        move(folder, old)
    move(aside, folder)
    shutil.rmtree(old, ignore_errors=True)


def _about(about: Kept, run: str, months: tuple[Month, Month], who: Members) -> pl.DataFrame:
    row = {
        "schema_version": VERSION,
        "month_start": months[1].start,
        "first_month": months[0].start,
        "run_id": run,
        "recipient_name": about.recipient,
        "withheld_count": who.withheld,
    }
    return conform(TABLES["mart_about"], pl.DataFrame([row]))


def _forms(folder: Path, about: Kept) -> None:
    """The same tables as CSV, which Excel opens, and as one DuckDB file, if asked for."""
    tables = sorted(folder.glob("*.parquet"))
    for path in tables if about.csv else []:
        plain = pl.col(pl.String).map_elements(inert, return_dtype=pl.String)
        pl.scan_parquet(path).with_columns(plain).sink_csv(path.with_suffix(".csv"), include_bom=True)
    if about.duckdb:
        pack(tables, folder / DATABASE)


def _names(folder: Path, tables: Mapping[str, pl.DataFrame], who: Members, ids: Collection[str]) -> None:
    """The table that says who a token is, of those who may be shown by name."""
    frame = who.frame.filter(pl.col("person_id").is_in(sorted(ids))).join(tables["people"], on="person_id", how="left")
    write_whole(make_private(folder / NAMES) / "mart_name.parquet", parquet(conform(TABLES["mart_name"], frame)))
