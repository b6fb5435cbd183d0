"""Areas side by side, as a paper: made of signed bundles alone, whose figures were decided by the sites that sent them.

Areas that count otherwise (another version, other definitions, other rules of counting), that sent another month, or
whose people are invented where others' are not, are named with the reason, and none of their figures is compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hiu.errors import UsageError
from hiu.govern.release.cells import EVERYBODY, SUPPORTED
from hiu.govern.release.disclosure import BASE
from hiu.govern.release.solver import JOINED, LEFT, ON_LIST
from hiu.model import DATASETS
from hiu.month import Month
from hiu.network.bundle import Bundle
from hiu.places.demand import position
from hiu.publish.board.paper import HIDDEN_NOTE, MARKING, Grid
from hiu.publish.charts.reports import funnel_chart
from hiu.publish.pathway.part import Chart, Part
from hiu.publish.stamp import Stamp
from hiu.publish.words.datasets import in_sentence, title_of
from hiu.publish.words.text import count_of
from hiu.stats import Z95, Z998, funnel
from pipelines.papers.commissioner.cells import NIGHTS, S136, YEAR, measure_of, names
from pipelines.papers.compare.limits import spread_of

PER = {S136: 100_000}
"""Adults for which a data set's rate is given, where that is not 1,000."""
FEWEST_AREAS = 3
"""Areas from which limits are drawn: of two each is half of the mean."""
UNKNOWN, MISSING = "not known", "not supplied for 12 months"
SHOWN_MONTHS = 13
_MUST_AGREE = {
    "month": "sent figures of {theirs}, not of {ours}",
    "version": "counts by version {theirs}, not {ours}",
    "definitions": "has other definitions ({theirs}, not {ours})",
    "counting": "has other rules of counting in its settings ({theirs}, not {ours})",
    "synthetic": "{theirs}, unlike the others",
}
_INVENTED = {True: "has invented people", False: "has real people"}


@dataclass(frozen=True)
class Compared:
    """The areas whose figures can be put side by side, and a sentence for each that is left out."""

    areas: tuple[Bundle, ...]
    left_out: tuple[str, ...]


def comparable(bundles: Sequence[Bundle], own: str) -> Compared:
    """Which areas count alike: as this site does, or the first where it is not among them.

    Raises UsageError for two bundles of one area and month.
    """
    seen = [(one.site, one.month) for one in bundles]
    if twice := [site for site, month in seen if seen.count((site, month)) > 1]:
        raise UsageError(f"there are two bundles of '{twice[0]}' of one month; give the one that it sent last")
    first = next((one for one in bundles if one.site == own), bundles[0])
    reasons = {one.name + one.site: _differs(one, first) for one in bundles}
    areas = tuple(one for one in bundles if not reasons[one.name + one.site])
    out = [
        f"{one.site} {why}: its figures are not compared." for one in bundles if (why := reasons[one.name + one.site])
    ]
    return Compared(areas, tuple(out))


def _differs(one: Bundle, first: Bundle) -> str:
    found = []
    for field, words in _MUST_AGREE.items():
        theirs, ours = getattr(one, field), getattr(first, field)
        if theirs != ours:
            text = _INVENTED[theirs] if field == "synthetic" else theirs
            found.append(words.format(theirs=text, ours=ours))
    return "; ".join(found)


def paper(compared: Compared, refused: Sequence[str], stamp: Stamp) -> Part:
    """The paper of areas that count alike. `refused`: why bundles were not read, a sentence each.

    Raises UsageError if there are fewer than two.
    """
    areas, left_out = compared.areas, (*refused, *compared.left_out)
    if len(areas) < 2:
        raise UsageError("there are no two areas to compare. " + " ".join(left_out))
    month = Month.parse(areas[0].month)
    grids = [_rates(areas, month), *(grid for name in DATASETS if (grid := _against(areas, name, month)))]
    return Part(
        name="compare",
        title="Areas compared",
        stamp=stamp,
        marking=MARKING,
        lead=tuple(_lead(areas, left_out, month)),
        grids=(*grids, _flow(areas, month), _caseload(areas), _populations(areas)),
        charts=tuple(_charts(areas, month)),
        charts_title="Against the limits",
        notes=tuple(_notes(areas)),
    )


