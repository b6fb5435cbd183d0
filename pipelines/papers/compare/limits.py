"""How wide the limits are between areas: what months of an area vary by, from the figures that it shows."""

from statistics import fmean, variance

from hiu.govern.release.cells import EVERYBODY
from hiu.month import Month
from hiu.network.bundle import Bundle
from pipelines.papers.commissioner.cells import YEAR, measure_of, names
from pipelines.papers.commissioner.changes import CLUSTERED


def spread_of(area: Bundle, dataset: str, month: Month) -> float:
    """The variance of a year's months over their mean, at least 1; CLUSTERED where most of them are not shown."""
    year = names(month - (YEAR - 1), month)
    texts = [area.text(measure_of(dataset), dataset, EVERYBODY, (one,)) for one in year]
    counts = [int(text) for text in texts if text and text.isdigit()]
    if len(counts) * 2 < YEAR or not sum(counts):
        return CLUSTERED
    return max(1.0, variance(counts) / fmean(counts))
