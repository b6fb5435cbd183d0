"""Where everything beside the bars goes, in pixels: key, notes, lines, grey bands, and rows of diamonds.

Notes are packed into lanes above the bars, so that no words are ever clipped, cross a bar, or cover
each other. The order from the top: key, notes, s136 row, MHA row, axis title, bars.
"""

import calendar
import math
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.words.datasets import HATCHES, MARKERS, colours, short_title, title_of
from hiu.publish.words.text import clean, day, shorten, width

WIDTH = 780
FONT, SUBTITLE, TITLE = 14, 17, 18
LANE = 20
BARS, BED_BARS = 200, 90
NOT_SUPPLIED, PART_MONTH = "#DCE0E3", "#F1EFEA"
_GAP = 24
HATCH = 9
"""Pixels between two lines of a hatching, measured along the axis."""

Mark = dict[str, Any]
"""A drawn thing's places and words, by the names that the template uses."""


@dataclass
class Layout:
    """Pixels above the bars, and the rows of each drawn layer."""

    top: float = 0
    words: list[Mark] = field(default_factory=list)
    swatches: list[Mark] = field(default_factory=list)
    diamonds: list[Mark] = field(default_factory=list)
    hatches: list[Mark] = field(default_factory=list)
    bands: list[Mark] = field(default_factory=list)
    lines: list[Mark] = field(default_factory=list)

    def write(self, text: str, x: float, lane_top: float) -> None:
        """Words starting at `x`, centred in the lane."""
        self.words.append({"x": round(x, 1), "y": lane_top + LANE / 2, "t": text})


@dataclass(frozen=True, kw_only=True)
class Note:
    """Words tied to a place: a line at `at`, or a band from `at` to `to`."""

    text: str
    at: float
    to: float
    kind: str  # start, end, break (lines); missing, part (bands)

    @property
    def line(self) -> bool:
        return self.kind in ("start", "end", "break")


def hatch(left: float, right: float, top: float, foot: float, lean: int) -> list[Mark]:
    """The slanting lines within a box, at the same places whatever the box, rising to the right (1) or left (-1)."""
    low, high = (left + top, right + foot) if lean > 0 else (left - foot, right - top)
    lines = []
    for at in range(math.floor(low / HATCH) + 1, math.ceil(high / HATCH)) if lean else ():
        c = at * HATCH
        x, x2 = (max(left, c - foot), min(right, c - top)) if lean > 0 else (max(left, c + top), min(right, c + foot))
        lines.append({"x": x, "x2": x2, "y": lean * (c - x), "y2": lean * (c - x2)})
    return [{name: round(value, 1) for name, value in line.items()} for line in lines if line["x2"] - line["x"] > 1]


def lay_out(person: PersonSeries, stacked: tuple[str, ...], axis_title: str, *, counted: bool = True) -> Layout:
    """The main panel's layout for the data sets stacked in it. `counted` = the counts are known, so that a row without
    a diamond says so; for the frame of a page, whose script draws them, they are not."""
    layout = Layout()
    _key(layout, person)
    lanes = _lanes(notes(person))
    rows_top = layout.top + LANE * max(1, len(lanes))
    bottom = rows_top + LANE * len(MARKERS) + LANE + 4 + BARS
    for index, lane in enumerate(reversed(lanes)):
        for note, x in lane:
            _draw(layout, note, x, layout.top + LANE * index, bottom)
    layout.top = rows_top
    _diamond_rows(layout, person, counted)
    layout.write(axis_title, 0, layout.top)
    layout.lines = _cut(layout)
    layout.top += LANE + 4
    layout.bands += panel_bands(person, stacked, layout.top, bottom)
    return layout


def place(person: PersonSeries, when: date) -> float:
    """The pixel of a day on the calendar."""
    month = Month.of(when)
    part = (when.day - 1) / calendar.monthrange(month.year, month.number)[1]
    return (month.since(person.months[0]) + part) * WIDTH / len(person.months)


