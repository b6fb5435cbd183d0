"""The register of requests: what people asked for about their own data, by when it is answered, what was answered."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.govern.basis.clock import ACKNOWLEDGE_WITHIN, answer_by, days_text
from hiu.model.govern import REQUESTS
from hiu.publish.words.text import count_of, day
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place
from pipelines.common.work import Row
from pipelines.govern.retain import current_id

KINDS = next(column.codes for column in REQUESTS.columns if column.name == "kind")
RIGHTS = ("access", "rectification", "erasure", "restriction", "objection", "portability")
STOPS = {"proof of identity": RIGHTS, "which data they mean": ("access",)}
"""What a person may be asked while the clock stands, and of which kinds of request (UK GDPR articles 12A and 12(6))."""
COMPLAINT = "complaint"
"""To be acknowledged by its day and answered without undue delay (Data Protection Act 2018, section 164A)."""


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
        "due_on": received + ACKNOWLEDGE_WITHIN if asked.kind == COMPLAINT else answer_by(received),
    }
    return _enter(place, row, "request", by=by, now=now)


def extend_request(place: Place, which: str, *, reason: str, by: str, now: datetime) -> Row:
    """Take two months more. Raises UsageError after the first month: the person is told of it within that."""
    row = _with_clock(place, which)
    if row["extended_because"]:
        raise UsageError(f"{which} was extended already, to {day(row['due_on'])}; it can't be again")
    if now.date() > row["due_on"]:
        raise UsageError(f"{which} was due on {day(row['due_on'])}: the person had to be told of more time by then")
    changed = {**row, "extended_because": reason, "due_on": _due(row, extended=True)}
    return _enter(place, changed, "request_extended", by=by, now=now)


def close_request(place: Place, which: str, *, outcome: str, by: str, now: datetime) -> Row:
    """Enter what was answered; an answer to a complaint acknowledges it too."""
    row = _open(place, which)
    if row["kind"] == COMPLAINT:
        row["acknowledged_on"] = row["acknowledged_on"] or now.date()
    changed = {**_running(row, now.date()), "outcome": outcome, "closed_on": now.date()}
    return _enter(place, changed, "request_closed", by=by, now=now)


def acknowledge(place: Place, which: str, *, by: str, now: datetime) -> Row:
    """Enter that a complaint was acknowledged. Raises UsageError for another kind, or one that was already."""
    row = _open(place, which)
    if row["kind"] != COMPLAINT or row["acknowledged_on"]:
        when = f"was acknowledged on {day(row['acknowledged_on'])}" if row["acknowledged_on"] else "is no complaint"
        raise UsageError(f"{which} {when}; nothing was changed")
    return _enter(place, {**row, "acknowledged_on": now.date()}, "complaint_acknowledged", by=by, now=now)


def wait_for(place: Place, which: str, *, what: str, by: str, now: datetime) -> Row:
    """Stop the clock from today: the person was asked who they are, or which data they mean (UK GDPR article 12A).

    Raises UsageError for what stops no clock of this kind in law, if it stands already, or the last day has passed.
    """
    row = _with_clock(place, which)
    if row["kind"] not in STOPS.get(what, ()):
        grounds = [f"'{ground}'" for ground, kinds in STOPS.items() if row["kind"] in kinds]
        raise UsageError(
            f"{which}: the law does not stop the clock of a request of the kind '{row['kind']}' for '{what}', only for "
            f"{' or '.join(grounds) or 'none of its grounds'} (UK GDPR article 12A); nothing was changed"
        )
    if row["waiting_since"] or now.date() > row["due_on"]:
        why = f"waits since {day(row['waiting_since'])}" if row["waiting_since"] else f"was due on {day(row['due_on'])}"
        raise UsageError(f"{which} {why}; its clock can't be stopped")
    changed = {**row, "waiting_for": what, "waiting_since": now.date()}
    return _enter(place, changed, "request_waits", by=by, now=now)


def resume(place: Place, which: str, *, by: str, now: datetime) -> Row:
    """Let the clock run again: the person answered today. Raises UsageError if it runs."""
    row = _open(place, which)
    if not row["waiting_since"]:
        raise UsageError(f"{which} waits for nothing; its clock runs")
    return _enter(place, _running(row, now.date()), "request_resumed", by=by, now=now)


def _running(row: Row, on: date) -> Row:
    """The row with its clock running again from a day, and due so much later."""
    if not row["waiting_since"]:
        return row
    waited = (row["waited_days"] or 0) + (on - row["waiting_since"]).days
    row = {**row, "waiting_for": None, "waiting_since": None, "waited_days": waited}
    return {**row, "due_on": _due(row, extended=bool(row["extended_because"]))}


def _due(row: Row, *, extended: bool) -> date:
    return answer_by(row["received_on"], extended=extended, waited=row["waited_days"] or 0)


def requests_of(paths: Paths) -> pl.DataFrame:
    """Every request as it stands, those that wait first, the earliest due first."""
    rows = records.read(paths.records, REQUESTS)
    return rows.sort(pl.col("closed_on").is_not_null(), "due_on", "request_id")


def requests_due(paths: Paths, on: date) -> list[str]:
    """A sentence for each request that waits."""
    rows = requests_of(paths).filter(pl.col("closed_on").is_null())
    return [f"{row['request_id']} ({row['kind']}): {standing(row, on)}" for row in rows.iter_rows(named=True)]


def standing(row: Row, on: date) -> str:
    """How a request stands on a day: `due in 2 days, 30 Apr 2026`, `answered on 8 Apr 2026` ..."""
    if row["closed_on"]:
        return f"answered on {day(row['closed_on'])}"
    if row["waiting_since"]:
        return f"the clock has been stopped since {day(row['waiting_since'])}, until the person answers"
    if row["acknowledged_on"]:
        since = count_of((on - row["received_on"]).days, "day")
        return f"acknowledged on {day(row['acknowledged_on'])}, {since} since its receipt: answer without undue delay"
    due = f"{days_text(row['due_on'], on)}, {day(row['due_on'])}"
    return f"acknowledgement {due}" if row["kind"] == COMPLAINT else due


def late(rows: pl.DataFrame) -> int:
    """How many were answered, or of complaints acknowledged, after their last day."""
    done = pl.when(kind=COMPLAINT).then("acknowledged_on").otherwise("closed_on")
    return rows.filter(done > pl.col("due_on")).height


def _open(paths: Paths, which: str) -> Row:
    rows = requests_of(paths)
    found = rows.filter(pl.col("request_id") == which)
    if found.is_empty():
        raise UsageError(f"no request '{which}'.{did_you_mean(which, rows['request_id'])} 'hiu requests' lists them")
    row = found.row(0, named=True)
    if row["closed_on"]:
        raise UsageError(f"{which} was answered on {day(row['closed_on'])}; nothing was changed")
    return row


def _with_clock(paths: Paths, which: str) -> Row:
    row = _open(paths, which)
    if row["kind"] == COMPLAINT:
        raise UsageError(f"{which} is a complaint: the 30 days to acknowledge it are neither put off nor stopped")
    return row


def _enter(place: Place, row: Row, event: str, *, by: str, now: datetime) -> Row:
    """The log first, with codes and days alone; then the record."""
    whole = {**row, "by": by.strip(), "recorded_at": utc(now)}
    about = {name: str(row[name]) for name in ("kind", "received_on", "due_on")}
    person = {"person": row["person_id"]} if row["person_id"] else {}
    record(place, now, event, request=row["request_id"], **person, **about)
    records.add(place, REQUESTS, [whole])
    return whole
