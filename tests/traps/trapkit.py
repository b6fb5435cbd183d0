"""A small source, and what a trap must end in: rows with their numbers, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hiu.errors import InputRefused
from hiu.extract.files.read import RawTable, read_table
from hiu.sources import Source

MAX_BYTES = 5_000_000
MAX_RATIO = 200.0
HEADER = "Ref,Surname,DOB,NHS No,Note"


def make_source(**file: Any) -> Source:
    """Five fields, of which Ref is required."""
    return Source.model_validate(
        {
            "name": "trap",
            "title": "Traps",
            "kind": "events",
            "agency": "test",
            "file": {"pattern": "trap*", **file},
            "key": {"event": ["ref"]},
            "fields": {
                "ref": {"columns": ["Ref", "Log Ref"], "required": True},
                "family": {"columns": ["Surname"], "type": "family"},
                "dob": {"columns": ["DOB", "Date of Birth"], "type": "dob"},
                "nhs_number": {"columns": ["NHS No", "NHS Number"], "type": "nhs_number"},
                "note": {"columns": ["Note"]},
            },
        }
    )


SOURCE = make_source()


@dataclass(frozen=True)
class Rows:
    """Kept records as {source_row: Ref}, those set aside as {source_row: code}, and words the notes must hold."""

    kept: dict[int, str | None]
    aside: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cells: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Refusal:
    """The whole file is refused: code, words of the message, and the line."""

    code: str
    words: tuple[str, ...] = ()
    row: int | None = None


def read(path: Path, source: Source = SOURCE) -> RawTable:
    return read_table(path, source, name=path.name, max_bytes=MAX_BYTES, max_ratio=MAX_RATIO)


def check(path: Path, expected: Rows | Refusal, source: Source = SOURCE) -> None:
    """The file at `path` ends exactly as expected."""
    if isinstance(expected, Refusal):
        with pytest.raises(InputRefused) as refusal:
            read(path, source)
        assert refusal.value.code == expected.code
        assert refusal.value.file == path.name
        assert refusal.value.row == expected.row
        for words in expected.words:
            assert words in str(refusal.value)
        return
    raw = read(path, source)
    header = next(name for name in raw.headers if name in ("Ref", "Log Ref"))
    assert dict(zip(raw.frame["source_row"], raw.frame[header], strict=True)) == expected.kept
    assert dict(raw.refused.select("source_row", "code").rows()) == expected.aside
    assert raw.received == raw.frame.height + raw.refused.height == len(expected.kept) + len(expected.aside)
    assert raw.frame.columns == [*raw.headers, "source_row"]
    for words in expected.notes:
        assert any(words in note for note in raw.notes), raw.notes
    if not expected.notes:
        assert raw.notes == []
    for name, value in expected.cells.items():
        assert raw.frame[name].to_list() == value
    if expected.reason:
        assert expected.reason == raw.refused["reason"][0]
