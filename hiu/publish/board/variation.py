"""Making Data Count's icons: what the latest month of a chart says, in a sign, a colour and words.

A rise or a fall of nights and of Mental Health Act assessments is good or bad by itself to nobody, so those have the
purple signs without a judgement. Of the other data sets fewer are better (crises averted), and more are of concern.
"""

from dataclasses import dataclass

from hiu.publish.charts.design import FACES

NEUTRAL = ("mh_bed_day", "mha_assessment")
COMMON, CONCERN, BETTER, CHANGED = "#8A9299", "#E46C0A", "#0086C3", "#5B2D90"
"""Grey, orange, blue and purple, each dark enough for its white letter to be read."""
_EDGE = 34
KEY = (
    "Adults in the agencies' records. Mean, limits and icons are those of NHS England's Making Data Count; limits "
    "start anew at a change of policy with 7 months on either side. A run is 7 months in a row above or below the "
    "median (the middle month), not the mean. The icon is of the latest month: grey ~ usual variation; H higher, L "
    "lower than usual; orange of concern, blue an improvement, purple neither good nor bad in itself. Diamonds are "
    "unusual months or runs, in the same colours."
)
"""How to read the charts, beside them in every form of the paper."""


@dataclass(frozen=True)
class Icon:
    """A sign (H higher, L lower, ~ for usual variation), its colour, and what it says."""

    sign: str
    colour: str
    words: str


USUAL = Icon("~", COMMON, "usual variation")


def icon(dataset: str, rules: list[str], up: bool) -> Icon:
    """The icon of a chart's latest point, by the rules that fire there and whether it is above the mean, or rising."""
    if not rules:
        return USUAL
    sign, word = ("H", "higher than usual") if up else ("L", "lower than usual")
    if dataset not in NEUTRAL:
        colour, judged = (CONCERN, "of concern") if up else (BETTER, "an improvement")
        return Icon(sign, colour, f"{word}: {judged}")
    return Icon(sign, CHANGED, f"{word}: neither good nor bad in itself")


def with_icon(svg: str, one: Icon, width: int) -> str:
    """A chart with the icon in its upper right corner, `width` pixels from its left edge."""
    half = _EDGE / 2
    words = f'text-anchor="middle" font-size="16" font-weight="bold" font-family="{FACES}" fill="#FFFFFF"'
    sign = f'<text x="{half}" y="{half + 6}" {words}>{one.sign}</text>'
    drawn = f'<circle cx="{half}" cy="{half}" r="{half - 1}" fill="{one.colour}"/>{sign}'
    place = f'<g transform="translate({width - _EDGE},4)" aria-hidden="true">{drawn}</g>'
    return f"{svg.rstrip().removesuffix('</svg>')}{place}</svg>"
