"""Would another definition have named other people? The first N again under each toggle, and who stays throughout."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.model import CONTACTS, DATASETS
from hiu.month import Month
from hiu.rank.listing.history import Floats, History, history
from hiu.rank.listing.intensity import PLACES, Points, fit, points, reweigh, weights_of
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
    """One way to rank: the points expected of each person of the history, and each person's risk."""

    kind: str
    name: str
    expected: Floats
    risk: Floats

    def ranks(self) -> NDArray[np.int32]:
        """Rank of each person; ties by person_id."""
        order = np.argsort(-np.round(self.expected * self.risk, PLACES), kind="stable")
        out = np.empty(len(order), dtype=np.int32)
        out[order] = np.arange(1, len(order) + 1)
        return out


@dataclass(frozen=True)
class Usual:
    """What the list is made of under the site's definitions: counts, weights, half-life, and each person's risk."""

    past: History
    weights: dict[str, float]
    half_life: float
    risk: Floats

    def other(self, kind: str, name: str, past: History, weights: dict[str, float]) -> Scenario:
        """With other counts or weights."""
        return Scenario(kind, name, _expected(points(past, weights, self.half_life)), self.risk)


def _expected(scored: Points) -> Floats:
    return np.round(fit(scored).expected(scored.S, scored.n), PLACES)


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
    weights, own = weights_of(settings.rank.weights, coverage), graded["risk"].fill_null(middle(graded["risk"]))
    base = Usual(past, weights, settings.rank.half_life, own.to_numpy())
    default = base.other("default", "default", past, weights)
    others = chain(
        _half_lives(base),
        _weights(base, costs),
        _risks(default.expected, graded, month, gradings),
        _recounts(base, month, demand, extra, measures, coverage, settings.counting.datasets),
    )
    return _compare(default, others, ids.gather(who["person_id"]), settings.rank.top)


def _half_lives(base: Usual) -> Iterator[Scenario]:
    scored = points(base.past, base.weights, base.half_life)
    for life in HALF_LIVES:
        if life != base.half_life:
            yield Scenario("half-life", f"half-life {life:g}", _expected(reweigh(scored, life)), base.risk)


def _weights(base: Usual, costs: dict[str, float]) -> Iterator[Scenario]:
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
        yield base.other("weights", name, base.past, weights)


def _risks(expected: Floats, graded: pl.DataFrame, month: Month, gradings: pl.DataFrame) -> Iterator[Scenario]:
    def scenario(name: str, values: pl.Series) -> Scenario:
        return Scenario("risk", name, expected, values.cast(pl.Float64).to_numpy())

    yield scenario("frequency alone", pl.Series(np.ones(graded.height)))
    for role in ("clinical", "public_safety"):
        own = risk(month, gradings.filter(pl.col("role") == role)).select("person_id", own="risk")
        found = graded.select("person_id").join(own, on="person_id", how="left", maintain_order="left")["own"]
        if found.null_count() < len(found):
            yield scenario(f"{role.replace('_', ' ')} risk alone", found.fill_null(middle(found)))
    for band in ("Low", "High"):
        yield scenario(f"not assessed taken as {band}", graded["risk"].fill_null(BANDS[band]))


def _recounts(
    base: Usual,
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
        other = history(base.past.people, month, _side(demand, extra, name), coverage)
        yield base.other("counting", name, base.past.recounted(dataset, other), base.weights)


def recounted(demand: pl.DataFrame, extra: pl.DataFrame, name: str) -> pl.DataFrame:
    """Counts with the side measures of COUNTED[name] in place of, or beside, its data set.

    Columns: person_id, month, dataset, n (null where it is missing).
    """
    side = _side(demand, extra, name)
    return pl.concat([demand.select(side.columns).filter(pl.col("dataset") != COUNTED[name][0]), side])


def _side(demand: pl.DataFrame, extra: pl.DataFrame, name: str) -> pl.DataFrame:
    """What counts in place of the data set of COUNTED[name]; of one person and month there may be several rows."""
    dataset, measures, beside = COUNTED[name]
    key, n = ("person_id", "month"), pl.col("n")
    side = extra.lazy().filter(pl.col("measure").is_in(measures)).select(*key, n.fill_null(0).cast(pl.Int64)).collect()
    if beside:
        own = demand.lazy().filter(pl.col("dataset") == dataset).select(*key, "n").collect()
        missing = own.filter(n.is_null()).join(side, on=key, how="anti")  # beside another count it is not missing
        side = pl.concat([own.drop_nulls("n"), missing, side])
    return side.select(*key, pl.lit(dataset, dtype=demand.schema["dataset"]).alias("dataset"), "n")


def _compare(default: Scenario, others: Iterable[Scenario], ids: pl.Series, top: int) -> Sensitivity:
    place = default.ranks()
    usual, best, worst, times, rows = place <= top, place, place, (place <= top).astype(np.int64), []
    for one in others:  # one after the other: all of them at once would take much memory
        ranks = one.ranks()
        here = ranks <= top
        best, worst, times = np.minimum(best, ranks), np.maximum(worst, ranks), times + here
        counts = (int(part.sum()) for part in (here & usual, here & ~usual, ~here & usual))
        rows.append((one.kind, one.name, *counts))
    found: dict[str, NDArray[np.integer]] = {"place": place, "best": best, "worst": worst, "times": times}
    of = len(rows) + 1
    table = pl.DataFrame({"person_id": ids} | {name: values.astype(np.int64) for name, values in found.items()})
    people = table.with_columns(of=pl.lit(of, pl.Int64), stable=pl.col("times") == of)
    schema = ["kind", "scenario", "stay", "enter", "leave"]
    return Sensitivity(
        pl.DataFrame(rows, schema=schema, orient="row"), people.filter(pl.col("times") > 0).sort("place"), top
    )
