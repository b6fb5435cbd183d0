"""What demand costs, roughly: per person and cohort, by agency, and what contacts avoided would amount to.

Every figure comes three times (low, central, high) from a versioned table with price years and sources. They are
indicative and not cash-releasing: capacity, not money in hand.
"""

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hiu.errors import SettingsError
from hiu.month import Month
from hiu.rank.listing.history import Floats
from hiu.rank.reports.evaluate import LEAST_PEOPLE_SAVINGS, Evaluation

POINTS = ("low", "central", "high")
DRAWS = 20_000
NO_SOURCE = "No document is on record"
"""How the source of a unit cost begins that nothing bears out."""
_NUMBER = (int, float)
_NEEDED = {
    "dataset": str,
    "agency": str,
    "low": _NUMBER,
    "central": _NUMBER,
    "high": _NUMBER,
    "price_year": str,
    "source": str,
}


@dataclass(frozen=True)
class Costs:
    """The table: `units` has dataset, agency, low, central, high (pounds a unit), price_year, source."""

    version: str
    label: str
    units: pl.DataFrame

    @property
    def central(self) -> dict[str, float]:
        """Data set -> pounds a unit."""
        return dict(self.units.select("dataset", "central").iter_rows())

    @property
    def unsourced(self) -> list[str]:
        """Agencies of whose unit cost no document is on record."""
        return self.units.filter(pl.col("source").str.starts_with(NO_SOURCE))["agency"].to_list()


def costs(path: Path | None = None) -> Costs:
    """The shipped table, or a site's own. Raises SettingsError naming the row and key at fault."""
    shipped = resources.files("hiu.rank.reports") / "costs.toml"
    name = str(path or "costs.toml")
    try:
        text = path.read_text(encoding="utf-8") if path else shipped.read_text(encoding="utf-8")
        found: dict[str, Any] = tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"{name}: not found") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}: not readable as TOML: {error}") from None
    rows = found.get("unit", [])
    for number, row in enumerate(rows, start=1):
        _check(name, number, row)
    if not rows or not all(isinstance(found.get(key), str) for key in ("version", "label")):
        raise SettingsError(f"{name}: expected version, label and at least one [[unit]]")
    schema = {key: pl.String if kind is str else pl.Float64 for key, kind in _NEEDED.items()}
    return Costs(found["version"], found["label"], pl.DataFrame(rows, schema=schema))


def _check(name: str, number: int, row: dict[str, Any]) -> None:
    for key, kind in _NEEDED.items():
        if not isinstance(value := row.get(key), kind):  # type: ignore[arg-type]
            raise SettingsError(f"{name}, unit {number}: '{key}' is missing or of the wrong kind; found {value!r}")
    if unknown := set(row) - set(_NEEDED):
        raise SettingsError(f"{name}, unit {number}: unknown key '{sorted(unknown)[0]}'")
    if not 0 <= row["low"] <= row["central"] <= row["high"]:
        raise SettingsError(f"{name}, unit {number}: expected 0 <= low <= central <= high")


def person_costs(table: Costs, demand: pl.DataFrame, month: Month, people: pl.Series, months: int = 12) -> pl.DataFrame:
    """`person_id`, `agency`, `units`, `low`, `central`, `high` in pounds over the last months, of some people.

    Months not supplied are left out, so a total over them is too low: say which (coverage).
    """
    recent = pl.col("month").is_between((month - (months - 1)).start, month.start)
    own = demand.filter(recent, pl.col("n") > 0, pl.col("person_id").is_in(people.implode()))
    priced = own.join(table.units.select("dataset", "agency", *POINTS), on="dataset")
    return (
        priced.group_by("person_id", "agency")
        .agg(pl.col("n").sum().alias("units"), *((pl.col("n") * pl.col(p)).sum().alias(p) for p in POINTS))
        .sort("person_id", "agency")
    )


def cohort_costs(by_person: pl.DataFrame) -> pl.DataFrame:
    """`agency`, `people`, `units`, `low`, `central`, `high`, `most` (the largest share of one person), and a row
    `all agencies`."""
    own = by_person.group_by("person_id").agg(pl.col("units", *POINTS).sum())
    own = own.with_columns(agency=pl.lit("all agencies")).select(by_person.columns)
    sums = pl.concat([by_person, own]).group_by("agency")
    most = pl.col("central").max() / pl.col("central").sum()
    totals = sums.agg(people=pl.len(), **{name: pl.col(name).sum() for name in ("units", *POINTS)}, most=most)
    return totals.sort(pl.col("agency") == "all agencies", "agency")


@dataclass(frozen=True)
class Avoided:
    """Demand avoided and what it would cost: contacts and pounds as median and 95% range; `chance` that it exceeds
    the programme's own cost (None if that isn't given)."""

    contacts: tuple[float, float, float]
    pounds: tuple[float, float, float]
    chance: float | None
    sentence: str


def avoided(found: Evaluation, table: Costs, *, seed: int, programme: float | None = None) -> Avoided:
    """Savings from an evaluation that allows them: sum of c (E - O), the effect's logarithm ~ N(estimate, se),
    unit costs triangular between low and high. Raises SettingsError saying why if it doesn't."""
    if found.refused or found.savings_refused or found.people < LEAST_PEOPLE_SAVINGS or found.by_dataset is None:
        why = found.refused or found.savings_refused or f"fewer than {LEAST_PEOPLE_SAVINGS} people were compared"
        raise SettingsError(f"no savings can be quoted: {why}")
    rng = np.random.default_rng(seed)
    joined = found.by_dataset.join(table.units, on="dataset", how="left", maintain_order="left")
    if joined["central"].null_count():
        raise SettingsError("no savings can be quoted: the cost table lacks a contact data set")
    seen = max(found.observed, 0.5)
    expected = seen / np.exp(rng.normal(np.log(seen / found.expected), found.se, DRAWS))
    share = (joined["expected"] / joined["expected"].sum()).to_numpy()
    unit = np.stack([_triangular(rng, *row) for row in joined.select(POINTS).iter_rows()], axis=1)
    pounds = ((expected[:, None] * share - joined["observed"].to_numpy()) * unit).sum(axis=1)
    contacts, money = _spread(expected - found.observed), _spread(pounds)
    chance = None if programme is None else float((pounds > programme).mean())
    return Avoided(contacts, money, chance, _sentence(contacts, money, chance, programme, table))


def _triangular(rng: np.random.Generator, low: float, central: float, high: float) -> Floats:
    return rng.triangular(low, central, high, DRAWS) if high > low else np.full(DRAWS, central)


def _spread(values: Floats) -> tuple[float, float, float]:
    middle, low, high = np.quantile(values, [0.5, 0.025, 0.975])
    return float(middle), float(low), float(high)


def _sentence(
    contacts: tuple[float, ...], money: tuple[float, ...], chance: float | None, programme: float | None, table: Costs
) -> str:
    own = "" if chance is None else f" It exceeds the programme's £{programme:,.0f} with probability {chance:.0%}."
    return (
        f"About {contacts[0]:.0f} contacts fewer than expected in 6 months (95% range {contacts[1]:.0f} to "
        f"{contacts[2]:.0f}): {_k(money[0])} ({_k(money[1])} to {_k(money[2])}).{own} {table.label.capitalize()}: "
        f"capacity, not cash; cost table {table.version}. Bed nights and detentions are not in it."
    )


def _k(value: float) -> str:
    """To the nearest hundred pounds: more would feign precision."""
    return f"{'-' if value < 0 else ''}£{abs(round(value, -2)):,.0f}"
