"""Charts of the reports that are asked for now and then: evaluation, trend, backtest. Drawn by Altair, as SVG.

The monthly run doesn't come here, so Altair is simply imported. Shape and words carry the meaning as well as colour.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import vl_convert

from hiu.publish.charts.design import FACES, MUTED, TEXT, VEGA_LITE, alt
from hiu.publish.charts.draw import described_svg
from hiu.publish.rows import Row
from hiu.publish.words.text import number, wrap
from hiu.rank.reports.xmr import Limits
from hiu.stats import Z95, Z998, funnel

WIDTH = 640
BY_SUPPORT = "Month of support (1 = the first)"
BY_CALENDAR = "Calendar month, of people in their first 6"
SEEN, BAND, FLAG = "#1B4F72", "#C9D6DF", "#B03A2E"


def evaluation_chart(course: pl.DataFrame, calendar: pl.DataFrame, breaks: Mapping[str, date], sentence: str) -> str:
    """Contacts seen against the band of what was expected: by month of support, and by calendar month.

    Columns as in rank.reports.evaluate.Evaluation; a policy break within the calendar is a dashed line with its name.
    """
    start = alt.Chart(_values([{"month": 0.5}])).mark_rule(color=MUTED).encode(x=_axis("month:Q", BY_SUPPORT))
    by_support = _expected(course.to_dicts(), "month:Q", BY_SUPPORT)
    by_calendar = _expected(_dated(calendar), "month:T", BY_CALENDAR)
    first, last = calendar["month"].min(), calendar["month"].max()
    inside = {name: day for name, day in breaks.items() if first <= day <= last}  # type: ignore[operator]
    panels = (alt.layer(*by_support, start), alt.layer(*by_calendar, *_markers(inside)))
    both = alt.vconcat(*map(_sized, panels), spacing=24)
    title = "Contacts that happened, and expected without support"
    return to_svg(both, title, f"{sentence} Band: the total's interval, about 95%.")


def trend_chart(
    table: pl.DataFrame,
    mean: float,
    lower: float,
    upper: float,
    title: str,
    sentence: str,
    breaks: Mapping[str, date],
    line: float | None = None,
    *,
    width: int = WIDTH,
    limits: Sequence[Limits] = (),
) -> str:
    """An XmR chart: months (gaps stay gaps), mean, limits, special points as diamonds, and a target if there is one.

    `table` has month, n and flags as in hiu.rank.reports.trend.Trend; a chart of less `width` is for half a page.
    `limits` = mean and limits at each month, where they start anew on the way; the words then are of the last. A colour
    of its own for a special point is in the column `colour`.
    """
    rows, y = _dated(table), alt.Y("y:Q")  # Altair takes far longer to make these of text
    layers = [_line(rows, "month:T", "n:Q", title=None)]
    lines = {"mean": (mean, [1, 0]), "lower limit": (max(0.0, lower), [4, 3]), "upper limit": (upper, [4, 3])}
    if line is not None:
        lines["target"] = (line, [1, 3])
    for place, (name, (value, dash)) in enumerate(lines.items()):
        if place < 3 and len(set(limits)) > 1:
            layers.append(
                _steps(
                    [
                        {"month": row["month"], "y": one[place], "part": str(one)}
                        for row, one in zip(rows, limits, strict=True)
                    ],
                    dash,
                )
            )
        else:
            layers.append(alt.Chart(_values([{"y": value}])).mark_rule(color=MUTED, strokeDash=dash).encode(y=y))
        words = alt.Chart(_values([{"y": value, "t": f"{name} {number(value)}"}]))
        text, at = words.mark_text(align="left", dx=4, color=MUTED), alt.XValue(width)
        layers.append(text.encode(x=at, y=y, text=alt.Text("t:N")))
    special = [row for row in rows if row["flags"]]
    coloured = [row | {"colour": row.get("colour") or FLAG} for row in special]
    points = alt.Chart(_values(coloured)).mark_point(shape="diamond", filled=True, size=90, opacity=1)
    layers.append(points.encode(x=alt.X("month:T"), y=alt.Y("n:Q"), color=alt.Color("colour:N", scale=None)))
    first = table["month"].min()
    inside = {name: day for name, day in breaks.items() if first is not None and first <= day}  # type: ignore[operator]
    return to_svg(_sized(alt.layer(*layers, *_markers(inside)), width), title, sentence, width=width)


def _steps(rows: list[Row], dash: list[int]) -> alt.Chart:
    """A line of the chart that starts anew on the way: a part never runs into the next."""
    mark = alt.Chart(_values(rows)).mark_line(color=MUTED, strokeDash=dash, strokeWidth=1)
    return mark.encode(x="month:T", y="y:Q", detail="part:N")


def backtest_chart(rules: pl.DataFrame, top: int, half_life: float) -> str:
    """Mean capture of each rule with its interval; `rules` as in hiu.rank.reports.backtest.Backtest."""
    own = f"half-life {half_life:g}"
    rows = rules.filter(pl.col("top") == top).sort("capture", descending=True).to_dicts()
    order = [row["rule"] for row in rows]
    x = alt.X("capture:Q", title="Share of the next 3 months' points", axis=alt.Axis(format="%"))
    y = alt.Y("rule:N", sort=order, title=None, axis=alt.Axis(labelLimit=200))
    shade = alt.condition(alt.datum.rule == own, alt.value(SEEN), alt.value("#8FA9BA"))
    bars = alt.Chart(_values(rows)).mark_bar(height=14).encode(x=x, y=y, color=shade)
    spread = alt.Chart(_values(rows)).mark_rule(color=TEXT).encode(x="capture_low:Q", x2="capture_high:Q", y=y)
    chart = alt.layer(bars, spread).properties(width=WIDTH, height=24 * len(rows))
    return to_svg(
        chart,
        f"What the first {top} of each rule went on to need",
        f"Tried on {rows[0]['months'] if rows else 0} past months; dark: the half-life in use.",
    )


def funnel_chart(
    points: Sequence[tuple[str, int, float]],
    share: float,
    spread: float,
    *,
    title: str,
    sentence: str,
    axis: str,
    per: int,
    width: int,
) -> str:
    """Rates of areas by their size, within the limits of a funnel around the rate of all.

    `points`: name, size and rate of each area. Those outside the limits of 99.8% are diamonds with their name. `axis`
    says what sizes are of; rates are per `per` of it.
    """
    most = max(size for _, size, _ in points)
    rows = [
        {"size": size, "rate": end * per, "line": f"{name} {side}"}
        for size in [most * step / 40 for step in range(1, 43)]
        for name, z in (("95%", Z95), ("99.8%", Z998))
        for side, end in enumerate(funnel(share, size, z, spread))
    ]
    x = alt.X("size:Q", title=axis, axis=alt.Axis(grid=False, format=",d"))
    y = alt.Y("rate:Q", title=None, scale=alt.Scale(zero=True))
    dash = alt.StrokeDash("line:N", legend=None, scale=alt.Scale(range=[[4, 3], [4, 3], [1, 0], [1, 0]]))
    lines = alt.Chart(_values(rows)).mark_line(color=MUTED, strokeWidth=1)
    middle = alt.Chart(_values([{"rate": share * per}])).mark_rule(color=MUTED).encode(y=y)
    ends = {name: funnel(share, size, Z998, spread) for name, size, _ in points}
    marked = [
        {"size": size, "rate": rate, "t": name, "out": not ends[name][0] <= rate / per <= ends[name][1]}
        for name, size, rate in points
    ]
    inside, outside = ([row for row in marked if row["out"] is out] for out in (False, True))
    dots = alt.Chart(_values(inside)).mark_circle(color=SEEN, size=60).encode(x=x, y=y)
    odd = alt.Chart(_values(outside)).encode(x=x, y=y)
    layers = [lines.encode(x=x, y=y, strokeDash=dash, detail="line:N"), middle, dots]
    if outside:
        names = odd.mark_text(align="left", dx=8, color=FLAG).encode(text="t:N")
        layers += [odd.mark_point(shape="diamond", color=FLAG, filled=True, size=90), names]
    return to_svg(_sized(alt.layer(*layers), width), title, sentence, width=width)


def _expected(rows: list[Row], month: str, title: str) -> list[alt.Chart]:
    """The band, what was expected as dashes, what was seen."""
    dashes, line = (_line(rows, month, f"{y}:Q", title=title, dash=y == "expected") for y in ("expected", "observed"))
    return [_band(rows, month, title), dashes, line]


def _values(rows: list[Row]) -> alt.Data:
    return alt.Data(values=rows)


def _dated(frame: pl.DataFrame) -> list[Row]:
    return frame.with_columns(pl.col("month").dt.strftime("%Y-%m-%dT00:00:00")).to_dicts()


def _axis(kind: str, title: str | None) -> alt.X:
    form = (
        {"format": "%b %Y", "labelAngle": 0, "labelSeparation": 8, "labelOverlap": "greedy"}
        if kind.endswith(":T")
        else {"format": "d", "tickMinStep": 1}
    )
    return alt.X(kind, title=title, axis=alt.Axis(grid=False, **form))


def _line(rows: list[Row], x: str, y: str, *, title: str | None = None, dash: bool = False) -> alt.Chart:
    mark = alt.Chart(_values(rows))
    drawn = mark.mark_line(strokeDash=[5, 4], color=MUTED) if dash else mark.mark_line(point=True, color=SEEN)
    return drawn.encode(x=_axis(x, title), y=alt.Y(y, title=None, scale=alt.Scale(zero=True)))


def _band(rows: list[Row], x: str, title: str) -> alt.Chart:
    inside = [row for row in rows if row["low"] is not None]
    y = alt.Y("low:Q", title=None)
    return alt.Chart(_values(inside)).mark_area(color=BAND).encode(x=_axis(x, title), y=y, y2="high:Q")


def _markers(breaks: Mapping[str, date]) -> list[alt.Chart]:
    rows = [{"month": f"{day.isoformat()}T00:00:00", "t": name} for name, day in breaks.items()]
    if not rows:
        return []
    lines = alt.Chart(_values(rows)).mark_rule(color=FLAG, strokeDash=[2, 2]).encode(x="month:T")
    words = alt.Chart(_values(rows)).mark_text(align="left", dx=4, color=FLAG)
    return [lines, words.encode(x="month:T", y=alt.value(-7), text="t:N")]


def _sized(chart: alt.Chart, width: int = WIDTH) -> alt.Chart:
    return chart.properties(width=width, height=220)


def to_svg(
    chart: alt.Chart, title: str, sentence: str, *, width: int = WIDTH, described: str = "", rows: Sequence[Row] = ()
) -> str:
    """The drawn chart; the title and `described` (or the sentence under the title) are its description too.

    Many `rows` are put in as the data called rows once the chart is made: Altair copies and checks each of its own.
    """
    lines = wrap(sentence, width, 12, lines=4)
    heading = alt.TitleParams(
        text=title, subtitle=lines, anchor="start", color=TEXT, subtitleColor=MUTED, fontSize=17, subtitleFontSize=12
    )
    styled = chart.properties(title=heading).configure(font=FACES, background="white", padding=12)
    spec = styled.configure_view(stroke=None).to_dict(validate=True)
    spec = {**spec, "datasets": {"rows": rows}} if rows else spec
    return described_svg(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE), described or f"{title}. {sentence}")
