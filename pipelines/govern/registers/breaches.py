"""The register of breaches (UK GDPR articles 33 and 34): what happened, when we became aware, whom we told and when."""

import secrets
from datetime import UTC, datetime

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.govern.basis.clock import hours_text, report_by
from hiu.model.govern import BREACHES
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place
from pipelines.common.work import Row

ACTS = {
    "reported": "notified_at",
    "not_reported": "not_notified_because",
    "informed": "people_informed_at",
    "closed": "closed_at",
}
"""What is done about a breach, and the column that holds it."""


def add_breach(place: Place, what: str, *, aware: datetime | None, people: int | None, by: str, now: datetime) -> Row:
    """Enter a breach; its row. Raises UsageError without what happened and who enters it, or for a time ahead."""
    if not what.strip() or not by.strip():
        raise UsageError("what happened and --by are needed: the register holds every breach, reported or not")
    moment = utc(aware or now)
    if moment > utc(now):
        raise UsageError("--aware lies ahead: expected when we became aware, in UK time, such as 2026-03-01T09:30")
    row: Row = {
        "breach_id": f"B{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(3)}",
        "what": what.strip(),
        "aware_at": moment,
        "notify_by": report_by(moment),
        "people": people,
    }
    return _enter(place, row, "breach", by=by, now=now)


def note_breach(place: Place, which: str, act: str, text: str | None, *, by: str, now: datetime) -> Row:
    """Enter that the Commissioner was told, or need not be and why, that the people were told, or that it is closed.

    Raises UsageError for a breach there is not, or one that is closed before it was settled whether it is reported.
    """
    rows = breaches_of(place)
    found = rows.filter(pl.col("breach_id") == which)
    if found.is_empty():
        raise UsageError(f"no breach '{which}'.{did_you_mean(which, rows['breach_id'])} 'hiu breaches' lists them")
    row = found.row(0, named=True)
    if act == "not_reported" and not (text or "").strip():
        raise UsageError("--not-reported needs why no risk to people is likely")
    if act == "closed" and row["notified_at"] is None and not row["not_notified_because"]:
        raise UsageError(f"{which} can't be closed: enter --reported, or --not-reported with why, first")
    changed = {**row, ACTS[act]: text.strip() if act == "not_reported" and text else utc(now)}
    return _enter(place, changed, f"breach_{act}", by=by, now=now)


def breaches_of(paths: Paths) -> pl.DataFrame:
    """Every breach as it stands, those that wait first."""
    rows = records.read(paths.records, BREACHES)
    return rows.sort(pl.col("closed_at").is_not_null(), "notify_by", "breach_id")


def breaches_due(paths: Paths, now: datetime) -> list[str]:
    """A sentence for each breach of which it is not settled whether the Commissioner is told, or that is open."""
    rows = breaches_of(paths).filter(pl.col("closed_at").is_null())
    return [f"{row['breach_id']}: {_standing(row, now)}" for row in rows.iter_rows(named=True)]


def _standing(row: Row, now: datetime) -> str:
    if row["notified_at"]:
        late = "" if row["notified_at"] <= row["notify_by"] else ", after the 72 hours"
        return f"reported to the Commissioner{late}; not closed"
    if row["not_notified_because"]:
        return "not reported, with why; not closed"
    return f"tell the Commissioner, or record why not: {hours_text(row['notify_by'], utc(now))}"


def _enter(place: Place, row: Row, event: str, *, by: str, now: datetime) -> Row:
    whole = {**row, "by": by.strip(), "recorded_at": utc(now)}
    record(place, now, event, breach=row["breach_id"], notify_by=row["notify_by"].isoformat())
    records.add(place, BREACHES, [whole])
    return whole
