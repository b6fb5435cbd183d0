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
from hiu.month import Month
from hiu.publish.release.counted import counted
from hiu.publish.release.folder import Manifest, conform, describe, parquet, working_folder
from hiu.publish.rows import OnDemand, Tables

READ_ME = "READ-ME.txt"
_WHY = (
    "Working tables: they name people who may be shown to nobody. No page, notebook or report is made of them.\n"
    "Only counting, matching, review, erasure and a person's own request read them. Do not copy or pass them on.\n"
)
NOT_SHOWN = "a person who is not shown"


def whole_table(folder: Path, name: str) -> Path:
    """The file with every row of a published folder's table: the working table if there is one."""
    apart = working_folder(folder) / f"{name}.parquet"
    return apart if apart.is_file() else folder / f"{name}.parquet"


def without(tables: Tables, hidden: Collection[str], month: Month, *, apart: bool) -> Tables:
    """A month's published tables without some people: no row is about them or was received of them, no count includes
    them (`counted`), and no sentence holds their id. Everybody else's rows and ranks stay as they are.

    apart: analysts are others than those who run the site, so what was received tells only of rows that are shown.
    """
    if not hidden:
        return tables
    gone = _ids(tables, hidden)
    left = OnDemand(list(tables), lambda name: _without(tables[name], gone))
    out = counted(tables, left, month, received=apart)
    return OnDemand(list(tables), lambda name: _unsaid(out[name], gone))


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


def _without(frame: pl.DataFrame, gone: pl.Series) -> pl.DataFrame:
    columns = [column for column in ID_COLUMNS if column in frame.columns]
    theirs = [pl.col(column).is_in(gone.implode()).fill_null(False) for column in columns]
    return frame.filter(~pl.any_horizontal(theirs)) if columns else frame


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
