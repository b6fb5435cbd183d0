"""A site on disk, as the jobs see it: its settings, sources and the paths of everything it owns."""

import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from hiu.disk import replace
from hiu.engine import Engine
from hiu.engine.duckdb import Warehouse
from hiu.errors import HiuError, SettingsError, UsageError
from hiu.govern.keys import derive, require_own_key, site_key, tombstone_keys
from hiu.govern.rights import make_private
from hiu.month import Month
from hiu.places import Crosswalk, crosswalk
from hiu.publish.release.folder import WORKING
from hiu.publish.release.pointer import ERASING, read_current
from hiu.publish.release.working import whole_table
from hiu.settings import Settings, load
from hiu.sources import Source, load_sources

HELD_BACK = "held-back"
LATER_COLUMNS = {"support": ("capacity",)}
"""Columns of text that a table of an earlier version may lack, by table: without them it says as much as it did then.
A table that lacks any other column is too old for its pages to be made of it again."""
REPOSITORY = Path(__file__).resolve().parents[2]
_PACKED = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = _PACKED if _PACKED.is_dir() else REPOSITORY / "notebooks"
"""The shipped notebooks: inside the installed package, or the repository's."""


class Paths(ABC):
    """The folders and files of a site: what a job is handed that reads or writes files and needs no setting or key."""

    home: Path

    @property
    @abstractmethod
    def raw(self) -> Path:
        """Partners' drops: read, never written."""

    @property
    @abstractmethod
    def curated(self) -> Path:
        """Everything we make."""

    @property
    def warehouse(self) -> Path:
        """The working database; only one process may have it open."""
        return self.curated / "hiu.duckdb"

    @property
    def restored(self) -> Path:
        """Lies there from a restore on until the working database was found to be the one that was backed up."""
        return self.curated / "restored.json"

    @property
    def lake_note(self) -> Path:
        """Which lake the tables are in, of a site that keeps them on Spark: written by its first run there."""
        return self.curated / "lake.json"

    @property
    def lake(self) -> str | None:
        """The folder of the lake that the tables are in; None where they are in the working database."""
        return str(json.loads(self.lake_note.read_text(encoding="utf-8"))["lake"]) if self.lake_note.exists() else None

    @property
    def has_tables(self) -> bool:
        """Whether a run has ever made a store for the site's tables."""
        return self.warehouse.exists() or self.lake_note.exists()

    def require_file(self, command: str) -> None:
        """Refuse what copies the working database as a file, of a site that keeps its tables on Spark."""
        if self.lake:
            raise HiuError(
                f"{self.home}: its tables are in the lake {self.lake}, of which 'hiu {command}' makes no copy: copy or "
                "restore that folder by the means of its store"
            )

    @property
    def published(self) -> Path:
        """One folder for each published run."""
        return self.curated / "published"

    @property
    def held_back(self) -> Path:
        """What was published, while people who are in it have to be erased again after a restore: nothing reads it."""
        return self.curated / HELD_BACK

    @property
    def working(self) -> Path:
        """Tables with people who may be shown to nobody, a folder for each run: no output reads them."""
        return self.curated / WORKING

    @property
    def spill(self) -> Path:
        """Where the engine may put what does not fit in memory: protected like the rest, emptied after."""
        return self.curated / "spill"

    @property
    def lock(self) -> Path:
        """Held by the one running job."""
        return self.curated / "run.lock"

    @property
    def erasing(self) -> Path:
        """The note of an erasure that is going on or was cut off."""
        return self.curated / ERASING

    @property
    def audit(self) -> Path:
        """The hash-chained log of runs."""
        return self.curated / "audit.jsonl"

    @property
    def records(self) -> Path:
        """What people recorded (decisions, gradings, permissions): append-only, a file a table."""
        return self.curated / "records"

    @property
    def current(self) -> Path:
        """Which folder is each month's."""
        return self.curated / "CURRENT.json"

    def months(self) -> dict[str, str]:
        """Month -> name of the folder that holds its list. Empty before the first publication."""
        return read_current(self.current).months

    def published_folder(self, month: Month) -> Path | None:
        """The folder that holds a month's list, if it has been published and is there."""
        folder = self.months().get(str(month))
        path = self.published / folder if folder else None
        return path if path and path.is_dir() else None

    def which(self, month: str | None) -> tuple[Month, Path]:
        """A published month, the latest if not named, and its folder. Raises HiuError saying which there are."""
        months = self.months()
        if not months:
            raise HiuError("nothing is published yet. 'hiu run MONTH' publishes a month.")
        of = Month.parse(month or max(months))
        if folder := self.published_folder(of):
            return of, folder
        raise HiuError(f"{of} is not published. There are: {', '.join(sorted(months))}")


