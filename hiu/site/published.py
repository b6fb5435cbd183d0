"""A published month as an analyst holds it: tables, people and charts, names masked."""

from __future__ import annotations

import html
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.publish.chart_data import series
from hiu.publish.charts import inline_svg, person_chart, to_svg
from hiu.publish.release import read_manifest
from hiu.site.mask import masked


class Published:
    """One month's list and everything behind it, read from its published folder.

    `.table(name)` gives any published table (docs/data-dictionary.md); people are masked.
    """

    def __init__(self, month: Month, folder: Path) -> None:
        self.month, self.folder = month, folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was published: run, settings version, files with digests."""
        return read_manifest(self.folder)

    def table(self, name: str) -> pl.DataFrame:
        """A published table. Raises UsageError naming the nearest one there is."""
        if name not in PUBLISHED:
            raise UsageError(f"no published table '{name}'.{did_you_mean(name, PUBLISHED)}")
        found = pl.read_parquet(self.folder / f"{name}.parquet")
        return masked(found) if name == "people" else found

    def ranked(self, top: int | None = None) -> pl.DataFrame:
        """The list: rank, range, certainty, masked name, label, intensity and the sentence for each place."""
        names = self.table("people").select("person_id", name="name_text")
        columns = ("rank", "rank_low", "rank_high", "certainty", "person_id", "name", "risk_band", "contacts_3",
                   "label", "intensity", "sentence")  # fmt: skip
        adults = self.table("ranked").filter(pl.col("list") == "adult")
        listed = adults.join(names, on="person_id", how="left").sort("rank").select(columns)
        return listed if top is None else listed.head(top)

    def person(self, person_id: str) -> Person:
        """One person. Raises UsageError naming the nearest id."""
        ids = pl.scan_parquet(self.folder / "people.parquet").select("person_id").collect()["person_id"]
        if person_id not in set(ids):
            raise UsageError(
                f"no person '{person_id}' in {self.month}.{did_you_mean(person_id, ids.to_list()[:50_000])}"
            )
        return Person(person_id, self)

    def _repr_html_(self) -> str:
        run, settings = (html.escape(str(self.manifest[key])) for key in ("run_id", "settings_version"))
        return f"<p><b>{self.month.title}</b> run {run}, settings {settings}</p>"

    def __repr__(self) -> str:
        return f"Published({self.month}, {self.folder.name})"


class Person:
    """One person in a published month."""

    def __init__(self, person_id: str, month: Published) -> None:
        self.person_id, self.published = person_id, month

    def why(self) -> str:
        """The sentence of the place, and of the change; or why there is none."""
        found = self._own("ranked").to_dicts()
        return (
            f"{found[0]['sentence']} {found[0]['label_sentence']}"
            if found
            else "Not in the ranked population this month."
        )

    def months(self) -> pl.DataFrame:
        """Counts by month and data set: month, dataset, n (null = not supplied), supplied."""
        grid = self.published.table("coverage").select("month", "dataset", "supplied")
        own = self._own("monthly_demand").select("month", "dataset", "n")
        filled = pl.when("supplied").then(pl.col("n").fill_null(0)).otherwise(None)
        return grid.join(own, on=["month", "dataset"], how="left").with_columns(n=filled).sort("month", "dataset")

    def links(self) -> pl.DataFrame:
        """Every source row of this person: source, file, row, status, and what joined it."""
        return self._own("links").sort("source", "source_file", "source_row")

    def chart(self, *, split: bool = False) -> Chart:
        """The months as stacked bars; `split` puts bed days in their own panel."""
        one = series(
            self.person_id, demand=self._own("monthly_demand"), coverage=self.published.table("coverage"),
            ranked=self._own("ranked"), support=self._own("support"), last=self.published.month,
        )  # fmt: skip
        return Chart(inline_svg(to_svg(person_chart(one, split=split))))

    def _own(self, table: str) -> pl.DataFrame:
        return self.published.table(table).filter(pl.col("person_id") == self.person_id)


class Chart:
    """A drawn chart; a notebook shows it as SVG, offline."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_html_(self) -> str:
        return self.svg
