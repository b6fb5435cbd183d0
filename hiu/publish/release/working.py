"""Working tables: the whole of a table of which a published month shows a part, in a folder that no output reads.

People who may be shown to nobody are in no published table. Counting, ranking, matching, review and the duties to these
people still need their rows, so those lie apart: `working/<run id>/` beside `published/<run id>/`, for its owner alone.
"""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from hiu.disk import replace
from hiu.govern.rights import make_private
from hiu.model import RELEASED
from hiu.model.ids import ID_COLUMNS
from hiu.publish.release.folder import Manifest, conform, describe, parquet, working_folder
from hiu.publish.rows import OnDemand, Tables, instead

READ_ME = "READ-ME.txt"
_WHY = (
    "Working tables: they name people who may be shown to nobody. No page, notebook or report is made of them.\n"
    "Only counting, matching, review, erasure and a person's own request read them. Do not copy or pass them on.\n"
)
_OF_LINKS = ("event_id", "identity_id", "person_id", "match_weight", "match_probability", "how")
NOT_SHOWN = "a person who is not shown"


def whole_table(folder: Path, name: str) -> Path:
    """The file with every row of a published folder's table: the working table if there is one."""
    apart = working_folder(folder) / f"{name}.parquet"
    return apart if apart.is_file() else folder / f"{name}.parquet"


def without(tables: Tables, hidden: Collection[str]) -> Tables:
    """Published tables without some people: no row is about them, and no sentence holds their id.

    A row received stays accounted for in `links`, without whose it is. An address that only they are described by
    leaves `address_demand`. Every other row stays as it is, so that nobody else's count or rank changes.
    """
    if not hidden:
        return tables
    gone, alone = _ids(tables, hidden), pl.Series([], dtype=pl.String)
    if {"address_demand", "descriptions"} <= set(tables):
        own, others = (_addresses(tables["descriptions"], gone, inside) for inside in (True, False))
        alone = own.filter(~own.is_in(others.implode()))

    def shown(name: str) -> pl.DataFrame:
        frame = _without(name, tables[name], gone)
        theirs = pl.col("address").is_in(alone.implode())
        return _unsaid(frame.filter(~theirs) if name == "address_demand" else frame, gone)

    return OnDemand(list(tables), shown)


def unnamed(tables: Tables, hidden: Collection[str]) -> Tables:
    """Tables for a page of figures on which some rows stand by id: everybody counts, these people without their id."""
    if not hidden:
        return tables
    gone = _ids(tables, hidden)
    hit = pl.col("person_id").is_in(gone.implode())
    named = pl.when(hit).then(pl.lit(NOT_SHOWN)).otherwise("person_id").alias("person_id")
    out = {name: tables[name].with_columns(named) for name in ("people", "conflicts") if name in tables}
    return instead(tables, out)


def keep_whole(folder: Path, whole: Tables, shown: Tables) -> Manifest:
    """Write the working tables of a published folder: those of which it shows a part. Digest and size of each file.

    Each takes its name whole, in one step: what is cut off here can be done again, and no row is gone meanwhile.
    """
    apart = working_folder(folder)
    part = [name for name in whole if shown is not whole and not whole[name].equals(shown[name])]
    files = {f"{name}.parquet": _bytes(name, whole[name]) for name in part}
    if files:
        make_private(apart)
        files[READ_ME] = _WHY.encode()
    for name, content in files.items():
        replace(apart / name, content)
    for left in sorted(apart.iterdir()) if apart.is_dir() else []:
        if left.name not in files:
            left.unlink()
    if apart.is_dir() and not files:
        apart.rmdir()
    rows = {f"{name}.parquet": whole[name].height for name in part}
    return {name: describe(apart / name, rows.get(name)) for name in files}


def _bytes(name: str, frame: pl.DataFrame) -> bytes:
    return parquet(conform(RELEASED[name], frame) if name in RELEASED else frame)


def _ids(tables: Tables, hidden: Collection[str]) -> pl.Series:
    """The people's ids, the ids they had, and the ids of their descriptions."""
    found = set(hidden)
    if "aliases" in tables:
        former = tables["aliases"].filter(pl.col("person_id").is_in(list(hidden)), pl.col("kind") == "merge")
        found |= set(former["old_id"])
    for name in ("links", "descriptions"):
        if name in tables:
            own = tables[name].filter(pl.col("person_id").is_in(list(hidden)))
            found |= set(own["identity_id"].drop_nulls())
    return pl.Series(sorted(found), dtype=pl.String)


def _without(name: str, frame: pl.DataFrame, gone: pl.Series) -> pl.DataFrame:
    columns = [column for column in ID_COLUMNS if column in frame.columns]
    if not columns:
        return frame
    theirs = pl.any_horizontal([pl.col(column).is_in(gone.implode()).fill_null(False) for column in columns])
    if name == "links":
        return frame.with_columns(pl.when(~theirs).then(pl.col(column)).alias(column) for column in _OF_LINKS)
    return frame.filter(~theirs)


def _addresses(descriptions: pl.DataFrame, gone: pl.Series, inside: bool) -> pl.Series:
    """Addresses as `address_demand` writes them, of these people or of all others."""
    theirs = pl.col("person_id").is_in(gone.implode())
    house, home = pl.col("house") + " ", ", " + pl.col("postcode")
    address = house.fill_null("") + pl.col("street") + home.fill_null("")
    return descriptions.filter(theirs if inside else ~theirs).select(address=address)["address"].drop_nulls().unique()


def _unsaid(frame: pl.DataFrame, gone: pl.Series) -> pl.DataFrame:
    """Sentences about others with these people's ids taken out."""
    text = [name for name, kind in frame.schema.items() if kind == pl.String and name not in ID_COLUMNS]
    if not text:
        return frame
    hit = pl.any_horizontal([pl.col(name).str.contains_any(gone.to_list()).fill_null(False) for name in text])
    if frame.filter(hit).is_empty():
        return frame
    ours = [pl.col(name).str.replace_many(gone.to_list(), [NOT_SHOWN] * gone.len()) for name in text]
    return frame.with_columns(ours)
