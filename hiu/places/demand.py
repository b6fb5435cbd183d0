"""Repeat mental-health demand by area, and the people whom command units and trusts share; exact, for analysts.

A person repeats who had two or more contacts about mental health in the 12 months, wherever these were: so that nobody
is lost who is known to two areas, and what areas had adds up.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from hiu.model import TABLES
from hiu.stats import Z95, Z998, funnel

C = pl.col
REPEAT = 2
"""Contacts about mental health in the 12 months from which a person repeats."""
FIRST = 100
"""One in so many people of an area are its first: the share of contacts that they have is shown."""
COUNTED = ("contacts", "mental_health", "repeat", "first")
"""What is counted of an area: all contacts, those about mental health, of these those of people who repeat, and those
of the first hundredth of people."""
LEVELS = ("command_unit", "borough", "trust", "partnership", "icb", "police_force", "ambulance_trust")
PERIOD = 12


def persons(places: pl.DataFrame, area: str, *levels: str) -> pl.DataFrame:
    """A row a person and place, with contacts, mental_health, repeat and first; a null level is not known.

    `places` has the columns of EVENT_PLACE. `area` is home, incident or provider. The level `whole` has one place.
    """
    marked = C("mental_health").fill_null(False)
    own = places.filter(C("area") == area).with_columns(
        about=pl.when(marked).then("contacts").otherwise(0), whole=pl.lit("whole")
    )
    own = own.with_columns(repeats=C("about").sum().over("person_id") >= REPEAT)
    each = own.group_by(*levels, "person_id").agg(
        C("contacts").sum(), mental_health=C("about").sum(), repeat=C("about").filter(C("repeats")).sum()
    )
    place = C("mental_health").rank("ordinal", descending=True).over(levels, order_by="person_id")
    seen = (C("mental_health") > 0).sum().over(levels)
    most = (seen + FIRST - 1) // FIRST
    first = pl.when((place <= most) & (C("mental_health") > 0)).then("mental_health").otherwise(0)
    return each.with_columns(first=first).sort(*levels, "person_id", nulls_last=True)


def demand(places: pl.DataFrame, area: str, level: str, population: Mapping[str, int] | None = None) -> pl.DataFrame:
    """One row a place of a level, in order of name, what is not known last.

    contacts, mental_health (contacts), repeat_people, repeat (their contacts about mental health), first_people and
    first_share (of the contacts about mental health), and of the repeat contacts their rate per 1,000 contacts with the
    limits of a funnel; per 10,000 people too, of places whose `population` is given.
    """
    each = persons(places, area, level)
    table = each.group_by(level).agg(
        C("contacts").sum(),
        C("mental_health").sum(),
        repeat_people=(C("repeat") > 0).sum().cast(pl.Int64),
        repeat=C("repeat").sum(),
        first_people=(C("first") > 0).sum().cast(pl.Int64),
        first_share=C("first").sum() / pl.when(C("mental_health").sum() > 0).then(C("mental_health").sum()),
    )
    table = table.sort(level, nulls_last=True).rename({level: "place"})
    spread = clustering(each.drop_nulls(level)["repeat"])
    peopled = table.with_columns(
        people_there=C("place").replace_strict(population or {}, default=None, return_dtype=pl.Int64)
    )
    # a place that is not known is none to compare others with
    contacts = peopled.select(pl.when(C("place").is_not_null()).then("contacts")).to_series()
    rates = [limits(peopled["repeat"], contacts, per=1000, spread=spread, prefix="")]
    if population:
        rates.append(
            limits(peopled["repeat"], peopled["people_there"], per=10_000, spread=spread, prefix="population_")
        )
    return pl.concat([table, *rates], how="horizontal")


def clustering(contacts: pl.Series) -> float:
    """How much wider than by chance the number of contacts of an area varies, since one person has several: the mean
    number of contacts of whom a contact is; at least 1.
    """
    total = int(contacts.sum())
    return max(1.0, float((contacts.cast(pl.Float64) ** 2).sum()) / total) if total else 1.0


def limits(counts: pl.Series, of: pl.Series, *, per: int, spread: float, prefix: str) -> pl.DataFrame:
    """Rates, the 95% and 99.8% limits around the rate of all places that can be compared, and which side of them."""
    given = pl.DataFrame({"n": counts, "of": of})
    whole = given.drop_nulls().filter(C("of") > 0)
    share = int(whole["n"].sum()) / int(whole["of"].sum()) if whole.height else None
    names = ["rate", "low_95", "high_95", "low_998", "high_998", "position"]
    rows = [_limit(n, base, share, per, spread) for n, base in given.rows()]
    types = [*[pl.Float64] * 5, pl.String]
    return pl.DataFrame(
        rows, schema={f"{prefix}{name}": kind for name, kind in zip(names, types, strict=True)}, orient="row"
    )


def _limit(
    n: int | None, base: int | None, share: float | None, per: int, spread: float
) -> tuple[float | str | None, ...]:
    if n is None or not base or share is None:
        return (None,) * 6
    inner, outer = (funnel(share, base, z, spread) for z in (Z95, Z998))
    rate = n / base
    return (rate * per, *(end * per for end in (*inner, *outer)), position(rate, inner, outer))


def position(rate: float, inner: tuple[float, float], outer: tuple[float, float]) -> str:
    """Where a rate lies in a funnel, in words."""
    for (low, high), words in ((outer, "limits of 99.8%"), (inner, "limits of 95%")):
        if rate > high or rate < low:
            return f"{'above' if rate > high else 'below'} the {words}"
    return "within the limits"


def shared_people(places: pl.DataFrame, unit: str = "incident", care: str = "provider") -> pl.DataFrame:
    """command_unit, trust and people: who had a contact in the unit's area and one with the trust in the 12 months.

    The unit is of where contacts happened and the trust of who gave care, unless others of the three areas are named.
    """
    units = places.filter(C("area") == unit).drop_nulls("command_unit").select("person_id", "command_unit").unique()
    trusts = places.filter(C("area") == care).drop_nulls("trust").select("person_id", "trust").unique()
    both = units.join(trusts, on="person_id")
    counts = both.group_by("command_unit", "trust").agg(people=pl.len().cast(pl.Int64))
    return counts.sort("command_unit", "trust")


def coverage(places: pl.LazyFrame) -> pl.DataFrame:
    """Of each source and area how many contacts there are, of how many the area is known, and why of the others not."""
    reasons = next(column.codes for column in TABLES["event_place"].columns if column.name == "not_known")
    return (
        places.group_by("source", "area")
        .agg(
            contacts=pl.len().cast(pl.Int64),
            known=C("not_known").is_null().sum().cast(pl.Int64),
            **{reason: (C("not_known") == reason).sum().cast(pl.Int64) for reason in reasons},
            mental_health_unknown=C("mental_health").is_null().sum().cast(pl.Int64),
        )
        .sort("source", "area")
        .collect(engine="streaming")
    )


def populations(rows: pl.DataFrame, on: date) -> dict[str, dict[str, int]]:
    """Level -> place -> people, on a day, from the rows of a crosswalk: of boroughs as given; of a command unit, a
    trust and others the sum of their boroughs, unless one of these lacks it.
    """
    holds = (C("valid_from").is_null() | (C("valid_from") <= on)) & (C("valid_to").is_null() | (C("valid_to") >= on))
    boroughs = rows.filter(holds, C("kind") == "area", C("key") == C("borough_key"))
    found = {"borough": dict(boroughs.drop_nulls("population").select("borough", "population").rows())}
    for level in (name for name in LEVELS if name != "borough"):
        sums = (
            boroughs.drop_nulls(level)
            .group_by(level)
            .agg(C("population").sum(), whole=C("population").is_not_null().all())
        )
        found[level] = dict(sums.filter("whole").select(level, "population").rows())
    return {level: people for level, people in found.items() if people}
