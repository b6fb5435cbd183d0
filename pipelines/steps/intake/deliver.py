"""One delivery made ready: agreement, bytes, typed rows, and the gate its rows pass."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.draft.columns.words import OTHERS, is_personal_name, words
from hiu.extract.files.columns import both_sent, match_columns, unused_headers
from hiu.extract.files.find import FoundFile, find_deliveries, is_ignored, may_take, months_of
from hiu.extract.files.header import known_headers, quoted, squash
from hiu.extract.files.parquet import readable
from hiu.extract.files.read import RawTable, read_table, unread_notes
from hiu.extract.files.rows import UnreadSheet
from hiu.extract.months.other_months import no_rows
from hiu.extract.months.reused_keys import refuse_shared
from hiu.extract.months.spans import last_full_month
from hiu.extract.people_apart import one_person_a_row
from hiu.extract.standardise import Standardised, standardise
from hiu.govern.basis.agreements import require_agreement
from hiu.model import FACT
from hiu.month import Month
from hiu.sources import Source
from pipelines.common.fingerprint import digest
from pipelines.common.place import Place
from pipelines.steps.intake.erased import without_erased
from pipelines.steps.intake.supply import other_tables, sheets_left

_MOST_FILES = 12
"""The latest files that are read for the names beside a number: registers and months of contacts."""


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
        return delivery_id_of(self.file, self.sha256)


def delivery_id_of(file: FoundFile, sha256: str) -> str:
    """The id of a file with these bytes at its place."""
    return digest(file.source, file.name, sha256)[:16]


@dataclass(frozen=True)
class Delivery:
    """A delivery read and standardised, not yet checked: rows received, its month, its frames, and sentences that a
    person may want to read."""

    job: LoadJob
    received: int
    period: Month | None
    standardised: Standardised
    notes: tuple[str, ...] = ()


def read_delivery(place: Place, job: LoadJob, today: date) -> Delivery:
    """Read and standardise a delivery: what `hiu run` and `hiu check` both do. Raises InputRefused."""
    with readable(job.file.name):
        return make_delivery(place, job, read_raw(place, job, today), today)


def read_raw(place: Place, job: LoadJob, today: date) -> RawTable:
    """The text of a delivery. Raises InputRefused without an agreement in force, or if it can't be read."""
    file, source = job.file, place.sources[job.file.source]
    require_agreement(place.settings, file.source, today)
    bytes_, ratio = place.settings.max_file_bytes, place.settings.max_unzip_ratio
    raw = read_table(file.path, source, name=file.name, max_bytes=bytes_, max_ratio=ratio)
    return one_person_a_row(raw, source, name=file.name)


