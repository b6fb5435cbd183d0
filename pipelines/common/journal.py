"""Entries in the audit log, one writer at a time, and the times: of an event, and as records have them."""

import time
from datetime import UTC, datetime, timedelta

from filelock import FileLock

from hiu.govern.audit import append
from hiu.govern.pseudonym import mask, recipient_key
from pipelines.common.place import Place

_started: dict[datetime, float] = {}


def start_clock(now: datetime) -> datetime:
    """Begin to tell time from a command's start, so that each event has its own; the same time."""
    _started[now] = time.monotonic()
    return now


def event_time(now: datetime) -> datetime:
    """The time of an event: the command's start and what has passed since; as given where no clock was started."""
    began = _started.get(now)
    return now if began is None else now + timedelta(seconds=time.monotonic() - began)


def record(place: Place, now: datetime, kind: str, /, **about: object) -> str:
    """Append an event; returns the log's new head. Codes, counts and ids only, never a name.

    Its time is the event's own, not the start of the command, which `now` is.
    The log can't forget, so it never learns who: person ids and ids of descriptions are written as keyed tokens.
    """
    event = mask({"type": kind, **about}, recipient_key(place.key, "audit"))
    place.audit.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.audit.with_suffix(".lock"), timeout=30):
        return append(place.audit, place.key_for("audit"), event, at=event_time(now), anchor=True)


def utc(now: datetime) -> datetime:
    """The time in UTC without its zone, as the tables of records hold it."""
    return now.astimezone(UTC).replace(tzinfo=None)
