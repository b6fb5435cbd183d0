"""What counts as what, which months there are, how stays are sent: inputs of counting that come from definitions."""

from collections.abc import Mapping

import polars as pl

from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.month import Month
from hiu.sources import Source


def counting(sources: Mapping[str, Source], toggles: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    """The `counting` table: the sources' counts and side measures, `toggles` (data set -> measures) replacing theirs.

    A toggled data set is counted from every source that has one of the measures, in the unit its own count has.
    """
    rows: list[tuple[str, str, str, str, bool]] = []
    for source in sources.values():
        has = {measure.name for measure in source.measures}
        for dataset, count in source.counts.items():
            wanted = toggles.get(dataset, count.measures)
            rows += [(dataset, measure, count.unit, source.name, False) for measure in wanted if measure in has]
        for dataset in toggles.keys() - source.counts.keys():
            rows += [(dataset, measure, "event", source.name, False) for measure in toggles[dataset] if measure in has]
        for name, count in source.extra.items():
            rows += [(name, measure, count.unit, source.name, True) for measure in count.measures]
    return pl.DataFrame(sorted(set(rows)), schema=schema(TABLES["counting"]), orient="row")


def stay_rules(sources: Mapping[str, Source]) -> pl.DataFrame:
    """The `stay_rule` table: whether each source of stays sends every open stay again, by its `open_stays`."""
    rows = [(name, source.file.open_stays == "resent") for name, source in sources.items() if source.kind == "stays"]
    return pl.DataFrame(sorted(rows), schema=schema(TABLES["stay_rule"]), orient="row")


def supplied_months(deliveries: pl.DataFrame, month: Month) -> pl.DataFrame:
    """source and month, of every month to `month` that a delivery in force for it or before supplies.

    A delivery supplies the months from covers_from to covers_to but for its gaps; one read before these were known, its
    period. What a delivery of the year to date has no rows of, the deliveries that it replaces supply no more.
    """
    seen = deliveries.filter(
        pl.col("period").is_not_null(), pl.col("period") < month.after, pl.col("replaced_by").is_null()
    )
    first, last = (pl.coalesce(name, "period") for name in ("covers_from", "covers_to"))
    gaps = pl.col("gaps").fill_null("") if "gaps" in seen.columns else pl.lit("")
    covers = pl.col("covers") if "covers" in seen.columns else pl.lit(None, pl.String)
    spans = seen.select("source", "period", gaps=gaps, covers=covers, month=pl.date_ranges(first, last, "1mo"))
    every = spans.explode("month").drop_nulls("month").filter(pl.col("month") < month.after)
    gap = pl.col("gaps").str.split("|").list.contains(pl.col("month").dt.to_string("%Y-%m-%d"))
    latest_gap = pl.col("period").filter(gap & (pl.col("covers") == "cumulative")).max().over("source", "month")
    whole = every.filter(~gap & (latest_gap.is_null() | (pl.col("period") >= latest_gap)))
    return whole.select("source", "month").unique().sort("source", "month")


def calendar(sources: Mapping[str, Source], deliveries: pl.DataFrame, month: Month) -> pl.DataFrame:
    """The `calendar` table: every month from the first supplied to `month`, for every source that is no register.

    `deliveries` has model.DELIVERIES columns; a replaced delivery, or one after `month`, supplies nothing.
    """
    supplied = supplied_months(deliveries, month).with_columns(supplied=pl.lit(True))
    start = Month.of(min(supplied["month"].to_list(), default=month.start))
    months = pl.DataFrame({"month": [each.start for each in start.through(month)]}, schema={"month": pl.Date})
    feeds = pl.DataFrame(
        {"source": sorted(name for name, source in sources.items() if source.kind != "register")},
        schema={"source": pl.String},
    )
    return (
        months.join(feeds, how="cross")
        .join(supplied, on=["month", "source"], how="left")
        .with_columns(pl.col("supplied").fill_null(False))
        .sort("month", "source")
    )