def make_delivery(place: Place, job: LoadJob, raw: RawTable, today: date) -> Delivery:
    """Standardise what was read, and hold it against what its source expects.

    Raises InputRefused if the month is not known, no column names people, or what matters most is hardly read.
    """
    from hiu.quality.across import dates_across
    from hiu.quality.counting import cannot_count, idle_flags, parts_unread, uncounted
    from hiu.quality.reading import (
        facts_to_come,
        in_utc,
        judge,
        names_alone,
        require_names,
        require_somebody,
        standing_once,
    )
    from hiu.quality.repeated import repeated_rows
    from hiu.quality.unjoined import only_numbers

    file, source = job.file, place.sources[job.file.source]
    columns = match_columns(raw.headers, source, name=file.name)
    require_names(columns, source, file.name)
    period = require_period(raw, source, file.name, synthetic=place.settings.synthetic)
    done = _standardise(place, job, raw, period)
    explained = {line.partition(":")[0] for line in done.warnings}  # why the dates under a header were not read
    _require_keys(done, raw, source, file.name)
    require_somebody(done.records, source, file.name)
    refuse_shared(done.records, source, columns, file.name)
    rates = judge(done.quality, source, file.name)
    about = [line for line in rates if line.partition(":")[0] not in explained]
    never, always = cannot_count(columns, source)
    about += never or uncounted(done.records, source)
    about += parts_unread(done.records, done.quality, source)
    about += [no_rows(source)] if raw.received == 0 and no_rows(source) else []
    about += in_utc(raw.frame, columns, source)
    about += facts_to_come(done.facts, done.numbering, today) if done.facts.height else []
    alone, joined = only_numbers(done.quality, source, done.records["local_ids"], _delivered(place))
    about += alone
    if joined and (apart := _unjoined(place, done, source, today)):
        about, joined = [*about, *apart], []
    unused = unused_headers(raw.headers, source)
    about += dates_across(raw.frame, columns, unused, source, period)
    idle = idle_flags(raw.frame, columns, unused, source)
    about += repeated_rows(done.records, raw.frame, source)
    left = _read_by_none(place, raw, source, file.name)
    about += sheets_left(left, source, file.name, _filed(place, source) if left else set()) + other_tables(left, source)
    done = replace(done, warnings=(*done.warnings, *about))
    notes = [
        *unread_notes(left),
        *_unused(raw.headers, source),
        *both_sent(raw.frame, columns, source),
        *done.notes,
        *idle,
        *always,
        *joined,
        *names_alone(done.records),
        *standing_once(raw.frame, columns, source),
    ]
    return Delivery(job, raw.received, period, without_erased(place, done, job.sha256), tuple(notes))


def _require_keys(done: Standardised, raw: RawTable, source: Source, name: str) -> None:
    """Raises InputRefused 'key_missing' if every row is set aside because nothing names its event."""
    lacking = done.quarantine.filter(pl.col("code") == "key_missing")
    if lacking.height < max(2, raw.received - raw.refused.height):  # one bad row is set aside, and no more
        return
    fields = ", ".join(source.key.event)
    headers = quoted(
        word for field in source.key.event if field in source.fields for word in source.fields[field].columns
    )
    raise InputRefused(
        "key_missing",
        f"no row has what names its event ({fields}; accepted headers: {headers}): all {lacking.height:,} would be set "
        f"aside. Name the column under [fields] in sources/{source.name}.toml, or another key under [key] event, such "
        "as a number of the stay or the referral, or the start",
        file=name,
    )


def _read_by_none(place: Place, raw: RawTable, source: Source, name: str) -> list[UnreadSheet]:
    """The other sheets of a workbook, without those that the site ignores and that another source reads: by their name,
    or by their columns."""
    others = [one for one in place.sources.values() if raw.left and one.name != source.name and may_take(one, name)]
    read = {squash(one.file.sheet) for one in others if one.file.sheet}
    accepted = [known_headers(one) for one in others if not one.file.sheet]
    return [
        one
        for one in raw.left
        if squash(one.title) not in read
        and not any(len(one.words & headers) > 1 for headers in accepted)
        and not is_ignored(f"{name}/{one.title}", place.settings.ignored_files)
    ]


def _filed(place: Place, source: Source) -> set[Month]:
    """The months that files of the source are filed under."""
    found = find_deliveries(place.raw, {source.name: source}).deliveries if place.raw.is_dir() else ()
    return {each.period for each in found if each.period}


def _delivered(place: Place) -> Iterator[Source]:
    """The sources of which there are files, looked for only when they are asked for."""
    found = find_deliveries(place.raw, place.sources).deliveries if place.raw.is_dir() else ()
    yield from (place.sources[name] for name in dict.fromkeys(each.source for each in found))


