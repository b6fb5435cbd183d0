"""What each data set is called, in full, in short and inside a sentence, and the colour and pattern it is drawn in."""

from hiu.model import DATASETS

STACK = DATASETS[:4]
"""Bottom to top (G58): police, ambulance, ED, bed days."""

MARKERS = DATASETS[4:]
"""Drawn as diamonds, never stacked: other units."""

_NAMED = {
    "police_incident": ("Police incidents", "Police", "#12436D"),
    "ambulance_deployment": ("Ambulance deployments", "Ambulance", "#28A197"),
    "ed_attendance": ("ED attendances", "ED", "#801650"),
    "mh_bed_day": ("MH bed days", "MH beds", "#F46A25"),
    "s136": ("Section 136 detentions", "s136", ""),
    "mha_assessment": ("MHA assessments", "MHA", ""),
}
"""Title, shortest name, and the colour of those that are stacked."""
COLOURS = {name: _NAMED[name][2] for name in STACK}
HATCHES = {"ed_attendance": 1, "mh_bed_day": -1}
"""Thin white slanting lines, rising to the right (1) or to the left (-1): in black and white the four colours are two
greys. Upright lines would read as bars of their own."""

MORE_COLOURS = ("#A285D1", "#3D3D3D", "#B58900")
"""For data sets a site adds to the stack."""


def title_of(dataset: str) -> str:
    """The name of a data set in a key or a table head."""
    return _NAMED[dataset][0] if dataset in _NAMED else dataset.replace("_", " ").capitalize()


def short_title(dataset: str) -> str:
    """The shortest name of a data set, for notes on the plot."""
    return _NAMED[dataset][1] if dataset in _NAMED else title_of(dataset)


def in_sentence(dataset: str) -> str:
    """The name of a data set inside a sentence: only ordinary words lose their capital."""
    title = title_of(dataset)
    return title if title[:2].isupper() or title[:3].isupper() else title[0].lower() + title[1:]


def colours(extra: tuple[str, ...]) -> dict[str, str]:
    """Colour of every stacked data set, those a site adds included, bottom to top."""
    more = {name: MORE_COLOURS[index % len(MORE_COLOURS)] for index, name in enumerate(extra)}
    return {**COLOURS, **more}
