"""Charts of the whole cohort: agencies together, who comes and goes, concentration, time to the next contact.

They show exact figures, so they are for analysts.
"""

import polars as pl

from hiu.publish.charts.design import alt
from hiu.publish.charts.reports import BAND, SEEN, to_svg
from hiu.publish.words.text import number

WIDTH = 420
ROWS = alt.NamedData(name="rows")
CLOSE = (7, 14)
"""Days whose numbers at risk would stand on each other; the table has them."""


def together_chart(found: pl.DataFrame, sentence: str) -> str:
    """An upset plot: a column of dots for each set of agencies, bars of people above it."""
    sets = [
        (at, agencies.split("|"), n) for at, (agencies, n) in enumerate(found.select("agencies", "people").iter_rows())
    ]
    names = sorted({name for _, agencies, _ in sets for name in agencies})
    bars = [{"set": at, "people": n, "text": f"{n:,}"} for at, _, n in sets]
    dots = [{"set": at, "agency": name, "in": name in agencies} for at, agencies, _ in sets for name in names]
    x = alt.X("set:O", axis=None)
    bar = alt.Chart(alt.Data(values=bars)).mark_bar(color=SEEN).encode(x=x, y=alt.Y("people:Q", title="People"))
    text = alt.Chart(alt.Data(values=bars)).mark_text(dy=-6).encode(x=x, y="people:Q", text="text:N")
    colour = alt.Color("in:N", scale=alt.Scale(domain=[True, False], range=[SEEN, BAND]), legend=None)
    dot = alt.Chart(alt.Data(values=dots)).mark_circle(size=90, opacity=1)
    dot = dot.encode(x=x, y=alt.Y("agency:N", title=None), color=colour)
    upper, lower = (bar + text).properties(width=WIDTH, height=160), dot.properties(width=WIDTH, height=22 * len(names))
    return to_svg(alt.vconcat(upper, lower, spacing=4), "Agencies that see the same people", sentence, width=WIDTH)


def flow_chart(found: pl.DataFrame, sentence: str) -> str:
    """People who joined the first on the list above the line, those who left it below, month by month."""
    rows = [
        {"month": f"{day:%Y-%m}", "people": came, "what": "entered"}
        for day, came in found.select("month", "entered").iter_rows()
    ]
    rows += [
        {"month": f"{day:%Y-%m}", "people": -left, "what": "left"}
        for day, left in found.select("month", "left").iter_rows()
    ]
    colour = alt.Color("what:N", title=None, scale=alt.Scale(domain=["entered", "left"], range=[SEEN, BAND]))
    y = alt.Y("people:Q", title="Entered above, left below", axis=alt.Axis(tickMinStep=1))
    bars = alt.Chart(alt.Data(values=rows)).mark_bar().encode(x=alt.X("month:O", title=None), y=y, color=colour)
    return to_svg(
        bars.properties(width=WIDTH, height=200),
        "Who joined the first on the list, and who left",
        sentence,
        width=WIDTH,
    )


def lorenz_chart(curve: pl.DataFrame, sentence: str) -> str:
    """The Lorenz curve beside the line of equal shares."""
    scale, axis = alt.Scale(domain=[0, 1]), alt.Axis(format=".0%")
    x = alt.X("people:Q", title="Share of people, those with fewest contacts first", scale=scale, axis=axis)
    y = _share("contacts:Q", "Share of contacts")
    line = alt.Chart(ROWS).mark_line(color=SEEN).encode(x=x, y=y)
    equal = alt.Chart(alt.Data(values=[{"people": 0, "contacts": 0}, {"people": 1, "contacts": 1}]))
    equal = equal.mark_line(color=SEEN, strokeDash=[4, 3], strokeWidth=1).encode(x=x, y=y)
    both = (equal + line).properties(width=300, height=300)
    return to_svg(both, "How contacts are shared among people", sentence, width=WIDTH, rows=curve.to_dicts())


def survival_chart(curve: pl.DataFrame, found: pl.DataFrame, sentence: str) -> str:
    """The share with a contact by each day, its interval, and the numbers at risk on some days below the axis."""
    x = alt.X("days:Q", title="Days since discharge")
    band = alt.Chart(ROWS).mark_area(color=BAND, interpolate="step-after")
    band = band.encode(x=x, y=_share("low:Q", "With a contact by then"), y2="high:Q")
    line = alt.Chart(ROWS).mark_line(color=SEEN, interpolate="step-after")
    line = line.encode(x=x, y=_share("share:Q", "With a contact by then"))
    apart = [{**row, "text": number(row["at_risk"])} for row in found.to_dicts() if row["days"] not in CLOSE]
    risk = alt.Chart(alt.Data(values=apart)).mark_text().encode(x=alt.X("days:Q", axis=None), text="text:N")
    panels = (
        (band + line).properties(width=WIDTH, height=200),
        risk.properties(width=WIDTH, height=20, title="Number at risk"),
    )
    title = "Time to the next contact after a discharge"
    return to_svg(alt.vconcat(*panels, spacing=4), title, sentence, width=WIDTH, rows=curve.to_dicts())


def _share(field: str, title: str) -> alt.Y:
    return alt.Y(field, title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%"))
