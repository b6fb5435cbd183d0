"""A column a month, turned into rows of month and n."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.header import quoted, squash, tidy
from hiu.sources.file import Unpivot

MONTH, NUMBER = "month", "n"
_AGAIN = re.compile(r" \(column \d+\)$")
_RANGE = re.compile(r"(?P<first>.+?)\s*(?:\.{2,3}|…)\s*(?P<last>.+)")


def month_of_header(header: str, form: str) -> date | None:
    """The month a header names in the form, case, spaces and punctuation aside; None if it names none."""
    day = _day_of_header(header, form)
    return day.replace(day=1) if day else None


def _day_of_header(header: str, form: str) -> date | None:
    for text, pattern in ((tidy(header), form), (squash(header), re.sub(r"[^%\w]+|_+", "", form))):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def month_columns(headers: Sequence[str], spec: Unpivot, name: str) -> dict[str, date]:
    """Header -> its month, of those the source says hold a number each. Raises InputRefused('unpivot')."""
    months = {header: month for header in headers if (month := month_of_header(header, spec.month))}
    wanted = [header for header in headers if _wanted(header, months, spec)]
    chosen = {header: months[header] for header in wanted if header in months}
    problem = ""
    if not chosen:
        problem = _none_taken(headers, months, spec)
    elif twice := _sent_twice(headers, chosen, spec):
        problem = (
            f"two headers name the same month: {quoted(twice)}; expected one column a month: leave out one of them"
        )
    elif clash := [header for header in headers if header in (MONTH, NUMBER)]:
        problem = f"the file has a column '{clash[0]}' already, which unpivot makes; expected a column a month"
    elif other := _other_order(chosen, spec):
        problem = (
            f"read as {spec.month} the headers {quoted(chosen)} are no first or last days of months, and as {other} "
            f'they are: write unpivot = {{ columns = "{spec.columns}", month = "{other}" }}'
        )
    if problem:
        raise InputRefused("unpivot", f"{problem}. See [file] unpivot", file=name)
    return chosen


def _sent_twice(headers: Sequence[str], chosen: dict[str, date], spec: Unpivot) -> list[str]:
    """Headers of one month: written otherwise, or the same, when the reader has called one '(column 7)'."""
    months = set(chosen.values())
    again = [header for header in headers if header not in chosen and _AGAIN.search(header)]
    again = [header for header in again if month_of_header(_AGAIN.sub("", header), spec.month) in months]
    if again or len(months) == len(chosen):
        return [header for header in chosen if header in {_AGAIN.sub("", each) for each in again}] + again
    return list(chosen)


def _other_order(chosen: dict[str, date], spec: Unpivot) -> str | None:
    """The form with day and month in each other's place, where that alone makes first or last days of the headers."""
    other = spec.month.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    if "%d" not in spec.month or "%m" not in spec.month or _bounds(chosen, spec.month):
        return None
    return other if _bounds(chosen, other) else None


def _bounds(headers: Iterable[str], form: str) -> bool:
    """Whether all headers are first days of months in the form, or all of them last days."""
    days = [_day_of_header(header, form) for header in headers]
    read = [day for day in days if day]
    return len(read) == len(days) and any(
        all((day + timedelta(days=after)).day == 1 for day in read) for after in (0, 1)
    )


def _none_taken(headers: Sequence[str], months: dict[str, date], spec: Unpivot) -> str:
    problem = f"no header is a month of '{spec.columns}' written as {spec.month}; found: {quoted(headers, 40)}"
    return f"{problem}. {_advice(months, spec)}" if months else problem


def _advice(months: Mapping[str, date], spec: Unpivot) -> str:
    """What to write so that the headers are taken."""
    first, last = (pick(months, key=lambda header: months[header]) for pick in (min, max))
    return f'To take them write unpivot = {{ columns = "{tidy(first)}...{tidy(last)}", month = "{spec.month}" }}'


def other_months(headers: Sequence[str], chosen: dict[str, date], spec: Unpivot) -> list[str]:
    """A warning if there are headers that are months too, and are not among those the source takes."""
    months = {header: month for header in headers if (month := month_of_header(header, spec.month))}
    left = [header for header in months if header not in chosen]
    if not left:
        return []
    are = "is a month too" if len(left) == 1 else "are months too"
    unread = f"{quoted(left)} {are}, which unpivot.columns = '{spec.columns}' leaves out: not read"
    return [f"{unread}. {_advice({**chosen, **{header: months[header] for header in left}}, spec)}"]


def _wanted(header: str, months: dict[str, date], spec: Unpivot) -> bool:
    if (ends := _RANGE.fullmatch(spec.columns)) is None:
        return fnmatchcase(tidy(header).casefold(), spec.columns.casefold())
    first, last = (month_of_header(ends[end], spec.month) for end in ("first", "last"))
    return header in months and first is not None and last is not None and first <= months[header] <= last


def unpivot(frame: pl.DataFrame, chosen: dict[str, date]) -> pl.DataFrame:
    """A row for each number: the other columns, `month` (ISO date) and `n`.

    `source_row` counts numbers then: with k columns of months, row r's j-th is (r - 1) * k + j. An empty cell is a
    number that was not sent, which is not nought; a column that is empty throughout supplies nothing and makes no row.
    """
    rest = [column for column in frame.columns if column not in chosen]
    order = {header: place for place, header in enumerate(chosen, 1)}
    sent = [header for header in chosen if header not in empty_columns(frame, chosen)]
    filled = frame if sent else frame.clear()
    long = filled.unpivot(on=sent or list(chosen), index=rest, variable_name=MONTH, value_name=NUMBER)
    place = pl.col(MONTH).replace_strict(order, return_dtype=pl.Int64)
    month = pl.col(MONTH).replace_strict({header: day.isoformat() for header, day in chosen.items()})
    turned = long.with_columns((pl.col("source_row") - 1) * len(chosen) + place, month.alias(MONTH)).sort("source_row")
    return turned.select(*[c for c in rest if c != "source_row"], MONTH, NUMBER, "source_row")


def empty_columns(frame: pl.DataFrame, chosen: dict[str, date]) -> list[str]:
    """Columns of months without any number."""
    blank = {header: frame[header].str.strip_chars().replace("", None).null_count() for header in chosen}
    return [header for header, count in blank.items() if count == frame.height > 0]


def renumbered(refused: pl.DataFrame, chosen: dict[str, date]) -> pl.DataFrame:
    """Rows set aside before they were turned, numbered as the first of their numbers."""
    return refused.with_columns((pl.col("source_row") - 1) * len(chosen) + 1)
