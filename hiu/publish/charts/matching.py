"""Charts of matching: why a pair weighs what it weighs, and where to draw the line. Altair, as SVG.

Never drawn in a monthly run, so Altair is simply imported. Sign and words carry the meaning as well as colour.
"""

import polars as pl
import vl_convert

from hiu.publish.charts.design import FACES, MUTED, TEXT, VEGA_LITE, alt
from hiu.publish.charts.draw import described_svg
from hiu.publish.rows import Row
from hiu.publish.words.text import wrap

WIDTH = 560
FOR, AGAINST, TOTAL = "#1B4F72", "#B03A2E", "#505A5F"


def waterfall(fields: pl.DataFrame, sentence: str, *, title: str = "What speaks for and against one person") -> str:
    """Each field's weight as a step from the last, from before any evidence to the total (log2 odds), as SVG.

    fields: as PairExplanation.fields; those that say nothing are left out, and the prior comes first.
    """
    rows = steps(fields)
    order = [row["title"] for row in rows]
    colour = alt.Color(
        "kind:N", legend=None, scale=alt.Scale(domain=["for", "against", "total"], range=[FOR, AGAINST, TOTAL])
    )
    low, high = (edge(row[k] for row in rows for k in ("start", "end")) for edge in (min, max))
    room = 0.16 * max(high - low, 1)
    x = alt.X(
        "start:Q",
        title="Weight: log2 odds that they are one person (0 = even)",
        scale=alt.Scale(domain=[low - room, high + room], nice=False),
    )
    y = alt.Y("title:N", sort=order, title=None, axis=alt.Axis(labelLimit=320, domain=False))
    base = alt.Chart(alt.Data(values=rows))
    bars = base.mark_bar(height=15).encode(x=x, x2="end:Q", y=y, color=colour)
    words = [
        base.transform_filter(alt.datum.right == side)
        .mark_text(align=align, dx=dx, color=TEXT, fontSize=11)
        .encode(x="edge:Q", y=y, text="words:N")
        for side, align, dx in ((True, "left", 5), (False, "right", -5))
    ]
    even = alt.Chart(alt.Data(values=[{"x": 0}])).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="x:Q")
    chart = alt.layer(even, bars, *words).properties(width=WIDTH, height=25 * len(rows))
    figures = "; ".join(f"{row['title']} {row['words']}" for row in rows)
    return _svg(chart, title, sentence, f"{title}. {sentence} {figures}.")


def steps(fields: pl.DataFrame) -> list[Row]:
    """The bars of a waterfall: title (with the level), start, end, kind, where its figure stands."""
    evidence = fields.filter((pl.col("weight") != 0) & (pl.col("field") != "prior"))
    prior = fields.filter(pl.col("field") == "prior")
    rows: list[Row] = []
    at = 0.0
    for row in [*prior.iter_rows(named=True), *evidence.iter_rows(named=True)]:
        label = row["title"] + (f": {row['level']}" if row["level"] else "")
        rows.append(_step(label, at, at + row["weight"], row["weight"], "for" if row["weight"] > 0 else "against"))
        at += row["weight"]
    return [*rows, _step("All together", 0.0, at, at, "total")]


def _step(title: str, start: float, end: float, weight: float, kind: str) -> Row:
    begin, edge = round(start, 3), round(end, 3)
    words, right = f"{weight:+.1f}", end >= start
    return {"title": title, "start": begin, "end": edge, "kind": kind, "right": right, "edge": edge, "words": words}


def threshold_chart(table: pl.DataFrame, link_at: float) -> str:
    """Precision and recall of pairs at each threshold, under the model in force and the candidate, as SVG.

    table: model, threshold, precision, recall (0 to 1).
    """
    long = table.unpivot(["precision", "recall"], index=["model", "threshold"], variable_name="what")
    rows = long.with_columns(line=pl.col("what") + ", " + pl.col("model")).to_dicts()
    lowest = long["value"].min()
    floor = max(0.0, float(lowest) - 0.02) if isinstance(lowest, float) else 0.0
    x = alt.X("threshold:Q", title="Match probability from which a pair joins", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("value:Q", title="Share of labelled pairs", scale=alt.Scale(domain=[floor, 1]), axis=alt.Axis(format="%"))
    both = alt.Scale(domain=["candidate", "in force"], range=[[1, 0], [5, 4]])
    dash = alt.StrokeDash("model:N", legend=None, scale=both)
    colour = alt.Color("what:N", title="Measure", scale=alt.Scale(domain=["precision", "recall"], range=[FOR, AGAINST]))
    lines = alt.Chart(alt.Data(values=rows)).mark_line(point=True).encode(x=x, y=y, color=colour, strokeDash=dash)
    rule = alt.Chart(alt.Data(values=[{"x": link_at}])).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="x:Q")
    chart = alt.layer(rule, lines).properties(width=WIDTH, height=260)
    words = f"Solid: the candidate. Dashed: the model in force. Upright line: linking.link_at, {link_at:g}."
    described = "Precision and recall of labelled pairs by threshold, for the model in force and the candidate."
    return _svg(chart, "Where to draw the line", words, described)


def to_png(svg: str, scale: float = 2) -> bytes:
    """A picture of a chart."""
    png: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return png


def _svg(chart: alt.Chart, title: str, subtitle: str, described: str) -> str:
    heading = alt.TitleParams(
        text=title,
        subtitle=wrap(subtitle, WIDTH, 11, lines=4),
        anchor="start",
        frame="group",
        offset=12,
        fontSize=16,
        color=TEXT,
        subtitleColor=MUTED,
        subtitleFontSize=11,
        subtitlePadding=5,
        subtitleLineHeight=15,
    )
    made = chart.properties(title=heading).configure(aria=False, font=FACES, background="white", padding=12)
    made = made.configure_view(stroke=None).configure_axis(labelColor=TEXT, titleColor=TEXT, labelFontSize=11)
    return described_svg(vl_convert.vegalite_to_svg(made.to_dict(validate=True), vl_version=VEGA_LITE), described)
