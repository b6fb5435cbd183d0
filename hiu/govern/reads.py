"""The read log: every look at a person, a line each: who looked, at whom, at what, for which purpose.

One file a login, chained as the audit log is, in `reads/` of the curated folder or where `[governance] read_log` says.
A line is on disk before anything is shown; where it can't be written nothing is. Every run enters the length and digest
of each file in the audit log, and every line holds the audit log's head: each of the two shows what the other lost.

The key is derived from the site key. Who may read what is published need not have that: the run leaves a copy of
the derived key alone (`reads.key`), which tells nothing of the site key and can make no line of the audit log.

Beside that each login has a key of its own, drawn by chance, that moves on with every line and is overwritten: whoever
reads it later can seal neither a line that was written before nor one in its place. Whoever holds the site key enters
in the audit log where it stands, for nobody else to read, and can so prove every line that follows.
"""

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock, Timeout

from hiu.disk import replace
from hiu.errors import HiuError, LookRefused, SettingsError
from hiu.govern.audit import ATTESTS, Entry, append, head, proven, read, verify
from hiu.govern.keys import SIZE, derive, site_key
from hiu.govern.login import login
from hiu.govern.pseudonym import PERSON_ID, pseudonym
from hiu.govern.records import bound_files, measure
from hiu.settings import Settings

FEW = 50
"""People whom a line names by token; of a longer list it has their number."""
KEY_COPY = "reads.key"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.Datetime("us", "UTC"),
    "login": pl.String,
    "name": pl.String,
    "what": pl.String,
    "purpose": pl.String,
    "month": pl.String,
    "people": pl.Int64,
    "whom": pl.List(pl.String),
    "refused": pl.String,
}


def refusal(people: Collection[str], purpose: str, on: date) -> LookRefused:
    """What is said of an id that no basis lets the asker look at and of one that is nobody's: one thing."""
    return LookRefused(
        f"nothing is shown: either nobody has this id, or no basis lets an analyst look at them for purpose "
        f"'{purpose}' on {on}. Each controller decides it, advised by its data protection officer ('hiu basis', "
        "docs/governance.md)",
        people,
    )


@dataclass(frozen=True, kw_only=True)
class Look:
    """A look at people: what was shown, of whom (ids), for which purpose, of which month.

    `name` is the name the asker stated, beside the login. `people` = how many, where more are shown than have an id.
    `refused` says why nothing was shown.
    """

    what: str
    whom: Collection[str]
    purpose: str
    name: str | None = None
    month: str | None = None
    people: int | None = None
    refused: str | None = None


def folder_of(settings: Settings, curated: Path) -> Path:
    """Where a site's read logs are."""
    return settings.governance.read_log or curated / "reads"


def reads_key(settings: Settings, home: Path, curated: Path) -> bytes:
    """The key of the read log: from the site key, else the copy that the last run left. Raises HiuError for neither."""
    try:
        return derive(site_key(settings, home), "reads")
    except (SettingsError, OSError):
        copy = curated / KEY_COPY
        with contextlib.suppress(OSError, ValueError):
            if len(key := bytes.fromhex(copy.read_text(encoding="ascii").strip())) == SIZE:
                return key
    raise HiuError(
        f"{copy}: no key of the read log there, and the site key can't be read, so no look can be recorded and nothing "
        "is shown. 'hiu run' by the owner of the site writes it"
    )


def keep_key(key: bytes, curated: Path) -> None:
    """Leave the read log's key for those who may read what is published; unchanged, it is not written again."""
    path, text = curated / KEY_COPY, (key.hex() + "\n").encode()
    if not path.exists() or path.read_bytes() != text:
        replace(path, text)