@dataclass(frozen=True)
class Place(Paths):
    """A whole site: its paths, its settings and sources, and its keys."""

    home: Path
    settings: Settings
    sources: dict[str, Source]

    @property
    def raw(self) -> Path:
        """As site.toml or --raw has it."""
        return self.settings.raw

    @property
    def curated(self) -> Path:
        """As site.toml or --curated has it."""
        return self.settings.curated

    @cached_property
    def crosswalk(self) -> Crosswalk:
        """Which area a place lies in: the shipped examples that site.toml names, and the files in its folder places.
        Raises SettingsError for a file that can't be used."""
        return crosswalk(self.settings.places, self.home / "places")

    @cached_property
    def key(self) -> bytes:
        """The site key, from its file or the keyring. A synthetic site makes its own, a live one's is by hiu init."""
        key = site_key(self.settings, self.home)
        require_own_key(self.settings, key)
        return key

    @cached_property
    def tombstone_keys(self) -> list[bytes]:
        """The keys that marks of erased people were made with, today's first."""
        return tombstone_keys(self.settings, self.key)

    def key_for(self, purpose: str) -> bytes:
        """The key of one purpose: 'person' or 'audit'."""
        return derive(self.key, purpose)


def fresh_key(place: Place) -> Path | None:
    """Where a new site key lies until it has the name of the old one; None where the key is no file."""
    path = place.settings.key_file
    return path.with_name(f"{path.name}.new") if path else None


def open_place(site: Path | None, *, raw: Path | None = None, curated: Path | None = None) -> Place:
    """Open a site for writing: `site` or the repository. Raises SettingsError saying how to make one."""
    home = site or REPOSITORY
    path = home / "site.toml"
    if not path.exists():
        raise SettingsError(f"{path}: not found. Make a site with 'hiu init {site or 'DIR'}', then name it by --site.")
    settings = load(path)
    moved = {key: value.resolve() for key, value in (("raw", raw), ("curated", curated)) if value}
    settings = settings.model_copy(update=moved)
    return Place(home, settings, load_sources(home / "sources"))


def published_tables(folder: Path, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Every row of tables of a published folder, people who may be shown to nobody included: what is made of them asks
    the gate. Without those tables there were none of when it was published. Raises HiuError for a damaged one."""
    paths = {name: whole_table(folder, name) for name in names}
    return {name: published_table(path) for name, path in paths.items() if path.exists()}


def published_table(path: Path) -> pl.DataFrame:
    """A table of a published folder, with LATER_COLUMNS that it lacks, empty. Raises HiuError for a damaged one."""
    try:
        found = pl.read_parquet(path)
    except pl.exceptions.PolarsError:
        raise HiuError(f"{path}: not a table any more. 'hiu verify' lists what was changed since") from None
    lacking = [name for name in LATER_COLUMNS.get(path.stem, ()) if name not in found.columns]
    return found.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking)


def scratch_warehouse(place: Place) -> Engine:
    """An empty database in memory, for a question about files that are not taken in yet."""
    return Warehouse(None, memory_limit=place.settings.memory_limit, spill=place.spill)


def open_warehouse(place: Place, path: Path | None = None) -> Engine:
    """The store of a site's tables, or a copy of its database. Raises Busy while another process has it open."""
    if path is None and place.lake:
        return open_lake(place.lake)
    return Warehouse(path or place.warehouse, memory_limit=place.settings.memory_limit, spill=place.spill)


def open_lake(lake: str) -> Engine:
    """The tables of a lake, by the Spark Connect server that SPARK_REMOTE names. Raises SettingsError if none does."""
    from hiu.engine.spark import SparkEngine, connect

    if not (remote := os.environ.get("SPARK_REMOTE")):
        raise SettingsError(
            "the site's tables are on Spark, and SPARK_REMOTE is not set: set it to the address of the server, such as "
            "sc://cluster.nhs.example:15002/;token=..., or name it by --remote"
        )
    return SparkEngine(connect(remote), lake)


def use_lake(place: Place, remote: str | None, lake: str | None) -> None:
    """Keep a site's tables in a lake from now on. Raises UsageError where they are elsewhere already."""
    lake = lake or place.lake
    if lake is None:
        raise UsageError(
            "--engine spark: name the folder for the tables by --lake, one that the cluster reads and writes"
        )
    if remote:
        os.environ["SPARK_REMOTE"] = remote
    if place.lake not in (None, lake) or (place.lake is None and place.warehouse.exists()):
        raise UsageError(
            f"{place.home}: its tables are in {place.lake or place.warehouse}. A site keeps them in one place: a "
            "new one is begun with a curated folder of its own (--curated), from the same raw folder and records"
        )
    if place.lake is None:
        make_private(place.curated)
        replace(place.lake_note, json.dumps({"lake": lake}).encode())


def with_value(text: str, table: str, key: str, value: str | float | None, note: str) -> str:
    """The text with `table.key` set to a value, or without it (None). Raises SettingsError if it can't be done."""
    import tomlkit

    document = tomlkit.parse(text)
    if value is None:
        document.get(table, {}).pop(key, None)
        return tomlkit.dumps(document)
    if table not in document:
        document.add(table, tomlkit.table())
    item = tomlkit.item(value).comment(note)
    item.trivia.comment_ws = "  "
    document[table][key] = item
    changed = "".join(line + ("\r\n" if "\r\n" in text else "\n") for line in tomlkit.dumps(document).splitlines())
    if not re.search(rf"^\s*\[\s*{table}\s*\]", changed, re.MULTILINE):
        raise SettingsError(f"site.toml is laid out in a way that can't be changed safely: set {table}.{key} by hand")
    return changed
