"""A line of the records at an erasure: the person's own goes, another's act stays with the person's words taken out.

What a record is about, its columns of ids say: a hold on B that mentions A is B's. So is what an operator recorded
about a delivery, a run or a key. What was disclosed about the person stays accountable, under their token.
"""

import json
from collections.abc import Mapping

from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.erase.words import redact_loosely, titled
from hiu.model import Table

SUBJECTS = ("person_id", "person_a", "person_b", "identity_id", "identity_a", "identity_b", "old_id")
"""Columns that say whom a record is about."""

KEPT = ("disclosures", "requests")
"""Tables that keep the person's own lines, under their token."""

PLACES = (
    *("path", "source_file", "file", "folder", "delivery_id", "source", "sha256", "token", "disclosure_id"),
    *("pack_id",),
)
"""Columns by which something else is found: they change only if they spell the person out, not for ann-lee@x.org."""

_SIGNED = ("by", "author", "reviewer", "decided_by")
_OWNERS = ("owner", "action_owner")
SOMEBODY = "an erased record"
MARK = "redacted"
"""What a line that was changed has beside its columns: the erasure it was changed by."""


def redacted(table: Table, lines: list[bytes], traces: Traces, token: str) -> list[bytes | None]:
    """Each line as it may stay, None for one that goes; a line that does not tell the person is as it was."""
    rows = [_row(line) for line in lines]
    affected = [
        _own(row, traces) or bool(trace_places(table.name, line, traces)) or _spelt_loosely(row, traces)
        for row, line in zip(rows, lines, strict=True)
    ]
    keys = {
        _key(table, row): _key(table, row)
        for row, hit in zip(rows, affected, strict=True)
        if row is not None and not hit
    }
    out: list[bytes | None] = []
    for line, row, hit in zip(lines, rows, affected, strict=True):
        if not hit:
            out.append(line)
        elif row is None or (_own(row, traces) and table.name not in KEPT):
            out.append(None)
        else:
            changed = _apart(table, row, _redacted(table, row, traces, token), keys)
            out.append(json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return out


def _own(row: Mapping[str, object] | None, traces: Traces) -> bool:
    return row is not None and any(row.get(name) in traces.ids for name in SUBJECTS)


def _spelt_loosely(row: Mapping[str, object] | None, traces: Traces) -> bool:
    texts = [value for name, value in (row or {}).items() if isinstance(value, str) and name not in PLACES]
    return any(redact_loosely(text, traces, SOMEBODY) != text for text in texts)


def may_tell(line: bytes, traces: Traces) -> bool:
    """Whether a free text of a line has a family name of the person behind a title; not what a meeting's owners are."""
    row = _row(line) or {}
    texts = [value for name, value in row.items() if isinstance(value, str) and name not in (*PLACES, *_SIGNED)]
    return row.get("field") not in _OWNERS and any(
        titled(one).search(text) for text in texts for one in traces.surnames
    )


def _key(table: Table, row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row.get(name) for name in table.key)


def _row(line: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _redacted(table: Table, row: Mapping[str, object], traces: Traces, token: str) -> dict[str, object]:
    """The row with the person's words taken out; a text that still tells them goes whole."""
    kept = {name: token if name in SUBJECTS and value in traces.ids else value for name, value in row.items()}
    coded = {column.name for column in table.columns if column.codes or column.type != "text"}
    free = [name for name, value in kept.items() if isinstance(value, str) and name not in coded | set(SUBJECTS)]
    for name in free:
        text = str(kept[name]) if name in PLACES else redact_loosely(str(kept[name]), traces, SOMEBODY)
        if name in PLACES and trace_places(table.name, text.encode(), traces):
            text = redact_loosely(text, traces, SOMEBODY)
        kept[name] = SOMEBODY if trace_places(table.name, text.encode(), traces) else text
    for name in reversed([name for name in free if name not in table.key]):
        if trace_places(table.name, json.dumps(kept, ensure_ascii=False).encode(), traces):
            kept[name] = SOMEBODY  # a birth in one text and a postcode in another tell the person together
    return {**kept, MARK: token}


def _apart(
    table: Table,
    row: Mapping[str, object],
    changed: dict[str, object],
    keys: dict[tuple[object, ...], tuple[object, ...]],
) -> dict[str, object]:
    """Two records that differed in the person's words alone stay two: a number is set behind the second."""
    texts = [name for name in table.key if isinstance(changed.get(name), str) and changed[name] != row.get(name)]
    before, number = _key(table, row), 1
    while keys.setdefault(_key(table, changed), before) != before and texts:
        number += 1
        changed[texts[-1]] = f"{str(changed[texts[-1]]).removesuffix(f' ({number - 1})')} ({number})"
    return changed
