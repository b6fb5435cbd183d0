"""What the data sets that a site adds are counted in, and which are contacts or worth points without a setting."""

import polars as pl

from hiu.model.words import CONTACTS, DATASETS

EVENT, NIGHTS = "event", ("net_night", "gross_night")
MOST_NIGHTS = 5
"""Nights in a bed by which months compared may differ before contacts are compared for days in the community."""

MOST_OUT = 3
"""Days out of hospital in a month that was spent on a ward: a contact in it is none of the days in the community."""
POINTS = {EVENT: 1.0, **dict.fromkeys(NIGHTS, 0.25)}
"""Points for one unit of a data set of a site's own where the settings give none: those of a contact and a bed day."""


def own_units(coverage: pl.DataFrame) -> dict[str, str]:
    """Unit of each data set that a site adds and that stands for demand of its own.

    `coverage` has the columns of model.COVERAGE; one without `unit` was published before there was any, and holds
    events. A data set counted from a source that one of the model's is counted from may hold the same rows again: it
    is not here, so it is no contact, and worth points only by a setting.
    """
    columns = ["dataset", *(name for name in ("source", "unit") if name in coverage.columns)]
    feeds = coverage.select(columns).unique().sort("dataset").to_dicts()
    usual = {name for feed in feeds if feed["dataset"] in DATASETS for name in _sources(feed)}
    return {
        feed["dataset"]: feed.get("unit") or EVENT
        for feed in feeds
        if feed["dataset"] not in DATASETS and usual.isdisjoint(_sources(feed))
    }


def contact_sets(coverage: pl.DataFrame) -> tuple[str, ...]:
    """Data sets counted in contacts: the model's, then a site's own events."""
    return (*CONTACTS, *(name for name, unit in own_units(coverage).items() if unit == EVENT))


def night_sets(coverage: pl.DataFrame) -> tuple[str, ...]:
    """Data sets counted in nights in a bed: the model's, then a site's own."""
    return ("mh_bed_day", *(name for name, unit in own_units(coverage).items() if unit in NIGHTS))


def default_points(coverage: pl.DataFrame) -> dict[str, float]:
    """Points for one unit of each data set of a site's own, where the settings give none."""
    return {name: POINTS.get(unit, 0.0) for name, unit in own_units(coverage).items()}


def _sources(feed: dict[str, str]) -> list[str]:
    return (feed.get("source") or feed["dataset"]).split("|")
