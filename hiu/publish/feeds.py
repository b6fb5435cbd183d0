"""What each data set's source supplied, and which months it did not."""

from datetime import date
from typing import TypedDict

import polars as pl

from hiu.model import DATASETS
from hiu.month import Month
from hiu.publish.rows import Tables
from hiu.publish.words.datasets import title_of


class Feed(TypedDict):
    """A data set: whether it was supplied this month, or ever; which of the last 12 months, once begun, it was not."""

    title: str
    now: bool
    ever: bool
    gaps: list[str]


def missing_feeds(coverage: pl.DataFrame, month: Month) -> list[Feed]:
    """The feed of each data set of the model, then of those a site added."""
    given = set(coverage.filter("supplied").select("month", "dataset").iter_rows())
    first = coverage["month"].min()
    begin = max(month - 11, Month.of(first)) if isinstance(first, date) else month
    firsts = dict(coverage.filter("supplied").group_by("dataset").agg(pl.col("month").min()).iter_rows())
    return [
        {
            "title": title_of(name),
            "now": (month.start, name) in given,
            "ever": name in firsts,
            "gaps": [
                when.title
                for when in max(begin, Month.of(firsts.get(name, begin.start))).through(month)
                if (when.start, name) not in given
            ],
        }
        for name in (*DATASETS, *own_sets(coverage))
    ]


def hardly_read(tables: Tables, month: Month) -> list[str]:
    """Of what was supplied for the month, and of registers, the fields of which most filled cells could not be read."""
    quality = tables.get("field_quality")
    if quality is None:
        return []
    deliveries = tables["deliveries"].filter(pl.col("replaced_by").is_null())
    now = deliveries.filter((pl.col("period") == month.start) | pl.col("period").is_null()).select("delivery_id")
    sent = pl.col("filled") - pl.col("missing")
    poor = quality.join(now, on="delivery_id", how="semi").filter((sent > 0) & (pl.col("read") * 2 < sent))
    return [
        f"{row['source']}: {row['header']}: {row['filled']:,} filled, {row['read']:,} read ({row['source_file']})"
        for row in poor.sort("source", "source_file", "field").to_dicts()
    ]


def own_sets(coverage: pl.DataFrame) -> tuple[str, ...]:
    """Data sets that a site added to the model's."""
    return tuple(sorted(set(coverage["dataset"]) - set(DATASETS)))
