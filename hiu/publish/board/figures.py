"""Figures of the board paper under disclosure control: aggregates in, text and rounded numbers out.

Rules: fewer than 8 people or events, or one person with more than half: hidden. Others to the nearest 5, totals from
the unrounded. Whatever a hidden figure could be worked out from is hidden with it. Lines and limits of a chart are
worked out from the figures shown, so they tell nothing more.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from hiu.govern.release.disclosure import BASE, HIDDEN, is_small_total, round_count, suppress
from hiu.month import Month
from hiu.publish.board.paper import HIDDEN_NOTE, Bars, Grid, Line, aggregate
from hiu.publish.rows import Row
from hiu.publish.words.datasets import in_sentence, title_of
from hiu.publish.words.terms import source_words
from hiu.publish.words.text import count_of, join_words, number
from hiu.rank.reports.xmr import Xmr, xmr

NOT_SUPPLIED = "not supplied"
GROUPS = ("supported", "others")
_NONE: Row = {"n": 0, "people": 0, "most": 0}
LEAST_DRAWN, MOST_HIDDEN = 6, 0.25
"""Months a chart needs, and the share of supplied months that may be hidden in it."""


def line(dataset: str, figures: pl.DataFrame, years: pl.DataFrame) -> Line:
    """A data set's months. Both frames have the columns of ALLOWED['trend']; n is null where not supplied.

    `years` has the last 12 months and the 12 before, each under its last month: said in place of a chart where so many
    months are hidden that a line through the rest would mislead.
    """
    rows = aggregate("trend", figures).sort("month").rows(named=True)
    months = tuple(row["month"] for row in rows)
    cells = [_month(row) for row in rows]
    values = tuple(int(cell) if cell.isdigit() else None for cell in cells)
    gaps = tuple("" if cell.isdigit() else cell for cell in cells)
    seen, hidden = sum(value is not None for value in values), gaps.count(HIDDEN)
    drawn = seen >= LEAST_DRAWN and hidden <= MOST_HIDDEN * (seen + hidden)
    chart = xmr(list(values) if drawn else [None] * len(values))
    title = title_of(dataset)
    if not months:
        sentence, span = f"{title}: no month was supplied.", " to , "
    else:
        text = _latest(values[-1], gaps[-1], chart, Month.of(months[-1])) if drawn else _yearly(years)
        sentence, span = f"{title}: {text}.", f"{Month.of(months[0]).title} to {Month.of(months[-1]).title}, "
    return Line(
        dataset=dataset,
        title=title,
        months=months,
        values=values,
        gaps=gaps,
        flags=tuple("|".join(rules) for rules in chart.flags),
        mean=chart.mean,
        lower=max(0.0, chart.lower),
        upper=chart.upper,
        sentence=sentence,
        alt=f"Line chart of {in_sentence(dataset)} a month, {span}figures rounded to {BASE}, with the mean and "
        f"control limits. {sentence}",
        drawn=drawn,
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
        whole = {key: fold(one[key] for one in own) for key, fold in (("n", sum), ("people", sum), ("most", max))}
        few = [(0, at) for at, one in enumerate([*own, whole]) if _hide(one)]
        events = suppress([[one["n"] for one in own]], hide=few)[0]
        people = suppress([[one["people"] for one in own]])[0]
        for label, text in zip(bars, events, strict=False):
            bars[label].append(int(text) if text.isdigit() else None)
        gap = f"{count_of(gaps[name], 'month')} {NOT_SUPPLIED}" if gaps.get(name) else "every month supplied"
        cells = (_thousands(cell) for pair in zip(events, people, strict=True) for cell in pair)
        rows.append((title_of(name), *cells, gap))
    columns = ("Data set", "Supported: events", "people", "Others: events", "people", "All: events", "people", "Feed")
    note = f"{HIDDEN_NOTE}. Bed days are nights; they and events are never added together."
    grid = Grid("Demand by agency, the last 12 months", columns, tuple(rows), note)
    alt = "Bar chart of demand by data set in the last 12 months, people being supported and others on the list. " + (
        ". ".join(f"{row[0]}: supported {row[1]}, others {row[3]}" for row in rows)
    )
    return grid, Bars(
        title=grid.title,
        categories=tuple(title_of(name) for name in sets),
        series={label: tuple(values) for label, values in bars.items()},
        alt=alt,
        caption="Adults on the list: people being supported, and all others.",
    )


def cost(figures: pl.DataFrame, units: pl.DataFrame, people: str) -> tuple[Grid, Bars]:
    """Indicative cost by agency of the first N people's last 12 months, from the rounded figures.

    `figures` has the columns of ALLOWED['demand'] (one group); `units` dataset, agency, low, central, high, price_year.
    """
    found = {row["dataset"]: row for row in aggregate("demand", figures).iter_rows(named=True)}
    rows: list[tuple[str, ...]] = []
    central: list[int | None] = []
    # of the figures shown only: a total over the hidden ones too would give them away at three unit costs
    whole = dict.fromkeys(("low", "central", "high"), 0.0)
    for row in units.iter_rows(named=True):
        one = found.get(row["dataset"], _NONE)
        hidden, n = _hide(one), round_count(one["n"])
        money = {point: n * row[point] for point in whole}
        if not hidden:
            whole = {point: whole[point] + money[point] for point in whole}
        central.append(None if hidden else int(round(money["central"], -3)))
        cells = [HIDDEN] * 4 if hidden else [f"{n:,}", *map(_pounds, money.values())]
        price = f"{row['central']:,.0f} ({row['price_year']})"
        rows.append((row["agency"], title_of(row["dataset"]), *cells, price))
    agencies = tuple(row[0] for row in rows)
    rows.append(("Agencies shown", "", "", *map(_pounds, whole.values()), ""))
    columns = ("Agency", "Data set", "Units", "Low", "Central", "High", "Central unit cost (price year)")
    note = (
        f"{people}. Indicative, not cash-releasing: capacity, not money in hand. Price years differ and are not "
        f"uprated. {HIDDEN_NOTE}."
    )
    grid = Grid("Indicative cost, the last 12 months", columns, tuple(rows), note)
    alt = "Bar chart of indicative central cost by agency. " + ". ".join(f"{row[0]}: {row[4]}" for row in rows)
    return grid, Bars(
        title=grid.title,
        categories=agencies,
        series={"Central, pounds": tuple(central)},
        alt=alt,
        caption=f"{people}; pounds, central unit costs.",
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
        counts = (_thousands(row["people"]), _thousands(row["top"]))
        what = source_words(row["characteristic"]).capitalize()
        rows.append((what, str(row["group"]), *counts, ratio, span, finding))
    counted = ("On the list", f"In the first {top}")
    columns = ("Characteristic", "Group", *counted, "Times as often as others", "95% interval", "Finding")
    note = (
        f"Power is poor with {top} people: no difference found is not proof of none. The rank uses no protected "
        f"characteristic. {HIDDEN_NOTE}."
    )
    return Grid("Equality: who is in the first places", columns, tuple(rows), note)


def coverage(figures: pl.DataFrame, sets: Sequence[str], month: Month) -> Grid:
    """Which months each agency supplied, the last 12."""
    given = set(aggregate("coverage", figures).filter("supplied").select("month", "dataset").iter_rows())
    months = (month - 11).through(month)
    rows = tuple(
        (title_of(name), *("yes" if (when.start, name) in given else "no" for when in months)) for name in sets
    )
    columns = ("Data set", *(when.title for when in months))
    return Grid("Coverage of feeds: was the month supplied?", columns, rows, "no = not supplied: missing, never zero.")


def _month(row: Row) -> str:
    if row["n"] is None:
        return NOT_SUPPLIED
    return HIDDEN if _hide(row) else str(round_count(row["n"]))


def _hide(row: Row) -> bool:
    """A count of events that may not be shown; zero may. `row`: n, people, and the most of one person."""
    return is_small_total(row["n"], row["people"] or 0, row["most"] or 0)


def _latest(value: int | None, gap: str, chart: Xmr, month: Month) -> str:
    """The latest month against the usual."""
    if value is None:
        return f"{month.title} {'was not supplied' if gap == NOT_SUPPLIED else 'is too small a figure to be shown'}"
    limits = f"limits {max(0.0, chart.lower):,.0f} to {chart.upper:,.0f}"
    usual = f"about {value:,} in {month.title}; usually {chart.mean:,.0f}, {limits}"
    if not chart.latest:
        return f"{usual}; usual variation"
    return f"{usual}; {'higher' if value > chart.mean else 'lower'} than usual ({', '.join(chart.latest)})"


def _yearly(years: pl.DataFrame) -> str:
    """Whole years, where single months are too small to be shown."""
    words = {HIDDEN: "too few to be shown", NOT_SUPPLIED: "not wholly supplied"}
    rows = aggregate("trend", years).sort("month").rows(named=True)
    cells = [(_month(row), Month.of(row["month"]).title) for row in rows]
    parts = [f"{words.get(cell, f'about {_thousands(cell)}')} in the 12 months to {last}" for cell, last in cells]
    return f"too few people in most months for a chart; {join_words(parts)}"


def _thousands(text: str) -> str:
    return f"{int(text):,}" if text.isdigit() else text


def _pounds(value: float) -> str:
    return f"£{round(value, -3):,.0f}"
