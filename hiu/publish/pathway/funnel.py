"""The drawing of a funnel: places by size and value, with the limits within which chance alone would keep them."""

from collections.abc import Sequence
from dataclasses import dataclass

from hiu.publish.charts.design import MUTED, TEXT, alt
from hiu.publish.charts.reports import BAND, SEEN, to_svg
from hiu.publish.pathway.part import Chart
from hiu.publish.rows import Row

WIDTH = 460
MOST = 4
"""Places of which each has its name in the drawing."""
DASHES = {"far_low": [4, 3], "far_high": [4, 3], "middle": [1, 0]}


@dataclass(frozen=True)
class Funnel:
    """What a funnel is of: its title, what its places are called, and what it shows in words for who can't see it."""

    title: str
    places: str
    described: str


def draw(
    about: Funnel, places: Sequence[Row], lines: Sequence[Row], axes: tuple[alt.X, alt.Y], names: Sequence[int]
) -> Chart:
    """Places in the order of their size (name and the fields of the axes) over `lines`: the size, low, high, far_low,
    far_high and middle. `names`: heights at which names stand in turn, so that neighbours do not cover each other;
    above their places, since a name below one of nought would cover the figures of the axis.

    Where there are more than MOST places, those alone are named that lie outside the limits: names of the others would
    cover each other, and the table beside the chart has them all.
    """
    x, y = axes
    labelled = list(places) if len(places) <= MOST else [place for place in places if _is_outside(place, lines, axes)]
    ground, points = alt.Chart(alt.Data(values=list(lines))), alt.Chart(alt.Data(values=list(places)))
    layers = [
        ground.mark_area(color=BAND, opacity=0.6).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        *(ground.mark_line(color=MUTED, strokeDash=dash).encode(x=x, y=f"{name}:Q") for name, dash in DASHES.items()),
        points.mark_point(filled=True, size=70, color=SEEN, opacity=1).encode(x=x, y=y),
        *(
            alt.Chart(alt.Data(values=labelled[at :: len(names)]))
            .mark_text(align="center", dy=up, color=TEXT)
            .encode(x=x, y=y, text="name:N")
            for at, up in enumerate(names)
        ),
    ]
    sentence = f"Band: where 95 in 100 {about.places} would lie by chance alone. Dashed: 99.8 in 100."
    drawn = alt.layer(*layers).properties(width=WIDTH - 130, height=220)
    return Chart(svg=to_svg(drawn, about.title, sentence, width=WIDTH, described=about.described), alt=about.described)


def _is_outside(place: Row, lines: Sequence[Row], axes: tuple[alt.X, alt.Y]) -> bool:
    """Whether a place lies beyond the limits drawn nearest to its size."""
    size, value = (str(axis.shorthand).partition(":")[0] for axis in axes)
    limits = min(lines, key=lambda line: abs(line[size] - place[size]))
    return not limits["low"] <= place[value] <= limits["high"]
