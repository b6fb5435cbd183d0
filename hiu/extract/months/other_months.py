"""Rows of other months than their delivery's: how many, whether they count, and what to do about it."""

from collections.abc import Collection, Iterable, Sequence

import polars as pl

from hiu.extract.files.find import months_of
from hiu.extract.files.path_months import PathMonths
from hiu.extract.months.spans import REPORTED, Span
from hiu.month import Month
from hiu.sources import Source

MISFILED = "but the file is filed under"
"""How what is said of a file under the wrong month is known again: it is said until the file is moved."""
SENT_AGAIN = 3
"""Of an earlier month a file has late rows; with a third of its own month's rows it sends that month again."""


def rows_by_month(records: pl.DataFrame) -> pl.DataFrame:
    """start_month, end_month, reported, rows, and of those `sound`: neither set aside nor a deletion."""
    sound = ~(pl.col("quarantined") | pl.col("deleted"))
    months = [pl.col(name).dt.date().dt.truncate("1mo").alias(f"{name}_month") for name in ("start", "end")]
    return records.group_by(*months, REPORTED.alias("reported")).agg(rows=pl.len(), sound=sound.sum())


def month_remarks(
    rows: pl.DataFrame,
    source: Source,
    *,
    name: str,
    period: Month,
    span: Span,
    supplied: Collection[Month],
    published: Iterable[Month],
) -> list[str]:
    """What a person should know of the months of a delivery's rows (`rows` as rows_by_month gives them).

    `supplied`: months that the source's deliveries in force supply, this one's too; `published`: months with a list.
    """
    counts = _counts(rows, source, period)
    lines, settled, named = [], {*span.months, *supplied}, months_of(name, source)
    mostly = _mostly(counts, span, source)
    if mostly:
        remedy = _remedy(name, source, mostly, period)
        lines.append(_misfiled(counts, mostly, period, mostly in settled, published, remedy, empty=not span.months))
    left = {month: sound for month, (_, sound) in counts.items() if sound and month <= period and month != mostly}
    if uncounted := {month: n for month, n in left.items() if month not in settled}:
        lines.append(_uncounted(uncounted, span, source))
    again = {month: n for month, n in left.items() if month in settled and month not in span.months and month < period}
    own = left.get(period, 0)
    whole = {month: n for month, n in again.items() if source.covers == "month" and n * SENT_AGAIN >= own}
    if sum(whole.values()) > 1 and (period - 1 in whole or len(whole) > 1):  # else late rows of a small file
        lines.append(_sent_again(whole, source) + _of_the_month_before(rows, source, period))
    if span.gaps:
        lines.append(_without_rows(span, source))
    if source.covers == "month" and named.others and (mostly or not lines):
        lines.append(_several(named, source))
    return lines


def _counts(rows: pl.DataFrame, source: Source, period: Month) -> dict[Month, tuple[int, int]]:
    """Rows and sound rows by the month they are of: an event's start; of a stay the month that it was reported for,
    else the delivery's own month if the stay was open or went on in it, else its end.
    """
    when = _stay_month(period) if source.kind == "stays" else pl.col("start_month")
    when = pl.coalesce("reported", when) if source.reports and source.covers == "month" else when
    by_month = rows.group_by(when.alias("of")).agg(pl.col("rows").sum(), pl.col("sound").sum()).drop_nulls("of")
    months = by_month.select("of", "rows", "sound").sort("of")
    return {Month.of(day): (n, sound) for day, n, sound in months.iter_rows()}


def _stay_month(period: Month) -> pl.Expr:
    started = pl.col("start_month") <= period.start
    here = started & (pl.col("end_month").is_null() | (pl.col("end_month") >= period.start))
    return pl.when(here).then(pl.lit(period.start)).otherwise(pl.coalesce("end_month", "start_month"))


def _mostly(counts: dict[Month, tuple[int, int]], span: Span, source: Source) -> Month | None:
    """The month that more than half of the rows are of, if the delivery is for another."""
    whole = sum(n for n, _ in counts.values())
    mostly = next((month for month, (n, _) in counts.items() if 2 * n > whole), None)
    return None if source.covers != "month" or mostly in span.months else mostly


def _sent_again(months: dict[Month, int], source: Source) -> str:
    n = sum(months.values())
    return (
        f"{n} rows are of {_named(sorted(months))}, which other files supply. They count there, and so does what this "
        "file no longer sends of those months. If each file is the year to date, write under [file] in "
        f'sources/{source.name}.toml: covers = "cumulative". It then replaces what was sent before'
    )


