"""The paper of figures by area: made of the cells' texts alone, so that nothing is on it but what the solver passed."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hiu.govern.release.cells import Cell
from hiu.govern.release.disclosure import BASE
from hiu.month import Month
from hiu.places.demand import FIRST, PERIOD, REPEAT, position
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import HIDDEN_NOTE, MARKING, Grid
from hiu.publish.charts.reports import funnel_chart
from hiu.publish.pathway.part import Chart, Part
from hiu.publish.stamp import Stamp
from hiu.publish.words.datasets import in_sentence
from hiu.stats import Z95, Z998, funnel
from pipelines.papers.places.cells import LEVELS, TOTAL, UNKNOWN
from pipelines.papers.places.cells import Part as Place

NOT_SHOWN = "not shown"
NOT_COMPARED = "Trusts differ in what they do, so their rates are not compared."
NO_POPULATION = "Rates by population appear once the crosswalk has the population of every borough."
AREA = {
    "incident": "where contacts happened",
    "home": "where people lived at the time",
    "provider": "who gave the care",
}
LEVEL = {"command_unit": "Command unit", "borough": "Borough", "trust": "Trust"}
FEWEST_POINTS = 3
"""Areas from which a funnel is drawn."""
_GROUP = re.compile(r"(\w+) ([\w|]+): (.+), (\w+)")
Texts = Mapping[tuple[Place, str, str], str]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What was counted, and when: the month whose 12 months the cells are of; of each area and
    level how much wider than by chance a number varies; the people who live in each place, where the site says so; and
    how many of the months were supplied of each data set.
    """

    month: Month
    cells: Sequence[Cell]
    spread: Mapping[str, float]
    people: Mapping[str, Mapping[str, int]]
    files: Sequence[str]
    supplied: Mapping[str, int] = field(default_factory=dict)

    @property
    def texts(self) -> Texts:
        """The texts of the cells that are printed, by place, measure and what they count."""
        out: dict[tuple[Place, str, str], str] = {}
        for cell in self.cells:
            found = _GROUP.fullmatch(cell.group)
            if cell.shown is not None and found:
                out[Place(found[1], found[2], found[3]), cell.measure, found[4]] = cell.shown
        return out


def paper(counted: Counted, stamp: Stamp) -> Part:
    """The paper: sentences, a table for each area and level, and the matrix of units and trusts."""
    texts = counted.texts
    grids: list[Grid] = []
    for area, level in ((area, level) for area, levels in LEVELS.items() for level in levels):
        made = _grid(counted, texts, area, level)
        alike = made.rows and any(made.rows == other.rows for other in grids)
        same = f"{LEVEL[level]}s are the same areas here as command units."
        grids.append(Grid(made.title, (), (), same) if alike else made)
    return Part(
        name="places",
        title="Repeat mental-health demand by area",
        stamp=stamp,
        marking=MARKING,
        lead=tuple(_lead(counted, texts, grids)),
        grids=(*grids, _matrix(texts)),
        charts=tuple(_charts(counted, texts)),
        charts_title="Against the limits",
        notes=tuple(_notes(counted, stamp)),
    )


def _charts(counted: Counted, texts: Texts) -> Iterator[Chart]:
    """A funnel of command units by where contacts happened, and by where people lived, of the figures shown."""
    for area in ("incident", "home"):
        units = list(_comparable(texts, area, "command_unit"))
        if len(units) < FEWEST_POINTS:
            continue
        title, share = f"Command units, by {AREA[area]}", _rate(units)
        words = f"Contacts of people who repeat, per 1,000 contacts: {share * 1000:.0f} in all that are shown."
        svg = funnel_chart(
            [(name, size, n / size * 1000) for name, size, n in units],
            share,
            counted.spread[f"{area} command_unit"],
            title=title,
            sentence=f"{words} Solid lines: limits of 99.8%; dashed: of 95%.",
            axis="Contacts",
            per=1000,
            width=460,
        )
        yield Chart(svg=svg, alt=f"{title}: a funnel of {len(units)} units. {words}")


