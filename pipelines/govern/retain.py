"""Retention on a site: what is due for review, holds, the freeze at death, and what somebody decided."""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from hiu.engine import Engine
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.govern.basis.due import due
from hiu.govern.basis.retention import retention_due
from hiu.model import PUBLISHED
from hiu.model.frames import schema
from hiu.model.govern import BASIS, DISCLOSURES, FAMILY_CONSENTS, HOLDS, OVERRIDES, REVIEWS
from pipelines.access.basis import basis_of, denial, sources_in_use
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place, published_tables

BY_RUN = "hiu run"


def freeze_dead(place: Place, warehouse: Engine, now: datetime) -> list[str]:
    """Take people whom a register says have died off every list and letter, and hold their records.

    The ids new to it.

    Read as the register stands today, not as at the month's end: a list met about in April does not show who died
    in April. What somebody decides later ('hiu basis', 'hiu hold') stays.
    """
    died = warehouse.ask("reported_deaths")
    seen = set(records.history(place.records, BASIS).filter(pl.col("code") == "died")["person_id"])
    fresh = [row for row in died.iter_rows(named=True) if row["person_id"] not in seen]
    at = utc(now)
    for row in fresh:
        person, since = row["person_id"], row["died"] or now.date()
        forbid = denial(person, "died", by=BY_RUN, evidence="a register says so", start=since, now=now)
        records.add(place, BASIS, [forbid])
        hold = {"person_id": person, "held": True, "reason": "died", "by": BY_RUN, "recorded_at": at}
        records.add(place, HOLDS, [hold])
        record(place, now, "frozen", person=person, reason="died")
    return [row["person_id"] for row in fresh]


def record_hold(place: Place, person_id: str, *, reason: str, by: str, lift: bool, now: datetime) -> None:
    """Put a record on hold, or lift it. Raises UsageError for nobody of that id, or a hold that is not there."""
    there = person_id in set(holds_in_force(place)["person_id"])
    if lift and not there:
        raise UsageError(f"{person_id} is not on hold")
    person = person_id if lift else current_id(place, person_id)
    row = {"person_id": person, "held": not lift, "reason": reason, "by": by, "recorded_at": utc(now)}
    records.add(place, HOLDS, [row])
    record(place, now, "hold_lifted" if lift else "hold", person=person, by=by)


def holds_in_force(paths: Paths) -> pl.DataFrame:
    """The holds in force."""
    return records.read(paths.records, HOLDS).filter("held")


def current_id(paths: Paths, person_id: str) -> str:
    """The id a person has now, in the latest published month. Raises UsageError for nobody, or nothing published."""
    tables = latest_tables(paths, "people", "aliases")
    ids = set(tables["people"]["person_id"])
    became = dict(
        tables["aliases"].filter(pl.col("kind") == "merge").sort("month").select("old_id", "person_id").rows()
    )
    now = person_id.strip().upper()
    while now not in ids and now in became:
        now = became.pop(now)
    if now not in ids:
        raise UsageError(f"no person '{person_id}' in the latest published month.{did_you_mean(person_id, ids)}")
    return now


def to_review(place: Place, on: date) -> pl.DataFrame:
    """What is due for review (hiu.govern.basis.retention.DUE), from the latest published month."""
    tables = latest_tables(place, "people", "support", "team_contact")
    reviews = records.read(place.records, REVIEWS)
    ids = holds_in_force(place)["person_id"].to_list()
    return retention_due(
        tables["people"], tables["support"], tables["team_contact"], reviews, ids, place.settings.governance, on
    )


@dataclass(frozen=True, kw_only=True)
class Review:
    """What somebody decided about a record that was due for review, why, and when to look again."""

    event: str
    decision: str
    reason: str
    by: str
    next_on: date | None


def record_review(place: Place, person_id: str, review: Review, *, now: datetime) -> None:
    """Record a review. Raises UsageError for an event or decision there is not."""
    row = {"person_id": person_id, **vars(review), "recorded_at": utc(now)}
    for name in ("event", "decision"):
        codes = next(column.codes for column in REVIEWS.columns if column.name == name)
        if row[name] not in codes:
            raise UsageError(f"'{row[name]}' is no {name}. There are: {', '.join(codes)}.")
    records.add(place, REVIEWS, [row])
    about = {"person": person_id, "event": review.event, "decision": review.decision, "by": review.by}
    record(place, now, "retention_decided", **about)


def due_now(place: Place, on: date) -> pl.DataFrame:
    """What is overdue or runs out soon (hiu.govern.basis.due.SCHEMA)."""
    support = (
        latest_tables(place, "support")["support"]
        if place.months()
        else pl.DataFrame(schema=schema(PUBLISHED["support"]))
    )
    families, overrides = (records.read(place.records, table) for table in (FAMILY_CONSENTS, OVERRIDES))
    return due(place.settings, support, families, basis_of(place), overrides, sources_in_use(place), on)


def record_consent(
    place: Place,
    person_id: str,
    member: str,
    *,
    given: bool,
    on: date | None,
    by: str,
    until: date | None,
    now: datetime,
) -> None:
    """Record consent to speak with a named family member, or that it is withdrawn (G24).

    `on` = the day on which it was given; a withdrawal holds from today if no day is said. Raises UsageError for consent
    without its day, or a day ahead.
    """
    if given and on is None:
        raise UsageError("--on is needed: the day on which consent was given, such as 2026-03-31")
    if on is not None and on > now.date():
        raise UsageError(f"consent can't have been given or withdrawn on {on}, which lies ahead of {now.date()}")
    person = current_id(place, person_id)
    row = {"person_id": person, "member": member, "given": given, "at": on or now.date(), "until": until, "by": by}
    records.add(place, FAMILY_CONSENTS, [row])
    record(place, now, "family_consent", person=person, given=given, by=by)


def disclosures(paths: Paths) -> pl.DataFrame:
    """The log of disclosures, latest first."""
    return records.read(paths.records, DISCLOSURES).sort("at", descending=True)


def latest_tables(paths: Paths, *names: str) -> dict[str, pl.DataFrame]:
    """Tables of the latest published month."""
    _, folder = paths.which(None)
    return published_tables(folder, names)
