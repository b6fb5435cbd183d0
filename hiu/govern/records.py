"""What people recorded: decisions, gradings, permissions. One append-only file a table, never overwritten by a run.

A row is one JSON line, on disk before `add` returns. A later row with the same key stands in place of the earlier
one (so an undo is a row too), and the earlier stays in the file as history. A last line that is half written (by an
earlier version) is dropped by the next `add`; it was never reported as done. The batch reads these files at its start,
so they can be added to while a run is going on, and they outlive a rebuilt warehouse.

Every line carries an HMAC under the site's key over itself and all that stands before it, and the audit log has what
the file will be before the line is in it. So a line that was written by hand, or brought from another place or a copy
of the site, is known until the audit log has bound it (`unsigned`).
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from filelock import FileLock

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.govern.audit import append
from hiu.model import Table
from hiu.model.frames import schema
from hiu.model.table import Type

_WAIT = 30
Row = dict[str, Any]
"""Column -> value."""
MAC = "mac"
"""What a line has beside its columns: the HMAC that it was written with."""
ADDING = "records_added"
"""What an event is that says what a file of records is about to be; `adding` has its length and digest by name."""
_TIMES = ("recorded_at", "entered_at", "said_at", "undone_at", "decided_at", "at")


class Signer(Protocol):
    """A site as records are added to it: its folder of records, its audit log, and its keys."""

    @property
    def records(self) -> Path: ...

    @property
    def audit(self) -> Path: ...

    def key_for(self, purpose: str) -> bytes: ...


def path_of(folder: Path, table: Table) -> Path:
    """The file that holds a table's records."""
    return folder / f"{table.name}.jsonl"


def add(site: Signer, table: Table, rows: Sequence[Row]) -> None:
    """Append rows (column -> value; a column left out is empty). All or none of them.

    Raises HiuError for a column the table lacks, or an empty one that may not be; SettingsError without the site's key.
    """
    lines = [_values(table, row) for row in rows]
    path, key = path_of(site.records, table), site.key_for("records")
    site.records.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(path.with_suffix(".lock"), timeout=_WAIT):
        content = path.read_bytes() if path.exists() else b""
        content = content[: _whole(content)]
        before = hashlib.sha256(content)
        for line in lines:
            signed = _written({**line, MAC: _mac(key, table.name, before.digest(), line)})
            before.update(signed)
            content += signed
        if rows:
            _announce(site, table, rows[-1], content)
        # a new file in place of the old: a cut leaves all of the rows or none, never an action without its owner
        replace(path, content)


def _announce(site: Signer, table: Table, row: Row, content: bytes) -> None:
    """Enter in the audit log what a file of records is about to be, at the time that its last row states.

    A cut in between leaves an entry of what was never reported as done.
    """
    if not site.audit.exists() and any(site.audit.parent.glob("audit-until-*.jsonl")):
        return  # a new key is being made: it binds every file itself, and its log begins with that
    site.audit.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(site.audit.with_suffix(".lock"), timeout=_WAIT):
        stated = [row[name] for name in _TIMES if isinstance(row.get(name), datetime)]
        at = stated[0].replace(tzinfo=UTC) if stated else datetime.now(UTC)
        event = {"type": ADDING, "adding": {table.name: measure(content)}}
        append(site.audit, site.key_for("audit"), event, at=at, anchor=True, in_order=True)


def unsigned(path: Path, key: bytes | None, bound: int, added: Collection[tuple[int, str]]) -> list[int]:
    """Numbers of the whole lines behind the first `bound` bytes of a file that were not written by `add` of this site.

    `added`: lengths and digests that the audit log has of the file. A line that a copy of the site signed is in none.
    Without a key none of those lines can be told from one that was written by hand.
    """
    content = path.read_bytes() if path.exists() else b""
    logged = [n for n, sha256 in added if bound < n and [n, sha256] == measure(content[:n])]
    before, found, at = hashlib.sha256(content[:bound]), list[int](), bound
    first = content[:bound].count(b"\n") + 1
    for number, text in enumerate(content[bound : _whole(content)].splitlines(keepends=True), first):
        at += len(text)
        if key is None or at > max(logged, default=0) or not _signed(text, key, path.stem, before.digest()):
            found.append(number)
        before.update(text)
    return found


