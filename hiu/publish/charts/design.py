"""The design of the chart template: built and validated by Altair, and kept as templates/chart.json.

Run as a module it writes that file; tests hold the two together. The monthly run reads the file only: importing
Altair takes seconds. Placeholders are lists of one string, `["@name"]`, where the schema wants a list.
"""

import json
import sys
from pathlib import Path

from hiu.publish.charts.layout import FONT, SUBTITLE, TITLE, WIDTH
from hiu.publish.charts.template import Spec

# Altair loads jsonschema, which builds 39 grammars of web addresses if Jupyter is installed: 1 s that no chart needs.
_GRAMMARS = {name: None for name in ("rfc3987_syntax",) if name not in sys.modules}
sys.modules.update(_GRAMMARS)  # type: ignore[arg-type]
import altair as alt  # noqa: E402

for _name in _GRAMMARS:
    del sys.modules[_name]

__all__ = ["alt", "design", "text"]

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
"""Version of the schema the template was validated with; the renderer must use the same."""

TEXT, MUTED = "#1B1F23", "#505A5F"
FACES = "Arial, 'Liberation Sans', Helvetica, sans-serif"
_FREE = {"scale": None, "axis": None, "title": None}
_AT = {"x": alt.X("x:Q", **_FREE), "y": alt.Y("y:Q", **_FREE)}
"""Places in pixels, worked out beforehand."""


def design(*, split: bool) -> Spec:
    """The validated specification without data: one panel, or two with bed days in their own."""
    main = _panel("", "title")
    chart = alt.vconcat(main, _panel("bed_", None), spacing=4) if split else main
    chart = chart.configure(aria=False, font=FACES, background="white", padding=12)
    chart = chart.configure_view(stroke=None).configure_axis(
        labelFontSize=FONT, labelColor=TEXT, domainColor=MUTED, gridColor="#D8DCDE", ticks=False, labelPadding=6
    )
    spec: Spec = chart.to_dict(validate=True)
    return spec


def text() -> str:
    """The design and the schema's version as the text of templates/chart.json: the same bytes everywhere.

    The one panel alone: `charts.template` makes the two of it, as a test holds against `design`.
    """
    return json.dumps({"vega_lite": VEGA_LITE, "stacked": design(split=False)}, indent=1, sort_keys=True) + "\n"


def _panel(prefix: str, title: str | None) -> alt.LayerChart:
    layers = [_bands(prefix), _bars(prefix), _lines(prefix, halo=True), _lines(prefix, halo=False)]
    layers.append(_words(prefix))
    if title:
        layers += [_swatches(prefix), _diamonds(prefix)]
    layers.append(_hatches(prefix))
    panel = alt.layer(*layers).properties(width=WIDTH, height=100)
    return panel.properties(title=_title()) if title else panel


def _title() -> alt.TitleParams:
    return alt.TitleParams(
        text=["@title"],
        subtitle=["@subtitle"],
        anchor="start",
        frame="group",
        offset=10,
        color=TEXT,
        fontSize=TITLE,
        lineHeight=24,
        subtitleColor=TEXT,
        subtitleFontSize=SUBTITLE,
        subtitleLineHeight=20,
        subtitlePadding=5,
    )


def _data(prefix: str, name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=f"{prefix}{name}"))


def _bars(prefix: str) -> alt.Chart:
    months = alt.X(
        "m:O",
        title=None,
        scale=alt.Scale(domain=["@months"], paddingInner=0, paddingOuter=0),
        axis=alt.Axis(
            values=["@labelled"], labelExpr="split(datum.value, ' ')", labelAngle=0, labelOverlap=False, zindex=1
        ),
    )
    height = alt.Y(
        "a:Q",
        title=None,
        scale=alt.Scale(domain=[f"@{prefix}domain"], range=[f"@{prefix}range"], nice=False, zero=True),
        axis=alt.Axis(values=[f"@{prefix}ticks"], format="d", domain=False),
    )
    colour = alt.Color("s:N", legend=None, scale=alt.Scale(domain=["@series"], range=["@colours"]))
    bars = _data(prefix, "bars").mark_bar(width=alt.RelativeBandSize(band=0.82), stroke="white", strokeWidth=1)
    return bars.encode(x=months, y=height, y2="b:Q", color=colour)


def _bands(prefix: str) -> alt.Chart:
    bands = _data(prefix, "bands").mark_rect(strokeWidth=0)
    return bands.encode(**_AT, x2="x2:Q", y2="y2:Q", color=alt.Color("c:N", scale=None))


def _lines(prefix: str, *, halo: bool) -> alt.Chart:
    """Lines of support and policy, over a white line that keeps them apart from dark bars."""
    mark = {"stroke": "white", "strokeWidth": 3.4} if halo else {"stroke": TEXT, "strokeWidth": 1.6}
    dashes = alt.Scale(domain=["start", "end", "break"], range=[[1, 0], [6, 4], [2, 3]])
    dash = {} if halo else {"strokeDash": alt.StrokeDash("k:N", legend=None, scale=dashes)}
    lines = _data(prefix, "lines").mark_rule(**mark)
    return lines.encode(**_AT, y2="y2:Q", **dash)


def _words(prefix: str) -> alt.Chart:
    text = _data(prefix, "words").mark_text(align="left", baseline="middle", fontSize=FONT, color=TEXT)
    return text.encode(**_AT, text="t:N")


def _swatches(prefix: str) -> alt.Chart:
    squares = _data(prefix, "swatches").mark_point(shape="square", size=140, filled=True, opacity=1)
    return squares.encode(**_AT, color=alt.Color("c:N", scale=None, legend=None))


def _diamonds(prefix: str) -> alt.Chart:
    marks = _data(prefix, "diamonds").mark_point(shape="diamond", size=90, filled=True, opacity=1, color="black")
    return marks.encode(**_AT)


def _hatches(prefix: str) -> alt.Chart:
    lines = _data(prefix, "hatches").mark_rule(stroke="white", strokeWidth=1, opacity=0.85)
    return lines.encode(**_AT, x2="x2:Q", y2="y2:Q")


if __name__ == "__main__":
    (Path(__file__).parents[1] / "templates" / "chart.json").write_text(text(), encoding="utf-8", newline="\n")
