"""What people recorded: decisions, gradings, permissions. One append-only file a table, never overwritten by a run.

A row is one JSON line, on disk before `add` returns. A later row with the same key stands in place of the earlier
one (so an undo is a row too), and the earlier stays in the file as history. A last line that is half written (by an
earlier version) is dropped by the next `add`; it was never reported as done. The batch reads these files at its start,
so they can be added to while a run is going on, and they outlive a rebuilt warehouse.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.model import Table
from hiu.model.frames import schema
from hiu.model.table import Type

_WAIT = 30
Row = dict[str, Any]
"""Column -> value."""


def path_of(folder: Path, table: Table) -> Path:
    """The file that holds a table's records."""
    return folder / f"{table.name}.jsonl"


def add(folder: Path, table: Table, rows: Sequence[Row]) -> None:
    """Append rows (column -> value; a column left out is empty). All or none of them.

    Raises HiuError for a column the table lacks, or an empty one that may not be.
    """
    lines = b"".join(_line(table, row) for row in rows)
    path = path_of(folder, table)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(path.with_suffix(".lock"), timeout=_WAIT):
        existing = path.read_bytes() if path.exists() else b""
        # a new file in place of the old: a cut leaves all of the rows or none, never an action without its owner
        replace(path, existing[: _whole(existing)] + lines)


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


def _line(table: Table, row: Row) -> bytes:
    if unknown := sorted(set(row) - set(table.names)):
        raise HiuError(f"table {table.name}: no column {', '.join(unknown)}; expected {', '.join(table.names)}")
    for column in table.columns:
        if not column.nullable and row.get(column.name) is None:
            raise HiuError(f"table {table.name}, column '{column.name}': empty; expected {column.meaning.lower()}")
    text = {name: _json_value(row.get(name)) for name in table.names if row.get(name) is not None}
    return json.dumps(text, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8") + b"\n"


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
