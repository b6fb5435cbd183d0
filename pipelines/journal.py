"""Entries in the audit log, one writer at a time."""

from __future__ import annotations

from datetime import datetime

from filelock import FileLock

from hiu.govern.audit import append
from pipelines.place import Place


def record(place: Place, event: dict[str, object], now: datetime) -> str:
    """Append an event; returns the log's new head. Codes, counts and ids only, never a name."""
    place.audit.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.audit.with_suffix(".lock"), timeout=30):
        return append(place.audit, place.key_for("audit"), event, at=now)
