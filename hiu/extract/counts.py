"""Counts in place of events: a row says of a person and a month how many there were, not when each was."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

import polars as pl

from hiu.extract.values.codes import not_known
from hiu.extract.values.nhs_number import nhs_number
from hiu.extract.values.people.nobody import names_nobody
from hiu.extract.values.text import per_value
from hiu.month import Month
from hiu.sources import FieldSpec, Source

MONTH_FORMATS = (
    "%Y-%m", "%Y/%m", "%Y%m", "%m/%Y", "%m-%Y", "%m.%Y", "%b-%y", "%b %y", "%b%y", "%b-%Y", "%b %Y", "%B %Y", "%B-%Y",
    "%B %y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d-%b-%Y", "%d-%m-%Y",
)  # fmt: skip
"""How a month is usually written; of a whole date, day first, its month is taken."""

_DAY = ("%Y-%m-%d",)
_SUPPRESSED = r"^(?:[*#xX]+|[<≤]\s*=?\s*\d+|fewer than \d+|less than \d+|\d+\s*-\s*\d+|(?i:suppressed|redacted|s))$"
_TIMES = {"month", "start", "start_time", "end"}
_EMPTY = (
    "n is empty: not sent, which is not nought. If the sender leaves out noughts, say so under [file]: "
    'empty_cells = "nought"'
)
_CONFLICT = (
    "another row gives the same person and {} another number. If the numbers add up, name in [key] event what "
    'tells the rows apart: event = ["month", "clinic"]'
)
_NUMBERS = ("nhs_number", "local_id")
_PERSON = ("nhs_number", "local_id", "name", "given", "family", "aliases", "dob", "sex", "postcode", "address")


def read_month(text: str, formats: tuple[str, ...] = MONTH_FORMATS) -> str | None:
    """The first day, in ISO form, of the month a cell or header names; None if it is in none of the forms."""
    tidy = re.sub(r"\bsept\b", "Sep", " ".join(text.split()).strip("'"), flags=re.IGNORECASE)
    for form in formats:
        try:
            return f"{datetime.strptime(tidy, form):%Y-%m}-01"
        except ValueError:
            continue
    return None


def as_months(cells: pl.DataFrame, source: Source, period: Month | None) -> tuple[pl.DataFrame, Source]:
    """The cells with their month as a date in `month` and `start`, and the source as one whose `start` is that date.

    A month that cannot be read stays as it was sent, so that its row is set aside as one whose date is unreadable. A
    source without a column for the month counts for `period`, the month of the delivery.
    """
    spec = source.fields.get("month", FieldSpec(columns=[]))
    formats = spec.formats or MONTH_FORMATS
    if "month" not in source.fields:
        named = pl.lit(str(period.start) if period else None, pl.String)
        cells = cells.with_columns(named.alias("month"), named.alias("start"))
    elif "month" in cells.columns:
        sent = cells["month"]
        days = per_value(sent, lambda text: read_month(text, formats) or text, pl.String).alias("month")
        cells = cells.with_columns(days, days.alias("start"))
    start = FieldSpec(columns=spec.columns, type="date", formats=_DAY)
    month = spec.model_copy(update={"type": "text"})  # read by now, whatever type the mapping gives it
    return cells, source.model_copy(update={"fields": {**source.fields, "month": month, "start": start}})


def numbers(cells: pl.DataFrame, source: Source) -> pl.Series:
    """`n` as a whole number from 0; null where it is empty, cannot be read or is over the source's limit."""
    if "n" not in cells.columns:
        return pl.repeat(None, cells.height, dtype=pl.Int64(), eager=True).alias("n")
    bare = pl.col("n").str.replace_all(r"(\d),(\d{3})", "$1$2").str.replace_all(r"(\d),(\d{3})", "$1$2")
    whole = bare.str.replace(r"^(\d+)(?:\.0*|,0{1,2})$", "$1")
    read = pl.when(whole.str.contains(r"^\d{1,18}$")).then(whole).cast(pl.Int64)
    if source.file.empty_cells == "nought":
        read = pl.when(pl.col("n").is_null()).then(pl.lit(0, pl.Int64)).otherwise(read)
    return cells.select(read.alias("n")).to_series()


def believed(n: pl.Series, source: Source) -> pl.Series:
    """The numbers up to the source's limit; null where one is over it."""
    return n.to_frame().select(pl.when(pl.col("n") <= source.expect.count_limit).then("n").alias("n")).to_series()


def number_faults(cells: pl.DataFrame, columns: Mapping[str, str], source: Source) -> pl.DataFrame:
    """source_row, column, code and reason of each row whose number is not sent, suppressed, no whole number, or over
    the source's limit, or beside which another row of the file gives the person and month another number."""
    sent = pl.col("n") if "n" in cells.columns else pl.lit(None, pl.String)
    read = numbers(cells, source)
    limit = source.expect.count_limit
    over = f"n is over {limit:,}, more than is credible for one person in a month ([expect] count_limit)"
    faults = (
        (sent.is_null() & read.is_null(), "count_missing", _EMPTY),
        (sent.str.contains(_SUPPRESSED), "count_suppressed", "n is suppressed, such as <5 or *; expected the number"),
        (read.is_null(), "count_unreadable", "n is no whole number of nought or more"),
        (read > limit, "count_over_limit", over),
        (_conflicting(cells, source, read), "count_conflict", _CONFLICT.format(" and ".join(source.key.event))),
    )
    code = pl.coalesce(pl.when(where).then(pl.lit(code)) for where, code, _ in faults)
    reason = pl.coalesce(pl.when(where).then(pl.lit(reason)) for where, _, reason in faults)
    column = pl.lit(columns.get("n"), pl.String)
    return cells.select("source_row", column=column, code=code, reason=reason).drop_nulls("code")


