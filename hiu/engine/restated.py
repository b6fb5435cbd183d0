"""Restatements: what a later delivery changed in months that were published before."""

import polars as pl

from hiu.engine import Engine
from hiu.model import ALIASES
from hiu.model.frames import schema
from hiu.month import Month


def restated(
    engine: Engine, demand: pl.DataFrame, coverage: pl.DataFrame, month: Month, aliases: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Compare the `demand` and `coverage` published for `month` with the tables now built, for months to `month`.

    `aliases` (model.ALIASES) carries people who were merged since, so that a merge is no restatement.
    Columns: month, dataset, added, removed (events or nights), supplied_before, supplied_now, what (a sentence);
    in order of month and data set, only where something differs. Builds the table `restated`.
    """
    engine.put("previous_demand", demand.select("person_id", "month", "dataset", "n"))
    engine.put("previous_coverage", coverage.select("month", "dataset", "supplied"))
    engine.put("aliases", pl.DataFrame(schema=schema(ALIASES)) if aliases is None else aliases)
    engine.build("restated", closed_before=month.after)
    found = engine.read("restated").sort("month", "dataset")
    return found.with_columns(
        pl.Series("what", [sentence(row, month) for row in found.iter_rows(named=True)], dtype=pl.String)
    )


def sentence(row: dict[str, object], month: Month) -> str:
    """One row as people read it: `2025-03 police_incident: 2 added, 1 removed since the list of 2025-03`."""
    changes = [f"{row[name]} {name}" for name in ("added", "removed") if row[name]]
    if row["supplied_now"] and not row["supplied_before"]:
        changes.insert(0, "supplied late")
    if row["supplied_before"] and not row["supplied_now"]:
        changes.insert(0, "no longer supplied in full")
    return f"{str(row['month'])[:7]} {row['dataset']}: {', '.join(changes)} since the list of {month}"
