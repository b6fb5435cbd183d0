"""In which order a column of counts writes its months where it gives whole dates: decided over the whole column."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.counts import MONTH_FORMATS
from hiu.extract.dates.formats import detect, written
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.forms import order, swapped
from hiu.sources import Source


def with_month_order(cells: pl.DataFrame, source: Source, file: str, columns: Mapping[str, str]) -> Source:
    """The source of counts with the forms its months are read by; of a mapping that names both orders those that fit.

    Dates that stand for months are first or last days of months. Where they are so day first, or the mapping says how
    they are read, they are read so. `columns` as match_columns. Raises InputRefused 'date_order' where they can only be
    month first, are first days month first alone, or are neither; for a month read wrongly moves what is counted.
    """
    if "month" not in source.fields:
        return source
    spec = source.fields["month"]
    forms = spec.formats or MONTH_FORMATS
    if "month" not in cells.columns or (spec.formats and len({order(form) for form in forms} - {None}) < 2):
        return source
    figures = _in_figures(cells["month"], forms)
    if figures.is_empty():
        return source
    other = _other(figures, forms)
    if other and not (spec.formats and other == _MONTH_FIRST):
        header = columns.get("month", "month")
        raise InputRefused("date_order", f"{other}: {_line(figures, forms)}", file=file, column=header)
    kept = tuple(form for form in forms if order(form) != ("day" if other else "month"))
    month = spec.model_copy(update={"formats": kept})
    return source.model_copy(update={"fields": {**source.fields, "month": month}})


_MONTH_FIRST = "the dates that stand for months can only be month first"


def _in_figures(texts: pl.Series, forms: Sequence[str]) -> pl.Series:
    """The dates whose day and month are both figures, in either order."""
    days = [form for form in forms if order(form)]
    both = [*days, *filter(None, map(swapped, days))]
    cells = texts.drop_nulls()
    return cells.filter(read_stamps(cells, both)["stamp"].is_not_null()) if both else cells.clear()


def _other(figures: pl.Series, forms: Sequence[str]) -> str:
    """Why the dates are not read day first; empty if they are."""
    seen = detect(figures)
    if seen.only_day and seen.only_month:
        return (
            f"{seen.only_day:,} dates cannot be month first and {seen.only_month:,} cannot be day first; have the "
            "months sent in one form, best 2026-03"
        )
    if seen.only_month:
        return _MONTH_FIRST
    if seen.only_day or _bounds(figures, forms, "day"):
        return ""
    if _bounds(figures, forms, "month"):
        return "the dates that stand for months are first days of months only when they are read month first"
    return "the dates that stand for months are first or last days of months in neither order, so either may be meant"


def _bounds(figures: pl.Series, forms: Sequence[str], first: str) -> bool:
    """Whether all dates are first days of months, or all last days, when read so."""
    every = {*forms, *filter(None, map(swapped, forms))}
    days = read_stamps(figures, sorted(form for form in every if order(form) == first))["stamp"].dt.date()
    if days.null_count():
        return False
    return any(bool(((days + timedelta(days=after)).dt.day() == 1).all()) for after in (0, 1))


def _line(figures: pl.Series, forms: Sequence[str]) -> str:
    """What to write into the source's TOML."""
    day = [form for form in forms if order(form) == "day" and read_stamps(figures, (form,))["stamp"].count()]
    month = [other for form in day or forms if (other := swapped(form)) and order(other) == "month"]
    fits = [form for form in dict.fromkeys(month) if read_stamps(figures, (form,))["stamp"].count()][:2]
    month_first, day_first = written(fits), written(day[:2] or ["%d/%m/%Y"])
    return (
        f"write under [fields.month] formats = {month_first} if the month comes first, formats = {day_first} if the "
        "day does"
    )
