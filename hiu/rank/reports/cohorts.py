"""The whole cohort: agencies together, who comes and goes, how contacts are shared, and what follows a stay.

Frames have the columns of hiu.model. Figures are exact, for analysts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from hiu.month import Month
from hiu.rank.listing.history import history
from hiu.rank.listing.intensity import PLACES
from hiu.rank.listing.population import numbered, population
from hiu.rank.listing.ranking import Base, base_of
from hiu.rank.listing.risk import middle, risk
from hiu.settings import Settings
from hiu.stats import Z95, wilson

C = pl.col
SHARES = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
EACH = ("person_id", "source", "event_id", "start")
DAYS = (0, 7, 14, 28, 60, 90, 180, 365)


def contacts(timeline: pl.LazyFrame, first: Month, last: Month) -> pl.LazyFrame:
    """Counted events and stays that begin in some months, a row a data set: person_id, source, event_id, start."""
    inside = C("start").is_between(first.start, last.after, closed="left") & C("counted")
    return timeline.filter(inside).select(EACH)


def stays_in(stay: pl.DataFrame, first: Month, last: Month) -> pl.DataFrame:
    """Stays of which a night lies in some months, whenever they began, one row each: as `contacts`."""
    lies = (C("first_night") < last.after) & (C("day_out") > first.start)
    return stay.filter(~C("nobody"), C("person_id").is_not_null(), lies).select(EACH).unique()


def together(
    timeline: pl.LazyFrame, stay: pl.DataFrame, month: Month, months: int = 12, agency: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Which agencies saw the same people: agencies (joined by |), people, contacts, most (of one person).

    `agency` = the agency of each source; one that is not there is an agency of its own. A stay is a
    contact of every month in which it has a night, also where it began before the first.
    """
    first = month - (months - 1)
    every = pl.concat([contacts(timeline, first, month), stays_in(stay, first, month).lazy()]).unique()
    each = every.select("person_id", C("source").replace(agency or {})).collect()
    names = each["source"].unique().sort().to_list()
    bit = C("source").replace_strict(names, [1 << at for at in range(len(names))], return_dtype=pl.Int64)
    person = each.group_by("person_id").agg(bit.bitwise_or().alias("bits"), n=pl.len())
    found = person.group_by("bits").agg(people=pl.len(), contacts=C("n").sum(), most=C("n").max())
    sets = ["|".join(name for at, name in enumerate(names) if bits >> at & 1) for bits in found["bits"]]
    found = found.select(pl.Series("agencies", sets, dtype=pl.String), pl.exclude("bits"))
    return found.sort("people", "agencies", descending=[True, False])


