"""When a row's event was, and what is wrong with it: times, and reasons to set a row aside."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl
from rapidfuzz import fuzz

from hiu.extract.files.columns import time_key
from hiu.extract.values.codes import ROUNDED, not_known, unlisted
from hiu.extract.values.dates import NEVER, read_dates, stamped
from hiu.extract.values.forms import DEFAULT
from hiu.extract.values.text import in_words, looks_of
from hiu.month import Month
from hiu.sources import Source

STAMPS = ("start", "end")
DAYS = ("spell_end", "leave_start", "leave_end")
ENDS = ("end", "spell_end", "leave_end")
_FORMS = 3
_SIGN = re.compile("%(.)")
_LATE = timedelta(days=31)


@dataclass(frozen=True)
class Fault:
    """A reason to set rows aside: where it holds, the field at fault, a stable code, and a sentence without values."""

    where: pl.Expr
    field: str | None
    code: str
    reason: str


def read_times(cells: pl.DataFrame, source: Source) -> pl.DataFrame:
    """start and end (UK local), spell_end, leave_start and leave_end (days), null where not sent or unreadable;
    beside each, '<field>@unread' says that text is there which could not be read, '<field>@mistimed' that a time of day
    could not, '<field>@moved' that the clocks skipped it, 'leave@backward' that leave ends before it starts, and
    start_day_only that the start is a day without a time.

    An end far in the future or at a sentinel means open. Leave that ends before it starts is left out, and so is the
    end of an event (which is no stay) that ends before it starts.
    """
    stamps = {field: _stamps(cells, source, field) for field in STAMPS}
    times = {field: frame["stamp"] for field, frame in stamps.items()}
    times |= {field: _day(cells, source, field) for field in DAYS}
    more = [stamps["start"]["day_only"].alias("start_day_only")]
    more += [frame[what].alias(f"{field}@{what}") for field, frame in stamps.items() for what in ("mistimed", "moved")]
    sent = [field for field in times if field in cells.columns]
    unread = [(cells[field].is_not_null() & times[field].is_null()).alias(f"{field}@unread") for field in sent]
    later = [field for field in times if field != "start"]
    frame = pl.DataFrame(times).with_columns(
        pl.when(~pl.col(field).cast(pl.Date).is_in(NEVER)).then(field).alias(field) for field in later
    )
    forward = (pl.col("leave_end") >= pl.col("leave_start")).fill_null(True)
    kept = [pl.when(forward).then(pl.col(field)).alias(field) for field in ("leave_start", "leave_end")]
    kept.append((~forward).alias("leave@backward"))
    if source.kind != "stays":
        kept.append(pl.when(pl.col("end") >= pl.col("start")).then("end").alias("end"))
    return frame.with_columns(kept).hstack([*more, *unread])


def skipped_hours(times: pl.DataFrame, columns: Mapping[str, str], source: Source) -> Iterator[str]:
    """A sentence a field whose times are some that there were not: between 01:00 and 01:59 as the clocks go forward."""
    for field in STAMPS:
        if n := int(times[f"{field}@moved"].sum() or 0):
            yield (
                f"{columns[field]}: {n:,} time{'s are' if n > 1 else ' is'} between 01:00 and 01:59 on the day the "
                f"clocks go forward, an hour that there was not, and {'are' if n > 1 else 'is'} read as an hour later. "
                f'If the system keeps to GMT all year, write zone = "utc" under [fields.{field}] in '
                f"sources/{source.name}.toml: all its summer times are an hour out"
            )


def _stamps(cells: pl.DataFrame, source: Source, field: str) -> pl.DataFrame:
    if field not in cells.columns:
        empty = {"stamp": pl.Datetime("us"), "day_only": pl.Boolean(), "mistimed": pl.Boolean(), "moved": pl.Boolean()}
        return pl.DataFrame(
            {name: pl.repeat(None, cells.height, dtype=kind, eager=True) for name, kind in empty.items()}
        )
    spec = source.fields[field]
    times = cells[time_key(field)] if time_key(field) in cells.columns else None
    return stamped(cells[field], spec.formats, spec.zone, times)


def _day(cells: pl.DataFrame, source: Source, field: str) -> pl.Series:
    if field not in cells.columns:
        return pl.repeat(None, cells.height, dtype=pl.Date(), eager=True)
    return read_dates(cells[field], source.fields[field].formats)


def faults(cells: pl.DataFrame, source: Source, period: Month | None) -> Iterator[Fault]:
    """Reasons in order of weight: expressions over cells (text) and what read_times made of them, '<field>@read'."""
    yield from _missing(cells, source)
    for field in (*STAMPS, *DAYS):
        if field in cells.columns:
            yield Fault(pl.col(f"{field}@unread"), field, "date_unreadable", f"{field} is no date")
    start, end, spell_end = (pl.col(f"{field}@read") for field in ("start", "end", "spell_end"))
    early = start.dt.year() < source.earliest
    yield Fault(early, "start", "date_implausible", f"start is before {source.earliest}, the earliest year believed")
    if period is not None:
        late = start.dt.date() > period.after + _LATE
        yield Fault(late, "start", "date_implausible", f"start is over a month after the delivery's month, {period}")
    if source.kind == "stays":
        early_end = "the stay ends before it starts (a start at 24:00 is of the day after)"
        yield Fault(end.dt.date() < start.dt.date(), "end", "ends_before_start", early_end)
        discharged = end.is_null() & (spell_end < start.dt.date())
        yield Fault(discharged, "spell_end", "ends_before_start", "the spell was discharged before the stay starts")
    yield from _codes(cells, source)


def _missing(cells: pl.DataFrame, source: Source) -> Iterator[Fault]:
    def empty(field: str) -> pl.Expr:
        return pl.col(field).is_null() if field in cells.columns else pl.lit(True)

    for field in source.key.event:
        nothing = empty(field) | not_known(pl.col(field)) if field in cells.columns else empty(field)
        yield Fault(nothing, field, "key_missing", f"{field}, part of the event's key, is empty or says 'not known'")
    if source.dated:
        yield Fault(empty("start"), "start", "date_missing", "start is empty")
    for field, spec in source.fields.items():
        if spec.filled:
            yield Fault(empty(field), field, "field_missing", f"{field} is empty; the source says it is always filled")


def _codes(cells: pl.DataFrame, source: Source) -> Iterator[Fault]:
    decisive = {*source.key.event, *source.key.deleted, *(field for rule in source.measures for field in rule.where)}
    for field, spec in source.fields.items():
        if field not in cells.columns:
            continue
        if spec.unlisted == "quarantine" and spec.coded and spec.codes:
            where = unlisted(pl.col(field), spec.codes)
            yield Fault(where, field, "code_unlisted", f"{field} holds a code that is not listed")
        if field in source.key.event or (field in decisive and spec.type == "code"):
            reason = f"{field} is a code rounded by a spreadsheet: digits are lost"
            yield Fault(pl.col(field).str.contains(ROUNDED), field, "code_rounded", reason)


def _reason(fault: Fault, frame: pl.DataFrame, source: Source) -> str:
    """What is said of a fault; of dates that were not read how most look, and the forms that are nearest to that."""
    if fault.code != "date_unreadable":
        return fault.reason
    texts = frame.filter(pl.col(f"{fault.field}@unread"))[str(fault.field)]
    if (looks := looks_of(texts)) is None:
        return fault.reason
    forms = source.fields[str(fault.field)].formats or DEFAULT
    near = sorted(forms, key=lambda form: -fuzz.ratio(_SIGN.sub(_written, form), looks)) if "9" in looks else forms
    return f"{fault.reason}: most {in_words(looks, texts)}; expected {' or '.join(near[:_FORMS])}"


def _written(sign: re.Match[str]) -> str:
    return {"Y": "9999", "b": "A", "B": "A", "a": "A", "A": "A", "p": "A"}.get(sign[1], "99")


def first_faults(
    cells: pl.DataFrame, source: Source, times: pl.DataFrame, period: Month | None, columns: Mapping[str, str]
) -> pl.DataFrame:
    """source_row, column (as sent), code and reason of each row that can't be counted; its first fault only."""
    frame = cells.hstack(times.rename({field: f"{field}@read" for field in (*STAMPS, *DAYS)}))
    found = list(faults(cells, source, period))
    first = pl.coalesce([pl.when(fault.where.fill_null(False)).then(pl.lit(at)) for at, fault in enumerate(found)])
    rows = [(at, columns.get(f.field or ""), f.code, _reason(f, frame, source)) for at, f in enumerate(found)]
    schema = {"fault": pl.Int32, "column": pl.String, "code": pl.String, "reason": pl.String}
    bad = frame.select("source_row", first.cast(pl.Int32).alias("fault")).drop_nulls("fault")
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return bad.join(table, on="fault", how="left").select("source_row", "column", "code", "reason")
