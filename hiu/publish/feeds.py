"""What each data set's source supplied, and which months it did not."""

from datetime import date
from typing import Any

import polars as pl

from hiu.model import DATASETS
from hiu.month import Month
from hiu.publish.words.datasets import title_of


def missing_feeds(coverage: pl.DataFrame, month: Month) -> list[dict[str, Any]]:
    """Each data set: whether it was supplied this month, and the months of the last 12 it was not."""
    given = {
        (when, name) for when, name, supplied in coverage.select("month", "dataset", "supplied").iter_rows() if supplied
    }
    first = coverage["month"].min()
    begin = max(month - 11, Month.of(first)) if isinstance(first, date) else month
    names = sorted({*DATASETS, *coverage["dataset"].to_list()}, key=lambda name: (_place(name), name))
    return [
        {
            "title": title_of(name),
            "now": (month.start, name) in given,
            "gaps": [when.title for when in begin.through(month) if (when.start, name) not in given],
        }
        for name in names
    ]


def _place(name: str) -> int:
    return DATASETS.index(name) if name in DATASETS else len(DATASETS)