def enter(folder: Path, key: bytes, look: Look, at: datetime, audit: Path) -> None:
    """Write a look down, before it is had. Raises HiuError, so that nothing is shown, if it can't be."""
    who = login()
    path = folder / f"{_UNSAFE.sub('_', who)[:40]}-{hashlib.sha256(who.encode()).hexdigest()[:8]}.jsonl"
    whom = set(look.whom)
    tokens = sorted(pseudonym(one, key) for one in whom) if 0 < len(whom) <= FEW else None
    event: Entry = {"who": who, "name": look.name, "what": look.what, "purpose": look.purpose, "month": look.month}
    event |= {"people": max(len(whom), look.people or 0), "whom": tokens, "refused": look.refused}
    try:
        event["audit_head"] = head(audit)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(path.with_suffix(".lock"), timeout=30):
            content = path.read_bytes() if path.exists() else b""
            _require_grown(path, content, audit)
            number, own = _own_key(path, content) or (_last_seal(content) + 1, secrets.token_bytes(SIZE))
            event = {name: value for name, value in event.items() if value is not None}
            append(path, key, {**event, "seal": [number, _seal(own, number, at, event)]}, at)
            replace(path.with_suffix(".key"), f"{number + 1} {_next(own).hex()}\n".encode())
    except (OSError, Timeout) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise HiuError(
            f"{folder}: this look can't be recorded ({why}), so nothing is shown. {who} has to be able to write there: "
            "ask the owner of the site, or name another by read_log under [governance] in site.toml"
        ) from None


def looks(folder: Path, key: bytes, person: str | None = None) -> pl.DataFrame:
    """Every look, latest first: at, login, name, what, purpose, month, people, whom (tokens), refused.

    `person` (an id or a token): those at them, and those at more people than a line names (`whom` is then empty).
    """
    rows = []
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else []:
        for entry in read(path):
            event = entry["event"]
            if event.get("type") == ATTESTS:
                continue
            row = {name: event.get(name) for name in _COLUMNS} | {"at": datetime.fromisoformat(entry["at"])}
            rows.append({**row, "login": event.get("who"), "whom": event.get("whom") or []})
    frame = pl.DataFrame(rows, schema=_COLUMNS).sort("at", descending=True)
    if person is None:
        return frame
    token = pseudonym(person, key) if PERSON_ID.fullmatch(person) else person
    at_them, at_many = pl.col("whom").list.contains(token), pl.col("people") > FEW
    return frame.filter(at_them | at_many)


def problems(folder: Path, site_key: bytes, heads: Collection[str], logged: Sequence[Entry]) -> list[str]:
    """What is wrong with the read logs, a sentence each; `heads` = every head the audit log ever had."""
    key = derive(site_key, "reads")
    found = [f"{one}: {_LINK}" for one in (folder, *sorted(folder.glob("*.jsonl"))) if one.is_symlink()]
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else []:
        found += verify(path, key)
        found += [one] if (one := unsealed(path, site_key, logged)) else []
        looked = (entry["event"] for entry in read(path) if entry["event"].get("type") != ATTESTS)
        lost = sum(event.get("audit_head") not in heads for event in looked)
        if lost:
            found.append(f"{path}: {lost} looks refer to lines of the audit log that are no longer in it")
    return found


def _require_grown(path: Path, content: bytes, audit: Path) -> None:
    """Raises HiuError if a login's file is not, as far as the audit log has it, what it was, or is a link."""
    for one in (path.parent, path):
        if one.is_symlink() or getattr(one, "is_junction", bool)():
            raise HiuError(f"{one}: {_LINK}, so no look is recorded there and this login is shown nobody")
    logged = (entry["event"] for log in proven(audit) for entry in read(log))
    length, sha256 = bound_files(logged, "reads").get(path.stem, (0, ""))
    if length and measure(content[:length]) != [length, sha256]:
        raise HiuError(f"{path}: lines were changed or taken out since the audit log last had it. {_ACCEPT}")
    if (state := _own_key(path, content)) and state[0] > _last_seal(content) + 1:
        raise HiuError(f"{path}: lines were taken off its end. {_ACCEPT}")


_LINK = "is a link. 'hiu audit accept' does not take it: remove it by hand and bring back the log from a backup"
_ACCEPT = (
    "This login is shown nobody until 'hiu verify' has said what is wrong and a named person has taken the log "
    "as it is ('hiu audit accept --reason WHY --by NAME')"
)


