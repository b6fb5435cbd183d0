"""A person's escalation and de-escalation chart: a bar a month, as a Vega-Lite specification, SVG and PNG.

The Guide's stack (G58), bottom to top: police, ambulance, ED, mental-health bed days. s136 detentions and
MHA assessments are diamonds with counts above, never added in. A month not supplied is a grey band with
words, never zero. Nothing is fetched, and the specification holds only what is drawn.
"""

import io
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

import vl_convert

from hiu.extras import require
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.headings import subtitle, title
from hiu.publish.charts.layout import (
    BARS,
    BED_BARS,
    FONT,
    LANE,
    SUBTITLE,
    TITLE,
    WIDTH,
    Layout,
    Mark,
    hatch,
    lay_out,
    panel_bands,
)
from hiu.publish.charts.template import Spec, fill, schema_version, template
from hiu.publish.words.datasets import HATCHES, colours
from hiu.publish.words.text import width, wrap

BED_DAYS = "mh_bed_day"
SHADES = 128
_MARKS = "".join(map(chr, range(0x100, 0x180)))


def person_chart(person: PersonSeries, *, split: bool = False) -> Spec:
    """The Vega-Lite specification of one person's chart; `split` puts bed days in a panel of their own."""
    palette = colours(person.extra)
    stacked = tuple(name for name in palette if not (split and name == BED_DAYS))
    layout = lay_out(person, stacked, "Contacts in the month" if split else "Contacts and bed days in the month")
    bars = _bars(person, stacked)
    values = {
        "title": title_lines(person),
        "subtitle": subtitle_lines(person),
        "months": month_labels(person),
        "labelled": labelled_months(person),
        "series": list(palette),
        "colours": list(palette.values()),
        **_scale("", bars, layout.top, BARS),
    }
    layout.hatches += _hatches(person, bars, values["domain"][1], layout.top, BARS)
    datasets = {"bars": bars, **_layers(layout)}
    if split:
        datasets |= _bed_panel(person, layout, values)
    spec: Spec = fill(template(split), values)
    panels = spec["vconcat"] if split else [spec]
    for panel, prefix in zip(panels, ("", "bed_"), strict=False):
        panel["height"] = values[f"{prefix}range"][0]
    return {**spec, "description": alt_text(person), "datasets": datasets}


def to_svg(spec: Spec) -> str:
    """The chart as a standalone SVG."""
    # the renderer measures every letter, at half the cost of a chart; so a single one stands for each text that lies
    # within the chart (the lines of the title are cut to it) while it is drawn
    main, *others = spec.get("vconcat", [spec])
    title, data = main["title"], spec["datasets"]
    words = {name: rows for name, rows in data.items() if name.endswith("words")}
    within = [row["t"] for rows in words.values() for row in rows if row["x"] + width(row["t"], FONT) <= WIDTH]
    texts = [*title["text"], *title["subtitle"], *within]
    marks = dict(zip((text for text in dict.fromkeys(texts) if text and not text.isdigit()), _MARKS, strict=False))
    marked = {part: [marks.get(text, text) for text in title[part]] for part in ("text", "subtitle")}
    main = {**main, "title": {**title, **marked}}
    short = {name: [{**row, "t": marks.get(row["t"], row["t"])} for row in rows] for name, rows in words.items()}
    drawn = {**({**spec, "vconcat": [main, *others]} if others else main), "datasets": {**data, **short}}
    whole = {mark: escape(text) for text, mark in marks.items()}
    svg = vl_convert.vegalite_to_svg(drawn, vl_version=schema_version())
    svg = re.sub(f">([{_MARKS}])<", lambda found: f">{whole.get(found[1], found[1])}<", svg)
    return described_svg(svg, spec["description"])


def described_svg(svg: str, words: str) -> str:
    """An SVG as one image whose description is `words`: nothing inside is read out."""
    return inline_svg(svg).replace('<svg aria-hidden="true" ', f'<svg role="img" aria-label={quoteattr(words)} ', 1)


def inline_svg(svg: str) -> str:
    """An SVG of a chart for a page whose wrapper carries role="img" and the description: hidden inside."""
    svg = re.sub(r' (?:role|aria-roledescription|aria-label|aria-hidden)="[^"]*"', "", svg)
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)


def unnamed_svg(svg: str, person: PersonSeries) -> str:
    """A chart without the person's name, for a page whose heading has it."""
    lines = len(title_lines(person)) - len(title_lines(replace(person, name=None)))
    for _ in range(lines):
        svg = re.sub(r'(role-title-text"[^>]*><text[^>]*>)<tspan>[^<]*</tspan><tspan[^>]*>', r"\1<tspan>", svg, count=1)
    return svg


