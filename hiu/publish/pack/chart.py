"""The chart as the pack's own script draws it: the same design and the same places, without a chart library.

All that does not hang on a person's counts (key, notes, grey bands, lines) is laid out here, once for each set of
support dates, and shared. The script adds bars, diamonds and the scale by the rules of `charts`; a test in a browser
holds every mark it draws against `charts.person_chart`. Why no library: docs/adr/0013.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hiu.publish.charts.data import Cells, PersonSeries
from hiu.publish.charts.draw import BED_DAYS, labelled_months, month_labels, subtitle_lines, title_lines
from hiu.publish.charts.layout import BARS, BED_BARS, FONT, HATCH, LANE, WIDTH, lay_out, panel_bands
from hiu.publish.charts.template import template
from hiu.publish.words.datasets import HATCHES, MARKERS, STACK, colours

AXIS = {False: "Contacts and bed days in the month", True: "Contacts in the month"}
"""Title of the main panel: bed days stacked, or in a panel of their own."""


@dataclass
class ChartData:
    """What the script draws from: the design, the shared frames, and each person's counts (charts.PersonSeries)."""

    design: dict[str, object] | None = None
    frames: list[dict[str, object]] = field(default_factory=list)
    people: dict[str, dict[str, object]] = field(default_factory=dict)


def chart_data(charted: Sequence[PersonSeries]) -> ChartData:
    """The charts of these people; frames are shared by those with the same support dates and gaps."""
    out = ChartData(design(charted[0]) if charted else None)
    places: dict[object, int] = {}
    for person in charted:
        bare = replace(person, counts={name: _gaps(cells) for name, cells in person.counts.items()}, name=None)
        key = (bare.support_start, bare.support_end, tuple(bare.counts.values()))
        if key not in places:
            places[key] = len(out.frames)
            out.frames.append(_frame(bare))
        out.people[person.person_id] = {"f": places[key], **_own(replace(person, name=None))}
    return out


def design(person: PersonSeries) -> dict[str, object]:
    """What all charts of a pack share: sizes, months, series, colours, and the marks of the validated template."""
    palette = colours(person.extra)
    panel = template(split=False)
    marks = {layer["data"]["name"]: layer["mark"] for layer in panel["layer"] if layer["data"]["name"] != "lines"}
    halo, line = (layer for layer in panel["layer"] if layer["data"]["name"] == "lines")
    dashes = line["encoding"]["strokeDash"]["scale"]
    sizes = {"width": WIDTH, "bars": BARS, "bed": BED_BARS, "lane": LANE, "font": FONT, "bedDays": BED_DAYS}
    months = {"months": month_labels(person), "labelled": labelled_months(person)}
    sets = {"markers": MARKERS, "stack": list(palette), "colours": palette, "hatches": HATCHES, "hatch": HATCH}
    lines = {"halo": halo["mark"], "line": line["mark"]}
    config = panel["config"]
    look = {"title": panel["title"], "axis": config["axis"], "face": config["font"], "padding": config["padding"]}
    return {
        **sizes,
        **months,
        **sets,
        "marks": marks,
        **lines,
        "dashes": dict(zip(dashes["domain"], dashes["range"], strict=True)),
        **look,
        "axes": [AXIS[False], AXIS[True], "Bed days in the month"],
    }


def _gaps(cells: Cells) -> Cells:
    return tuple(None if n is None else 0 for n in cells)


def _frame(bare: PersonSeries) -> dict[str, object]:
    """Everything around the bars of a person without a single contact; `split` = what differs with two panels."""
    sets = (*STACK, *bare.extra)
    apart = tuple(name for name in sets if name != BED_DAYS)
    layout, split = lay_out(bare, sets, AXIS[False], counted=False), lay_out(bare, apart, AXIS[True], counted=False)
    first_row = layout.top - LANE - 4 - LANE * len(MARKERS)
    drawn = {name: getattr(layout, name) for name in ("swatches", "diamonds", "hatches", "bands", "lines")}
    top = LANE + 4
    return {
        "top": layout.top,
        "rows": [first_row + LANE * index for index in range(len(MARKERS))],
        # the axis title is the last of the words; the script writes it, because it differs
        "words": layout.words[:-1],
        **drawn,
        "split": {
            "bands": split.bands,
            "lines": split.lines,
            "bedTop": top,
            "bedBands": panel_bands(bare, (BED_DAYS,), top, top + BED_BARS),
        },
    }


def _own(person: PersonSeries) -> dict[str, object]:
    """A person's own part: the title's lines, the subtitle's, and the counts (null = not supplied)."""
    return {
        "t": title_lines(person),
        "s": subtitle_lines(person),
        "n": [list(person.counts[name]) for name in (*STACK, *MARKERS, *person.extra)],
    }
