"""Figures of the board paper: cells that the release solver has decided come in as text, tables and charts go out.

Nothing is counted here. A cell is `*`, 0 or a multiple of 5; lines, limits, ratios and costs are worked out from the
figures shown, so they tell nothing more.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from hiu.errors import HiuError
from hiu.govern.release.cells import WITHHELD
from hiu.govern.release.disclosure import BASE, FEWEST, HIDDEN
from hiu.month import Month
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import UNSEEN, Bars, Grid, Line, aggregate, legend
from hiu.publish.board.variation import icon
from hiu.publish.rows import Row
from hiu.publish.words.datasets import in_sentence, title_of
from hiu.publish.words.terms import source_words
from hiu.publish.words.text import count_of, join_words
from hiu.rank.reports.xmr import Xmr, stepped

NOT_SUPPLIED = "not supplied"
GROUPS = ("supported", "others", "everybody")
LEAST_DRAWN, MOST_HIDDEN = 6, 0.25
"""Months a chart needs, and the share of supplied months that may be hidden in it."""

Gaps = Mapping[str, Sequence[str]]
"""Months that were not supplied, as people read them, by data set."""
Texts = Mapping[tuple[str, str], str]
"""Cells of a period by data set and group."""


def line(
    dataset: str,
    series: Iterable[tuple[date, str | None]],
    years: Sequence[tuple[date, str | None, Sequence[str]]],
    breaks: Iterable[date] = (),
) -> Line:
    """A data set's months and their cells; None is a month not supplied. Mean and limits start anew at `breaks`.

    `years` has the last 12 months and the 12 before, each under its last month with the months it lacks: said in place
    of a chart where so many months are hidden that a line through the rest would mislead. Mean and limits are whole.
    """
    rows = [(when, _decided(text)) for when, text in sorted(series)]
    months = tuple(when for when, _ in rows)
    cells = [NOT_SUPPLIED if text is None else text for _, text in rows]
    values = tuple(int(cell) if cell.isdigit() else None for cell in cells)
    gaps = tuple("" if cell.isdigit() else cell for cell in cells)
    seen, hidden = sum(value is not None for value in values), sum(gap in (HIDDEN, WITHHELD) for gap in gaps)
    drawn = seen >= LEAST_DRAWN and hidden <= MOST_HIDDEN * (seen + hidden)
    starts = [at for day in breaks for at, when in enumerate(months) if at and months[at - 1] < day <= when]
    chart, limits = stepped(list(values) if drawn else [None] * len(values), starts)
    seen_last = drawn and values[-1] is not None
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
        mean=_whole(chart.mean),
        lower=_whole(max(0.0, chart.lower)),
        upper=_whole(chart.upper),
        sentence=sentence,
        alt=f"Line chart of {in_sentence(dataset)} a month, {span}figures rounded to {BASE}, with the mean and "
        f"control limits. {sentence}",
        drawn=drawn,
        limits=tuple((_whole(mean), _whole(max(0.0, lower)), _whole(upper)) for mean, lower, upper in limits),
        icon=icon(dataset, chart.latest, bool(chart.up[-1])) if seen_last else None,
        colours=tuple(
            icon(dataset, rules, bool(up)).colour if rules else ""
            for rules, up in zip(chart.flags, chart.up, strict=True)
        ),
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
    return Grid("Figures by month, the last 12", ("Month", *(one.title for one in lines)), rows, legend(rows))


def demand(
    texts: Texts, people: Mapping[str, str], sets: Sequence[str], gaps: Gaps, partly: Mapping[str, int]
) -> tuple[Grid, Bars]:
    """Events by data set in the last 12 months: people being supported, others, everybody; and how many people.

    `gaps` are the months of the 12 not supplied, `partly` those supplied without the numbers of some people, by data
    set; a data set without a cell had none supplied.
    """
    rows: list[tuple[str, ...]] = []
    bars: dict[str, list[int | None]] = {"Supported": [], "Others": []}
    for name in sets:
        events = [_decided(texts.get((name, group))) or NOT_SUPPLIED for group in GROUPS]
        for label, text in zip(bars, events, strict=False):
            bars[label].append(int(text) if text.isdigit() else None)
        gap = f"without {join_words(gaps[name])}, {NOT_SUPPLIED}" if gaps.get(name) else "every month supplied"
        if partly.get(name):
            gap += f"; at least: {count_of(partly[name], 'month')} without the numbers of some people"
        rows.append((title_of(name), *map(thousands, [*events, _decided(people.get(name)) or NOT_SUPPLIED]), gap))
    columns = ("Data set", "Supported: events", "Others: events", "All: events", "People behind all", "Months supplied")
    note = (
        f"Events of entries that name an adult, not an agency's whole work. {legend(rows)} Bed days are nights, "
        "and in no sum with events here. Supported: people being supported at the end of the month that the event "
        "was in; what they had before and after support is with the others. People behind all: everybody "
        "with an event, given where the number of events is hidden too, as it gives no event away. Parts are rounded "
        "one by one and need not add up."
    )
    grid = Grid("Demand by agency, the last 12 months", columns, tuple(rows), note.strip())
    alt = "Bar chart of demand by data set in the last 12 months, people being supported and others. " + (
        ". ".join(f"{row[0]}: supported {row[1]}, others {row[2]}" for row in rows).replace(HIDDEN, WITHHELD)
    )
    return grid, Bars(
        title=grid.title,
        categories=tuple(title_of(name) for name in sets),
        series={label: tuple(values) for label, values in bars.items()},
        alt=alt,
        caption="Adults: people being supported, and all others.",
    )


def cost(texts: Mapping[str, str], units: pl.DataFrame, gaps: Gaps) -> tuple[Grid, Bars]:
    """Indicative cost by agency of the last 12 months, from the figures shown (`texts` by data set).

    `units` has dataset, agency, low, central, high, price_year.
    """
    rows: list[tuple[str, ...]] = []
    central: list[int | None] = []
    # of the figures shown only: a total over the hidden ones too would give them away at three unit costs
    whole = dict.fromkeys(("low", "central", "high"), 0.0)
    for row in units.iter_rows(named=True):
        text = _decided(texts.get(row["dataset"])) or NOT_SUPPLIED
        money = {point: int(text) * row[point] for point in whole} if text.isdigit() else {}
        whole = {point: whole[point] + round(money.get(point, 0.0), -3) for point in whole}
        central.append(int(round(money["central"], -3)) if money else None)
        cells = [thousands(text), *map(_pounds, money.values())] if money else [text] * 4
        price = " / ".join(f"£{row[point]:,.0f}" for point in whole)
        rows.append((row["agency"], title_of(row["dataset"]), *cells, price, row["price_year"]))
    agencies = tuple(row[0] for row in rows)
    # missing is not nought: with no cost shown there is no total
    total = [_pounds(value) if any(central) else "no cost can be shown" for value in whole.values()]
    rows.append(("Total of the costs shown", "", "", *total, "", ""))
    columns = ("Agency", "Data set", "Units", "Low", "Central", "High", "Unit cost: low / central / high", "Prices of")
    lacking = [f"{title_of(name)} without {join_words(gaps[name])}" for name in units["dataset"] if gaps.get(name)]
    uncosted = [title_of(name) for name in texts if name not in set(units["dataset"])]
    hidden = [row[1] for row in rows if row[2] in UNSEEN]
    note = (
        "Cost of all adults in the records, not only of people being supported. Indicative, not cash-releasing: "
        "staff time and beds, not money in hand. The total adds the rounded costs above it"
        + (f", without {join_words(hidden)}, which can't be shown" if hidden else "")
        + ". Each unit cost is in the prices of its year and not brought up to today's, so older ones are too low. "
        + (f"No unit cost is known for {join_words(uncosted)}. " if uncosted else "")
        + "The low police cost is officers' time alone, the central one the whole incident. "
        + (f"Not supplied, so too low: {join_words(lacking)}. " if lacking else "")
        + legend(rows)
    )
    grid = Grid("Indicative cost, the last 12 months", columns, tuple(rows), note.strip())
    alt = "Bar chart of indicative central cost by agency. " + ". ".join(f"{row[0]}: {row[4]}" for row in rows)
    return grid, Bars(
        title=grid.title,
        categories=agencies,
        series={"Central, pounds": tuple(central)},
        alt=alt.replace(HIDDEN, WITHHELD),
        caption="All adults in the agencies' records; pounds, central unit costs.",
    )


def cost_sentences(grid: Grid, service: str, bare: Collection[str]) -> tuple[str, str]:
    """The total of the cost table in a sentence, with how much of it rests on unit costs of the `bare` agencies, of
    which no document is on record; and what the service itself costs, which is no part of it."""
    *rows, (*_, low, central, high, _, _) = grid.rows
    own = f"The service itself: {service or 'not in this paper'}. Its effect: see 'Did support work?'."
    if not central.startswith("£"):
        return "What adults in the records used can't be costed from what may be shown.", own
    oldest = min(re.findall(r"\d{4}", " ".join(row[-1] for row in rows if row[4].startswith("£"))))
    sums = [int(re.sub(r"\D", "", row[4])) for row in rows if row[0] in bare and row[4].startswith("£")]
    share = sum(sums) / int(re.sub(r"\D", "", central))
    unsourced = f"No document is on record for the unit costs behind {share:.0%} of it. " if share else ""
    return (
        f"The agencies' time and beds for all adults in the records are put at about {central} in the 12 months, from "
        f"{low} at low unit costs to {high} at high ones, as far as can be shown. "
        f"{unsourced}Prices go back to {oldest}: at today's prices the figure would be "
        "higher. None of it is money in hand.",
        own,
    )


def equality(selection: Sequence[Row], top: int, month: Month) -> Grid:
    """The first N against everybody in the records, by group, as at a month.

    `selection` has characteristic, group, the texts people and top, and ratio, low, high and flag or None.
    """
    rows = []
    for row in selection:
        low, high = row["low"], row["high"]
        unknown = row["ratio"] is None
        ratio = "" if unknown else f"{row['ratio']:.1f}"
        span = "" if low is None or high is None else ratio_range(low, high)
        finding = "can't be judged" if unknown else "look into it" if row["flag"] else "no difference found"
        what = source_words(row["characteristic"]).capitalize()
        rows.append((what, str(row["group"]), thousands(row["people"]), thousands(row["top"]), ratio, span, finding))
    counted = ("In the records", f"In the first {top}")
    columns = ("Characteristic", "Group", *counted, "Times as often as others", "95% interval", "Finding")
    note = (
        f"As at {month.title}, renewed once a year, so that nobody who joins or leaves can be worked out. In the "
        "records: adults with a contact, a bed day, a detention or an assessment in the 12 months. Groups are rounded "
        f"one by one, so they need not add up to the total on the first page. With {top} people only large differences "
        "can be found: no difference found is not proof of none, and 0 in the first places can be chance, as the "
        f"interval beside it says. 0 is shown, since it is about nobody; 1 to {FEWEST - 1} people are hidden, and "
        "larger figures with them where the small one could be worked out. Of the protected characteristics the list "
        "uses age alone: under-18s are listed apart. Characteristics that are not here were not supplied to this "
        f"paper. {legend(rows)}"
    )
    return Grid(f"Equality: who is in the first {top}", columns, tuple(rows), note.strip())


def ratio_range(low: float, high: float) -> str:
    """The interval of a ratio in words: `0.8 to 4.7`."""
    return f"{low:.1f} to {'any' if high > 99 else f'{high:.1f}'}"


def coverage(figures: pl.DataFrame, sets: Sequence[str], month: Month) -> Grid:
    """Which months each agency supplied, the last 12; `whole` = with the number of everybody."""
    given = aggregate("coverage", figures).filter("supplied").select("month", "dataset", "whole")
    words = {(when, name): "yes" if whole else "in part" for when, name, whole in given.iter_rows()}
    months = (month - 11).through(month)
    rows = tuple((title_of(name), *(words.get((when.start, name), "no") for when in months)) for name in sets)
    columns = ("Data set", *(when.title for when in months))
    note = "no = not supplied: missing, never zero."
    if "in part" in words.values():
        note += " in part = the numbers of some people were not sent, so read any total with the month as 'at least'."
    return Grid("Coverage of feeds: was the month supplied?", columns, rows, note)


def _decided(text: str | None) -> str | None:
    """A cell's text, if it is one. Raises HiuError for any other: an exact figure must never come this far."""
    if text in (None, HIDDEN, WITHHELD, "0"):
        return text
    if text is not None and text.isdigit() and int(text) >= FEWEST and int(text) % BASE == 0:
        return text
    raise HiuError("board paper: a figure came in that the release solver has not decided; nothing was written")


