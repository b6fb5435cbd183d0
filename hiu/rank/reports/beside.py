"""Contacts after an offer beside those of people not offered anything yet: alike by propensity, no cause shown.

A person offered something enters with their first offer. The others enter with each contact at which they had not been
offered anything yet, whatever they were offered later: to leave those people out would leave out whoever is about to
have more contacts. Both sides had a contact within the day before; on both it is their latest, and the days begin as
long after it as offers mostly came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from hiu.model.ages import age_on
from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.rank.listing.history import Floats
from hiu.stats import Z95

C = pl.col
DAYS = (7, 30)
"""Spans after an offer in which contacts are counted."""
BANDS = 5
"""Bands of propensity, with as many of the people offered something in each."""
FEWEST = 20
"""People offered something and compared below which no difference is stated."""
PAST = (30, 90, 365)
MENTAL = ("s136", "mha_assessment", "mh_bed_day")
"""Data sets of what bears on being offered something, and is no contact."""
_RIDGE, _STEPS = 1.0, 25


@dataclass(frozen=True, kw_only=True)
class After:
    """Mean contacts in the days after, of people offered something and of the others in the same bands, and the
    difference with its 95% interval. `fewest` people with such a contact are on either side, and one person has at most
    the share `largest` of a side's."""

    days: int
    offered: float
    others: float
    low: float
    high: float
    fewest: int
    largest: float

    @property
    def difference(self) -> float:
        """Offered less others."""
        return self.offered - self.others


