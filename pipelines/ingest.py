"""Take in deliveries: each is read, standardised, checked and loaded in one transaction, or refused whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from statistics import median

import polars as pl

from hiu.engine.duckdb import Warehouse
from hiu.errors import HiuError, InputRefused
from hiu.extract.find import Found, find_deliveries
from hiu.extract.read import RawTable, read_table
from hiu.extract.standardise import Standardised, standardise
from hiu.govern.basis import require_agreement
from hiu.model import FACT
from hiu.month import Month
from hiu.sources import Source
from pipelines.fingerprint import code_digest, digest, file_digest
from pipelines.place import Place
from pipelines.progress import Reporter

PARTS = ("record", "fact", "quarantine")
CODE = ("hiu.extract", "hiu.model", "hiu.quality", "hiu.sources")


@dataclass
class Intake:
    """What one run took in: rows received, staged and set aside, and what a person should know."""

    received: int = 0
    staged: int = 0
    quarantined: int = 0
    loaded: list[str] = field(default_factory=list)
    refused: list[InputRefused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def recipe(source: Source, settings_bearing: object) -> str:
    """Digest of everything but the file that decides what a delivery becomes."""
    return digest(source.digest, settings_bearing, code_digest(*CODE))


def ingest(place: Place, warehouse: Warehouse, month: Month, run_id: str, today: date, report: Reporter) -> Intake:
    """Take in every delivery under raw/ whose period is not after the month and that is not yet loaded.

    Files that are refused leave what was loaded before in force. Raises HiuError if rows would be lost.
    """
    intake = Intake()
    sweep = find_deliveries(place.raw, place.sources)
    intake.warnings += [f"{name}: no source takes this file; see 'hiu new SOURCE FILE'" for name in sweep.unmatched]
    intake.refused += [InputRefused(link.code, link.reason, file=link.name) for link in sweep.refused]
    known = loaded(warehouse)
    waiting = [found for found in sweep.deliveries if found.period is None or found.period <= month]
    fresh = [job for found in waiting if (job := _job(place, found, known))]
    for job in report.track(fresh, "ingest"):
        try:
            _load(place, warehouse, job, run_id, today, intake)
        except InputRefused as refusal:
            intake.refused.append(refusal)
    return intake


@dataclass(frozen=True)
class _Job:
    """A delivery to load: its file, digest and recipe, and the delivery it replaces."""

    found: Found
    sha256: str
    recipe: str
    replaces: str | None

    @property
    def delivery_id(self) -> str:
        """The same for the same file at the same place."""
        return digest(self.found.source, self.found.name, self.sha256)[:16]


def loaded(warehouse: Warehouse) -> pl.DataFrame:
    """Every delivery, the recipe it was loaded by, and whether it is the latest of its file."""
    return warehouse.read(
        "select d.delivery_id, d.source, d.source_file, d.sha256, r.recipe, "
        "n.delivery_id is null or n.source_file <> d.source_file as latest "
        "from deliveries d join delivery_recipe r on r.delivery_id = d.delivery_id "
        "left join deliveries n on n.delivery_id = d.replaced_by order by d.delivery_id"
    )


def _job(place: Place, found: Found, known: pl.DataFrame) -> _Job | None:
    """The work a file asks for, or None when the same bytes were loaded by the same recipe."""
    sha = file_digest(found.path)
    how = recipe(place.sources[found.source], place.settings.synthetic)
    there = known.filter((pl.col("source") == found.source) & (pl.col("source_file") == found.name))
    if there.filter((pl.col("sha256") == sha) & (pl.col("recipe") == how) & pl.col("latest")).height:
        return None
    before = there.filter("latest")["delivery_id"].to_list()
    return _Job(found, sha, how, before[0] if before else None)


def _load(place: Place, warehouse: Warehouse, job: _Job, run_id: str, today: date, intake: Intake) -> None:
    found, source = job.found, place.sources[job.found.source]
    require_agreement(place.settings, found.source, today)
    twin = _twin(warehouse, job)
    if twin:
        intake.warnings.append(f"{found.name}: the same bytes as {twin}; not loaded again")
        return
    raw = read_table(found.path, source, name=found.name, max_bytes=place.settings.max_file_bytes,
                     max_ratio=place.settings.max_unzip_ratio)  # fmt: skip
    period = found.period or _period(raw, source, job, place)
    if source.kind != "register" and period is None:
        raise InputRefused("no_period", "found no month in its path; expected one like 2026-03 in the folder or file "
                           "name, or [period] field in the source's TOML", file=found.name)  # fmt: skip
    usual = _usual(warehouse, source, period)
    done = standardise(raw, source, delivery_id=job.delivery_id, source_file=found.name, period=period,
                       synthetic=place.settings.synthetic)  # fmt: skip
    done, warnings = gate_rows(done, source, usual, place.settings.usual_shorter)
    staged = done.records.height - int(done.records["quarantined"].sum())
    if raw.received != staged + done.quarantine.height:
        raise HiuError(
            f"{found.name}: {raw.received} rows received but {staged} staged and {done.quarantine.height} quarantined"
        )
    _write(
        warehouse,
        source,
        job,
        done,
        _delivery(job, raw, period, staged, done.quarantine.height, usual, warnings, run_id),
    )
    intake.received += raw.received
    intake.staged += staged
    intake.quarantined += done.quarantine.height
    intake.loaded.append(found.name)
    intake.warnings += [f"{found.name} ({found.source}): {warning}" for warning in warnings]


def _twin(warehouse: Warehouse, job: _Job) -> str | None:
    """Another file of the source with the same bytes: a copy would make its month look supplied."""
    found = warehouse.read(
        "select source_file from deliveries where source = $source and sha256 = $sha256 and source_file <> $name "
        "and replaced_by is null order by source_file",
        source=job.found.source, sha256=job.sha256, name=job.found.name,
    )  # fmt: skip
    return None if found.is_empty() else str(found["source_file"][0])


def _period(raw: RawTable, source: Source, job: _Job, place: Place) -> Month | None:
    """The month most rows fall in, when the source says a field tells it."""
    if not source.period.field:
        return None
    trial = standardise(raw, source, delivery_id=job.delivery_id, source_file=job.found.name, period=None,
                        synthetic=place.settings.synthetic).records  # fmt: skip
    months = trial.drop_nulls("start").group_by(pl.col("start").dt.truncate("1mo").alias("month")).len()
    if months.is_empty():
        return None
    return Month.of(months.sort("len", "month", descending=True)["month"][0].date())


def _usual(warehouse: Warehouse, source: Source, period: Month | None) -> int | None:
    """Median rows of up to 12 earlier deliveries; None before there are three."""
    if period is None:
        return None
    before = warehouse.read(
        "select received from deliveries where source = $source and period < $period and replaced_by is null "
        "order by period desc, delivery_id limit 12",
        source=source.name, period=period.start,
    )["received"].to_list()  # fmt: skip
    return round(median(before)) if len(before) >= 3 else None


def gate_rows(done: Standardised, source: Source, usual: int | None, shorter: float) -> tuple[Standardised, list[str]]:
    """Quarantine what the source's suites refuse; a row already set aside keeps its first reason."""
    from hiu.quality.check import gate
    from hiu.quality.suites import suite

    rows = gate(done.records, suite(source), usual=usual, shorter=shorter)
    facts = gate(done.facts, suite(source, FACT), usual=None) if done.facts.height else None
    failed = pl.concat([rows.failed, facts.failed]) if facts else rows.failed
    warnings = [*rows.warnings, *(facts.warnings if facts else [])]
    aside = set(done.quarantine["source_row"])
    new = failed.filter(~pl.col("source_row").is_in(aside)).unique("source_row", keep="first", maintain_order=True)
    if new.is_empty():
        return done, warnings
    where = done.records.select("delivery_id", "source", "source_file", "source_row")
    more = new.join(where, on="source_row").select(done.quarantine.columns).cast(done.quarantine.schema)
    records = done.records.with_columns(pl.col("quarantined") | pl.col("source_row").is_in(set(new["source_row"])))
    facts_left = done.facts.filter(~pl.col("source_row").is_in(set(new["source_row"])))
    return Standardised(records, facts_left, pl.concat([done.quarantine, more])), warnings


