"""The monthly report of the control-room desk: aggregates under disclosure control, nobody in them."""

from collections.abc import Iterator, Mapping
from functools import partial

import polars as pl

from hiu.govern.release.disclosure import count_text
from hiu.month import Month
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import MARKING, Grid
from hiu.publish.pathway.desk_words import (
    ANSWERS,
    AREAS,
    CALLS,
    DAYS,
    HEAT,
    HOURS,
    LEGS,
    NOT_RECORDED,
    NOTES,
    PURPOSES,
    REASONS,
    REQUESTS,
    SCOPES,
    SHADED,
    SHARES,
    WAYS,
)
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import Stamp
from hiu.rules import rules
from pipelines.pathway.counts import LEAST_TIMES, Counts, cross, decided
from pipelines.pathway.desk_rows import exceptions, logs, minutes, referrals, repeated
from pipelines.pathway.shown import Shown, Splits
from pipelines.pathway.trends import Breaks, Headline, trends

C = pl.col
BROKEN = "Exceptions"
SHOWN = 24
"""Months of a headline's chart."""
LOG_SPLITS: Splits = (
    (),
    *((name,) for name in SHARES),
    ("policing_purpose",),
    ("call_type",),
    ("area",),
    ("weekday",),
    ("hours",),
    ("call_type", "area"),
    ("weekday", "hours"),
    ("call_type", "hours"),
    ("area", "weekday"),
)
"""What the logs of every month are split by, in its own report and in each that looks back at it."""
REFERRAL_SPLITS: Splits = (
    (),
    ("direction",),
    ("scope",),
    ("accepted",),
    ("request",),
    ("reason",),
    ("scope", "direction"),
    ("accepted", "direction"),
    ("request", "direction"),
    ("reason", "direction"),
)
"""The same of referrals."""


def desk_report(
    tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, breaks: Breaks, shown: Shown | None = None
) -> Part:
    """The report of a month from its published tables (desk_log, leg and feed_month at least)."""
    shown = shown or Shown()
    month, supplied = stamp.month, _supplied(tables, "desk_log", stamp.month)
    rows = logs(tables)
    now = [month] if month in supplied else []
    counts = decided(rows, "desk_log", LOG_SPLITS, supplied, shown)
    sent = _supplied(tables, "referral", month) if "referral" in tables else []
    asked = decided(referrals(tables), "referral", REFERRAL_SPLITS, sent, shown)
    broken = decided(exceptions(tables), "desk_exception", [(), ("code",)], now, shown)
    own = rows.filter(C("month") == month.start)
    grids = [
        *_log_grids(counts, month),
        _times(tables, counts, month),
        *_referral_grids(asked, month),
        _broken(broken, month),
    ]
    part = Part(
        name="desk",
        title="Control-room desk",
        stamp=stamp,
        marking=MARKING,
        lead=tuple(_lead(tables, own, counts, broken, month)) if now else (f"{month.title} was not supplied.",),
        grids=tuple(grids) if now else (),
        charts=tuple(trends(_lines(tables, counts, asked), supplied, month, breaks, shown)),
        notes=NOTES,
        shaded=HEAT,
        words={BROKEN: 2},
    )
    return shown.edition(part)


def _supplied(tables: Mapping[str, pl.DataFrame], table: str, month: Month) -> list[Month]:
    """Months of a table that were supplied, the last SHOWN to the month."""
    sent = tables["feed_month"].filter((C("table") == table) & C("supplied"))["month"].sort()
    return [one for one in map(Month.of, sent) if month - (SHOWN - 1) <= one <= month]


def _lead(
    tables: Mapping[str, pl.DataFrame], own: pl.DataFrame, counts: Counts, broken: Counts, month: Month
) -> Iterator[str]:
    yield (
        f"About {thousands(counts.text(month))} logs were opened in {month.title}."
        if counts.number(month)
        else (f"How many logs were opened in {month.title} can't be shown.")
    )
    shares = "; ".join(f"{words.lower()}: {counts.share(month, f'{name}=yes')}" for name, words in SHARES.items())
    yield f"{shares[0].upper()}{shares[1:]}."
    median, ninth = counts.quantiles(month, minutes(tables, "first_health_contact").filter(C("month") == month.start))
    if median.isdigit():
        most = f", nine in ten within {ninth}" if ninth.isdigit() else ""
        yield f"Half of first contacts with health staff came within {median} minutes{most}."
    joined = own.unique("thing").join(tables["desk_incident"], left_on="thing", right_on="log_id", how="semi")
    yield f"Logs that are also police incidents, and demand only there: {thousands(counts.part(month, joined))}."
    yield f"People with two logs or more: {count_text(repeated(own).height)}."
    yield f"Exceptions to the procedure: {broken.text(month)}. 'hiu desk {month} --list' names the rows."


