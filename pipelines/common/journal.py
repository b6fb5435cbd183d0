"""Entries in the audit log, one writer at a time, and the time as records have it."""

from datetime import UTC, datetime

from filelock import FileLock

from hiu.govern.audit import append
from hiu.govern.pseudonym import mask, recipient_key
from pipelines.common.place import Place


def record(place: Place, now: datetime, kind: str, /, **about: object) -> str:
    """Append an event; returns the log's new head. Codes, counts and ids only, never a name.

    The log can't forget, so it never learns who: person ids and ids of descriptions are written as keyed tokens.
    """
    event = mask({"type": kind, **about}, recipient_key(place.key, "audit"))
    place.audit.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.audit.with_suffix(".lock"), timeout=30):
        return append(place.audit, place.key_for("audit"), event, at=now)


def utc(now: datetime) -> datetime:
    """The time in UTC without its zone, as the tables of records hold it."""
    return now.astimezone(UTC).replace(tzinfo=None)
