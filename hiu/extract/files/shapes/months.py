"""A column a month, turned into rows of month and n."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.header import quoted, squash, tidy
from hiu.sources.spec import Unpivot

MONTH, NUMBER = "month", "n"
_RANGE = re.compile(r"(?P<first>.+?)\s*(?:\.{2,3}|…)\s*(?P<last>.+)")


def month_of_header(header: str, form: str) -> date | None:
    """The month a header names in the form, case, spaces and punctuation aside; None if it names none."""
    for text, pattern in ((tidy(header), form), (squash(header), re.sub(r"[^%\w]+|_+", "", form))):
        try:
            return datetime.strptime(text, pattern).date().replace(day=1)
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
        problem = f"no header is a month of '{spec.columns}' written as {spec.month}; found: {quoted(headers, 40)}"
    elif len(set(chosen.values())) < len(chosen):
        problem = f"two headers name the same month: {quoted(chosen)}; expected one column a month"
    elif clash := [header for header in headers if header in (MONTH, NUMBER)]:
        problem = f"the file has a column '{clash[0]}' already, which unpivot makes; expected a column a month"
    if problem:
        raise InputRefused("unpivot", f"{problem}. See [file] unpivot", file=name)
    return chosen


def other_months(headers: Sequence[str], chosen: dict[str, date], spec: Unpivot) -> list[str]:
    """A warning if there are headers that are months too, and are not among those the source takes."""
    left = [header for header in headers if header not in chosen and month_of_header(header, spec.month)]
    if not left:
        return []
    return [f"{quoted(left)} are months too, which unpivot.columns = '{spec.columns}' leaves out: they are not read"]


def _wanted(header: str, months: dict[str, date], spec: Unpivot) -> bool:
    if (ends := _RANGE.fullmatch(spec.columns)) is None:
        return fnmatchcase(tidy(header).casefold(), spec.columns.casefold())
    first, last = (month_of_header(ends[end], spec.month) for end in ("first", "last"))
    return header in months and first is not None and last is not None and first <= months[header] <= last


def unpivot(frame: pl.DataFrame, chosen: dict[str, date]) -> pl.DataFrame:
    """A row for each number: the other columns, `month` (ISO date) and `n`.

    `source_row` counts numbers then: with k columns of months, row r's j-th is (r - 1) * k + j. An empty cell is
    missing, not nought, and makes no row.
    """
    rest = [column for column in frame.columns if column not in chosen]
    order = {header: place for place, header in enumerate(chosen, 1)}
    long = frame.unpivot(on=list(chosen), index=rest, variable_name=MONTH, value_name=NUMBER)
    place = pl.col(MONTH).replace_strict(order, return_dtype=pl.Int64)
    month = pl.col(MONTH).replace_strict({header: day.isoformat() for header, day in chosen.items()})
    turned = long.with_columns((pl.col("source_row") - 1) * len(chosen) + place, month.alias(MONTH))
    given = turned.filter(pl.col(NUMBER).str.strip_chars().ne("")).sort("source_row")
    return given.select(*[c for c in rest if c != "source_row"], MONTH, NUMBER, "source_row")


def empty_cells(frame: pl.DataFrame, chosen: dict[str, date]) -> tuple[list[str], list[str]]:
    """Warnings and notes on what was empty. A month that others have and one person lacks is reckoned as nought when
    that person is ranked, so it is a warning; a column that is empty throughout supplies nothing.
    """
    blank = {header: frame[header].str.strip_chars().replace("", None).null_count() for header in chosen}
    whole = [header for header, count in blank.items() if count == frame.height > 0]
    some = sum(count for header, count in blank.items() if header not in whole)
    reckoned = "they are missing, but these people's months are reckoned as nought in the ranking: ask for the numbers"
    warnings = [f"{some} empty cell{'s' * (some > 1)} in columns of months: {reckoned}"] * (some > 0)
    return warnings, [f"no number in {quoted(whole)}: not supplied"] * bool(whole)


def renumbered(refused: pl.DataFrame, chosen: dict[str, date]) -> pl.DataFrame:
    """Rows set aside before they were turned, numbered as the first of their numbers."""
    return refused.with_columns((pl.col("source_row") - 1) * len(chosen) + 1)
