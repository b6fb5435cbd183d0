"""The truth beside the drops: whose each row is, who the people are, and what the counting rules give.

Written with the columns that scoring reads: rows (source, source_file, source_row, person_id, evidence, linkable,
event_id, month, counted, planted), persons, and monthly_counts (person_id, month, dataset, n, n_seen, n_lo, n_hi).
"""

from pathlib import Path

import numpy as np
import polars as pl

from hiu.synth.agencies.extracts import Span
from hiu.synth.people.demand import Demand
from hiu.synth.people.people import People

EVENTS = {"police": "police_incident", "ambulance": "ambulance_deployment", "ed": "ed_attendance"}
EVENTS |= {"mha": "mha_assessment"}
CELL = ["who", "month"]


def rows_table(rows: pl.DataFrame, people: People, span: Span) -> pl.DataFrame:
    """A row each, for rows.parquet."""
    ids, months = pl.Series(people.ids().tolist()), _months(span)
    person, month = ids.gather(rows["who"]), months.gather((rows["month"] + 24).clip(0, len(months) - 1))
    event = pl.format("{}:{}", "source", "event")
    made = rows.with_columns(month=month, event_id=event, person_id=person)
    before, after = ("person_id", "evidence", "linkable"), ("event_id", "month", "counted", "planted")
    return made.select("source", "source_file", "source_row", *before, *after)


def _months(span: Span) -> pl.Series:
    """Months by index + 24: a stay may begin before the first."""
    return pl.Series([str(span.first + k) for k in range(-24, span.months + 1)])


def persons_table(rows: pl.DataFrame, people: People, demand: Demand, span: Span) -> pl.DataFrame:
    """One row a person, for persons.parquet: what is true, the demand they were made with, and what was written."""
    seen = rows.group_by("who").agg(
        pl.len().alias("n_rows"),
        pl.struct("source", "event").n_unique().alias("n_events"),
        pl.col("source").n_unique().alias("n_sources"),
    )
    supported = [str(span.first + int(k)) if k >= 0 else "" for k in demand.support_from]
    base = people.frame().with_columns(
        demand=pl.Series(demand.weight),
        pattern=pl.Series(demand.pattern.tolist()),
        mentored_from=pl.Series(supported),
        mentor_effect=pl.Series(np.round(1 - demand.support_effect, 4)),
        who=pl.int_range(pl.len(), dtype=pl.Int64),
    )
    whole = base.join(seen, on="who", how="left", maintain_order="left")
    return whole.drop("who").with_columns(pl.col("^n_.*$").fill_null(0))


def counts_table(rows: pl.DataFrame, nights: pl.DataFrame, people: People, span: Span) -> pl.DataFrame:
    """Counts by the rules, for monthly_counts.parquet: cells where any reading is above zero."""
    parts = [_events(rows.filter(source=source), dataset) for source, dataset in EVENTS.items()]
    parts += [_nights(nights, rows.filter(source="mh_beds")), _detentions(rows)]
    ids, months = pl.Series(people.ids().tolist()), _months(span)
    made = pl.concat(parts).filter(pl.col("n_hi") > 0).sort("who", "month", "dataset")
    return made.select(
        pl.Series("person_id", ids.gather(made["who"])),
        pl.Series("month", months.gather(made["month"] + 24)),
        "dataset",
        *(pl.col(name).cast(pl.Int32) for name in ("n", "n_seen", "n_lo", "n_hi")),
    )


def _events(rows: pl.DataFrame, dataset: str) -> pl.DataFrame:
    """Distinct events. n_lo needs the narrow reading; n_hi is every reference (ambulance: every row)."""
    widest = pl.len() if dataset == "ambulance_deployment" else pl.col("event").n_unique()
    readings = {"n": ("counted",), "n_seen": ("counted", "linkable"), "n_lo": ("low",)}
    out = rows.filter("high").group_by(CELL).agg(widest.alias("n_hi"))
    for name, flags in readings.items():
        kept = rows.filter(*flags)
        out = out.join(kept.group_by(CELL).agg(pl.col("key").n_unique().alias(name)), on=CELL, how="left")
    return _shaped(out, dataset)


def _nights(nights: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Net nights; seen for people whose stays can all be traced (nearly everyone)."""
    traced = rows.filter("counted").group_by("who").agg(pl.col("linkable").all())
    seen = pl.when(pl.col("linkable").fill_null(False)).then("net").otherwise(0)
    joined = nights.join(traced, on="who", how="left")
    return _shaped(joined.with_columns(n="net", n_lo="net", n_hi="days", n_seen=seen), "mh_bed_day")


def _detentions(rows: pl.DataFrame) -> pl.DataFrame:
    """Detentions once each, in the month the place of safety gives, else the police; n_hi adds both agencies' rows."""
    about = rows.filter(pl.col("detention").is_not_null() & pl.col("planted").is_null())
    about = about.sort("source", "month", descending=[True, False])
    once = about.unique("detention", keep="first", maintain_order=True).group_by(CELL).agg(pl.len().alias("n"))
    traced = about.filter("linkable").unique("detention", keep="first", maintain_order=True)
    seen = traced.group_by(CELL).agg(pl.len().alias("n_seen"))
    health = about.filter(source="s136").unique("event").group_by(CELL).agg(pl.len().alias("n_lo"))
    out = about.group_by(CELL).agg(pl.len().alias("n_hi"))
    for part in (once, seen, health):
        out = out.join(part, on=CELL, how="left")
    return _shaped(out, "s136")


def _shaped(frame: pl.DataFrame, dataset: str) -> pl.DataFrame:
    counts = pl.col("n", "n_seen", "n_lo", "n_hi").fill_null(0).cast(pl.Int64)
    return frame.select("who", "month", pl.lit(dataset).alias("dataset"), counts)


def write_truth(folder: Path, **tables: pl.DataFrame) -> None:
    """One Parquet file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet", compression="zstd")
