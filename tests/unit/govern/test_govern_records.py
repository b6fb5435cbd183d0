"""What people recorded stays, in order, whatever happens while it is written."""

from datetime import datetime
from pathlib import Path

import pytest
from signed import Signed

from hiu import disk
from hiu.errors import HiuError
from hiu.govern.records import add, history, path_of, read, sweep
from hiu.model import TABLES

DECISIONS = TABLES["decisions"]
AT = datetime(2026, 3, 1, 9, 30)


def said(b: str, decision: str = "same", **more: object) -> dict[str, object]:
    return {
        "identity_a": "a1",
        "identity_b": b,
        "decision": decision,
        "reviewer": "R. Okafor",
        "decided_at": AT,
        **more,
    }


def test_what_was_added_is_read_in_order_of_its_key(tmp_path: Path) -> None:
    add(Signed(tmp_path), DECISIONS, [said("b2")])
    add(Signed(tmp_path), DECISIONS, [said("b1", "different", note="not she: 30 years apart")])
    found = read(tmp_path, DECISIONS)
    assert found["identity_b"].to_list() == ["b1", "b2"]
    assert found["decided_at"].to_list() == [AT, AT]
    assert found.columns == DECISIONS.names


def test_nothing_recorded_is_an_empty_table(tmp_path: Path) -> None:
    assert read(tmp_path / "not there", DECISIONS).shape == (0, len(DECISIONS.names))


def test_a_later_row_stands_in_place_and_the_earlier_stays_as_history(tmp_path: Path) -> None:
    add(Signed(tmp_path), DECISIONS, [said("b1")])
    add(Signed(tmp_path), DECISIONS, [said("b1", undone_at=datetime(2026, 4, 1))])
    assert read(tmp_path, DECISIONS)["undone_at"].to_list() == [datetime(2026, 4, 1)]
    assert history(tmp_path, DECISIONS)["undone_at"].to_list() == [None, datetime(2026, 4, 1)]


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_half_written_last_line_is_not_a_record_and_gives_way(tmp_path: Path, cut: int) -> None:
    add(Signed(tmp_path), DECISIONS, [said("b1"), said("b2")])
    path = path_of(tmp_path, DECISIONS)
    path.write_bytes(path.read_bytes()[:-cut])
    assert read(tmp_path, DECISIONS)["identity_b"].to_list() == ["b1"]
    add(Signed(tmp_path), DECISIONS, [said("b3")])
    assert read(tmp_path, DECISIONS)["identity_b"].to_list() == ["b1", "b3"]


def test_a_line_that_is_no_record_is_named_without_its_text(tmp_path: Path) -> None:
    add(Signed(tmp_path), DECISIONS, [said("b1")])
    with path_of(tmp_path, DECISIONS).open("ab") as file:
        file.write(b"Jane Smith\n")
    with pytest.raises(HiuError, match=r"decisions.jsonl, line 2: not a record") as found:
        read(tmp_path, DECISIONS)
    assert "Jane" not in str(found.value)


def test_a_wrong_column_or_an_empty_one_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(HiuError, match="no column reviwer"):
        add(Signed(tmp_path), DECISIONS, [said("b1"), said("b2", reviwer="x")])
    with pytest.raises(HiuError, match="'reviewer': empty"):
        add(Signed(tmp_path), DECISIONS, [said("b1"), {**said("b2"), "reviewer": None}])
    assert history(tmp_path, DECISIONS).is_empty()


def test_times_with_a_zone_are_refused_so_that_none_is_misread(tmp_path: Path) -> None:
    from datetime import UTC

    with pytest.raises(HiuError, match="UTC"):
        add(Signed(tmp_path), DECISIONS, [{**said("b1"), "decided_at": datetime(2026, 3, 1, tzinfo=UTC)}])


@pytest.mark.parametrize("step", ["write", "rename"])
def test_rows_cut_off_half_way_are_none_and_the_next_are_all(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(Signed(tmp_path), DECISIONS, [said("b1")])
    whole = disk.write_whole

    def half(path: Path, content: bytes) -> None:
        whole(path, content[: len(content) - 20] if step == "write" else content)
        raise SystemExit

    with monkeypatch.context() as cut, pytest.raises(SystemExit):
        cut.setattr(disk, "write_whole", half)
        add(Signed(tmp_path), DECISIONS, [said("b2"), said("b3")])
    assert read(tmp_path, DECISIONS)["identity_b"].to_list() == ["b1"]
    add(Signed(tmp_path), DECISIONS, [said("b2"), said("b3")])
    assert read(tmp_path, DECISIONS)["identity_b"].to_list() == ["b1", "b2", "b3"]
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".new"]


def test_what_a_cut_left_aside_is_swept(tmp_path: Path) -> None:
    add(Signed(tmp_path), DECISIONS, [said("b1")])
    (tmp_path / ".decisions.jsonl.new").write_bytes(b'{"half')
    sweep(tmp_path)
    assert not (tmp_path / ".decisions.jsonl.new").exists()
    assert read(tmp_path, DECISIONS)["identity_b"].to_list() == ["b1"]
