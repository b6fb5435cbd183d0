"""Standardise: a delivery's text cells to typed records, dated facts, and rows set aside with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from hiu import model
from hiu.extract.counts import as_months, believed, number_faults, number_warnings, numbers, own_keys
from hiu.extract.dates.month_order import with_month_order
from hiu.extract.dates.settle import settle, settle_facts, with_forms
from hiu.extract.events import DAYS, ENDS, STAMPS, first_faults, read_times, skipped_hours
from hiu.extract.facts import read_facts
from hiu.extract.files.columns import match_columns, read_otherwise, time_key
from hiu.extract.files.numbering import ANOTHER, Numbering
from hiu.extract.files.read import RawTable
from hiu.extract.identity import identities
from hiu.extract.measures import measures
from hiu.extract.people_apart import nth_person, two_people_faults
from hiu.extract.rates.beside_names import cell_warnings
from hiu.extract.rates.read_rate import Made, code_list, read_rates, unknown_codes
from hiu.extract.shared_numbers import shared_warnings
from hiu.extract.stays import ends_unread, reported_months, stay_warnings
from hiu.extract.values.codes import coded, not_known, still_open, whole
from hiu.extract.values.dates import local_stamps, read_dates
from hiu.extract.values.kept import each_column_once
from hiu.extract.values.nhs_number import nhs_number
from hiu.extract.values.people.initials import initials_warnings
from hiu.extract.values.postcode import read_postcodes
from hiu.extract.values.text import ROUGH, filled, tidied, tidied_name
from hiu.model.frames import TYPES
from hiu.month import Month
from hiu.sources import FieldSpec, Source

_EVENT = ("event_id", "record_id", "version", "deleted", "duplicate_of", "spell_id", "measures", "related", "details")
_NAMES = ("name", "given", "family", "aliases")
_WORDS = ("text", "code", "address", "related")
_WHOLE = ("text", "code", "related", "integer")


@dataclass(frozen=True)
class Standardised:
    """A delivery in our terms: model.RECORD, model.FACT and model.QUARANTINE frames.

    A row whose event can't be counted is in `records` (quarantined) and in `quarantine`; a row that intake could not
    read is in `quarantine` alone. received = records not quarantined + quarantine. `warnings` are sentences about the
    delivery as a whole, without values of people: with any, `hiu check` and `hiu run` end with exit code 3.
    `notes` may be worth a look. `quality` is model.FIELD_QUALITY: how far each mapped field was read. `numbering` says
    on which line a row stands.
    """

    records: pl.DataFrame
    facts: pl.DataFrame
    quarantine: pl.DataFrame
    quality: pl.DataFrame
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    numbering: Numbering = field(default_factory=Numbering)


@each_column_once()
def standardise(
    raw: RawTable, source: Source, *, delivery_id: str, source_file: str, period: Month | None, synthetic: bool
) -> Standardised:
    """Read the cells of one delivery by its source's definition.

    `period` is the delivery's month (None for a register); `synthetic` lets NHS numbers of the test range count as
    evidence. Reason codes: key_missing, date_missing, date_unreadable, date_implausible, ends_before_start,
    field_missing, code_unlisted, code_rounded, two_people, fact_unreadable, those of number_faults and of intake.
    Raises InputRefused when a required column is absent or dates may be swapped (`settle`), SettingsError for a format
    or condition that can't be used.
    """
    columns = match_columns(raw.headers, source, name=source_file)
    sent = _cells(raw, source, columns)
    if source.kind == "counts":
        sent, source = as_months(sent, with_month_order(sent, source, source_file, columns), period)
        columns = {**columns, "start": columns["month"]} if "month" in columns else columns
    source = with_forms(source, sent)
    times = read_times(sent, source)
    settled = settle(sent, source, times, period, source_file, columns, raw.numbering)
    cells = settled.without_doubt(sent)
    facts = read_facts(raw.frame, source, columns)
    faults = first_faults(cells, source, times, period, columns)
    several = two_people_faults(cells, columns, source)
    bad = _first(faults, several, _unread(facts), *_uncounted(cells, source, columns))
    # of a row without a day the file's last one: a year of two digits is of this century only if it is past by then
    latest = pl.concat([facts["at"], times["start"].dt.date()]).max()
    at = pl.select(pl.coalesce(times["start"], pl.lit(latest, pl.Datetime("us")))).to_series()
    origin = {
        "delivery_id": delivery_id,
        "source": source.name,
        "source_file": source_file,
        "period": period.start if period and source.kind != "register" else None,
    }
    people = identities(cells, source, times["start"], at, synthetic=synthetic).drop("start")
    unknown = unknown_codes(cells, source)
    parts = [
        cells.select("source_row"),
        _events(cells, source, unknown),
        times.select(*STAMPS, *DAYS, "start_day_only"),
        people,
    ]
    records = pl.concat(parts, how="horizontal").with_columns(_numbers(cells, source))
    records = records.with_columns(pl.col("source_row").is_in(bad["source_row"].implode()).alias("quarantined"))
    aside = records["quarantined"]
    made = Made(cells=sent, times=times, people=people, unknown=unknown, facts=facts, aside=aside)
    quality = read_rates(raw.frame, source, columns, made)
    other = read_otherwise(columns, source)
    warnings = [
        *raw.warnings,
        *other,
        *settled.warnings,
        *settle_facts(facts, source, columns, source_file, raw.numbering),
    ]
    warnings += ends_unread(bad, columns, source)
    warnings += stay_warnings(times, cells["source_row"], source, raw.numbering)
    warnings += number_warnings(records["n"], aside, source) if source.kind == "counts" else []
    warnings += initials_warnings(cells, people, columns)
    warnings += cell_warnings(cells, source, columns, raw.headers)
    warnings += shared_warnings(cells, people, columns, source)
    quarantine = pl.concat([bad, raw.refused.select(bad.columns)]).sort("source_row")
    quarantine = raw.numbering.located(quarantine)
    return Standardised(
        _table(records, model.RECORD, origin),
        _table(facts, model.FACT, origin),
        _table(quarantine, model.QUARANTINE, origin),
        _table(quality, model.FIELD_QUALITY, origin),
        tuple(warnings),
        tuple(skipped_hours(times, columns, source)),
        raw.numbering,
    )


def _cells(raw: RawTable, source: Source, columns: Mapping[str, str]) -> pl.DataFrame:
    """Cells by field, and times of day by time_key(field), tidied; numbers written as floats made whole.

    Words that stand for a value by the field's codes are that value, and an end that says that it goes on is none.
    """
    rough = raw.frame.select(pl.col(header).str.contains(ROUGH).any() for header in {*columns.values()})
    read = []
    for key, header in columns.items():
        if key.startswith("fact") and key not in source.fields:
            continue
        spec = source.fields.get(key)
        type = spec.type if spec else "timestamp"
        if not rough[header][0]:
            text = filled(pl.col(header), name=type in _NAMES)
        else:
            text = tidied_name(pl.col(header)) if type in _NAMES else tidied(pl.col(header), words=type in _WORDS)
            text = whole(text) if type in _WHOLE else text
        if spec and spec.codes and not spec.coded and type != "sex":
            text = coded(text if type in _WHOLE else whole(text), spec.codes)
        if key in ENDS:
            text = pl.when(~still_open(text)).then(text)
        read.append(text.alias(key))
    return raw.frame.select("source_row", *read)


def _events(cells: pl.DataFrame, source: Source, unknown: pl.DataFrame) -> pl.DataFrame:
    """The columns of a record that say which event it is and what it may be counted as; `unknown` as unknown_codes."""
    named = _named(source)
    values = cells.select(
        "source_row",
        *(_value(cells, field, spec) for field, spec in source.fields.items() if field in named & set(cells.columns)),
    )
    key, columns = source.key, values.columns
    values = values.hstack(unknown)
    deleted = [_is(values, field, words) for field, words in key.deleted.items()]
    duplicate = [_is(values, field, words) for field, words in key.duplicate.items()]
    event = _joined(columns, key.event)
    quoting = {field: spec for field, spec in source.fields.items() if spec.type == "related" and field in columns}
    related = [
        pl.when(~not_known(pl.col(field))).then(pl.lit(f"{spec.source}:") + pl.col(field))
        for field, spec in quoting.items()
    ]
    kept = [field for field in source.kept if field in columns]
    version = pl.lit(None, pl.String)
    if key.version in columns:
        sent = values[key.version]
        version = _sortable(pl.lit(reported_months(sent) if source.reports else sent))
    record = _joined(columns, key.record) if key.record else event
    frame = values.with_columns(
        event.alias("event_id"),
        pl.when(pl.col("source_row") < ANOTHER).then(record).otherwise(record + nth_person()).alias("record_id"),
        version.alias("version"),
        (pl.any_horizontal(deleted) if deleted else pl.lit(False)).alias("deleted"),
        _parent(columns, key.duplicate_of, duplicate).alias("duplicate_of"),
        (pl.col("spell_id") if "spell_id" in columns else pl.lit(None, pl.String)).alias("spell_id"),
        measures(source.measures, values.columns).alias("measures"),
        (pl.coalesce(related) if related else pl.lit(None, pl.String)).alias("related"),
        (pl.struct(kept).struct.json_encode() if kept else pl.lit(None, pl.String)).alias("details"),
    )
    events = frame.select(_EVENT)
    return own_keys(events, cells, source)


def _numbers(cells: pl.DataFrame, source: Source) -> pl.Series:
    """How many events each row stands for; null for a row that is one."""
    if source.kind != "counts":
        return pl.repeat(None, cells.height, dtype=pl.Int64(), eager=True).alias("n")
    return believed(numbers(cells, source), source)


def _uncounted(cells: pl.DataFrame, source: Source, columns: Mapping[str, str]) -> list[pl.DataFrame]:
    return [number_faults(cells, columns, source)] if source.kind == "counts" else []


def _named(source: Source) -> set[str]:
    """The fields that keys, conditions and details name: the others say who or when, and are read elsewhere."""
    key = source.key
    related = {field for field, spec in source.fields.items() if spec.type == "related"}
    tested = {field for rule in source.measures for field in rule.where}
    parts = {*key.event, *key.record, *key.deleted, *key.duplicate, *source.kept, "spell_id"}
    return parts | related | tested | {field for field in (key.version, key.duplicate_of) if field}


def _value(cells: pl.DataFrame, field: str, spec: FieldSpec) -> pl.Expr | pl.Series:
    """A field as conditions, keys and details see it: by its code list; dates in ISO form, so that they sort."""
    if spec.coded:
        codes = code_list(spec)
        text = pl.col(field) if spec.type in _WHOLE else whole(pl.col(field))
        return coded(text, codes, unlisted=spec.unlisted).alias(field)
    if spec.type == "integer":
        return pl.col(field).str.replace_all(",", "").alias(field)
    if spec.type == "date":
        return _or_text(read_dates(cells[field], spec.formats).dt.strftime("%Y-%m-%d"), cells[field])
    if spec.type == "timestamp":
        times = cells[time_key(field)] if time_key(field) in cells.columns else None
        stamps = local_stamps(cells[field], spec.formats, spec.zone, times)
        return _or_text(stamps.dt.strftime("%Y-%m-%dT%H:%M:%S"), cells[field])
    if spec.type == "postcode":
        return _or_text(read_postcodes(cells[field]), cells[field])
    if spec.type == "nhs_number":
        return _or_text(cells.select(nhs_number(pl.col(field), synthetic=True)).to_series(), cells[field])
    return cells[field]


def _sortable(version: pl.Expr) -> pl.Expr:
    """Text that sorts as the version does: a whole number is padded to 20 digits."""
    return pl.when(version.str.contains(r"^\d+$")).then(version.str.zfill(20)).otherwise(version)


def _or_text(read: pl.Series, sent: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(read, sent).alias(sent.name)).to_series()


def _is(values: pl.DataFrame, field: str, words: tuple[str, ...]) -> pl.Expr:
    if field not in values.columns:
        return pl.lit(False)
    return pl.col(field).str.to_lowercase().is_in([word.lower() for word in words]).fill_null(False)


def _joined(columns: list[str], fields: tuple[str, ...]) -> pl.Expr:
    """Parts of a key joined by |; a part that is empty stays empty, and a key with none is null."""
    parts = [pl.col(field) for field in fields if field in columns]
    if not parts:
        return pl.lit(None, pl.String)
    text = pl.concat_str([part.fill_null("") for part in parts], separator="|")
    return pl.when(pl.any_horizontal([part.is_not_null() for part in parts])).then(text)


def _parent(columns: list[str], field: str | None, duplicate: list[pl.Expr]) -> pl.Expr:
    if field not in columns or not duplicate:
        return pl.lit(None, pl.String)
    return pl.when(pl.any_horizontal(duplicate)).then(pl.col(str(field)))


def _unread(facts: pl.DataFrame) -> pl.DataFrame:
    reason = "a part of the cell does not have the form of the source's pattern, or its date can't be read"
    bad = facts.filter(~pl.col("readable"))
    return bad.select("source_row", "column", code=pl.lit("fact_unreadable"), reason=pl.lit(reason))


def _first(*parts: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(parts).unique("source_row", keep="first", maintain_order=True)


def _table(frame: pl.DataFrame, table: model.Table, origin: Mapping[str, object]) -> pl.DataFrame:
    """The columns of a table, in order and of its types."""
    kept = frame.filter("readable") if "readable" in frame.columns else frame
    kept = kept.with_columns(pl.lit(value).alias(name) for name, value in origin.items() if name in table.names)
    kept = kept if "n" in kept.columns or "n" not in table.names else kept.with_columns(n=pl.lit(None, pl.Int64))
    return kept.select(pl.col(column.name).cast(TYPES[column.type].polars) for column in table.columns)
