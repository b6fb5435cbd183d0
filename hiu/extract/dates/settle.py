"""Whether the dates of a delivery can be trusted: rows that may be swapped are refused, or left out and said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from hiu.errors import SettingsError
from hiu.extract.dates.column import Column
from hiu.extract.dates.formats import PACKED_ORDERS, Detected, all_read, detect, written
from hiu.extract.dates.orders import Orders, orders_of
from hiu.extract.dates.spreadsheet import misdated
from hiu.extract.events import DAYS, STAMPS
from hiu.extract.files.columns import fact_key, time_key
from hiu.extract.files.numbering import Numbering
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.forms import DEFAULT, MONTHS, is_month, order, swapped
from hiu.month import Month
from hiu.sources import FieldSpec, Source

_DATES = ("date", "timestamp", "dob")
_MONTHS_LEAST = 5
_WORDS = {"day": "day first", "month": "month first"}
_ONE_FORM = "ask the sender to write every date of the column the same way, such as 2026-03-31 (year, month, day)"


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What was found about a delivery's dates: sentences, and by field the rows whose date may be swapped."""

    warnings: list[str] = field(default_factory=list)
    doubtful: dict[str, pl.Series] = field(default_factory=dict)

    def without_doubt(self, cells: pl.DataFrame) -> pl.DataFrame:
        """The cells with doubtful dates left out."""
        return cells.with_columns(pl.when(~where).then(name).alias(name) for name, where in self.doubtful.items())


def with_forms(source: Source, cells: pl.DataFrame) -> Source:
    """The source with the forms its dates are read by: of a mapping that names both orders, the one that fits the
    column, and of counts also months. Raises SettingsError where a month is to stand for a day.
    """
    changed: dict[str, FieldSpec] = {}
    for name, spec in source.fields.items():
        if spec.type not in _DATES or name not in cells.columns:
            continue
        if source.kind != "counts" and (months := [form for form in spec.formats if is_month(form)]):
            raise SettingsError(
                f"[fields.{name}] formats: '{months[0]}' is a month without a day, which only counts may have: "
                f'set kind = "counts", or expect a day'
            )
        forms = _one_order(spec.formats, cells[name])
        if source.kind == "counts" and not forms:
            forms = (*DEFAULT, *MONTHS)
        if forms != spec.formats:
            changed[name] = spec.model_copy(update={"formats": forms})
    return source.model_copy(update={"fields": {**source.fields, **changed}}) if changed else source


def _one_order(forms: tuple[str, ...], texts: pl.Series) -> tuple[str, ...]:
    """Of forms in both orders those of the order that reads the column; day first if no row decides."""
    if {"day", "month"} - {order(form) for form in forms}:
        return forms
    seen = detect(texts)
    other = "day" if seen.only_month and not seen.only_day else "month"
    return tuple(form for form in forms if order(form) != other)


def settle(
    cells: pl.DataFrame,
    source: Source,
    times: pl.DataFrame,
    period: Month | None,
    name: str,
    columns: Mapping[str, str],
    numbering: Numbering,
) -> Settled:
    """Look at each column of dates of a delivery after it was read by the mapping's forms (`times`: read_times).

    `columns` as match_columns: what is said names the header, and the line to add the field.

    Where rows can be read both ways and others only the other way round, the file is refused if the field decides what
    is counted when; another field's rows that can be read both ways are left out, and it is said. Few rows of the other
    order put no others in doubt (`Orders.slip`): they alone are not read. Rows which the forms do not fit, but one
    other form does, are said with the line to add, and so are times that can't be read.
    Raises InputRefused: 'date_order', 'date_form', 'date_swapped', 'date_month'.
    """
    found = Settled()
    for at, spec in source.fields.items():
        if spec.type not in _DATES or at not in cells.columns:
            continue
        decides = at in (*STAMPS, *DAYS) or at in _key_fields(source)
        column = Column(
            name=at,
            header=columns.get(at, at),
            forms=spec.formats or DEFAULT,
            texts=cells[at],
            rows=cells["source_row"],
            numbering=numbering,
            source=source,
            file=name,
            decides=decides,
        )
        unread = times[f"{at}@unread"] if f"{at}@unread" in times.columns else column.unread()
        _judge(column, unread, found, period)
        if at == "start" and source.kind == "events":
            found.warnings.extend(_months_alone(column, times["start"]))
        if at == "start" and period is not None and source.file.covers == "month":
            _of_another_month(column, times["start"], found, period)
    found.warnings.extend(_mistimed(times, cells["source_row"], columns, numbering))
    return found