def _log_grids(counts: Counts, month: Month) -> Iterator[Grid]:
    yield cross(counts, month, ("call_type", CALLS), ("area", AREAS), "Logs by call type and area")
    yield cross(counts, month, ("weekday", DAYS), ("hours", HOURS), SHADED, "Opened at, UK local time.")
    yield cross(counts, month, ("call_type", CALLS), ("hours", HOURS), "Logs by call type and hour")
    yield cross(counts, month, ("area", AREAS), ("weekday", DAYS), "Logs by area and weekday")
    split = [(words, counts.text(month, f"policing_purpose={name}")) for name, words in PURPOSES.items()]
    yield Grid("Policing purpose", ("Purpose", "Logs"), tuple(split))
    parts = [
        (words, *(counts.text(month, f"{name}={value}") for value in ANSWERS), counts.share(month, f"{name}=yes"))
        for name, words in SHARES.items()
    ]
    yield Grid("What was sent", ("", *ANSWERS.values(), "Share of all logs"), tuple(parts))


def _times(tables: Mapping[str, pl.DataFrame], counts: Counts, month: Month) -> Grid:
    rows = []
    for leg, words in LEGS.items():
        own = minutes(tables, leg).filter(C("month") == month.start)
        both = (counts.part(month, one) for one in (own, own.filter(C("minutes").is_null())))
        rows.append((words, *counts.quantiles(month, own), *both))
    columns = ("Minutes from the log's opening to", "Median", "90th percentile", "Logs with both times", "Out of order")
    note = f"To 5 minutes. {LEAST_TIMES}"
    return Grid("Minutes", columns, tuple(rows), note)


def _referral_grids(asked: Counts, month: Month) -> Iterator[Grid]:
    if not asked.shown:
        return
    for name, values, title in (
        ("scope", SCOPES, "Referrals by scope"),
        ("accepted", ANSWERS, "Referrals accepted"),
        ("request", REQUESTS, "Referrals by what is asked for"),
        ("reason", REASONS, "Referrals by reason of the answer"),
    ):
        yield cross(asked, month, (name, values), ("direction", WAYS | {NOT_RECORDED: "Not recorded"}), title)


def _broken(broken: Counts, month: Month) -> Grid:
    own = rules()["desk"]
    rows = [(one.title, one.sentence, broken.text(month, f"code={one.code}")) for one in own.exceptions]
    return Grid(BROKEN, ("Exception", "What the procedure asks", "Rows"), tuple(rows), f"Rules of the {own.source}.")


def _lines(tables: Mapping[str, pl.DataFrame], counts: Counts, asked: Counts) -> list[Headline]:
    """The headlines that have a chart."""
    lines = [Headline("Logs opened a month", counts.number, counts=True)]
    lines += [Headline(f"{words}, % of logs", partial(_share, counts, name)) for name, words in SHARES.items()]
    lines += [
        Headline(f"{words}: median minutes", partial(_median, tables, counts, leg)) for leg, words in LEGS.items()
    ]
    if asked.shown:
        ways = {words.lower(): f"direction={way}" for way, words in WAYS.items()}
        each = {f"Referrals, {words}": partial(asked.number, group=group) for words, group in ways.items()}
        lines += [Headline(title, value, counts=True) for title, value in each.items()]
    return lines


def _share(counts: Counts, name: str, month: Month) -> float | None:
    part, whole = counts.number(month, f"{name}=yes"), counts.number(month)
    return 100 * part / whole if part is not None and whole else None


def _median(tables: Mapping[str, pl.DataFrame], counts: Counts, leg: str, month: Month) -> float | None:
    found, _ = counts.quantiles(month, minutes(tables, leg).filter(C("month") == month.start))
    return float(found) if found.isdigit() else None
