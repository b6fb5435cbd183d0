"""Synthetic areas as the matcher meets them: identities, shared events, and whose each row truly is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hiu.engine.duckdb import Warehouse
from hiu.engine.steps import BEFORE_LINK, build_all
from hiu.extract.files.find import find_deliveries
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.model import DELIVERIES
from hiu.month import Month
from hiu.settings import Counting
from hiu.sources import Source, load_sources
from hiu.synth import synthesise
from hiu.synth.site import write_sources

C = pl.col
LAST = Month(2026, 3)
ROW = ["source", "source_file", "source_row"]


@dataclass(frozen=True)
class Area:
    """identity, events: what hiu.link.link takes · rows: the truth's key, identity_id, person_id, linkable."""

    identity: pl.DataFrame
    events: pl.DataFrame
    rows: pl.DataFrame

    @property
    def owners(self) -> pl.DataFrame:
        """identity_id, person_id: the person most of its rows are of."""
        counted = (
            self.rows.group_by("identity_id", "person_id").len().sort("len", "person_id", descending=[True, False])
        )
        return counted.unique("identity_id", keep="first", maintain_order=True).select("identity_id", "person_id")


def synthetic(folder: Path, people: int, seed: int, months: int = 24) -> Area:
    """Make (once) and read a synthetic area."""
    if not (folder / "raw").exists():
        synthesise(folder, people=people, months=months, seed=seed, last_month=LAST)
        write_sources(folder)
    return read(folder / "raw", load_sources(folder / "sources"), folder / "truth" / "rows.parquet")


def read(raw: Path, sources: dict[str, Source], truth: Path) -> Area:
    """Standardise every delivery under `raw` and collapse the rows to identities."""
    records, deliveries = [], []
    for number, found in enumerate(find_deliveries(raw, sources).deliveries):
        source, delivery = sources[found.source], f"d{number:05}"
        table = read_table(found.path, source, name=found.name, max_bytes=2_000_000_000, max_ratio=200)
        made = standardise(
            table, source, delivery_id=delivery, source_file=found.name, period=found.period, synthetic=True
        )
        records.append(made.records)
        period = found.period.start if found.period else None
        deliveries.append(
            {"delivery_id": delivery, "source": found.source, "source_file": found.name, "period": period}
        )
    with Warehouse(None, memory_limit="3GB") as warehouse:
        warehouse.put("record", pl.concat(records))
        empty = dict.fromkeys(DELIVERIES.names)
        warehouse.put("deliveries", pl.DataFrame([empty | row for row in deliveries], infer_schema_length=None))
        build_all(warehouse, BEFORE_LINK, LAST, Counting())
        whose = warehouse.read(
            "select r.source, r.source_file, r.source_row, i.identity_id from record r join record_identity i "
            "on i.delivery_id = r.delivery_id and i.source_row = r.source_row order by all"
        )
        told = pl.read_parquet(truth).select(*ROW, "person_id", "linkable")
        rows = whose.with_columns(C("source_row").cast(pl.Int64)).join(told, on=ROW)
        return Area(warehouse.read("identity"), warehouse.read("identity_event"), rows)


def score(area: Area, clusters: pl.DataFrame) -> dict[str, float]:
    """B-cubed precision, recall and F1 over linkable rows, and the share of rows in the wrong cluster."""
    rows = area.rows.filter("linkable").join(clusters.select("identity_id", "cluster"), on="identity_id")
    both = rows.group_by("person_id", "cluster").agg(n=pl.len().cast(pl.Float64))
    both = both.with_columns(a=C("n").sum().over("person_id"), b=C("n").sum().over("cluster"))
    precision, recall = ((both["n"] ** 2 / both[side]).sum() / rows.height for side in ("b", "a"))
    ordered = both.sort("n", "person_id", descending=[True, False])
    right = ordered.unique("cluster", keep="first", maintain_order=True)["n"].sum()
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "wrong": 1 - right / rows.height,
        "rows": rows.height,
    }
