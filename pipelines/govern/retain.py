"""Retention on a site: what is due for review, holds, the freeze at death, and what somebody decided."""

from datetime import UTC, date, datetime

import polars as pl

from hiu.engine.duckdb import Warehouse
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.govern.basis import gate
from hiu.govern.basis.due import due
from hiu.govern.basis.retention import retention_due
from hiu.model.govern import BASIS, DISCLOSURES, EVERY, FAMILY_CONSENTS, HOLDS, OVERRIDES, REVIEWS
from pipelines.access.basis import basis_of
from pipelines.common.journal import record
from pipelines.common.place import Place

BY_RUN = "hiu run"
_DIED = (
    "select c.person_id, min(f.at) as died from fact f join current u on u.delivery_id = f.delivery_id and u.in_force "
    "join record_identity r on r.delivery_id = f.delivery_id and r.source_row = f.source_row "
    "join cluster c on c.identity_id = r.identity_id where f.fact = 'death' group by c.person_id order by c.person_id"
)


def freeze_dead(place: Place, warehouse: Warehouse, now: datetime) -> list[str]:
    """Take people a register says have died off every list and letter, and hold their records; ids new to it.

    Read as the register stands today, not as at the month's end: a list met about in April does not show who died
    in April. What somebody decides later ('hiu basis', 'hiu hold') stays.
    """
    died = warehouse.read(_DIED)
    seen = set(records.history(place.records, BASIS).filter(pl.col("code") == "died")["person_id"])
    fresh = [row for row in died.iter_rows(named=True) if row["person_id"] not in seen]
    at = _utc(now)
    for row in fresh:
        person, since = row["person_id"], row["died"] or now.date()
        forbid = gate.row(
            person,
            purpose=EVERY,
            recipient=EVERY,
            code="died",
            allow=False,
            decided_by=BY_RUN,
            evidence="a register says so",
            start=since,
            end=None,
            recorded_at=at,
        )
        records.add(place.records, BASIS, [forbid])
        hold = {"person_id": person, "held": True, "reason": "died", "by": BY_RUN, "recorded_at": at}
        records.add(place.records, HOLDS, [hold])
        record(place, {"type": "frozen", "person": person, "reason": "died"}, now)
    return [row["person_id"] for row in fresh]


def hold(place: Place, person_id: str, *, reason: str, by: str, lift: bool, now: datetime) -> None:
    """Put a record on hold, or lift it. Raises UsageError for nobody of that id, or a hold that is not there."""
    there = person_id in set(held(place)["person_id"])
    if lift and not there:
        raise UsageError(f"{person_id} is not on hold")
    person = person_id if lift else known(place, person_id)
    row = {"person_id": person, "held": not lift, "reason": reason, "by": by, "recorded_at": _utc(now)}
    records.add(place.records, HOLDS, [row])
    record(place, {"type": "hold_lifted" if lift else "hold", "person": person, "by": by}, now)


def held(place: Place) -> pl.DataFrame:
    """The holds in force."""
    return records.read(place.records, HOLDS).filter("held")


def known(place: Place, person_id: str) -> str:
    """The id a person has now, in the latest published month. Raises UsageError for nobody, or nothing published."""
    tables = latest(place, "people", "aliases")
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
    tables = latest(place, "people", "support", "team_contact")
    reviews = records.read(place.records, REVIEWS)
    ids = held(place)["person_id"].to_list()
    return retention_due(
        tables["people"], tables["support"], tables["team_contact"], reviews, ids, place.settings.governance, on
    )


def decide(
    place: Place,
    person_id: str,
    *,
    event: str,
    decision: str,
    reason: str,
    by: str,
    next_on: date | None,
    now: datetime,
) -> None:
    """Record what somebody decided about a record that was due."""
    row = {
        "person_id": person_id,
        "event": event,
        "decision": decision,
        "reason": reason,
        "next_on": next_on,
        "by": by,
        "recorded_at": _utc(now),
    }
    for name in ("event", "decision"):
        codes = next(column.codes for column in REVIEWS.columns if column.name == name)
        if row[name] not in codes:
            raise UsageError(f"'{row[name]}' is no {name}. There are: {', '.join(codes)}.")
    records.add(place.records, REVIEWS, [row])
    record(
        place, {"type": "retention_decided", "person": person_id, "event": event, "decision": decision, "by": by}, now
    )


def due_now(place: Place, on: date) -> pl.DataFrame:
    """What is overdue or runs out soon (hiu.govern.basis.due.SCHEMA)."""
    support = latest(place, "support")["support"] if place.months() else pl.DataFrame(schema=_SUPPORT)
    return due(
        place.settings,
        support,
        records.read(place.records, FAMILY_CONSENTS),
        basis_of(place),
        records.read(place.records, OVERRIDES),
        sorted(place.sources),
        on,
    )


def consent(
    place: Place, person_id: str, member: str, *, given: bool, by: str, until: date | None, now: datetime
) -> None:
    """Record consent to speak with a named family member, or that it is withdrawn (G24)."""
    person = known(place, person_id)
    row = {"person_id": person, "member": member, "given": given, "at": now.date(), "until": until, "by": by}
    records.add(place.records, FAMILY_CONSENTS, [row])
    record(place, {"type": "family_consent", "person": person, "given": given, "by": by}, now)


def disclosed(place: Place) -> pl.DataFrame:
    """The log of disclosures, latest first."""
    return records.read(place.records, DISCLOSURES).sort("at", descending=True)


def latest(place: Place, *names: str) -> dict[str, pl.DataFrame]:
    """Tables of the latest published month."""
    _, folder = place.which(None)
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}


def _utc(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(tzinfo=None)


_SUPPORT = {
    "person_id": pl.String,
    "offered": pl.Date,
    "consent": pl.String,
    "consent_at": pl.Date,
    "permission": pl.String,
    "capacity_at": pl.Date,
    "notice_at": pl.Date,
    "start": pl.Date,
    "end": pl.Date,
    "plan_at": pl.Date,
    "plan_review_at": pl.Date,
}
