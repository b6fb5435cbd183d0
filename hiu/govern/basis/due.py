"""What is overdue or runs out soon: notices, consents, permission, capacity, plans, leave to share, agreements."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from hiu.govern.basis.agreements import expiring
from hiu.model.govern import EVERY
from hiu.month import Month
from hiu.settings import Settings

SCHEMA = {"person_id": pl.String, "what": pl.String, "due": pl.Date, "days": pl.Int64, "sentence": pl.String}
"""`days` overdue; below zero = days left. `person_id` is empty for what concerns the site."""

Row = dict[str, Any]


def due(
    settings: Settings,
    support: pl.DataFrame,
    families: pl.DataFrame,
    basis: pl.DataFrame,
    overrides: pl.DataFrame,
    sources: list[str],
    on: date,
) -> pl.DataFrame:
    """Everything that is overdue on a day or falls due within `governance.due_days`, the longest overdue first.

    `support` is the published table; the others are records (`family_consents`, `basis`, `overrides`) in force.
    """
    rows: list[Row] = []
    going = (pl.col("start") <= on) & (pl.col("end").is_null() | (pl.col("end") > on))
    for person in support.filter(going).iter_rows(named=True):
        rows += [row for check in _CHECKS if (row := check(person, settings, on))]
    offered = support.filter(~going.fill_null(False), pl.col("offered").is_not_null(), pl.col("end").is_null())
    rows += [row for person in offered.iter_rows(named=True) if (row := _notice(person, settings, on))]
    rows += _families(families, settings, on)
    rows += _ending(basis.filter("allow"), "end", "leave to share", settings, on)
    rows += _ending(overrides, "until", "override", settings, on)
    rows += [
        {"person_id": None, "what": "agreement", "due": None, "days": 0, "sentence": sentence}
        for sentence in expiring(settings, sources, on, settings.governance.due_days)
    ]
    return pl.DataFrame(rows, schema=SCHEMA).sort("days", "what", "person_id", descending=[True, False, False])


def _row(person: str | None, what: str, when: date, on: date, sentence: str) -> Row:
    return {"person_id": person, "what": what, "due": when, "days": (on - when).days, "sentence": sentence}


def _notice(person: Row, settings: Settings, on: date) -> Row | None:
    """A privacy notice is served when support is offered (G53)."""
    if person["notice_at"] is not None:
        return None
    since = person["offered"] or person["start"]
    return _row(person["person_id"], "privacy notice", since, on, "no privacy notice is recorded as served")


def _consent(person: Row, settings: Settings, on: date) -> Row | None:
    """Support is voluntary (G22): it does not go on without consent."""
    if person["consent"] == "given":
        return None
    reason = f"consent was {person['consent']}" if person["consent"] else "no consent is recorded"
    since = person["consent_at"] or person["start"]
    return _row(person["person_id"], "consent", since, on, f"{reason}, and support goes on")


def _permission(person: Row, settings: Settings, on: date) -> Row | None:
    """The lead clinician's permission comes before support (G20)."""
    if person["permission"] == "granted":
        return None
    words = "support goes on without the lead clinician's permission"
    return _row(person["person_id"], "permission", person["start"], on, words)


def _capacity(person: Row, settings: Settings, on: date) -> Row | None:
    """Capacity is reviewed (G21)."""
    if person["capacity"] == "lacks capacity":
        words = "lacks capacity, and no best-interests decision is recorded"
        return _row(person["person_id"], "capacity", person["capacity_at"] or person["start"], on, words)
    if person["capacity_at"] is None:
        return _row(person["person_id"], "capacity", person["start"], on, "no capacity review is recorded")
    months = settings.governance.capacity_months
    words = f"capacity is to be reviewed again {months} months after the last time"
    return _soon(person["person_id"], "capacity", months_after(person["capacity_at"], months), settings, on, words)


def _plan(person: Row, settings: Settings, on: date) -> Row | None:
    """A plan is present and in date (G26)."""
    if person["plan_at"] is None:
        return _row(person["person_id"], "plan", person["start"], on, "no plan is recorded")
    when = person["plan_review_at"] or months_after(person["plan_at"], settings.governance.plan_months)
    return _soon(person["person_id"], "plan", when, settings, on, "the plan is to be reviewed")


_CHECKS: tuple[Callable[[Row, Settings, date], Row | None], ...] = (_notice, _consent, _permission, _capacity, _plan)


def _soon(person: str | None, what: str, when: date, settings: Settings, on: date, sentence: str) -> Row | None:
    if when > on + timedelta(days=settings.governance.due_days):
        return None
    return _row(person, what, when, on, sentence)


def _families(families: pl.DataFrame, settings: Settings, on: date) -> list[Row]:
    """Consent to speak with a family member runs out (G24); who it is stays in the record."""
    open_ = families.filter("given", pl.col("until").is_not_null())
    rows = (
        _soon(row["person_id"], "family consent", row["until"], settings, on, "consent for a family member runs out")
        for row in open_.iter_rows(named=True)
    )
    return [row for row in rows if row]


def _ending(rows: pl.DataFrame, column: str, what: str, settings: Settings, on: date) -> Iterator[Row]:
    for row in rows.drop_nulls(column).iter_rows(named=True):
        person = None if row["person_id"] == EVERY else row["person_id"]
        name = f" for {row['purpose']} to {row['recipient']}" if "purpose" in row else ""
        if found := _soon(person, what, row[column], settings, on, f"{what}{name} ends"):
            yield found


def months_after(day: date, months: int) -> date:
    """The same day some months on; the month's last day if it has no such day."""
    month = Month.of(day) + months
    return min(month.end, month.start + timedelta(days=day.day - 1))
