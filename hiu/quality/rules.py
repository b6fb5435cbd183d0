"""Expectations as data: what any table of the model, and one source's rows in it, must look like.

Each is a plain dict in the form Great Expectations reads, in a fixed order (the first one a row fails gives
its reason). `meta` carries severity ('gate': failing rows are quarantined; 'warn': a person is told), code,
column and a reason sentence without values. `{"$PARAMETER": name}` is filled per delivery:
latest_day, latest_year, period_end, usual_low, usual_high; days are numbers such as 20260331.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from hiu.model import Column
from hiu.model.frames import TYPES
from hiu.quality.batch import Spec
from hiu.sources import Source

_BETWEEN, _NOT_NULL = "expect_column_values_to_be_between", "expect_column_values_to_not_be_null"
Severity = Literal["gate", "warn"]

_POSTCODE = r"^(?:GIR 0AA|[A-Z]{1,2}[0-9][A-Z0-9]?(?: [0-9][A-Z]{2})?)\Z"
_ID = r"[^|:]+:[^|]+"
FORMATS = {
    "nhs_number": (r"^[0-9]{10}\Z", "the NHS number is not ten digits"),
    "postcode": (_POSTCODE, "the postcode is not in the form BS1 4ND or BS1"),
    "local_ids": (rf"^{_ID}(?:\|{_ID})*\Z", "the local identifiers are not scheme:value joined by |"),
    "related": (r"^[a-z][a-z0-9_]*:.+\Z", "the quoted event is not source:event_id"),
}
"""Column -> pattern, reason."""

PAIRS: tuple[tuple[Severity, str, str, str, str], ...] = (
    ("gate", "end_day", "start_day", "ends_before_start", "the end is on a day before the start"),
    ("gate", "leave_end", "leave_start", "leave_end_before_start", "the leave ends before it starts"),
    ("warn", "spell_end", "start_day", "spell_end_before_start", "the spell was discharged before the stay started"),
    ("warn", "start_day", "dob", "start_before_birth", "the event is before the date of birth"),
)
"""Later column, earlier column, code, reason. By day: an hour repeats when the clocks go back."""


def expectation(
    kind: str, severity: Severity, code: str, column: str, reason: str, kwargs: Spec, *, least_rows: int = 0
) -> Spec:
    """One expectation with its meta; `least_rows` = not asked of smaller deliveries."""
    meta = {"severity": severity, "code": code, "column": column, "reason": reason}
    return {"type": kind, "kwargs": kwargs, "meta": meta | ({"least_rows": least_rows} if least_rows else {})}


def _one(kind: str, severity: Severity, code: str, column: str, reason: str, **kwargs: Any) -> Spec:
    return expectation(kind, severity, code, column, reason, {"column": column, **kwargs})


def types(columns: list[Column]) -> Iterator[Spec]:
    """Types and nulls, from the model: a wrong type fails the whole delivery, an empty cell its row."""
    for column in columns:
        kind, reason = TYPES[column.type].batch, f"{column.name} is not of type {column.type}"
        yield _one("expect_column_values_to_be_of_type", "gate", "wrong_type", column.name, reason, type_=kind)
    for column in columns:
        if not column.nullable:
            yield _one(_NOT_NULL, "gate", "missing", column.name, f"{column.name} is empty")


def codes(columns: list[Column]) -> Iterator[Spec]:
    """Code lists of the model."""
    for column in columns:
        if column.codes:
            yield code_list(column.name, column.codes)


def measures(source: Source) -> Spec:
    """Names of measures a row may have earned, joined by | in the batch."""
    one = "|".join(re.escape(measure.name) for measure in source.measures)
    regex = rf"^(?:(?:{one})(?:\|(?:{one}))*)?\Z" if one else r"^\Z"
    reason = "the row earned a measure that its source does not define"
    return _one("expect_column_values_to_match_regex", "gate", "unknown_measure", "measures", reason, regex=regex)


def code_list(column: str, values: tuple[str, ...]) -> Spec:
    """A code list: the values a column may hold."""
    reason = f"{column} is not one of {', '.join(values)}"
    return _one("expect_column_values_to_be_in_set", "gate", "code_not_listed", column, reason, value_set=list(values))


def formats(names: set[str]) -> Iterator[Spec]:
    """Patterns of the columns present."""
    for column, (regex, reason) in FORMATS.items():
        if column in names:
            yield _one("expect_column_values_to_match_regex", "gate", "bad_format", column, reason, regex=regex)


def ranges(names: set[str], source: Source) -> Iterator[Spec]:
    """Dates, years and ages that can be believed."""
    latest, year = {"$PARAMETER": "latest_day"}, {"$PARAMETER": "latest_year"}
    start = f"the start is before {source.earliest}, or long after the month the delivery is for"
    bounds: tuple[tuple[str, Any, Any, str], ...] = (
        ("start_number", source.earliest * 10000 + 101, latest, start),
        ("dob_number", 18800101, latest, "the date of birth is before 1880 or after the delivery"),
        ("birth_year", source.earliest - 120, year, "the year of birth is long past or after the delivery"),
        ("age", 0, 120, "the age is not between 0 and 120"),
        ("likelihood", 1, 5, "the likelihood is not between 1 and 5"),
        ("impact", 1, 5, "the impact is not between 1 and 5"),
        ("at_number", 19000101, None, "the date is before 1900"),
    )
    for column, low, high, reason in bounds:
        if (shown := column.removesuffix("_number")) in names:
            limits: Spec = {"column": column, "min_value": low, "max_value": high}
            yield expectation(_BETWEEN, "gate", "out_of_range", shown, reason, limits)
    if "start" in names and source.kind != "register":
        period = {"column": "start_number", "max_value": {"$PARAMETER": "period_end"}}
        reason = "the start is after the month the delivery is for"
        yield expectation(_BETWEEN, "warn", "after_period", "start", reason, period)


def pairs(names: set[str]) -> Iterator[Spec]:
    """Columns that must be in order."""
    for severity, later, earlier, code, reason in PAIRS:
        if {later, earlier} <= names:
            both = {
                "column_A": later,
                "column_B": earlier,
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            }
            kind, shown = "expect_column_pair_values_a_to_be_greater_than_b", later.removesuffix("_day")
            yield expectation(kind, severity, code, shown, reason, both)


def filled(source: Source) -> Iterator[Spec]:
    """What every row that can be counted has: its event's key, and when it was, where rows without are set aside."""
    for column in ("event_id", "start") if source.dated else ("event_id",):
        yield _one(_NOT_NULL, "gate", "missing", column, f"{column} is empty")


