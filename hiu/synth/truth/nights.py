"""Nights that invented people spent in a mental-health bed, counted from what truly happened."""

import numpy as np
import polars as pl

from hiu.synth.agencies.beds import Dates, Stays
from hiu.synth.agencies.extracts import Span
from hiu.synth.lists import Ints


def nights(stays: Stays, span: Span) -> pl.DataFrame:
    """Nights in a bed by person and month (who, month, net, days): net of leave, each night once.

    A stay left open ends with its spell; an open spell runs to the end of the last month; a stay that ends before
    it starts has none. `days` are calendar days touched, leave included: the widest defensible reading.
    """
    day, good = stays.start.astype("datetime64[D]"), ~stays.bad
    end = np.where(np.isnat(stays.end), stays.spell_end, stays.end)
    stop = np.datetime64(span.last.after)
    inside = _days(stays.who[good], day[good], np.minimum(end[good], stop))
    leave = good & ~np.isnat(stays.leave_from)
    away = _days(stays.who[leave], stays.leave_from[leave], np.minimum(stays.leave_to[leave], stop))
    touched = _days(stays.who[good], day[good], np.minimum(end[good] + 1, stop))
    net = inside.join(away, on=["who", "day"], how="anti")
    counts = _by_month(touched, span, "days").join(_by_month(net, span, "net"), on=["who", "month"], how="left")
    return counts.with_columns(pl.col("net").fill_null(0)).sort("who", "month")


def _days(who: Ints, start: Dates, end: Dates) -> pl.DataFrame:
    length = np.maximum((end - start).astype(np.int64), 0)
    first = np.repeat(np.cumsum(length) - length, length)
    day = np.repeat(start, length) + (np.arange(length.sum()) - first)
    return pl.DataFrame({"who": np.repeat(who, length), "day": day.astype("datetime64[D]")}).unique(maintain_order=True)


def _by_month(days: pl.DataFrame, span: Span, name: str) -> pl.DataFrame:
    month = span.of_days(days["day"].to_numpy().astype("datetime64[D]"))
    kept = days.with_columns(month=pl.Series(month)).filter(pl.col("month").is_between(0, span.months - 1))
    return kept.group_by("who", "month", maintain_order=True).agg(pl.len().cast(pl.Int64).alias(name))