def notes(person: PersonSeries) -> list[Note]:
    """Every note of the chart: support, policy breaks, months not supplied, a part month."""
    support = (("start", "Support started", person.support_start), ("end", "Support ended", person.support_end))
    dated = [(kind, f"{words} {day(when)}", when) for kind, words, when in support if when]
    dated += [("break", shorten(clean(name), 60), when) for name, when in person.breaks.items()]
    out = []
    for kind, text, when in dated:
        if person.shows(when):
            at = place(person, when)
            out.append(Note(text=text, at=at, to=at, kind=kind))
    step = WIDTH / len(person.months)
    for month, names in _beginnings(person).items():
        at = person.months.index(month) * step
        words = f"{', '.join(map(short_title, names))} since {month.title}"
        out.append(Note(text=words, at=at, to=at, kind="break"))
    for first, last, missing in missing_runs(person, tuple(person.counts)):
        text = _missing_words(missing, len(person.counts))
        out.append(Note(text=text, at=first * step, to=last * step, kind="missing"))
    if person.partial and person.data_to:
        out.append(Note(text=f"Part month: to {day(person.data_to)}", at=WIDTH - step, to=WIDTH, kind="part"))
    return out


def _cut(layout: Layout) -> list[Mark]:
    """The lines, broken off where they would run through words or a diamond."""
    boxes = [(word["x"] - 4, word["x"] + width(word["t"], FONT) + 4, word["y"]) for word in layout.words]
    boxes += [(spot["x"] - 8, spot["x"] + 8, spot["y"]) for spot in layout.diamonds]
    lines = layout.lines
    for left, right, y in boxes:
        low, high = y - LANE / 2, y + LANE / 2
        lines = [
            {**line, "y": top, "y2": foot}
            for line in lines
            for top, foot in (
                ((line["y"], min(low, line["y2"])), (max(high, line["y"]), line["y2"]))
                if left < line["x"] < right and line["y"] < high and low < line["y2"]
                else ((line["y"], line["y2"]),)
            )
            if foot > top
        ]
    return lines


