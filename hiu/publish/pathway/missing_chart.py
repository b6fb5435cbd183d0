"""The funnel of sites that people went missing from: episodes for each thousand occupied bed days."""

from collections.abc import Sequence
from dataclasses import dataclass

from hiu.publish.charts.design import alt
from hiu.publish.pathway.funnel import Funnel, draw
from hiu.publish.pathway.part import Chart
from hiu.publish.rows import Row


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
    x = alt.X("days:Q", title="Occupied bed days", axis=alt.Axis(grid=False))
    y = alt.Y("rate:Q", title="For each 1,000 bed days", axis=alt.Axis(grid=False))
    title = f"Missing episodes by site, {period}"
    described_sites = "; ".join(f"{site.name} {site.rate:.1f} over {site.days} bed days" for site in sites)
    about = Funnel(title, "sites", f"{title}, for each 1,000 occupied bed days. {described_sites}.")
    return draw(about, values, lines, (x, y))
