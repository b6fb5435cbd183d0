"""Marts that are kept: made anew of the run that its month shows now, and without who may no longer be in it."""

import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.errors import HiuError
from hiu.govern.turns import current_key, pseudonyms
from pipelines.access.mart.build import (
    COPIED,
    Kept,
    copy_out,
    databases_of,
    folders_of,
    kept_in,
    marts,
    remove_copy,
    sources_of,
    write_mart,
)
from pipelines.common.journal import record
from pipelines.common.place import Paths, Place


def kept_marts(paths: Paths) -> list[Path]:
    """Every mart of the site, by recipient and month."""
    return sorted(path for path in marts(paths).glob("*/*") if path.is_dir() and not path.name.startswith("."))


def renew(place: Place, now: datetime) -> list[str]:
    """Make every mart anew that is of another run than its month shows, or holds people who may not be in it; one of a
    month that is not published any more, or that no basis allows, is removed. A sentence for each."""
    for left in marts(place).glob("*/.*"):
        shutil.rmtree(left, ignore_errors=True)
    return [line for folder in kept_marts(place) for line in _renewed(place, folder, now)]


def _renewed(place: Place, folder: Path, now: datetime) -> list[str]:
    name = folder.relative_to(place.curated).as_posix()
    try:
        about = kept_in(folder)
        source, _, _, who = sources_of(place, about, now.date())
    except HiuError as error:
        return _removed(place, folder, name, error, now)
    if source.name == about.run and _tokens_in(folder) == set(who.frame["person_token"]):
        return []
    made = write_mart(place, about, now.date())
    record(place, now, "mart_renewed", mart=name, people=who.frame.height, withheld=who.withheld)
    return [f"{name} was made anew", *_copied_anew(folder, made), *_to_load(made)]


def _copied_anew(folder: Path, about: Kept) -> list[str]:
    """A copy in a folder is made anew where it still is."""
    lines = []
    for copy in folders_of(about):
        try:
            if not (copy / "mart_about.parquet").is_file():
                raise HiuError("no mart is there any more")
            copy_out(folder, copy)
        except (HiuError, OSError) as error:
            why = getattr(error, "strerror", None) or error
            lines.append(f"{copy}: the copy of the mart there could not be made anew ({why}); see to it by hand")
    return lines


def _to_load(about: Kept) -> list[str]:
    return [
        f"{one} holds an earlier making of the mart for {about.recipient}: 'hiu run' loads it anew, or 'hiu mart "
        f"{about.month} --for {about.recipient} --to {one.partition(':')[0]}' now"
        for one in about.stale
    ]


def _removed(place: Place, folder: Path, name: str, error: HiuError, now: datetime) -> list[str]:
    """A mart that can't be made any more is not kept; nor are its copies in folders."""
    try:
        about = kept_in(folder)
    except HiuError:
        about = None
    copies = [one for one in folders_of(about) if (one / "mart_about.parquet").is_file()] if about else []
    left = databases_of(about) if about else ()
    shutil.rmtree(folder)
    for copy in copies:
        remove_copy(copy, COPIED)
    record(place, now, "mart_removed", mart=name, copies=len(copies))
    lines = [f"{name} was removed: {str(error).splitlines()[0]}"]
    return [*lines, *(f"{one} still holds it: have its tables removed there" for one in left)]


def _tokens_in(folder: Path) -> set[str]:
    try:
        return set(pl.read_parquet(folder / "dim_person.parquet", columns=["person_token"])["person_token"])
    except (OSError, pl.exceptions.PolarsError):
        return set()


def in_mart(place: Place, folder: Path, ids: Collection[str]) -> bool:
    """Whether one of a person's ids is in a mart, by its token."""
    key = current_key(place.key, place.records, kept_in(folder).tokens_of)
    own = pseudonyms(pl.Series("person_id", sorted(ids), dtype=pl.String), key)
    return bool(set(own) & _tokens_in(folder))
