"""JSON that is a table: an array of records, records line by line, or one list of records in an object around it."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hiu.errors import InputRefused

_MARK = b"\xef\xbb\xbf"
_OPENS = (b"[", b"{")
_DEPTH = 8
Record = Mapping[str, Any]


def json_table(data: bytes, name: str) -> tuple[bytes, list[str]]:
    """The records as CSV text with a line each and a header of their keys, and a note; any other content as it is.

    A record within a record is columns of its own, 'Client.Name'; a list of plain values is one cell, parted by '; '.
    Numbers stay as they are written. Lists of records within a record are left out, and named.
    Raises InputRefused: 'json' for a text that begins as JSON does and breaks off, or names a key twice in a record.
    """
    if not data.removeprefix(_MARK).lstrip().startswith(_OPENS):
        return data, []
    try:
        text = data.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError:
        return data, []
    found = _records(text, name)
    if not found:
        return data, []
    left: set[str] = set()
    rows = [dict(_flat(record, "", left, 0)) for record in found]
    headers = list(dict.fromkeys(header for row in rows for header in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    notes = [f"read from JSON: {len(rows):,} records"]
    notes += [f"lists within the records are not read: {', '.join(sorted(left))}"] * bool(left)
    return _MARK + out.getvalue().encode(), notes


def _records(text: str, name: str) -> list[Record]:
    """The records; none if the text is no JSON of records."""
    try:
        whole = [_parsed(text)]
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines[0].lstrip().startswith("{") or not lines[0].rstrip().endswith("}"):
            return _broken(text, name, error)
        try:
            whole = [_parsed(line) for line in lines]
        except (ValueError, RecursionError) as found:
            return _broken(text, name, found)
    if len(whole) == 1:
        whole = _elements(whole[0])
    return whole if whole and all(isinstance(one, dict) for one in whole) else []


def _broken(text: str, name: str, error: Exception) -> list[Record]:
    if not text.lstrip()[1:].lstrip().startswith(('"', "{")):
        return []
    reason = "a record names a key twice" if isinstance(error, KeyTwice) else "it breaks off, or is not well formed"
    raise InputRefused("json", f"found JSON that can't be read: {reason}; have it sent again, or as CSV", file=name)


class KeyTwice(ValueError):
    """A record with two values under one key."""


def _parsed(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise KeyTwice
    return dict(pairs)


def _elements(whole: Any) -> list[Any]:
    """The list itself, or the one list of records in an object around it, as services send pages of records."""
    if isinstance(whole, list):
        return whole
    inner = [value for value in whole.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return inner[0] if len(inner) == 1 else [whole] if not inner else []


def _flat(record: Record, before: str, left: set[str], depth: int) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and depth < _DEPTH:
            yield from _flat(value, f"{name}.", left, depth + 1)
        elif isinstance(value, dict) or _holds_records(value):
            left.add(name)
        else:
            yield name, "; ".join(map(_text, value)) if isinstance(value, list) else _text(value)


def _holds_records(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict | list) for one in value)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).splitlines())
