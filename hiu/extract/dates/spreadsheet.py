"""The classic fault: a spreadsheet opened text dates of the other order, took those it could and swapped them."""

import polars as pl

from hiu.extract.dates.formats import either_order, in_figures
from hiu.month import Month

_TRUE = r"^([0-9]{4})-([0-9]{2})-([0-9]{2}) [0-9]{2}:[0-9]{2}:[0-9]{2}$"
_LEAST = 2
_LOW, _HIGH = 12 / 30.4, 18.4 / 30.4
_CHANCE = 0.06


def misdated(texts: pl.Series, period: Month | None) -> bool:
    """Whether a column's true dates were swapped by a spreadsheet, and the rest left as text.

    So it is when all true dates have a day up to 12, all text dates a part over 12, and that is not likely to be
    chance (under 6%); where the delivery's month is given, it decides when the dates fall in it one way alone.
    """
    own = texts.filter(texts.str.contains(_TRUE))
    if len(own) < _LEAST or len(own) == texts.count():
        return False
    true = own.str.extract_groups(_TRUE).struct.unnest()
    year, month, day = (true[name].cast(pl.Int64) for name in true.columns)
    if (day > 12).any():
        return False
    text = int(in_figures(texts).sum())
    if not text or either_order(texts).any():
        return False
    if period is not None:
        here = year == period.start.year
        as_read, otherwise = (int((here & (part == period.start.month)).sum()) for part in (month, day))
        if as_read != otherwise:
            return otherwise > as_read
    return bool(_LOW**true.height * _HIGH**text < _CHANCE)
