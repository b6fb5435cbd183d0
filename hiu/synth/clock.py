"""Times of invented events: local wall clocks of the United Kingdom and UTC."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.month import Month
from hiu.synth.lists import Generator, Ints

Times = NDArray[np.datetime64]
ZONE = "Europe/London"
_HOURS = np.array([5, 5, 4, 3, 2, 2, 2, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6, 6, 7, 7, 7, 7, 6], dtype=np.float64)


def draw(rng: Generator, first: Month, month: Ints) -> Times:
    """UTC moments (to the second, on whole minutes) in the given months of local time; evenings are busier."""
    starts = np.array([np.datetime64((first + k).start, "s") for k in range(int(month.max(initial=0)) + 2)])
    days = (starts[month + 1] - starts[month]).astype("timedelta64[D]").astype(np.int64)
    day = (rng.random(len(month)) * days).astype(np.int64)
    hour = rng.choice(24, len(month), p=_HOURS / _HOURS.sum())
    minutes = day * 1440 + hour * 60 + rng.integers(60, size=len(month))
    return to_utc(starts[month] + minutes.astype("timedelta64[m]"))


def to_utc(local: Times) -> Times:
    """Local wall clock to UTC; the hour that is skipped in March is read as the hour after it."""
    naive = pl.Series(local.astype("datetime64[us]"))
    zoned = naive.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    later = naive.dt.offset_by("1h").dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    return _seconds(zoned.zip_with(zoned.is_not_null(), later).dt.convert_time_zone("UTC"))


def to_local(utc: Times) -> Times:
    """UTC to the local wall clock."""
    return _seconds(zoned(utc))


def zoned(utc: Times) -> pl.Series:
    """UTC moments as a series in local time with its offset."""
    return pl.Series(utc.astype("datetime64[us]")).dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)


def _seconds(series: pl.Series) -> Times:
    return series.dt.replace_time_zone(None).to_numpy().astype("datetime64[s]")


def minutes(rng: Generator, size: int, low: int, high: int) -> NDArray[np.timedelta64]:
    """Whole minutes from low to high."""
    return rng.integers(low, high + 1, size).astype("timedelta64[m]").astype("timedelta64[s]")
