"""The register of requests: what people asked for about their own data, by when it is answered, what was answered."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.govern.basis.clock import answer_by, days_text
from hiu.model.govern import REQUESTS
from hiu.publish.words.text import day
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place
from pipelines.common.work import Row
from pipelines.govern.retain import current_id

KINDS = next(column.codes for column in REQUESTS.columns if column.name == "kind")


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """A request: its kind, whose data, who asked, and the day of receipt (default: today)."""

    kind: str
    person: str | None
    asked_by: str
    on: date | None


def add_request(place: Place, asked: NewRequest, *, by: str, now: datetime) -> Row:
    """Enter a request; its row. Raises UsageError for a kind, person or day there is not, or without who asked."""
    if asked.kind not in KINDS:
        raise UsageError(f"'{asked.kind}' is no kind of request. There are: {', '.join(KINDS)}")
    if not asked.asked_by.strip() or not by.strip():
        raise UsageError("--for and --by are needed: who asked, and who enters it")
    received = asked.on or now.date()
    if received > now.date():
        raise UsageError(f"a request can't have been received on {received}, which lies ahead of {now.date()}")
    row: Row = {
        "request_id": f"Q{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(3)}",
        "person_id": current_id(place, asked.person) if asked.person else None,
        "kind": asked.kind,
        "asked_by": asked.asked_by.strip(),
        "received_on": received,
        "due_on": answer_by(received),
    }
    return _enter(place, row, "request", by=by, now=now)


def extend_request(place: Place, which: str, *, reason: str, by: str, now: datetime) -> Row:
    """Take two months more. Raises UsageError after the first month: the person is told of it within that."""
    row = _open(place, which)
    if row["extended_because"]:
        raise UsageError(f"{which} was extended already, to {day(row['due_on'])}; it can't be again")
    if now.date() > row["due_on"]:
        raise UsageError(f"{which} was due on {day(row['due_on'])}: the person had to be told of more time by then")
    changed = {**row, "extended_because": reason, "due_on": answer_by(row["received_on"], extended=True)}
    return _enter(place, changed, "request_extended", by=by, now=now)


def close_request(place: Place, which: str, *, outcome: str, by: str, now: datetime) -> Row:
    """Enter what was answered."""
    changed = {**_open(place, which), "outcome": outcome, "closed_on": now.date()}
    return _enter(place, changed, "request_closed", by=by, now=now)


def requests_of(paths: Paths) -> pl.DataFrame:
    """Every request as it stands, those that wait first, the earliest due first."""
    rows = records.read(paths.records, REQUESTS)
    return rows.sort(pl.col("closed_on").is_not_null(), "due_on", "request_id")


def requests_due(paths: Paths, on: date) -> list[str]:
    """A sentence for each request that waits."""
    rows = requests_of(paths).filter(pl.col("closed_on").is_null())
    return [
        f"{row['request_id']} ({row['kind']}): {days_text(row['due_on'], on)}, {day(row['due_on'])}"
        for row in rows.iter_rows(named=True)
    ]


def _open(paths: Paths, which: str) -> Row:
    rows = requests_of(paths)
    found = rows.filter(pl.col("request_id") == which)
    if found.is_empty():
        raise UsageError(f"no request '{which}'.{did_you_mean(which, rows['request_id'])} 'hiu requests' lists them")
    row = found.row(0, named=True)
    if row["closed_on"]:
        raise UsageError(f"{which} was answered on {day(row['closed_on'])}; nothing was changed")
    return row


def _enter(place: Place, row: Row, event: str, *, by: str, now: datetime) -> Row:
    """The log first, with codes and days alone; then the record."""
    whole = {**row, "by": by.strip(), "recorded_at": utc(now)}
    about = {name: str(row[name]) for name in ("kind", "received_on", "due_on")}
    person = {"person": row["person_id"]} if row["person_id"] else {}
    record(place, now, event, request=row["request_id"], **person, **about)
    records.add(place, REQUESTS, [whole])
    return whole