def to_png(svg: str, scale: float = 2) -> bytes:
    """A picture of an SVG chart in 128 colours: flat colours lose nothing, and it is a tenth of the size.

    Scale 2 prints well on A4. Raises MissingExtra without the extra 'papers'.
    """
    require("papers")
    from PIL.Image import Dither, Quantize
    from PIL.Image import open as read_image

    whole = read_image(io.BytesIO(vl_convert.svg_to_png(svg, scale=scale))).convert("RGB")
    out = io.BytesIO()
    whole.quantize(SHADES, method=Quantize.FASTOCTREE, dither=Dither.NONE).save(out, "PNG")
    return out.getvalue()


def chart_files(svgs: Mapping[str, str]) -> dict[str, bytes]:
    """Charts as files of a release, charts/<person id>.svg; `hiu export charts --format png` makes pictures of them."""
    return {f"charts/{person_id}.svg": svg.encode("utf-8") for person_id, svg in svgs.items()}


def title_lines(person: PersonSeries) -> list[str]:
    """The title as it is drawn: each line of it in three at most."""
    return [line for text in title(person) for line in wrap(text, WIDTH, TITLE, bold=True, lines=3)]


def subtitle_lines(person: PersonSeries) -> list[str]:
    """The subtitle as it is drawn: each sentence of it in five lines at most, nearly as large as the title, since what
    it says of support may point the other way."""
    return [line for text in subtitle(person) for line in wrap(text, WIDTH, SUBTITLE, lines=5)]


def month_labels(person: PersonSeries) -> list[str]:
    """The calendar as the axis spells it; the label breaks at its spaces."""
    labels = [month.title for month in person.months]
    return [*labels[:-1], f"{labels[-1]} (part)"] if person.partial else labels


def labelled_months(person: PersonSeries) -> list[str]:
    """The months with a label: each up to 14 months, else each third, counted back so that the latest has one."""
    return month_labels(person)[::-1][:: 1 if len(person.months) <= 14 else 3][::-1]


def nice_top(highest: int, most: int = 6) -> tuple[int, list[int]]:
    """A round top of the scale at or above `highest`, and at most `most` whole-number steps to it."""
    steps = (base * 10**power for power in range(9) for base in (1, 2, 5))
    step = next(step for step in steps if step * most >= max(highest, 5))
    top = step * math.ceil(max(highest, 5) / step)
    return top, list(range(0, top + 1, step))


def _bars(person: PersonSeries, stacked: tuple[str, ...]) -> list[Mark]:
    rows = []
    for index, month in enumerate(month_labels(person)):
        base = 0
        for name in stacked:
            if n := person.counts[name][index]:
                rows.append({"m": month, "s": name, "a": base, "b": base + n})
                base += n
    return rows


def _hatches(person: PersonSeries, bars: list[Mark], highest: int, top: float, height: int) -> list[Mark]:
    """The white lines that tell ED and bed days from the other series without colour."""
    place = {label: index + 0.5 for index, label in enumerate(month_labels(person))}
    step, unit, foot = WIDTH / len(person.months), height / highest, top + height
    return [
        line
        for bar in bars
        if (lean := HATCHES.get(bar["s"]))
        for line in hatch(
            (place[bar["m"]] - 0.41) * step,
            (place[bar["m"]] + 0.41) * step,
            foot - bar["b"] * unit,
            foot - bar["a"] * unit,
            lean,
        )
    ]


def _scale(prefix: str, bars: list[Mark], top: float, height: int) -> Spec:
    highest, ticks = nice_top(max((bar["b"] for bar in bars), default=0), 6 if height == BARS else 3)
    return {f"{prefix}domain": [0, highest], f"{prefix}ticks": ticks, f"{prefix}range": [top + height, top]}


def _layers(layout: Layout) -> dict[str, list[Mark]]:
    return {name: getattr(layout, name) for name in ("words", "swatches", "diamonds", "hatches", "bands", "lines")}


def through(lines: list[Mark]) -> list[Mark]:
    """One piece of each line that was broken off at words."""
    return list({(line["x"], line["k"]): line for line in lines}.values())


def _bed_panel(person: PersonSeries, main: Layout, values: Spec) -> Spec:
    """The second panel's data; its scale goes into `values`."""
    top = LANE + 4
    bars = _bars(person, (BED_DAYS,))
    values |= _scale("bed_", bars, top, BED_BARS)
    layout = Layout()
    layout.write("Bed days in the month", 0, 0)
    return {
        "bed_bars": bars,
        "bed_words": layout.words,
        "bed_hatches": _hatches(person, bars, values["bed_domain"][1], top, BED_BARS),
        "bed_bands": panel_bands(person, (BED_DAYS,), top, top + BED_BARS),
        "bed_lines": [{**line, "y": top, "y2": top + BED_BARS} for line in through(main.lines)],
    }
