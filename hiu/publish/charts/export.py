"""One person's chart as a file: SVG from the validated template, PNG and PDF from the SVG."""

import vl_convert

from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.draw import person_chart, to_png, to_svg

FORMATS = ("svg", "png", "pdf")


def chart_file(person: PersonSeries, form: str, *, split: bool = False) -> bytes:
    """The chart as a file of one of FORMATS; only the person's own figures are in it."""
    return picture(to_svg(person_chart(person, split=split)), form)


def picture(svg: str, form: str) -> bytes:
    """A drawn chart as a file of one of FORMATS."""
    if form == "svg":
        return svg.encode("utf-8")
    if form == "png":
        return to_png(svg)
    made: bytes = vl_convert.svg_to_pdf(svg)
    return made
