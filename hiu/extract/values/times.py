"""The time of day as sent: 22:29, 1330hrs, 13.30, 1:30 pm, noon, 24:00, a spreadsheet's fraction of a day."""

from collections.abc import Callable

import polars as pl

from hiu.extract.values.forms import CLOCK
from hiu.extract.values.kept import once_a_delivery

_DAY = 86400
_DOTTED = r"^(?:[1-9]|[01][0-9]|2[0-3])\.[0-5][0-9]$"
_WORDS = {"noon": 12, "midday": 12, "midnight": 0}


@once_a_delivery
def read_times(texts: pl.Series) -> pl.Series:
    """Time of day as a duration; 24:00 is the day's end. Null where it can't be read: no time is ever made up.

    Read are '22:29', '22:29:00', '2229', '930', '13.30', '13h30', '1330hrs', '8.52 pm', '9am', 'noon', 'midnight' (the
    day's beginning), '1899-12-31 22:29:00', and a spreadsheet's fractions of a day ('0.5'). '0.30' is half past
    midnight in a column that has times such as '13.30', else a fraction; with three decimals it always is one.
    """
    left = texts.drop_nulls().unique().to_frame("text")
    dotted = left["text"].str.contains(_DOTTED).any()
    groups = left.with_columns(pl.col("text").str.extract_groups(rf"(?:^|[ T]){CLOCK}[Zz]?$").alias("found"))
    groups = groups.unnest("found")
    alone = r"^(0?\.[0-9]+(?:[eE]-?[0-9]+)?)$"
    fraction = pl.col("text").str.extract(r"^(0?\.[0-9]{3,}(?:[eE]-?[0-9]+)?|\.[0-9]+)$" if dotted else alone)
    excel = pl.duration(seconds=(fraction.cast(pl.Float64) * _DAY).round().cast(pl.Int64))
    of_day = pl.when(has_clock(pl.col)).then(clock(pl.col))
    table = groups.select("text", pl.when(fraction.is_not_null()).then(excel).otherwise(of_day).alias("time"))
    return texts.to_frame("text").join(table, on="text", how="left", maintain_order="left")["time"]


def has_clock(get: Callable[[str], pl.Expr]) -> pl.Expr:
    """Whether a time of day is there, readable or not."""
    return get("H").is_not_null() | get("w").is_not_null()


def clock(get: Callable[[str], pl.Expr]) -> pl.Expr:
    """The time of day in the groups of CLOCK, as a duration; null where there is none, and where there is no such time.

    A bare hour needs am, pm or 'h' after it; a half of the day does not go with an hour of the other (13:30 am).
    """
    hour, minute, second = (get(name).cast(pl.Int64) for name in "HMS")
    half, bare = get("p").str.to_lowercase(), get("M").is_null() & get("p").is_null() & get("u").is_null()
    named = get("w").str.to_lowercase().str.strip_prefix("12").str.strip_chars().replace_strict(_WORDS, default=None)
    minutes, seconds = minute.fill_null(0), second.fill_null(0)
    last = (hour == 24) & (minutes == 0) & (seconds == 0) & half.is_null()
    torn = ((half == "a") & (hour > 12)).fill_null(False)
    real = (minutes < 60) & (seconds < 60) & ~bare & ((hour < 24) | last) & ~torn
    hour = pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    time = pl.duration(hours=hour, minutes=minutes, seconds=seconds)
    return pl.when(named.is_not_null()).then(pl.duration(hours=named)).when(real).then(time)
