"""Dates and times as sent, read by named forms only: nothing is inferred, so day and month never swap.

Forms are strptime forms of the date (%d %m %Y %y %b %B %a), with or without the time (%H %I %M %S %p %z), or `excel`
(`excel1904`) for a serial number, or `epoch` (`epochms`) for the time since 1970. A form without a time also takes one
after the date ('2024-04-01 00:00:00', '01/04/2024 22:15', '2024-04-01T22:15:00+01:00'), because one column often holds
both. A weekday may stand before the date, and must fit it; a day may be written 1st, 2nd.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from hiu.extract.values.forms import DEFAULT, EPOCHS, GROUPS, MONTH, SERIALS, TIME_FIRST, compiled, is_month, pattern
from hiu.extract.values.kept import once_a_delivery
from hiu.extract.values.times import clock, has_clock, read_times

NEVER = (
    date(1811, 11, 11), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1900, 1, 2), date(1901, 1, 1),
    date(1970, 1, 1), date(9999, 12, 31), date(2999, 12, 31), date(2099, 12, 31),
)  # fmt: skip
"""Dates that mean 'not known' (docs/sources.md), and far ones that mean 'still open'."""

_FEW = 50
_LONDON = "Europe/London"
_WEEKDAY = r"^\(?(?P<w>(?i:mon|tue|wed|thu|fri|sat|sun))(?i:s|rs?|nes|ur)?(?i:day)?[.,)]*\s+"
_WEEKDAYS = {day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1)}
_READ: Mapping[str, pl.DataType] = {
    "stamp": pl.Datetime("us"), "earlier": pl.Datetime("us"), "offset": pl.Int64(), "timed": pl.Boolean(),
    "mistimed": pl.Boolean(),
}  # fmt: skip


def read_stamps(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    """Text as read, in the order given: stamp (naive, as written), earlier (the same, a century before, for a
    two-digit year), offset (minutes; null if the text holds none), timed (a time of day was read), mistimed (there is
    one after the date that can't be read, such as 25:00). Null where no form fits or no such day exists.
    """
    return _stamps(texts, tuple(formats) or DEFAULT)


@once_a_delivery
def _stamps(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    left = texts.unique()
    left = left.filter(left.str.contains("[0-9]"))  # no form reads another
    found, rest = _by_forms(pl.DataFrame({"text": left, "sent": left}), formats)
    if not rest.is_empty():
        found = pl.concat([found, _as_people_write(rest, formats)])
    return texts.to_frame("text").join(found, on="text", how="left", maintain_order="left")[[*_READ]]


def stamped(texts: pl.Series, formats: Sequence[str], zone: str, times: pl.Series | None = None) -> pl.DataFrame:
    """Stamps as naive UK local time; `day_only` (null without a stamp): no time of day was sent, or none that could be
    read, or every stamp of the column is at 00:00, which is how a spreadsheet writes a date alone; `mistimed`: a time
    of day was sent that can't be read; and `moved`: the time as written is one that there was not.

    A stamp with an offset or Z is converted. One without is UTC if `zone` is utc, else local as written; a local
    time that the spring change skips (01:00-01:59) is moved on an hour, one that autumn repeats is kept. A date alone
    is a day of the UK. `times` holds the time of day when it has a column of its own.
    """
    frame = read_stamps(texts, formats)
    if not EPOCHS.keys().isdisjoint(formats):
        frame = frame.with_columns(pl.when(~_long_ago(texts)).then("stamp").alias("stamp"))
    if times is not None:
        frame = _with_times(frame, times)
    from_utc = _from_utc()
    zoned = pl.col("offset").is_not_null() if zone != "utc" else pl.col("timed")
    if zone != "utc" and frame["offset"].null_count() == frame.height:
        local = _existing(frame["stamp"])
        moved = local != frame["stamp"]
    else:
        local = frame.select(pl.when(zoned).then(from_utc).otherwise(_existing(frame["stamp"]))).to_series()
        moved = (local != frame["stamp"]) & ~frame.select(zoned.fill_null(False)).to_series()
    return _days_alone(frame, local).hstack([moved.fill_null(False).alias("moved")])


def local_stamps(texts: pl.Series, formats: Sequence[str], zone: str, times: pl.Series | None = None) -> pl.Series:
    """The stamps of `stamped` alone."""
    return stamped(texts, formats, zone, times)["stamp"]


def read_dates(texts: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Days in the UK; a time of day after the date is left out, and a two-digit year is of this century."""
    return read_stamps(texts, formats).select(_uk_stamp().dt.date()).to_series()


def read_births(texts: pl.Series, formats: Sequence[str], at: pl.Series) -> pl.Series:
    """Dates of birth: sentinels, days after `at` (the event) and ages over 115 are null.

    A two-digit year is of this century unless that lies after `at`: nobody is born in the future. A birth on 1 July
    that a system turned into UTC, as 30 June at 23:00, is of 1 July.
    """
    frame = read_stamps(texts, formats).with_columns(at.dt.date().alias("at"))
    late, early = _uk_stamp().dt.date(), pl.col("earlier").dt.date()
    born = pl.when(early.is_not_null() & (late > pl.col("at"))).then(early).otherwise(late)
    frame = frame.select(born.alias("born"), "at")
    alive = (pl.col("born") <= pl.col("at")) & (pl.col("at").dt.year() - pl.col("born").dt.year() <= 115)
    real = ~pl.col("born").is_in(NEVER) & (pl.col("born").dt.year() > 1850) & alive.fill_null(True)
    return frame.select(pl.when(real).then(pl.col("born")).alias("born")).to_series()


def _from_utc() -> pl.Expr:
    """The UK time of a stamp with an offset."""
    utc = pl.col("stamp") - pl.duration(minutes=pl.col("offset").fill_null(0))
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(_LONDON).dt.replace_time_zone(None)


def _uk_stamp() -> pl.Expr:
    """The stamp, in UK time where it was sent with an offset."""
    return pl.when(pl.col("offset").is_not_null()).then(_from_utc()).otherwise("stamp").alias("stamp")


def _long_ago(texts: pl.Series) -> pl.Expr:
    """Whether figures alone are a time before 2001, when seconds since 1970 had nine: only a birth is so long ago."""
    return pl.lit(texts.str.contains(r"^-?[0-9.]+$")).fill_null(False) & (pl.col("stamp").dt.year() < 2001)


def _with_times(frame: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """Stamps with the time of day of a column of its own; where that is empty, what the date's own cell says holds."""
    times = read_times(texts)
    day = pl.col("stamp").dt.truncate("1d") + times
    mistimed = pl.when(texts.is_null()).then("mistimed").otherwise(pl.lit(times.is_null()))
    return frame.with_columns(
        pl.coalesce(day, "stamp").alias("stamp"),
        (pl.col("timed") | day.is_not_null()).alias("timed"),
        (mistimed & pl.col("stamp").is_not_null()).alias("mistimed"),
    )


def _by_forms(left: pl.DataFrame, formats: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`left` holds text (the key) and sent (what is read). What some form read, and what none did."""
    first, *others = formats
    read = _read(left, first)
    found, left = [_found(read)], _rest(read)
    for form in _shaped(left, others):
        read = _read(left, form)
        found.append(_found(read))
        left = _rest(read)
        if left.is_empty():
            break
    return pl.concat(found), left


def _found(read: pl.DataFrame) -> pl.DataFrame:
    return _where(read, read["stamp"].null_count(), pl.col("stamp").is_not_null())[["text", *_READ]]


def _rest(read: pl.DataFrame) -> pl.DataFrame:
    return _where(read, read["stamp"].count(), pl.col("stamp").is_null())[["text", "sent"]]


def _where(read: pl.DataFrame, others: int, where: pl.Expr) -> pl.DataFrame:
    """The rows where it holds, of which `others` are not: mostly one form reads all of a column or nothing."""
    if not others:
        return read
    return read.clear() if others == read.height else read.filter(where)


def _shaped(left: pl.DataFrame, forms: Sequence[str]) -> list[str]:
    """Those of the forms whose shape some text has, looked for all at once: no other reads any."""
    if left.is_empty() or not forms:
        return []
    return [form for form, there in zip(forms, _shapes(left["sent"], forms), strict=True) if there.any()]


def _shapes(texts: pl.Series, forms: Sequence[str]) -> list[pl.Series]:
    """For each form where a text has its shape. Of a few texts Python is asked: polars compiles each pattern anew."""
    if len(texts) > _FEW:
        shapes = (pl.col("text").str.contains(pattern(form)).alias(form) for form in forms)
        return texts.to_frame("text").select(shapes).get_columns()
    few = texts.to_list()
    return [pl.Series([bool(compiled(form).search(text)) for text in few], dtype=pl.Boolean) for form in forms]


def having_forms(texts: pl.Series, forms: Sequence[str]) -> pl.DataFrame:
    """For each form, named so, where a text has its shape, as it stands or as people write it: it reads no other."""
    plain = texts.to_frame("text").select(_plainly(pl.col("text")))["text"]
    both = zip(forms, _shapes(texts, forms), _shapes(plain, forms), strict=True)
    return pl.DataFrame({form: own | other for form, own, other in both})


def _plainly(sent: pl.Expr) -> pl.Expr:
    """Without a weekday, with plain days for 1st, 2nd, and with a time that stands before its date put after it."""
    plain = (
        sent.str.replace(_WEEKDAY, "")
        .str.replace(TIME_FIRST, "${2} ${1}")
        .str.replace(r"(?i)\b([0-9]{1,2})(?:st|nd|rd|th)\b(?: of)?", "$1")
    )
    return plain.str.replace(r"(?i)(?:\s+at|\s*@)\s+", " ").str.replace_all(r",\s*", " ").str.strip_chars()


def _as_people_write(left: pl.DataFrame, formats: Sequence[str]) -> pl.DataFrame:
    """What is left, without weekdays (one that does not fit its date unreads it) and with plain days for 1st, 2nd."""
    weekday = pl.col("sent").str.extract(_WEEKDAY).str.to_lowercase()
    named = weekday.replace_strict(_WEEKDAYS, default=None, return_dtype=pl.Int8)
    other = left.with_columns(_plainly(pl.col("sent")).alias("plain"), named.alias("weekday")).filter(
        pl.col("plain") != pl.col("sent")
    )
    other = other.select("text", "weekday", sent="plain")
    if other.is_empty():
        return pl.DataFrame(schema={"text": pl.String, **_READ})
    found, _ = _by_forms(other.drop("weekday"), formats)
    fits = pl.col("weekday").is_null() | (pl.col("weekday") == pl.col("stamp").dt.weekday())
    return found.join(other.select("text", "weekday"), on="text").filter(fits).drop("weekday")


def _read(left: pl.DataFrame, form: str) -> pl.DataFrame:
    """text and sent with what `form` makes of it."""
    groups = left.with_columns(pl.col("sent").str.extract_groups(pattern(form)).struct.unnest())
    if "n" in groups.columns:
        unit = EPOCHS.get(form.lower())
        stamp = _since_1970(pl.col("n"), unit) if unit else _serial(pl.col("n"), SERIALS[form.lower()])
        timed = pl.lit(True) if unit else pl.col("n").str.contains(".", literal=True)
        earlier, offset = pl.lit(None, _READ["earlier"]), pl.lit(0 if unit else None, _READ["offset"])
        return groups.select("text", "sent", stamp=stamp, earlier=earlier, offset=offset, timed=timed, mistimed=False)
    nothing = {name for name in GROUPS if name not in groups.columns or groups[name].null_count() == groups.height}

    def group(name: str) -> pl.Expr:
        return pl.lit(None, pl.String) if name in nothing else pl.col(name)

    month = group("m")
    if "b" not in nothing:
        month = pl.coalesce(pl.col("b").str.to_lowercase().str.slice(0, 3).replace_strict(MONTH, default=None), month)
    day = pl.lit("1") if is_month(form) else group("d")
    clockless = {"H", "w"} <= nothing
    time = pl.lit(None, pl.Duration("us")) if clockless else clock(group)
    whole = "%y" not in form
    years = [group("Y")] if whole else [pl.lit("20") + group("y"), pl.lit("19") + group("y")]
    stamps = [_day(year, pl.col("month"), day) + pl.col("time").fill_null(pl.duration(hours=0)) for year in years]
    read = groups.with_columns(month.alias("month"), time.alias("time"))
    return read.select(
        "text",
        "sent",
        stamps[0].alias("stamp"),
        (pl.lit(None, pl.Datetime("us")) if whole else stamps[1]).alias("earlier"),
        (pl.lit(None, pl.Int64) if "z" in nothing else _offset(pl.col("z"))).alias("offset"),
        pl.col("time").is_not_null().alias("timed"),
        (pl.lit(False) if clockless else has_clock(group) & pl.col("time").is_null()).alias("mistimed"),
    )


def _day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    return pl.format("{}-{}-{}", year, month, day).str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))


def _offset(text: pl.Expr) -> pl.Expr:
    sign = pl.when(text.str.starts_with("-")).then(-1).otherwise(1)
    digits = text.str.replace(":", "")
    hours, minutes = (digits.str.slice(at, 2).cast(pl.Int64, strict=False).fill_null(0) for at in (1, 3))
    named = text.str.to_uppercase().replace_strict({"Z": 0, "UTC": 0, "GMT": 0, "BST": 60}, default=None)
    return pl.when(text.is_not_null()).then(pl.coalesce(named, sign * (hours * 60 + minutes)))


def _serial(text: pl.Expr, first: str) -> pl.Expr:
    since = pl.duration(seconds=(text.cast(pl.Float64) * 86400).round().cast(pl.Int64))
    return pl.lit(date.fromisoformat(first)).cast(pl.Datetime("us")) + since


def _since_1970(text: pl.Expr, unit: int) -> pl.Expr:
    return pl.from_epoch((text.cast(pl.Float64) * unit).round().cast(pl.Int64), time_unit="us")


def _existing(stamps: pl.Series) -> pl.Series:
    """Local times that there are: one that the spring change skips is moved on an hour."""
    real = stamps.dt.replace_time_zone(_LONDON, ambiguous="earliest", non_existent="null")
    if real.null_count() == stamps.null_count():
        return stamps
    moved = pl.when(real.is_null()).then(stamps + pl.duration(hours=1)).otherwise(stamps)
    return pl.select(moved).to_series()


def _days_alone(frame: pl.DataFrame, local: pl.Series) -> pl.DataFrame:
    written, timed = frame["stamp"], frame["timed"]
    if _midnight(written.filter(timed)):
        local, timed = written.dt.truncate("1d"), pl.repeat(False, len(timed), eager=True)
    elif _midnight(local.filter(timed)):
        timed = pl.repeat(False, len(timed), eager=True)
    day_only = pl.when(local.is_not_null()).then(~timed)
    return pl.select(local.alias("stamp"), day_only.alias("day_only"), frame["mistimed"].fill_null(False))


def _midnight(stamps: pl.Series) -> bool:
    """Whether each is at 00:00; most columns are settled by their first rows."""
    head = stamps.head(100)
    return bool((head == head.dt.truncate("1d")).all() and (stamps == stamps.dt.truncate("1d")).all())
