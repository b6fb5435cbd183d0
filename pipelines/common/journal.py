"""Entries in the audit log, one writer at a time."""

from collections.abc import Mapping
from datetime import datetime

from filelock import FileLock

from hiu.govern.audit import append
from hiu.govern.pseudonym import mask, recipient_key
from pipelines.common.place import Place


def record(place: Place, event: Mapping[str, object], now: datetime) -> str:
    """Append an event; returns the log's new head. Codes, counts and ids only, never a name.

    The log can't forget, so it never learns who: person ids and ids of descriptions are written as keyed tokens.
    """
    event = mask(dict(event), recipient_key(place.key, "audit"))
    place.audit.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.audit.with_suffix(".lock"), timeout=30):
        return append(place.audit, place.key_for("audit"), dict(event), at=now)