def _conflicting(cells: pl.DataFrame, source: Source, read: pl.Series) -> pl.Series:
    """Rows of a person, month and whatever else the key names, for whom the file has rows with other numbers.

    The person is told by the NHS number, else by the source's own number, else by all that describes them. Rows of
    several versions, or of which one takes the other back, do not contradict each other.
    """
    key = source.key
    apart = {"month", *key.event, *filter(None, (key.version,)), *key.deleted, *key.duplicate} & {*cells.columns}
    if "month" not in apart:
        return pl.repeat(False, cells.height, eager=True)
    who = cells.select(_who(cells, source).alias("who"), *apart).with_columns(_nobody(cells, source), read)
    several = pl.col("n").fill_null(-1).n_unique().over("who", *apart) > 1
    return who.select(several & pl.col("who").is_not_null() & ~pl.col("nobody")).to_series()


def _who(cells: pl.DataFrame, source: Source) -> pl.Expr:
    types = {
        field: spec.type for field, spec in source.fields.items() if spec.type in _PERSON and field in cells.columns
    }
    own = [field for field, type_ in types.items() if type_ == "local_id" and "{" not in source.fields[field].scheme]
    named = [nhs_number(pl.col(field), synthetic=True) for field, type_ in types.items() if type_ == "nhs_number"]
    named += [pl.when(~not_known(pl.col(field))).then(pl.lit(f"{field}|") + pl.col(field)) for field in own]
    described = pl.concat_str([pl.col(field).fill_null("") for field in types], separator="|")
    some = pl.any_horizontal([pl.col(field).is_not_null() for field in types])
    return pl.coalesce([*named, pl.when(some).then(described)]) if types else pl.lit(None, pl.String)


def _nobody(cells: pl.DataFrame, source: Source) -> pl.Series:
    """Rows whose name names nobody and that say nothing else of the person: each is of somebody else."""
    names = [field for field in ("given", "family", "name") if field in cells.columns]
    more = [f for f, spec in source.fields.items() if spec.type in _PERSON and f in cells.columns and f not in names]
    texts = cells.select(pl.concat_str(pl.col(names), separator=" ", ignore_nulls=True) if names else pl.lit(""))
    named = per_value(texts.to_series(), lambda text: not text or names_nobody(text), pl.Boolean)
    empty = cells.select(
        pl.all_horizontal([not_known(pl.col(f)) | pl.col(f).is_null() for f in more] or [pl.lit(True)])
    )
    return (named & empty.to_series()).alias("nobody")


def number_warnings(n: pl.Series, aside: pl.Series, source: Source) -> list[str]:
    """A sentence if sound numbers are unusually large: one that is wrong by a digit would lead the list."""
    usual = source.expect.count_unusual
    large = n.filter((n > usual).fill_null(False) & ~aside)
    many = len(large)
    if not many:
        return []
    rows = f"{many:,} number{'s' if many > 1 else ''} of one person and month over {usual:,}"
    return [
        f"{rows} (the largest is {large.sort()[-1]:,}): ask the sender whether they are right. [expect] in "
        f"sources/{source.name}.toml sets what is unusual (count_unusual) and what is not believed (count_limit)"
    ]


def own_keys(events: pl.DataFrame, cells: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The events, each keyed by who the row describes too, where the key names no number of a person.

    Of events that is so where the key is a time and nothing else: two people at one moment are two events, and neither
    row replaces the other. Of counts, whatever the key names beside the month (a clinic, a site) is of many people.
    Rows of counts of one month that name nobody are of different people: their turn in the file tells them apart.
    """
    key, counts = source.key, source.kind == "counts"
    numbered = any(source.fields[field].type in _NUMBERS for field in key.event if field in source.fields)
    if numbered if counts else (not set(key.event) <= _TIMES or key.record or not key.event):
        return events
    keys = events.select("event_id", "record_id", _marks(cells, source))
    if counts:
        turn = pl.int_range(pl.len()).over("record_id", "mark", "nobody")
        more = pl.when(pl.col("nobody") & (turn > 0)).then(pl.format("{}.{}", "mark", turn + 1)).otherwise("mark")
        keys = keys.with_columns(nobody=_nobody(cells, source)).with_columns(mark=more)
    ids = [pl.concat_str(name, "mark", separator="|").alias(name) for name in ("event_id", "record_id")]
    return events.with_columns(keys.select(ids))


def _marks(cells: pl.DataFrame, source: Source) -> pl.Series:
    """A digest of who each row describes: of counts of the number alone, where there is one."""
    who = [field for field, spec in source.fields.items() if spec.type in _PERSON and field in cells.columns]
    if source.kind == "counts":
        return per_value(cells.select(_who(cells, source).fill_null("")).to_series(), _digest).alias("mark")
    rows = cells.select(pl.col(who).fill_null("")).rows() if who else [()] * cells.height
    return pl.Series("mark", [_digest(repr(row)) for row in rows], dtype=pl.String)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