def _comparable(texts: Texts, area: str, level: str) -> Iterator[tuple[str, int, int]]:
    """Name, contacts, and contacts of people who repeat, of each place that is known and of which both are shown."""
    for name in _names(texts, area, level):
        part = Place(area, level, name)
        size, n = (_number(texts.get((part, "events", what), "0")) for what in ("contacts", "repeat"))
        if name != UNKNOWN and size and n is not None:
            yield name, size, n


def _rate(units: Sequence[tuple[str, int, int]]) -> float:
    """The rate of all that can be compared: contacts of which the place is not known would make it another."""
    return sum(n for _, _, n in units) / max(1, sum(size for _, size, _ in units))


def _names(texts: Texts, area: str, level: str) -> list[str]:
    names = {part.name for part, _, _ in texts if (part.area, part.level) == (area, level)}
    return sorted(names, key=lambda name: (name == UNKNOWN, name))


def _grid(counted: Counted, texts: Texts, area: str, level: str) -> Grid:
    compared = area != "provider"
    people = counted.people.get(level, {}) if compared else {}
    title = f"{LEVEL[level]}s, by {AREA[area]}"
    names = _names(texts, area, level)
    if names in ([], [UNKNOWN]):
        return Grid(title, (), (), f"No {LEVEL[level].lower()} is known, by {AREA[area]}.")
    rows = [_row(counted, texts, Place(area, level, name), people) for name in names]
    columns = [LEVEL[level], "Contacts", "About mental health", "Of these, by people who repeat", "People who repeat"]
    columns += [f"First {100 // FIRST}% have"]
    columns += ["Per 1,000 contacts", "Limits (99.8%)", "Against the limits"] if compared else []
    columns += ["Per 10,000 people", "Limits (99.8%)", "Against the limits"] if people else []
    return Grid(title, tuple(columns), tuple(rows), "" if people else NO_POPULATION if compared else NOT_COMPARED)


def _row(counted: Counted, texts: Texts, part: Place, people: Mapping[str, int]) -> tuple[str, ...]:
    contacts, about, repeat = (
        texts.get((part, "events", what), "0") for what in ("contacts", "mental_health", "repeat")
    )
    cells = [part.name, contacts, about, repeat, texts.get((part, "people", "repeat"), "0")]
    cells.append(_share(texts.get((part, "events", "first"), "0"), about))
    if part.area == "provider":
        return tuple(cells)
    if part.name == UNKNOWN:
        return (*cells, *[""] * (6 if people else 3))
    spread = counted.spread[f"{part.area} {part.level}"]
    alike = _rate(list(_comparable(texts, part.area, part.level)))
    cells += _against(_number(repeat), _number(contacts), alike, 1000, spread)
    if people:
        there = sum(people.values())
        own = [_number(texts.get((Place(part.area, part.level, name), "events", "repeat"), "0")) for name in people]
        rate = None if None in own else sum(n or 0 for n in own) / there
        cells += _against(_number(repeat), people.get(part.name), rate, 10_000, spread)
    return tuple(cells)


def _against(n: int | None, of: int | None, share: float | None, per: int, spread: float) -> list[str]:
    """A rate, its limits and where it lies, from figures that are shown; words where one of them is not."""
    if n is None or not of or share is None:
        return [NOT_SHOWN, "", ""]
    inner, outer = (funnel(share, of, z, spread) for z in (Z95, Z998))
    return [f"{n / of * per:.0f}", f"{outer[0] * per:.0f} to {outer[1] * per:.0f}", position(n / of, inner, outer)]


