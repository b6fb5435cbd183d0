"""Figures of the board paper under disclosure control: aggregates in, text and rounded numbers out.

Rules: fewer than 8 people or events, or one person with more than half: hidden. Others to the nearest 5, totals from
the unrounded. Whatever a hidden figure could be worked out from is hidden with it. Lines and limits of a chart are
worked out from the figures shown, so they tell nothing more.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from hiu.govern.release.disclosure import HIDDEN, is_small_total, round_count, suppress
from hiu.month import Month
from hiu.publish.board.paper import HIDDEN_NOTE, Bars, Grid, Line, aggregate
from hiu.publish.words.datasets import in_sentence, title_of
from hiu.publish.words.text import listed, number
from hiu.rank.reports.xmr import xmr

NOT_SUPPLIED = "not supplied"
GROUPS = ("supported", "others")
LEAST_DRAWN, MOST_HIDDEN = 6, 0.25
"""Months a chart needs, and the share of supplied months that may be hidden in it."""


def line(dataset: str, figures: pl.DataFrame, years: pl.DataFrame) -> Line:
    """A data set's months. Both frames have the columns of ALLOWED['trend']; n is null where not supplied.

    `years` has the last 12 months and the 12 before, each under its last month: said in place of a chart where so many
    months are hidden that a line through the rest would mislead.
    """
    rows = aggregate("trend", figures).sort("month").rows(named=True)
    cells = [_month(row["n"], row["people"], row["most"]) for row in rows]
    values = tuple(int(cell) if cell.isdigit() else None for cell in cells)
    gaps = tuple("" if cell.isdigit() else cell for cell in cells)
    seen = sum(value is not None for value in values)
    drawn = seen >= LEAST_DRAWN and gaps.count(HIDDEN) <= MOST_HIDDEN * (seen + gaps.count(HIDDEN))
    chart = xmr(list(values) if drawn else [None] * len(values))
    months = tuple(row["month"] for row in rows)
    said = (
        _said(dataset, months, values, gaps, chart.mean, chart.lower, chart.upper, chart.latest)
        if drawn
        else _yearly(dataset, months, aggregate("trend", years).sort("month"))
    )
    flags = tuple("|".join(found) for found in chart.flags)
    first, last = (Month.of(when).title for when in (months[0], months[-1])) if months else ("", "")
    alt = (
        f"Line chart of {in_sentence(dataset)} a month, {first} to {last}, figures rounded to 5, with the mean and "
        f"control limits. {said}"
    )
    return Line(
        dataset,
        title_of(dataset),
        months,
        values,
        gaps,
        flags,
        chart.mean,
        max(0.0, chart.lower),
        chart.upper,
        said,
        alt,
        drawn,
    )


def recent(lines: Sequence[Line], months: int = 12) -> Grid:
    """The last months of every data set, a month a row: the table behind the charts."""
    last = max((one.months[-1] for one in lines if one.months), default=None)
    if last is None:
        return Grid("Figures by month", ("Month",), ())
    span = [when.start for when in (Month.of(last) - (months - 1)).through(Month.of(last))]
    cells = {
        (one.dataset, when): HIDDEN if gap == HIDDEN else gap or f"{value:,}"
        for one in lines
        for when, value, gap in zip(one.months, one.values, one.gaps, strict=True)
    }
    rows = tuple(
        (Month.of(when).title, *(cells.get((one.dataset, when), NOT_SUPPLIED) for one in lines)) for when in span
    )
    return Grid("Figures by month, the last 12", ("Month", *(one.title for one in lines)), rows, HIDDEN_NOTE)


def demand(figures: pl.DataFrame, sets: Sequence[str], gaps: Mapping[str, int]) -> tuple[Grid, Bars]:
    """Events and people by data set in the last 12 months: people being supported, others on the list, all.

    `figures` has the columns of ALLOWED['demand']; `gaps` months of the 12 not supplied, by data set.
    """
    found = {(row["dataset"], row["group"]): row for row in aggregate("demand", figures).iter_rows(named=True)}
    rows: list[tuple[str, ...]] = []
    bars: dict[str, list[int | None]] = {"Supported": [], "Others on the list": []}
    for name in sets:
        own = [found.get((name, group), _NONE) for group in GROUPS]
        few = [(0, at) for at, one in enumerate(own) if is_small_total(one["n"], one["people"], one["most"])]
        whole = {key: sum(one[key] for one in own) for key in ("n", "people")}
        if is_small_total(whole["n"], whole["people"], max(one["most"] for one in own)):
            few.append((0, 2))
        events = suppress([[one["n"] for one in own]], hide=few)[0]
        people = suppress([[one["people"] for one in own]])[0]
        for label, text in zip(bars, events, strict=False):
            bars[label].append(int(text) if text.isdigit() else None)
        lacking = (
            f"{gaps[name]} months {NOT_SUPPLIED}"
            if gaps.get(name, 0) > 1
            else (f"1 month {NOT_SUPPLIED}" if gaps.get(name) else "every month supplied")
        )
        rows.append(
            (title_of(name), *(_thousands(cell) for pair in zip(events, people, strict=True) for cell in pair), lacking)
        )
    columns = ("Data set", "Supported: events", "people", "Others: events", "people", "All: events", "people", "Feed")
    grid = Grid(
        "Demand by agency, the last 12 months",
        columns,
        tuple(rows),
        f"{HIDDEN_NOTE}. Bed days are nights; they and events are never added together.",
    )
    alt = "Bar chart of demand by data set in the last 12 months, people being supported and others on the list. " + (
        ". ".join(f"{row[0]}: supported {row[1]}, others {row[3]}" for row in rows)
    )
    return grid, Bars(
        grid.title,
        tuple(title_of(name) for name in sets),
        {k: tuple(v) for k, v in bars.items()},
        alt,
        "Adults on the list: people being supported, and all others.",
    )


def cost(figures: pl.DataFrame, units: pl.DataFrame, people: str) -> tuple[Grid, Bars]:
    """Indicative cost by agency of the first N people's last 12 months, from the rounded figures.

    `figures` has the columns of ALLOWED['demand'] (one group); `units` dataset, agency, low, central, high, price_year.
    """
    found = {row["dataset"]: row for row in aggregate("demand", figures).iter_rows(named=True)}
    priced = list(units.iter_rows(named=True))
    own = [found.get(row["dataset"], _NONE) for row in priced]
    rows: list[tuple[str, ...]] = []
    central: list[int | None] = []
    for row, one in zip(priced, own, strict=True):
        hidden, n = is_small_total(one["n"], one["people"], one["most"]), round_count(one["n"])
        money = [None if hidden else n * row[point] for point in ("low", "central", "high")]
        central.append(None if hidden else int(round(n * row["central"], -3)))
        rows.append(
            (
                row["agency"],
                title_of(row["dataset"]),
                HIDDEN if hidden else f"{n:,}",
                *(_pounds(value) for value in money),
                f"{row['central']:,.0f} ({row['price_year']})",
            )
        )
    # of the figures shown only: a total over the hidden ones too would give them away at three unit costs
    kept = [
        (round_count(one["n"]), row)
        for one, row in zip(own, priced, strict=True)
        if not is_small_total(one["n"], one["people"], one["most"])
    ]
    whole = [sum(n * row[point] for n, row in kept) for point in ("low", "central", "high")]
    rows.append(("Agencies shown", "", "", *(_pounds(value) for value in whole), ""))
    columns = ("Agency", "Data set", "Units", "Low", "Central", "High", "Central unit cost (price year)")
    note = (
        f"{people}. Indicative, not cash-releasing: capacity, not money in hand. Price years differ and are not "
        f"uprated. {HIDDEN_NOTE}."
    )
    grid = Grid("Indicative cost, the last 12 months", columns, tuple(rows), note)
    alt = "Bar chart of indicative central cost by agency. " + ". ".join(f"{row[0]}: {row[4]}" for row in rows)
    return grid, Bars(
        grid.title,
        tuple(row["agency"] for row in priced),
        {"Central, pounds": tuple(central)},
        alt,
        f"{people}; pounds, central unit costs.",
    )


def equality(selection: pl.DataFrame, top: int) -> Grid:
    """The first N against the whole list, by group; `selection` is the audit after suppression (text counts)."""
    rows = []
    for row in aggregate("selection", selection).iter_rows(named=True):
        low, high = row["low"], row["high"]
        ratio = "not shown" if row["ratio"] is None else number(row["ratio"])
        span = "" if low is None or high is None else f"{low:.1f} to {'any' if high > 99 else f'{high:.1f}'}"
        hidden = HIDDEN in (row["people"], row["top"]) or row["ratio"] is None
        finding = "not shown" if hidden else "look into it" if row["flag"] else "no difference found"
        rows.append(
            (
                row["characteristic"].replace("_", " ").capitalize(),
                str(row["group"]),
                _thousands(row["people"]),
                _thousands(row["top"]),
                ratio,
                span,
                finding,
            )
        )
    columns = (
        "Characteristic",
        "Group",
        "On the list",
        f"In the first {top}",
        "Times as often as others",
        "95% interval",
        "Finding",
    )
    note = (
        f"Power is poor with {top} people: no difference found is not proof of none. The rank uses no protected "
        f"characteristic. {HIDDEN_NOTE}."
    )
    return Grid("Equality: who is in the first places", columns, tuple(rows), note)


def coverage(figures: pl.DataFrame, sets: Sequence[str], month: Month) -> Grid:
    """Which months each agency supplied, the last 12."""
    given = {
        (row["month"], row["dataset"])
        for row in aggregate("coverage", figures).iter_rows(named=True)
        if row["supplied"]
    }
    months = (month - 11).through(month)
    rows = tuple(
        (title_of(name), *("yes" if (when.start, name) in given else "no" for when in months)) for name in sets
    )
    return Grid(
        "Coverage of feeds: was the month supplied?",
        ("Data set", *(when.title for when in months)),
        rows,
        "no = not supplied: missing, never zero.",
    )


def _month(n: int | None, people: int | None, most: int | None) -> str:
    if n is None:
        return NOT_SUPPLIED
    return HIDDEN if is_small_total(n, people or 0, most or 0) else str(round_count(n))


_NONE = {"n": 0, "people": 0, "most": 0}


def _said(
    dataset: str,
    months: Sequence[date],
    values: Sequence[int | None],
    gaps: Sequence[str],
    mean: float,
    lower: float,
    upper: float,
    latest: Sequence[str],
) -> str:
    name = title_of(dataset)
    if not months:
        return f"{name}: no month was supplied."
    title = Month.of(months[-1]).title
    if values[-1] is None:
        why = "was not supplied" if gaps[-1] == NOT_SUPPLIED else "is too small a figure to be shown"
        return f"{name}: {title} {why}."
    usual = (
        f"{name}: about {values[-1]:,} in {title}; usually {mean:,.0f}, limits {max(0.0, lower):,.0f} to {upper:,.0f}"
    )
    if not latest:
        return f"{usual}; usual variation."
    return f"{usual}; {'higher' if values[-1] > mean else 'lower'} than usual ({', '.join(latest)})."


def _yearly(dataset: str, months: Sequence[date], years: pl.DataFrame) -> str:
    """Whole years, where single months are too small to be shown."""
    name = title_of(dataset)
    if not months:
        return f"{name}: no month was supplied."
    said = [_month(row["n"], row["people"], row["most"]) for row in years.iter_rows(named=True)]
    words = {HIDDEN: "too few to be shown", NOT_SUPPLIED: "not wholly supplied"}
    told = [words.get(cell, f"about {_thousands(cell)}") for cell in said]
    parts = [
        f"{text} in the 12 months to {Month.of(when).title}" for text, when in zip(told, years["month"], strict=True)
    ]
    return f"{name}: too few people in most months for a chart; {listed(parts)}."


def _thousands(text: str) -> str:
    return f"{int(text):,}" if text.isdigit() else text


def _pounds(value: float | None) -> str:
    return HIDDEN if value is None else f"£{round(value, -3):,.0f}"
