"""An erased person in the audit log itself, such as in a reason typed in an earlier version: taken out, provably."""

import json
from datetime import datetime

from filelock import FileLock

from hiu.govern.audit import Entry
from hiu.govern.audit import redact as redact_lines
from hiu.govern.erase.others import SOMEBODY
from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.erase.words import redact
from pipelines.common.journal import event_time
from pipelines.common.place import Place


def redact_log(place: Place, traces: Traces, erasure: str, now: datetime) -> int:
    """Take a person's words out of the log's lines; how many lines. The chain stands, and a line attests each."""

    def change(event: Entry) -> Entry | None:
        return _without(event, traces) if _tells(event, traces) else None

    if not place.audit.exists():
        return 0
    with FileLock(place.audit.with_suffix(".lock"), timeout=30):
        return redact_lines(place.audit, place.key_for("audit"), change, {"erasure": erasure}, event_time(now))


def _tells(event: object, traces: Traces) -> bool:
    return bool(trace_places("audit.jsonl", json.dumps(event, ensure_ascii=False).encode(), traces))


def _without(event: Entry, traces: Traces) -> Entry:
    """The event with the person's words taken out; if it still tells them, only of what kind it was."""
    found = {name: _plain(value, traces) for name, value in event.items()}
    return {"type": event.get("type")} if _tells(found, traces) else found


def _plain(value: object, traces: Traces) -> object:
    if isinstance(value, str):
        return redact(value, traces, SOMEBODY)
    if isinstance(value, list):
        return [_plain(one, traces) for one in value]
    return {name: _plain(one, traces) for name, one in value.items()} if isinstance(value, dict) else value
