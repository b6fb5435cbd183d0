"""Take a delivery back: recorded, not counted from the next run on, and what it had replaced holds again."""

from datetime import datetime

import polars as pl

from hiu.engine import Engine
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.model import WITHDRAWN
from hiu.publish.words.text import day
from pipelines.common.journal import record, utc
from pipelines.common.lock import disk_errors
from pipelines.common.place import Paths, Place
from pipelines.common.schema import WITHDRAWN_MARK
from pipelines.common.work import Row


def undo(place: Place, which: str, *, reason: str, by: str, now: datetime, redo: bool = False) -> Row:
    """Record that a delivery is taken back (or, with `redo`, in force again); the row recorded and its month.

    `which` is a delivery id or a file's name relative to the raw folder, as the quality page shows them. A file means
    the last delivery of it, never one before: those are named by their ids.
    Raises UsageError if no published month knows it, it is no longer in force, or nothing would change.
    """
    row = _delivery_named(place, which, redo)
    about = {name: row[name] for name in ("delivery_id", "source", "source_file")}
    about |= {"withdrawn": not redo, "reason": reason, "by": by, "at": utc(now)}
    what = "delivery_back_in_force" if redo else "delivery_withdrawn"
    with disk_errors(place.curated):
        # logged first: cut off between the two, nothing is done that the log does not say
        record(place, now, what, delivery=row["delivery_id"], source=row["source"], by=by)
        records.add(place, WITHDRAWN, [about])
    return {**about, "period": row["period"]}


def withdrawn(paths: Paths) -> frozenset[str]:
    """Ids of the deliveries that are taken back."""
    return frozenset(records.read(paths.records, WITHDRAWN).filter("withdrawn")["delivery_id"])


def apply_withdrawals(paths: Paths, warehouse: Engine) -> None:
    """Bring the deliveries in line with what was taken back and put in force again, in one transaction.

    Working table `brought_back` remembers what a withdrawn delivery had replaced.
    """
    gone = withdrawn(paths)
    with warehouse.transaction():
        while _apply_once(warehouse, gone):
            pass  # what one brings back may itself be taken back


def _apply_once(warehouse: Engine, gone: frozenset[str]) -> bool:
    there = warehouse.rows("deliveries", "delivery_id", "replaced_by", order=["delivery_id"])
    marked = set(there.filter(pl.col("replaced_by") == WITHDRAWN_MARK)["delivery_id"])
    force = set(there.filter(pl.col("replaced_by").is_null())["delivery_id"])
    for one in sorted(gone & force):
        _withdraw(warehouse, one, there)
    for one in sorted(marked - gone):
        _restore(warehouse, one, force)
    return bool(gone & force or marked - gone)


def _withdraw(warehouse: Engine, one: str, there: pl.DataFrame) -> None:
    _replaced_by(warehouse, one, WITHDRAWN_MARK)
    back = there.filter(pl.col("replaced_by") == one).select("delivery_id", by=pl.lit(one))
    warehouse.delete("brought_back", "by", one)
    warehouse.append("brought_back", back)
    for earlier in back["delivery_id"]:
        _replaced_by(warehouse, earlier, None)


def _restore(warehouse: Engine, one: str, force: set[str]) -> None:
    _replaced_by(warehouse, one, None)
    back = warehouse.rows("brought_back", "delivery_id", where={"by": one})
    for earlier in set(back["delivery_id"]) & force:
        _replaced_by(warehouse, earlier, one)
    warehouse.delete("brought_back", "by", one)


def _replaced_by(warehouse: Engine, one: str, by: str | None) -> None:
    warehouse.change("deliveries", "replaced_by", by, where="delivery_id", equals=one)


def _delivery_named(paths: Paths, which: str, redo: bool) -> Row:
    """The delivery as the published months know it, or as it was recorded when it was taken back."""
    published = _published_deliveries(paths)
    withdrawn = records.read(paths.records, WITHDRAWN).filter("withdrawn")
    if redo:
        back = withdrawn.select("delivery_id", "source", "source_file")
        there = back.join(published.select("delivery_id", "period"), on="delivery_id", how="left")
    else:
        there = _in_force_or_withdrawn(published, set(withdrawn["delivery_id"]))
    fit = there.filter((pl.col("delivery_id") == which) | (pl.col("source_file") == which.replace("\\", "/")))
    if not redo:
        fit = fit if which in fit["delivery_id"] else _last_of_each_source(fit)
        gone = fit.join(withdrawn, on="delivery_id", how="semi")
        if gone.height and gone.height == fit.height:
            raise UsageError(_withdrawn_already(which, gone["delivery_id"][0], withdrawn, there))
        fit = fit.join(gone, on="delivery_id", how="anti")
    if fit.is_empty():
        state = "that was taken back" if redo else "in force"
        hint = did_you_mean(which, there["source_file"].to_list())
        raise UsageError(
            f"no published month has a delivery '{which}' {state}; nothing was changed. Give its id or "
            f"file as the quality page does.{hint}"
        )
    if fit.height > 1:
        ids = ", ".join(f"{row['delivery_id']} ({row['source']})" for row in fit.iter_rows(named=True))
        raise UsageError(f"'{which}' was taken in as several deliveries: {ids}. Name one by its id")
    return fit.row(0, named=True)


def _in_force_or_withdrawn(published: pl.DataFrame, withdrawn: set[str]) -> pl.DataFrame:
    """Deliveries in force or taken back, as the next run will find them: nothing in force stands in their place."""
    by = dict(published.select("delivery_id", "replaced_by").iter_rows())

    def free(one: str) -> bool:
        later = by[one]
        while later in withdrawn:
            later = by.get(later)
        return later in (None, WITHDRAWN_MARK)

    return published.filter([free(one) for one in published["delivery_id"]])


def _last_of_each_source(found: pl.DataFrame) -> pl.DataFrame:
    """Of each source's deliveries of a file, the one taken in last: run ids end in their time."""
    time = pl.col("run_id").str.split("-").list.get(-2, null_on_oob=True)
    return found.sort(time, "delivery_id").unique("source", keep="last", maintain_order=True)


def _withdrawn_already(which: str, delivery: str, withdrawn: pl.DataFrame, there: pl.DataFrame) -> str:
    """That a delivery was taken back already, and how to take back the one before, if it is that which was meant."""
    row = withdrawn.row(by_predicate=pl.col("delivery_id") == delivery, named=True)
    text = (
        f"'{which}' was taken back already, on {day(row['at'].date())} by {row['by']}: {row['reason']} (delivery "
        f"{delivery}); nothing was changed"
    )
    same = there.filter(pl.col("source_file") == row["source_file"], pl.col("source") == row["source"])
    before = _last_of_each_source(same.join(withdrawn, on="delivery_id", how="anti"))["delivery_id"].to_list()
    return text + (f". What it had replaced holds; to take that back too, name its id: {before[0]}" if before else "")


def _published_deliveries(paths: Paths) -> pl.DataFrame:
    """Deliveries of every published month, as the last to tell of them has it."""
    names = ("delivery_id", "source", "source_file", "replaced_by", "run_id")
    empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String) | {"period": pl.Date})
    frames = [
        pl.read_parquet(paths.published / folder / "deliveries.parquet", columns=empty.columns)
        for _, folder in sorted(paths.months().items())
    ]
    return pl.concat([empty, *frames]).unique("delivery_id", keep="last", maintain_order=True)