@dataclass(frozen=True, kw_only=True)
class Beside:
    """How many people are on each side, how many offers had no contact in the day before, and what came after; nothing
    of that where too few people can be compared."""

    offered: int
    others: int
    alone: int
    after: tuple[After, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Records:
    """What a comparison is made of: tables of a published month with the columns of hiu.model."""

    judged: pl.DataFrame
    timeline: pl.DataFrame
    coverage: pl.DataFrame
    people: pl.DataFrame
    end: date
    """The day after the last month."""

    @property
    def contacts(self) -> pl.DataFrame:
        """person_id, start and dataset of each contact counted, in order."""
        own = self.timeline.filter("counted", C("dataset").is_in(contact_sets(self.coverage)))
        return own.select("person_id", C("start").cast(pl.Datetime("us")), "dataset").sort("start", "person_id")

    @property
    def offers(self) -> pl.DataFrame:
        """person_id, at and offered of each row that names somebody, in order."""
        named = self.judged.filter(~C("nobody")).sort("at", "offer_id")
        return named.select("person_id", C("at").cast(pl.Datetime("us")), "offered", "offer_id")


def beside(records: Records, months: Sequence[Month], minimum_age: int) -> Beside:
    """Compare the offers of some months that are over for 30 days by the end, with contacts of the same months."""
    offered, alone = first_offers(records, months)
    others = not_offered(records, months, _lag(offered))
    both = pl.concat([offered.with_columns(side=pl.lit(1.0)), others.with_columns(side=pl.lit(0.0))], how="diagonal")
    rows = followed(both, records).join(_grown(records, months[0], minimum_age), on="person_id", how="left")
    whole = rows.filter(
        C("grown").fill_null(value=False),
        C("died").is_null() | (C("died") > C("at").dt.date() + pl.duration(days=max(DAYS))),
        C(f"after_{max(DAYS)}").is_not_null(),
    )
    sides = {side: part["person_id"].n_unique() for (side,), part in whole.group_by("side")}
    enough = all(sides.get(side, 0) >= FEWEST for side in (0.0, 1.0))
    after = tuple(_compared(whole)) if enough else ()
    return Beside(offered=sides.get(1.0, 0), others=sides.get(0.0, 0), alone=alone, after=after)


def first_offers(records: Records, months: Sequence[Month]) -> tuple[pl.DataFrame, int]:
    """The first offer of each person in the months that came within a day after a contact: person_id, at, offer_id,
    start and dataset of the latest contact; and how many people's first offer had no such contact."""
    ever = records.offers.filter(C("offered") != "no").unique("person_id", keep="first", maintain_order=True)
    first = ever.filter(C("offered") == "yes", *_within("at", months))
    found = first.drop("offered").join_asof(
        records.contacts, left_on="at", right_on="start", by="person_id", tolerance="24h", check_sortedness=False
    )
    near = found.filter(C("start").is_not_null())
    return near, found.height - near.height


def not_offered(records: Records, months: Sequence[Month], lag: timedelta) -> pl.DataFrame:
    """Each contact of the months before the person was first offered anything, but for that of the offer itself:
    person_id, at, start, dataset. One that another follows within the lag is not the latest, and is left out."""
    yet = records.offers.filter(C("offered") != "no").group_by("person_id").agg(first=C("at").min())
    contacts = records.contacts.with_columns(next=C("start").shift(-1).over("person_id", order_by="start"))
    alone = contacts.filter(C("next").is_null() | (C("next") > C("start") + lag))
    at_risk = alone.join(yet, on="person_id", how="left").with_columns(at=C("start") + lag)
    here = (C("first") <= C("start") + timedelta(days=1)) & (C("next").is_null() | (C("next") > C("first")))
    free = C("first").is_null() | ((C("first") > C("start")) & ~here)
    return at_risk.filter(free, *_within("at", months)).select("person_id", "at", "start", "dataset")


def followed(index: pl.DataFrame, records: Records) -> pl.DataFrame:
    """`index` (person_id, at) with contacts before (up to 30, 31 to 90, 91 to 365 days; detentions, assessments and
    stays in 365) and after (within each of DAYS): null where the days are not over or not supplied."""
    rows = index.with_row_index("row")
    other = records.timeline.filter(C("dataset").is_in(MENTAL)).select("person_id", C("start").cast(pl.Datetime("us")))
    gap = C("other") - C("at")
    own = _near(rows, records.contacts)
    within = {days: (gap > pl.duration(days=0)) & (gap <= pl.duration(days=days)) for days in DAYS}
    past = {
        days: (gap <= pl.duration(days=-low)) & (gap > pl.duration(days=-days))
        for low, days in zip((0, *PAST), PAST, strict=False)
    }
    sums = [expr.sum().alias(f"after_{days}") for days, expr in within.items()]
    sums += [expr.sum().alias(f"before_{days}") for days, expr in past.items()]
    mental = _near(rows, other).filter((gap <= pl.duration(days=0)) & (gap > pl.duration(days=-PAST[-1])))
    counts = own.group_by("row").agg(sums)
    joined = rows.join(counts, on="row", how="left").join(
        mental.group_by("row").agg(mental=pl.len()), on="row", how="left"
    )
    whole_spans = {days: _followed_through(records, days) for days in DAYS}
    return joined.with_columns(
        C("mental", *(f"before_{days}" for days in PAST)).fill_null(0),
        *(
            pl.when(whole_spans[days]).then(C(f"after_{days}").fill_null(0)).cast(pl.Int64).alias(f"after_{days}")
            for days in DAYS
        ),
    ).drop("row")


def _near(rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    return rows.select("row", "person_id", "at").join(
        events.select("person_id", other="start"), on="person_id", how="inner"
    )


def _followed_through(records: Records, days: int) -> pl.Expr:
    """The days are over by the end, and every contact source that ever sent anything supplied each month of them."""
    own = records.coverage.filter(C("dataset").is_in(contact_sets(records.coverage)))
    sent = own.filter(C("supplied").any().over("dataset"))
    gaps = sent.filter(~C("supplied"))["month"].unique().sort()
    first, last = sent["month"].min(), C("at") + pl.duration(days=days)
    whole = (C("at") >= pl.lit(first)) & (last < pl.lit(records.end))
    for month in map(Month.of, gaps):
        whole &= (C("at") >= pl.lit(month.after)) | (last < pl.lit(month.start))
    return whole


def _within(column: str, months: Sequence[Month]) -> tuple[pl.Expr, pl.Expr]:
    return C(column) >= pl.lit(months[0].start), C(column) < pl.lit(months[-1].after)


def _lag(offered: pl.DataFrame) -> timedelta:
    """How long after the latest contact offers mostly came."""
    found = (offered["at"] - offered["start"]).median()
    return found if isinstance(found, timedelta) else timedelta(0)


def _grown(records: Records, first: Month, minimum_age: int) -> pl.DataFrame:
    """person_id, died, and whether named and of age when the months begin; unknown ages are."""
    return records.people.select(
        "person_id", "died", grown=C("named") & (age_on(first.start) >= minimum_age).fill_null(value=True)
    )


def _compared(rows: pl.DataFrame) -> list[After]:
    offered = rows["side"].to_numpy() == 1
    chance = propensity(_design(rows), offered.astype(np.float64))
    edges = np.quantile(chance[offered], np.linspace(0, 1, BANDS + 1)[1:-1])
    band = np.searchsorted(edges, chance, side="right")
    _, who = np.unique(rows["person_id"].to_numpy(), return_inverse=True)
    return [_after(days, rows[f"after_{days}"].to_numpy().astype(np.float64), offered, band, who) for days in DAYS]


def _design(rows: pl.DataFrame) -> Floats:
    """What the propensity is made of: contacts before, and the kind of the latest; no protected characteristic."""
    past = rows.select(C("mental", *(f"before_{days}" for days in PAST)).cast(pl.Float64).log1p()).to_numpy()
    kinds = rows["dataset"].to_dummies().to_numpy().astype(np.float64)
    return np.hstack([np.ones((len(rows), 1)), past, kinds])


def propensity(x: Floats, y: Floats) -> Floats:
    """The chance of being among the offered, by logistic regression with a small ridge."""
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        weight = np.maximum(chance * (1 - chance), 1e-9)
        step = np.linalg.solve((x.T * weight) @ x + _RIDGE * np.eye(len(beta)), x.T @ (y - chance) - _RIDGE * beta)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(1 / (1 + np.exp(-np.clip(x @ beta, -30, 30))), dtype=np.float64)


def _after(days: int, y: Floats, offered: np.ndarray, band: np.ndarray, who: np.ndarray) -> After:
    """Means over the bands as the offered lie in them; the error is by person, who may have several contacts."""
    pull, means = np.zeros(len(y)), np.zeros(2)
    bands = [b for b in range(BANDS) if (offered & (band == b)).any() and (~offered & (band == b)).any()]
    total = sum(int((offered & (band == b)).sum()) for b in bands)
    for b in bands:
        weight = int((offered & (band == b)).sum()) / total
        for side, own in ((1, offered & (band == b)), (0, ~offered & (band == b))):
            mean = y[own].mean()
            means[side] += weight * mean
            pull[own] += (1 if side else -1) * weight * (y[own] - mean) / own.sum()
    half = Z95 * float(np.sqrt((np.bincount(who, pull) ** 2).sum()))
    difference = float(means[1] - means[0])
    each = [np.bincount(who[side], y[side]) for side in (offered, ~offered)]
    return After(
        days=days,
        offered=float(means[1]),
        others=float(means[0]),
        low=difference - half,
        high=difference + half,
        fewest=min(int((one > 0).sum()) for one in each),
        largest=max(float(one.max() / max(1.0, one.sum())) for one in each),
    )
