"""Would another definition have named other people? The first N again under each toggle, and who stays throughout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hiu.model import CONTACTS, DATASETS
from hiu.month import Month
from hiu.rank.listing.history import Floats, History, history
from hiu.rank.listing.intensity import PLACES, fit, points, weights_of
from hiu.rank.listing.population import numbered, population
from hiu.rank.listing.risk import BANDS, middle, risk
from hiu.rank.reports.backtest import HALF_LIVES
from hiu.settings import Settings

COUNTED = {
    "ambulance: all calls": ("ambulance_deployment", ("ambulance_call",), False),
    "ED: left before treatment counted": ("ed_attendance", ("left_before_treatment",), True),
    "beds: gross nights, leave included": ("mh_bed_day", ("mh_gross_night",), False),
    "s136: police records alone": ("s136", ("s136_police",), False),
    "s136: health records alone": ("s136", ("s136_health",), False),
}
"""Scenario -> data set, the side measures that count in its place (or, if true, beside it)."""


@dataclass(frozen=True)
class Sensitivity:
    """`scenarios`: kind, scenario, stay (of the default's first N), enter, leave. `people`: person_id, place
    (default), best, worst, times (scenarios in the first N), of, stable (in all): who is in the first N of any."""

    scenarios: pl.DataFrame
    people: pl.DataFrame
    top: int


@dataclass(frozen=True)
class Scenario:
    """One way to rank: counts, weights, half-life, and each person's risk."""

    kind: str
    name: str
    past: History
    weights: dict[str, float]
    half_life: float
    risk: Floats

    def ranks(self) -> Floats:
        """Rank of each person of the history; ties by person_id."""
        scored = points(self.past, self.weights, self.half_life)
        expected = np.round(fit(scored.s, scored.w).expected(scored.S, scored.n), PLACES)
        order = np.argsort(-np.round(expected * self.risk, PLACES), kind="stable")
        out = np.empty(len(order))
        out[order] = np.arange(1, len(order) + 1)
        return out


def sensitivity(
    *,
    month: Month,
    demand: pl.DataFrame,
    extra: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    gradings: pl.DataFrame,
    settings: Settings,
    costs: dict[str, float],
) -> Sensitivity:
    """Rank the adults again under every scenario. Frames have the columns of hiu.model; `costs` in pounds a unit."""
    measures = set(extra["measure"].unique())
    ids, (people, demand, extra, gradings) = numbered(people, demand, extra, gradings)
    who = population(month, demand, people, settings.rank.minimum_age).filter(pl.col("list") == "adult")
    graded = who.join(risk(month, gradings), on="person_id", how="left", maintain_order="left")
    past = history(who["person_id"], month, demand, coverage)
    default = Scenario(
        "default",
        "default",
        past,
        weights_of(settings.rank.weights, coverage),
        settings.rank.half_life,
        graded["risk"].fill_null(middle(graded["risk"])).to_numpy(),
    )
    scenarios = [default, *_half_lives(default), *_weights(default, costs), *_risks(default, graded, month, gradings)]
    scenarios += _recounts(default, month, demand, extra, measures, coverage, settings.counting.datasets)
    top = settings.rank.top
    return _compare(scenarios, {one.name: one.ranks() for one in scenarios}, ids.gather(who["person_id"]), top)


def _half_lives(base: Scenario) -> Iterator[Scenario]:
    for life in HALF_LIVES:
        if life != base.half_life:
            yield Scenario("half-life", f"half-life {life:g}", base.past, base.weights, life, base.risk)


def _weights(base: Scenario, costs: dict[str, float]) -> Iterator[Scenario]:
    sets = {
        "contacts alone": dict.fromkeys(CONTACTS, 1.0),
        "without bed days": base.weights | {"mh_bed_day": 0.0},
        "bed days 0.5": base.weights | {"mh_bed_day": 0.5},
        "detentions and assessments 1": base.weights | {"s136": 1.0, "mha_assessment": 1.0},
        "detentions and assessments 5": base.weights | {"s136": 5.0, "mha_assessment": 5.0},
        "every unit 1": dict.fromkeys(DATASETS, 1.0),
        "cost weighted": costs,
    }
    for name, weights in sets.items():
        yield Scenario("weights", name, base.past, weights, base.half_life, base.risk)


def _risks(base: Scenario, graded: pl.DataFrame, month: Month, gradings: pl.DataFrame) -> Iterator[Scenario]:
    def scenario(name: str, values: pl.Series) -> Scenario:
        return Scenario("risk", name, base.past, base.weights, base.half_life, values.cast(pl.Float64).to_numpy())

    yield scenario("frequency alone", pl.Series(np.ones(graded.height)))
    for role in ("clinical", "public_safety"):
        own = risk(month, gradings.filter(pl.col("role") == role)).select("person_id", own="risk")
        found = graded.select("person_id").join(own, on="person_id", how="left", maintain_order="left")["own"]
        if found.null_count() < len(found):
            yield scenario(f"{role.replace('_', ' ')} risk alone", found.fill_null(middle(found)))
    for band in ("Low", "High"):
        yield scenario(f"not assessed taken as {band}", graded["risk"].fill_null(BANDS[band]))


def _recounts(
    base: Scenario,
    month: Month,
    demand: pl.DataFrame,
    extra: pl.DataFrame,
    site_measures: set[str],
    coverage: pl.DataFrame,
    chosen: Mapping[str, Sequence[str]],
) -> Iterator[Scenario]:
    """Scenarios whose side measures the site holds; the others cannot be judged from what is published.

    `chosen`: measures by data set that the site counts in place of the shipped ones. A side measure that is among them
    is counted already, and beside the count it would be counted twice.
    """
    for name, (dataset, measures, beside) in COUNTED.items():
        if not site_measures.issuperset(measures) or (beside and not set(measures).isdisjoint(chosen.get(dataset, ()))):
            continue
        past = history(base.past.people, month, recounted(demand, extra, name), coverage)
        yield Scenario("counting", name, past, base.weights, base.half_life, base.risk)


def recounted(demand: pl.DataFrame, extra: pl.DataFrame, name: str) -> pl.DataFrame:
    """Counts with the side measures of COUNTED[name] in place of, or beside, its data set.

    Columns: person_id, month, dataset, n (null where it is missing).
    """
    dataset, measures, beside = COUNTED[name]
    side = extra.filter(pl.col("measure").is_in(measures)).group_by("person_id", "month").agg(pl.col("n").sum())
    side = side.select("person_id", "month", dataset=pl.lit(dataset), n=pl.col("n").cast(pl.Int64))
    others, own = demand.select(side.columns).filter(pl.col("dataset") != dataset), pl.col("dataset") == dataset
    if beside:
        n = pl.col("n")
        together = pl.when(n.count() > 0).then(n.sum())  # what is missing stays missing: a sum of nothing would be zero
        both = pl.concat([demand.select(side.columns).filter(own), side])
        side = both.group_by("person_id", "month", "dataset").agg(together)
    return pl.concat([others, side])


def _compare(scenarios: list[Scenario], ranks: dict[str, Floats], ids: pl.Series, top: int) -> Sensitivity:
    first = {name: found <= top for name, found in ranks.items()}
    usual = first["default"]
    rows = []
    for one in scenarios[1:]:
        top_here = first[one.name]
        counts = (int(part.sum()) for part in (top_here & usual, top_here & ~usual, ~top_here & usual))
        rows.append((one.kind, one.name, *counts))
    stacked, hits = np.stack(list(ranks.values())), np.stack(list(first.values()))
    found = {
        "place": ranks["default"],
        "best": stacked.min(axis=0),
        "worst": stacked.max(axis=0),
        "times": hits.sum(axis=0),
    }
    table = pl.DataFrame({"person_id": ids} | {name: values.astype(np.int64) for name, values in found.items()})
    people = table.with_columns(of=pl.lit(len(ranks), pl.Int64), stable=pl.col("times") == len(ranks))
    schema = ["kind", "scenario", "stay", "enter", "leave"]
    return Sensitivity(
        pl.DataFrame(rows, schema=schema, orient="row"), people.filter(pl.col("times") > 0).sort("place"), top
    )