def settle_facts(
    facts: pl.DataFrame, source: Source, columns: Mapping[str, str], name: str, numbering: Numbering
) -> list[str]:
    """The same for the dates of a register's facts, cell by cell. Raises InputRefused: 'date_order', 'date_form'."""
    found = Settled()
    for index, packed in enumerate(source.facts):
        if (header := columns.get(fact_key(index))) is None:
            continue
        own = facts.filter((pl.col("column") == header) & (pl.col("fact") == packed.fact))
        column = Column(
            name=packed.fact,
            header=header,
            forms=packed.formats,
            texts=own["at_sent"],
            rows=own["source_row"],
            numbering=numbering,
            source=source,
            file=name,
            decides=True,
        )
        _judge(column, column.unread(), found, None)
    return found.warnings


def _key_fields(source: Source) -> set[str]:
    key = source.key
    return {*key.event, *key.record, *filter(None, (key.version,))}


def _judge(column: Column, unread: pl.Series, found: Settled, period: Month | None) -> None:
    if misdated(column.texts, period if column.name == "start" else None):
        _misdated(column, found)
    if not unread.any():
        return
    month = period if column.name == "start" and column.source.file.covers == "month" else None
    orders = orders_of(column.texts, column.order, month, packed=bool({*PACKED_ORDERS} & {*column.forms}))
    mixed = orders.wrong.any() and (orders.right.any() or orders.either.any())
    if not mixed and not all_read(column.texts.filter(unread)):
        return
    seen = detect(column.texts, months=True)
    if not mixed:
        _other_form(column, seen, int(unread.sum()), found)
    elif orders.slip and not orders.wrong.sum() > orders.right.sum():
        order, other = _WORDS[column.order], _WORDS[_other(column)]
        found.warnings.append(
            f"{column.header}: {column.at(orders.wrong)} cannot be {order} and "
            f"{'is' if orders.wrong.sum() == 1 else 'are'} not read; {int(orders.right.sum()):,} cannot be {other}, "
            f"so the column is read {order}. Ask the sender to correct the dates on those lines"
        )
    else:
        _both_ways(column, seen, orders, int(unread.sum()), found)


def _other(column: Column) -> str:
    return "month" if column.order == "day" else "day"


def _both_ways(column: Column, seen: Detected, orders: Orders, unread: int, found: Settled) -> None:
    """Rows that can be read both ways beside rows that are the other way round: which they are nobody can tell."""
    order, other = _WORDS[column.order], _WORDS[_other(column)]
    wrong, right, both = (int(rows.sum()) for rows in (orders.wrong, orders.right, orders.either))
    rows = f"{column.at(orders.wrong)} cannot be {order}"
    all_, remedy = f"all {seen.read:,} read {other}", column.line(seen.formats)
    if right:
        all_ = f"{column.at(orders.right)} cannot be {other}, and {both:,} can be read both ways"
        mended = wrong > right and seen.slips
        remedy = f"{remedy}; those {right:,} are then set aside" if mended else _ONE_FORM
    elif seen.read < seen.rows:
        all_, remedy = f"{seen.read:,} read {other}", remedy if seen.formats else _ONE_FORM
    if column.decides:
        raise column.refusal("date_order", f"{rows}; {all_}: {remedy}")
    found.doubtful[column.name] = orders.either
    found.warnings.append(
        f"{column.header}: {seen.rows:,} filled, {seen.rows - unread:,} read {order}, but {rows}; {all_}. "
        f"The rows that can be read both ways ({both:,}) may be swapped and are not used: {remedy}"
    )