def _latest(value: int | None, gap: str, chart: Xmr, month: Month) -> str:
    """The latest month against the usual."""
    if value is None:
        return f"{month.title} {'was not supplied' if gap == NOT_SUPPLIED else 'is too small a figure to be shown'}"
    low, usually, high = map(_whole, (max(0.0, chart.lower), chart.mean, chart.upper))
    usual = f"about {value:,} in {month.title}; usually {usually:,.0f}, limits {low:,.0f} to {high:,.0f}"
    if not chart.latest:
        return f"{usual}; usual variation"
    return f"{usual}; {'higher' if value > chart.mean else 'lower'} than usual ({', '.join(chart.latest)})"


def _yearly(years: Sequence[tuple[date, str | None, Sequence[str]]]) -> str:
    """Whole years, where single months are too small to be shown; of a year that lacks months, which."""
    parts = []
    for when, text, lacking in years:
        words = "not shown" if text in (HIDDEN, WITHHELD) else f"about {thousands(text)}" if text else NOT_SUPPLIED
        some = f" without {join_words(lacking)}, {NOT_SUPPLIED}" if text and lacking else ""
        parts.append(f"{words} in the 12 months to {Month.of(when).title}{some}")
    return f"most months can't be shown, so there is no chart; {'; '.join(parts)}"


def _whole(value: float) -> float:
    """A mean or a limit as the chart and the words have it; not a number stays so."""
    return value if math.isnan(value) else float(math.floor(value + 0.5))


def _pounds(value: float) -> str:
    return f"£{round(value, -3):,.0f}"