def missing_runs(person: PersonSeries, datasets: tuple[str, ...]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Runs of months that lack the same data sets: first month, month after the last, data sets."""
    lacking = [tuple(name for name in datasets if person.lacks(name, index)) for index in range(len(person.months))]
    runs, start = [], 0
    for missing, group in groupby(lacking):
        end = start + len(list(group))
        if missing:
            runs.append((start, end, missing))
        start = end
    return runs


def panel_bands(person: PersonSeries, datasets: tuple[str, ...], top: float, bottom: float) -> list[Mark]:
    """The grey bands of a panel, over the months that lack one of its data sets; a part month is paler."""
    step = WIDTH / len(person.months)
    rows = [
        _box(first * step, last * step, top, bottom, NOT_SUPPLIED)
        for first, last in join_runs([run[:2] for run in missing_runs(person, datasets)])
    ]
    if person.partial:
        rows.insert(0, _box(WIDTH - step, WIDTH, top, bottom, PART_MONTH))
    return rows


def join_runs(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs that touch, as one."""
    out: list[tuple[int, int]] = []
    for first, last in runs:
        if out and out[-1][1] == first:
            first = out.pop()[0]
        out.append((first, last))
    return out


def _beginnings(person: PersonSeries) -> dict[Month, list[str]]:
    """Which data sets begin in which of the months shown, where others began before."""
    found: dict[Month, list[str]] = {}
    for name in person.counts:
        month = person.since.get(name)
        if month is not None and month in person.months[1:]:
            found.setdefault(month, []).append(name)
    return dict(sorted(found.items()))


def _missing_words(missing: tuple[str, ...], of: int) -> str:
    return "Nothing supplied" if len(missing) == of else f"{', '.join(map(short_title, missing))} not supplied"


def _box(x: float, x2: float, y: float, y2: float, colour: str) -> Mark:
    return {"x": round(x, 1), "x2": round(x2, 1), "y": y, "y2": y2, "c": colour}


def _key(layout: Layout, person: PersonSeries) -> None:
    """The key in stack order, then the diamond and, if any month lacks a source, the grey band."""
    entries = [(title_of(name), colour, HATCHES.get(name, 0)) for name, colour in colours(person.extra).items()]
    beside = "" if _fits_beside("1", WIDTH / len(person.months)) else " (numbers above the bars)"
    entries.append((f"s136 detentions, MHA assessments{beside}", "diamond", 0))
    if missing_runs(person, tuple(person.counts)):
        entries.append(("Not supplied", NOT_SUPPLIED, 0))
    x = 0.0
    for text, colour, lean in entries:
        room = 18 + width(text, FONT)
        if x and x + room > WIDTH:
            x, layout.top = 0.0, layout.top + LANE
        spot = {"x": x + 6, "y": layout.top + LANE / 2}
        if colour == "diamond":
            layout.diamonds.append(spot)
        else:
            layout.swatches.append({**spot, "c": colour})
        layout.hatches += hatch(spot["x"] - 6, spot["x"] + 6, spot["y"] - 6, spot["y"] + 6, lean)
        layout.write(text, x + 17, layout.top)
        x += room + 16
    layout.top += LANE + 4


def _lanes(found: list[Note]) -> list[list[tuple[Note, float]]]:
    """Notes in lanes, the first lane lowest; lines are placed first because they run down through the lanes."""
    lanes: list[list[tuple[Note, float]]] = []
    taken: list[list[tuple[float, float]]] = []
    for note in sorted(found, key=lambda note: (not note.line, note.at, note.kind)):
        x, room = _words_at(note), width(note.text, FONT)
        span = (min(x, note.at) - _GAP / 2, max(x + room, note.at) + _GAP / 2)
        if not note.line:
            span = (x - _GAP / 2, x + room + _GAP / 2)
        lane = next((k for k, spans in enumerate(taken) if not _overlaps(span, spans)), len(lanes))
        if lane == len(lanes):
            lanes.append([])
            taken.append([])
        lanes[lane].append((note, x))
        taken[lane].append(span)
        if note.line:
            for below in range(lane):
                taken[below].append((note.at - 3, note.at + 3))
    return lanes


def _overlaps(span: tuple[float, float], others: list[tuple[float, float]]) -> bool:
    return any(span[0] < right and left < span[1] for left, right in others)


def _words_at(note: Note) -> float:
    """Where a note's words begin: right of its line, left of it at the edge, centred over its band."""
    room = width(note.text, FONT)
    if note.line:
        return note.at + 5 if note.at + 5 + room <= WIDTH else max(0.0, note.at - 5 - room)
    return min(max(0.0, (note.at + note.to - room) / 2), WIDTH - room)


def _draw(layout: Layout, note: Note, x: float, top: float, bottom: float) -> None:
    layout.write(note.text, x, top - (0 if note.line else 2))
    if note.line:
        layout.lines.append({"x": round(note.at, 1), "y": top + 2, "y2": bottom, "k": note.kind})
    else:  # a bracket over the band, so that words wider than it still point at it
        edge = top + LANE
        layout.bands.append(_box(note.at + 1, note.to - 1, edge - 2, edge, "#6F777B"))


def _diamond_rows(layout: Layout, person: PersonSeries, counted: bool) -> None:
    step = WIDTH / len(person.months)
    for name in MARKERS:
        label = short_title(name)
        layout.write(label, -8 - width(label, FONT), layout.top)
        for first, last, _ in missing_runs(person, (name,)):
            layout.bands.append(_box(first * step, last * step, layout.top, layout.top + LANE, NOT_SUPPLIED))
        for index, n in enumerate(person.counts[name]):
            if n:
                _count(layout, (index + 0.5) * step, str(n), step)
        if counted and set(person.counts[name]) == {0}:
            layout.write("none", 0, layout.top)
        layout.top += LANE


def _fits_beside(text: str, step: float) -> bool:
    """Whether a month has room for a diamond and its count."""
    return 12 + width(text, FONT) <= step - 1


def _count(layout: Layout, centre: float, text: str, step: float) -> None:
    """A diamond with its count, centred on the month; where the month has no room for both, the count alone, and where
    it has none for that either, the diamond: the table beside the chart has the count."""
    room = width(text, FONT)
    left = centre - (10 + 2 + room) / 2
    if _fits_beside(text, step):
        layout.write(text, left + 12, layout.top)
    elif room < step - 1:
        layout.write(text, centre - room / 2, layout.top)
        return
    else:
        left = centre - 5
    layout.diamonds.append({"x": round(left + 5, 1), "y": layout.top + LANE / 2})
