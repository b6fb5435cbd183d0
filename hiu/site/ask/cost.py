"""What people's last 12 months cost, roughly, and how many points they were."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.model.words import many
from hiu.publish.words.text import count_of
from hiu.rank.listing.intensity import weights_of
from hiu.rank.reports.cost import cohort_costs, costs, person_costs
from hiu.site.ask.lacking import lacking
from hiu.site.first import checked_top, first_of, shown_places
from hiu.site.show.finding import Finding
from hiu.site.tables import Tables

C = pl.col


def cost(run: Tables, people: list[str] | None, top: int | None) -> Finding:
    """Low, central and high, by agency, of some people, or (None) of the first N of the list. Raises UsageError."""
    priced = costs()
    ids, who = _costed(run, people, top)
    demand = run._whole("monthly_demand", "person_id", "month", "dataset", "n")
    by_person = person_costs(priced, demand, run.month, pl.Series(ids, dtype=pl.String))
    tables = {"cohort": cohort_costs(by_person), "unit costs": priced.units, "people": by_person}
    free = sorted(set(run._whole("coverage")["dataset"]) - set(priced.units["dataset"]))
    lines = [f"{priced.label[0].upper()}{priced.label[1:]}: capacity, not cash (table {priced.version})."]
    lines += [f"Without a price, so not in it: {', '.join(map(many, free))}."] if free else []
    lines += [f"{line} The cost is too low by these." for line in lacking(run)]
    return Finding(f"Cost of {who}, last 12 months, pounds", lines, tables)


def _costed(run: Tables, people: list[str] | None, top: int | None) -> tuple[list[str], str]:
    """Whose cost is asked for, and in words."""
    if people is not None:
        if top is not None:
            raise UsageError("cost(N) is of the first N on the list; of a cohort of some people ask .cost()")
        return people, count_of(len(people), "person", "people")
    first = shown_places(run)["person_id"].head(checked_top(run, "cost", top))
    return first.to_list(), first_of(run, len(first), what=" people")


def points(run: Tables, person_id: str) -> pl.DataFrame:
    """A row a data set of which the person had any in 12 months, the most points first."""
    months, weights = {name: run.month - (name - 1) for name in (3, 12)}, run.settings.rank.weights
    each = {name: float(n) for name, n in weights_of(weights, run._whole("coverage")).items()}
    own = run._rows("monthly_demand", (C("person_id") == person_id) & (C("month") >= months[12].start) & (C("n") > 0))
    counts = {f"n_{span}": C("n").filter(C("month") >= first.start).sum() for span, first in months.items()}
    found = own.group_by("dataset").agg(**counts)
    found = found.with_columns(each=C("dataset").replace_strict(each, default=0.0, return_dtype=pl.Float64))
    found = found.with_columns((C(f"n_{span}") * C("each")).alias(f"points_{span}") for span in months)
    share = C("points_12") / C("points_12").sum()
    return found.with_columns(share=share).sort("points_12", "dataset", descending=[True, False])