def _lead(areas: Sequence[Bundle], left_out: Sequence[str], month: Month) -> Iterator[str]:
    yield f"{count_of(len(areas), 'area')} that count alike: {', '.join(one.site for one in areas)}."
    yield f"Rates are of adults, in the 12 months to {month.title}."
    yield from left_out
    if without_adults := [one.site for one in areas if one.population is None]:
        yield f"No rates of {', '.join(without_adults)}: no number of adults was given."
    outside: dict[tuple[str, str], list[str]] = {}
    for name in DATASETS:
        for row in getattr(_against(areas, name, month), "rows", ()):
            if row[-1].startswith(("above", "below")):
                outside.setdefault((row[0], row[-1]), []).append(in_sentence(name))
    yield from (f"{site}, {verdict}: {', '.join(sets)}." for (site, verdict), sets in sorted(outside.items()))
    if len(areas) >= FEWEST_AREAS and not outside:
        yield "No area is outside the limits, as far as it can be shown."


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _year(area: Bundle, dataset: str, month: Month) -> str:
    """What the area shows of 12 months, or that it has not all of them."""
    year = tuple(names(month - (YEAR - 1), month))
    return area.text(measure_of(dataset), dataset, EVERYBODY, year) or MISSING


def _rate(text: str, adults: int | None, per: int) -> str:
    n = _number(text)
    if n is None or adults is None:
        return UNKNOWN if n is not None else text
    rate = n / adults * per
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _adults(area: Bundle) -> int | None:
    return area.population.adults if area.population else None


def _rates(areas: Sequence[Bundle], month: Month) -> Grid:
    """Every data set's rate in each area."""
    heads = [f"{title_of(name)} per {PER.get(name, 1000):,}" for name in DATASETS]
    rows = [
        (one.site, *(_rate(_year(one, name, month), _adults(one), PER.get(name, 1000)) for name in DATASETS))
        for one in areas
    ]
    return Grid("Rates of adults", ("Area", *heads), tuple(rows), HIDDEN_NOTE)


def _against(areas: Sequence[Bundle], dataset: str, month: Month) -> Grid | None:
    """Figures of a data set against the limits of all areas; None where there are too few areas, or none is due."""
    points = list(_points(areas, dataset, month))
    if dataset == NIGHTS or len(points) < FEWEST_AREAS:
        return None
    per, share, spread = _funnel(areas, points, dataset, month)
    rows = []
    for site, adults, n in points:
        inner, outer = (funnel(share, adults, z, spread) for z in (Z95, Z998))
        ends = f"{outer[0] * per:,.1f} to {outer[1] * per:,.1f}"
        rows.append((site, f"{n}", f"{n / adults * per:,.1f}", ends, position(n / adults, inner, outer)))
    columns = ("Area", "In 12 months", f"Per {per:,} adults", "Limits (99.8%)", "Against the limits")
    return Grid(title_of(dataset), columns, tuple(rows), f"All of these areas: {share * per:,.1f} per {per:,} adults.")


def _points(areas: Sequence[Bundle], dataset: str, month: Month) -> Iterator[tuple[str, int, int]]:
    """Name, adults and events of each area of which both are known."""
    for one in areas:
        n, adults = _number(_year(one, dataset, month)), _adults(one)
        if n is not None and adults:
            yield one.site, adults, n


def _funnel(
    areas: Sequence[Bundle], points: Sequence[tuple[str, int, int]], dataset: str, month: Month
) -> tuple[int, float, float]:
    share = sum(n for _, _, n in points) / sum(adults for _, adults, _ in points)
    return PER.get(dataset, 1000), share, max(spread_of(one, dataset, month) for one in areas)