def flow(
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    settings: Settings,
    gradings: pl.DataFrame,
    months: int = 12,
    top: int | None = None,
    published: Mapping[Month, Sequence[str]] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who joined the first N (`top`, or as settings have it) and who left, month by month, as each month would be
    ranked with the data of today, by expected points and risk; but for months `published`, whose first are given in
    their order. First: month, stayed, entered, left. Second: month, person_id, place among the first N (null if
    left), change (stayed, entered or left). The first month compares with the one before it (of no `months` but the
    last everybody entered); months before the first delivery are left out.
    """
    supplied = coverage.filter("supplied")["month"]
    first = supplied.min()
    rows: list[tuple[date, int, int, int]] = []
    who: list[tuple[date, str, int | None, str]] = []
    before: dict[str, int] | None = None if months else {}
    ids, (people, demand, gradings) = numbered(people, demand, gradings)
    lists, span = published or {}, (month - months).through(month)
    whole = None if lists.keys() >= set(span) else history(people["person_id"], month, demand, coverage)
    for one in span:
        if first is None or one.start < first:  # type: ignore[operator]
            continue
        if one in lists:
            now = {person: place for place, person in enumerate(lists[one], 1)}
        elif whole is not None:
            now_listed = population(one, demand, people, settings.rank.minimum_age)
            base = base_of(now_listed, whole.cut(now_listed["person_id"], one), coverage, settings)
            first_now = first_by(base, risk(one, gradings), top or settings.rank.top)
            now = {person: place for place, person in enumerate(ids.gather(first_now), 1)}
        if before is not None:
            gone, same = before.keys() - now.keys(), before.keys() & now.keys()
            rows.append((one.start, len(same), len(now) - len(same), len(gone)))
            who += [(one.start, person, at, "stayed" if person in same else "entered") for person, at in now.items()]
            who += [(one.start, person, None, "left") for person in sorted(gone)]
        before = now
    counts = {"month": pl.Date, "stayed": pl.Int64, "entered": pl.Int64, "left": pl.Int64}
    each = {"month": pl.Date, "person_id": pl.String, "place": pl.Int64, "change": pl.String}
    return pl.DataFrame(rows, schema=counts, orient="row"), pl.DataFrame(who, schema=each, orient="row")


def first_by(base: Base, graded: pl.DataFrame, top: int) -> pl.Series:
    """The first adults in their order, by expected points and risk as the list is made (docs/ranking.md)."""
    points = base.who.select("person_id", "list", expected=base.expected)
    adults = points.filter(C("list") == "adult").join(graded, on="person_id", how="left", maintain_order="left")
    intensity = adults["expected"] * adults["risk"].fill_null(middle(adults["risk"]))
    adults = adults.with_columns(intensity=intensity.round(PLACES))
    first = adults.filter(C("intensity") >= adults["intensity"].top_k(top).min())
    return first.sort("intensity", "person_id", descending=[True, False])["person_id"].head(top)


def concentration(timeline: pl.LazyFrame, month: Month, months: int = 12) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How contacts are shared among people. First: share_of_people, people, contacts, share_of_contacts, most (of one
    person); a share that comes to no whole person is left out. Second: the curve, from those with
    fewest contacts: people, contacts, both as shares.
    """
    each = contacts(timeline, month - (months - 1), month).unique().group_by("person_id").len("n").collect()
    n = np.sort(each["n"].to_numpy().astype(np.int64))[::-1]
    if not len(n):
        empty = {
            "share_of_people": pl.Float64,
            "people": pl.Int64,
            "contacts": pl.Int64,
            "share_of_contacts": pl.Float64,
        }
        return pl.DataFrame(schema={**empty, "most": pl.Int64}), pl.DataFrame(
            schema={"people": pl.Float64, "contacts": pl.Float64}
        )
    sums = n.cumsum()
    take = [(share, k) for share in SHARES if (k := round(share * len(n)))]
    rows = [(share, k, int(sums[k - 1]), float(sums[k - 1] / sums[-1]), int(n[0])) for share, k in take]
    names = ["share_of_people", "people", "contacts", "share_of_contacts", "most"]
    at = np.unique(np.linspace(0, len(n), 101).round().astype(np.int64))
    rising = np.concatenate([[0], n[::-1].cumsum()])
    curve = pl.DataFrame({"people": at / len(n), "contacts": rising[at] / rising[-1]})
    return pl.DataFrame(rows, schema=names, orient="row"), curve


def discharges(stay: pl.DataFrame, timeline: pl.LazyFrame, month: Month, months: int = 24) -> pl.DataFrame:
    """The first discharge of each person in some months: person_id, discharged, days to the next contact, again,
    same_day (a contact on the day itself, which is not the next: it may have been before the discharge).

    `again` is false where none has come by the month's end: the days are then those they were watched. A spell is left
    with its last ward stay; a move to another bed on the same day is no discharge.
    """
    own = stay.filter(~C("nobody") & C("person_id").is_not_null() & C("start").is_not_null())
    own = own.filter(C("start") < month.after)
    spells = own.group_by("person_id", "spell").agg(
        C("start").min(),
        end=C("end").max(),
        done=C("end").is_not_null().all() & C("ended").is_in(["sent", "spell"]).all(),
    )
    since = (month - (months - 1)).start
    left = spells.filter("done", C("end").dt.date().is_between(since, month.end))
    moved = left.join(spells.select("person_id", other="start", until="end"), on="person_id")
    moved = moved.filter(C("other").dt.date() <= C("end").dt.date(), C("until").is_null() | (C("until") > C("end")))
    left = left.join(moved, on=["person_id", "spell"], how="anti").sort("person_id", "end")
    first = left.unique("person_id", keep="first", maintain_order=True).select("person_id", discharged="end")
    then = timeline.filter("counted", C("start") < month.after).select("person_id", "start")
    later = first.lazy().join(then, on="person_id").collect()
    after = later.filter(C("start").dt.date() > C("discharged").dt.date())
    same_day = C("person_id").is_in(
        later.filter(C("start").dt.date() == C("discharged").dt.date())["person_id"].implode()
    )
    soonest = after.group_by("person_id").agg(next=C("start").min())
    found = first.join(soonest, on="person_id", how="left").sort("person_id")
    watched = (pl.coalesce(C("next").dt.date(), pl.lit(month.end)) - C("discharged").dt.date()).dt.total_days()
    return found.select("person_id", "discharged", days=watched, again=C("next").is_not_null(), same_day=same_day)


def survival(days: pl.Series, again: pl.Series, at_days: Iterable[int] = DAYS) -> pl.DataFrame:
    """Kaplan-Meier: by some days after discharge, at_risk (still watched and without a contact), contacts (so far),
    share (with a contact by then), low, high (95%, log-log). `at_days` rise; those that nobody was watched for are
    left out."""
    time, event = np.sort(days.to_numpy().astype(np.int64)), np.sort(days.filter(again).to_numpy().astype(np.int64))
    each, seen = np.unique(event, return_counts=True)
    risk = len(time) - np.searchsorted(time, each)
    left = np.concatenate([[1.0], np.cumprod(1 - seen / risk)])
    spread = np.concatenate([[0.0], np.cumsum(np.where(risk > seen, seen / (risk * np.maximum(risk - seen, 1)), 0.0))])
    rows: list[tuple[int, int, int, float, float, float]] = []
    for at in at_days:
        at_risk = len(time) - int(np.searchsorted(time, at))
        if not at_risk:
            break
        day, seen_by = np.searchsorted(each, at, "right"), int(np.searchsorted(event, at, "right"))
        bounds = _interval(float(left[day]), float(spread[day]), max(at_risk, seen_by))
        rows.append((at, at_risk, seen_by, 1 - float(left[day]), *bounds))
    names = {"days": pl.Int64, "at_risk": pl.Int64, "contacts": pl.Int64}
    return pl.DataFrame(rows, schema={**names, **dict.fromkeys(("share", "low", "high"), pl.Float64)}, orient="row")


def by_share(days: pl.Series, again: pl.Series) -> pl.DataFrame:
    """Kaplan-Meier the other way round: share (0.25, 0.5, 0.75), and the days by which so many had a contact; null
    where fewer had one while anybody was watched."""
    each = survival(days, again, range(int(days.max() or 0) + 1))  # type: ignore[arg-type]
    rows = [(share, each.filter(C("share") >= share - 1e-12)["days"].min()) for share in (0.25, 0.5, 0.75)]
    return pl.DataFrame(rows, schema={"share": pl.Float64, "days": pl.Int64}, orient="row")


def _interval(left: float, spread: float, watched: int) -> tuple[float, float]:
    """The 95% interval of the share with a contact, from the share without one and its spread.

    Where everybody has had one, or nobody, it is that of so many `watched` throughout (Wilson).
    """
    if not 0 < left < 1:
        return wilson(round((1 - left) * watched), watched)
    step = Z95 * np.sqrt(spread) / abs(np.log(left))
    return float(1 - left ** np.exp(-step)), float(1 - left ** np.exp(step))