def _other_form(column: Column, seen: Detected, unread: int, found: Settled) -> None:
    """Rows that the mapping's forms do not fit, and others do."""
    if not seen.formats or seen.read < seen.rows:
        return
    if any(map(is_month, seen.formats)) and column.source.kind != "counts":
        sentence = f'{unread:,} of {seen.rows:,} rows hold a month without a day, which only kind = "counts" may have'
        if column.decides and 2 * unread > seen.rows:
            raise column.refusal("date_month", f"{sentence}: have the day sent, or declare the source as counts")
        found.warnings.append(f"{column.header}: {sentence}; they are not read")
        return
    proof = f" ({seen.proof})" if seen.proof else ""
    sentence = f"{seen.rows:,} filled, {seen.rows - unread:,} read; the rest are in none of the source's forms, and "
    sentence += f"all {seen.rows:,} are read by {written(seen.formats)}{proof}: {column.line(seen.formats)}"
    if column.decides and seen.rows - unread < column.source.expect.refuse * seen.rows:
        raise column.refusal("date_form", sentence)
    found.warnings.append(f"{column.header}: {sentence}")


def _misdated(column: Column, found: Settled) -> None:
    sentence = (
        "a spreadsheet took some of these dates with day and month swapped: all its own dates have a day up to 12, "
        "and all that it left as text have a day after the 12th. Have the extract sent as the system wrote it, as CSV, "
        "or open it with the column set to text"
    )
    if column.decides:
        raise column.refusal("date_swapped", sentence)
    found.doubtful[column.name] = column.texts.is_not_null()
    found.warnings.append(f"{column.header}: {sentence}. None of the column is used")


def _months_alone(column: Column, start: pl.Series) -> Iterator[str]:
    """A column whose every date is the first of a month: a spreadsheet keeps a month that somebody typed so."""
    days = start.drop_nulls()
    if len(days) >= _MONTHS_LEAST and bool((days == days.dt.truncate("1mo")).all()):
        yield (
            f"{column.header}: all {len(days):,} dates are the first day of a month, as when a spreadsheet keeps "
            "months such as Mar-26. Ask the sender for the day of each event, or whether a row is a number for a month"
        )


def _of_another_month(column: Column, start: pl.Series, found: Settled, period: Month) -> None:
    """Days that fall outside the delivery's month as read, and into it when read another way."""
    read = start.drop_nulls()
    if read.is_empty() or 2 * _inside(read, period) >= len(read):
        return
    for forms in _readings(column.forms):
        other = read_stamps(column.texts, forms)["stamp"].drop_nulls()
        inside = _inside(other, period)
        if len(other) < len(read) or other.dt.date().n_unique() < 3 or inside < 0.9 * len(other):
            continue
        sentence = (
            f"as it is read {_inside(read, period):,} of {len(read):,} rows fall in {period}; otherwise {inside:,} do: "
            f"{column.line(_fitting(column.texts, forms))}; if the days are right as they are, formats = "
            f"{written(_fitting(column.texts, column.forms))}"
        )
        if not column.source.fields[column.name].formats:
            raise column.refusal("date_order", sentence)
        found.warnings.append(f"{column.header}: {sentence}")
        return


def _fitting(texts: pl.Series, forms: Sequence[str]) -> list[str]:
    """Those of the forms that read some of the texts which the forms before them do not."""
    left, used = texts.drop_nulls().unique(), list[str]()
    for form in forms:
        rest = left.filter(read_stamps(left, (form,))["stamp"].is_null())
        used += [form] if len(rest) < len(left) else []
        left = rest
    return used


def _readings(forms: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Other readings of the same text: day and month swapped, the old serial numbers, the year in front."""
    yield tuple("excel1904" if form == "excel" else swapped(form) or form for form in forms)
    yield tuple("excel1904" if form == "excel" else form for form in forms)
    yield tuple(form.replace("%d", "\0").replace("%y", "%d").replace("\0", "%y") for form in forms)


def _inside(stamps: pl.Series, period: Month) -> int:
    return int((stamps.dt.date().is_between(period.start, period.after, closed="left")).sum())


def _mistimed(times: pl.DataFrame, rows: pl.Series, columns: Mapping[str, str], numbering: Numbering) -> Iterator[str]:
    for at in STAMPS:
        if f"{at}@mistimed" in times.columns and (bad := int(times[f"{at}@mistimed"].sum())):
            where = numbering.named(rows.filter(times[f"{at}@mistimed"]))
            header = columns.get(time_key(at), columns.get(at, at))
            yield (
                f"{header}: the time of day can't be read in {bad:,} of {times[at].count():,} rows ({where}); "
                "their dates stand without a time"
            )
