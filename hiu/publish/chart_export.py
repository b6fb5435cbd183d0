"""One person's chart as a file: SVG from the validated template, PNG in 64 colours and PDF from the SVG."""

from __future__ import annotations

import io

import vl_convert
from PIL.Image import Dither, Quantize
from PIL.Image import open as read_image

from hiu.publish.chart_data import PersonSeries
from hiu.publish.charts import person_chart, to_png, to_svg

FORMATS = ("svg", "png", "pdf")
SHADES = 64


def chart_file(person: PersonSeries, form: str, *, split: bool = False) -> bytes:
    """The chart as a file of one of FORMATS; only the person's own figures are in it."""
    svg = to_svg(person_chart(person, split=split))
    if form == "svg":
        return svg.encode("utf-8")
    if form == "png":
        return quantised(svg)
    made: bytes = vl_convert.svg_to_pdf(svg)
    return made


def quantised(svg: str, scale: float = 2) -> bytes:
    """A PNG of a chart in 64 colours: flat colours lose nothing, and it is a third of the size."""
    whole = read_image(io.BytesIO(to_png(svg, scale))).convert("RGB")
    out = io.BytesIO()
    whole.quantize(SHADES, method=Quantize.FASTOCTREE, dither=Dither.NONE).save(out, "PNG")
    return out.getvalue()
