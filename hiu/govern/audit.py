"""The audit log: JSON lines, each bound to the one before by an HMAC, on disk before the call returns.

Change, removal, insertion or reordering of any line breaks the chain. Cutting lines off the end does not:
that shows only against a head recorded elsewhere, so every pack prints the head (`head`) and `verify` takes one.
Events hold codes, counts, paths and person tokens: never a name or another value of a person.
The caller holds the site's lock: one writer at a time.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hiu.disk import replace
from hiu.errors import HiuError

GENESIS = "0" * 64
"""Head of a log without lines."""

ATTESTS = "lines_redacted"
"""What an event is that vouches for lines from which an erased person was taken."""

CORRECTED = timedelta(hours=1)
"""A line that is earlier than the one before by no more than this shows a corrected clock, else a clock set back."""

Entry = dict[str, Any]
"""A line of the log, or an event in one: what JSON holds."""

_FIELDS = {"n", "at", "event", "previous", "mac"}


def append(path: Path, key: bytes, event: Entry, at: datetime, *, anchor: bool = False, in_order: bool = False) -> str:
    """Add an event; returns the new head. `at` is aware; it is written in UTC.

    A last line that a power cut left half written is set aside, and that is an event of its own.
    With `anchor` the head is also left beside the log, which then shows by itself that lines were cut off. With
    `in_order` the time is no earlier than that of the line before.
    Raises HiuError if the last whole line was not written with this key or was changed.
    """
    if at.tzinfo is None:
        raise ValueError("an audit time needs a zone")
    whole, torn = _split(path.read_bytes() if path.exists() else b"")
    number, previous, last = _last(path, whole, key)
    at = max(at, last or at) if in_order else at
    events = [{"type": "audit_line_torn", "bytes": len(torn)}, event] if torn else [event]
    text = b""
    for one in events:
        number, entry = number + 1, {"at": at.astimezone(UTC).isoformat(), "event": one, "previous": previous}
        previous = _mac(key, {"n": number, **entry})
        text += _canonical({"n": number, **entry, "mac": previous}) + b"\n"
    _write(path, len(whole), text)
    if anchor:
        replace(anchor_of(path), previous.encode() + b"\n")
    return previous


def anchor_of(path: Path) -> Path:
    """The file beside a log that holds its head."""
    return path.with_suffix(".head")


def head(path: Path) -> str:
    """The HMAC of the last whole line, as printed on packs: 64 hex digits, or GENESIS for an empty log."""
    lines = _split(path.read_bytes() if path.exists() else b"")[0].splitlines()
    try:
        return str(json.loads(lines[-1])["mac"]) if lines else GENESIS
    except (ValueError, KeyError, TypeError):
        raise HiuError(f"{path}: the last line of the audit log is not a log line; 'hiu verify' says more") from None


def read(path: Path) -> list[Entry]:
    """Every line that can be read, in order, unverified: n, at, event, previous, mac."""
    return [entry for _, entry in _entries(path) if entry is not None]


def vouched(path: Path, key: bytes) -> list[Entry]:
    """Events, in order, of the lines that the key proves, and of the logs of earlier keys whose digest such a line
    holds. A line that somebody wrote without the key is none of them."""
    attested = _attested(path, key)
    ours = [one for one in read(path) if not any(_breaks(one, key, one["previous"], one["n"], attested))]
    earlier = [one for log in proven(path, ours) if log != path for one in read(log)]
    return [one["event"] for one in (*earlier, *ours)]


def proven(path: Path, lines: Sequence[Entry] | None = None) -> list[Path]:
    """A log and those of earlier keys whose digest it holds, or one of them does: oldest first.

    Any other file that has the name of a log proves nothing. With `lines` only these lines of the log count.
    """
    found = [path] if path.exists() else []
    digests: dict[str, object] = {}
    for log in found:
        own = read(log) if lines is None or log != path else lines
        sealed = ((one["event"].get("log"), one["event"].get("log_sha256")) for one in own)
        digests = {str(name): sha256 for name, sha256 in sealed if name} | digests
        for earlier in sorted(path.parent.glob("audit-until-*.jsonl"), reverse=True):
            sha256 = hashlib.sha256(earlier.read_bytes()).hexdigest()
            if earlier not in found and digests.get(earlier.name) == sha256:
                found.append(earlier)
    return found[::-1]


def verify(path: Path, key: bytes, recorded: str | None = None) -> list[str]:
    """A sentence for every break of the chain; empty = sound.

    `recorded` is a head printed earlier: if it is nowhere in the chain, lines were cut off or rewritten.
    """
    problems: list[str] = []
    previous, heads, last, attested = GENESIS, {GENESIS}, 0, _attested(path, key)
    for line, entry in _entries(path):
        if entry is None:
            problems.append(f"{path}, line {line}: not a log line, or changed")
            continue
        problems += [f"{path}, line {line}: {what}" for what in _breaks(entry, key, previous, last + 1, attested)]
        previous, last = str(entry["mac"]), entry["n"]
        heads.add(previous)
    if path.exists() and _split(path.read_bytes())[1]:
        problems.append(f"{path}: the last line is half written; the next run sets it aside and says so")
    anchored = anchor_of(path).read_text(encoding="ascii", errors="replace") if anchor_of(path).exists() else None
    for one, where in ((recorded, "recorded"), (anchored, "last")):
        if one is not None and one.strip().lower() not in heads:
            problems.append(
                f"{path}: the {where} head {one[:12]}... is not in the log: lines were cut off or rewritten"
            )
    return problems


def set_back(path: Path) -> list[tuple[int, timedelta]]:
    """Lines whose time is earlier than that of the line before: their number, and by how much.

    The chain proves the order of lines, not their times, so this is asked beside `verify`.
    """
    return [(n, before - at) for (_, before), (n, at) in pairwise(times(path)) if at < before]


def times(path: Path) -> list[tuple[int, datetime]]:
    """The number and the time of every line."""
    return [(int(entry["n"]), datetime.fromisoformat(str(entry["at"]))) for entry in read(path)]


def written_with(path: Path, key: bytes) -> bool | None:
    """Whether the first or the last whole line was written with this key; None for a log without lines."""
    lines = _split(path.read_bytes() if path.exists() else b"")[0].split(b"\n")[:-1]
    ends = [_entry(text) for text in {0: lines[0], 1: lines[-1]}.values()] if lines else []
    sound = [not any(_breaks(entry, key, entry["previous"], entry["n"])) for entry in ends if entry is not None]
    return any(sound) if ends else None


def redact(path: Path, key: bytes, change: Callable[[Entry], Entry | None], about: Entry, at: datetime) -> int:
    """Replace events that tell an erased person by what `change` makes of them (None: it stays); how many lines.

    A line keeps its number, time and HMAC, so the chain and every head stand. First a line is added that attests, under
    the key, what each replaced line says from now on (`redacted`: number -> digest); `verify` takes no other.
    """
    lines = _split(path.read_bytes() if path.exists() else b"")[0].split(b"\n")[:-1]
    new: dict[str, bytes] = {}
    for entry in filter(None, map(_entry, lines)):
        if (event := change(entry["event"])) is not None:
            new[str(entry["n"])] = _canonical({**entry, "event": {**event, "redacted": _mac(key, entry["event"])}})
    if not new:
        return 0
    digests = {number: hashlib.sha256(text).hexdigest() for number, text in new.items()}
    append(path, key, {"type": ATTESTS, **about, "redacted": digests}, at, anchor=True)
    every = _split(path.read_bytes())[0].split(b"\n")[:-1]
    numbers = [str(one["n"]) if (one := _entry(text)) else "" for text in every]
    replace(path, b"".join(new.get(n, text) + b"\n" for n, text in zip(numbers, every, strict=True)))
    return len(new)


def without_chain(content: bytes, change: Callable[[Entry], Entry | None]) -> tuple[bytes, int]:
    """A log of a key that is gone with its events replaced as by `redact`, and how many: it is for the caller to bind
    the whole of it."""
    out, count = [], 0
    for text in content.split(b"\n"):
        entry = _entry(text)
        event = change(entry["event"]) if entry else None
        count += event is not None
        out.append(text if entry is None or event is None else _canonical({**entry, "event": event}))
    return b"\n".join(out), count


def _attested(path: Path, key: bytes) -> frozenset[str]:
    """Digests of redacted lines that a sound line of the log vouches for."""
    found: set[str] = set()
    for _, entry in _entries(path):
        if entry and ATTESTS in str(entry["event"]) and not any(_breaks(entry, key, entry["previous"], entry["n"])):
            found |= set(entry["event"].get("redacted", {}).values()) if entry["event"]["type"] == ATTESTS else set()
    return frozenset(found)


def _breaks(entry: Entry, key: bytes, previous: str, number: int, attested: Collection[str] = ()) -> Iterator[str]:
    unsigned = {name: value for name, value in entry.items() if name != "mac"}
    sound = hmac.compare_digest(_mac(key, unsigned).encode(), str(entry["mac"]).encode())
    if not sound and hashlib.sha256(_canonical(entry)).hexdigest() not in attested:
        yield "changed, or written with another key"
    if entry["previous"] != previous:
        yield "does not follow the line before it"
    if entry["n"] != number:
        yield f"numbered {entry['n']}, expected {number}"


def _entries(path: Path) -> Iterator[tuple[int, Entry | None]]:
    whole, _ = _split(path.read_bytes() if path.exists() else b"")
    for line, text in enumerate(whole.split(b"\n")[:-1], start=1):
        yield line, _entry(text)


def _entry(text: bytes) -> Entry | None:
    """A line as written by us, to the byte (a doubled key would otherwise hide one of its values); else None."""
    try:
        entry = json.loads(text)
        ours = isinstance(entry, dict) and entry.keys() == _FIELDS and _canonical(entry) == text
    except (ValueError, RecursionError):
        return None
    return entry if ours and type(entry["n"]) is int else None


def _last(path: Path, whole: bytes, key: bytes) -> tuple[int, str, datetime | None]:
    if not whole:
        return 0, GENESIS, None
    entry = _entry(whole.rstrip(b"\n").rsplit(b"\n", 1)[-1])
    if entry is None or any(_breaks(entry, key, entry["previous"], entry["n"])):
        raise HiuError(
            f"{path}: the last line was changed or written with another key; nothing is added to it. "
            "'hiu verify' says more"
        )
    return entry["n"], str(entry["mac"]), datetime.fromisoformat(str(entry["at"]))


def _split(content: bytes) -> tuple[bytes, bytes]:
    """Whole lines, and what follows the last line end."""
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


def _write(path: Path, keep: int, text: bytes) -> None:
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "r+b") as file:
        file.truncate(keep)
        file.seek(keep)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if new and os.name == "posix":  # a new name is on disk once its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _mac(key: bytes, unsigned: Entry) -> str:
    return hmac.new(key, _canonical(unsigned), hashlib.sha256).hexdigest()


def _canonical(value: Entry) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()
