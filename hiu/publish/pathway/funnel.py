"""The drawing of a funnel: places by size and value, with the limits within which chance alone would keep them."""

from collections.abc import Sequence
from dataclasses import dataclass

from hiu.publish.charts.design import MUTED, TEXT, alt
from hiu.publish.charts.reports import BAND, SEEN, to_svg
from hiu.publish.pathway.part import Chart
from hiu.publish.rows import Row

WIDTH = 460
_ACROSS, _UP = WIDTH - 130, 220
_MOST = 4
"""Places of which each may have its name in the drawing."""
_HEIGHTS = (-10, -22, 16, -34)
_LETTER = 7
"""Pixels of a letter at most."""
DASHES = {"far_low": [4, 3], "far_high": [4, 3], "middle": [1, 0]}


@dataclass(frozen=True)
class Funnel:
    """What a funnel is of: its title, what its places are called, and what it shows in words for who can't see it."""

    title: str
    places: str
    described: str


def draw(about: Funnel, places: Sequence[Row], lines: Sequence[Row], axes: tuple[alt.X, alt.Y]) -> Chart:
    """Places (name and the fields of the axes) over `lines`: the size, low, high, far_low, far_high and middle.

    A name that would cover a place or another name is left out: the table beside the chart has them all.
    """
    x, y = axes
    fields = tuple(str(axis.shorthand).partition(":")[0] for axis in axes)
    named = _named(places, lines, *fields)
    ground, points = alt.Chart(alt.Data(values=list(lines))), alt.Chart(alt.Data(values=list(places)))
    layers = [
        ground.mark_area(color=BAND, opacity=0.6).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        *(ground.mark_line(color=MUTED, strokeDash=dash).encode(x=x, y=f"{name}:Q") for name, dash in DASHES.items()),
        points.mark_point(filled=True, size=70, color=SEEN, opacity=1).encode(x=x, y=y),
        *(
            alt.Chart(alt.Data(values=[place]))
            .mark_text(align="center", dy=up, color=TEXT)
            .encode(x=x, y=y, text="name:N")
            for place, up in named
        ),
    ]
    sentence = f"Band: where 95 in 100 {about.places} would lie by chance alone. Dashed: 99.8 in 100."
    drawn = alt.layer(*layers).properties(width=_ACROSS, height=_UP)
    return Chart(svg=to_svg(drawn, about.title, sentence, width=WIDTH, described=about.described), alt=about.described)


def _named(places: Sequence[Row], lines: Sequence[Row], size: str, value: str) -> list[tuple[Row, int]]:
    """Places with their names' heights; of more than a few places those outside the limits, the farthest first."""
    across = _ACROSS / max(row[size] for row in (*places, *lines))
    up = _UP / max(*(place[value] for place in places), *(line["far_high"] for line in lines), 1e-9)

    def beyond(place: Row) -> float:
        limits = min(lines, key=lambda line: abs(line[size] - place[size]))
        return float(max(limits["low"] - place[value], place[value] - limits["high"]))

    taken = [(place[size] * across, place[value] * up, 8.0) for place in places]
    found: list[tuple[Row, int]] = []
    for place in sorted(places, key=beyond, reverse=True):
        for height in _HEIGHTS if len(places) <= _MOST or beyond(place) > 0 else ():
            x, y, width = place[size] * across, place[value] * up - height, len(place["name"]) * _LETTER
            # a name below a place of nought would cover the figures of the axis
            if y > 0 and all(abs(x - at) > (width + other) / 2 or abs(y - on) > 9 for at, on, other in taken):
                taken.append((x, y, width))
                found.append((place, height))
                break
    return found
