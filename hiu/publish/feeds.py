"""What each data set's source supplied, and which months it did not."""

from datetime import date
from typing import TypedDict

import polars as pl

from hiu.model import DATASETS
from hiu.month import Month
from hiu.publish.words.datasets import title_of


class Feed(TypedDict):
    """A data set: whether it was supplied this month, and the last 12 months, since it began, that it was not."""

    title: str
    now: bool
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
            "gaps": [
                when.title
                for when in max(begin, Month.of(firsts.get(name, begin.start))).through(month)
                if (when.start, name) not in given
            ],
        }
        for name in (*DATASETS, *own_sets(coverage))
    ]


def own_sets(coverage: pl.DataFrame) -> tuple[str, ...]:
    """Data sets that a site added to the model's."""
    return tuple(sorted(set(coverage["dataset"]) - set(DATASETS)))