def _delivery(job: _Job, raw: RawTable, period: Month | None, staged: int, quarantined: int, usual: int | None,
              warnings: list[str], run_id: str) -> pl.DataFrame:  # fmt: skip
    row = {
        "delivery_id": job.delivery_id, "source": job.found.source, "source_file": job.found.name,
        "sha256": job.sha256, "bytes": job.found.path.stat().st_size, "period": period.start if period else None,
        "received": raw.received, "staged": staged, "quarantined": quarantined, "usual": usual,
        "warning": "; ".join(warnings) or None, "replaced_by": None, "run_id": run_id,
    }  # fmt: skip
    return pl.DataFrame([row], schema_overrides={"usual": pl.Int64, "period": pl.Date, "warning": pl.String,
                                                 "replaced_by": pl.String})  # fmt: skip


def _write(warehouse: Warehouse, source: Source, job: _Job, done: Standardised, delivery: pl.DataFrame) -> None:
    """One transaction: the delivery is wholly in, or not at all."""
    parts = {"record": done.records, "fact": done.facts, "quarantine": done.quarantine, "deliveries": delivery,
             "delivery_recipe": pl.DataFrame({"delivery_id": [job.delivery_id], "recipe": [job.recipe]})}  # fmt: skip
    with warehouse.transaction():
        for table, frame in parts.items():
            warehouse.delete(table, "delivery_id", job.delivery_id)
            warehouse.append(table, frame)
        if job.replaces and job.replaces != job.delivery_id:
            warehouse.change("deliveries", "replaced_by", job.delivery_id, where="delivery_id", equals=job.replaces)
        if source.key.resend == "period":
            _replace_period(warehouse, job, delivery["period"][0])


def _replace_period(warehouse: Warehouse, job: _Job, period: date) -> None:
    """Of several files for one month of a source that resends whole months, the last by name holds."""
    same = warehouse.read(
        "select delivery_id from deliveries where source = $source and period = $period and replaced_by is null "
        "order by source_file, delivery_id",
        source=job.found.source, period=period,
    )["delivery_id"].to_list()  # fmt: skip
    for earlier in same[:-1]:
        warehouse.change("deliveries", "replaced_by", same[-1], where="delivery_id", equals=earlier)


def prepare(warehouse: Warehouse) -> None:
    """Make what a run reads before anything was loaded."""
    for name in (*PARTS, "deliveries", "decisions", "aliases", "delivery_recipe", "step_done", "release"):
        warehouse.ensure(name)
