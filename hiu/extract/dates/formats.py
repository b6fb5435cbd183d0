"""In which forms a column of dates is written, with the proof: for drafts, and for columns that a mapping misreads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from hiu.extract.values.dates import have_forms, read_stamps
from hiu.extract.values.forms import EPOCHS, MONTHS, TIME_FIRST, is_month, order, pattern, swapped

_DAY_FIRST = (
    "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%d %m %y",
)  # fmt: skip
_NUMBERS = tuple(form for each in _DAY_FIRST for form in (each, swapped(each) or each))
PACKED_ORDERS = ("%d%m%Y", "%m%d%Y", "%d%m%y", "%m%d%y")
"""Forms in figures alone whose day and month may be mistaken for each other."""
_PLAIN = (
    "%Y-%m-%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %b %y", "%d/%b/%Y", "%d/%b/%y", "%d%b%Y", "%b %d %Y",
    "%b %d %y", "%b-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%b-%d", "%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "excel",
    "%Y-%d-%m", "epoch", "epochms", "%d%m%Y", "%m%d%Y", "%d%m%Y%H%M", "%d%m%y", "%m%d%y", "%y%m%d", "%d%b%y",
)  # fmt: skip
CANDIDATES = (*_NUMBERS, *_PLAIN)
"""Forms looked for; of two that read equally many rows the first is taken."""

_GAPS = (" ", "T", ", ")
_TIMES = tuple(
    gap + time for gap in _GAPS for time in ("%I:%M %p", "%I:%M:%S %p", "%H:%M", "%H:%M:%S", "%H:%M:%S%z", "%H:%M%z")
)
_CLOCK = r"(?:[ T]|, |,?\s+(?i:at)\s|\s*@)\s*[0-9]{1,2}:[0-9]{2}.*$"
_BARE_CLOCK = (
    r"^(.*(?:[0-9]{6}|[0-9]{8}|[/.\-][0-9]{4}|[/.\-][0-9]{1,2}[/.\-][0-9]{2}"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?[ /\-]?[A-Za-z]{3,9}[ ,/\-]*[0-9]{2,4}))"
    r"(?:[ T]|, )\s*(?:[01][0-9]|2[0-4])[:.]?[0-5][0-9](?:[:.]?[0-5][0-9])?\s*(?i:hours|hrs?|h|z)?\.?$"
)
"""A whole date and a time of day without a colon: '010326 0436', '20260301T0436', '1 Mar 26 0436hrs'."""
_SIX = r"^[0-9]{6}$"
_SIX_FIGURES = ("%d%m%y", "%m%d%y", "%y%m%d")
_FEW_YEARS = 3
"""The most years that the dates of one extract span."""
_MIDNIGHT = r"[ T]00:00(?::00(?:\.0+)?)?$"
_LIKELY = r"^\D*[0-9](?:.*[0-9])+.*$"
_PACKED = r"^(?:%\w)+$"
_CENTURIES = (1900, 2099)
_LIFETIME = (2005, 2040)
"""Years of which ten figures are taken for seconds since 1970: no NHS number begins so."""
_LONG_AGO = r"^-[0-9]+$|^[0-9]{9,13}$"
"""Seconds or thousandths since 1970 in a column of births: eight figures are a day, a month and a year."""
_MOST = 4
SLIPS = 10
"""One row of the other order among this many that can only be of one order does not put that order in doubt."""


@dataclass(frozen=True, kw_only=True)
class Detected:
    """How a column's dates are written.

    `formats` is what to write into the mapping (none if less than half of the rows are dates), `rows` how many are
    filled, `read` how many of them some form reads. Of the dates in figures, `only_day` rows cannot be month first,
    `only_month` rows cannot be day first, and `both` can be either. `proof` says in words why the day or the month
    comes first; it is empty where nothing can be mistaken. `conflict`: rows of both orders, so no format is right.
    """

    formats: tuple[str, ...]
    proof: str
    rows: int
    read: int
    only_day: int = 0
    only_month: int = 0
    both: int = 0

    @property
    def conflict(self) -> bool:
        """Whether some rows can only be day first and others only month first."""
        return self.only_day > 0 and self.only_month > 0

    @property
    def slips(self) -> int:
        """Of a conflict, the rows of the rarer order where they are slips of the pen: one in SLIPS at most; else 0."""
        rare, usual = sorted((self.only_day, self.only_month))
        return rare if rare * SLIPS <= usual else 0

    @property
    def assumed(self) -> bool:
        """Whether every date in figures can be read both ways, so that day first is an assumption."""
        return self.both > 0 and not self.only_day and not self.only_month

    @property
    def share(self) -> float:
        """The share of the filled rows that the formats read."""
        return self.read / self.rows if self.rows and self.formats else 0.0


def detect(
    values: pl.Series, *, months: bool = False, serials: bool = True, packed: bool = True, births: bool = False
) -> Detected:
    """The forms in which a column of text writes its dates, the fewest that read the most rows, and the proof.

    Looks at every value; empty cells are left out, and surrounding space is no matter. Times of day after the date
    are read by each form, and written into it when all rows have one such time ('%m/%d/%Y %I:%M %p'). With `months`
    forms of a month without a day are looked for too, which only a source of kind 'counts' may use. With `serials`
    numbers of five figures are taken for a spreadsheet's serial numbers: look at the header before believing that;
    so are six figures in a row taken for a date with `packed`, and with `births` seconds since 1970 for a day of
    1900 or later. Of both orders the one is taken that more rows prove.
    """
    texts = values.cast(pl.String).str.strip_chars().drop_nulls()
    texts = texts.filter(texts != "")
    forms = [form for form in (*CANDIDATES, *(MONTHS if months else ())) if serials or form != "excel"]
    forms = [form for form in forms if packed or form not in EPOCHS]
    if not packed or not _packed_days(_timeless(texts)):
        forms = [form for form in forms if form not in _SIX_FIGURES]
    if 2 * int(texts.str.contains(_LIKELY).sum()) < len(texts):
        return Detected(formats=(), proof="", rows=len(texts), read=0)
    fits = _fits(texts, forms, births)
    only_day, only_month, both = _orders(fits)
    avoided = "day" if only_month > only_day else "month"
    forms = [form for form in fits.columns[2:] if order(form) != avoided]
    chosen, read = _fewest(fits, forms)
    chosen = [_year_first(form, fits) for form in chosen]
    if "%y%m%d" in chosen:  # dates with the year in front prove no order of day and month
        only_day, only_month, both = _orders(fits.filter(~pl.col("%y%m%d")))
    counts = {"only_day": only_day, "only_month": only_month, "both": both}
    seen = Detected(formats=(), proof=_proof(**counts), rows=len(texts), read=read, **counts)
    return seen if 2 * read < len(texts) else replace(seen, formats=tuple(_with_time(form, texts) for form in chosen))


def _fits(texts: pl.Series, forms: Sequence[str], births: bool) -> pl.DataFrame:
    """date (without its time of day), rows, and a column for each form: whether it reads the date.

    What a form may read is found for all forms at once, so that only those are read whose shape some date has.
    """
    dates = _timeless(texts).alias("date").to_frame().group_by("date", maintain_order=True).len("rows")
    shaped = have_forms(dates["date"], forms)
    for form in forms:
        if shaped[form].any():
            read = _reads(dates["date"].filter(shaped[form]), form, births)
            shaped = shaped.with_columns(shaped[form].scatter(shaped[form].arg_true(), read))
    return dates.hstack(shaped)


def _timeless(texts: pl.Series) -> pl.Series:
    """The dates without their times of day, before them or after."""
    dates = texts.str.replace(_CLOCK, "").str.replace(_BARE_CLOCK, "${1}")
    return dates.str.replace(TIME_FIRST, "${2}")


def _packed_days(texts: pl.Series) -> bool:
    """Whether six figures in a row are dates, not numbers that only look so: their days differ, or a time follows."""
    six = texts.filter(texts.str.contains(_SIX))
    return six.is_empty() or six.str.slice(0, 2).n_unique() > 2 or six.str.slice(4, 2).n_unique() > 2


def _reads(dates: pl.Series, form: str, births: bool) -> pl.Series:
    """Where a form reads a date; of figures without a mark between them, only in a year that is likely."""
    stamps = read_stamps(dates, (form,))["stamp"]
    if form in EPOCHS and births:
        return stamps.dt.year().is_between(*_CENTURIES).fill_null(False) & dates.str.contains(_LONG_AGO)
    if form in EPOCHS:
        return stamps.dt.year().is_between(*_LIFETIME).fill_null(False)
    if re.match(_PACKED, form):
        return stamps.dt.year().is_between(*_CENTURIES).fill_null(False)
    return stamps.is_not_null()


def _orders(fits: pl.DataFrame) -> tuple[int, int, int]:
    """Rows that can only be day first, only month first, and both."""
    day, month = (
        pl.any_horizontal([form for form in fits.columns[2:] if order(form) == which]) for which in ("day", "month")
    )
    kinds = (day & ~month, month & ~day, day & month)
    counts = fits.select(pl.col("rows").filter(kind).sum().alias(str(at)) for at, kind in enumerate(kinds)).row(0)
    return counts[0], counts[1], counts[2]


def _fewest(fits: pl.DataFrame, forms: Sequence[str]) -> tuple[list[str], int]:
    """Forms that read the most rows between them, the one that reads most first; and how many rows they read."""
    chosen, read, left = list[str](), 0, fits
    while forms and left.height and len(chosen) < _MOST:
        gains = left.select(pl.col("rows").filter(pl.col(form)).sum().alias(form) for form in forms).row(0)
        if not max(gains):
            break
        best = forms[gains.index(max(gains))]
        chosen, read = [*chosen, best], read + max(gains)
        left = left.filter(~pl.col(best))
    return chosen, read


def _years(dates: pl.Series, form: str) -> int:
    """The years between the first and the last date that the form reads."""
    years = read_stamps(dates, (form,))["stamp"].drop_nulls().dt.year().to_list()
    return max(years) - min(years) if years else 0


def _year_first(form: str, fits: pl.DataFrame) -> str:
    """Six figures with the year in front, where they all read so within few years and day first over many."""
    if form != "%d%m%y" or not fits.filter(form)["%y%m%d"].all():
        return form
    day_first, year_first = (_years(fits.filter(form)["date"], each) for each in (form, "%y%m%d"))
    return "%y%m%d" if year_first <= _FEW_YEARS < day_first else form


def _with_time(form: str, texts: pl.Series) -> str:
    """The form with the time that all its rows have, in one way of writing; else as it is."""
    if "%H" in form or form in ("excel", *EPOCHS) or is_month(form):
        return form
    own = texts.filter(texts.str.contains(pattern(form)) & ~texts.str.contains(_MIDNIGHT))
    return next((form + time for time in _TIMES if len(own) and own.str.contains(pattern(form + time)).all()), form)


def _proof(only_day: int, only_month: int, both: int) -> str:
    return "; ".join(_proofs(only_day, only_month, both))


def is_timed(values: pl.Series) -> bool:
    """Whether most of a column's dates have a time of day after them; a spreadsheet's 00:00:00 is none."""
    texts = values.drop_nulls()
    timed = texts.str.contains(_CLOCK) | texts.str.contains(_BARE_CLOCK) | texts.str.contains(TIME_FIRST)
    timed |= texts.str.contains(r"^[0-9]{5}\.[0-9]+$|^[0-9]{12}(?:[0-9]{2})?$|^1[0-9]{9}(?:[0-9]{3})?$")
    return 2 * int((timed & ~texts.str.contains(_MIDNIGHT)).sum()) > len(texts)


def _proofs(only_day: int, only_month: int, both: int) -> Iterator[str]:
    total = only_day + only_month + both
    rare, usual = sorted((only_day, only_month))
    if rare and rare * SLIPS <= usual:
        first, other = ("day", "month") if only_day > only_month else ("month", "day")
        yield f"{first} first: {usual:,} of {total:,} rows cannot be {other} first"
        yield f"{rare:,} cannot be {first} first and will be set aside"
    elif only_day and only_month:
        yield f"both orders seen: {only_day:,} of {total:,} rows cannot be month first"
        yield f"{only_month:,} cannot be day first"
    elif only_month:
        yield f"month first: {only_month:,} of {total:,} rows cannot be day first"
    elif only_day:
        yield f"day first: {only_day:,} of {total:,} rows cannot be month first"
    elif both:
        yield f"day first assumed: all {both:,} rows can be read both ways"


def in_figures(texts: pl.Series) -> pl.Series:
    """Where a date stands whose day and month are both figures, so that the order may be in doubt."""
    return in_order(texts, "day").is_not_null() | in_order(texts, "month").is_not_null()


def either_order(texts: pl.Series) -> pl.Series:
    """Where a date in figures can be read both day first and month first."""
    return in_order(texts, "day").is_not_null() & in_order(texts, "month").is_not_null()


def in_order(texts: pl.Series, which: str, *, packed: bool = False) -> pl.Series:
    """Dates in figures as they are read with the 'day' or the 'month' first; null for everything else.

    `packed`: figures without marks between them (010326) are dates too.
    """
    forms = (*_NUMBERS, *PACKED_ORDERS) if packed else _NUMBERS
    return read_stamps(texts, [form for form in forms if order(form) == which])["stamp"]


def written(forms: Sequence[str]) -> str:
    """Forms as a TOML list: ["%d/%m/%Y"]."""
    return "[" + ", ".join(f'"{form}"' for form in forms) + "]"
