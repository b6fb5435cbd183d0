"""One delivery made ready: agreement, bytes, typed rows, and the gate its rows pass."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.find import FoundFile
from hiu.extract.files.read import RawTable, read_table
from hiu.extract.people_apart import one_person_a_row
from hiu.extract.standardise import Standardised, standardise
from hiu.govern import records
from hiu.govern.basis.agreements import require_agreement
from hiu.govern.erase.tombstone import erased_rows, set_aside
from hiu.model import FACT
from hiu.model.govern import TOMBSTONES
from hiu.month import Month
from hiu.sources import Source
from pipelines.common.fingerprint import digest
from pipelines.common.place import Place


@dataclass(frozen=True)
class LoadJob:
    """A delivery to load: its file, digest and recipe, and the delivery it replaces."""

    file: FoundFile
    sha256: str
    recipe: str
    replaces: str | None

    @property
    def delivery_id(self) -> str:
        """The same for the same file at the same place."""
        return digest(self.file.source, self.file.name, self.sha256)[:16]


@dataclass(frozen=True)
class Delivery:
    """A delivery read and standardised, not yet checked: rows received, its month, its frames."""

    job: LoadJob
    received: int
    period: Month | None
    standardised: Standardised


def read_delivery(place: Place, job: LoadJob, today: date) -> Delivery:
    """Read and standardise a delivery. Raises InputRefused without an agreement in force, or if it can't be read."""
    file, source = job.file, place.sources[job.file.source]
    require_agreement(place.settings, file.source, today)
    bytes_, ratio = place.settings.max_file_bytes, place.settings.max_unzip_ratio
    raw = read_table(file.path, source, name=file.name, max_bytes=bytes_, max_ratio=ratio)
    raw = one_person_a_row(raw, source, name=file.name)
    period = file.period or _period(place, job, raw)
    if source.kind != "register" and period is None:
        raise InputRefused(
            "no_period",
            "found no month in its path; expected one like 2026-03 in the folder or file "
            "name, or [period] field in the source's TOML",
            file=file.name,
        )
    done = _standardise(place, job, raw, period)
    return Delivery(job, raw.received, period, without_erased(place, done))


def without_erased(place: Place, done: Standardised) -> Standardised:
    """The delivery without the rows of people who were erased: each is counted as set aside, and nothing of it kept."""
    stones = records.read(place.records, TOMBSTONES)["token"].to_list()
    rows = erased_rows(done.records, stones, place.key_for("tombstone"))
    if rows.is_empty():
        return done
    key = ["delivery_id", "source_row"]
    kept, facts = (frame.join(rows, on=key, how="anti") for frame in (done.records, done.facts))
    return replace(done, records=kept, facts=facts, quarantine=set_aside(done.quarantine, done.records, rows))


def _standardise(place: Place, job: LoadJob, raw: RawTable, period: Month | None) -> Standardised:
    source, synthetic = place.sources[job.file.source], place.settings.synthetic
    ids = {"delivery_id": job.delivery_id, "source_file": job.file.name}
    return standardise(raw, source, period=period, synthetic=synthetic, **ids)


def _period(place: Place, job: LoadJob, raw: RawTable) -> Month | None:
    """The month most rows fall in, when the source says a field tells it."""
    if not place.sources[job.file.source].period.field:
        return None
    trial = _standardise(place, job, raw, None).records
    months = trial.drop_nulls("start").group_by(pl.col("start").dt.truncate("1mo").alias("month")).len()
    if months.is_empty():
        return None
    return Month.of(months.sort("len", "month", descending=True)["month"][0].date())


@dataclass(frozen=True)
class SuiteAnswers:
    """What a delivery's rows and facts said at the gate when it was asked about with others; empty if it was not."""

    records: dict[int, tuple[bool, list[int]]] = field(default_factory=dict)
    facts: dict[int, tuple[bool, list[int]]] = field(default_factory=dict)


def ask_suites(deliveries: Sequence[Standardised], source: Source) -> list[SuiteAnswers]:
    """Put the rows of several deliveries of one source to the gate at once; the answers for `gate_rows`, in order."""
    from hiu.quality.deliveries import ask_together
    from hiu.quality.suites import suite

    records = ask_together([done.records for done in deliveries], suite(source))
    facts = ask_together([done.facts for done in deliveries], suite(source, FACT))
    return [SuiteAnswers(*pair) for pair in zip(records, facts, strict=True)]


def check_rows(
    done: Standardised, source: Source, usual: int | None, shorter: float, asked: SuiteAnswers | None = None
) -> tuple[Standardised, list[str]]:
    """Quarantine what the source's suites refuse; a row already set aside keeps its first reason."""
    from hiu.quality.check import check_delivery
    from hiu.quality.suites import suite

    asked = asked or SuiteAnswers()
    rows = check_delivery(done.records, suite(source), usual=usual, shorter=shorter, answers=asked.records)
    facts = (
        check_delivery(done.facts, suite(source, FACT), usual=None, answers=asked.facts) if done.facts.height else None
    )
    failed = pl.concat([rows.failed, facts.failed]) if facts else rows.failed
    warnings = [*done.warnings, *rows.warnings, *(facts.warnings if facts else [])]
    aside = set(done.quarantine["source_row"])
    new = failed.filter(~pl.col("source_row").is_in(aside)).unique("source_row", keep="first", maintain_order=True)
    if new.is_empty():
        return done, warnings
    where = done.records.select("delivery_id", "source", "source_file", "source_row")
    more = new.join(where, on="source_row").select(done.quarantine.columns).cast(done.quarantine.schema)
    records = done.records.with_columns(pl.col("quarantined") | pl.col("source_row").is_in(set(new["source_row"])))
    facts_left = done.facts.filter(~pl.col("source_row").is_in(set(new["source_row"])))
    return replace(done, records=records, facts=facts_left, quarantine=pl.concat([done.quarantine, more])), warnings
