"""The funnel of sites that people went missing from: episodes for each thousand occupied bed days."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from hiu.publish.charts.design import MUTED, TEXT
from hiu.publish.charts.reports import BAND, SEEN, to_svg
from hiu.publish.pathway.part import Chart
from hiu.publish.rows import Row

WIDTH = 460


@dataclass(frozen=True)
class Site:
    """A site: its name, episodes and occupied bed days as they may be shown."""

    name: str
    n: int
    days: int

    @property
    def rate(self) -> float:
        """Episodes for each 1,000 occupied bed days."""
        return 1000 * self.n / self.days


def site_chart(sites: Sequence[Site], lines: Sequence[Row], period: str) -> Chart:
    """Sites by bed days and rate; `lines`: days, low, high, far_low, far_high and middle, as rates."""
    order = sorted(sites, key=lambda site: site.days)
    values: list[Row] = [{"name": site.name, "days": site.days, "rate": site.rate} for site in order]
    ground, points = alt.Chart(alt.Data(values=list(lines))), alt.Chart(alt.Data(values=values))
    x = alt.X("days:Q", title="Occupied bed days", axis=alt.Axis(grid=False))
    y = alt.Y("rate:Q", title="For each 1,000 bed days", axis=alt.Axis(grid=False))
    dashes = {"far_low": [4, 3], "far_high": [4, 3], "middle": [1, 0]}
    layers = [
        ground.mark_area(color=BAND, opacity=0.6).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        *(ground.mark_line(color=MUTED, strokeDash=dash).encode(x=x, y=f"{name}:Q") for name, dash in dashes.items()),
        points.mark_point(filled=True, size=70, color=SEEN, opacity=1).encode(x=x, y=y),
        *(_names(values[at::4], up).encode(x=x, y=y, text="name:N") for at, up in enumerate((-10, 12, -22, 24))),
    ]
    title = f"Missing episodes by site, {period}"
    sentence = "Band: where 95 in 100 sites would lie by chance alone. Dashed: 99.8 in 100."
    described_sites = "; ".join(f"{site.name} {site.rate:.1f} over {site.days} bed days" for site in sites)
    described = f"{title}, for each 1,000 occupied bed days. {described_sites}."
    drawn = alt.layer(*layers).properties(width=WIDTH - 130, height=220)
    return Chart(svg=to_svg(drawn, title, sentence, width=WIDTH, described=described), alt=described)


def _names(values: list[Row], up: int) -> alt.Chart:
    """Names of every fourth site at their own height above or below its point: neighbours do not cover each other."""
    return alt.Chart(alt.Data(values=values)).mark_text(align="center", dy=up, color=TEXT)
