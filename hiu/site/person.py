"""One person in a published month: their place, their months, their source rows and their chart."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import polars as pl

from hiu.model import DATASETS
from hiu.publish.chart_data import series
from hiu.publish.charts import inline_svg, person_chart, to_svg
from hiu.site.cards import Card
from hiu.site.mask import initials

if TYPE_CHECKING:
    from hiu.site.published import Published


class Person:
    """One person in a published month; the name is shown as initials."""

    def __init__(self, person_id: str, published: Published) -> None:
        self.person_id, self.published = person_id, published

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
        coverage = self.published.table("coverage")
        one = series(
            self.person_id, demand=self._own("monthly_demand"), coverage=coverage, ranked=self._own("ranked"),
            support=self._own("support"), last=self.published.month,
            extra=tuple(sorted(set(coverage["dataset"]) - set(DATASETS))),
        )  # fmt: skip
        return Chart(person_chart(one, split=split))

    def _own(self, table: str) -> pl.DataFrame:
        return self.published.table(table).filter(pl.col("person_id") == self.person_id)

    def _card(self) -> Card:
        about = pl.read_parquet(self.published.folder / "people.parquet").filter(pl.col("person_id") == self.person_id)
        one = about.to_dicts()[0]
        doubt = [words for flag, words in _CONFLICTS.items() if one[flag]]
        facts = {
            "place": self.why(),
            "seen": f"{one['first_seen']} to {one['last_seen']}, by {str(one['sources']).replace('|', ', ')}",
            "source rows": f"{one['rows']:,} described in {one['identities']:,} ways",
            "conflicts": ", ".join(doubt) or "none known",
        }
        return Card(f"{self.person_id}  {initials(one['name_text'])}", facts, "person.chart(), person.links()")

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()


_CONFLICTS = {"two_nhs_numbers": "more than one NHS number", "two_dobs": "more than one date of birth"}


class Chart:
    """A drawn chart; a notebook shows it as SVG, offline. `text` says in words what it shows."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.svg, self.text = to_svg(spec), str(spec["description"])

    def _repr_html_(self) -> str:
        return f'<div role="img" aria-label="{html.escape(self.text)}">{inline_svg(self.svg)}</div>'

    def __repr__(self) -> str:
        return self.text
