"""What changed on the year before: totals of both years as they are shown, and whether that is more than chance.

Everything here is worked out from cells that the solver has decided, so it tells nothing more than they do. The range
widens with the months' own variation, and with what rounding leaves open.
"""

import math
from collections.abc import Sequence

import numpy as np

from hiu.govern.release.disclosure import BASE
from hiu.month import Month
from hiu.publish.board.change import Change
from hiu.publish.board.paper import Line
from hiu.stats import Z95
from pipelines.papers.commissioner.cells import NIGHTS, YEAR, Released, names

CLUSTERED = 2.0
"""How much wider than by chance alone months of detentions vary, taken where the months themselves are hidden."""
LEAST_MONTHS = 6
"""Supplied months that both sides of a comparison need."""
_ROUNDING = BASE**2 / 12
"""The variance that rounding to BASE adds to a figure."""

Range = tuple[float, float, float]
"""A change as a share, and the ends of its 95% interval."""


def changes(released: Released, lines: Sequence[Line]) -> tuple[Change, ...]:
    """A row a data set: both years, the change a supplied month, and the last two months."""
    return tuple(_change(released, line) for line in lines)


def absent(released: Released, dataset: str, back: int = 0) -> tuple[str, ...]:
    """The months of the 12 that were not supplied, as people read them."""
    given = set(released.year(dataset, back))
    wanted = names(released.month - (YEAR - 1 + back), released.month - back)
    return tuple(Month.parse(month).title for month in wanted if month not in given)


def _change(released: Released, line: Line) -> Change:
    spans = released.year(line.dataset, YEAR), released.year(line.dataset)
    before, since = (released.events(line.dataset, span) if span else None for span in spans)
    shown = {
        when: gap if value is None else str(value)
        for when, value, gap in zip(line.months, line.values, line.gaps, strict=True)
    }
    judged = _judged(released, line.dataset, (before, since), spans)
    return Change(
        dataset=line.dataset,
        month=released.month,
        years=(before, since),
        absent=(absent(released, line.dataset, YEAR), absent(released, line.dataset)),
        change=None if isinstance(judged, str) else judged,
        why=judged if isinstance(judged, str) else "",
        last=tuple(shown.get((released.month - back).start) for back in (1, 0)),
        usual=line.icon.words if line.icon else "",
    )


def _judged(
    released: Released, dataset: str, totals: Sequence[str | None], spans: Sequence[tuple[str, ...]]
) -> Range | str:
    """The change, if both totals are shown, of months enough, and their months' variation is known; else why not."""
    if min(map(len, spans)) < LEAST_MONTHS:
        return f"fewer than {LEAST_MONTHS} months of one of the years were supplied"
    if hidden := sum(not (total or "").isdigit() for total in totals):
        both = "the total can be shown for neither year"
        return both if hidden > 1 else "the total of one of the two years can't be shown"
    spread = variation(released, dataset, spans)
    before, since = (int(total or 0) for total in totals)
    if spread is None:
        return "one long stay can make such a difference, and too few months can be shown to see how much they vary"
    if not before:
        return "there were none in the year before"
    return change_of(before, since, len(spans[0]), len(spans[1]), spread)


def change_of(before: int, since: int, months: int, recent: int, spread: float) -> Range:
    """The change of the monthly mean, and its 95% interval, from the totals shown."""
    if not before:
        return 0.0, -1.0, float("inf")
    seen = max(since, 0.5)
    ratio = seen / recent / (before / months)
    error = Z95 * math.sqrt(sum((spread * n + _ROUNDING) / n**2 for n in (before, seen)))
    return ratio - 1, ratio * math.exp(-error) - 1, ratio * math.exp(error) - 1


def variation(released: Released, dataset: str, spans: Sequence[Sequence[str]]) -> float | None:
    """The variance of months over their mean within each span, at least 1, in halves, of the months as shown.

    Where most of them are not shown it is CLUSTERED: events of one person come together, so that a range as if each
    stood alone would be too narrow. Of nights it is then None: how long stays are can't be seen.
    """
    counts = [[int(t) for month in span if (t := released.events(dataset, (month,))).isdigit()] for span in spans]
    few = sum(map(len, counts)) * 2 < sum(map(len, spans)) or min(map(len, counts)) < 2
    if few or not any(map(sum, counts)):
        return None if dataset == NIGHTS else CLUSTERED
    apart = sum(float(np.var(part)) * len(part) for part in counts) / (sum(map(len, counts)) - len(counts))
    return max(1.0, math.ceil(apart / float(np.mean(np.concatenate(counts))) * 2) / 2)