def added_to(found: Iterable[Mapping[str, Any]], name: str) -> list[tuple[int, str]]:
    """Length and digest of each state of a file of records that events of the log announced."""
    each = (event["adding"].get(name) for event in found if event.get("type") == ADDING)
    return [(int(about[0]), str(about[1])) for about in each if about]


def bound_files(found: Iterable[Mapping[str, Any]], kind: str) -> dict[str, tuple[int, str]]:
    """Name -> length and digest, as events of the log last bound each file of a kind (`records`, `reads`)."""
    bound: dict[str, tuple[int, str]] = {}
    for event in found:
        if event.get("type") == "rekeyed" and kind == "reads":
            bound = {}  # set aside with the log of the key before
        files = event.get(kind)
        for name, about in files.items() if isinstance(files, Mapping) else ():
            bound[str(name)] = (int(about[0]), str(about[1]))
    return bound


def _signed(text: bytes, key: bytes, name: str, before: bytes) -> bool:
    """Whether a line is, to the byte, one that `add` wrote behind what stands before it."""
    try:
        line = json.loads(text)
        mac = str(line.pop(MAC))
        return _written({**line, MAC: mac}) == text and hmac.compare_digest(mac, _mac(key, name, before, line))
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return False


def _mac(key: bytes, name: str, before: bytes, line: Row) -> str:
    return hmac.new(key, name.encode() + b"\0" + before + _written(line), hashlib.sha256).hexdigest()


def _written(line: Row) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8") + b"\n"


def sweep(folder: Path) -> None:
    """Remove what a cut left aside; what was being added was never reported as done."""
    for aside in sorted(folder.glob(".*.jsonl.new")):
        with FileLock((folder / aside.name[1:-4]).with_suffix(".lock"), timeout=_WAIT):
            aside.unlink(missing_ok=True)


def history(folder: Path, table: Table) -> pl.DataFrame:
    """Every row ever added, oldest first, with the table's columns. Raises HiuError naming a line that is not one."""
    path = path_of(folder, table)
    content = path.read_bytes() if path.exists() else b""
    rows = [_row(path, table, number, text) for number, text in _numbered(content)]
    return pl.DataFrame(rows, schema=schema(table), orient="row")


def read(folder: Path, table: Table) -> pl.DataFrame:
    """The rows in force: of those with one key the last added, in the order of the key."""
    every = history(folder, table)
    if every.is_empty():
        return every
    return every.unique(table.key, keep="last", maintain_order=True).sort(table.key, nulls_last=True)


def _values(table: Table, row: Row) -> Row:
    if unknown := sorted(set(row) - set(table.names)):
        raise HiuError(f"table {table.name}: no column {', '.join(unknown)}; expected {', '.join(table.names)}")
    for column in table.columns:
        if not column.nullable and row.get(column.name) is None:
            raise HiuError(f"table {table.name}, column '{column.name}': empty; expected {column.meaning.lower()}")
    return {name: _json_value(row.get(name)) for name in table.names if row.get(name) is not None}


def _json_value(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise HiuError("a record's time is written in UTC without a zone")
    return value.isoformat() if isinstance(value, date | datetime) else value


def _row(path: Path, table: Table, number: int, text: bytes) -> list[Any]:
    try:
        found = json.loads(text)
        return [_typed(column.type, found.get(column.name)) for column in table.columns]
    except (ValueError, AttributeError, TypeError):
        raise HiuError(f"{path}, line {number}: not a record of {table.name}; restore the file from a backup") from None


def _typed(type_: Type, value: Any) -> Any:
    if value is None:
        return None
    if type_ == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if type_ == "timestamp" else value


def measure(content: bytes) -> list[object]:
    """Bytes up to the last whole line, and their SHA-256: what the audit log binds of a file that only grows."""
    whole = content[: _whole(content)]
    return [len(whole), hashlib.sha256(whole).hexdigest()]


def _whole(content: bytes) -> int:
    """Bytes up to the end of the last whole line."""
    return content.rfind(b"\n") + 1


def _numbered(content: bytes) -> list[tuple[int, bytes]]:
    lines = content[: _whole(content)].split(b"\n")[:-1]
    return [(number, text) for number, text in enumerate(lines, 1) if text.strip()]
