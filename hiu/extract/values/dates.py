"""Dates and times as sent, read by named formats only: nothing is inferred, so day and month never swap.

Formats are strptime forms of the date (%d %m %Y %y %b %B), with or without the time (%H %I %M %S %p %z), or
`excel` for a serial number. A format without a time also takes one after the date ('2024-04-01 00:00:00',
'01/04/2024 22:15', '2024-04-01T22:15:00+01:00'), because one column often holds both.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache

import polars as pl

from hiu.errors import SettingsError
from hiu.month import NAMES

DEFAULT = (
    "%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y", "%d/%m/%y", "%d-%b-%y", "%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%d-%m-%y",
    "%d %b %Y", "%d %b %y", "%Y/%m/%d", "%Y%m%d", "excel",
)  # fmt: skip
"""Formats tried, in order, where a source names none: day first always, as in the UK."""

NEVER = (
    date(1811, 11, 11), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1900, 1, 2), date(1901, 1, 1),
    date(1970, 1, 1), date(9999, 12, 31), date(2999, 12, 31), date(2099, 12, 31),
)  # fmt: skip
"""Dates that mean 'not known' (docs/sources.md), and far ones that mean 'still open'."""

_MONTHS = {name.lower(): str(number) for number, name in enumerate(NAMES, 1)}
_PARTS = {
    "%d": r"(?P<d>[0-9]{1,2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%b": r"(?P<b>[A-Za-z]{3,9})",
    "%B": r"(?P<b>[A-Za-z]{3,9})",
    "%H": r"(?P<H>[0-9]{1,2})",
    "%I": r"(?P<H>[0-9]{1,2})",
    "%M": r"(?P<M>[0-9]{2})",
    "%S": r"(?P<S>[0-9]{2})(?:\.[0-9]+)?",
    "%p": r"(?P<p>[AaPp])\.?[Mm]?\.?",
    "%z": r"(?P<z>[Zz]|[+-][0-9][0-9]:?[0-9][0-9])",
}
_TIME = (
    r"(?:(?:[ T]|, )\s*(?P<H>[0-9]{1,2}):?(?P<M>[0-9]{2})(?::?(?P<S>[0-9]{2})(?:\.[0-9]+)?)?"
    r"\s*(?:(?P<p>[AaPp])\.?[Mm]\.?)?\s*(?P<z>[Zz]|[+-][0-9][0-9]:?[0-9][0-9])?)?"
)
_EXCEL = r"^(?P<n>[0-9]{5}(?:\.[0-9]+)?)$"
_GROUPS = ("d", "m", "Y", "y", "b", "H", "M", "S", "p", "z", "n")
_LONDON = "Europe/London"


@cache
def pattern(form: str) -> str:
    """The regular expression of a format. Raises SettingsError for a directive that is not known."""
    if form.lower() == "excel":
        return _EXCEL
    form = form.replace("%T", "%H:%M:%S").replace("%R", "%H:%M").replace("%F", "%Y-%m-%d")
    packed = re.search(r"%\w%\w", form)
    out = ""
    for piece in re.findall(r"%\w|\s+|.", form):
        if piece.startswith("%") and piece not in _PARTS:
            raise SettingsError(f"'{form}': '{piece}' can't be read; known are excel, {', '.join(_PARTS)}")
        part = _PARTS.get(piece, r"\s+" if piece.isspace() else re.escape(piece))
        out += part.replace("{1,2}", "{2}") if packed else part
    return f"^{out}{'' if '(?P<H>' in out else _TIME}$"


def read_stamps(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    """Text as read, in the order given: stamp (naive, as written), earlier (the same, a century before, for a
    two-digit year), offset (minutes; null if the text holds none). Null where no format fits or no such day exists.
    """
    left = texts.drop_nulls().unique().to_frame("text")
    found = []
    for form in formats or DEFAULT:
        read = left.select("text", *_read(form))
        found.append(read.filter(pl.col("stamp").is_not_null()))
        left = read.filter(pl.col("stamp").is_null()).select("text")
        if left.is_empty():
            break
    table = pl.concat(found)
    return texts.to_frame("text").join(table, on="text", how="left", maintain_order="left").drop("text")


def local_stamps(texts: pl.Series, formats: Sequence[str], zone: str, times: pl.Series | None = None) -> pl.Series:
    """Stamps as naive UK local time.

    A stamp with an offset or Z is converted. One without is UTC if `zone` is utc, else local as written; a local
    time that the spring change skips (01:00-01:59) is moved on an hour, one that autumn repeats is kept. `times`
    holds the time of day when it has a column of its own.
    """
    frame = read_stamps(texts, formats)
    if times is not None:
        day = pl.col("stamp").dt.truncate("1d") + read_times(times)
        frame = frame.with_columns(pl.coalesce(day, "stamp").alias("stamp"))
    utc = pl.col("stamp") - pl.duration(minutes=pl.col("offset").fill_null(0))
    from_utc = utc.dt.replace_time_zone("UTC").dt.convert_time_zone(_LONDON).dt.replace_time_zone(None)
    zoned = pl.col("offset").is_not_null() if zone != "utc" else pl.lit(True)
    return frame.select(pl.when(zoned).then(from_utc).otherwise(_existing(pl.col("stamp"))).alias("stamp")).to_series()


def read_dates(texts: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Days; a time of day after the date is left out, and a two-digit year is of this century."""
    return read_stamps(texts, formats)["stamp"].dt.date()