def _share(part: str, whole: str) -> str:
    """A per cent of two figures shown, to the nearest 5."""
    some, every = _number(part), _number(whole)
    return NOT_SHOWN if some is None or not every else f"{min(100, round(some / every * 20) * 5)}%"


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _matrix(texts: Texts) -> Grid:
    """People whom a command unit and a trust share."""
    own = {part.name: text for (part, _, what), text in texts.items() if part.area == "shared"}
    pairs = [name.split("|") for name in own]
    units, trusts = sorted({unit for unit, _ in pairs}), sorted({trust for _, trust in pairs})
    rows = [(unit, *(own.get(f"{unit}|{trust}", "0") for trust in trusts)) for unit in units]
    note = "" if rows else "Nobody had a contact whose command unit is known and one whose trust is known."
    return Grid("People whom command units and trusts share", ("Command unit", *trusts), tuple(rows), note)


def _lead(counted: Counted, texts: Texts, grids: Sequence[Grid]) -> list[str]:
    total = {what: texts.get((TOTAL, "events", what), "0") for what in ("contacts", "mental_health", "repeat")}
    people = texts.get((TOTAL, "people", "repeat"), "0")
    first = counted.month - (PERIOD - 1)
    lines = [
        f"{first.title} to {counted.month.title}: {_about(total['contacts'])} contacts of adults, "
        f"{_about(total['mental_health'])} of them about mental health. Of these {_about(total['repeat'])} were of "
        f"{_about(people)} people who had {REPEAT} or more."
    ]
    fewer = [f"{in_sentence(name)} {n}" for name, n in counted.supplied.items() if n < PERIOD]
    if fewer:
        line = f"Of the {PERIOD} months not all were supplied: {', '.join(fewer)}."
        lines.append(f"{line} What was not is missing, not zero.")
    outside = [
        f"{row[0]}, by {AREA[area]}, lies {row[8]}."
        for area, grid in zip([area for area, levels in LEVELS.items() for _ in levels], grids, strict=True)
        for row in grid.rows
        if len(row) > 8 and row[8].startswith(("above", "below"))
    ]
    lines += outside or ["No area lies outside its limits, as far as its figures can be shown."]
    for area in ("incident", "home"):
        lacking = texts.get((Place(area, "command_unit", UNKNOWN), "events", "contacts"), "0")
        if lacking != "0":
            lines.append(f"The command unit is not known for {_about(lacking)} contacts, by {AREA[area]}.")
    return lines


def _about(text: str) -> str:
    return (
        f"about {thousands(text)}"
        if text.isdigit() and text != "0"
        else "no"
        if text == "0"
        else "so few that none is shown of"
    )


def _notes(counted: Counted, stamp: Stamp) -> list[str]:
    later = counted.month + PERIOD
    lines = [
        "Three areas of a contact are kept apart: where it happened, where the person lived at the time, and who gave "
        "the care. None is taken for another: what an agency did not send is not known.",
        "A contact is about mental health by the rule of its source (docs/places.md); detentions and assessments under "
        "the Mental Health Act and all contacts with mental-health services are.",
        f"A person repeats who had {REPEAT} or more contacts about mental health in the 12 months, wherever they were. "
        "One incident that two agencies attended is a contact of each.",
        "Limits are where the rate of an area of that size lies by chance if all that are shown are alike, 998 times "
        "in 1,000, widened because one person has several contacts. An area outside them is worth a question; of two "
        "within them neither is better than the other.",
        f"{HIDDEN_NOTE}. Counts are to the nearest {BASE}.",
        f"Crosswalk: {', '.join(counted.files)}.",
        f"Figures by area are counted anew once in 12 months, next for {later.title}: two counts of nearly the same 12 "
        "months would tell of single people.",
    ]
    if counted.month != stamp.month:
        lines.insert(0, f"These are the figures counted for {counted.month.title}, repeated.")
    return lines


def spread_of(value: float) -> float:
    """How much wider limits are, in halves, so that it tells nothing of one person."""
    return max(1.0, math.ceil(value * 2) / 2)
