"""The audit chain: whatever is changed, removed, added or reordered shows."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from hiu.errors import HiuError
from hiu.govern import audit

KEY = bytes(range(32))
AT = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    for n in range(4):
        audit.append(path, KEY, {"type": "run", "month": f"2026-0{n + 1}", "rows": n * 10}, AT + timedelta(hours=n))
    return path


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_sound_log_has_no_problems_and_any_head_of_it_is_found(log: Path) -> None:
    entries = audit.read(log)
    assert [entry["n"] for entry in entries] == [1, 2, 3, 4]
    assert entries[0]["previous"] == audit.GENESIS
    assert audit.head(log) == entries[-1]["mac"]
    for recorded in (None, audit.GENESIS, *(entry["mac"] for entry in entries)):
        assert audit.verify(log, KEY, recorded) == []


def test_append_returns_the_new_head_and_leaves_earlier_bytes_alone(log: Path) -> None:
    before = log.read_bytes()
    new = audit.append(log, KEY, {"type": "release"}, AT)
    assert log.read_bytes().startswith(before)
    assert new == audit.head(log) != audit.read(log)[-2]["mac"]


def test_no_log_yet(tmp_path: Path) -> None:
    assert audit.head(tmp_path / "none") == audit.GENESIS
    assert audit.verify(tmp_path / "none", KEY) == []
    assert audit.verify(tmp_path / "none", KEY, recorded="ab" * 32) != []


@pytest.mark.parametrize("line", [0, 1, 3])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 9),
        ("n", "1"),
        ("n", True),
        ("at", "2026-01-01T00:00:00+00:00"),
        ("event", {"type": "run", "month": "2026-09"}),
        ("event", "text"),
        ("previous", "0" * 63 + "1"),
        ("mac", "f" * 64),
        ("mac", 5),
    ],
)
def test_every_field_changed_shows(log: Path, line: int, field: str, value: object) -> None:
    content = lines(log)
    entry = json.loads(content[line])
    entry[field] = value
    content[line] = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    log.write_bytes(b"".join(content))
    assert any(f"line {line + 1}:" in problem for problem in audit.verify(log, KEY))


@pytest.mark.parametrize("field", ["n", "at", "event", "previous", "mac"])
def test_a_field_removed_added_or_doubled_shows(log: Path, field: str) -> None:
    content = lines(log)
    entry = json.loads(content[1])
    without = {name: value for name, value in entry.items() if name != field}
    doubled = content[1].replace(b"{", b'{"' + field.encode() + b'":0,', 1)
    for changed in (json.dumps(without).encode() + b"\n", doubled, content[1].replace(b":", b": ", 1)):
        log.write_bytes(b"".join([content[0], changed, *content[2:]]))
        assert audit.verify(log, KEY) != [], changed


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_line_removed_from_the_start_or_middle_shows(log: Path, taken: int) -> None:
    content = lines(log)
    log.write_bytes(b"".join(content[:taken] + content[taken + 1 :]))
    assert any("does not follow" in problem for problem in audit.verify(log, KEY))


def test_lines_cut_off_the_end_show_only_against_a_recorded_head(log: Path) -> None:
    recorded = audit.head(log)
    log.write_bytes(b"".join(lines(log)[:-1]))
    assert audit.verify(log, KEY) == []
    assert any("cut off" in problem for problem in audit.verify(log, KEY, recorded))
    log.unlink()
    assert any("cut off" in problem for problem in audit.verify(log, KEY, recorded))


def test_reordered_repeated_and_blank_lines_show(log: Path) -> None:
    content = lines(log)
    for changed in (
        [content[1], content[0], *content[2:]],
        [*content, content[-1]],
        [content[0], b"\n", *content[1:]],
        [b"[1]\n", *content],
    ):
        log.write_bytes(b"".join(changed))
        assert audit.verify(log, KEY) != []


def test_a_chain_made_with_another_key_shows_and_is_not_added_to(log: Path) -> None:
    other = bytes(32)
    assert len([p for p in audit.verify(log, other) if "another key" in p]) == 4
    before = log.read_bytes()
    with pytest.raises(HiuError, match="nothing is added"):
        audit.append(log, other, {"type": "run"}, AT)
    assert log.read_bytes() == before


def test_a_changed_last_line_is_not_built_upon(log: Path) -> None:
    log.write_bytes(log.read_bytes().replace(b'"rows":30', b'"rows":31'))
    with pytest.raises(HiuError, match="nothing is added"):
        audit.append(log, KEY, {"type": "run"}, AT)


def test_a_half_written_line_is_set_aside_and_said(log: Path) -> None:
    sound = log.read_bytes()
    log.write_bytes(sound + b'{"at":"2026-')
    assert any("half written" in problem for problem in audit.verify(log, KEY))
    audit.append(log, KEY, {"type": "run"}, AT)
    assert audit.verify(log, KEY) == []
    assert log.read_bytes().startswith(sound)
    assert [entry["event"] for entry in audit.read(log)][-2:] == [
        {"type": "audit_line_torn", "bytes": 12},
        {"type": "run"},
    ]


def test_times_are_utc_and_need_a_zone(tmp_path: Path) -> None:
    path = tmp_path / "audit"
    audit.append(path, KEY, {}, datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))))
    assert audit.read(path)[0]["at"] == "2026-06-30T23:30:00+00:00"
    with pytest.raises(ValueError, match="zone"):
        audit.append(path, KEY, {}, datetime(2026, 7, 1))


@settings(max_examples=examples(30), deadline=None)
@given(data=st.data())
def test_no_single_byte_can_be_changed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("log") / "audit"
    for n in range(3):
        audit.append(path, KEY, {"type": "run", "n": n, "file": "März/políce.csv"}, AT)
    recorded, content = audit.head(path), bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert audit.verify(path, KEY, recorded) != []
