"""Charts of the section 136 pathway: the way with its legs, and places against the limits of a funnel."""

from collections.abc import Sequence
from dataclasses import dataclass

from hiu.publish.charts.design import MUTED, TEXT, alt
from hiu.publish.charts.reports import FLAG, SEEN, to_svg
from hiu.publish.pathway.funnel import WIDTH, Funnel, draw
from hiu.publish.pathway.part import Chart
from hiu.publish.rows import Row


@dataclass(frozen=True)
class Leg:
    """A leg of the way as it may be shown: its title, median and 90th percentile in minutes (None = not shown)."""

    title: str
    median: int
    ninth: int | None


@dataclass(frozen=True)
class Spot:
    """A place in a funnel: its name, how many detentions, and the share of them that is over the limit."""

    name: str
    n: int
    share: float


def way_chart(legs: Sequence[Leg]) -> Chart:
    """Each leg as a bar to its median, and a mark at its 90th percentile; hours and minutes beside."""
    rows: list[Row] = [
        {"leg": leg.title, "median": leg.median / 60, "end": (leg.ninth or leg.median) / 60, "text": _beside(leg)}
        for leg in legs
    ]
    marked = [row for row, leg in zip(rows, legs, strict=True) if leg.ninth is not None]
    order = [leg.title for leg in legs]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("leg:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, ticks=False, labelPadding=6))
    )
    bars = base.mark_bar(color=SEEN, height=14).encode(x=alt.X("median:Q", title="Hours", axis=alt.Axis(grid=False)))
    reach = base.mark_rule(color=MUTED).encode(x="median:Q", x2="end:Q")
    ends = base.properties(data=alt.Data(values=marked)).mark_tick(color=FLAG, thickness=3, size=16).encode(x="end:Q")
    labels = base.mark_text(align="left", dx=6, color=TEXT).encode(x="end:Q", text="text:N")
    title = "How long each step takes"
    sentence = "Bar: median. Mark: 90th percentile, within which nine in ten are."
    drawn = alt.layer(bars, reach, ends, labels).properties(width=WIDTH - 190, height=30 * max(len(rows), 1))
    words = "; ".join(f"{leg.title}: {_beside(leg)}" for leg in legs)
    return Chart(
        svg=to_svg(drawn, title, sentence, width=WIDTH, described=f"{title}. {words}."), alt=f"{title}. {words}."
    )


def _beside(leg: Leg) -> str:
    return _hours(leg.median) + (f", 90th {_hours(leg.ninth)}" if leg.ninth is not None else "")


def _hours(minutes: int) -> str:
    """A time as people say it: 45 min, 3 h 05."""
    return f"{minutes // 60} h {minutes % 60:02}" if minutes >= 60 else f"{minutes} min"


def funnel_chart(spots: Sequence[Spot], lines: Sequence[Row], period: str) -> Chart:
    """Places by their detentions and the share over the limit; `lines`: n, low, high, far_low, far_high, middle."""
    values: list[Row] = [
        {"name": spot.name, "n": spot.n, "share": spot.share} for spot in sorted(spots, key=lambda spot: spot.n)
    ]
    x = alt.X("n:Q", title="Detentions", axis=alt.Axis(grid=False))
    y = alt.Y("share:Q", title="Over the limit", axis=alt.Axis(format="%", grid=False))
    title = f"Over the limit, by place, {period}"
    words = "; ".join(f"{spot.name} {spot.share:.0%} of about {spot.n}" for spot in spots)
    return draw(Funnel(title, "places", f"{title}. {words}."), values, lines, (x, y))
