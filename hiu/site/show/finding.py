"""A finding: what was asked, the answer in sentences, the charts, and the tables behind them."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.govern.release.disclosure import BASE, FEWEST, HIDDEN
from hiu.plain import plain
from hiu.site.show.chart import Chart
from hiu.site.show.listing import Listing
from hiu.site.show.suggest import SHARED, Suggests

if TYPE_CHECKING:
    import pandas as pd


class Finding(Suggests):
    """`title` is what was asked, `sentences` say it, `charts` show it, `tables` hold it: `.table("name")` is one."""

    def __init__(
        self,
        title: str,
        sentences: Sequence[str],
        tables: Mapping[str, pl.DataFrame],
        charts: Sequence[Chart] = (),
        *,
        leaving: Mapping[str, pl.DataFrame] | None = None,
    ) -> None:
        self._leaving = leaving
        self._title, self._sentences, self._charts = title, tuple(filter(None, sentences)), tuple(charts)
        self._tables = {
            name: frame if isinstance(frame, Listing) else Listing(frame, name.replace("_", " "), kind=name)
            for name, frame in tables.items()
        }

    @property
    def title(self) -> str:
        """What was asked."""
        return self._title

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer, a sentence each, and what limits it."""
        return self._sentences

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts, which a notebook shows; `.charts[0].save("chart.png")` keeps one."""
        return self._charts

    @property
    def tables(self) -> dict[str, Listing]:
        """The tables by name."""
        return self._tables

    def table(self, name: str) -> Listing:
        """One of the tables. Raises UsageError naming the nearest, or saying why there are none."""
        if not self.tables:
            raise UsageError(f"'{self.title}' has no tables: {' '.join(self.sentences)}")
        if name not in self.tables:
            raise UsageError(not_among(f"no table '{name}'", name, self.tables))
        return self.tables[name]

    def to_share(self) -> Finding:
        """The part that may leave the analysts: small counts hidden, others rounded, no ids, no sentences and no chart.

        Raises UsageError where no part of it may; the board paper has what others may read.
        """
        if self._leaving is None:
            raise UsageError(f"'{self.title}' is for analysts alone: its figures are exact. {SHARED}")
        hidden = (
            f"* is a count of 1 to {FEWEST - 1}, or one that would give such a count away; "
            f"others are to the nearest {BASE}."
        )
        cells = {cell for one in self._leaving.values() for name in one.columns[1:] for cell in one[name].to_list()}
        useless = "Every figure of it is so small that it is hidden: it says nothing to others."
        lines = [hidden, useless] if cells == {HIDDEN} else [hidden]
        return Finding(self.title, lines, self._leaving, leaving=self._leaving)

    def columns(self) -> Listing:
        """What each column of each table means, and its unit where it has one."""
        each = [one.columns().to_polars().select(pl.lit(name).alias("table"), "*") for name, one in self.tables.items()]
        none = pl.DataFrame(schema=dict.fromkeys(("table", "column", "meaning"), pl.String))
        return Listing(pl.concat([none, *each]), f"Columns: {self.title}", kind="columns").all_rows()

    def to_polars(self) -> pl.DataFrame:
        """The first table, as a plain polars frame."""
        return next(iter(self.tables.values())).to_polars() if self.tables else pl.DataFrame()

    def to_pandas(self) -> pd.DataFrame:
        """The first table, as a pandas frame."""
        return self.to_polars().to_pandas()

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in self.sentences)
        charts = "".join(chart._repr_html_() for chart in self.charts)
        tables = "".join(_folded(table, bool(self.charts)) for table in self.tables.values() if table.height)
        return f"<h4>{html.escape(self.title)}</h4>{lines}{charts}{tables}"

    def __repr__(self) -> str:
        return plain("\n".join([self.title, *self.sentences, *(repr(table) for table in self.tables.values())]))


def _folded(table: Listing, fold: bool) -> str:
    """A table; beside charts it is folded, and opens with a key or a click."""
    shown = table._repr_html_()
    return f"<details><summary>{html.escape(table.title)}: the figures</summary>{shown}</details>" if fold else shown