def _of_the_month_before(rows: pl.DataFrame, source: Source, period: Month) -> str:
    """What is said beside of a file of stays that may be an earlier month's, if nothing tells that it is."""
    still = rows.filter(pl.any_horizontal(pl.col("start_month", "end_month") == period.start)).is_empty()
    doubt = f". No stay begins or ends in {period.title}: look whether it is a file of the month before"
    return doubt if source.kind == "stays" and still else ""


def _several(named: PathMonths, source: Source) -> str:
    others = ", ".join(month.title for month in named.others)
    last = named.month.title if named.month else ""
    return (
        f"its path names {others} and {last}: read as {last}, the last named. If that is wrong, let the path name one "
        f"month, or say what the file covers by covers = ... under [file] in sources/{source.name}.toml"
    )


def _misfiled(
    counts: dict[Month, tuple[int, int]],
    mostly: Month,
    period: Month,
    settled: bool,
    published: Iterable[Month],
    remedy: str,
    *,
    empty: bool,
) -> str:
    whole, (n, sound) = sum(rows for rows, _ in counts.values()), counts[mostly]
    state, filed = "they are not counted", f"{MISFILED} {period.title}"
    if settled:
        state = f"they count in {mostly.title}, which is supplied"
    if not sound:
        state = "they are set aside"
    elif not settled:
        state += f" until {mostly.title} is supplied"
    again = sorted({mostly, period, *(month for month in published if month >= min(mostly, period))})
    runs = ", ".join(f"hiu run {month}" for month in again)
    if empty:
        state += f". No row is of {period.title}, so this file does not supply it: that is missing, not nought"
    elif settled and sound:  # late rows alone in their file: nothing is uncounted or missing
        filed, state = "where they count", f"the file is filed under {period.title}"
    return (
        f"{n} of {whole} rows are of {mostly.title}, {filed}; {state}. If it is the "
        f"file of {mostly.title}, {remedy}, then: {runs}"
    )


def _remedy(name: str, source: Source, mostly: Month, period: Month) -> str:
    """Where a file of the month `mostly` belongs, and that its own name must not say another."""
    folder, _, file = name.rpartition("/")
    move = [f"move it to a folder {mostly}"] * (months_of(folder, source).month != mostly)
    rename = [f"rename it, for its name says {period.title}"] * (months_of(file, source).month == period)
    return " and ".join(move + rename)


def _without_rows(span: Span, source: Source) -> str:
    n = len(span.gaps)
    return (
        f"no row is of {_titles(span.gaps)}, between the first month of the file and the last: "
        f"{'it is' if n == 1 else 'they are'} not supplied, which is not nought. If nothing happened then, write under "
        f'[file] in sources/{source.name}.toml: empty = "no events"'
    )


def _titles(months: Sequence[Month]) -> str:
    shown = ", ".join(month.title for month in months[:6])
    return f"{shown} and {len(months) - 6} more months" if len(months) > 6 else shown


def no_rows(source: Source) -> str:
    """What is said of a file without rows."""
    if source.kind == "register":
        return "found a header and no rows: nobody is in the register now. If that is wrong, have it sent again"
    if source.file.empty == "no events":
        return ""
    return (
        "found a header and no rows: its month is not supplied, which is not nought. If nothing happened then, write "
        f'under [file] in sources/{source.name}.toml: empty = "no events"'
    )


def _uncounted(uncounted: dict[Month, int], span: Span, source: Source) -> str:
    n, months = sum(uncounted.values()), len(uncounted)
    which = _named(sorted(uncounted))
    rows = f"{n} row{'s' * (n != 1)} of {months} month{'s' * (months != 1)} not supplied by any delivery ({which})"
    verb = "is" if n == 1 else "are"
    if not (source.counts or source.extra):
        return f"{rows} {verb} in no month that was supplied; the source counts nothing, so nothing is lacking"
    if source.covers != "month" and span.last + 1 in uncounted:
        return (
            f"{rows} {verb} not counted: the file ends before the month does. If it holds the whole month, file it "
            f"under {span.last + 1}"
        )
    if source.covers != "month" and source.kind == "stays":
        return (
            f"{rows} {verb} of stays that ended before the months that the file covers, or so few that they are taken "
            "for late: their nights are not counted. If they should count, have those months sent whole"
        )
    if source.covers != "month":
        return (
            f"{rows} {verb} not counted: so few, or so far from the rest, that they are taken for late or mistyped. "
            "Put right their dates, or have their months sent whole"
        )
    return (
        f"{rows} {verb} not counted. If the file holds those months whole, say so under [file] in "
        f'sources/{source.name}.toml: covers = "from rows" for a history, "cumulative" for a year to date; else the '
        "rows count once their months are supplied"
    )


def _named(months: Sequence[Month]) -> str:
    if len(months) < 4:
        return ", ".join(month.title for month in months)
    return f"{months[0].title} to {months[-1].title}"