def read_births(texts: pl.Series, formats: Sequence[str], at: pl.Series) -> pl.Series:
    """Dates of birth: sentinels, days after `at` (the event) and ages over 115 are null.

    A two-digit year is of this century unless that lies after `at`: nobody is born in the future.
    """
    frame = read_stamps(texts, formats).with_columns(at.dt.date().alias("at"))
    late, early = pl.col("stamp").dt.date(), pl.col("earlier").dt.date()
    born = pl.when(early.is_not_null() & (late > pl.col("at"))).then(early).otherwise(late)
    frame = frame.select(born.alias("born"), "at")
    alive = (pl.col("born") <= pl.col("at")) & (pl.col("at").dt.year() - pl.col("born").dt.year() <= 115)
    real = ~pl.col("born").is_in(NEVER) & (pl.col("born").dt.year() > 1850) & alive.fill_null(True)
    return frame.select(pl.when(real).then(pl.col("born")).alias("born")).to_series()


def read_times(texts: pl.Series) -> pl.Series:
    """Time of day as a duration: '22:29', '22:29:00', '2229', '8.52 pm', '1899-12-31 22:29:00', Excel fractions."""
    value = pl.col("text")
    clock = value.str.extract_groups(
        r"(?:^|[ T])(?P<H>[0-9]{1,2})[:.]?(?P<M>[0-9]{2})(?:[:.](?P<S>[0-9]{2})(?:\.[0-9]+)?)?"
        r"\s*(?:(?P<p>[AaPp])\.?[Mm]\.?)?[Zz]?$"
    )
    fraction = value.str.extract(r"^(0?\.[0-9]+)$").cast(pl.Float64)
    left = texts.drop_nulls().unique().to_frame("text")
    of_day = pl.when(clock.struct.field("H").is_not_null()).then(_clock(clock.struct.field))
    excel = pl.duration(seconds=(fraction * 86400).round().cast(pl.Int64))
    table = left.select("text", pl.coalesce(pl.when(fraction.is_not_null()).then(excel), of_day).alias("time"))
    return texts.to_frame("text").join(table, on="text", how="left", maintain_order="left")["time"]


def _read(form: str) -> list[pl.Expr]:
    form_pattern = pattern(form)
    groups = pl.col("text").str.extract_groups(form_pattern)
    has = {name for name in _GROUPS if f"(?P<{name}>" in form_pattern}

    def get(name: str) -> pl.Expr:
        return groups.struct.field(name) if name in has else pl.lit(None, pl.String)

    nothing = pl.lit(None, pl.Datetime("us"))
    if "n" in has:
        stamp, earlier, offset = _excel(get("n")), nothing, pl.lit(None, pl.Int64)
    else:
        named = get("b").str.to_lowercase().str.slice(0, 3).replace_strict(_MONTHS, default=None)
        month, time = named if "b" in has else get("m"), _clock(get)
        years = [get("Y")] if "Y" in has else [pl.lit("20") + get("y"), pl.lit("19") + get("y")]
        stamp, *rest = (
            pl.format("{}-{}-{}", year, month, get("d")).str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
            + time
            for year in years
        )
        earlier, offset = (rest or [nothing])[0], _offset(get("z"))
    return [stamp.alias("stamp"), earlier.alias("earlier"), offset.alias("offset")]


def _clock(get: Callable[[str], pl.Expr]) -> pl.Expr:
    hour, minute, second, half = (get(name) for name in "HMSp")
    hour, pm = hour.cast(pl.Int64), half.str.to_lowercase()
    hour = pl.when(pm == "p").then(hour % 12 + 12).when(pm == "a").then(hour % 12).otherwise(hour)
    minute, second = minute.cast(pl.Int64), second.cast(pl.Int64)
    real = (hour.fill_null(0) < 24) & (minute.fill_null(0) < 60) & (second.fill_null(0) < 60)
    time = pl.duration(hours=hour.fill_null(0), minutes=minute.fill_null(0), seconds=second.fill_null(0))
    return pl.when(real).then(time)


def _offset(text: pl.Expr) -> pl.Expr:
    sign = pl.when(text.str.starts_with("-")).then(-1).otherwise(1)
    digits = text.str.replace(":", "")
    hours, minutes = (digits.str.slice(at, 2).cast(pl.Int64, strict=False) for at in (1, 3))
    return pl.when(text.str.to_lowercase() == "z").then(0).otherwise(sign * (hours * 60 + minutes))


def _excel(text: pl.Expr) -> pl.Expr:
    since = pl.duration(seconds=(text.cast(pl.Float64) * 86400).round().cast(pl.Int64))
    return pl.lit(date(1899, 12, 30)).cast(pl.Datetime("us")) + since


def _existing(stamp: pl.Expr) -> pl.Expr:
    real = stamp.dt.replace_time_zone(_LONDON, ambiguous="earliest", non_existent="null").is_not_null()
    return pl.when(stamp.is_not_null() & ~real).then(stamp + pl.duration(hours=1)).otherwise(stamp)
