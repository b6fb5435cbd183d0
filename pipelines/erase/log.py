"""An erased person in the logs themselves, such as in a reason typed in an earlier version: taken out, provably.

Today's audit log and the read logs attest each changed line under their key. A log of an earlier key can't: today's
log binds it as a whole, and binds it anew. What is done to read logs is bound in the audit log as well.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from filelock import FileLock

from hiu.disk import replace
from hiu.govern.audit import ATTESTS, Entry, read, without_chain
from hiu.govern.audit import redact as redact_lines
from hiu.govern.erase.others import SOMEBODY
from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.erase.words import redact_loosely
from hiu.govern.reads import folder_of
from hiu.govern.records import measure
from pipelines.access.bound import EARLIER_REDACTED, bind_reads
from pipelines.common.journal import event_time, record
from pipelines.common.place import Place

Change = Callable[[Entry], Entry | None]


def redact_log(place: Place, traces: Traces, erasure: str, now: datetime) -> int:
    """Take a person's words out of the lines of every log; how many lines. Chains stand, and a line attests each."""

    def change(event: Entry) -> Entry | None:
        found = _without(event, traces)
        return None if found == event else found

    lines = _earlier(place, change, erasure, now) + _reads(place, change, erasure, now)
    if place.audit.exists():
        with FileLock(place.audit.with_suffix(".lock"), timeout=30):
            lines += redact_lines(place.audit, place.key_for("audit"), change, {"erasure": erasure}, event_time(now))
    return lines


def _earlier(place: Place, change: Change, erasure: str, now: datetime) -> int:
    """Logs of earlier keys: the audit log has their new digest before they change, so that a cut shows."""
    count = 0
    aside = place.curated.glob("reads-until-*/*.jsonl")
    for path in sorted([*place.curated.glob("audit-until-*.jsonl"), *aside]):
        content, lines = without_chain(path.read_bytes(), change)
        if lines:
            sha256, name = hashlib.sha256(content).hexdigest(), path.relative_to(place.curated).as_posix()
            record(place, now, EARLIER_REDACTED, log=name, log_sha256=sha256, erasure=erasure, lines=lines)
            replace(path, content)
        count += lines
    return count


def _reads(place: Place, change: Change, erasure: str, now: datetime) -> int:
    """The read logs; those changed for this erasure, now or before a cut, are bound anew."""
    bind_reads(place, now)
    folder, count, bound = folder_of(place.settings, place.curated), 0, {}
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else []:
        with FileLock(path.with_suffix(".lock"), timeout=30):
            count += redact_lines(path, place.key_for("reads"), change, {"erasure": erasure}, event_time(now))
            events = [entry["event"] for entry in read(path)]
            if any(one.get("type") == ATTESTS and one.get("erasure") == erasure for one in events):
                bound[path.stem] = measure(path.read_bytes())
    if bound:
        record(place, now, "reads_redacted", erasure=erasure, reads=bound)
    return count


def _tells(event: object, traces: Traces) -> bool:
    return bool(trace_places("audit.jsonl", json.dumps(event, ensure_ascii=False).encode(), traces))


def _without(event: Entry, traces: Traces) -> Entry:
    """The event with the person's words taken out; if it still tells them, only of what kind it was."""
    found = {name: _plain(value, traces) for name, value in event.items()}
    return {"type": event.get("type")} if _tells(found, traces) else found


def _plain(value: object, traces: Traces) -> object:
    if isinstance(value, str):
        return redact_loosely(value, traces, SOMEBODY)
    if isinstance(value, list):
        return [_plain(one, traces) for one in value]
    return {name: _plain(one, traces) for name, one in value.items()} if isinstance(value, dict) else value