def _charts(areas: Sequence[Bundle], month: Month) -> Iterator[Chart]:
    """A funnel of each data set that has limits."""
    for name in DATASETS:
        points = list(_points(areas, name, month))
        if name == NIGHTS or len(points) < FEWEST_AREAS or not any(n for _, _, n in points):
            continue
        per, share, spread = _funnel(areas, points, name, month)
        title = f"{title_of(name)} per {per:,} adults"
        words = f"{share * per:,.1f} in all areas together."
        svg = funnel_chart(
            [(site, adults, n / adults * per) for site, adults, n in points],
            share,
            spread,
            title=title,
            sentence=f"{words} Solid lines: limits of 99.8%; dashed: of 95%.",
            axis="Adults in the area",
            per=per,
            width=460,
        )
        yield Chart(svg=svg, alt=f"{title}: a funnel of {len(points)} areas. {words}")


def _flow(areas: Sequence[Bundle], month: Month) -> Grid:
    """The caseload of a year: who was supported at its start, joined, left, and is at its end."""
    year = tuple(names(month - (YEAR - 1), month))
    wanted = [(SUPPORTED, (str(month - YEAR),)), (JOINED, year), (LEFT, year), (SUPPORTED, (str(month),))]
    rows = []
    for one in areas:
        texts = [one.text("people", ON_LIST, group, months) or UNKNOWN for group, months in wanted]
        rows.append((one.site, *texts, _rate(texts[-1], _adults(one), 10_000)))
    columns = ("Area", "Supported a year before", "Joined", "Left", "Supported now", "Now, per 10,000 adults")
    note = (
        "Adults. Who left is known once figures of a year before were exchanged. Each figure is rounded by itself, so "
        "they need not add up."
    )
    return Grid("Caseload flow", columns, tuple(rows), note)


def _caseload(areas: Sequence[Bundle]) -> Grid:
    """People supported at the end of each month that was exchanged."""
    own: dict[str, Mapping[str, str]] = {
        one.site: {
            figure.months[-1]: figure.shown
            for figure in one.figures
            if (figure.measure, figure.dataset, figure.group) == ("people", ON_LIST, SUPPORTED)
        }
        for one in areas
    }
    months = sorted({when for of in own.values() for when in of})[-SHOWN_MONTHS:]
    rows = tuple((site, *(of.get(when, "") for when in months)) for site, of in own.items())
    return Grid("Caseload by month", ("Area", *(Month.parse(when).title for when in months)), rows)


def _populations(areas: Sequence[Bundle]) -> Grid:
    """The numbers that rates are of, as the sites gave them."""
    rows = [
        (one.site, f"{given.adults:,}", f"{given.year}", given.source) if given else (one.site, UNKNOWN, "", "")
        for one in areas
        for given in [one.population]
    ]
    return Grid("Adults in each area", ("Area", "Adults", "Year", "Source"), tuple(rows), "As each site gave them.")


def _notes(areas: Sequence[Bundle]) -> Iterator[str]:
    yield (
        "Areas differ in what agencies record and how they work, and in who lives there. A figure outside the limits "
        "is a reason to ask, not a verdict, and no area is ranked."
    )
    yield f"Every figure was decided by the area that sent it, and is rounded to {BASE}. Rates are of rounded figures."
    yield (
        "Limits are as wide as months of one area vary, of the area in which they vary most, and at least as wide as "
        "by chance. Nights in hospital have none: those of one stay come together."
    )
    years = sorted({one.population.year for one in areas if one.population})
    if len(years) > 1:
        yield f"The numbers of adults are of different years ({years[0]} to {years[-1]})."
    first = areas[0]
    yield f"Version {first.version}, definitions {first.definitions}, counting {first.counting}."