def _own_key(path: Path, content: bytes) -> tuple[int, bytes] | None:
    """The number and the key of a login's next line; None if there is no key that can be read. A cut between a line
    and its key leaves the key of that line."""
    with contextlib.suppress(OSError, ValueError):
        number, own = path.with_suffix(".key").read_text(encoding="ascii").split()
        last, state = _last_seal(content), (int(number), bytes.fromhex(own))
        return (last + 1, _next(state[1])) if state[0] == last else state
    return None


def _last_seal(content: bytes) -> int:
    """The number of the last line that is sealed; 0 for none."""
    for text in reversed(content[: content.rfind(b"\n") + 1].splitlines()):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return int(json.loads(text)["event"]["seal"][0])
    return 0


def _next(own: bytes) -> bytes:
    return hmac.digest(own, b"next", "sha256")


def _seal(own: bytes, number: int, at: datetime, event: Entry) -> str:
    text = json.dumps([number, at.astimezone(UTC).isoformat(), event], sort_keys=True)
    return hmac.digest(own, text.encode(), "sha256").hex()


def entered(path: Path, site_key: bytes, logged: Sequence[Entry]) -> tuple[list[Any], str | None] | None:
    """What the audit log is given of a login's file: length and digest, and where its own key stands, for nobody but
    who holds the site key. None for one that is not as its login wrote it, or is being written."""
    content = path.read_bytes()
    state, found = _own_key(path, content), measure(content)
    if verify(path, derive(site_key, "reads")) or unsealed(path, site_key, logged):
        return None
    if state and state[0] != _last_seal(content) + 1:
        return None
    return found, f"{state[0]} {_covered(state[1], site_key, found).hex()}" if state else None


def _covered(own: bytes, site_key: bytes, found: Sequence[Any]) -> bytes:
    """A login's key under one that only the site key makes, another for each state of the file; and back."""
    cover = hmac.digest(derive(site_key, "reads:own"), repr(list(found)).encode(), "sha256")
    return bytes(one ^ other for one, other in zip(own, cover, strict=True))


def unsealed(path: Path, site_key: bytes, logged: Sequence[Entry]) -> str | None:
    """What is wrong with the lines that the audit log does not have yet, by the key of their login; None if nothing is.

    Before the log first has that key, and after a restore, only the numbers of the lines can be compared.
    """
    found = bound_files(logged, "reads").get(path.stem, (0, ""))
    kept = bound_keys(logged).get(path.stem, "").split()
    expected = int(kept[0]) if kept else None
    own = _covered(bytes.fromhex(kept[1]), site_key, found) if kept else None
    content = path.read_bytes()
    for entry in read(path)[content[: found[0]].count(b"\n") :]:
        event = dict(entry["event"])
        if event.get("type") in (ATTESTS, "audit_line_torn"):
            continue
        if (sealed := event.pop("seal", None)) is None and expected is None:
            continue  # by a version before this one
        number = sealed[0] if isinstance(sealed, list) and len(sealed) == 2 and type(sealed[0]) is int else -1
        right = own and [number, _seal(own, number, datetime.fromisoformat(entry["at"]), event)]
        if number < 1 or expected not in (None, number) or (own and sealed != right):
            return (
                f"{path}, line {entry['n']}: not sealed with the key of its login: it was put in or changed, or lines "
                "before it were taken out"
            )
        expected, own = number + 1, own and _next(own)
    state = _own_key(path, content)
    if expected is None or (state is None and not kept):
        return None
    if state is None or state[0] != expected or own not in (None, state[1]):
        return (
            f"{path}: its last line is number {expected - 1}, but the key of its login does not stand there: lines "
            "were taken off the end, or the key was removed or changed"
        )
    return None


def bound_keys(logged: Sequence[Entry]) -> dict[str, str]:
    """Name -> where a login's own key stood when the audit log last had its file; none after what begins anew."""
    kept: dict[str, str] = {}
    for event in logged:
        if event.get("type") in ("rekeyed", "restored", "accepted"):
            kept = {}
        kept = {name: one for name, one in kept.items() if name not in event.get("reads", {})}
        kept |= event.get("read_keys", {})
    return kept


def writable(folder: Path) -> bool:
    """Whether a look could be recorded there now."""
    nearest = next((part for part in (folder, *folder.parents) if part.exists()), folder)
    return os.access(nearest, os.W_OK)
