"""The read log: every look at a person, a line each: who looked, at whom, at what, for which purpose.

One file a login, chained as the audit log is, in `reads/` of the curated folder or where `[governance] read_log` says.
A line is on disk before anything is shown; where it can't be written nothing is. Every run enters the length and digest
of each file in the audit log, and every line holds the audit log's head: each of the two shows what the other lost.

The key is derived from the site key. Who may read what is published need not have that: the run leaves a copy of
the derived key alone (`reads.key`), which tells nothing of the site key and can make no line of the audit log.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from hiu.disk import replace
from hiu.errors import HiuError, SettingsError
from hiu.govern.audit import ATTESTS, Entry, append, head, read, verify
from hiu.govern.keys import SIZE, derive, site_key
from hiu.govern.login import login
from hiu.govern.pseudonym import PERSON_ID, pseudonym
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


class LookRefused(HiuError):
    """No basis lets the asker see the person for the purpose they named; it is logged."""

    def __init__(self, message: str, people: Collection[str] = ()) -> None:
        super().__init__(message)
        self.people = frozenset(people)


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
            append(path, key, {name: value for name, value in event.items() if value is not None}, at)
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


def problems(folder: Path, key: bytes, heads: Collection[str]) -> list[str]:
    """What is wrong with the read logs, a sentence each; `heads` = every head the audit log ever had."""
    found = []
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else []:
        found += verify(path, key)
        looked = (entry["event"] for entry in read(path) if entry["event"].get("type") != ATTESTS)
        lost = sum(event.get("audit_head") not in heads for event in looked)
        if lost:
            found.append(f"{path}: {lost} looks refer to lines of the audit log that are no longer in it")
    return found


def writable(folder: Path) -> bool:
    """Whether a look could be recorded there now."""
    nearest = next((part for part in (folder, *folder.parents) if part.exists()), folder)
    return os.access(nearest, os.W_OK)