def sparse(columns: Iterable[str]) -> Iterator[Spec]:
    """Columns that a source must send, nearly empty: the agency's query or the mapping went wrong."""
    for column in columns:
        reason, share = f"{column} is empty in nearly every row", {"column": column, "mostly": 0.02}
        yield expectation(_NOT_NULL, "warn", "nearly_empty", column, reason, share, least_rows=50)


REPEATED = "the same record key more than once in the file; the later row holds"


def unique(source: Source) -> Spec:
    """Keys that repeat within one delivery: allowed (the later row holds), but worth saying."""
    reason = REPEATED
    if source.key.version:
        kind, key = "expect_compound_columns_to_be_unique", ["record_id", "version"]
        asked = {"column_list": key, "ignore_row_if": "any_value_is_missing"}
        return expectation(kind, "warn", "repeated_key", "record_id", reason, asked)
    return _one("expect_column_values_to_be_unique", "warn", "repeated_key", "record_id", reason)


def volume() -> Spec:
    """Rows of the delivery against its usual."""
    limits = {"min_value": {"$PARAMETER": "usual_low"}, "max_value": {"$PARAMETER": "usual_high"}}
    reason = "the number of rows is far from usual"
    return expectation("expect_table_row_count_to_be_between", "warn", "unusual_volume", "", reason, limits)