def _unjoined(place: Place, done: Standardised, source: Source, today: date) -> list[str]:
    """What is to be said if the numbers of a file that names nobody are not those of the files that give the names."""
    from hiu.quality.unjoined import gives_names, numbers_of, scheme_of, unjoined

    scheme = scheme_of(done.records["local_ids"])

    def beside() -> Iterator[tuple[Source, set[str]]]:
        found = find_deliveries(place.raw, place.sources).deliveries
        there = [one for one in found if one.source != source.name and gives_names(place.sources[one.source], scheme)]
        for file in there[: -1 - _MOST_FILES : -1]:
            with suppress(InputRefused):  # the run says why, when it is taken in
                raw, other = read_raw(place, LoadJob(file, "", "", None), today), place.sources[file.source]
                yield other, numbers_of(raw, other, scheme, file.name)

    return [*unjoined(done.records["local_ids"], source, beside(), scheme)]


def _unused(headers: Sequence[str], source: Source) -> list[str]:
    """A sentence if there are columns about the person of the row that nothing reads."""
    about = [h for h in unused_headers(headers, source) if is_personal_name(h) and not words(h) & OTHERS]
    return [f"columns about a person that nothing reads: {quoted(about)}"] if about else []


def read_whole(place: Place, job: LoadJob, raw: RawTable) -> Standardised:
    """What was read, standardised, with the rows of people who were erased. Raises InputRefused."""
    source, name = place.sources[job.file.source], job.file.name
    period = require_period(raw, source, name, synthetic=place.settings.synthetic)
    return _standardise(place, job, raw, period)


def _standardise(place: Place, job: LoadJob, raw: RawTable, period: Month | None) -> Standardised:
    source, synthetic = place.sources[job.file.source], place.settings.synthetic
    ids = {"delivery_id": job.delivery_id, "source_file": job.file.name}
    return standardise(raw, source, period=period, synthetic=synthetic, **ids)


def require_period(raw: RawTable, source: Source, name: str, *, synthetic: bool) -> Month | None:
    """The month a delivery is for, by its path, else its rows; None for a register. Raises InputRefused without one."""
    named = months_of(name, source)
    if source.kind == "register" or named.month:
        return named.month
    if source.period.field or source.covers != "month":
        ids = {"delivery_id": "trial", "source_file": name}
        trial = standardise(raw, source, period=None, synthetic=synthetic, **ids).records
        if found := _most_frequent(trial) if source.period.field else last_full_month(trial, source):
            return found
    more = "; months of a financial year are read with financial_year = true under [period]" * named.financial
    raise InputRefused(
        "no_period",
        "found no month in its path; expected one like 2026-03 or March 2026 in the folder or file name, or [period] "
        f"field in the source's TOML{more}",
        file=name,
    )


def _most_frequent(trial: pl.DataFrame) -> Month | None:
    """The month most rows fall in."""
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
    from hiu.quality.rules import REPEATED
    from hiu.quality.suites import suite

    asked = asked or SuiteAnswers()
    rows = check_delivery(done.records, suite(source), usual=usual, shorter=shorter, answers=asked.records)
    facts = (
        check_delivery(done.facts, suite(source, FACT), usual=None, answers=asked.facts) if done.facts.height else None
    )
    failed = pl.concat([rows.failed, facts.failed]) if facts else rows.failed
    others = [line for line in rows.warnings if not line.endswith(REPEATED)]  # what is lost is said when it is read
    warnings = [*done.warnings, *others, *(facts.warnings if facts else [])]
    aside = set(done.quarantine["source_row"])
    new = failed.filter(~pl.col("source_row").is_in(aside)).unique("source_row", keep="first", maintain_order=True)
    if new.is_empty():
        return done, warnings
    where = done.records.select("delivery_id", "source", "source_file", "source_row")
    new = done.numbering.located(new)
    more = new.join(where, on="source_row").select(done.quarantine.columns).cast(done.quarantine.schema)
    records = done.records.with_columns(pl.col("quarantined") | pl.col("source_row").is_in(set(new["source_row"])))
    facts_left = done.facts.filter(~pl.col("source_row").is_in(set(new["source_row"])))
    return replace(done, records=records, facts=facts_left, quarantine=pl.concat([done.quarantine, more])), warnings
